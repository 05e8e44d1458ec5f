//! Findings as annotations: workflow commands of GitHub Actions, a line each.

use std::fmt::Write as _;

use super::Report;
use crate::lint::Severity;
use crate::text;

/// See the module.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    for (question, why) in report.failed() {
        let _ = writeln!(
            out,
            "::error title={question}::{}",
            message(&text::sanitize(why))
        );
    }
    for (one, more) in report.page() {
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
        let mut words = one.whole();
        if !finding.pointer.is_empty() {
            let _ = write!(words, " at {}", finding.pointer);
        }
        if one.times > 1 {
            let _ = write!(words, " (×{})", text::grouped(one.times));
        }
        if let Some(when) = report.when(one) {
            let _ = write!(words, " ({when})");
        }
        if more > 0 {
            let _ = write!(words, ", and {more} more like it");
        }
        let words = format!("{} Fix: {}", sentence(&words), finding.rule.fix);
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
