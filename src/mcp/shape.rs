//! Shape: what messages look like in each revision, and what is wrong with one that looks otherwise.
//!
//! The table is `shape/messages.shapes`, written beside METHODS from protocol.md; `table` resolves it for a
//! revision, and this file walks a message's bytes along it. It knows nothing of what came before or after a message,
//! and never refuses one: it tells.

use std::fmt::Write as _;

use super::method::{Method, MethodKind};
use super::revision::Revision;
use crate::json::{self, Kind, pointer};

mod reader;
mod table;

use table::{Known, Node, Place, Table};

/// At most so many things are said of one message.
const MOST: usize = 50;

/// What is wrong at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A member that must be there is not.
    Missing,
    /// It is of another type.
    Type,
    /// Of the right type, but not one of the values it may have.
    Value,
}

/// One thing that is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer into what was looked at.
    pub pointer: String,
    /// In which way.
    pub kind: FaultKind,
    /// In words of ours; what is quoted of the message is not sanitised.
    pub words: String,
}

/// What is wrong with the `params` of a request or notification; `None` when the revision has no such method.
pub fn params(method: &str, revision: Revision, raw: Option<&[u8]>) -> Option<Vec<Fault>> {
    let table = Table::of(revision);
    let place = table.find(method).filter(|_| has(method, revision))?;
    Some(match raw {
        Some(raw) => look(table, place, raw),
        // What has a member that must be there must be there itself.
        None if table.may_be_absent(method) && look(table, place, b"{}").is_empty() => Vec::new(),
        None => vec![Fault {
            pointer: String::new(),
            kind: FaultKind::Missing,
            words: "params is missing".to_owned(),
        }],
    })
}

/// What is wrong with the `result` of a method; `None` when the revision has no such request.
pub fn result(method: &str, revision: Revision, raw: &[u8]) -> Option<Vec<Fault>> {
    let table = Table::of(revision);
    let place = table.find(&format!("{method} <"));
    Some(look(table, place.filter(|_| has(method, revision))?, raw))
}

/// What is wrong with something that has a name in the table, such as `Tool` or `Content`; `None` for an unknown name.
pub fn named(name: &str, revision: Revision, raw: &[u8]) -> Option<Vec<Fault>> {
    let table = Table::of(revision);
    Some(look(table, table.find(name)?, raw))
}

/// What is wrong with the envelope of a message, whatever it carries (protocol.md §3.1). An array is looked into where
/// the revision has batches (2025-03-26).
pub fn envelope(raw: &[u8], revision: Revision) -> Vec<Fault> {
    if json::kind(raw) == Kind::Array && revision == Revision::V2025_03_26 {
        let mut faults = Vec::new();
        for (at, item) in json::elements(raw).enumerate() {
            for mut fault in one_envelope(item, revision) {
                fault.pointer = format!("/{at}{}", fault.pointer);
                faults.push(fault);
            }
        }
        if json::elements(raw).next().is_none() {
            faults.push(fault(
                "",
                FaultKind::Value,
                "a batch holds at least one message".to_owned(),
            ));
        }
        return faults;
    }
    one_envelope(raw, revision)
}

fn fault(pointer: &str, kind: FaultKind, words: String) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        kind,
        words,
    }
}

/// Whether the revision has the method.
fn has(method: &str, revision: Revision) -> bool {
    Method::find(method).is_some_and(|row| (row.since..=row.until).contains(&revision))
}

fn one_envelope(raw: &[u8], revision: Revision) -> Vec<Fault> {
    let name = if json::get(raw, &["method"]).is_some() {
        let method = json::string_at(raw, &["method"]);
        let told = method.as_deref().and_then(Method::find);
        let is_told = told.is_some_and(|row| row.kind == MethodKind::Notification);
        match json::get(raw, &["id"]) {
            Some(_) => "RequestEnvelope",
            None if is_told || told.is_none() => "NotificationEnvelope",
            None => "RequestEnvelope",
        }
    } else if json::get(raw, &["error"]).is_some() {
        "ErrorEnvelope"
    } else {
        "ResultEnvelope"
    };
    named(name, revision, raw).unwrap_or_default()
}

fn look(table: &Table, place: Place, raw: &[u8]) -> Vec<Fault> {
    let mut walk = Walk {
        table,
        pointer: String::new(),
        faults: Vec::new(),
    };
    walk.value(place, raw);
    walk.faults
}

/// A walk along the table.
struct Walk<'a> {
    table: &'a Table,
    pointer: String,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    fn say(&mut self, kind: FaultKind, words: impl Into<String>) {
        if self.faults.len() < MOST {
            self.faults.push(fault(&self.pointer, kind, words.into()));
        }
    }

    fn below(&mut self, name: &str, look: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer = pointer::below(&self.pointer, name);
        look(self);
        self.pointer.truncate(length);
    }

    fn value(&mut self, place: Place, raw: &[u8]) {
        let table = self.table;
        let found = json::kind(raw);
        let node = table.at(place);
        let (wanted, fits) = match node {
            Node::Any => return,
            Node::String | Node::Literal(_) => ("a string", found == Kind::String),
            Node::Integer | Node::Count => ("an integer", whole(raw).is_some()),
            Node::Number | Node::Share => ("a number", found == Kind::Number),
            Node::Boolean => ("true or false", found == Kind::Bool),
            Node::Null => ("null", found == Kind::Null),
            Node::Array(_) => ("an array", found == Kind::Array),
            Node::Object | Node::Map(_) | Node::Members(_) => ("an object", found == Kind::Object),
            Node::OneOf(places) => return self.one_of(places, raw),
            Node::See(_) => unreachable!("a place is followed to its end"),
        };
        if !fits {
            let words = format!("must be {wanted}, not {}", called(raw));
            return self.say(FaultKind::Type, words);
        }
        match node {
            Node::Literal(text) if json::text(raw).as_deref() != Some(&**text) => {
                self.say(
                    FaultKind::Value,
                    format!("must be \"{text}\", not {}", called(raw)),
                );
            }
            Node::Count if whole(raw).is_some_and(|number| number < 0.0) => {
                self.say(FaultKind::Value, "must be 0 or more");
            }
            Node::Share if !number(raw).is_some_and(|share| (0.0..=1.0).contains(&share)) => {
                self.say(FaultKind::Value, "must be from 0 to 1");
            }
            Node::Array(item) => {
                for (at, raw) in json::elements(raw).enumerate() {
                    self.below(&at.to_string(), |walk| walk.value(*item, raw));
                }
            }
            Node::Map(value) => {
                for (name, raw) in json::members(raw) {
                    self.below(&name, |walk| walk.value(*value, raw));
                }
            }
            Node::Members(members) => self.members(members, raw),
            _ => {}
        }
    }

    fn members(&mut self, members: &[Known], raw: &[u8]) {
        for member in members {
            match json::get(raw, &[&member.name]) {
                Some(raw) => self.below(&member.name, |walk| walk.value(member.place, raw)),
                None if member.optional => {}
                None => self.say(FaultKind::Missing, format!("{} is missing", member.name)),
            }
        }
    }

    /// Says what is wrong with the alternative that is most likely meant.
    fn one_of(&mut self, places: &[Place], raw: &[u8]) {
        let places = &self.flat(places);
        let mut tried = Vec::new();
        for place in places {
            let faults = look(self.table, *place, raw);
            if faults.is_empty() {
                return;
            }
            tried.push((*place, faults));
        }
        let meant = self.meant(places, raw);
        let faults = tried.into_iter().filter(|(place, _)| meant.contains(place));
        let absent = |fault: &&Fault| fault.pointer.is_empty() && fault.kind == FaultKind::Missing;
        let likely = |faults: &[Fault]| (faults.iter().filter(absent).count(), faults.len());
        let Some((_, faults)) = faults.min_by_key(|(_, faults)| likely(faults)) else {
            return self.none_of(places, raw);
        };
        let room = MOST.saturating_sub(self.faults.len());
        for one in faults.into_iter().take(room) {
            let pointer = format!("{}{}", self.pointer, one.pointer);
            self.faults.push(Fault { pointer, ..one });
        }
    }

    /// Alternatives of alternatives are alternatives.
    fn flat(&self, places: &[Place]) -> Vec<Place> {
        let all = places.iter().flat_map(|place| match self.table.at(*place) {
            Node::OneOf(places) => self.flat(places),
            _ => vec![*place],
        });
        all.collect()
    }

    /// The alternatives that may be meant: objects whose literal members say so, else those without any.
    fn meant(&self, places: &[Place], raw: &[u8]) -> Vec<Place> {
        let kind = json::kind(raw);
        if kind != Kind::Object {
            let is_array = |place: &Place| matches!(self.table.at(*place), Node::Array(_));
            let places = places.iter().copied();
            return places
                .filter(|place| kind == Kind::Array && is_array(place))
                .collect();
        }
        let objects = places.iter().copied();
        let objects = objects.filter(|place| matches!(self.table.at(*place), Node::Members(_)));
        let (worded, plain): (Vec<_>, Vec<_>) =
            objects.partition(|place| self.literals(*place).next().is_some());
        let says = |place: &Place| {
            self.literals(*place).all(|(name, text)| {
                json::string_at(raw, &[name]).is_some_and(|found| found == text)
            })
        };
        let meant: Vec<_> = worded.into_iter().filter(says).collect();
        if meant.is_empty() { plain } else { meant }
    }

    fn literals(&self, place: Place) -> impl Iterator<Item = (&str, &str)> {
        let members = match self.table.at(place) {
            Node::Members(members) => members.as_slice(),
            _ => &[],
        };
        members
            .iter()
            .filter_map(|member| match self.table.at(member.place) {
                Node::Literal(text) if !member.optional => Some((&*member.name, &**text)),
                _ => None,
            })
    }

    /// None of the alternatives is meant: names what there is to choose from.
    fn none_of(&mut self, places: &[Place], raw: &[u8]) {
        let literal = |place: &Place| match self.table.at(*place) {
            Node::Literal(text) => Some(format!("\"{text}\"")),
            _ => None,
        };
        let words: Vec<_> = places.iter().filter_map(literal).collect();
        if words.len() == places.len() {
            let kind = match json::kind(raw) {
                Kind::String => FaultKind::Value,
                _ => FaultKind::Type,
            };
            return self.say(
                kind,
                format!("must be {}, not {}", one_of(&words), called(raw)),
            );
        }
        // Objects that a word tells apart.
        let apart = places.iter().find_map(|place| self.literals(*place).next());
        if let (Kind::Object, Some((name, _))) = (json::kind(raw), apart) {
            let name = name.to_owned();
            let mut words: Vec<_> = places
                .iter()
                .flat_map(|place| self.literals(*place))
                .filter(|(other, _)| *other == name)
                .map(|(_, text)| format!("\"{text}\""))
                .collect();
            words.dedup();
            return match json::get(raw, &[&name]) {
                None => self.say(FaultKind::Missing, format!("{name} is missing")),
                Some(found) => {
                    let words = format!("must be {}, not {}", one_of(&words), called(found));
                    self.below(&name, |walk| walk.say(FaultKind::Value, words));
                }
            };
        }
        let mut kinds: Vec<_> = places
            .iter()
            .map(|place| self.kind(*place).to_owned())
            .collect();
        kinds.dedup();
        let words = format!("must be {}, not {}", one_of(&kinds), called(raw));
        self.say(FaultKind::Type, words);
    }

    fn kind(&self, place: Place) -> &'static str {
        match self.table.at(place) {
            Node::String | Node::Literal(_) => "a string",
            Node::Integer | Node::Count => "an integer",
            Node::Number | Node::Share => "a number",
            Node::Boolean => "true or false",
            Node::Null => "null",
            Node::Array(_) => "an array",
            Node::Object | Node::Map(_) | Node::Members(_) => "an object",
            Node::Any | Node::OneOf(_) | Node::See(_) => "anything",
        }
    }
}

/// `a, b or c`.
fn one_of(words: &[String]) -> String {
    let mut line = String::new();
    for (at, word) in words.iter().enumerate() {
        let between = match at {
            0 => "",
            at if at + 1 == words.len() => " or ",
            _ => ", ",
        };
        let _ = write!(line, "{between}{word}");
    }
    line
}

/// The number that stands there.
fn number(raw: &[u8]) -> Option<f64> {
    if json::kind(raw) != Kind::Number {
        return None;
    }
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}

/// The number that stands there, when it has no fraction: `1.0` is 1 (JSON Schema validation, §6.1.1).
fn whole(raw: &[u8]) -> Option<f64> {
    number(raw).filter(|number| number.fract() == 0.0)
}

/// What stands there, in a word or two; short strings are quoted.
fn called(raw: &[u8]) -> String {
    match json::kind(raw) {
        Kind::Object => "an object".to_owned(),
        Kind::Array => "an array".to_owned(),
        Kind::String => match json::text(raw) {
            Some(text) if text.chars().count() <= 40 => json::quote(&text),
            _ => "a string".to_owned(),
        },
        Kind::Number | Kind::Bool | Kind::Null => String::from_utf8_lossy(raw).trim().to_owned(),
        Kind::Invalid => "no JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests;
