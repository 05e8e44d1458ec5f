//! The live server that answers what is not in the recording: one for each client, started when it is needed first.
//!
//! Requests go there with ids of ours, for the client's may be those of requests that the recording answers; whatever
//! comes back has the client's ids again. A server that wants a handshake gets the one the client made.

use std::collections::HashMap;

use tokio::sync::mpsc;

use crate::json;
use crate::jsonrpc::{self, Id, Kind};
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
            let told = match &*method {
                "notifications/initialized" if self.hello_is_ours() => None,
                "notifications/cancelled" => self.cancelled(message),
                _ => Some(message.to_vec()),
            };
            if self.state == State::Warm {
                self.put(told);
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
        let frame = renamed(message, &["id"], &id.to_json());
        let id_of_client = client_id;
        self.calls.insert(
            id,
            Call {
                run,
                id: id_of_client,
            },
        );
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
            self.put(Some(renamed(message, &["id"], &raw)));
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
            LinkEvent::Unanswered { id, loss } => {
                let why = format!("the live server does not answer: {}", loss.what);
                self.calls
                    .remove(&id)
                    .map(|call| failed(call.run, &call.id, &why))
                    .into_iter()
                    .collect()
            }
            LinkEvent::Exited { .. } | LinkEvent::Closed(_) => {
                self.state = State::Gone;
                let calls = std::mem::take(&mut self.calls);
                let mut calls: Vec<Call> = calls.into_values().collect();
                calls.sort_by_key(|call| call.run);
                let calls = calls.iter();
                calls
                    .map(|call| failed(call.run, &call.id, "the live server is gone"))
                    .collect()
            }
            _ => vec![],
        }
    }

    /// Lets it go.
    pub(super) fn leave(&mut self) {
        self.put_order(Outgoing::Shutdown);
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
                    if id == HELLO {
                        self.greeted();
                    } else if let Some(call) = self.calls.remove(&id) {
                        let frame = renamed(message, &["id"], &call.id);
                        acts.push(said(frame, Some(call.run), true));
                    }
                }
                Kind::Request => {
                    let raw = json::get(message, &["id"]).unwrap_or(b"null");
                    let id = player.fresh_ask();
                    let frame = renamed(message, &["id"], &id.to_json());
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
            let hello = renamed(hello, &["id"], &HELLO.to_json());
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

    /// What cancels a request that is here, with its id here.
    fn cancelled(&self, message: &[u8]) -> Option<Vec<u8>> {
        let path = ["params", "requestId"];
        let wanted = json::get(message, &path).map(Id::read)?;
        let mut calls = self.calls.iter();
        let (id, _) = calls.find(|(_, call)| Id::read(call.id.as_bytes()) == wanted)?;
        Some(renamed(message, &path, &id.to_json()))
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

/// The message with something else at this place; all other bytes stay.
fn renamed(message: &[u8], path: &[&str], value: &str) -> Vec<u8> {
    let Some(part) = json::get(message, path) else {
        return message.to_vec();
    };
    let place = json::place_of(part, message);
    [
        &message[..place.start],
        value.as_bytes(),
        &message[place.end..],
    ]
    .concat()
}
