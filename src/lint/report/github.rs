//! Findings as annotations: workflow commands of GitHub Actions, a line each.

use std::fmt::Write as _;

use super::Report;
use crate::lint::Severity;
use crate::text;

/// See the module.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    for one in report.new_findings() {
        let finding = &one.told.finding;
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let _ = write!(out, "::{command} title={}", property(finding.rule.name));
        if let Some(line) = one.line {
            let _ = write!(out, ",file={},line={line}", property(&report.name));
        }
        let words = format!("{} Fix: {}", sentence(&one.whole()), finding.rule.fix);
        let _ = writeln!(out, "::{}", message(&text::sanitize(&words)));
    }
    out
}

/// It ends as a sentence does.
fn sentence(words: &str) -> String {
    let words = words.trim_end();
    if words.ends_with(['.', '!', '?']) {
        words.to_owned()
    } else {
        format!("{words}.")
    }
}

fn message(words: &str) -> String {
    words
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(words: &str) -> String {
    let words = text::sanitize(words);
    message(&words).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_server_is_a_command() {
        assert_eq!(message("50% of\n::error::x"), "50%25 of%0A::error::x");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
        assert_eq!(sentence("done "), "done.");
    }
}
