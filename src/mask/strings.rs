//! Masks within one string of a JSON text: known values and keys, secrets of JSON that stands in it as text, and what
//! stands for secrets of headers and logins in our notes.

use std::ops::Range;

use super::masker::{Edit, held, unit};
use super::needles::{Found, What};
use super::secrets::Held;
use super::walk::{Token, walk};
use super::{Masker, Rule, Seen};
use crate::json;
use crate::mcp::stand_in::{self, Whose};

impl Masker {
    /// Masks in a string, which stands at `start`; `schema` says whether that is in a schema.
    pub(super) fn in_string(
        &self,
        raw: &[u8],
        (start, schema): (usize, bool),
        seen: Seen,
        server: &str,
        edits: &mut Vec<Edit>,
    ) {
        let inside = raw.get(1..raw.len() - 1).unwrap_or_default();
        let text = json::decode(inside);
        let mut found = if schema {
            self.needles.find_in_schema(text.as_bytes())
        } else {
            self.needles.find(text.as_bytes(), true)
        };
        let mut first = Vec::new();
        if seen == Seen::Note {
            stood_in(&text, &mut first);
        }
        self.in_inner_json(&text, &mut first);
        if !first.is_empty() {
            let apart = |a: &Range<usize>, b: &Range<usize>| a.end <= b.start || b.end <= a.start;
            found.retain(|one| first.iter().all(|other| apart(&one.place, &other.place)));
            found.extend(first);
            found.sort_by_key(|one| one.place.start);
        }
        let (mut at, mut decoded) = (0, 0);
        for one in found {
            let what = &text[one.place.clone()];
            let quote = if matches!(one.what, What::Value(..)) {
                "\\\""
            } else {
                ""
            };
            let (name, rule) = self.name_of(one.what, what, server);
            let mut raw_of = |target: usize| {
                while decoded < target && at < inside.len() {
                    let (long, plain) = unit(inside, at);
                    at += long;
                    decoded += plain;
                }
                start + 1 + at
            };
            edits.push(Edit {
                place: raw_of(one.place.start)..raw_of(one.place.end),
                name,
                rule,
                quote,
            });
        }
    }

    pub(super) fn name_of(&self, what: What, text: &str, server: &str) -> (Box<str>, Rule) {
        let name = |base: &str, rule, held| self.secrets.name(base, rule, held, server);
        match what {
            // Also tells that this server knows it now.
            What::Known(base, rule) => (name(&base, rule, Held::Text(text.into())), rule),
            What::New(base, rule) => (name(base, rule, Held::Text(text.into())), rule),
            What::Member(base) => {
                let rule = Rule::Member;
                (name(&base, rule, Held::Text(text.into())), rule)
            }
            What::Value(base) => {
                let rule = Rule::Member;
                (name(&base, rule, Held::Json(text.into())), rule)
            }
            What::Printed(base, rule, print) => (self.secrets.printed(&base, print), rule),
        }
    }

    /// Members of JSON that is the whole of a text, by their names; as many servers answer.
    fn in_inner_json(&self, text: &str, found: &mut Vec<Found>) {
        let rules = self.secrets.rules();
        let core = text.trim();
        if !matches!(core.as_bytes().first(), Some(b'{' | b'['))
            || !self.needles.may_tell(core.as_bytes())
            || json::check(core.as_bytes()).is_err()
        {
            return;
        }
        let raw = text.as_bytes();
        walk(raw, |place, at, token| {
            let is_value = matches!(token, Token::Text | Token::Plain);
            let name = (is_value && !place.in_schema())
                .then(|| place.named())
                .flatten()
                .filter(|name| rules.is_named(name));
            let apart = |one: &Found| at.end <= one.place.start || one.place.end <= at.start;
            if let Some(name) = name
                && held(&raw[at.clone()]).is_some()
                && found.iter().all(apart)
            {
                found.push(if token == Token::Text {
                    Found {
                        place: at.start + 1..at.end - 1,
                        what: What::Member(name.into()),
                    }
                } else {
                    Found {
                        place: at,
                        what: What::Value(name.into()),
                    }
                });
            }
            false
        });
    }
}

/// What stands in a note of ours for secrets of headers and logins.
fn stood_in(text: &str, found: &mut Vec<Found>) {
    found.extend(stand_in::found(text).map(|one| {
        let rule = match one.whose {
            Whose::Header => Rule::Header,
            Whose::Login => Rule::Login,
        };
        Found {
            place: one.place,
            what: What::Printed(one.name.into(), rule, one.print),
        }
    }));
}
