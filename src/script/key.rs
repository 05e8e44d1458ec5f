//! What makes two requests the same: method and parameters, without what clients make up anew for each.

use crate::json::{self, Kind};

/// Members of the parameters that tell requests not apart: `_meta`, and what answers a question of before.
pub(super) const UNHEARD: &[&str] = &["_meta", "inputResponses"];

/// Something hashable that is equal for requests that ask for the same.
pub type Key = Vec<u8>;

/// Of a message: its method and its parameters, without `_meta` and without what answers a question of before.
///
/// Of the opening of a connection only the method: every client says something else of itself.
pub fn of(method: &str, params: Option<&[u8]>) -> Key {
    let mut key = method.as_bytes().to_vec();
    key.push(0);
    if method != "initialize" {
        object(params.unwrap_or_default(), UNHEARD, &mut key);
    }
    key
}

/// Of a message: its method and what it is about.
pub fn name(method: &str, subject: &str) -> Key {
    [method.as_bytes(), &[0], subject.as_bytes()].concat()
}

/// A value in a spelling that is the same for values that say the same: members in order, numbers and strings decoded.
pub fn canonical(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    write(raw, &mut out);
    out
}

/// As [`canonical`], of an object without these members. What is no object is an empty one.
fn object(raw: &[u8], without: &[&str], out: &mut Vec<u8>) {
    let mut members: Vec<_> = json::members(raw)
        .filter(|(name, _)| !without.contains(&&**name))
        .collect();
    // Stable, so that of members with the same name the last stays the last.
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    out.push(b'{');
    for (at, (name, value)) in members.iter().enumerate() {
        if members.get(at + 1).is_some_and(|(next, _)| next == name) {
            continue;
        }
        out.extend_from_slice(json::quote(name).as_bytes());
        out.push(b':');
        write(value, out);
        out.push(b',');
    }
    out.push(b'}');
}

fn write(raw: &[u8], out: &mut Vec<u8>) {
    match json::kind(raw) {
        Kind::Object => object(raw, &[], out),
        Kind::Array => {
            out.push(b'[');
            for item in json::elements(raw) {
                write(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Kind::String => {
            let text = json::text(raw).unwrap_or_default();
            out.extend_from_slice(json::quote(&text).as_bytes());
        }
        Kind::Number => number(raw.trim_ascii(), out),
        _ => out.extend_from_slice(raw.trim_ascii()),
    }
}

/// `1.0`, `1e0` and `1` are one number. What is no exact number of a float stays as it is spelled.
fn number(raw: &[u8], out: &mut Vec<u8>) {
    if raw.iter().all(u8::is_ascii_digit) {
        out.extend_from_slice(raw);
        return;
    }
    let value = std::str::from_utf8(raw)
        .ok()
        .and_then(|text| text.parse::<f64>().ok());
    match value.filter(|value| value.is_finite()) {
        Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            out.extend_from_slice((value as i64).to_string().as_bytes());
        }
        Some(value) => out.extend_from_slice(format!("{value:e}").as_bytes()),
        None => out.extend_from_slice(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(params: &str) -> Key {
        of("m", Some(params.as_bytes()))
    }

    #[test]
    fn the_same_question_has_the_same_key() {
        for (a, b) in [
            (r#"{"a":1,"b":[true]}"#, r#"{ "b" : [ true ], "a" : 1.0 }"#),
            (r#"{"a":"\u0041"}"#, r#"{"a":"A"}"#),
            (r#"{"a":1,"_meta":{"progressToken":5}}"#, r#"{"a":1}"#),
            (r#"{"a":1,"inputResponses":{"x":{}}}"#, r#"{"a":1}"#),
            (r#"{"a":2,"a":1}"#, r#"{"a":1}"#),
            ("{}", ""),
        ] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
    }

    #[test]
    fn another_question_has_another_key() {
        for (a, b) in [
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            (r#"{"a":{"_meta":1}}"#, r#"{"a":{}}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            (r#"{"a":[[1],2]}"#, r#"{"a":[[1,2]]}"#),
            (
                r#"{"a":1152921504606846976}"#,
                r#"{"a":1152921504606846977}"#,
            ),
            (r#"{"requestState":"a"}"#, r#"{"requestState":"b"}"#),
        ] {
            assert_ne!(key(a), key(b), "{a} {b}");
        }
        assert_ne!(of("a", None), of("b", None));
    }

    #[test]
    fn openings_are_alike_whoever_makes_them() {
        assert_eq!(
            of("initialize", Some(br#"{"clientInfo":{"name":"a"}}"#)),
            of("initialize", None)
        );
    }
}
