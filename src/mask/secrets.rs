//! The secrets of a session: what each is called, and what it is. In memory only; the oldest go when there are too many.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{LONGEST_NAME, Masker, Rule, Rules, Seen, placeholder};
use crate::json;
use crate::mcp::stand_in::print_of;

/// Values of this many characters are looked for inside of texts; shorter ones are the whole text or nothing.
pub(super) const LONG: usize = 8;
/// Secrets that are held at a time, those that were passed to servers not counted.
const MOST: usize = 2_048;
/// Bytes of them.
const MOST_BYTES: usize = 8 << 20;

/// A value, as it stood in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Held {
    /// The text of a string, decoded.
    Text(Box<str>),
    /// Anything else, raw JSON.
    Json(Box<str>),
}

impl Held {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Json(text) => text.len(),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }

    /// What a header that holds it is known by.
    fn print(&self) -> Option<u64> {
        match self {
            Self::Text(text) => Some(print_of(text)),
            Self::Json(_) => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub name: Box<str>,
    pub rule: Rule,
    pub held: Held,
    /// The servers that know it.
    servers: Vec<Box<str>>,
    /// Whether it stays however many there are.
    stays: bool,
    /// Whether it may go to any server: a person said so.
    given: bool,
}

impl Secret {
    /// Whether it may be told to this server; nobody in particular is the person in front of us.
    pub fn is_for(&self, server: Option<&str>) -> bool {
        self.given
            || server.is_none_or(|server| self.servers.iter().any(|known| **known == *server))
    }
}

/// Holds the secrets of a session. Cheap to clone; all clones hold the same. Shows none of them by itself.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Inner>);

#[derive(Default)]
struct Inner {
    rules: Rules,
    /// Counts up whenever there is something new to look for.
    stamp: AtomicU64,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    by_name: HashMap<Box<str>, Secret>,
    names: HashMap<Held, Box<str>>,
    /// The names by fingerprints, also of secrets of which no more is known.
    prints: HashMap<u64, Box<str>>,
    /// Fingerprints of which no more was known, oldest first, and their names.
    printed: VecDeque<u64>,
    printed_names: HashSet<Box<str>>,
    /// Those that may go, oldest first.
    order: VecDeque<Box<str>>,
    bytes: usize,
    /// How many values a name has had.
    counts: HashMap<Box<str>, u32>,
    dropped: u64,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.table().by_name.len())
    }
}

impl Secrets {
    /// No secrets yet but what was said of masks with the rules by which they are found.
    pub fn of(rules: Rules) -> Self {
        let inner = Inner {
            rules: rules.clone(),
            ..Inner::default()
        };
        let secrets = Self(Arc::new(inner));
        rules.tell(&secrets);
        secrets
    }

    /// The rules by which they are found.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// A text that is no part of the session, JSON or not, such as arguments that are kept, as it may be written; nothing
    /// when it may be written as it is. What is found becomes a secret of this server's. May take a millisecond or two.
    pub fn mask_text(&self, text: &str, server: &str) -> Option<String> {
        let mut masker = Masker::over(self.clone());
        masker.connects(0, server);
        let masked = masker.mask(0, Seen::Sent, text.as_bytes())?;
        String::from_utf8(masked.body).ok()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts up whenever there is something new to look for.
    pub(super) fn stamp(&self) -> u64 {
        self.0.stamp.load(Ordering::Acquire)
    }

    /// The name of a secret of this server's, which may be new. `base` is what it is called if nothing else is.
    pub(super) fn name(&self, base: &str, rule: Rule, held: Held, server: &str) -> Box<str> {
        self.spelled(base, rule, held, server, false)
    }

    /// Lets a text be masked wherever it is repeated, for as long as the session lasts.
    pub fn hide(&self, base: &str, rule: Rule, text: &str, server: &str) {
        self.spelled(base, rule, Held::Text(text.into()), server, true);
    }

    /// Takes a secret, and if it is looked for inside of texts, also as it is spelled in JSON inside of a text, in
    /// addresses, and in headers that cannot hold it as it is.
    fn spelled(&self, base: &str, rule: Rule, held: Held, server: &str, stays: bool) -> Box<str> {
        let text = match &held {
            Held::Text(text) if text.chars().nth(LONG - 1).is_some() && rule.is_sought() => {
                Some(text.clone())
            }
            _ => None,
        };
        let name = self.put(base, rule, held, server, stays);
        let Some(text) = text else { return name };
        let quoted = json::quote(&text);
        let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let others = [
            ("json", quoted[1..quoted.len() - 1].to_owned()),
            ("url", form.replace('+', "%20")),
            ("form", form),
            ("base64", BASE64.encode(&*text)),
        ];
        for (kind, other) in others {
            if *other != *text {
                let base = format!("{name}.{kind}");
                self.put(&base, rule, Held::Text(other.into()), server, stays);
            }
        }
        name
    }

    fn put(&self, base: &str, rule: Rule, held: Held, server: &str, stays: bool) -> Box<str> {
        let mut table = self.table();
        if let Some(name) = table.names.get(&held).cloned() {
            if let Some(secret) = table.by_name.get_mut(&name)
                && !secret.servers.iter().any(|known| **known == *server)
            {
                secret.servers.push(server.into());
            }
            return name;
        }
        // A header or a login may have had it before.
        let print = held.print();
        let known = print.and_then(|print| table.prints.get(&print).cloned());
        let name = match known.filter(|name| !table.by_name.contains_key(name)) {
            Some(name) => name,
            None => table.new_name(base, Some(held.text())),
        };
        if let Some(print) = print {
            table.prints.insert(print, name.clone());
        }
        table.bytes += held.len();
        table.names.insert(held.clone(), name.clone());
        if !stays {
            table.order.push_back(name.clone());
        }
        let secret = Secret {
            name: name.clone(),
            rule,
            held,
            servers: vec![server.into()],
            stays,
            given: false,
        };
        table.by_name.insert(name.clone(), secret);
        table.drop_oldest();
        drop(table);
        self.0.stamp.fetch_add(1, Ordering::Release);
        name
    }

    /// The name of a secret of which only the fingerprint is known: that of the secret itself if it is held.
    pub(super) fn printed(&self, base: &str, print: u64) -> Box<str> {
        let mut table = self.table();
        if let Some(name) = table.prints.get(&print) {
            return name.clone();
        }
        let name = table.new_name(base, None);
        table.prints.insert(print, name.clone());
        table.printed.push_back(print);
        table.printed_names.insert(name.clone());
        if table.printed.len() > MOST
            && let Some(oldest) = table.printed.pop_front()
            && let Some(name) = table.prints.remove(&oldest)
        {
            table.printed_names.remove(&name);
        }
        name
    }

    /// Takes the value of a name from a person: it may go to any server. A value that is no JSON is a text.
    pub fn give(&self, name: &str, value: &str) {
        let mut table = self.table();
        let held = Held::Text(value.into());
        if let Some(old) = table.by_name.remove(name) {
            table.forget(&old.held);
        }
        table.names.insert(held.clone(), name.into());
        table.prints.insert(print_of(value), name.into());
        let secret = Secret {
            name: name.into(),
            rule: Rule::Argument,
            held,
            servers: Vec::new(),
            stays: true,
            given: true,
        };
        table.by_name.insert(name.into(), secret);
        drop(table);
        self.0.stamp.fetch_add(1, Ordering::Release);
    }

    /// The secret of that name, if it is still held, as it would stand in a text.
    pub fn reveal(&self, name: &str) -> Option<String> {
        self.get(name).map(|secret| match secret.held {
            Held::Text(text) | Held::Json(text) => text.into_string(),
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<Secret> {
        self.table().by_name.get(name).cloned()
    }

    /// How many secrets are not held any more because there were too many.
    pub fn dropped(&self) -> u64 {
        self.table().dropped
    }

    /// What is to be looked for: all that was passed, and the newest of the rest.
    pub(super) fn sought(&self, most: usize) -> Vec<Secret> {
        let table = self.table();
        let mut found: Vec<Secret> = table
            .by_name
            .values()
            .filter(|secret| secret.stays)
            .cloned()
            .collect();
        // The same order every time, so that the same text is masked in the same way.
        found.sort_by(|one, other| one.name.cmp(&other.name));
        let newest = table
            .order
            .iter()
            .rev()
            .filter_map(|name| table.by_name.get(name))
            .filter(|secret| secret.rule.is_sought());
        found.extend(newest.take(most).cloned());
        found
    }
}

impl Table {
    fn new_name(&mut self, base: &str, value: Option<&str>) -> Box<str> {
        let mut base: String = base
            .chars()
            .map(|c| if super::is_of_name(c) { c } else { '_' })
            .take(LONGEST_NAME - 12)
            .collect();
        let tells = |base: &str| value.is_some_and(|value| placeholder(base).contains(value));
        // A name must not tell what it hides.
        if base.is_empty() || tells(&base) {
            "secret".clone_into(&mut base);
        }
        loop {
            let count = self.counts.entry(base.as_str().into()).or_insert(0);
            *count += 1;
            let name: Box<str> = match *count {
                1 => base.as_str().into(),
                count => format!("{base}.{count}").into(),
            };
            if !self.by_name.contains_key(&name) && !self.printed_names.contains(&name) {
                return name;
            }
        }
    }

    fn forget(&mut self, held: &Held) {
        self.names.remove(held);
        if let Some(print) = held.print() {
            self.prints.remove(&print);
        }
    }

    fn drop_oldest(&mut self) {
        while self.order.len() > MOST || (self.bytes > MOST_BYTES && self.order.len() > 1) {
            let Some(secret) = self
                .order
                .pop_front()
                .and_then(|name| self.by_name.remove(&name))
            else {
                continue;
            };
            self.forget(&secret.held);
            self.bytes -= secret.held.len();
            self.dropped += 1;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn text(text: &str) -> Held {
        Held::Text(text.into())
    }

    #[test]
    fn names_are_stable_and_numbered() {
        let secrets = Secrets::default();
        let name = |base: &str, value: &str| secrets.name(base, Rule::Argument, text(value), "s");
        assert_eq!(&*name("pin", "one"), "pin");
        assert_eq!(&*name("pin", "two"), "pin.2");
        assert_eq!(&*name("pin", "one"), "pin");
        assert_eq!(
            &*name("other", "one"),
            "pin",
            "the same secret reads the same"
        );
        assert_eq!(&*name("a b", "three"), "a_b");
        assert_eq!(&*name("hunter2", "hunter2"), "secret");
        assert_eq!(secrets.reveal("pin.2").unwrap(), "two");
        // A header has it later, or had it before.
        assert_eq!(&*secrets.printed("x-pin", print_of("two")), "pin.2");
        assert_eq!(&*secrets.printed("x-pin", print_of("four")), "x-pin");
        assert_eq!(&*secrets.printed("x-pin", print_of("five")), "x-pin.2");
        assert_eq!(secrets.reveal("x-pin"), None);
        assert_eq!(&*name("x-pin", "six"), "x-pin.3");
        assert_eq!(&*name("pin", "four"), "x-pin");
        assert_eq!(secrets.reveal("x-pin").unwrap(), "four");
        assert_eq!(format!("{secrets:?}"), "Secrets(6)");
    }

    #[test]
    fn the_oldest_go_and_what_was_passed_stays() {
        let secrets = Secrets::default();
        secrets.hide("KEY", Rule::Variable, "passed to it", "s");
        for number in 0..=MOST {
            secrets.name("pin", Rule::Key, text(&format!("value {number}")), "s");
        }
        assert_eq!(secrets.dropped(), 1);
        assert_eq!(secrets.reveal("pin"), None);
        assert_eq!(secrets.reveal("pin.2").unwrap(), "value 1");
        assert_eq!(secrets.reveal("KEY").unwrap(), "passed to it");
        let huge = "x".repeat(MOST_BYTES + 1);
        secrets.name("pin", Rule::Key, text(&huge), "s");
        assert_eq!(secrets.dropped(), MOST as u64 + 1);
    }

    #[test]
    fn a_secret_is_for_who_knows_it() {
        let secrets = Secrets::default();
        secrets.hide("KEY", Rule::Variable, "of a", "a");
        let secret = secrets.get("KEY").unwrap();
        assert!(secret.is_for(Some("a")) && secret.is_for(None) && !secret.is_for(Some("b")));
        secrets.give("KEY", "by hand");
        let secret = secrets.get("KEY").unwrap();
        assert!(secret.is_for(Some("b")));
        assert_eq!(secrets.reveal("KEY").unwrap(), "by hand");
    }
}
