//! A token that a person gave as a header: what stands in it, and what may be wrong with it when it is refused.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::Hop;
use super::jwt::decoded;
use super::metadata::Resource;
use crate::json::{self, Value};
use crate::note::login::GIVEN;
use crate::text;

/// What may be said of a token of which nothing can be read.
const REFUSED: &str = "the Authorization header that was given is refused: has its token expired, or is it another server's?";

/// The value of the header `authorization`.
fn authorization(headers: &[(String, String)]) -> Option<&str> {
    let mut named = headers.iter();
    let (_, value) = named.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    Some(value)
}

/// The claims of a bearer token that is a JWT, and all of it as it may be written down.
fn claims(headers: &[(String, String)]) -> Option<(Value, String)> {
    let (scheme, token) = authorization(headers)?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let jwt = decoded(token.trim())?;
    let claims = Value::parse(jwt.as_bytes()).ok()?.get("claims")?.clone();
    Some((claims, jwt))
}

/// A time among claims, in seconds since 1970. A fraction is cut off (RFC 7519 §2, `NumericDate`).
fn moment(claims: &Value, name: &str) -> Option<i64> {
    let number = claims.get(name)?.to_string();
    if number.contains(['e', 'E']) {
        return None;
    }
    let whole = number.split('.').next().unwrap_or_default();
    json::integer(whole.as_bytes())
}

/// What stands in a token that was given; none when there is none, or nothing in it can be read.
pub fn told(headers: &[(String, String)]) -> Option<Hop> {
    let (claims, jwt) = claims(headers)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Hop::Token {
        issuer: text("iss").unwrap_or_default(),
        how: GIVEN.to_owned(),
        scope: text("scope").or_else(|| text("scp")),
        expires: moment(&claims, "exp"),
        refreshable: false,
        jwt: Some(jwt),
    })
}

/// Why `server` may refuse the token that was given, at `now` (seconds since 1970); none when none was given.
pub fn why_refused(headers: &[(String, String)], server: &Url, now: i64) -> Option<String> {
    authorization(headers)?;
    let Some((claims, _)) = claims(headers) else {
        return Some(REFUSED.to_owned());
    };
    let apart = |seconds: i64| text::took(Duration::from_secs(seconds.unsigned_abs()));
    let at = |seconds: i64| {
        Timestamp::from_second(seconds).map_or_else(
            |_| seconds.to_string(),
            |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        )
    };
    if let Some(end) = moment(&claims, "exp").filter(|end| *end <= now) {
        let (ago, when) = (apart(now.saturating_sub(end)), at(end));
        return Some(format!(
            "the token that was given expired {ago} ago ({when}); --header 'Authorization: Bearer TOKEN' sends another"
        ));
    }
    if let Some(begin) = moment(&claims, "nbf").filter(|begin| *begin > now) {
        let when = at(begin);
        return Some(format!(
            "the token that was given is good from {when} on only: is a clock wrong?"
        ));
    }
    let whom = addressees(&claims);
    if is_for_others(&whom, server) {
        let whom = whom.join(", ");
        return Some(format!(
            "the token that was given is for {whom} (its aud), not for this server"
        ));
    }
    Some(
        "the token that was given has not expired, and is refused all the same: is it this server's, with what it may do?"
            .to_owned(),
    )
}

/// Whom a token is for (RFC 7519 §4.1.3, `aud`: a text or several).
fn addressees(claims: &Value) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether all whom a token is for are other servers. What is no address may be this one by another name.
fn is_for_others(whom: &[&str], server: &Url) -> bool {
    let other = |name: &&str| {
        let is_address = Url::parse(name).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let resource = Resource {
            name: Some((*name).to_owned()),
            ..Resource::default()
        };
        is_address && !resource.covers(server)
    };
    !whom.is_empty() && whom.iter().all(other)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn given(claims: &str) -> Vec<(String, String)> {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims));
        vec![("authorization".to_owned(), format!("Bearer {token}"))]
    }

    fn why(claims: &str) -> String {
        let server = Url::parse("https://h/mcp").unwrap();
        why_refused(&given(claims), &server, 1_000_000).unwrap()
    }

    #[test]
    fn a_token_that_was_given_is_told_without_its_signature() {
        let Some(Hop::Token {
            issuer,
            how,
            expires,
            jwt,
            ..
        }) = told(&given(r#"{"iss":"https://i","exp":1000.5,"aud":"x"}"#))
        else {
            panic!("it can be read");
        };
        assert_eq!((&*issuer, &*how, expires), ("https://i", GIVEN, Some(1000)));
        assert!(!jwt.unwrap().contains("c2ln"));
        for other in ["Bearer abc", "Basic dTpw", "Bearer", ""] {
            assert_eq!(
                told(&[("Authorization".to_owned(), other.to_owned())]),
                None
            );
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_said() {
        let expired = why(r#"{"exp":999820}"#);
        assert!(
            expired.contains("expired 3 min 0 s ago (1970-01-12 13:43:40 UTC)"),
            "{expired}"
        );
        assert!(why(r#"{"nbf":1000100}"#).contains("good from"));
        let other = why(r#"{"exp":2000000,"aud":["https://o/mcp"]}"#);
        assert!(
            other.contains("is for https://o/mcp (its aud), not for this server"),
            "{other}"
        );
        for its in [
            r#"{"aud":"https://h/mcp"}"#,
            r#"{"aud":"my-client"}"#,
            r#"{"aud":"api://6f9c"}"#,
            r#"{"aud":["https://o","https://h"]}"#,
        ] {
            assert!(why(its).contains("refused all the same"), "{its}");
        }
    }

    #[test]
    fn a_token_of_which_nothing_can_be_read_is_refused_without_a_reason() {
        let server = Url::parse("https://h/mcp").unwrap();
        let opaque = [("Authorization".to_owned(), "Bearer abc".to_owned())];
        assert_eq!(why_refused(&opaque, &server, 0).as_deref(), Some(REFUSED));
        assert_eq!(why_refused(&[], &server, 0), None);
    }
}
