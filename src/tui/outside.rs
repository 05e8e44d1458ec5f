//! The world around the screen: other people's programs on our terminal, the clipboard, files.
//!
//! Everything here is asked for by an [`Effect`](super::effect::Effect) and answers with an event. Nothing runs on the
//! drawing thread, nothing a server says is ever run, and no text of a server reaches the terminal raw: it goes to
//! programs by pipe or file, to the clipboard as base64, and to the normal screen sanitised.

pub mod tools;
pub mod visit;

/// Waits until something is so, with a limit.
#[cfg(test)]
async fn wait_until(is_so: impl Fn() -> bool) {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < limit, "it never is so");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
