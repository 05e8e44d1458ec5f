//! Plays a [`Script`] for one client: takes what it says, and tells what the recorded server would do.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::finding::Found;
use super::key::Key;
use super::nearest;
use super::run::Run;
use super::tally::Tally;
use super::told::Told;
use super::{Does, Scene, SceneIndex, Script, key, masked};
use crate::json::{self, quote};
use crate::jsonrpc::{self, Envelope, Id, Kind};
use crate::mcp::facts;
use crate::mcp::meta::PROGRESS_TOKEN;

/// How a request finds its scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Matching {
    /// By method and parameters; of several the next, and the last for ever.
    #[default]
    Arguments,
    /// By method and what it is about, whatever the other parameters; each scene once, in order.
    Sequence,
    /// Nothing but the next request of the recording will do, and no reply but the recorded one.
    Strict,
}

/// How long the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Delay {
    /// No time.
    #[default]
    None,
    /// As long as recorded, times this.
    Recorded(f64),
}

/// How a script is played.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rules {
    /// How a request finds its scene.
    pub matching: Matching,
    /// How long the server takes.
    pub delay: Delay,
    /// Whether somebody else answers what is not in the script.
    pub forwards: bool,
    /// Whether somebody else answers everything.
    pub forwards_all: bool,
    /// Whether each answer comes with its request, as over HTTP, so that its id need not say whose it is.
    pub by_exchange: bool,
}

/// Something to do for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Send a message.
    Say {
        /// Its bytes, without the line ending.
        frame: Vec<u8>,
        /// The line ending it had.
        ending: Box<str>,
        /// With the response to this request; none for the stream apart.
        run: Option<u64>,
        /// Whether it is the answer, after which the response ends.
        answers: bool,
    },
    /// Write bytes beside the protocol.
    Print {
        /// Whether to stderr.
        stderr: bool,
        /// The bytes, their line ending included.
        bytes: Vec<u8>,
    },
    /// Answer this request by HTTP alone, as it was; what there is of the body. Without HTTP it is [`refusal`](super::refusal).
    Refuse {
        /// The request.
        run: u64,
        /// Its id, as JSON.
        id: String,
        /// The scene, which knows the status.
        scene: SceneIndex,
        /// The body.
        body: String,
    },
    /// End the response to this request before its answer, which whoever takes it up again gets. Means something over
    /// HTTP alone.
    Break {
        /// The request.
        run: u64,
    },
    /// Nothing more comes for this request.
    Close {
        /// The request.
        run: u64,
    },
    /// Let somebody else answer.
    Forward {
        /// The request; none for what wants no answer.
        run: Option<u64>,
        /// What the client said.
        message: Vec<u8>,
    },
    /// End as the recorded server did.
    Exit {
        /// The exit code.
        code: Option<i64>,
        /// The signal that ended it.
        signal: Option<i64>,
    },
    /// Something worth a line.
    Told(Told),
}

/// What was made of something the client said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heard {
    /// The number of the request, when it is one.
    pub run: Option<u64>,
    /// What is played for it.
    pub scene: Option<SceneIndex>,
    /// Whether it is a reply that nobody here asked for.
    pub is_stray: bool,
}

/// Plays for one client.
#[derive(Debug)]
pub struct Player {
    pub(super) script: Arc<Script>,
    pub(super) rules: Rules,
    pub(super) runs: BTreeMap<u64, Run>,
    /// The requests that go on, and the streams that are open, by the ids they have now.
    pub(super) ids: HashMap<Id, u64>,
    pub(super) streams: HashMap<SceneIndex, (u64, String)>,
    /// Our questions, by the ids they have now.
    pub(super) asked: HashMap<Id, (u64, usize)>,
    pub(super) acts: Vec<Act>,
    /// What was played, and how often what was not.
    pub tally: Tally,
    /// Where to look first for scenes that were not played.
    pub(super) next: HashMap<Key, usize>,
    pub(super) strict: SceneIndex,
    /// Scenes that were played more often than recorded.
    again: HashSet<SceneIndex>,
    /// When the client closed our stdin.
    pub(super) closed: Option<u64>,
    last_run: u64,
    last_ask: i64,
}

impl Player {
    /// For a client that has said nothing yet.
    pub fn new(script: Arc<Script>, rules: Rules) -> Self {
        let asks = script.scenes.iter().flat_map(|scene| &scene.asks);
        let last_ask = asks.filter_map(|ask| match ask.id {
            Id::Integer(number) => Some(number),
            _ => None,
        });
        Self {
            last_ask: last_ask.max().unwrap_or(0).max(0),
            tally: Tally {
                played: vec![false; script.scenes.len()],
                passes_by: rules.forwards_all,
                ..Tally::default()
            },
            script,
            rules,
            runs: BTreeMap::new(),
            ids: HashMap::new(),
            streams: HashMap::new(),
            asked: HashMap::new(),
            acts: Vec::new(),
            next: HashMap::new(),
            strict: 0,
            again: HashSet::new(),
            closed: None,
            last_run: 0,
        }
    }

    /// What is played for something.
    pub fn scene(&self, scene: SceneIndex) -> &Scene {
        &self.script.scenes[scene]
    }

    /// What is to be done by now, in order.
    pub fn acts(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.acts)
    }

    /// Says what the server said before anybody spoke to it.
    pub fn open(&mut self) {
        for step in &self.script.prologue {
            match &step.does {
                Does::Say(said) => self.acts.push(Act::Say {
                    frame: said.frame.clone(),
                    ending: said.ending.clone(),
                    run: None,
                    answers: false,
                }),
                Does::Print { stderr, bytes } => self.acts.push(Act::Print {
                    stderr: *stderr,
                    bytes: bytes.clone(),
                }),
                Does::Exit { code, signal } => self.acts.push(Act::Exit {
                    code: *code,
                    signal: *signal,
                }),
                Does::Await(_)
                | Does::AwaitCancel
                | Does::AwaitClose
                | Does::Break
                | Does::Refuse { .. } => {}
            }
        }
    }

    /// Takes one message of the client's, at this time.
    pub fn hear(&mut self, message: &[u8], now: u64) -> Heard {
        let Some(envelope) = jsonrpc::envelope(message) else {
            let error = jsonrpc::error(&Id::Other("null".into()), -32600, "no JSON-RPC message");
            self.say(error.into_bytes(), None, true);
            return Heard::default();
        };
        match envelope.kind {
            Kind::Request => self.request(message, &envelope, now),
            Kind::Notification => self.notification(message, &envelope, now),
            Kind::Result | Kind::Error => self.reply(message, &envelope, now),
            Kind::Malformed => Heard::default(),
        }
    }

    /// Something that is no JSON at all.
    pub fn garbled(&mut self) {
        let error = jsonrpc::error(&Id::Other("null".into()), -32700, "not JSON");
        self.say(error.into_bytes(), None, true);
    }

    /// A number for a request that is answered elsewhere.
    fn number(&mut self) -> u64 {
        self.last_run += 1;
        self.last_run
    }

    /// An id for a question that has none of its own here.
    pub fn fresh_ask(&mut self) -> Id {
        self.last_ask += 1;
        Id::Integer(self.last_ask)
    }

    pub(super) fn say(&mut self, frame: Vec<u8>, run: Option<u64>, answers: bool) {
        self.acts.push(Act::Say {
            frame,
            ending: "\n".into(),
            run,
            answers,
        });
    }

    fn request(&mut self, message: &[u8], envelope: &Envelope<'_>, now: u64) -> Heard {
        let method = envelope.method.as_deref().unwrap_or_default();
        let number = self.number();
        let heard = Heard {
            run: Some(number),
            ..Heard::default()
        };
        if self.rules.forwards_all {
            self.forward(Some(number), message);
            return heard;
        }
        let subject = facts::subject(method, envelope.params.unwrap_or_default());
        let subject = subject.as_deref().unwrap_or_default();
        let scene = match self.find(method, subject, message, true) {
            Found::Fresh(scene) => scene,
            Found::Again(scene) => {
                let told = &self.script.scenes[scene];
                // Openings are alike, and a task that is over is asked after as often as one likes.
                if !matches!(method, "initialize" | "server/discover" | "ping") {
                    let (name, seq) = (told.name(), told.seq);
                    self.tally.repeated += 1;
                    // Once says it; the number is told at the end.
                    if self.again.insert(scene) {
                        self.acts.push(Act::Told(Told::Again { name, seq }));
                    }
                }
                scene
            }
            Found::None(expected) => {
                self.unknown(number, method, subject, message, expected);
                return heard;
            }
        };
        let refused = self.check_replies(scene, message).zip(envelope.id.as_ref());
        if let Some((sentence, id)) = refused {
            let error = jsonrpc::error(id, -32602, &sentence);
            self.say(error.into_bytes(), Some(number), true);
            return heard;
        }
        self.tally.matched += 1;
        self.start(scene, number, envelope.id.as_ref(), message, now);
        Heard {
            scene: Some(scene),
            ..heard
        }
    }

    fn start(&mut self, scene: SceneIndex, number: u64, id: Option<&Id>, message: &[u8], now: u64) {
        self.tally.played[scene] = true;
        let raw = |path: &[&str]| {
            let raw = json::get(message, path)?;
            Some(String::from_utf8_lossy(raw).into_owned())
        };
        let told = &self.script.scenes[scene];
        let run = Run::new(
            scene,
            told.asks.len(),
            raw(&["id"]),
            raw(&["params", "_meta", PROGRESS_TOKEN]),
            now,
        );
        if told.listens()
            && let Some(id) = &run.id
        {
            self.streams.insert(scene, (number, id.clone()));
        }
        if let Some(id) = id {
            self.ids.insert(id.clone(), number);
        }
        self.runs.insert(number, run);
        self.advance(number, now);
    }

    fn unknown(
        &mut self,
        number: u64,
        method: &str,
        subject: &str,
        message: &[u8],
        expected: Option<SceneIndex>,
    ) {
        let id = json::get(message, &["id"]).map_or(Id::Other("null".into()), Id::read);
        if matches!(method, "ping" | "logging/setLevel") {
            self.tally.plain += 1;
            self.say(jsonrpc::result(&id, "{}").into_bytes(), Some(number), true);
            return;
        }
        if self.rules.forwards {
            self.forward(Some(number), message);
            return;
        }
        if method == "server/discover" && self.script.has_modern() {
            self.tally.plain += 1;
            let result = jsonrpc::result(&id, &self.script.discovered());
            self.say(result.into_bytes(), Some(number), true);
            return;
        }
        let id = id.to_json();
        let error = |code: i64, what: &str, data: &str| {
            let what = quote(what);
            format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":{code},\"message\":{what},\"data\":{data}}}}}"
            )
        };
        let frame = match method {
            "initialize" if self.script.has_modern() => {
                self.tally.plain += 1;
                let supported: Vec<String> =
                    self.script.revisions.iter().map(|one| quote(one)).collect();
                let requested = json::get(message, &["params", "protocolVersion"])
                    .map_or("null".into(), String::from_utf8_lossy);
                let data = format!(
                    "{{\"supported\":[{}],\"requested\":{requested}}}",
                    supported.join(",")
                );
                error(-32022, "the recorded server knows no handshake", &data)
            }
            "server/discover" => {
                self.tally.plain += 1;
                error(-32601, "Method not found", "null")
            }
            _ => {
                self.tally.unknown += 1;
                let name = format!("{method} {subject}").trim_end().to_owned();
                let told = Told::Unknown {
                    name,
                    expected: expected.map(|at| {
                        let scene = &self.script.scenes[at];
                        format!("#{} {}", scene.seq, scene.name())
                    }),
                    nearest: nearest::nearest(&self.script, method, subject, message),
                    left_out: self.script.leaves_out(method, subject),
                    used_up: (self.rules.matching == Matching::Sequence)
                        .then(|| self.script.names.get(&key::name(method, subject)))
                        .flatten()
                        .map(Vec::len),
                };
                let known = self
                    .script
                    .scenes
                    .iter()
                    .any(|scene| scene.method == method);
                let code = if known { -32602 } else { -32601 };
                let frame = error(code, &told.sentence(), &told.data());
                self.acts.push(Act::Told(told));
                frame
            }
        };
        self.say(frame.into_bytes(), Some(number), true);
    }

    fn forward(&mut self, run: Option<u64>, message: &[u8]) {
        self.tally.forwarded += u64::from(run.is_some());
        let message = message.to_vec();
        self.acts.push(Act::Forward { run, message });
    }

    fn notification(&mut self, message: &[u8], envelope: &Envelope<'_>, now: u64) -> Heard {
        let method = envelope.method.as_deref().unwrap_or_default();
        if self.rules.forwards {
            self.forward(None, message);
        }
        if self.rules.forwards_all {
            return Heard::default();
        }
        if method == "notifications/cancelled" {
            let id = json::get(message, &["params", "requestId"]).map(Id::read);
            if let Some(run) = id.and_then(|id| self.ids.get(&id).copied()) {
                self.cancel(run, now);
            }
            return Heard::default();
        }
        let (Found::Fresh(scene) | Found::Again(scene)) = self.find(method, "", message, false)
        else {
            return Heard::default();
        };
        let number = self.number();
        self.start(scene, number, None, message, now);
        Heard::default()
    }

    fn reply(&mut self, message: &[u8], envelope: &Envelope<'_>, now: u64) -> Heard {
        let id = envelope.id.clone().unwrap_or(Id::Other("null".into()));
        let Some((number, ask)) = self.asked.remove(&id) else {
            if !self.rules.forwards {
                let id = id.to_json();
                self.acts.push(Act::Told(Told::Stray { id }));
            }
            return Heard {
                is_stray: true,
                ..Heard::default()
            };
        };
        let Some(run) = self.runs.get_mut(&number) else {
            return Heard::default();
        };
        run.replies[ask] = Some(now);
        let recorded = &self.script.scenes[run.scene].asks[ask];
        let differences = match &recorded.reply {
            Some(reply) => reply_differences(reply, message),
            None => vec![],
        };
        if !differences.is_empty() {
            self.tally.differing += 1;
            let told = Told::Differs {
                method: recorded.method.clone(),
                differences,
            };
            let sentence = told.sentence();
            self.acts.push(Act::Told(told));
            if self.rules.matching == Matching::Strict {
                self.refuse(number, &sentence);
                return Heard::default();
            }
        }
        self.advance(number, now);
        Heard::default()
    }

    /// Ends a request with an error of our own.
    fn refuse(&mut self, number: u64, what: &str) {
        let Some(run) = self.runs.remove(&number) else {
            return;
        };
        if let Some(id) = run.id.filter(|_| !run.is_answered) {
            let id = Id::read(id.as_bytes());
            self.ids.remove(&id);
            self.say(
                jsonrpc::error(&id, -32602, what).into_bytes(),
                Some(number),
                true,
            );
        }
    }
}

/// What differs between the recorded reply and another: in their results or errors, or that they are not the same of the
/// two.
fn reply_differences(recorded: &[u8], reply: &[u8]) -> Vec<[String; 3]> {
    let parts =
        |message| ["result", "error"].map(|name| json::get(message, &[name]).unwrap_or_default());
    let (recorded, reply) = (parts(recorded), parts(reply));
    let mut told = Vec::new();
    for (was, is) in recorded.into_iter().zip(reply) {
        if !masked::takes(was, is) {
            told.extend(nearest::differences(was, is).iter().map(nearest::told));
        }
    }
    told
}
