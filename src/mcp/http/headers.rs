//! Headers, as values: what a body demands of the head of its request, and what must not be written down.
//!
//! 2026-07-28 wants method, name and marked arguments repeated in headers (protocol.md §4.4, §3.7); here is the one
//! place that derives them. Nothing is sent here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::json::{self, Kind};
use crate::mcp::meta;
use crate::mcp::stand_in::{self, Whose};

/// Header names in lower case, with their values; bytes that are no UTF-8 are replaced.
pub type Headers = Vec<(String, String)>;

/// The first value of a header.
pub fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// What a `Content-Type` says without its parameters, in lower case.
pub fn mime(headers: &[(String, String)]) -> String {
    value(headers, "content-type")
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Headers whose value is a secret, or may be one.
const SECRET: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "mcp-session-id",
    "authentication-info",
];

/// Parts of names that sound like a secret.
const SECRETIVE: &[&str] = &[
    "api-key",
    "apikey",
    "api_key",
    "token",
    "secret",
    "password",
    "passwd",
    "session",
    "signature",
    "credential",
    "auth",
];

/// Whether the value of this header or query parameter must not be written down.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // A challenge says how to log in; it holds nothing of ours.
    name != "www-authenticate"
        && (SECRET.contains(&name.as_str())
            || SECRETIVE.iter().any(|part| name.contains(part))
            || matches!(name.as_str(), "key" | "sig" | "code" | "pwd"))
}

/// A value without the scheme before it (`Bearer …`), and that scheme. What follows is the secret.
pub fn scheme(value: &str) -> (Option<&str>, &str) {
    match value.trim().split_once(' ') {
        Some((scheme @ ("Bearer" | "Basic" | "Digest" | "DPoP" | "Token"), rest)) => {
            (Some(scheme), rest.trim())
        }
        _ => (None, value.trim()),
    }
}

/// What stands for the secret in a header of that name until it is recorded.
pub fn mask(name: &str, value: &str) -> String {
    let (scheme, secret) = scheme(value);
    let told = scheme.map_or_else(String::new, |scheme| format!("{scheme} "));
    told + &stand_in::of(Whose::Header, name, secret)
}

/// The headers as they may be written down. `secret` has the names whose values a person gave us.
pub fn masked(headers: &[(String, String)], secret: &[String]) -> Headers {
    headers
        .iter()
        .map(|(name, value)| {
            let given = secret.iter().any(|other| other.eq_ignore_ascii_case(name));
            let value = if given || is_secret(name) {
                mask(name, value)
            } else {
                value.clone()
            };
            (name.clone(), value)
        })
        .collect()
}

/// The same path and query, as a request line has them, at the origin of another address.
pub fn at(origin: &url::Url, path: &str) -> url::Url {
    let mut url = origin.clone();
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    url.set_path(path);
    url.set_query(query);
    url
}

/// The address as it may be written down: without a password, and without what query parameters with a telling name
/// hold.
pub fn masked_url(url: &url::Url) -> String {
    let mut shown = url.clone();
    // Both fail only for addresses that have no host, which have no password either.
    if shown.password().is_some() {
        let _ = shown.set_password(Some("masked"));
    } else if !shown.username().is_empty() {
        let _ = shown.set_username("masked");
    }
    let Some(query) = url.query() else {
        return shown.into();
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => format!("{name}=masked"),
        _ => pair.to_owned(),
    });
    let pairs: Vec<String> = pairs.collect();
    shown.set_query(Some(&pairs.join("&")));
    shown.into()
}

/// How a value stands in a header: as it is, or in base64 where a header could not hold it.
///
/// 2026-07-28, `basic/transports/streamable-http`, Value Encoding.
pub fn encoded(value: &str) -> String {
    let plain = value
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
        && value.trim_matches([' ', '\t']) == value
        && !(value.starts_with("=?base64?") && value.ends_with("?="));
    if plain {
        value.to_owned()
    } else {
        format!("=?base64?{}?=", BASE64.encode(value))
    }
}

/// An argument that a tool wants repeated in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// The header, with its prefix `Mcp-Param-`.
    pub header: String,
    /// Where in the arguments it stands.
    pub path: Vec<String>,
    /// The `type` its schema gives it: `string`, `integer` or `boolean`.
    pub kind: String,
}

/// The arguments that a tool's input schema marks with `x-mcp-header`, or why the tool must not be offered over HTTP.
///
/// 2026-07-28, `server/tools`, `x-mcp-header`.
pub fn params(schema: &[u8]) -> Result<Vec<Param>, String> {
    let mut found = Vec::new();
    collect(schema, &mut Vec::new(), &mut found)?;
    let reached = found.len();
    if count(schema, 0) > reached {
        return Err("x-mcp-header stands where only properties may lead".to_owned());
    }
    for (place, param) in found.iter().enumerate() {
        let same = |other: &Param| other.header.eq_ignore_ascii_case(&param.header);
        if found[..place].iter().any(same) {
            return Err(format!("two arguments want the header {}", param.header));
        }
    }
    Ok(found)
}

fn collect(schema: &[u8], path: &mut Vec<String>, found: &mut Vec<Param>) -> Result<(), String> {
    if path.len() > DEEPEST {
        return Ok(());
    }
    let Some(properties) = json::get(schema, &["properties"]) else {
        return Ok(());
    };
    for (name, property) in json::members(properties) {
        path.push(name.into_owned());
        if let Some(mark) = json::get(property, &["x-mcp-header"]) {
            let shown = path.join(".");
            let Some(header) = json::string(mark) else {
                return Err(format!("x-mcp-header of {shown} is no string"));
            };
            if header.is_empty() || !header.bytes().all(is_token) {
                return Err(format!(
                    "x-mcp-header of {shown} is no header name: {}",
                    json::quote(&header)
                ));
            }
            let kind = json::string_at(property, &["type"]).unwrap_or_default();
            if !matches!(kind.as_str(), "string" | "integer" | "boolean") {
                return Err(format!(
                    "x-mcp-header of {shown} needs the type string, integer or boolean"
                ));
            }
            found.push(Param {
                header: format!("Mcp-Param-{header}"),
                path: path.clone(),
                kind,
            });
        }
        collect(property, path, found)?;
        path.pop();
    }
    Ok(())
}

/// How deep schemas are looked into.
const DEEPEST: usize = 64;

/// Marks anywhere that a schema can stand. A property that is itself called `x-mcp-header` is none, and neither is
/// what stands in examples and defaults.
fn count(schema: &[u8], depth: usize) -> usize {
    if depth > DEEPEST {
        return 0;
    }
    let inside = |raw: &[u8]| match json::kind(raw) {
        Kind::Object => count(raw, depth + 1),
        Kind::Array => json::elements(raw).map(|item| count(item, depth + 1)).sum(),
        _ => 0,
    };
    json::members(schema)
        .map(|(key, value)| match &*key {
            "x-mcp-header" => 1,
            "properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas" => {
                json::members(value).map(|(_, schema)| inside(schema)).sum()
            }
            "const" | "enum" | "default" | "example" | "examples" => 0,
            _ => inside(value),
        })
        .sum()
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The headers that repeat what `params` of a `tools/call` hold in its marked arguments; what cannot be repeated is
/// left out.
pub fn of_arguments(params: &[Param], arguments: &[u8]) -> Headers {
    params
        .iter()
        .filter_map(|param| {
            let path: Vec<&str> = param.path.iter().map(String::as_str).collect();
            let raw = json::get(arguments, &path)?;
            let text = match (json::kind(raw), param.kind.as_str()) {
                (Kind::String, "string") => json::string(raw)?,
                (Kind::Bool, "boolean") => String::from_utf8_lossy(raw.trim_ascii()).into_owned(),
                (Kind::Number, "integer") => json::integer(raw)
                    .filter(|number| number.unsigned_abs() < 1 << 53)?
                    .to_string(),
                _ => return None,
            };
            Some((param.header.clone(), encoded(&text)))
        })
        .collect()
}

/// The revision a request says it speaks; only those of 2026-07-28 do.
pub fn version_in(params: &[u8]) -> Option<String> {
    json::string_at(params, &["_meta", meta::PROTOCOL_VERSION])
}

/// The headers `Mcp-Method` and `Mcp-Name` of a request (2026-07-28).
pub fn of_request(method: &str, params: &[u8]) -> Headers {
    let mut headers = vec![("mcp-method".to_owned(), method.to_owned())];
    let member = match method {
        "tools/call" | "prompts/get" => Some("name"),
        "resources/read" => Some("uri"),
        _ if method.starts_with("tasks/") => Some("taskId"),
        _ => None,
    };
    if let Some(name) = member.and_then(|member| json::string_at(params, &[member])) {
        headers.push(("mcp-name".to_owned(), encoded(&name)));
    }
    headers
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_plain_where_they_can_be() {
        for (value, header) in [
            ("prod", "prod"),
            ("two words", "two words"),
            ("", ""),
            (" lead", "=?base64?IGxlYWQ=?="),
            ("größe", "=?base64?Z3LDtsOfZQ==?="),
            ("a\nb", "=?base64?YQpi?="),
            ("=?base64?eA==?=", "=?base64?PT9iYXNlNjQ/ZUE9PT89?="),
        ] {
            assert_eq!(encoded(value), header, "{value:?}");
        }
    }

    #[test]
    fn marked_arguments_become_headers() {
        let schema = br#"{"type":"object","properties":{
            "env":{"type":"string","x-mcp-header":"Env"},
            "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
            "dry":{"type":"boolean","x-mcp-header":"Method"},
            "plain":{"type":"string"}}}"#;
        let params = params(schema).unwrap();
        let arguments = br#"{"env":"p\u00fc","deep":{"n":42},"dry":false,"plain":"x"}"#;
        assert_eq!(
            of_arguments(&params, arguments),
            [
                ("Mcp-Param-Env".to_owned(), "=?base64?cMO8?=".to_owned()),
                ("Mcp-Param-N".to_owned(), "42".to_owned()),
                ("Mcp-Param-Method".to_owned(), "false".to_owned()),
            ]
        );
        for arguments in [
            &b"{}"[..],
            br#"{"env":null,"deep":{"n":1e400},"dry":"x"}"#,
            br#"{"deep":{"n":9007199254740993}}"#,
        ] {
            assert_eq!(of_arguments(&params, arguments), []);
        }
    }

    #[test]
    fn a_wrong_mark_excludes_the_tool_with_a_reason() {
        for (schema, why) in [
            (
                r#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#,
                "is no header name",
            ),
            (
                r#"{"properties":{"a":{"type":"string","x-mcp-header":"A B"}}}"#,
                "is no header name",
            ),
            (
                r#"{"properties":{"a":{"type":"string","x-mcp-header":7}}}"#,
                "is no string",
            ),
            (
                r#"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#,
                "needs the type",
            ),
            (
                r#"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}"#,
                "two arguments",
            ),
            (
                r##"{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":"string","x-mcp-header":"A"}}}"##,
                "only properties",
            ),
            (
                r#"{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}"#,
                "only properties",
            ),
            (
                r#"{"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}"#,
                "only properties",
            ),
        ] {
            let told = params(schema.as_bytes()).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
        let named =
            br#"{"properties":{"x-mcp-header":{"type":"string"}},"default":{"x-mcp-header":1}}"#;
        assert_eq!(params(named), Ok(vec![]));
    }

    #[test]
    fn secrets_are_masked_and_marked() {
        let headers: Headers = [
            ("Authorization", "Bearer abc"),
            ("x-api-key", "k"),
            ("mcp-session-id", "s"),
            ("x-mine", "v"),
            ("www-authenticate", "Bearer realm=x"),
            ("content-type", "text/html"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let told: Vec<String> = masked(&headers, &["X-Mine".to_owned()])
            .into_iter()
            .map(|(_, value)| stand_in::plain(&value))
            .collect();
        assert_eq!(
            told,
            [
                "Bearer ‹masked:Authorization›",
                "‹masked:x-api-key›",
                "‹masked:mcp-session-id›",
                "‹masked:x-mine›",
                "Bearer realm=x",
                "text/html"
            ]
        );
        let url = url::Url::parse("https://me:pw@h/mcp?sessionId=abc&q=1&api_key=s").unwrap();
        assert_eq!(
            masked_url(&url),
            "https://me:masked@h/mcp?sessionId=masked&q=1&api_key=masked"
        );
    }

    proptest! {
        #[test]
        fn every_value_survives_its_header(value: String) {
            let header = encoded(&value);
            prop_assert!(header.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')));
            let back = match header.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
                Some(inner) => String::from_utf8(BASE64.decode(inner).unwrap()).unwrap(),
                None => header,
            };
            prop_assert_eq!(back, value);
        }

        #[test]
        fn any_schema_is_survived(schema in r#"[\[\]{}:,"a-z0-9\-]{0,60}"#) {
            let _ = params(schema.as_bytes());
        }
    }
}
