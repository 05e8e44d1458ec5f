//! A JSON text token by token, with where each stands: once through the bytes, whatever the depth.

use std::borrow::Cow;
use std::ops::Range;

use super::rules::Steps;
use crate::json::{self, steps::Step};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// The name of a member, with its quotation marks.
    Name,
    /// A string, with its quotation marks.
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
    /// The beginning of an object or array; its place is all of it.
    Open,
}

#[derive(Debug)]
struct Level {
    object: bool,
    /// The name of the member that is read, quotation marks included.
    name: Range<usize>,
    /// The place of the item that is read.
    index: usize,
    /// Whether a value comes next, in an object.
    value: bool,
    /// Whether it is inside a schema.
    schema: bool,
}

/// Where a value stands.
#[derive(Debug)]
pub(super) struct Place<'a> {
    raw: &'a [u8],
    levels: &'a [Level],
}

impl Place<'_> {
    /// Whether it is inside a JSON Schema, where names are those of members that are described.
    pub fn in_schema(&self) -> bool {
        self.levels.last().is_some_and(|level| level.schema)
    }

    /// Whether it is what makes a message one: the value of `jsonrpc`, `id` or `method` of a message.
    pub fn is_envelope(&self) -> bool {
        let message = match self.levels {
            [level] => level,
            [list, level] if !list.object => level,
            _ => return false,
        };
        message.object
            && matches!(
                &self.raw[message.name.clone()],
                b"\"jsonrpc\"" | b"\"id\"" | b"\"method\""
            )
    }

    /// The name of the member whose value it is.
    pub fn named(&self) -> Option<String> {
        let level = self.levels.last()?;
        level.object.then(|| level.text(self.raw).into_owned())
    }

    /// Whether it is the value of that member of the whole.
    pub fn is_top(&self, name: &str) -> bool {
        matches!(self.levels, [level] if level.object && level.text(self.raw) == name)
    }

    /// The name of the nearest member it belongs to.
    pub fn nearest(&self) -> Option<String> {
        let level = self.levels.iter().rev().find(|level| level.object)?;
        Some(level.text(self.raw).into_owned())
    }

    /// The steps that lead to it.
    pub fn steps(&self) -> Vec<Step> {
        self.levels
            .iter()
            .map(|level| {
                if level.object {
                    Step::Key(level.text(self.raw).into_owned())
                } else {
                    Step::Index(level.index)
                }
            })
            .collect()
    }
}

impl Level {
    fn text<'a>(&self, raw: &'a [u8]) -> Cow<'a, str> {
        json::text(&raw[self.name.clone()]).unwrap_or_default()
    }
}

impl Steps for Place<'_> {
    fn name(&self) -> Option<Cow<'_, str>> {
        let level = self.levels.last()?;
        level.object.then(|| level.text(self.raw))
    }

    fn is(&self, steps: &[String]) -> bool {
        steps.len() == self.levels.len()
            && self.levels.iter().zip(steps).all(|(level, step)| {
                step == "*"
                    || if level.object {
                        level.text(self.raw) == step.as_str()
                    } else {
                        step.parse() == Ok(level.index)
                    }
            })
    }
}

/// Shows every token. Where `see` says true of the beginning of an object or array, its inside is passed over.
/// Stops where the text stops making sense.
pub(super) fn walk(raw: &[u8], mut see: impl FnMut(&Place<'_>, Range<usize>, Token) -> bool) {
    let mut levels: Vec<Level> = Vec::new();
    let mut at = json::skip_space(raw, 0);
    while let Some(byte) = raw.get(at) {
        let naming = levels
            .last()
            .is_some_and(|level| level.object && !level.value);
        match byte {
            b'"' => {
                let end = json::skip_string(raw, at);
                if naming {
                    if let Some(level) = levels.last_mut() {
                        level.name = at..end;
                    }
                    let place = Place {
                        raw,
                        levels: &levels,
                    };
                    see(&place, at..end, Token::Name);
                } else {
                    let place = Place {
                        raw,
                        levels: &levels,
                    };
                    see(&place, at..end, Token::Text);
                }
                at = end;
            }
            b'{' | b'[' => {
                let place = Place {
                    raw,
                    levels: &levels,
                };
                // How far it goes is found out only where that is wanted.
                if see(&place, at..at, Token::Open) {
                    at = json::skip_value(raw, at);
                } else {
                    let schema = place.in_schema()
                        || place.levels.last().is_some_and(|level| {
                            level.object
                                && matches!(
                                    &raw[level.name.clone()],
                                    b"\"inputSchema\""
                                        | b"\"outputSchema\""
                                        | b"\"requestedSchema\""
                                )
                        });
                    levels.push(Level {
                        object: *byte == b'{',
                        name: 0..0,
                        index: 0,
                        value: false,
                        schema,
                    });
                    at += 1;
                }
            }
            b'}' | b']' => {
                levels.pop();
                at += 1;
            }
            b',' => {
                if let Some(level) = levels.last_mut() {
                    level.index += 1;
                    level.value = false;
                }
                at += 1;
            }
            b':' => {
                if let Some(level) = levels.last_mut() {
                    level.value = true;
                }
                at += 1;
            }
            _ => {
                let end = json::skip_value(raw, at);
                if end == at {
                    return;
                }
                let place = Place {
                    raw,
                    levels: &levels,
                };
                see(&place, at..end, Token::Plain);
                at = end;
            }
        }
        at = json::skip_space(raw, at);
    }
}
