//! `WWW-Authenticate`: what a server says of why it refuses, and where to log in (RFC 9110 §11.6.1, RFC 6750 §3).

/// One challenge: a scheme and its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// `Bearer`, `Basic`, `DPoP`; as it was spelled.
    pub scheme: String,
    /// Names in lower case, values without their quotes.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether its scheme is this one.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

/// Every challenge in the values of `WWW-Authenticate`. What cannot be read is passed over; nothing here fails.
pub fn challenges<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Challenge> {
    let mut found = Vec::new();
    for value in values {
        read(value, &mut found);
    }
    found
}

/// The challenge that OAuth is about: `Bearer`, or `DPoP` where there is no such.
pub fn of_oauth(found: &[Challenge]) -> Option<&Challenge> {
    let of = |scheme: &str| found.iter().find(|challenge| challenge.is(scheme));
    of("bearer").or_else(|| of("dpop"))
}

fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

fn token<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
    let (token, after) = rest.split_at(end);
    *rest = after;
    token
}

fn blank(rest: &mut &str) {
    *rest = rest.trim_start_matches([' ', '\t']);
}

/// A list of challenges. A word followed by `=` and a value is a parameter of the challenge before it, any other word
/// begins a new one.
fn read(value: &str, found: &mut Vec<Challenge>) {
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some(first) = rest.chars().next() else {
            return;
        };
        let word = token(&mut rest);
        if word.is_empty() {
            // No word can begin like this.
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let mut after = rest;
        blank(&mut after);
        match after.strip_prefix('=') {
            // `token68=`, `token68==`: it belongs to the scheme and is not ours.
            Some(more) if more.is_empty() || more.starts_with(['=', ',']) => {
                rest = more.trim_start_matches('=');
            }
            Some(more) => {
                rest = more;
                blank(&mut rest);
                let value = parameter(&mut rest);
                if let Some(challenge) = found.last_mut() {
                    challenge
                        .parameters
                        .push((word.to_ascii_lowercase(), value));
                }
            }
            None => found.push(Challenge {
                scheme: word.to_owned(),
                parameters: Vec::new(),
            }),
        }
    }
}

/// A value, quoted or not. One that is not, and should have been, ends at a comma or at a space.
fn parameter(rest: &mut &str) -> String {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find([',', ' ', '\t']).unwrap_or(rest.len());
        let (value, after) = rest.split_at(end);
        *rest = after;
        return value.to_owned();
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    *rest = characters.as_str();
    value
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_challenge_is_read_however_it_is_written() {
        for value in [
            r#"Bearer resource_metadata="https://h/x", scope="a b", error=invalid_token"#,
            r#"bearer  Scope = "a b",error="invalid_token",  resource_metadata=https://h/x"#,
            r#"Basic realm="r, Bearer scope=z", Bearer resource_metadata="https://h/x",scope="a b" , error="invalid_token""#,
            r#"Negotiate abc==, Bearer error="invalid_token", scope="a\ b", resource_metadata="https://h/x""#,
        ] {
            let found = challenges([value]);
            let bearer = of_oauth(&found).unwrap();
            assert_eq!(bearer.get("scope"), Some("a b"), "{value}");
            assert_eq!(bearer.get("error"), Some("invalid_token"), "{value}");
            assert_eq!(
                bearer.get("resource_metadata"),
                Some("https://h/x"),
                "{value}"
            );
        }
    }

    #[test]
    fn several_headers_are_several_challenges() {
        let found = challenges(["Basic realm=x", "Bearer", "DPoP algs=\"ES256\""]);
        let schemes: Vec<&str> = found.iter().map(|one| one.scheme.as_str()).collect();
        assert_eq!(schemes, ["Basic", "Bearer", "DPoP"]);
        assert!(of_oauth(&found).unwrap().parameters.is_empty());
        assert!(of_oauth(&found[..1]).is_none());
        assert!(of_oauth(&found[2..]).unwrap().is("dpop"));
    }

    proptest! {
        #[test]
        fn anything_is_survived(value in ".{0,80}", more in r#"[A-Za-z ,="\\]{0,60}"#) {
            let _ = challenges([value.as_str(), more.as_str()]);
        }

        #[test]
        fn what_is_quoted_comes_back(scope: String) {
            let quoted = scope.replace('\\', "\\\\").replace('"', "\\\"");
            let value = format!("Basic, Bearer a=b, scope=\"{quoted}\", c=d");
            let found = challenges([value.as_str()]);
            prop_assert_eq!(found[1].get("scope"), Some(scope.as_str()));
            prop_assert_eq!(found[1].get("c"), Some("d"));
        }
    }
}
