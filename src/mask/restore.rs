//! The way back: masks replaced by what they hide, for who may know it.

use std::borrow::Cow;

use super::secrets::{Held, Secrets};
use super::walk::{Token, walk};
use super::{Mark, OPENING, masks};
use crate::json;

/// Something cannot be sent, for values that it needs are not known here.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("the value of {} is masked and not known here", .names.join(", "))]
pub struct Missing {
    /// The names of the masks, each once.
    pub names: Vec<String>,
}

impl Missing {
    /// What to do about it.
    pub fn hint(&self) -> String {
        let name = self.names.first().map_or("NAME", String::as_str);
        format!(
            "type it anew, or start mcpscope with --secret {name}=VALUE (--secret {name} takes it from the environment)"
        )
    }
}

/// The names of the masks that stand in a JSON text, each once.
pub fn names_in(raw: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    strings(raw, |_, text| {
        for (_, name) in masks(&text) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    });
    names
}

/// Shows each string in which a mask may stand, with where it stands.
fn strings(raw: &[u8], mut see: impl FnMut(std::ops::Range<usize>, Cow<'_, str>)) {
    if memchr::memmem::find(raw, OPENING.as_bytes()).is_none()
        && memchr::memmem::find(raw, b"\\u2039").is_none()
    {
        return;
    }
    walk(raw, |_, at, token| {
        if matches!(token, Token::Text | Token::Name)
            && let Some(text) = json::text(&raw[at.clone()])
            && text.contains(OPENING)
        {
            see(at, text);
        }
        false
    });
}

impl Secrets {
    /// A JSON text with every mask replaced by what it hides, for this server; nobody in particular is the person in
    /// front of us. All other bytes stay.
    pub fn restore<'a>(
        &self,
        raw: &'a [u8],
        server: Option<&str>,
    ) -> Result<Cow<'a, [u8]>, Missing> {
        let mut missing = Missing { names: Vec::new() };
        let mut edits = Vec::new();
        strings(raw, |at, text| {
            // A mask that is the whole value may stand for a number.
            let whole = masks(&text)
                .next()
                .filter(|(place, _)| *place == (0..text.len()))
                .and_then(|(_, name)| self.get(name))
                .filter(|secret| secret.is_for(server));
            if let Some(Held::Json(json)) = whole.map(|secret| secret.held) {
                edits.push((at, json.into_string()));
            } else {
                match self.text(&text, server) {
                    Ok(Cow::Borrowed(_)) => {}
                    Ok(Cow::Owned(text)) => edits.push((at, json::quote(&text))),
                    Err(more) => missing.add(more.names),
                }
            }
        });
        if !missing.names.is_empty() {
            return Err(missing);
        }
        if edits.is_empty() {
            return Ok(Cow::Borrowed(raw));
        }
        let mut out = Vec::with_capacity(raw.len());
        let mut from = 0;
        for (place, text) in edits {
            out.extend_from_slice(&raw[from..place.start]);
            out.extend_from_slice(text.as_bytes());
            from = place.end;
        }
        out.extend_from_slice(&raw[from..]);
        Ok(Cow::Owned(out))
    }

    /// A body as it was before these places of it were masked; spelled anew in those places.
    pub fn originals(&self, body: &[u8], marks: &[Mark]) -> Result<Vec<u8>, Missing> {
        match self.known_originals(body, marks) {
            (body, missing) if missing.names.is_empty() => Ok(body),
            (_, missing) => Err(missing),
        }
    }

    /// The same; a mask whose secret is not known here stays, and is named.
    pub fn known_originals(&self, body: &[u8], marks: &[Mark]) -> (Vec<u8>, Missing) {
        let is_json = json::check(body.trim_ascii()).is_ok();
        let mut missing = Missing { names: Vec::new() };
        let mut out = Vec::with_capacity(body.len());
        let mut from = 0;
        for mark in marks {
            let Some(secret) = self.get(&mark.name) else {
                missing.add(vec![mark.name.to_string()]);
                continue;
            };
            let Some(part) = body
                .get(mark.at..mark.at + mark.len)
                .filter(|_| mark.at >= from)
            else {
                continue;
            };
            out.extend_from_slice(&body[from..mark.at]);
            from = mark.at + mark.len;
            let whole = part.starts_with(b"\"");
            match secret.held {
                Held::Text(text) if whole => out.extend_from_slice(json::quote(&text).as_bytes()),
                Held::Text(text) if is_json => {
                    let quoted = json::quote(&text);
                    out.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
                }
                Held::Text(text) | Held::Json(text) => out.extend_from_slice(text.as_bytes()),
            }
        }
        out.extend_from_slice(&body[from..]);
        (out, missing)
    }

    /// A text with every mask replaced, as [`Secrets::restore`] does.
    pub fn text<'a>(&self, text: &'a str, server: Option<&str>) -> Result<Cow<'a, str>, Missing> {
        let mut missing = Missing { names: Vec::new() };
        let mut out = String::new();
        let mut from = 0;
        for (place, name) in masks(text) {
            match self.get(name).filter(|secret| secret.is_for(server)) {
                Some(secret) => {
                    let (Held::Text(value) | Held::Json(value)) = secret.held;
                    out.push_str(&text[from..place.start]);
                    out.push_str(&value);
                    from = place.end;
                }
                None => missing.add(vec![name.to_owned()]),
            }
        }
        if !missing.names.is_empty() {
            return Err(missing);
        }
        if from == 0 {
            return Ok(Cow::Borrowed(text));
        }
        out.push_str(&text[from..]);
        Ok(Cow::Owned(out))
    }
}

impl Missing {
    /// These too.
    pub fn add(&mut self, names: Vec<String>) {
        for name in names {
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }
}
