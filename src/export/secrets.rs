//! Secrets are masked once more on the way out: a recording of an older version, or one that was imported, may hold
//! what ours never would.

use std::collections::HashSet;

use crate::json;
use crate::mask::{Mark, Masker, Seen};
use crate::mcp::auth::masked_body;
use crate::mcp::http::headers::{is_secret, mask, masked_url};
use crate::note::Note;
use crate::note::http::Step;
use crate::note::login::Hop;
use crate::session::{Channel, Direction, Entry};

/// What is masked in an address, counted.
const ADDRESS: &str = "address";

/// How often which rule masked something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Masked {
    /// By the rule's name, in the order they came up.
    rules: Vec<(&'static str, u64)>,
    /// The numbers of the entries they were in: one that is read twice counts once.
    entries: HashSet<u64>,
}

impl Masked {
    /// Rules with their counts.
    pub fn rules(&self) -> &[(&'static str, u64)] {
        &self.rules
    }

    /// How much was masked, all in all.
    pub fn total(&self) -> u64 {
        self.rules.iter().map(|(_, count)| count).sum()
    }

    /// For people: `2 headers, 1 address`; empty without any.
    pub fn words(&self) -> String {
        let words = self.rules.iter().map(|(rule, count)| {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            crate::text::plural(count, rule)
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn count(&mut self, rule: &'static str) {
        match self.rules.iter_mut().find(|(name, _)| *name == rule) {
            Some((_, count)) => *count += 1,
            None => self.rules.push((rule, 1)),
        }
    }

    /// Masks what is secret in an entry. What a masker finds depends on what it was shown before.
    pub fn entry(&mut self, masker: &mut Masker, entry: &mut Entry) {
        let before = self.total();
        if self.entries.contains(&entry.seq) {
            Self::default().mask(masker, entry);
        } else {
            self.mask(masker, entry);
            if self.total() > before {
                self.entries.insert(entry.seq);
            }
        }
    }

    fn mask(&mut self, masker: &mut Masker, entry: &mut Entry) {
        if entry.channel == Channel::Http {
            let mut note = Note::read(&entry.body);
            let mut found = Self::default();
            if found.note(&mut note) {
                entry.body = note.to_json().into_bytes();
            }
            // The others only stand in for masks now, and are counted as such below.
            for (rule, count) in found.rules {
                if rule == ADDRESS {
                    for _ in 0..count {
                        self.count(ADDRESS);
                    }
                }
            }
        }
        let seen = match (&entry.channel, entry.direction) {
            (Channel::Wire, Direction::Out) => Seen::Sent,
            (Channel::Wire, _) => Seen::Came,
            (Channel::Process | Channel::Http | Channel::Note, _) => Seen::Note,
            _ => Seen::Line,
        };
        let Some(found) = masker.mask(entry.conn, seen, &entry.body) else {
            return;
        };
        for mark in &found.marks {
            self.count(mark.rule.word());
        }
        let mut marks = moved(&entry.body, &found.body, Mark::of(entry.extra.as_deref()));
        marks.extend(found.marks);
        marks.sort_by_key(|mark| mark.at);
        entry.body = found.body;
        let object = entry.extra.as_deref().map(|extra| format!("{{{extra}}}"));
        let others = object
            .iter()
            .flat_map(|object| json::members(object.as_bytes()));
        let others = others.filter(|(key, _)| key != "mask").map(|(key, value)| {
            format!("{}:{}", json::quote(&key), String::from_utf8_lossy(value))
        });
        let members: Vec<String> = others.chain([Mark::member(&marks)]).collect();
        entry.extra = Some(members.join(",").into());
    }

    /// Masks what is secret in a note; true when there was something.
    pub(super) fn note(&mut self, note: &mut Note) -> bool {
        let before = self.total();
        match note {
            Note::Address { url, .. } => self.url(url),
            Note::Http(step) => match step {
                Step::Request { url, headers, .. } => {
                    self.url(url);
                    self.headers(headers);
                }
                Step::Response { headers, .. } => self.headers(headers),
                _ => {}
            },
            Note::Login(Hop::Visit { url, .. }) => self.url(url),
            Note::Login(Hop::Tried { sent, got, .. }) => {
                for body in [sent, got].into_iter().flatten() {
                    self.login(body);
                }
            }
            _ => {}
        }
        self.total() > before
    }

    /// Masks the values of headers that are secret.
    pub(super) fn headers(&mut self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            if is_secret(name) && !value.contains('‹') && !value.is_empty() {
                *value = mask(name, value);
                self.count("header");
            }
        }
    }

    fn url(&mut self, text: &mut String) {
        let Ok(url) = url::Url::parse(text) else {
            return;
        };
        let masked = masked_url(&url);
        if masked != url.as_str() {
            *text = masked;
            self.count(ADDRESS);
        }
    }

    fn login(&mut self, body: &mut String) {
        // What stands masked already stays; a mask of a mask would be another secret.
        if body.contains("‹masked") {
            return;
        }
        let is_json = json::check(body.as_bytes()).is_ok();
        let masked = masked_body(body.as_bytes());
        if is_json && masked != *body && masked.contains("‹masked") {
            *body = masked;
            self.count("login");
        }
    }
}

/// Where the masks of a body stand after others were put in.
fn moved(before: &[u8], after: &[u8], marks: Vec<Mark>) -> Vec<Mark> {
    let place = |mark: Mark| {
        let text = before.get(mark.at..mark.at + mark.len)?;
        let earlier = memchr::memmem::find_iter(&before[..mark.at], text).count();
        let at = memchr::memmem::find_iter(after, text).nth(earlier)?;
        Some(Mark { at, ..mark })
    };
    marks.into_iter().filter_map(place).collect()
}
