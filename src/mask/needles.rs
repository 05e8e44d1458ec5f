//! Finds secrets in text: known values, keys of well-known kinds, and what expressions match.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::rules::is_public;
use super::secrets::{Held, LONG, Secret, Secrets};
use super::trigger::Trigger;
use super::{Rule, Rules, masks, shapes};

/// Shorter ones are not looked for at all.
const SHORT: usize = 4;
/// Of secrets that were not passed to a server, so many are looked for: the newest.
const NEWEST: usize = 64;

/// How keys of well-known kinds begin: made when a body first shows that there may be one, and only once.
static KEYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(shapes::beginnings())
        .ok()
});

/// What was found.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// A secret that has a name.
    Known(Box<str>, Rule),
    /// One that has none yet, and what it would be called.
    New(&'static str, Rule),
    /// The inside of a string of JSON within a text: what its member is called.
    Member(Box<str>),
    /// The same of a value that is no string.
    Value(Box<str>),
    /// A secret that is known by its fingerprint only, what it would be called, and why it is one.
    Printed(Box<str>, Rule, u64),
}

/// Something found in a text.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Where, in bytes.
    pub place: Range<usize>,
    pub what: What,
}

/// What is looked for.
#[derive(Debug)]
pub(super) struct Needles {
    stamp: u64,
    known: Vec<Secret>,
    /// The long ones of `known`, and which they are.
    long: Option<(AhoCorasick, Vec<usize>)>,
    /// The short ones.
    short: HashMap<Box<str>, usize>,
    rules: Rules,
    trigger: Trigger,
}

impl Needles {
    pub fn new(secrets: &Secrets) -> Self {
        let rules = secrets.rules();
        // Before the table is read: what comes in between is seen the next time.
        let stamp = secrets.stamp();
        let mut known = secrets.sought(NEWEST);
        known.retain(|secret| {
            let text = text_of(secret);
            text.chars().nth(SHORT - 1).is_some() && !is_public(text)
        });
        let is_long = |secret: &Secret| text_of(secret).chars().nth(LONG - 1).is_some();
        let which: Vec<usize> = (0..known.len()).filter(|it| is_long(&known[*it])).collect();
        let texts = which.iter().map(|it| text_of(&known[*it]));
        let long = (!which.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(texts)
                    .ok()
            })
            .flatten()
            .map(|found| (found, which));
        let short = known
            .iter()
            .enumerate()
            .filter(|(_, secret)| !is_long(secret) && secret.rule != Rule::Member)
            .map(|(it, secret)| (text_of(secret).into(), it))
            .collect();
        Self {
            stamp,
            trigger: Trigger::new(&known, rules),
            known,
            long,
            short,
            rules: rules.clone(),
        }
    }

    /// Nothing yet, and out of date whatever the secrets are: made in earnest before the first look. Most of what has
    /// secrets is made long before it looks for any, and some never does.
    pub fn unmade() -> Self {
        Self {
            stamp: u64::MAX,
            known: Vec::new(),
            long: None,
            short: HashMap::new(),
            rules: Rules::default(),
            trigger: Trigger::unmade(),
        }
    }

    /// Whether there is something new to look for since this was made.
    pub fn is_stale(&self, secrets: &Secrets) -> bool {
        self.stamp != secrets.stamp()
    }

    /// Whether there may be anything in this body.
    pub fn may_find(&self, body: &[u8]) -> bool {
        self.trigger.fires(body)
    }

    /// Whether there may be a member with a telling name in a text of JSON.
    pub fn may_tell(&self, text: &[u8]) -> bool {
        self.rules.landmarks() != Some(Vec::new()) || self.trigger.fires(text)
    }

    /// Everything found in a text, in order; no two overlap. `whole`: it is a value by itself.
    pub fn find(&self, text: &[u8], whole: bool) -> Vec<Found> {
        let mut found = self.known(text, whole);
        for regex in self.rules.text() {
            for hit in regex.captures_iter(text) {
                let Some(part) = hit.get(1).or_else(|| hit.get(0)) else {
                    continue;
                };
                if !part.is_empty() && !is_in_mask(text, &part.range()) {
                    found.push(Found {
                        place: part.range(),
                        what: What::New("text", Rule::Text),
                    });
                }
            }
        }
        united(text, found)
    }

    /// The same in a schema: what an expression matches there describes secrets, and is none.
    pub fn find_in_schema(&self, text: &[u8]) -> Vec<Found> {
        united(text, self.known(text, true))
    }

    /// Secrets that are known, and keys of well-known kinds; in no order.
    fn known(&self, text: &[u8], whole: bool) -> Vec<Found> {
        let mut found = Vec::new();
        if let Some((search, which)) = &self.long {
            found.extend(search.find_iter(text).map(|hit| {
                let secret = &self.known[which[hit.pattern().as_usize()]];
                Found {
                    place: hit.range(),
                    what: What::Known(secret.name.clone(), secret.rule),
                }
            }));
        }
        if whole
            && !self.short.is_empty()
            && let Some(it) = std::str::from_utf8(text)
                .ok()
                .and_then(|text| self.short.get(text))
        {
            let secret = &self.known[*it];
            found.push(Found {
                place: 0..text.len(),
                what: What::Known(secret.name.clone(), secret.rule),
            });
        }
        if self.rules.built_in()
            && let Some(keys) = &*KEYS
        {
            let hits = keys.find_iter(text);
            let shaped = hits.filter_map(|hit| shapes::key_at(text, hit.start()));
            found.extend(shaped.map(|(place, shape)| Found {
                place,
                what: What::New(shape.name, Rule::Key),
            }));
        }
        found
    }
}

/// Whether an expression matched no more than a mask, or what stands in one.
fn is_in_mask(text: &[u8], place: &Range<usize>) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        masks(text).any(|(mask, _)| mask.start <= place.start && place.end <= mask.end)
    })
}

/// Makes one of what overlaps.
fn united(text: &[u8], mut found: Vec<Found>) -> Vec<Found> {
    let boundary = |at: usize| text.get(at).is_none_or(|byte| byte & 0xC0 != 0x80);
    for one in &mut found {
        // An expression may stop inside of a character.
        while !boundary(one.place.start) {
            one.place.start -= 1;
        }
        while !boundary(one.place.end) {
            one.place.end += 1;
        }
    }
    // Of two that begin together, the longer first; a known one before one that is not.
    found.sort_by_key(|one| {
        let known = matches!(one.what, What::Known(..));
        (one.place.start, std::cmp::Reverse(one.place.end), !known)
    });
    let mut united: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        match united
            .last_mut()
            .filter(|last| one.place.start < last.place.end)
        {
            Some(last) if one.place.end > last.place.end => {
                last.place.end = one.place.end;
                let rule = match last.what {
                    What::Known(_, rule) | What::New(_, rule) | What::Printed(_, rule, _) => rule,
                    What::Member(_) | What::Value(_) => Rule::Member,
                };
                last.what = What::New("secret", rule);
            }
            Some(_) => {}
            None => united.push(one),
        }
    }
    united
}

pub(super) fn text_of(secret: &Secret) -> &str {
    match &secret.held {
        Held::Text(text) | Held::Json(text) => text,
    }
}
