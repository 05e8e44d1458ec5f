//! What a recorded server said, and when: a recording taken apart into scenes that can be played again.
//!
//! A scene begins with something the client said and has what the server did about it, step by step: notifications in
//! their place, questions and where it waited for their answers, the answer, lines on stderr, its end. Frames stay the
//! recorded bytes; only the places that name something of the client's (the id, the progress token, the id of a stream)
//! are known, to be filled in anew. [`Player`] plays scenes for one client; nothing here reads a clock or a file.

mod finding;
mod key;
mod masked;
mod nearest;
mod player;
mod reading;
mod rounds;
mod run;
mod tally;
#[cfg(test)]
mod tests;
mod told;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

pub use player::{Act, Delay, Heard, Matching, Player, Rules};
pub use reading::Reader;
pub use tally::{Tally, Unused};
pub use told::{Told, refusal};

use crate::json;
use crate::jsonrpc::Id;
use crate::mcp::revision::Revision;
use key::Key;

/// Which scene, by its place in [`Script::scenes`].
pub type SceneIndex = usize;

/// A recording, as it can be played.
#[derive(Debug, Default)]
pub struct Script {
    /// The server's name in the recording.
    pub name: String,
    /// All scenes, in the order in which they began.
    pub scenes: Vec<Scene>,
    /// What was said before the client said anything.
    pub prologue: Vec<Step>,
    /// Scenes by what asks for them.
    keys: HashMap<Key, Vec<SceneIndex>>,
    /// Scenes by method and what it is about, whatever the arguments.
    names: HashMap<Key, Vec<SceneIndex>>,
    /// Servers of the recording that are not played.
    pub others: BTreeSet<String>,
    /// How the recorded server took HTTP; none when it was not talked to over HTTP.
    pub http: Option<Manners>,
    /// Revisions the recorded server spoke, by its own words.
    pub revisions: Vec<String>,
    /// What the server said it is (`Implementation`), as JSON, with its answers of 2026-07-28.
    pub info: Option<String>,
    /// Messages of the server's that answer nothing and belong nowhere.
    pub strays: usize,
    /// What is masked in it, and not known here.
    pub masked: Masked,
    /// Requests that hold such a mask.
    loose: Vec<SceneIndex>,
}

/// Names of masks that hide what nobody here knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Masked {
    /// In what the client said: any value is taken in their place.
    pub asked: BTreeSet<String>,
    /// In what the server said: they are said again.
    pub said: BTreeSet<String>,
}

/// How a server took HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manners {
    /// Whether it gave out session ids.
    pub sessions: bool,
    /// The status of the response to a GET; none when nobody tried.
    pub get: Option<u16>,
    /// Whether it spoke HTTP+SSE, as servers of 2024-11-05 do.
    pub older: bool,
    /// Whether its events had ids, so that a stream that breaks off can be taken up again.
    pub ids: bool,
}

/// Something the client said, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// The entry of what the client said.
    pub seq: u64,
    /// What the client said.
    pub message: Vec<u8>,
    /// The method.
    pub method: String,
    /// What it is about: the tool, the URI, the prompt.
    pub subject: String,
    /// Whether it wants an answer.
    pub is_request: bool,
    /// What the server did.
    pub steps: Vec<Step>,
    /// What the server asked meanwhile.
    pub asks: Vec<Ask>,
    /// How it was answered over HTTP.
    pub shape: Option<Shape>,
    /// Whether it was answered at all.
    pub is_answered: bool,
    /// Whether it is not played, because somebody chose others.
    pub left_out: bool,
}

impl Scene {
    /// Its method and what it is about.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.subject)
            .trim_end()
            .to_owned()
    }

    /// Whether anything goes to the client before the answer, so that one JSON object is no way to answer over HTTP.
    pub fn talks(&self) -> bool {
        let says = self.steps.iter().map_while(|step| match &step.does {
            Does::Say(said) => (!said.answers).then_some(said.lane == Lane::Own),
            _ => Some(false),
        });
        says.into_iter().any(|own| own)
    }

    /// Whether it opens a stream of notifications.
    fn listens(&self) -> bool {
        self.method == "subscriptions/listen"
    }
}

/// The form of a response over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The status.
    pub status: u16,
    /// Whether it was an event stream.
    pub is_stream: bool,
    /// Its content type.
    pub mime: String,
    /// The event without data that the stream began with.
    pub primed: Option<Primed>,
}

/// An event without data, so that its stream can be taken up before anything was said in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Primed {
    /// The pause it asks for, in milliseconds.
    pub retry: Option<u64>,
}

/// A question of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Its method.
    pub method: String,
    /// The id it had.
    pub id: Id,
    /// What the client answered: the whole message.
    pub reply: Option<Vec<u8>>,
}

/// One thing the server did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Microseconds after the step before, after what the client said, or after the reply that was waited for.
    pub after_us: u64,
    /// What.
    pub does: Does,
}

/// What a server did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// It sent a message.
    Say(Said),
    /// It had got the reply to its question with this number.
    Await(usize),
    /// It had been told that its answer is no longer wanted.
    AwaitCancel,
    /// It had been told to leave: its stdin was closed.
    AwaitClose,
    /// It wrote bytes beside the protocol, their line ending included: to stderr, or to stdout.
    Print {
        /// Whether to stderr.
        stderr: bool,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// It ended the response before its answer; the rest was fetched with another request.
    Break,
    /// It refused by HTTP, without a message.
    Refuse {
        /// The beginning of the body.
        body: String,
    },
    /// Its process ended although nobody had asked for it.
    Exit {
        /// The exit code.
        code: Option<i64>,
        /// The signal that ended it.
        signal: Option<i64>,
    },
}

/// A message of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its recorded bytes.
    pub frame: Vec<u8>,
    /// The line ending it had.
    pub ending: Box<str>,
    /// What is to be filled in anew, in the order of the places.
    pub slots: Vec<(Range<usize>, Slot)>,
    /// With what it goes.
    pub lane: Lane,
    /// Whether it is the answer to what the scene began with.
    pub answers: bool,
    /// The question it is, by its number in the scene.
    pub asks: Option<usize>,
}

/// With what a message goes over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The response to what the scene began with; apart from it once that was answered.
    Own,
    /// The stream that this scene opened.
    Of(SceneIndex),
    /// The stream for what belongs to no request.
    Apart,
}

/// What stands in a place that is filled in anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The id of what the scene began with.
    Id,
    /// The same, where the answer said of no request that it answers it; HTTP alone tells whose it is then.
    Whose,
    /// Its progress token.
    Token,
    /// The id of the question with this number.
    Ask(usize),
    /// The id of what opened this stream.
    Stream(SceneIndex),
}

impl Script {
    /// Whether it has anything of this revision's era.
    pub fn has_modern(&self) -> bool {
        let newest = Revision::NEWEST_MODERN.as_str();
        self.revisions.iter().any(|known| known == newest)
            || self.scenes.iter().any(|scene| {
                // A probe is answered by servers of every kind.
                scene.is_answered
                    && scene.method != "server/discover"
                    && json::get(
                        &scene.message,
                        &["params", "_meta", crate::mcp::meta::PROTOCOL_VERSION],
                    )
                    .is_some()
            })
    }

    /// What `server/discover` would have said, as far as can be told from what was asked: the raw result.
    pub fn discovered(&self) -> String {
        let asked = |prefix: &str| {
            let scenes = self.scenes.iter().filter(|scene| !scene.left_out);
            let mut methods = scenes.map(|scene| scene.method.as_str());
            methods.any(|method| method.starts_with(prefix))
        };
        let listed = if asked("subscriptions/") {
            r#"{"listChanged":true}"#
        } else {
            "{}"
        };
        let able = [
            ("tools", "tools/", listed),
            ("resources", "resources/", listed),
            ("prompts", "prompts/", listed),
            ("completions", "completion/", "{}"),
        ];
        let able = able.iter().filter(|(_, prefix, _)| asked(prefix));
        let able = able.map(|(name, _, value)| format!("\"{name}\":{value}"));
        let able = able.collect::<Vec<_>>().join(",");
        let version = Revision::NEWEST_MODERN.as_str();
        let info = self.info.as_ref().map_or_else(String::new, |info| {
            format!(
                ",\"_meta\":{{\"{}\":{info}}}",
                crate::mcp::meta::SERVER_INFO
            )
        });
        format!(
            "{{\"supportedVersions\":[\"{version}\"],\"capabilities\":{{{able}}},\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"{info}}}"
        )
    }

    /// Whether the recorded server spoke HTTP+SSE.
    pub fn is_older(&self) -> bool {
        self.http.as_ref().is_some_and(|manners| manners.older)
    }

    /// Whether a handshake of the older revisions was answered.
    pub fn has_legacy(&self) -> bool {
        let mut openings = self.scenes.iter();
        openings.any(|scene| scene.method == "initialize" && scene.is_answered)
    }

    /// Requests of the client's that are played.
    pub fn requests(&self) -> impl Iterator<Item = (SceneIndex, &Scene)> {
        let scenes = self.scenes.iter().enumerate();
        scenes.filter(|(_, scene)| scene.is_request && !scene.left_out)
    }

    /// How many requests were recorded and are not played, because somebody chose others.
    pub fn left_out(&self) -> usize {
        self.scenes.iter().filter(|scene| scene.left_out).count()
    }

    /// How many are played, openings of connections not counted.
    pub fn calls(&self) -> usize {
        let calls = self.requests();
        calls
            .filter(|(_, scene)| !finding::is_opening(&scene.method))
            .count()
    }

    /// Plays of the requests only those whose entries are `chosen`; connections are opened as ever, and what wants no
    /// answer is heard as ever.
    pub fn choose(&mut self, chosen: &dyn Fn(u64) -> bool) {
        for scene in &mut self.scenes {
            scene.left_out =
                scene.is_request && !finding::is_opening(&scene.method) && !chosen(scene.seq);
        }
        let left_out = |at: &SceneIndex| self.scenes[*at].left_out;
        for scenes in self.keys.values_mut().chain(self.names.values_mut()) {
            scenes.retain(|at| !left_out(at));
        }
        self.keys.retain(|_, scenes| !scenes.is_empty());
        self.names.retain(|_, scenes| !scenes.is_empty());
    }

    /// What a request is found by: its own key, or that of the recorded one that takes any value where it was masked; of
    /// several one that was not `played` yet.
    fn key_of(&self, method: &str, params: Option<&[u8]>, played: &[bool]) -> Key {
        let key = key::of(method, params);
        if self.loose.is_empty() || self.keys.contains_key(&key) {
            return key;
        }
        let takes = |at: &SceneIndex| {
            let scene = &self.scenes[*at];
            !scene.left_out && scene.method == method && masked::asks_for(scene, params)
        };
        let mut all = self.loose.iter().copied();
        let fresh = all.find(|at| played.get(*at) == Some(&false) && takes(at));
        let alike = fresh.or_else(|| self.loose.iter().copied().find(takes));
        alike.map_or(key, |at| {
            key::of(method, json::get(&self.scenes[at].message, &["params"]))
        })
    }

    /// Whether such a request was recorded and is not played.
    fn leaves_out(&self, method: &str, subject: &str) -> bool {
        let is =
            |scene: &Scene| scene.left_out && scene.method == method && scene.subject == subject;
        self.scenes.iter().any(is)
    }
}
