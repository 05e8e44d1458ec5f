//! A path that somebody ignores: in all that is compared, or in the calls of one name.

use std::fmt;

use super::super::glob::{Glob, GlobProblem};

/// Written as its path, `$.a..b` or `*.timestamp`; of one call with its name before that: `tools/call get $.at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The method and what it is about; all without one.
    pub of: Option<String>,
    /// Which paths.
    pub path: Glob,
}

impl From<Glob> for Ignored {
    fn from(path: Glob) -> Self {
        Self { of: None, path }
    }
}

impl Ignored {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, GlobProblem> {
        let Some((of, path)) = parted(text) else {
            return Ok(Glob::parse(text)?.into());
        };
        Ok(Self {
            of: Some(of.to_owned()),
            path: Glob::parse(path)?,
        })
    }

    /// Whether it is about calls of this name.
    pub fn is_about(&self, name: Option<&str>) -> bool {
        self.of.as_deref().is_none_or(|of| name == Some(of))
    }
}

/// The name of a call and the path behind it. A path alone begins otherwise, or goes into a text before its first `$`.
fn parted(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['$', '*', '.', '[', '→', '-']) {
        return None;
    }
    let at = text.find(" $")?;
    let of = text[..at].trim_end();
    let into_text = of.ends_with('→') || of.ends_with("->");
    (!into_text && !of.is_empty()).then(|| (of, &text[at + 1..]))
}

impl fmt::Display for Ignored {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Some(of) => write!(out, "{of} {}", self.path),
            None => self.path.fmt(out),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_be_of_one_call() {
        for (text, of) in [
            ("$.a..b", None),
            ("*.timestamp", None),
            ("text → $.a", None),
            ("content[0].text → $.a", None),
            (
                "tools/call get $.content[0].text → $.a",
                Some("tools/call get"),
            ),
            ("tools/call two words $.a", Some("tools/call two words")),
            ("initialize $", Some("initialize")),
        ] {
            let read = Ignored::parse(text).unwrap();
            assert_eq!(read.of.as_deref(), of, "{text}");
            assert_eq!(Ignored::parse(&read.to_string()).unwrap(), read, "{text}");
            assert_eq!(
                read.is_about(Some("tools/call get")),
                of.is_none_or(|of| of == "tools/call get")
            );
            assert_eq!(read.is_about(None), of.is_none());
        }
        assert!(Ignored::parse("tools/call get $.[").is_err());
    }
}
