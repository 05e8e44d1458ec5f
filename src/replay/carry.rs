//! Values that a server gave out in one result and that stand in a later request: which they are in a recording, and
//! what stands in their place in a new result.
//!
//! Only what is told apart easily is carried over: cursors, texts of six bytes and more, numbers of five digits and
//! more. What the client had sent before the server said it is the client's own, and stays. Of lists, only cursors and
//! URIs are the server's own; names, descriptions and schemas are what requests are made of.

use std::collections::{HashMap, HashSet};

use crate::json::steps::{self, Notation, Step};
use crate::json::{self, Value};
use crate::mcp::types::List;
use crate::session::timeline::ExchangeIndex;

/// Results beyond this size are not looked through.
const LARGEST: usize = 8 << 20;
/// Bytes before a value within a text that tell where it stands; the first that fits counts.
const BEFORE: [usize; 4] = [24, 12, 6, 3];

/// A value that can be carried over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Scalar {
    Text(String),
    Number(String),
    Cursor(String, String),
}

/// Where a result holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is the whole value there.
    At(Vec<Step>),
    /// It stands in the text there, behind one of these: how it ends, which of how many.
    Within(Vec<Step>, Vec<Before>),
}

/// What stands before a value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    text: String,
    nth: usize,
    of: usize,
}

/// A value of a request that came from an earlier result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carry {
    /// Where it stands in the params.
    pub to: Vec<Step>,
    /// What stands there in the recording.
    pub value: Value,
    /// The call whose result gave it out.
    pub from: ExchangeIndex,
    /// Where it stands there.
    pub found: Found,
    /// The entry of that call, by sequence number, and what it is called, in words of the filter; the ledger does not
    /// know.
    pub call: (u64, String),
}

impl Carry {
    /// Where it goes, in words: `$.arguments.id`.
    pub fn target(&self) -> String {
        steps::path(&self.to, Notation::JsonPath)
    }

    /// Where it comes from, in words: `$.structuredContent.id`.
    pub fn source(&self) -> String {
        let (Found::At(path) | Found::Within(path, _)) = &self.found;
        steps::path(path, Notation::JsonPath)
    }
}

/// What became of a value in a new result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Now {
    /// The new result holds the same.
    Same,
    /// This stands in its place.
    Other(Value),
    /// Nothing of the kind stands in its place.
    Lost,
}

/// Whose a value is.
#[derive(Debug)]
enum Origin {
    Client,
    Server(ExchangeIndex, Found),
}

/// Tells in the order of a recording which values of requests came from results.
#[derive(Debug, Default)]
pub struct Ledger {
    wanted: HashSet<Scalar>,
    known: HashMap<Scalar, Origin>,
}

impl Ledger {
    /// A request that will come: its values are looked for in results.
    pub fn want(&mut self, method: &str, params: &Value) {
        asked(method, params, &mut |_, _, scalar| {
            self.wanted.insert(scalar);
        });
    }

    /// Whether results have to be looked through at all.
    pub fn is_idle(&self) -> bool {
        self.wanted.is_empty()
    }

    /// A request is sent: what of it came from results.
    pub fn request(&mut self, method: &str, params: &Value) -> Vec<Carry> {
        let mut carries = Vec::new();
        let mut own = Vec::new();
        asked(
            method,
            params,
            &mut |to, value, scalar| match self.known.get(&scalar) {
                Some(Origin::Server(from, found)) => carries.push(Carry {
                    to: to.to_vec(),
                    value: value.clone(),
                    from: *from,
                    found: found.clone(),
                    call: (0, String::new()),
                }),
                Some(Origin::Client) => {}
                None => own.push(scalar),
            },
        );
        for scalar in own {
            self.known.insert(scalar, Origin::Client);
        }
        carries
    }

    /// A request was answered with this raw result.
    pub fn result(&mut self, from: ExchangeIndex, method: &str, result: &[u8]) {
        if self.is_idle() || result.len() > LARGEST {
            return;
        }
        if is_list(method) {
            if let Some(cursor) = json::string_at(result, &["nextCursor"]) {
                let found = Found::At(vec![Step::Key("nextCursor".to_owned())]);
                let scalar = Scalar::Cursor(method.to_owned(), cursor);
                // Of two times that a list was fetched the later one counts.
                self.known.insert(scalar, Origin::Server(from, found));
            }
            if method != List::Resources.method() {
                return;
            }
            for (place, resource) in json::get(result, &["resources"])
                .map(|list| json::elements(list).enumerate())
                .into_iter()
                .flatten()
            {
                if let Some(uri) = json::string_at(resource, &["uri"]) {
                    let path = vec![
                        Step::Key("resources".to_owned()),
                        Step::Index(place),
                        Step::Key("uri".to_owned()),
                    ];
                    self.learn(Scalar::Text(uri), from, || Found::At(path));
                }
            }
            return;
        }
        if matches!(method, "initialize" | "server/discover") {
            return;
        }
        let Ok(value) = Value::parse(result) else {
            return;
        };
        leaves(&value, &mut Vec::new(), &mut |path, leaf| {
            let Some(scalar) = scalar(leaf) else {
                return;
            };
            if self.learn(scalar, from, || Found::At(path.to_vec())) {
                return;
            }
            let Value::String(text) = leaf else {
                return;
            };
            for (at, token) in tokens(text) {
                if is_telling(token) {
                    let scalar = Scalar::Text(token.to_owned());
                    self.learn(scalar, from, || {
                        Found::Within(path.to_vec(), before(text, at))
                    });
                    if token.bytes().all(|byte| byte.is_ascii_digit()) {
                        let scalar = Scalar::Number(token.to_owned());
                        self.learn(scalar, from, || {
                            Found::Within(path.to_vec(), before(text, at))
                        });
                    }
                }
            }
        });
    }

    /// Says whether it is wanted.
    fn learn(
        &mut self,
        scalar: Scalar,
        from: ExchangeIndex,
        found: impl FnOnce() -> Found,
    ) -> bool {
        if !self.wanted.contains(&scalar) {
            return false;
        }
        self.known
            .entry(scalar)
            .or_insert_with(|| Origin::Server(from, found()));
        true
    }
}

fn is_list(method: &str) -> bool {
    List::of_method(method).is_some() || method == "tasks/list"
}

/// Shows each value of a request that may have come from a result.
fn asked(method: &str, params: &Value, see: &mut impl FnMut(&[Step], &Value, Scalar)) {
    let Value::Object(members) = params else {
        return;
    };
    for (name, value) in members {
        let subject = name == "name" && matches!(method, "tools/call" | "prompts/get");
        if subject
            || matches!(
                name.as_str(),
                "_meta" | "ref" | "inputResponses" | "requestState"
            )
        {
            continue;
        }
        if let (true, "cursor", Value::String(cursor)) = (is_list(method), name.as_str(), value) {
            let scalar = Scalar::Cursor(method.to_owned(), cursor.clone());
            see(&[Step::Key(name.clone())], value, scalar);
            continue;
        }
        leaves(
            value,
            &mut vec![Step::Key(name.clone())],
            &mut |path, leaf| {
                if let Some(scalar) = scalar(leaf).filter(is_clear) {
                    see(path, leaf, scalar);
                }
            },
        );
    }
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(spelled) => Some(Scalar::Number(spelled.clone())),
        _ => None,
    }
}

/// Whether a value is not one that stands anywhere.
fn is_clear(scalar: &Scalar) -> bool {
    match scalar {
        Scalar::Text(text) => text.len() >= 6,
        Scalar::Number(spelled) => spelled.bytes().filter(u8::is_ascii_digit).count() >= 5,
        Scalar::Cursor(..) => true,
    }
}

/// Whether a piece of a text is no word of a language.
fn is_telling(token: &str) -> bool {
    let digits = token.bytes().any(|byte| byte.is_ascii_digit());
    (digits && token.len() >= 5) || token.len() >= 16
}

/// Shows every value that is no container, with where it stands.
fn leaves(value: &Value, at: &mut Vec<Step>, see: &mut impl FnMut(&[Step], &Value)) {
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                at.push(Step::Index(place));
                leaves(item, at, see);
                at.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                at.push(Step::Key(name.clone()));
                leaves(member, at, see);
                at.pop();
            }
        }
        leaf => see(at, leaf),
    }
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || "_-./:@+=%~#".contains(c)
}

/// The piece of a text that begins at `at`, without what ends a sentence.
fn token_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let end = rest.find(|c| !is_inner(c)).unwrap_or(rest.len());
    rest[..end].trim_end_matches(['.', ':', '/', '-', '='])
}

/// The pieces of a text, and where they begin. What stands behind a sign is a piece too: of `id=A1:B2`, all of it,
/// `A1:B2` and `B2`.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    text.char_indices().filter_map(move |(at, c)| {
        let begins = c.is_alphanumeric() && !inside;
        inside = c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '+' | '%' | '~');
        begins.then(|| (at, token_at(text, at)))
    })
}

/// What stands before the place `at` of a text.
fn before(text: &str, at: usize) -> Vec<Before> {
    if at == 0 {
        return vec![Before {
            text: String::new(),
            nth: 0,
            of: 1,
        }];
    }
    let mut all: Vec<Before> = Vec::new();
    for length in BEFORE {
        let start = (at.saturating_sub(length)..=at).find(|start| text.is_char_boundary(*start));
        let start = start.unwrap_or(at);
        let left = &text[start..at];
        let places: Vec<usize> = ends(text, left).collect();
        let nth = places.iter().position(|end| *end == at);
        if let Some(nth) = nth
            && all.iter().all(|known| known.text != left)
        {
            all.push(Before {
                text: left.to_owned(),
                nth,
                of: places.len(),
            });
        }
    }
    all
}

/// Where the places end at which `left` stands in a text.
fn ends<'t>(text: &'t str, left: &'t str) -> impl Iterator<Item = usize> + 't {
    memchr::memmem::find_iter(text.as_bytes(), left.as_bytes()).map(|at| at + left.len())
}

/// What stands in a new raw result where a recorded one held what is carried.
pub fn now(carry: &Carry, result: &[u8]) -> Now {
    let Ok(new) = Value::parse(result) else {
        return Now::Lost;
    };
    let spelled = match &carry.value {
        Value::String(text) | Value::Number(text) => text.as_str(),
        _ => return Now::Lost,
    };
    let within = matches!(carry.found, Found::Within(..));
    let mut same = false;
    leaves(&new, &mut Vec::new(), &mut |_, leaf| {
        same |= *leaf == carry.value;
        if let (true, Value::String(text)) = (within, leaf) {
            same |= tokens(text).any(|(_, token)| token == spelled);
        }
    });
    if same {
        return Now::Same;
    }
    match &carry.found {
        Found::At(path) => match at(&new, path) {
            Some(other @ Value::String(_)) if matches!(carry.value, Value::String(_)) => {
                Now::Other(other.clone())
            }
            Some(other @ Value::Number(_)) if matches!(carry.value, Value::Number(_)) => {
                Now::Other(other.clone())
            }
            _ => Now::Lost,
        },
        Found::Within(path, before) => {
            let Some(Value::String(text)) = at(&new, path) else {
                return Now::Lost;
            };
            let token = before.iter().find_map(|before| {
                let place = if before.text.is_empty() {
                    0
                } else {
                    let places: Vec<usize> = ends(text, &before.text).collect();
                    *places
                        .get(before.nth)
                        .filter(|_| places.len() == before.of)?
                };
                Some(token_at(text, place)).filter(|token| !token.is_empty())
            });
            match (token, &carry.value) {
                (Some(token), Value::String(_)) => Now::Other(Value::from(token)),
                (Some(token), _) if token.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Now::Other(Value::Number(token.to_owned()))
                }
                _ => Now::Lost,
            }
        }
    }
}

fn at<'v>(value: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(name) => value.get(name),
        Step::Index(place) => value.as_array()?.get(*place),
        Step::Items(..) | Step::Text => None,
    })
}

/// Puts a value there; false when there is no such place.
pub fn put(value: &mut Value, path: &[Step], new: Value) -> bool {
    let Some((first, rest)) = path.split_first() else {
        *value = new;
        return true;
    };
    let next = match (first, value) {
        (Step::Key(name), Value::Object(members)) => members
            .iter_mut()
            .rev()
            .find(|(other, _)| other == name)
            .map(|(_, member)| member),
        (Step::Index(place), Value::Array(items)) => items.get_mut(*place),
        _ => None,
    };
    next.is_some_and(|next| put(next, rest, new))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text.as_bytes()).unwrap()
    }

    /// What a request takes from a result, and what becomes of it with another one.
    fn carried(result: &str, params: &str, new: &str) -> Vec<(String, String, Now)> {
        let params = value(params);
        let mut ledger = Ledger::default();
        ledger.want("tools/call", &params);
        ledger.result(3, "tools/call", result.as_bytes());
        let carries = ledger.request("tools/call", &params);
        let told = carries.iter().map(|carry| {
            assert_eq!(carry.from, 3);
            (carry.source(), carry.target(), now(carry, new.as_bytes()))
        });
        told.collect()
    }

    #[test]
    fn a_value_of_a_result_goes_where_it_was_used() {
        let told = carried(
            r#"{"structuredContent":{"id":"issue-8811","n":12345}}"#,
            r#"{"name":"get","arguments":{"issue":"issue-8811","list":[12345]}}"#,
            r#"{"structuredContent":{"id":"issue-8812","n":12346}}"#,
        );
        let source = "$.structuredContent.id".to_owned();
        let target = "$.arguments.issue".to_owned();
        assert_eq!(
            told[0],
            (source, target, Now::Other(Value::from("issue-8812")))
        );
        assert_eq!(told[1].2, Now::Other(Value::Number("12346".to_owned())));
        assert_eq!(told[1].1, "$.arguments.list[0]");
    }

    #[test]
    fn a_value_within_a_text_is_found_behind_the_same_words() {
        for (old, new, is) in [
            (
                "Created issue 8811-a.",
                "Created issue 8812-b.",
                Some("8812-b"),
            ),
            (
                r#"{\"at\":\"2026-01-01T00:00:00Z\",\"key\":\"8811-a\"}"#,
                r#"{\"at\":\"2026-02-02T10:00:00Z\",\"key\":\"77\"}"#,
                Some("77"),
            ),
            ("8811-a is new", "99 is new", Some("99")),
            ("Created issue 8811-a.", "Nothing was made.", None),
        ] {
            let told = carried(
                &format!(r#"{{"content":[{{"type":"text","text":"{old}"}}]}}"#),
                r#"{"name":"get","arguments":{"issue":"8811-a"}}"#,
                &format!(r#"{{"content":[{{"type":"text","text":"{new}"}}]}}"#),
            );
            let now = is.map_or(Now::Lost, |is| Now::Other(Value::from(is)));
            assert_eq!(told.len(), 1, "{old}");
            assert_eq!(told[0].2, now, "{old} → {new}");
        }
    }

    #[test]
    fn what_is_short_or_the_clients_own_is_not_carried() {
        for (result, params) in [
            (r#"{"a":"short"}"#, r#"{"arguments":{"a":"short"}}"#),
            (r#"{"a":1234}"#, r#"{"arguments":{"a":1234}}"#),
            (r#"{"a":true}"#, r#"{"arguments":{"a":true}}"#),
            (r#"{"a":"a-long-name"}"#, r#"{"name":"a-long-name"}"#),
            (r#"{"a":"some word here"}"#, r#"{"arguments":{"a":"word"}}"#),
        ] {
            assert_eq!(carried(result, params, "{}"), [], "{result}");
        }
        // It was sent before it came back.
        let params = value(r#"{"name":"echo","arguments":{"message":"hello world"}}"#);
        let mut ledger = Ledger::default();
        ledger.want("tools/call", &params);
        assert_eq!(ledger.request("tools/call", &params), []);
        ledger.result(0, "tools/call", br#"{"text":"hello world"}"#);
        assert_eq!(ledger.request("tools/call", &params), []);
    }

    #[test]
    fn what_the_new_result_still_says_stays() {
        let told = carried(
            r#"{"list":[{"id":"aaaa-1111"},{"id":"bbbb-2222"}]}"#,
            r#"{"name":"get","arguments":{"id":"bbbb-2222"}}"#,
            r#"{"list":[{"id":"bbbb-2222"},{"id":"cccc-3333"}]}"#,
        );
        assert_eq!(told[0].2, Now::Same);
    }

    #[test]
    fn cursors_are_carried_however_short_they_are() {
        let second = value(r#"{"cursor":"2"}"#);
        let mut ledger = Ledger::default();
        ledger.want("tools/list", &second);
        ledger.result(0, "tools/list", br#"{"tools":[],"nextCursor":"2"}"#);
        ledger.result(1, "prompts/list", br#"{"prompts":[],"nextCursor":"2"}"#);
        let carries = ledger.request("tools/list", &second);
        assert_eq!(carries[0].from, 0);
        let new = now(&carries[0], br#"{"tools":[],"nextCursor":"x9"}"#);
        assert_eq!(new, Now::Other(Value::from("x9")));
        let mut params = second;
        assert!(put(&mut params, &carries[0].to, Value::from("x9")));
        assert_eq!(params.to_string(), r#"{"cursor":"x9"}"#);
    }
}
