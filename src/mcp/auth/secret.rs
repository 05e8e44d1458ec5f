//! Text that must not be written down, and what stands in a record in its place.

use std::fmt;

use url::Url;
use url::form_urlencoded;

use crate::json::Value;
use crate::mcp::http::headers;
use crate::mcp::stand_in::{self, Whose};

/// A text that no record, log or error shows.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Takes it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for whoever sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹masked›")
    }
}

/// Parameters and members of OAuth whose value is a secret.
const SECRET: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "registration_access_token",
    "registration_client_uri",
    "client_assertion",
    "assertion",
    "subject_token",
    "actor_token",
    "code",
    "code_verifier",
    "state",
    "nonce",
    "password",
    "device_code",
];

/// Members that sound secret, and are none.
const PLAIN: &[&str] = &[
    "token_type",
    "token_endpoint",
    "token_endpoint_auth_method",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "issued_token_type",
    "requested_token_type",
    "subject_token_type",
    "client_assertion_type",
    "client_secret_expires_at",
    "authorization_endpoint",
    "authorization_servers",
    "bearer_methods_supported",
];

/// Whether the value of this parameter or member is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.contains(&name.as_str())
        || ((name.contains("secret") || name.contains("password") || name.ends_with("_token"))
            && !PLAIN.contains(&name.as_str()))
}

/// A form as it may be recorded.
pub fn masked_form(pairs: &[(String, String)]) -> String {
    let lines: Vec<String> = pairs
        .iter()
        .map(|(name, value)| {
            let value = if is_secret(name) {
                stand_in::of(Whose::Login, name, value)
            } else {
                value.clone()
            };
            format!("{name}={value}")
        })
        .collect();
    lines.join("\n")
}

/// A body of JSON or of a form as it may be recorded; of anything else nothing is, but how long it is.
pub fn masked_body(body: &[u8]) -> String {
    if let Ok(mut value @ (Value::Object(_) | Value::Array(_))) = Value::parse(body) {
        mask_value(&mut value);
        return value.to_string();
    }
    if body.trim_ascii().is_empty() {
        return String::new();
    }
    // A few servers answer token requests with a form.
    let is_form = body.contains(&b'=') && !body.contains(&b'<') && !body.contains(&b' ');
    if is_form {
        let pairs: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
        return masked_form(&pairs);
    }
    format!("‹{} bytes that are no JSON›", body.len())
}

fn mask_value(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if is_secret(name) => {
                        *text = stand_in::of(Whose::Login, name, text);
                    }
                    value => mask_value(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        _ => {}
    }
}

/// An address as it may be written down: also what query and fragment hold of OAuth is masked.
pub fn masked_url(url: &Url) -> String {
    let mut shown = url.clone();
    if let Some(query) = url.query() {
        shown.set_query(Some(&masked_query(query)));
    }
    if let Some(fragment) = url.fragment() {
        shown.set_fragment(Some(&masked_query(fragment)));
    }
    headers::masked_url(&shown)
}

fn masked_query(query: &str) -> String {
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret(name) && !value.is_empty() => {
                format!("{name}=masked")
            }
            _ => pair.to_owned(),
        })
        .collect();
    pairs.join("&")
}

/// Headers as they may be written down: as everywhere, and `Location` without what it hands over.
pub fn masked_headers(headers: &[(String, String)], secret: &[String]) -> headers::Headers {
    let mut shown = headers::masked(headers, secret);
    for (name, value) in &mut shown {
        if name.eq_ignore_ascii_case("location") {
            *value = match Url::parse(value) {
                Ok(url) => masked_url(&url),
                // Relative: only what stands behind the question mark is of interest.
                Err(_) => match value.split_once('?') {
                    Some((path, query)) => format!("{path}?{}", masked_query(query)),
                    None => value.clone(),
                },
            };
        } else if name.eq_ignore_ascii_case("dpop") {
            *value = headers::mask(name, value);
        }
    }
    shown
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const CANARY: &str = "S3CRET";

    #[test]
    fn nothing_secret_is_left_in_bodies() {
        let body = format!(
            r#"{{"access_token":"{CANARY}","token_type":"Bearer","expires_in":3600,"refresh_token":"{CANARY}","x":[{{"client_secret":"{CANARY}"}}],"registration_access_token":"{CANARY}","scope":"a"}}"#
        );
        let shown = masked_body(body.as_bytes());
        assert!(!shown.contains(CANARY), "{shown}");
        for plain in ["\"Bearer\"", "3600", "\"scope\":\"a\"", "‹masked~"] {
            assert!(shown.contains(plain), "{shown}");
        }
        let form = format!("access_token={CANARY}&scope=a&token_type=bearer");
        assert_eq!(
            stand_in::plain(&masked_body(form.as_bytes())),
            "access_token=‹masked:access_token›\nscope=a\ntoken_type=bearer"
        );
        let page = format!("<html>{CANARY}</html>");
        assert_eq!(masked_body(page.as_bytes()), "‹19 bytes that are no JSON›");
        assert_eq!(masked_body(b" "), "");
        assert_eq!(format!("{:?}", Secret::new(CANARY)), "‹masked›");
    }

    #[test]
    fn nothing_secret_is_left_in_addresses() {
        let url = format!(
            "http://127.0.0.1:1/cb?code={CANARY}&state={CANARY}&iss=https%3A%2F%2Fas#access_token={CANARY}"
        );
        assert_eq!(
            masked_url(&Url::parse(&url).unwrap()),
            "http://127.0.0.1:1/cb?code=masked&state=masked&iss=https%3A%2F%2Fas#access_token=masked"
        );
        let headers = [
            ("location".to_owned(), url),
            ("Location".to_owned(), format!("/cb?a=1&code={CANARY}")),
            ("location".to_owned(), "/plain".to_owned()),
            ("dpop".to_owned(), CANARY.to_owned()),
        ];
        let shown = format!("{:?}", masked_headers(&headers, &[]));
        assert!(
            !shown.contains(CANARY) && shown.contains("a=1") && shown.contains("/plain"),
            "{shown}"
        );
    }
}
