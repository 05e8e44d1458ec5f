//! The tools of the fake server: what each call does, and the calls that ask back.
//! Never gives an answer its id or its envelope.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::{Answer, Asked, Fake, Request, text_result};
use crate::catalogue::{self, WILD};
use crate::wire::complain;

impl Fake {
    pub(super) fn call(&mut self, request: &Request) -> Answer {
        let options = &self.options;
        match request.tool.as_deref() {
            Some("echo") if options.has("--echo-args") => {
                Answer::Result(text_result(&request.arguments))
            }
            Some("echo") => Answer::Result(text_result(
                request.params["arguments"]["text"]
                    .as_str()
                    .unwrap_or_default(),
            )),
            Some("fail") => {
                let content = json!([{"type": "text", "text": "it failed"}]);
                Answer::Result(json!({"content": content, "isError": true}).to_string())
            }
            Some("error") => Answer::Error(
                -32603,
                "it broke".into(),
                Some(json!({"where": "here", "depth": [1, 2.50]})),
            ),
            Some("slow") => {
                let (fake, request) = (self.for_thread(), request.clone());
                thread::spawn(move || fake.slow(&request));
                Answer::Later
            }
            Some("huge") if options.has("--huge") => {
                let size = options.number("--huge").unwrap_or(0);
                let frame = self.frame(request, &Answer::Result(text_result("\0")));
                self.wire
                    .filled(&frame.unwrap_or_default().replace("\\u0000", "\0"), size);
                Answer::Later
            }
            Some("rows") if options.has("--rows") => {
                let count: u64 = options.number("--rows").unwrap_or(0);
                let rows: Vec<String> = (0..count)
                    .map(|i| {
                        format!(
                            r#"{{"id":{i},"name":"row {i}","at":{},"ok":{},"tags":["a","b"],"of":{{"x":{}.5}}}}"#,
                            1_760_000_000 + i,
                            i % 3 == 0,
                            i % 100
                        )
                    })
                    .collect();
                Answer::Result(format!(
                    r#"{{"content":[{{"type":"text","text":"{count} rows"}}],"structuredContent":{{"rows":[{}]}}}}"#,
                    rows.join(",")
                ))
            }
            Some("flood") if options.has("--flood") => {
                let count: u64 = options.number("--flood").unwrap_or(0);
                for number in 1..=count {
                    self.wire.frame(&format!(
                        r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{{"level":"info","logger":"flood","data":{number}}}}}"#
                    ));
                }
                Answer::Result(text_result(&format!("sent {count}")))
            }
            Some("deep") if options.has("--deep") => {
                let levels: usize = options.number("--deep").unwrap_or(0);
                let nested = format!(
                    "{}0{}",
                    r#"{"a":["#.repeat(levels / 2),
                    "]}".repeat(levels / 2)
                );
                Answer::Result(format!(
                    r#"{{"content":[{{"type":"text","text":"deep"}}],"structuredContent":{{"deep":{nested}}}}}"#
                ))
            }
            Some("finish") if options.has("--ask-on-shutdown") => {
                self.finishing = true;
                self.wire
                    .frame(r#"{"jsonrpc":"2.0","id":"finish","method":"ping"}"#);
                Answer::Later
            }
            Some("bad-utf8") if options.has("--bad-utf8") => {
                let frame = self
                    .frame(request, &Answer::Result(text_result("before @@ after")))
                    .unwrap_or_default();
                let (head, tail) = frame.split_once("@@").unwrap_or((&frame, ""));
                self.wire
                    .frame_bytes(&[head.as_bytes(), b"\xff\xfe", tail.as_bytes()].concat());
                Answer::Later
            }
            Some(name) if name.starts_with("wild") && options.has("--wild") => {
                Answer::Result(text_result(WILD))
            }
            Some(name)
                if catalogue::tools(options)
                    .iter()
                    .any(|tool| tool["name"] == name) =>
            {
                Answer::Result(text_result(&format!("{name} got {}", request.arguments)))
            }
            _ => Answer::Error(-32602, "no such tool".into(), None),
        }
    }

    /// Steps with progress, unless cancelled; on its own thread.
    fn slow(&self, request: &Request) {
        let steps: u64 = self.options.number("--progress").unwrap_or(5);
        let wait = Duration::from_millis(self.options.number("--delay").unwrap_or(20));
        for step in 1..=steps {
            thread::sleep(wait);
            let gone = self
                .cancelled
                .lock()
                .is_ok_and(|cancelled| cancelled.contains(&request.id));
            if gone && !self.options.has("--ignore-cancel") {
                complain(&format!("slow was cancelled at step {step}"));
                return;
            }
            if let Some(token) = request.params["_meta"].get("progressToken") {
                self.wire.frame(&format!(
                    r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{token},"progress":{step},"total":{steps},"message":"step {step}"}}}}"#
                ));
            }
        }
        self.reply(request, Answer::Result(text_result("slowly done")));
    }

    /// Asks two things with ids the client uses itself: the call's own, and the one that comes next.
    pub(super) fn ask(&mut self, call: &Request) {
        let ping = call.id.clone();
        let roots = call
            .id
            .parse::<i64>()
            .map_or_else(|_| r#""next""#.to_owned(), |id| (id + 1).to_string());
        self.wire.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":{ping},"method":"ping"}}"#
        ));
        self.wire.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":{roots},"method":"roots/list"}}"#
        ));
        self.asked = Some(Asked {
            call: call.clone(),
            ping,
            roots,
            heard: Vec::new(),
        });
    }
}
