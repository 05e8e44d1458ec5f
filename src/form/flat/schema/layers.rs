//! Schemas that stand for others: local references and wrappers, followed so far and no further.

use crate::json;

/// How many references and wrappers are followed for one field before it is left as raw JSON.
const HOPS: usize = 16;

/// A schema and the schemas it stands for, nearest first: a keyword is taken from the first that has it.
#[derive(Debug, Clone)]
pub struct Layers<'a> {
    schemas: Vec<&'a [u8]>,
    pub nullable: bool,
}

impl<'a> Layers<'a> {
    pub fn new(raw: &'a [u8]) -> Self {
        Self {
            schemas: vec![raw],
            nullable: false,
        }
    }

    pub fn get(&self, keyword: &str) -> Option<&'a [u8]> {
        self.schemas
            .iter()
            .find_map(|schema| json::get(schema, &[keyword]))
    }

    pub fn has(&self, keyword: &str) -> bool {
        self.get(keyword).is_some()
    }

    /// Follows what only wraps another schema: a local `$ref`, an `allOf` of one, a union with `null`.
    pub fn resolved(mut self, root: &'a [u8]) -> Result<Self, String> {
        for _ in 0..HOPS {
            let Some(last) = self.schemas.last().copied() else {
                break;
            };
            if let Some(reference) = json::string_at(last, &["$ref"]) {
                self.schemas.push(target(root, &reference)?);
                continue;
            }
            if json::get(last, &["$ref"]).is_some() || json::get(last, &["$dynamicRef"]).is_some() {
                return Err("a reference we do not follow".to_owned());
            }
            let inner = ["allOf", "anyOf", "oneOf"]
                .into_iter()
                .find_map(|keyword| Some((keyword, json::get(last, &[keyword])?)));
            let Some((keyword, list)) = inner else {
                return Ok(self);
            };
            let mut real = json::elements(list).filter(|item| !is_null_type(item));
            let (Some(only), None) = (real.next(), real.next()) else {
                return Ok(self);
            };
            let all = json::elements(list).count();
            if keyword == "allOf" && all > 1 {
                return Ok(self);
            }
            // A lone constant is an enum of one, which `kind` reads with its title.
            if all == 1 && keyword != "allOf" && json::get(only, &["const"]).is_some() {
                return Ok(self);
            }
            self.nullable |= all > 1;
            self.schemas.push(only);
        }
        Err("a reference that leads too far".to_owned())
    }
}

pub fn is_null_type(schema: &[u8]) -> bool {
    json::string_at(schema, &["type"]).as_deref() == Some("null")
        || json::get(schema, &["const"]).is_some_and(|raw| json::kind(raw) == json::Kind::Null)
}

/// What a local reference points at: `#`, or a JSON Pointer (RFC 6901) behind it.
fn target<'a>(root: &'a [u8], reference: &str) -> Result<&'a [u8], String> {
    let Some(pointer) = reference.strip_prefix('#') else {
        return Err("a reference to another document".to_owned());
    };
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err("a reference to an anchor".to_owned());
    }
    pointer
        .split('/')
        .skip(1)
        .try_fold(root, |here, step| {
            let step = unescape(step);
            match json::kind(here) {
                json::Kind::Array => json::elements(here).nth(step.parse().ok()?),
                _ => json::get(here, &[&step]),
            }
        })
        .ok_or_else(|| "a reference that leads nowhere".to_owned())
}

fn unescape(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(tail.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes)
        .replace("~1", "/")
        .replace("~0", "~")
}
