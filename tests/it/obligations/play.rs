//! A client, and a courier, played by hand: what happens goes in, what is to be done comes out as lines.

use std::time::Duration;

use mcpscope::json::{self, Value};
use mcpscope::jsonrpc::Id;
use mcpscope::mcp::client::{Call, Client, EraChoice, Input, NoteText, Options, Output, Over};
use mcpscope::mcp::facts;
use mcpscope::mcp::http::{self, Choice, Courier, Ending, Request};
use mcpscope::note::Note;
use mcpscope::sse::Parser;

/// The client's half of a connection.
pub struct Play {
    pub client: Client,
    pub now: Duration,
    /// Every frame that was sent.
    pub sent: Vec<String>,
    tickets: u64,
}

/// What `server/discover` is answered by a 2026-07-28 server.
pub const DISCOVERED: &str = r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}}"#;

/// What `initialize` is answered in a revision.
pub fn initialized(id: &str, version: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"protocolVersion":"{version}","capabilities":{{"tools":{{}}}},"serverInfo":{{"name":"s","version":"1"}}}}}}"#
    )
}

/// Options that ask for no list.
pub fn options(era: EraChoice) -> Options {
    Options {
        era,
        lists: vec![],
        ..Options::default()
    }
}

impl Play {
    pub fn new(options: Options) -> Self {
        Self {
            client: Client::new(options),
            now: Duration::ZERO,
            sent: Vec::new(),
            tickets: 0,
        }
    }

    /// A connection of the handshake era that works.
    pub fn legacy(version: &str) -> Self {
        let mut play = Self::new(options(EraChoice::Legacy));
        play.put(Input::Started);
        play.frame(&initialized("1", version));
        assert!(play.client.is_ready());
        play
    }

    /// A 2026-07-28 connection that works.
    pub fn modern(over: Over) -> Self {
        let mut play = Self::new(Options {
            over,
            ..options(EraChoice::Modern)
        });
        play.put(Input::Started);
        play.frame(DISCOVERED);
        assert!(play.client.is_ready());
        play
    }

    pub fn put(&mut self, input: Input<'_>) -> Vec<String> {
        let outputs = self.client.handle(self.now, input);
        outputs.iter().map(|output| self.show(output)).collect()
    }

    /// A frame of the server: a message, or a batch of them.
    pub fn frame(&mut self, text: &str) -> Vec<String> {
        let messages = facts::of_frame(text.as_bytes()).unwrap();
        messages
            .iter()
            .flat_map(|message| self.put(Input::Message(message)))
            .collect()
    }

    /// Time passes.
    pub fn wait(&mut self, time: Duration) -> Vec<String> {
        self.now += time;
        self.put(Input::Tick)
    }

    /// Somebody wants a request sent; tickets count from 1.
    pub fn call(&mut self, method: &str, params: &str) -> Vec<String> {
        self.tickets += 1;
        self.put(Input::Call(Call {
            ticket: self.tickets,
            method: method.to_owned(),
            params: Some(params.to_owned()),
            wait: None,
        }))
    }

    /// The newest frame that was sent, as a value.
    pub fn last(&self) -> Value {
        Value::parse(self.sent.last().unwrap().as_bytes()).unwrap()
    }

    /// The id of the newest frame that was sent, as JSON.
    pub fn last_id(&self) -> String {
        self.last().get("id").unwrap().to_string()
    }

    fn show(&mut self, output: &Output) -> String {
        match output {
            Output::Send { frame, .. } => {
                self.sent.push(frame.clone());
                let raw = frame.as_bytes();
                let member = |name| {
                    json::get(raw, &[name]).map(|raw| String::from_utf8_lossy(raw).into_owned())
                };
                match (json::string_at(raw, &["method"]), member("id")) {
                    (Some(method), Some(id)) => format!("> {method} {id}"),
                    (Some(method), None) => format!("> {method}"),
                    _ => format!("> {frame}"),
                }
            }
            Output::Note(NoteText(body)) => {
                format!("* {}", Note::read(body.as_bytes()).sentence())
            }
            Output::Finished { ticket, end } => format!("finished {ticket} {end:?}"),
            other => format!("{other:?}"),
        }
    }
}

/// What carries frames over HTTP.
pub struct Carrier {
    pub courier: Courier,
    /// Every request that was made.
    pub made: Vec<Request>,
    frames: u64,
}

pub const JSON: &str = "application/json";
pub const STREAM: &str = "text/event-stream";

impl Carrier {
    pub fn new() -> Self {
        let url = mcpscope::transport::http::address("http://h/mcp").unwrap();
        Self {
            courier: Courier::new(url, Choice::Auto),
            made: Vec::new(),
            frames: 0,
        }
    }

    /// A handshake that is done, with a session and the stream for the server's own messages (exchange 3).
    pub fn opened(version: &str) -> Self {
        let mut carrier = Self::new();
        carrier.send(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#);
        carrier.head(
            1,
            200,
            &[("content-type", JSON), ("mcp-session-id", "s3cr3t")],
        );
        carrier.body(1, &initialized("1", version));
        carrier.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        carrier.head(2, 202, &[]);
        carrier.body(2, "");
        carrier.head(3, 200, &[("content-type", STREAM)]);
        carrier
    }

    pub fn send(&mut self, frame: &str) -> Vec<http::Output> {
        self.frames += 1;
        let outputs = self.courier.frame(self.frames, frame.as_bytes().to_vec());
        self.keep(outputs)
    }

    pub fn head(
        &mut self,
        exchange: u32,
        status: u16,
        headers: &[(&str, &str)],
    ) -> Vec<http::Output> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let outputs = self.courier.head(exchange, status, headers);
        self.keep(outputs)
    }

    pub fn body(&mut self, exchange: u32, body: &str) -> Vec<http::Output> {
        let outputs = self.courier.body(exchange, body.as_bytes().to_vec());
        self.keep(outputs)
    }

    /// A whole response.
    pub fn answer(
        &mut self,
        exchange: u32,
        status: u16,
        mime: &str,
        body: &str,
    ) -> Vec<http::Output> {
        let mut outputs = self.head(exchange, status, &[("content-type", mime)]);
        outputs.extend(self.body(exchange, body));
        outputs
    }

    /// Part of an event stream.
    pub fn events(&mut self, exchange: u32, text: &str) -> Vec<http::Output> {
        let mut blocks = Vec::new();
        Parser::new(1 << 20).feed(text.as_bytes(), &mut blocks);
        let mut outputs = Vec::new();
        for block in blocks {
            let more = self.courier.block(exchange, block);
            outputs.extend(self.keep(more));
        }
        outputs
    }

    /// The end of a stream.
    pub fn ends(&mut self, exchange: u32) -> Vec<http::Output> {
        let outputs = self.courier.end(exchange, Ending::Whole);
        self.keep(outputs)
    }

    pub fn due(&mut self, exchange: u32) -> Vec<http::Output> {
        let outputs = self.courier.due(exchange);
        self.keep(outputs)
    }

    pub fn abandon(&mut self, id: &Id) -> Vec<http::Output> {
        let outputs = self.courier.abandon(id);
        self.keep(outputs)
    }

    pub fn shutdown(&mut self) -> Vec<http::Output> {
        let outputs = self.courier.shutdown();
        self.keep(outputs)
    }

    /// A header of the newest request.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = &self.made.last().unwrap().headers;
        http::headers::value(headers, name)
    }

    fn keep(&mut self, outputs: Vec<http::Output>) -> Vec<http::Output> {
        self.made
            .extend(outputs.iter().filter_map(|output| match output {
                http::Output::Open(request) => Some(request.clone()),
                _ => None,
            }));
        outputs
    }
}

/// The frames among what is to be done.
pub fn frames(outputs: &[http::Output]) -> Vec<String> {
    outputs
        .iter()
        .filter_map(|output| match output {
            http::Output::Frame { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        })
        .collect()
}

/// A request of 2026-07-28; `params` ends in a comma unless it is empty.
pub fn modern(id: u32, method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{{params}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    )
}

/// A request of the handshake era.
pub fn request(id: u32) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#)
}
