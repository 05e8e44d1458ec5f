//! What somebody decided to live with: findings that are not told any more, each with a reason.
//!
//! One a line, as people write, edit and commit it; see [`crate::ignores`] for the file:
//!
//! ```text
//! tool-is-described tool echo # it is a demo
//! tool-has-title # titles come with the next version
//! ```

use super::findings::about;
use super::linter::Finding;
use super::rules::RULES;
use crate::json;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Of this rule.
    pub rule: Box<str>,
    /// About this only: `tool echo`; about whatever it is when there is none.
    pub about: Option<Box<str>>,
    /// Why.
    pub reason: Box<str>,
}

impl Exception {
    /// For a finding: about what it is about.
    pub fn of(finding: &Finding, reason: &str) -> Self {
        Self {
            rule: finding.rule.name.into(),
            about: finding.subject.as_ref().map(|one| about(one).into()),
            reason: reason.into(),
        }
    }

    /// From a line; none when nothing stands there.
    pub fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        let (rule, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        if rule.is_empty() || rule.starts_with('#') {
            return None;
        }
        let rest = rest.trim();
        let (about, reason) = match quoted(rest) {
            Some((about, rest)) => (about, rest.trim().trim_start_matches('#')),
            None => {
                let (about, reason) = rest.split_once('#').unwrap_or((rest, ""));
                (about.trim().to_owned(), reason)
            }
        };
        Some(Self {
            rule: rule.into(),
            about: Some(about)
                .filter(|about| !about.is_empty())
                .map(Into::into),
            reason: reason.trim().into(),
        })
    }

    /// What is odd about it, in words; not sanitised.
    pub fn remark(&self) -> Option<String> {
        if !RULES.iter().any(|rule| *rule.name == *self.rule) {
            return Some(format!(
                "{} is ignored, but there is no such rule",
                self.rule
            ));
        }
        let none = self.reason.is_empty();
        none.then(|| format!("{} is ignored without a reason", self.rule))
    }

    /// As a line.
    pub fn line(&self) -> String {
        let mut line = self.rule.to_string();
        if let Some(about) = &self.about {
            line.push(' ');
            let odd = |c: char| c == '#' || c == '"' || c.is_control();
            if about.contains(odd) || about.trim() != &**about {
                line.push_str(&json::quote(about));
            } else {
                line.push_str(about);
            }
        }
        let reason: Vec<&str> = self.reason.split_whitespace().collect();
        if !reason.is_empty() {
            line.push_str(" # ");
            line.push_str(&reason.join(" "));
        }
        line
    }

    /// Whether it is about this finding.
    pub fn holds(&self, finding: &Finding) -> bool {
        let about_it = |wanted: &str| {
            let subject = finding.subject.as_ref();
            subject.is_some_and(|subject| about(subject) == wanted)
        };
        *self.rule == *finding.rule.name && self.about.as_deref().is_none_or(about_it)
    }
}

/// A JSON string at the beginning, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let end = end?.0 + 2;
    Some((json::string(&text.as_bytes()[..end])?, &text[end..]))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::lint::{Severity, Subject};

    fn finding(subject: Option<Subject>) -> Finding {
        Finding {
            rule: RULES[0],
            severity: Severity::Error,
            seq: 1,
            conn: 1,
            method: Box::default(),
            subject,
            pointer: String::new(),
            words: String::new(),
        }
    }

    #[test]
    fn lines_are_read_as_people_write_them() {
        let read = |line| Exception::read(line).unwrap();
        let one = read("  a-rule   tool echo   #  it is a demo ");
        assert_eq!((&*one.rule, &*one.reason), ("a-rule", "it is a demo"));
        assert_eq!(one.about.as_deref(), Some("tool echo"));
        assert_eq!(one.line(), "a-rule tool echo # it is a demo");
        let all = read("a-rule# later");
        assert_eq!((&*all.rule, &all.about), ("a-rule#", &Some("later".into())));
        let all = read("a-rule # later");
        assert_eq!((&all.about, &*all.reason), (&None, "later"));
        assert_eq!(read("a-rule").line(), "a-rule");
        assert_eq!(read("tool-is-described # later").remark(), None);
        let bare = read("tool-is-described tool echo").remark().unwrap();
        assert_eq!(bare, "tool-is-described is ignored without a reason");
        assert!(
            read("a-rule # later")
                .remark()
                .unwrap()
                .contains("no such rule")
        );
        assert_eq!(Exception::read("# words for people"), None);
        assert_eq!(Exception::read("  "), None);
    }

    #[test]
    fn it_holds_for_its_rule_and_subject() {
        let (one, other) = (
            finding(Some(Subject::Tool("echo".into()))),
            finding(Some(Subject::Prompt("echo".into()))),
        );
        let exception = Exception::of(&one, "because");
        assert!(exception.holds(&one));
        assert!(!exception.holds(&other) && !exception.holds(&finding(None)));
        let all = Exception::of(&finding(None), "because");
        assert!(all.holds(&one) && all.holds(&other));
        let another = Finding {
            rule: RULES[1],
            ..one
        };
        assert!(!all.holds(&another));
    }

    proptest! {
        #[test]
        fn a_line_says_it_all(name in ".{0,12}", reason in "[a-z #\"]{0,12}") {
            let exception = Exception::of(&finding(Some(Subject::Tool(name.into()))), &reason);
            let line = exception.line();
            prop_assert!(!line.contains(['\n', '\r']), "{line:?}");
            let read = Exception::read(&line).unwrap();
            prop_assert_eq!(&read.about, &exception.about);
            prop_assert_eq!(read.line(), line);
        }
    }
}
