//! The live server that answers what is not in the recording: one for each client, started when it is needed first.
//!
//! Requests go there with ids of ours, for the client's may be those of requests that the recording answers; whatever
//! comes back has the client's ids again. A server that wants a handshake gets the one the client made.

use std::collections::HashMap;

use tokio::sync::mpsc;

use crate::json;
use crate::jsonrpc::{self, Id, Kind};
use crate::mcp::http::headers;
use crate::script::{Act, Player};
use crate::transport::stdio::{self, StdioOptions};
use crate::transport::{LinkEvent, Outgoing, Stream, Target, http};

/// Something happened at the live server of a connection.
pub(super) type News = (u32, LinkEvent);

/// How far we are with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Cold,
    /// It has the handshake and owes its answer.
    Greeted,
    Warm,
    Gone,
}

/// A request that it owes an answer.
#[derive(Debug)]
struct Call {
    run: u64,
    /// The client's id, as JSON.
    id: String,
    /// Whether it is of 2026-07-28.
    is_modern: bool,
    /// Whether its answer comes only when nobody listens any more.
    is_stream: bool,
}

#[derive(Debug)]
pub(super) struct Live {
    conn: u32,
    target: Target,
    options: StdioOptions,
    news: mpsc::UnboundedSender<News>,
    outbox: Option<mpsc::UnboundedSender<Outgoing>>,
    state: State,
    /// The client's `initialize`.
    hello: Option<Vec<u8>>,
    /// What waits for the handshake.
    waiting: Vec<Vec<u8>>,
    last_id: i64,
    calls: HashMap<Id, Call>,
    /// Its questions: their ids as JSON, by those the client knows.
    asks: HashMap<Id, String>,
}

/// The id of the handshake that we pass on.
const HELLO: Id = Id::Integer(0);

impl Live {
    pub(super) fn new(
        conn: u32,
        target: Target,
        options: StdioOptions,
        news: mpsc::UnboundedSender<News>,
    ) -> Self {
        Self {
            conn,
            target,
            options,
            news,
            outbox: None,
            state: State::Cold,
            hello: None,
            waiting: Vec::new(),
            last_id: 0,
            calls: HashMap::new(),
            asks: HashMap::new(),
        }
    }

    /// The client said this to somebody; a handshake may be needed later.
    pub(super) fn overhear(&mut self, message: &[u8]) {
        if json::string_at(message, &["method"]).as_deref() == Some("initialize") {
            self.hello = Some(message.to_vec());
        }
    }

    /// Passes on what the client said, with ids of ours; none is the number of what wants no answer.
    pub(super) fn send(&mut self, run: Option<u64>, message: &[u8]) -> Vec<Act> {
        let method = json::string_at(message, &["method"]).unwrap_or_default();
        let Some(run) = run else {
            // What a client tells is for the server it talks to; it is not started to be told.
            match &*method {
                "notifications/initialized" if self.hello_is_ours() => {}
                "notifications/cancelled" => return self.cancelled(message).into_iter().collect(),
                _ if self.state == State::Warm => self.put(Some(message.to_vec())),
                _ => {}
            }
            return vec![];
        };
        let raw = json::get(message, &["id"]).unwrap_or(b"null");
        let client_id = String::from_utf8_lossy(raw).into_owned();
        if self.state == State::Cold
            && let Err(why) = self.start(&method)
        {
            return vec![failed(run, &client_id, &why)];
        }
        if self.state == State::Gone {
            return vec![failed(run, &client_id, "the live server is gone")];
        }
        self.last_id += 1;
        let id = Id::Integer(self.last_id);
        let frame = json::replaced(message, &["id"], &id.to_json());
        let call = Call {
            run,
            id: client_id,
            is_modern: headers::version_in(json::get(message, &["params"]).unwrap_or_default())
                .is_some(),
            is_stream: method == "subscriptions/listen",
        };
        self.calls.insert(id, call);
        match self.state {
            State::Warm => self.put(Some(frame)),
            _ => self.waiting.push(frame),
        }
        vec![]
    }

    /// A reply of the client's to a question of the live server.
    pub(super) fn reply(&mut self, message: &[u8]) {
        let id = json::get(message, &["id"]).map(Id::read);
        if let Some(raw) = id.and_then(|id| self.asks.remove(&id)) {
            self.put(Some(json::replaced(message, &["id"], &raw)));
        }
    }

    /// What it does is done for the client.
    pub(super) fn take(&mut self, event: LinkEvent, player: &mut Player) -> Vec<Act> {
        match event {
            LinkEvent::Line {
                stream: Stream::Stderr,
                mut bytes,
                ..
            } => {
                bytes.push(b'\n');
                vec![Act::Print {
                    stderr: true,
                    bytes,
                }]
            }
            LinkEvent::Line { bytes, .. } => self.frame(&bytes, None, player),
            LinkEvent::Frame { bytes, answers, .. } => self.frame(&bytes, answers, player),
            LinkEvent::Unanswered { id, loss } if id == HELLO => {
                self.refused(&format!("the live server does not answer: {}", loss.what))
            }
            LinkEvent::Unanswered { id, loss } => {
                let why = format!("the live server does not answer: {}", loss.what);
                self.calls
                    .remove(&id)
                    .map(|call| failed(call.run, &call.id, &why))
                    .into_iter()
                    .collect()
            }
            LinkEvent::Exited { .. } | LinkEvent::Closed(_) => {
                self.outbox = None;
                self.fail_all("the live server is gone")
            }
            _ => vec![],
        }
    }

    /// Whether it was started, and is not gone.
    pub(super) fn runs(&self) -> bool {
        self.outbox.is_some()
    }

    /// Whether answers are to come from it that no client has to do anything for.
    pub(super) fn owes(&self) -> bool {
        self.asks.is_empty() && self.calls.values().any(|call| !call.is_stream)
    }

    /// Lets it go; whether its end is to be waited for, which [`StdioOptions::longest`] bounds.
    pub(super) fn leave(&mut self) -> bool {
        self.put_order(Outgoing::Shutdown);
        self.outbox.is_some()
    }

    /// Nobody waits for the answer to this request any more.
    pub(super) fn abandon(&mut self, run: u64) {
        let found = self.calls.iter().find(|(_, call)| call.run == run);
        if let Some(id) = found.map(|(id, _)| id.clone()) {
            let params = format!("{{\"requestId\":{}}}", id.to_json());
            let frame = jsonrpc::notification("notifications/cancelled", Some(&params));
            self.call_off(&id, frame.into_bytes());
        }
    }

    /// It wants no handshake with us: nothing that waits for it will be answered.
    fn refused(&mut self, why: &str) -> Vec<Act> {
        self.put_order(Outgoing::Shutdown);
        self.fail_all(why)
    }

    fn fail_all(&mut self, why: &str) -> Vec<Act> {
        self.state = State::Gone;
        self.waiting.clear();
        let calls = std::mem::take(&mut self.calls);
        let mut calls: Vec<Call> = calls.into_values().collect();
        calls.sort_by_key(|call| call.run);
        let calls = calls.iter();
        calls.map(|call| failed(call.run, &call.id, why)).collect()
    }

    /// Takes a request back, with this frame where it is a frame that does it; its number.
    fn call_off(&mut self, id: &Id, frame: Vec<u8>) -> Option<u64> {
        let call = self.calls.remove(id)?;
        let is_it = |frame: &[u8]| json::get(frame, &["id"]).map(Id::read).as_ref() == Some(id);
        let waited = self.waiting.len();
        self.waiting.retain(|frame| !is_it(frame));
        if self.waiting.len() == waited {
            // Over HTTP a request of 2026-07-28 is cancelled by closing its exchange.
            if call.is_modern && matches!(self.target, Target::Address(_)) {
                self.put_order(Outgoing::Abandon(id.clone()));
            } else {
                self.put(Some(frame));
            }
        }
        Some(call.run)
    }

    fn frame(&mut self, bytes: &[u8], answers: Option<Id>, player: &mut Player) -> Vec<Act> {
        let Some(messages) = super::client::messages(bytes) else {
            let bytes = [bytes, b"\n"].concat();
            return vec![Act::Print {
                stderr: false,
                bytes,
            }];
        };
        let mut acts = Vec::new();
        for message in messages {
            let Some(envelope) = jsonrpc::envelope(message) else {
                continue;
            };
            match envelope.kind {
                Kind::Result | Kind::Error => {
                    let Some(id) = answers.clone().or(envelope.id) else {
                        continue;
                    };
                    if id == HELLO && envelope.kind == Kind::Error {
                        let what = json::string_at(message, &["error", "message"]);
                        let what = what.unwrap_or_default();
                        let why = format!("the live server refuses the handshake: {what}");
                        acts.extend(self.refused(&why));
                    } else if id == HELLO {
                        self.greeted();
                    } else if let Some(call) = self.calls.remove(&id) {
                        let frame = json::replaced(message, &["id"], &call.id);
                        acts.push(said(frame, Some(call.run), true));
                    }
                }
                Kind::Request => {
                    let raw = json::get(message, &["id"]).unwrap_or(b"null");
                    let id = player.fresh_ask();
                    let frame = json::replaced(message, &["id"], &id.to_json());
                    self.asks
                        .insert(id, String::from_utf8_lossy(raw).into_owned());
                    acts.push(said(frame, self.newest(), false));
                }
                Kind::Notification | Kind::Malformed => {
                    acts.push(said(message.to_vec(), self.newest(), false));
                }
            }
        }
        acts
    }

    /// The request that something of the live server's goes with that does not say.
    fn newest(&self) -> Option<u64> {
        self.calls.values().map(|call| call.run).max()
    }

    fn hello_is_ours(&self) -> bool {
        self.hello.is_some()
    }

    fn start(&mut self, method: &str) -> Result<(), String> {
        let link = match &self.target {
            Target::Process(spawn) => stdio::start(spawn.clone(), self.options)
                .map_err(|error| format!("the live server cannot be started: {error}")),
            Target::Address(address) => http::start(address)
                .map_err(|error| format!("the live server cannot be reached: {error}")),
        }?;
        let (conn, news, mut inbox) = (self.conn, self.news.clone(), link.inbox);
        self.outbox = Some(link.outbox);
        tokio::spawn(async move {
            while let Some(event) = inbox.recv().await {
                if news.send((conn, event)).is_err() {
                    break;
                }
            }
        });
        self.state = State::Warm;
        if method == "initialize" {
            // The client greets it itself.
            self.hello = None;
        } else if let Some(hello) = &self.hello {
            let hello = json::replaced(hello, &["id"], &HELLO.to_json());
            self.put(Some(hello));
            self.state = State::Greeted;
        }
        Ok(())
    }

    fn greeted(&mut self) {
        self.put(Some(
            jsonrpc::notification("notifications/initialized", None).into_bytes(),
        ));
        self.state = State::Warm;
        for frame in std::mem::take(&mut self.waiting) {
            self.put(Some(frame));
        }
    }

    /// Passes on what cancels a request that is here, with its id here. Nothing more comes for that.
    fn cancelled(&mut self, message: &[u8]) -> Option<Act> {
        let path = ["params", "requestId"];
        let wanted = json::get(message, &path).map(Id::read)?;
        let mut calls = self.calls.iter();
        let (id, _) = calls.find(|(_, call)| Id::read(call.id.as_bytes()) == wanted)?;
        let id = id.clone();
        let run = self.call_off(&id, json::replaced(message, &path, &id.to_json()))?;
        Some(Act::Close { run })
    }

    fn put(&mut self, frame: Option<Vec<u8>>) {
        if let Some(frame) = frame {
            self.put_order(Outgoing::Frame(frame));
        }
    }

    fn put_order(&mut self, order: Outgoing) {
        if let Some(outbox) = &self.outbox {
            // It tells by itself that it is gone.
            let _ = outbox.send(order);
        }
    }
}

fn said(frame: Vec<u8>, run: Option<u64>, answers: bool) -> Act {
    Act::Say {
        frame,
        ending: "\n".into(),
        run,
        answers,
    }
}

fn failed(run: u64, id: &str, why: &str) -> Act {
    let id = Id::read(id.as_bytes());
    said(
        jsonrpc::error(&id, -32603, why).into_bytes(),
        Some(run),
        true,
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mcp::http::{Loss, LossKind};
    use crate::script::{Rules, Script};
    use crate::transport::Spawn;

    const ASKS: &[u8] = br#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#;

    fn target(is_http: bool) -> Target {
        if is_http {
            let url = url::Url::parse("http://127.0.0.1:1/mcp").unwrap();
            return Target::Address(http::Address::new(url));
        }
        Target::Process(Spawn {
            program: "none".into(),
            args: Vec::new(),
            cwd: None,
            env: Vec::new(),
            secrets: Vec::new(),
        })
    }

    /// One that runs, and what it is told.
    fn live(is_http: bool, state: State) -> (Live, mpsc::UnboundedReceiver<Outgoing>) {
        let (news, _) = mpsc::unbounded_channel();
        let mut live = Live::new(1, target(is_http), StdioOptions::default(), news);
        let (outbox, orders) = mpsc::unbounded_channel();
        (live.outbox, live.state) = (Some(outbox), state);
        (live, orders)
    }

    fn player() -> Player {
        Player::new(Arc::new(Script::default()), Rules::default())
    }

    fn told(acts: Vec<Act>) -> Vec<String> {
        let acts = acts.into_iter().map(|act| match act {
            Act::Say { frame, .. } => String::from_utf8(frame).unwrap(),
            other => format!("{other:?}"),
        });
        acts.collect()
    }

    #[test]
    fn whoever_waits_for_a_handshake_that_fails_is_told() {
        let error = br#"{"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"no"}}"#;
        let lost = Loss::new(LossKind::Refused, "status 503");
        for (event, why) in [
            (
                LinkEvent::Unanswered {
                    id: HELLO,
                    loss: lost,
                },
                "does not answer: status 503",
            ),
            (
                LinkEvent::Frame {
                    exchange: 1,
                    bytes: error.to_vec(),
                    answers: None,
                },
                "refuses the handshake: no",
            ),
        ] {
            let (mut live, mut orders) = live(true, State::Greeted);
            assert!(live.send(Some(1), ASKS).is_empty());
            let acts = told(live.take(event, &mut player()));
            assert_eq!(acts.len(), 1, "{acts:?}");
            assert!(
                acts[0].contains(r#""id":"a""#) && acts[0].contains(why),
                "{acts:?}"
            );
            // It is let go, and nobody waits for it again.
            assert_eq!(orders.try_recv(), Ok(Outgoing::Shutdown));
            let acts = told(live.send(Some(2), ASKS));
            assert!(acts[0].contains("the live server is gone"), "{acts:?}");
            assert!(!live.owes());
        }
    }

    #[test]
    fn what_nobody_waits_for_is_called_off() {
        let modern = br#"{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        for (is_http, order) in [
            (
                false,
                Outgoing::Frame(
                    br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
                        .to_vec(),
                ),
            ),
            (true, Outgoing::Abandon(Id::Integer(1))),
        ] {
            let (mut live, mut orders) = live(is_http, State::Warm);
            live.send(Some(5), modern);
            assert!(live.owes());
            assert!(matches!(orders.try_recv(), Ok(Outgoing::Frame(_))));
            live.abandon(5);
            assert_eq!(orders.try_recv(), Ok(order));
            assert!(!live.owes());
        }
        // The client says it itself.
        let (mut live, mut orders) = live(false, State::Warm);
        live.send(Some(5), ASKS);
        let frame = br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"r"}}"#;
        assert_eq!(live.send(None, frame), [Act::Close { run: 5 }]);
        assert!(!live.owes());
        let _ = orders.try_recv();
        let told = br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"r"}}"#;
        assert_eq!(orders.try_recv(), Ok(Outgoing::Frame(told.to_vec())));
        // What was not sent yet is not sent.
        let (mut live, mut orders) = self::live(false, State::Greeted);
        live.send(Some(5), ASKS);
        live.abandon(5);
        assert!(orders.try_recv().is_err() && live.waiting.is_empty());
    }
}
