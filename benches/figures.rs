//! What both benches measure with: the memory of a process, and lines of figures. Judges nothing itself.
#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

/// Prints a heading.
pub fn heading(text: &str) {
    println!("\n{text}");
}

/// Prints one figure.
pub fn figure(what: &str, value: &str) {
    println!("  {what:<58} {value:>22}");
}
