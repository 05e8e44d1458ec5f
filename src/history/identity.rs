//! Who a run was with: which server, which of its tools, prompts or templates, and what that asked for then.
//!
//! A server is its command line or its address: entries that are renamed and start the same are the same server. Words that name a
//! file count with the whole path, so that `node build/index.js` is another server in another folder. Only a hash of
//! it is kept, since command lines hold keys. Values of variables do not count. The name is kept beside it: when the
//! command line changed (another version, another folder), it is what tells that the server may still be the same.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::json::{self, Value};
use crate::mcp::http::headers::masked_url;
use crate::transport::{Spawn, Target};

/// A server, as far as what is kept of it needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// Its name for people.
    pub name: Box<str>,
    /// What it is; two servers with one id are one.
    pub id: ServerId,
}

/// A hash of a command line; in files, 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerId(u64);

impl Server {
    /// The server that `target` leads to; an address counts without the secrets in it.
    pub fn at(name: &str, target: &Target) -> Self {
        match target {
            Target::Process(spawn) => Self::of(name, spawn),
            Target::Address(address) => Self {
                name: name.into(),
                id: ServerId::of(["url", masked_url(&address.url).as_str()]),
            },
        }
    }

    /// The server that `spawn` starts. Looks whether the words of its command line are files.
    pub fn of(name: &str, spawn: &Spawn) -> Self {
        let cwd = spawn.cwd.clone().map_or_else(
            || std::env::current_dir().unwrap_or_default(),
            |cwd| std::path::absolute(&cwd).unwrap_or(cwd),
        );
        let words = std::iter::once(&spawn.program).chain(&spawn.args);
        let words: Vec<String> = words
            .enumerate()
            .map(|(index, word)| {
                let path = Path::new(word);
                // A bare program is looked up in PATH, not here.
                let bare = index == 0 && path.components().count() == 1;
                let whole = Some(cwd.join(path)).filter(|path| !bare && path.is_file());
                whole
                    .map_or_else(|| PathBuf::from(word), plain)
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        Self {
            name: name.into(),
            id: ServerId::of(words.iter().map(String::as_str)),
        }
    }
}

/// The path without its `.` parts.
fn plain(path: PathBuf) -> PathBuf {
    path.components().collect()
}

impl ServerId {
    /// The id of a command line: FNV-1a over its words, each ended by a zero byte. It stands in file names and must
    /// come out the same in every version.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for word in words {
            for byte in word.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Self(hash)
    }

    /// The id of its 16 digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16 && !text.starts_with('+'))
            .then(|| u64::from_str_radix(text, 16).ok())
            .flatten()
            .map(Self)
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// What takes arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CalleeKind {
    /// A tool.
    Tool,
    /// A prompt.
    Prompt,
    /// A resource template.
    Template,
}

impl CalleeKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tool, Self::Prompt, Self::Template];

    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Template => "template",
        }
    }

    /// The kind of a word in a file.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A tool, prompt or template of a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Callee {
    /// Which of them.
    pub kind: CalleeKind,
    /// Its name; of a template, its URI template.
    pub name: Box<str>,
}

impl Callee {
    /// The tool of this name.
    pub fn tool(name: &str) -> Self {
        Self {
            kind: CalleeKind::Tool,
            name: name.into(),
        }
    }
}

/// Members of a fingerprint; a form with more is told by the first of them.
const MEMBERS: usize = 200;

/// What something asked for: the names and types of its members, sorted by name. Enough to tell whether arguments
/// of another day still fit, and to know a tool again that has another name now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Fingerprint {
    members: Vec<(Box<str>, Box<str>)>,
}

/// How what is asked for now differs from what was asked for then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Members there were, and are no more.
    pub gone: Vec<Box<str>>,
    /// Members there were not.
    pub new: Vec<Box<str>>,
    /// Members of another type.
    pub retyped: Vec<Box<str>>,
}

impl Change {
    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty() && self.retyped.is_empty()
    }

    /// In words, such as `1 member gone, 2 new`; empty when nothing differs.
    pub fn words(&self) -> String {
        let parts = [
            (&self.gone, "gone"),
            (&self.new, "new"),
            (&self.retyped, "of another type"),
        ];
        let mut words = String::new();
        for (members, what) in parts.into_iter().filter(|(members, _)| !members.is_empty()) {
            let noun = match (words.is_empty(), members.len()) {
                (false, _) => "",
                (true, 1) => " member",
                (true, _) => " members",
            };
            let comma = if words.is_empty() { "" } else { ", " };
            write!(words, "{comma}{}{noun} {what}", members.len())
                .expect("a String takes any text");
        }
        words
    }
}

impl Fingerprint {
    /// Of the raw `inputSchema` of a tool: its `properties`.
    pub fn of_schema(schema: &[u8]) -> Self {
        let properties = json::get(schema, &["properties"]).unwrap_or_default();
        Self::of_members(
            json::members(properties).map(|(name, schema)| (name.as_ref().into(), type_of(schema))),
        )
    }

    /// Of things that take strings only: prompts and templates.
    pub fn of_strings<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of_members(names.into_iter().map(|name| (name.into(), "string".into())))
    }

    fn of_members(members: impl IntoIterator<Item = (Box<str>, Box<str>)>) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort();
        members.dedup_by(|one, other| one.0 == other.0);
        members.truncate(MEMBERS);
        Self { members }
    }

    /// As it stands in a file: an object of names and types.
    pub fn to_value(&self) -> Value {
        let members = self.members.iter();
        Value::Object(
            members
                .map(|(name, kind)| (name.to_string(), Value::from(&**kind)))
                .collect(),
        )
    }

    /// As it was read from a file; what is no type counts as any.
    pub fn read(raw: &[u8]) -> Self {
        Self::of_members(json::members(raw).map(|(name, kind)| {
            let kind = json::string(kind).unwrap_or_else(|| "any".to_owned());
            (name.as_ref().into(), kind.into())
        }))
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn kind_of(&self, name: &str) -> Option<&str> {
        let found = self
            .members
            .binary_search_by(|(other, _)| (**other).cmp(name));
        found.ok().map(|place| &*self.members[place].1)
    }

    /// What changed since `then`.
    pub fn since(&self, then: &Self) -> Change {
        let names = |members: &mut dyn Iterator<Item = &(Box<str>, Box<str>)>| {
            members.map(|(name, _)| name.clone()).collect()
        };
        Change {
            gone: names(
                &mut then
                    .members
                    .iter()
                    .filter(|(name, _)| self.kind_of(name).is_none()),
            ),
            new: names(
                &mut self
                    .members
                    .iter()
                    .filter(|(name, _)| then.kind_of(name).is_none()),
            ),
            retyped: names(
                &mut self.members.iter().filter(|(name, kind)| {
                    then.kind_of(name).is_some_and(|other| other != &**kind)
                }),
            ),
        }
    }

    /// How alike the two are, in hundredths: the same members are 100, none in common 0; one of another type counts
    /// half. Nothing asked for is like nothing asked for.
    pub fn likeness(&self, other: &Self) -> u32 {
        let change = self.since(other);
        let all = other.members.len() + change.new.len();
        if all == 0 {
            return 100;
        }
        let common = other.members.len() - change.gone.len();
        ((2 * common - change.retyped.len()) * 50 / all) as u32
    }
}

/// The `type` of a schema, in one word: several are joined by `|`, none is `any`.
fn type_of(schema: &[u8]) -> Box<str> {
    let raw = json::get(schema, &["type"]).unwrap_or_default();
    if let Some(one) = json::string(raw) {
        return one.into();
    }
    let several: Vec<String> = json::elements(raw).filter_map(json::string).collect();
    if several.is_empty() {
        return "any".into();
    }
    several.join("|").into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_server_is_its_command_line() {
        let spawn = |words: &[&str]| Spawn::new(words[0], &words[1..]);
        let one = Server::of("one", &spawn(&["npx", "-y", "@scope/pkg"]));
        assert_eq!(
            one.id,
            Server::of("two", &spawn(&["npx", "-y", "@scope/pkg"])).id
        );
        for other in [
            &["npx", "-y", "@scope/pkg@2"][..],
            &["npx", "-y@scope/pkg"],
            &["npx"],
        ] {
            assert_ne!(one.id, Server::of("one", &spawn(other)).id, "{other:?}");
        }
        let keys = Spawn {
            env: vec![("KEY".into(), "secret".into())],
            ..spawn(&["npx", "-y", "@scope/pkg"])
        };
        assert_eq!(one.id, Server::of("one", &keys).id);
        assert_eq!(ServerId::parse(&one.id.to_string()), Some(one.id));
        assert_eq!(ServerId::parse("+123456789abcdef"), None);
        // Files in people's homes are named like this: it must not change with a version.
        assert_eq!(
            ServerId::of(["npx", "-y", "x"]).to_string(),
            "7a05d499f168ccab"
        );
    }

    #[test]
    fn the_same_words_in_another_folder_are_another_server_when_they_name_a_file() {
        let home = tempfile::tempdir().unwrap();
        let spawn = |folder: &str| {
            let cwd = home.path().join(folder);
            std::fs::create_dir_all(cwd.join("build")).unwrap();
            std::fs::write(cwd.join("build/index.js"), "").unwrap();
            Spawn {
                cwd: Some(cwd),
                ..Spawn::new("node", ["build/index.js"])
            }
        };
        let (a, b) = (Server::of("x", &spawn("a")), Server::of("x", &spawn("b")));
        assert_ne!(a.id, b.id);
        let dotted = Spawn {
            args: vec!["./build/index.js".into()],
            ..spawn("a")
        };
        assert_eq!(a.id, Server::of("x", &dotted).id);
        let elsewhere = Spawn {
            cwd: Some(home.path().to_owned()),
            ..Spawn::new("node", [home.path().join("a/build/index.js")])
        };
        assert_eq!(a.id, Server::of("x", &elsewhere).id);
        let package = |folder| {
            Server::of(
                "x",
                &Spawn {
                    args: vec!["pkg".into()],
                    ..spawn(folder)
                },
            )
            .id
        };
        assert_eq!(package("a"), package("b"));
    }

    #[test]
    fn what_changed_in_words_and_how_much_is_alike() {
        let of = |schema: &str| Fingerprint::of_schema(schema.as_bytes());
        let then =
            of(r#"{"properties":{"b":{"type":"string"},"a":{"type":["integer","null"]},"c":{}}}"#);
        for (now, words, likeness) in [
            (
                r#"{"properties":{"a":{"type":["integer","null"]},"c":true,"b":{"type":"string"}}}"#,
                "",
                100,
            ),
            (
                r#"{"properties":{"b":{"type":"string"},"c":{}}}"#,
                "1 member gone",
                66,
            ),
            (
                r#"{"properties":{"b":{"type":"number"},"x":{},"c":{}}}"#,
                "1 member gone, 1 new, 1 of another type",
                37,
            ),
            (
                r#"{"properties":{"x":{},"y":{}}}"#,
                "3 members gone, 2 new",
                0,
            ),
            (r#"{"properties":[]}"#, "3 members gone", 0),
            ("nonsense", "3 members gone", 0),
        ] {
            let now = of(now);
            assert_eq!(now.since(&then).words(), words);
            assert_eq!(now.likeness(&then), likeness, "{words}");
            assert_eq!(
                then.likeness(&now),
                likeness,
                "the other way round: {words}"
            );
        }
        assert_eq!(of("{}").likeness(&of("null")), 100);
    }

    proptest! {
        #[test]
        fn fingerprints_survive_their_file(members: Vec<(String, String)>) {
            let read = members.iter().map(|(name, kind)| (name.as_str().into(), kind.as_str().into()));
            let print = Fingerprint::of_members(read);
            let text = print.to_value().to_string();
            prop_assert_eq!(&Fingerprint::read(text.as_bytes()), &print);
            prop_assert_eq!(print.likeness(&print), 100);
            prop_assert!(print.since(&print).is_none());
        }
    }
}
