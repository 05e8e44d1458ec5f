//! The strict check: are these bytes exactly one JSON text (RFC 8259)? Says where and why not.

use super::{Problem, hex4, skip_space};

/// Checks that `bytes` are UTF-8 and exactly one JSON text, white space around it allowed.
///
/// Any depth is accepted: the open containers are kept in a bit vector, not on the stack.
pub fn check(bytes: &[u8]) -> Result<(), Problem> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Problem::new(bytes, error.valid_up_to(), "not UTF-8"));
    }
    let mut checker = Checker { bytes, at: 0 };
    checker.text()
}

struct Checker<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Checker<'_> {
    fn text(&mut self) -> Result<(), Problem> {
        // One entry per open container: true for an object.
        let mut open: Vec<bool> = Vec::new();
        loop {
            self.space();
            // A value is due here.
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.space();
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                    } else {
                        open.push(true);
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.space();
                    if self.peek() == Some(b']') {
                        self.at += 1;
                    } else {
                        open.push(false);
                        continue;
                    }
                }
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word(b"true")?,
                Some(b'f') => self.word(b"false")?,
                Some(b'n') => self.word(b"null")?,
                Some(_) => return Err(self.problem("expected a value")),
                None => return Err(self.problem("the text ends where a value is due")),
            }
            // A value has ended: close containers until another value is due.
            loop {
                self.space();
                match (open.last(), self.peek()) {
                    (None, None) => return Ok(()),
                    (None, Some(_)) => return Err(self.problem("text after the JSON value")),
                    (Some(_), Some(b',')) => {
                        self.at += 1;
                        if open.last() == Some(&true) {
                            self.space();
                            self.key()?;
                        }
                        break;
                    }
                    (Some(true), Some(b'}')) | (Some(false), Some(b']')) => {
                        self.at += 1;
                        open.pop();
                    }
                    (Some(true), _) => return Err(self.problem("expected , or }")),
                    (Some(false), _) => return Err(self.problem("expected , or ]")),
                }
            }
        }
    }

    fn key(&mut self) -> Result<(), Problem> {
        if self.peek() != Some(b'"') {
            return Err(self.problem("expected a member name in quotes"));
        }
        self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.problem("expected :"));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<(), Problem> {
        self.at += 1;
        loop {
            // Text is most of what there is: up to the next quote or backslash only control characters are wrong.
            let rest = &self.bytes[self.at..];
            let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            // The least byte, not the first wrong one: that way many are looked at together.
            let wrong = rest[..plain]
                .iter()
                .fold(u8::MAX, |least, byte| least.min(*byte))
                < 0x20;
            if wrong {
                self.at += rest.iter().position(|byte| *byte < 0x20).unwrap_or(0);
                return Err(self.problem("a control character inside a string"));
            }
            self.at += plain;
            match self.peek() {
                None => return Err(self.problem("the string is not closed")),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => match self.bytes.get(self.at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
                    Some(b'u') if hex4(self.bytes, self.at + 2).is_some() => self.at += 6,
                    _ => return Err(self.problem("a bad escape")),
                },
            }
        }
    }

    fn number(&mut self) -> Result<(), Problem> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.problem("expected a digit")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(())
    }

    fn some_digits(&mut self) -> Result<(), Problem> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.problem("expected a digit"));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Problem> {
        if self.bytes[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.problem("expected a value"))
        }
    }

    fn space(&mut self) {
        self.at = skip_space(self.bytes, self.at);
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn problem(&self, what: &str) -> Problem {
        Problem::new(self.bytes, self.at, what)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::check;
    use proptest::prelude::*;

    /// `serde_json` as the oracle: its skipping parser accepts exactly RFC 8259 and has no depth limit.
    fn serde_accepts(text: &str) -> bool {
        serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
    }

    #[test]
    fn says_where_and_why() {
        let problem = check(b"{\n  \"a\": 1,\n}").unwrap_err();
        assert_eq!((problem.line, problem.column), (3, 1));
        assert_eq!(check(b"\"\xff\"").unwrap_err().what, "not UTF-8");
        assert!(check(b"1 2").is_err());
        assert!(check(b"").is_err());
    }

    #[test]
    fn depth_is_no_problem() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(check(deep.as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{}:, "0-9a\\ue.+\-truefalsn\n]{0,40}"#) {
            prop_assert_eq!(check(text.as_bytes()).is_ok(), serde_accepts(&text), "{}", text);
        }

        #[test]
        fn accepts_what_serde_json_writes(words: Vec<String>, numbers: Vec<f32>) {
            let text = serde_json::json!({"words": words, "numbers": numbers}).to_string();
            prop_assert!(check(text.as_bytes()).is_ok());
        }
    }
}
