//! From the entries of a recording to a [`Script`]: which scene everything belongs to that a server ever said.
//!
//! An answer belongs to its request, progress to its token, a notification of a stream to that stream; over HTTP the
//! exchange says it. What belongs to nothing goes with the request that was waiting then, else with what the client
//! had said last, for that is when it is to be heard again.

use std::collections::HashMap;

use super::{
    Ask, Does, Lane, Manners, Primed, Said, Scene, SceneIndex, Script, Shape, Slot, Step, key,
    masked,
};
use crate::json;
use crate::jsonrpc::{self, Envelope, Id, Kind};
use crate::mcp::facts;
use crate::mcp::meta::{PROGRESS_TOKEN, RELATED_TASK, SERVER_INFO};
use crate::mcp::subscriptions::SUBSCRIPTION_ID;
use crate::note::http::Step as HttpStep;
use crate::note::{self, Note};
use crate::session::{Channel, Direction, Entry, Via};

/// Takes the entries of a recording one after the other.
#[derive(Debug, Default)]
pub struct Reader {
    script: Script,
    /// The server that is wanted; the first one otherwise.
    server: Option<String>,
    conns: HashMap<u32, Conn>,
}

/// A connection so far.
#[derive(Debug, Default)]
struct Conn {
    /// Of another server: nothing of it is taken.
    is_other: bool,
    tapped: bool,
    /// Requests without an answer yet, in order.
    open: Vec<(Id, SceneIndex)>,
    tokens: HashMap<Id, SceneIndex>,
    /// Requests the client does not wait for any more.
    given_up: Vec<SceneIndex>,
    /// Streams of notifications, by the id they were opened with.
    streams: HashMap<Id, SceneIndex>,
    /// Questions of the server's, open or not.
    asks: HashMap<Id, (SceneIndex, usize)>,
    /// The scene of what the client said last.
    last: Option<SceneIndex>,
    /// When the newest step of each scene was, and of the time before all scenes.
    clocks: HashMap<Option<SceneIndex>, u64>,
    /// Scenes by the entry they began with.
    by_seq: HashMap<u64, SceneIndex>,
    /// Scenes by the exchange they came with.
    posts: HashMap<u32, SceneIndex>,
    /// Requests that were refused by HTTP: when, and the body. They may be sent again, after a login.
    refused: HashMap<SceneIndex, (u64, String)>,
    /// Exchanges that are streams for what belongs to no request.
    gets: Vec<u32>,
    /// Scenes by the exchanges that took up theirs.
    resumed: HashMap<u32, SceneIndex>,
    /// Whether it was being shut down.
    leaving: bool,
    /// Scenes in which something was said after that.
    farewells: Vec<SceneIndex>,
}

impl Reader {
    /// For the scenes of this server; without a name, for those of the first one there is.
    pub fn new(server: Option<&str>) -> Self {
        Self {
            server: server.map(str::to_owned),
            ..Self::default()
        }
    }

    /// The script, once all entries were taken.
    pub fn finish(mut self) -> Script {
        let mut refused: Vec<(SceneIndex, u32)> = Vec::new();
        for (number, conn) in &mut self.conns {
            conn.leaving = false;
            refused.extend(conn.refused.keys().map(|scene| (*scene, *number)));
        }
        refused.sort_unstable();
        for (scene, number) in refused {
            self.refuse(number, scene);
        }
        if self.script.http.as_ref().is_some_and(|http| http.older) {
            // What was tried before the client knew how old the server is; what was lost later is none of it.
            let refused = |scene: &Scene| {
                let mut steps = scene.steps.iter();
                let by_status = scene
                    .shape
                    .as_ref()
                    .is_some_and(|shape| shape.status >= 400);
                by_status && steps.any(|step| matches!(step.does, Does::Refuse { .. }))
            };
            self.script.scenes.retain(|scene| !refused(scene));
        }
        for (at, scene) in self.script.scenes.iter().enumerate() {
            if masked::is_in(scene) {
                self.script.loose.push(at);
            }
            let params = json::get(&scene.message, &["params"]);
            let keys = &mut self.script.keys;
            let key = key::of(&scene.method, params);
            keys.entry(key).or_default().push(at);
            let names = &mut self.script.names;
            let name = key::name(&scene.method, &scene.subject);
            names.entry(name).or_default().push(at);
        }
        self.script
    }

    /// Takes an entry.
    pub fn take(&mut self, entry: &Entry) {
        if entry.conn == 0 {
            return;
        }
        if matches!(
            entry.channel,
            Channel::Process | Channel::Http | Channel::Note
        ) {
            self.note(entry.conn, &Note::read(&entry.body), entry.us);
            return;
        }
        let conn = self.conns.entry(entry.conn).or_default();
        if conn.is_other {
            return;
        }
        match (&entry.channel, entry.direction) {
            (Channel::Wire, Direction::Here) => {}
            (Channel::Wire, direction) => {
                if json::check(&entry.body).is_err() {
                    if direction == Direction::In {
                        self.print(entry, false);
                    }
                    return;
                }
                let messages: Vec<&[u8]> = match json::kind(&entry.body) {
                    json::Kind::Array => json::elements(&entry.body).collect(),
                    _ => vec![&entry.body],
                };
                for message in messages {
                    match (jsonrpc::envelope(message), direction) {
                        (Some(envelope), Direction::Out) => self.client(entry, message, &envelope),
                        (Some(envelope), _) => self.server(entry, message, &envelope),
                        (None, _) => {}
                    }
                }
            }
            (Channel::Stdout, _) => self.print(entry, false),
            (Channel::Stderr, _) => self.print(entry, true),
            _ => {}
        }
    }

    fn note(&mut self, number: u32, note: &Note, us: u64) {
        let conn = self.conns.entry(number).or_default();
        if let Note::Connect { name, era, .. } = note {
            conn.tapped = era == note::TAP;
            conn.leaving = false;
            let wanted = self.server.get_or_insert_with(|| name.clone());
            conn.is_other = wanted != name;
            if conn.is_other {
                self.script.others.insert(name.clone());
            } else {
                self.script.name.clone_from(name);
                conn.clocks.insert(None, us);
            }
        }
        if conn.is_other {
            return;
        }
        match note {
            Note::Http(step) => self.http(number, step, us),
            // Over HTTP a request of 2026-07-28 is cancelled by closing its exchange.
            Note::Abandoned { id, .. } => {
                let id = Id::read(id.as_bytes());
                if let Some(scene) = conn.waiting(&id) {
                    conn.give_up(scene);
                    self.step(number, Some(scene), us, Does::AwaitCancel);
                }
            }
            Note::Unanswered { id, kind, .. } => {
                if let Some(scene) = conn.waiting(&Id::read(id.as_bytes())) {
                    // Nobody was there, or left in the middle of it: whoever asks again is told at once, too.
                    let lost = matches!(&**kind, "unreachable" | "broken");
                    if lost && !conn.refused.contains_key(&scene) {
                        conn.refused.insert(scene, (us, String::new()));
                    }
                    self.refuse(number, scene);
                }
            }
            Note::Timeout { id, .. } => {
                if let Some(scene) = conn.waiting(&Id::read(id.as_bytes())) {
                    conn.given_up.push(scene);
                }
            }
            Note::Step { .. } => conn.leaving = true,
            Note::Exit { code, signal } => {
                let is_crash = !conn.leaving
                    && (!conn.tapped
                        || !conn.open.is_empty()
                        || (signal.is_none() && *code != Some(0)));
                if is_crash {
                    let scene = conn.scene_of_now();
                    let (code, signal) = (*code, *signal);
                    self.step(number, scene, us, Does::Exit { code, signal });
                }
            }
            _ => {}
        }
    }

    fn http(&mut self, number: u32, step: &HttpStep, us: u64) {
        let manners = self.script.http.get_or_insert_with(Manners::default);
        let conn = self.conns.entry(number).or_default();
        match step {
            HttpStep::Request {
                exchange,
                verb,
                follows,
                ..
            } if verb == "GET" => {
                let taken_up = follows.and_then(|before| conn.carried(before));
                let Some(scene) = taken_up else {
                    return conn.gets.push(*exchange);
                };
                conn.resumed.insert(*exchange, scene);
                if !self.script.scenes[scene].is_answered {
                    self.step(number, Some(scene), us, Does::Break);
                }
            }
            HttpStep::Request {
                exchange,
                frame: Some(frame),
                ..
            } => {
                let Some(scene) = conn.by_seq.get(frame).copied() else {
                    return;
                };
                conn.posts.insert(*exchange, scene);
                // Sent once more, after a login or to an older server: what counts is what comes then.
                conn.refused.remove(&scene);
            }
            HttpStep::Event {
                exchange,
                kind,
                id,
                retry,
                size,
                ..
            } => {
                manners.ids |= id.is_some();
                manners.older |= kind == "endpoint" && conn.gets.contains(exchange);
                let primes = id.is_some() && size.unwrap_or(0) == 0;
                if let Some(scene) = conn.posts.get(exchange).filter(|_| primes) {
                    let told = &mut self.script.scenes[*scene];
                    if let Some(shape) = told.shape.as_mut().filter(|_| told.steps.is_empty()) {
                        shape.primed = Some(Primed { retry: *retry });
                    }
                }
            }
            HttpStep::Response {
                exchange,
                status,
                headers,
                ..
            } => {
                let named = |wanted: &str| {
                    let mut headers = headers.iter();
                    headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                };
                manners.sessions |= named("mcp-session-id").is_some();
                if conn.gets.contains(exchange) {
                    manners.get = Some(*status);
                }
                if let Some(scene) = conn.posts.get(exchange) {
                    let mime = named("content-type").map_or("", |(_, value)| value);
                    let mime = mime.split(';').next().unwrap_or_default().trim();
                    self.script.scenes[*scene].shape = Some(Shape {
                        status: *status,
                        is_stream: mime.eq_ignore_ascii_case("text/event-stream"),
                        mime: mime.to_owned(),
                        primed: None,
                    });
                }
            }
            HttpStep::End {
                exchange, excerpt, ..
            } => {
                let Some(scene) = conn.posts.get(exchange).copied() else {
                    return;
                };
                let told = &self.script.scenes[scene];
                let refused = told.shape.as_ref().is_some_and(|shape| shape.status >= 400);
                if refused && told.is_request && !told.is_answered {
                    let body = excerpt.clone().unwrap_or_default();
                    conn.refused.insert(scene, (us, body));
                }
            }
            _ => {}
        }
    }

    /// A request was refused by HTTP for good, if it was.
    fn refuse(&mut self, number: u32, scene: SceneIndex) {
        let conn = self.conns.entry(number).or_default();
        if let Some((us, body)) = conn.refused.remove(&scene) {
            conn.open.retain(|(_, open)| *open != scene);
            self.step(number, Some(scene), us, Does::Refuse { body });
        }
    }

    /// What the client said.
    fn client(&mut self, entry: &Entry, message: &[u8], envelope: &Envelope<'_>) {
        let conn = self.conns.entry(entry.conn).or_default();
        let params = envelope.params.unwrap_or_default();
        match envelope.kind {
            Kind::Result | Kind::Error => {
                let asked = envelope.id.as_ref().and_then(|id| conn.asks.get(id));
                if let Some((scene, ask)) = asked.copied() {
                    conn.last = Some(scene);
                    let told = &mut self.script.scenes[scene].asks[ask];
                    if told.reply.is_none() {
                        told.reply = Some(message.to_vec());
                        self.step(entry.conn, Some(scene), entry.us, Does::Await(ask));
                    }
                }
            }
            Kind::Notification if envelope.method.as_deref() == Some("notifications/cancelled") => {
                let id = json::get(params, &["requestId"]).map(Id::read);
                if let Some(scene) = id.and_then(|id| conn.waiting(&id)) {
                    conn.give_up(scene);
                    self.step(entry.conn, Some(scene), entry.us, Does::AwaitCancel);
                }
            }
            Kind::Request | Kind::Notification => {
                let scene = self.script.scenes.len();
                let facts = facts::of_message(envelope);
                self.script.scenes.push(Scene {
                    seq: entry.seq,
                    message: message.to_vec(),
                    method: envelope.method.as_deref().unwrap_or_default().to_owned(),
                    subject: facts.subject.as_deref().unwrap_or_default().to_owned(),
                    is_request: envelope.kind == Kind::Request,
                    ..Scene::default()
                });
                conn.last = Some(scene);
                conn.clocks.insert(Some(scene), entry.us);
                conn.by_seq.insert(entry.seq, scene);
                if let (Kind::Request, Some(id)) = (envelope.kind, &envelope.id) {
                    // What a tap took for the end was none.
                    conn.leaving &= !conn.tapped;
                    conn.open.push((id.clone(), scene));
                    if let Some(token) = json::get(params, &["_meta", PROGRESS_TOKEN]) {
                        conn.tokens.insert(Id::read(token), scene);
                    }
                    if self.script.scenes[scene].listens() {
                        conn.streams.insert(id.clone(), scene);
                    }
                }
            }
            Kind::Malformed => {}
        }
    }

    /// What the server said.
    fn server(&mut self, entry: &Entry, message: &[u8], envelope: &Envelope<'_>) {
        let conn = self.conns.entry(entry.conn).or_default();
        let via = entry.extra.as_deref().and_then(Via::of);
        let params = envelope.params.unwrap_or_default();
        let mut slots = Vec::new();
        let place =
            |path: &[&str]| json::get(message, path).map(|part| json::place_of(part, message));
        let mut said = Said {
            frame: Vec::new(),
            ending: entry.ending.as_ref().into(),
            slots: Vec::new(),
            lane: Lane::Own,
            answers: false,
            asks: None,
        };
        // The request whose response carries it, when HTTP says so.
        let carried = via.as_ref().and_then(|via| conn.carried(via.exchange));
        if via
            .as_ref()
            .is_some_and(|via| conn.gets.contains(&via.exchange))
        {
            said.lane = Lane::Apart;
        }
        let of_now = carried.or_else(|| conn.scene_of_now());
        let scene = match envelope.kind {
            Kind::Result | Kind::Error => {
                let own = envelope.id.as_ref();
                let id = via.as_ref().and_then(|via| via.answers.as_ref()).or(own);
                let Some(scene) = id.and_then(|id| conn.waiting(id)) else {
                    self.script.strays += 1;
                    return;
                };
                conn.open.retain(|(_, open)| *open != scene);
                conn.refused.remove(&scene);
                let slot = if id == own { Slot::Id } else { Slot::Whose };
                slots.extend(place(&["id"]).map(|at| (at, slot)));
                let told = &mut self.script.scenes[scene];
                told.is_answered = true;
                if told.listens() {
                    let at = place(&["result", "_meta", SUBSCRIPTION_ID]);
                    slots.extend(at.map(|at| (at, Slot::Stream(scene))));
                }
                if self.script.info.is_none() {
                    let info = json::get(message, &["result", "_meta", SERVER_INFO]);
                    self.script.info = info.map(|info| String::from_utf8_lossy(info).into_owned());
                }
                (said.answers, said.lane) = (true, Lane::Own);
                if matches!(
                    &*self.script.scenes[scene].method,
                    "initialize" | "server/discover"
                ) {
                    self.script.learn(facts::of_message(envelope));
                }
                Some(scene)
            }
            Kind::Request => {
                let task = json::string_at(params, &["_meta", RELATED_TASK, "taskId"]);
                let of_task = task.and_then(|task| {
                    let open = conn.open.iter().rev().map(|(_, scene)| *scene);
                    open.into_iter().find(|scene| {
                        let told = &self.script.scenes[*scene];
                        told.method == "tasks/result" && told.subject == task
                    })
                });
                // Without anything the client said there is nobody to ask.
                let Some(scene) = carried.or(of_task).or(of_now) else {
                    self.script.strays += 1;
                    return;
                };
                let id = envelope.id.clone().unwrap_or(Id::Other("null".into()));
                let told = &mut self.script.scenes[scene];
                let ask = told.asks.len();
                told.asks.push(Ask {
                    method: envelope.method.as_deref().unwrap_or_default().to_owned(),
                    id: id.clone(),
                    reply: None,
                });
                conn.asks.insert(id, (scene, ask));
                slots.extend(place(&["id"]).map(|at| (at, Slot::Ask(ask))));
                said.asks = Some(ask);
                Some(scene)
            }
            Kind::Notification => {
                let token = json::get(params, &["progressToken"]).map(Id::read);
                let stream = json::get(params, &["_meta", SUBSCRIPTION_ID]).map(Id::read);
                let cancelled = json::get(params, &["requestId"]).map(Id::read);
                let stream = stream.and_then(|id| conn.streams.get(&id).copied());
                if let Some(scene) = token.and_then(|token| conn.tokens.get(&token).copied()) {
                    slots.extend(place(&["params", "progressToken"]).map(|at| (at, Slot::Token)));
                    Some(scene)
                } else if let Some(stream) = stream {
                    let at = place(&["params", "_meta", SUBSCRIPTION_ID]);
                    slots.extend(at.map(|at| (at, Slot::Stream(stream))));
                    said.lane = Lane::Of(stream);
                    // It comes when something happens, not when the stream is opened; the first one does.
                    let acknowledges = envelope.method.as_deref()
                        == Some("notifications/subscriptions/acknowledged");
                    if acknowledges {
                        Some(stream)
                    } else {
                        conn.scene_of_now().or(Some(stream))
                    }
                } else if let Some((scene, ask)) =
                    cancelled.and_then(|id| conn.asks.get(&id).copied())
                {
                    let at = place(&["params", "requestId"]);
                    slots.extend(at.map(|at| (at, Slot::Ask(ask))));
                    Some(scene)
                } else {
                    of_now
                }
            }
            Kind::Malformed => of_now,
        };
        slots.sort_by_key(|(at, _)| at.start);
        (said.frame, said.slots) = (message.to_vec(), slots);
        self.step(entry.conn, scene, entry.us, Does::Say(said));
    }

    /// Bytes beside the protocol.
    fn print(&mut self, entry: &Entry, stderr: bool) {
        let conn = self.conns.entry(entry.conn).or_default();
        let scene = conn.scene_of_now();
        let bytes = [&entry.body, entry.ending.as_bytes()].concat();
        self.step(entry.conn, scene, entry.us, Does::Print { stderr, bytes });
    }

    fn step(&mut self, number: u32, scene: Option<SceneIndex>, us: u64, does: Does) {
        let conn = self.conns.entry(number).or_default();
        let before = conn.clocks.insert(scene, us).unwrap_or(us);
        // What a tap says of its client's leaving is no step of ours: the server may answer on.
        if conn.leaving && !conn.tapped {
            let Some(scene) = scene else {
                return;
            };
            if !conn.farewells.contains(&scene) {
                conn.farewells.push(scene);
                let does = Does::AwaitClose;
                self.script.scenes[scene]
                    .steps
                    .push(Step { after_us: 0, does });
            }
        }
        let step = Step {
            after_us: us.saturating_sub(before),
            does,
        };
        match scene {
            Some(scene) => self.script.scenes[scene].steps.push(step),
            // Later connections begin as the first one did.
            None if number == 1 || self.script.scenes.is_empty() => self.script.prologue.push(step),
            None => {}
        }
    }
}

impl Script {
    /// What the answer to an opening says of the server.
    fn learn(&mut self, opened: facts::Message) {
        let facts::Detail::Result(facts) = opened.detail else {
            return;
        };
        let Some(opening) = facts.opening else {
            return;
        };
        for version in opening.supported.iter().flatten().chain(&opening.version) {
            if !self.revisions.contains(version) {
                self.revisions.push(version.clone());
            }
        }
    }
}

impl Conn {
    /// The scene whose response an exchange is, or goes on with.
    fn carried(&self, exchange: u32) -> Option<SceneIndex> {
        let known = self.posts.get(&exchange);
        known.or_else(|| self.resumed.get(&exchange)).copied()
    }

    /// The request with this id that waits for its answer; the newest of several.
    fn waiting(&self, id: &Id) -> Option<SceneIndex> {
        let mut open = self.open.iter().rev();
        open.find(|(other, _)| other == id).map(|(_, scene)| *scene)
    }

    fn give_up(&mut self, scene: SceneIndex) {
        self.last = Some(scene);
        self.given_up.push(scene);
    }

    /// The scene that something belongs to that says not where it belongs.
    fn scene_of_now(&self) -> Option<SceneIndex> {
        let waits = |scene: &SceneIndex| {
            !self.given_up.contains(scene) && !self.streams.values().any(|stream| stream == scene)
        };
        let mut open = self.open.iter().rev().map(|(_, scene)| *scene);
        open.find(waits).or(self.last)
    }
}
