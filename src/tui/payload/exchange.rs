//! An exchange over HTTP as text: its headers, how long each part took, the events of its stream. Secrets were masked
//! before they were recorded.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Tab, TabBody};
use crate::note::http::Step;
use crate::text;
use crate::tui::widgets::plain::Document;

/// The tabs of an exchange, by its steps in order.
pub fn exchange(steps: &[Step]) -> Vec<Tab> {
    let mut tabs = vec![tab("Headers", headers(steps)), tab("Timing", timing(steps))];
    let is_event = |step: &Step| matches!(step, Step::Event { .. } | Step::Wait { .. });
    if steps.iter().any(is_event) {
        tabs.push(tab("Events", events(steps)));
    }
    tabs
}

/// Puts the tabs of an exchange among those of the messages it carries: first, or behind what the messages say.
pub fn among(messages: Vec<Tab>, exchange: Vec<Tab>, first: bool) -> Vec<Tab> {
    let mut tabs = messages;
    let raw = || tabs.iter().position(|tab| tab.name.starts_with("Raw"));
    let at = if first {
        0
    } else {
        raw().unwrap_or(tabs.len())
    };
    tabs.splice(at..at, exchange);
    tabs
}

fn tab(name: &str, page: Page) -> Tab {
    let document = Document::with_headings(page.text.into_bytes(), page.headings);
    Tab {
        name: name.to_owned(),
        body: TabBody::Text(document.into()),
    }
}

#[derive(Default)]
struct Page {
    text: String,
    headings: Vec<u32>,
}

impl Page {
    fn heading(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.headings.push(self.text.len() as u32);
        self.line(line);
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        if headers.is_empty() {
            self.line("  (no headers)");
        }
        for (name, value) in headers {
            self.line(&format!("  {name}: {value}"));
        }
    }
}

fn headers(steps: &[Step]) -> Page {
    let mut page = Page::default();
    for step in steps {
        match step {
            Step::Request {
                exchange,
                verb,
                url,
                headers,
                why,
                follows,
                ..
            } => {
                let after =
                    follows.map_or_else(String::new, |other| format!(", takes up #{other}"));
                page.heading(&format!("{verb} {url}  (http #{exchange}, {why}{after})"));
                page.headers(headers);
            }
            Step::Response {
                status,
                version,
                headers,
                remote,
                ..
            } => {
                let from = remote
                    .as_ref()
                    .map_or_else(String::new, |remote| format!("  from {remote}"));
                page.heading(&format!("{status}  {version}{from}"));
                page.headers(headers);
            }
            Step::End {
                error: Some(error), ..
            } => page.heading(&format!("broke off: {error}")),
            Step::End {
                excerpt: Some(excerpt),
                ..
            } => {
                page.heading("the body begins");
                page.line(excerpt);
            }
            _ => {}
        }
    }
    let answered = steps.iter().any(|step| {
        matches!(
            step,
            Step::Response { .. } | Step::End { error: Some(_), .. }
        )
    });
    if !answered {
        page.heading("no response yet");
    }
    page
}

fn took(us: u64) -> String {
    text::took(Duration::from_micros(us))
}

fn timing(steps: &[Step]) -> Page {
    let mut page = Page::default();
    let mut row = |name: &str, what: &str| page.line(&format!("{} {what}", text::pad(name, 34)));
    let mut first = None;
    let mut over = false;
    for step in steps {
        match step {
            Step::Request { size, .. } => row("request body", &text::size(*size)),
            Step::Response {
                dns,
                connect,
                tls,
                first_byte,
                ..
            } => {
                if dns.is_none() && connect.is_none() {
                    row("name and connection", "there already");
                }
                if let Some(us) = dns {
                    row("name looked up", &took(*us));
                }
                if let Some(us) = connect {
                    row("connected", &took(*us));
                }
                if let Some(us) = tls {
                    row("TLS agreed on", &took(*us));
                }
                let before = dns.unwrap_or(0) + connect.unwrap_or(0) + tls.unwrap_or(0);
                row(
                    "request sent, server at work",
                    &took(first_byte.saturating_sub(before)),
                );
                row("first byte, all in all", &took(*first_byte));
                first = Some(*first_byte);
            }
            Step::End {
                size,
                took: whole,
                error,
                ..
            } => {
                over = true;
                if let Some(first) = first {
                    row("body read", &took(whole.saturating_sub(first)));
                }
                let how = if error.is_some() {
                    "broken off after"
                } else {
                    "done, all in all"
                };
                row(how, &took(*whole));
                row("response body", &text::size(*size));
            }
            Step::Event { .. } | Step::Wait { .. } => {}
        }
    }
    if !over {
        row("still open", "");
    }
    page
}

fn events(steps: &[Step]) -> Page {
    let mut page = Page::default();
    for step in steps {
        match step {
            Step::Event {
                at,
                kind,
                id,
                retry,
                size,
                dropped,
                comments,
                ignored,
                ..
            } => {
                let size = size.map_or_else(|| "no data".to_owned(), text::size);
                let mut line = format!("at {at}  {kind}  {size}");
                let mut put = |what: &str| {
                    line.push_str("  ");
                    line.push_str(what);
                };
                if let Some(id) = id {
                    put(&format!("id {id}"));
                }
                if let Some(ms) = retry {
                    put(&format!("retry {ms} ms"));
                }
                if *dropped > 0 {
                    put(&format!("{} dropped: too long", text::size(*dropped)));
                }
                for comment in comments {
                    put(&format!("comment \"{comment}\""));
                }
                if !ignored.is_empty() {
                    put(&format!("unknown fields: {}", ignored.join(", ")));
                }
                page.line(&line);
            }
            Step::Wait { ms, why, .. } => {
                let mut line = String::new();
                // A String takes any text.
                let _ = write!(line, "taken up again in {ms} ms ({why})");
                page.line(&line);
            }
            _ => {}
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            Step::Request {
                exchange: 3,
                verb: "POST".into(),
                url: "http://h/mcp".into(),
                headers: vec![header("mcp-method", "tools/call")],
                size: 212,
                frame: Some(7),
                why: "message".into(),
                follows: Some(2),
            },
            Step::Response {
                exchange: 3,
                status: 200,
                version: "HTTP/1.1".into(),
                headers: vec![header("content-type", "text/event-stream")],
                remote: Some("127.0.0.1:80".into()),
                dns: Some(400),
                connect: Some(400),
                tls: Some(200),
                first_byte: 12_000,
            },
            Step::Event {
                exchange: 3,
                at: 0,
                kind: "message".into(),
                id: Some("4".into()),
                retry: Some(100),
                size: Some(99),
                dropped: 0,
                comments: vec!["hi".into()],
                ignored: vec![],
            },
        ]
    }

    fn text_of(tab: &Tab) -> String {
        match &tab.body {
            TabBody::Text(document) => String::from_utf8_lossy(document.bytes()).into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_exchange_is_told_in_three_tabs() {
        let mut steps = steps();
        let tabs = exchange(&steps);
        let names: Vec<&str> = tabs.iter().map(|tab| tab.name.as_str()).collect();
        assert_eq!(names, ["Headers", "Timing", "Events"]);
        assert_eq!(
            text_of(&tabs[0]),
            "POST http://h/mcp  (http #3, message, takes up #2)\n  mcp-method: tools/call\n\n\
             200  HTTP/1.1  from 127.0.0.1:80\n  content-type: text/event-stream\n"
        );
        let timing = text_of(&tabs[1]);
        assert!(
            timing.contains("first byte, all in all             12 ms"),
            "{timing}"
        );
        assert!(
            timing.contains("connected                          0.4 ms")
                && timing.contains("TLS agreed on                      0.2 ms"),
            "{timing}"
        );
        assert!(timing.contains("still open"), "{timing}");
        assert_eq!(
            text_of(&tabs[2]),
            "at 0  message  99 B  id 4  retry 100 ms  comment \"hi\"\n"
        );
        steps.push(Step::End {
            exchange: 3,
            size: 1_400,
            took: 15_000,
            error: None,
            excerpt: None,
        });
        let timing = text_of(&exchange(&steps)[1]);
        assert!(
            timing.contains("body read                          3.0 ms"),
            "{timing}"
        );
        assert!(!timing.contains("still open"), "{timing}");
        let names: Vec<String> = among(
            vec![
                tab("Request", Page::default()),
                tab("Raw request", Page::default()),
            ],
            exchange(&steps[..2]),
            false,
        )
        .into_iter()
        .map(|tab| tab.name)
        .collect();
        assert_eq!(names, ["Request", "Headers", "Timing", "Raw request"]);
    }

    #[test]
    fn what_never_came_is_said() {
        let headers = text_of(&exchange(&steps()[..1])[0]);
        assert!(headers.ends_with("\nno response yet\n"), "{headers}");
    }
}
