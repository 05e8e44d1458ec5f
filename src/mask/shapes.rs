//! Keys that cannot be taken for anything else: they begin in a way their makers chose to be found by.

use std::ops::Range;

/// A kind of key.
#[derive(Debug)]
pub(super) struct Shape {
    /// What a key of the kind is called.
    pub name: &'static str,
    /// How it begins.
    begins: &'static str,
    /// The least that follows.
    least: usize,
    /// What it is made of after that.
    of: fn(u8) -> bool,
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn dotted(byte: u8) -> bool {
    word(byte) || byte == b'.'
}

const fn shape(
    name: &'static str,
    begins: &'static str,
    least: usize,
    of: fn(u8) -> bool,
) -> Shape {
    Shape {
        name,
        begins,
        least,
        of,
    }
}

/// The kinds, longer beginnings before those they begin with.
pub(super) const SHAPES: &[Shape] = &[
    shape("github_token", "github_pat_", 22, word),
    shape("github_token", "ghp_", 36, alphanumeric),
    shape("github_token", "gho_", 36, alphanumeric),
    shape("github_token", "ghu_", 36, alphanumeric),
    shape("github_token", "ghs_", 36, alphanumeric),
    shape("github_token", "ghr_", 36, alphanumeric),
    shape("gitlab_token", "glpat-", 20, word),
    shape("api_key", "sk-", 20, word),
    shape("stripe_key", "sk_live_", 16, alphanumeric),
    shape("stripe_key", "rk_live_", 16, alphanumeric),
    shape("slack_token", "xoxb-", 20, word),
    shape("slack_token", "xoxp-", 20, word),
    shape("slack_token", "xoxa-", 20, word),
    shape("aws_key_id", "AKIA", 16, capital),
    shape("aws_key_id", "ASIA", 16, capital),
    shape("google_key", "AIza", 35, word),
    shape("npm_token", "npm_", 36, alphanumeric),
    shape("hf_token", "hf_", 30, alphanumeric),
    shape("jwt", "eyJ", 40, dotted),
    shape("private_key", "-----BEGIN ", 32, |_| true),
];

/// How the kinds begin.
pub(super) fn beginnings() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.begins)
}

/// The key that begins at `at` of a text, as one of the kinds.
pub(super) fn key_at(text: &[u8], at: usize) -> Option<(Range<usize>, &'static Shape)> {
    // In the middle of a word nothing begins: `task-…`, base64.
    if at > 0
        && (word(text[at - 1]) || matches!(text[at - 1], b'+' | b'/' | b'.'))
        && text[at] != b'-'
    {
        return None;
    }
    let rest = &text[at..];
    let shape = SHAPES
        .iter()
        .find(|shape| rest.starts_with(shape.begins.as_bytes()))?;
    let body = &rest[shape.begins.len()..];
    let length = match shape.name {
        "private_key" => pem(body)?,
        _ => body.iter().take_while(|byte| (shape.of)(**byte)).count(),
    };
    let body = &body[..length];
    let fits = length >= shape.least
        && match shape.name {
            "jwt" => is_jwt(body),
            // A slug has no digits, or no letters of both cases: `sk-learn-…` is a package, not a key.
            "api_key" => {
                body.iter().any(u8::is_ascii_digit)
                    && body.iter().any(u8::is_ascii_alphabetic)
                    && body
                        .split(|byte| *byte == b'-')
                        .any(|part| part.len() >= 16)
            }
            _ => true,
        };
    let length = shape.begins.len() + length;
    fits.then_some((at..at + length, shape))
}

/// What kind of key stands somewhere in a text, if one does.
pub fn key_in(text: &[u8]) -> Option<&'static str> {
    beginnings().find_map(|begins| {
        memchr::memmem::find_iter(text, begins.as_bytes())
            .find_map(|at| key_at(text, at))
            .map(|(_, shape)| shape.name)
    })
}

/// Three parts, the first two of which are objects in base64: `eyJ…` `.` `eyJ…` `.` a signature.
fn is_jwt(body: &[u8]) -> bool {
    let mut parts = body.split(|byte| *byte == b'.');
    let (head, claims, signature) = (parts.next(), parts.next(), parts.next());
    head.is_some_and(|head| head.len() >= 8)
        && claims.is_some_and(|claims| claims.starts_with(b"eyJ"))
        && signature.is_some()
}

/// How long a private key is, from after its first words to the end of its last line; one that is cut off goes on to
/// the end.
fn pem(body: &[u8]) -> Option<usize> {
    let kind = &body[..body.len().min(40)];
    let kind_end = memchr::memmem::find(kind, b"-----")?;
    if !kind[..kind_end].ends_with(b"PRIVATE KEY") {
        return None;
    }
    let after = kind_end + 5;
    let Some(end) = memchr::memmem::find(&body[after..], b"-----END ") else {
        return Some(body.len());
    };
    let last = after + end + 9;
    let close = memchr::memmem::find(&body[last..], b"-----").map(|at| last + at + 5);
    Some(close.unwrap_or(body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &'static str)> {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut found = Vec::new();
        while at < bytes.len() {
            if let Some((place, shape)) = key_at(bytes, at) {
                at = place.end;
                found.push((&text[place], shape.name));
            } else {
                at += 1;
            }
        }
        found
    }

    #[test]
    fn keys_are_found_and_words_are_not() {
        let github = format!("ghp_{}", "aB3".repeat(12));
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo\n-----END RSA PRIVATE KEY-----";
        for (text, name) in [
            (github.as_str(), "github_token"),
            ("sk-proj-A1b2C3d4E5f6G7h8I9j0", "api_key"),
            ("sk-ant-api03-A1b2C3d4E5f6G7h8I9j0", "api_key"),
            ("AKIAIOSFODNN7EXAMPLE", "aws_key_id"),
            ("glpat-A1b2C3d4E5f6G7h8I9j0", "gitlab_token"),
            (jwt, "jwt"),
            (pem, "private_key"),
        ] {
            let line = format!("it is {text}, they say");
            assert_eq!(found(&line), [(text, name)]);
        }
        for text in [
            "sk-learn-compatible-estimators-for-everyone",
            "task-0123456789012345678901234567890",
            "eyJhbGciOiJIUzI1NiJ9 eyJ",
            "sk-",
            "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo\n-----END CERTIFICATE-----",
            "AKIA is how they begin",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
