//! What else happened while an exchange lasted, and how its time was spent: two tabs of its own.

use std::sync::Arc;
use std::time::Duration;

use super::rounds::Round;
use super::{Tab, TabBody};
use crate::text;
use crate::tui::effect::Source;
use crate::tui::widgets::plain::Document;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// What happened, in order.
    pub near: Arc<[Near]>,
    /// Whether there is more than that.
    pub more: bool,
    /// How long what took: names and words, sanitised.
    pub times: Arc<[(String, String)]>,
    /// The rounds of its conversation, when there are more than one.
    pub rounds: Arc<[Round]>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Where it can be read.
    pub source: Source,
    /// How long after the beginning, in microseconds.
    pub after_us: u64,
    /// What kind of thing it is.
    pub what: &'static str,
}

impl Around {
    /// What is to be read back for it.
    pub fn sources(&self) -> Vec<Source> {
        self.near.iter().map(|near| near.source).collect()
    }

    /// The page, with what was read back: one text for each.
    fn page(&self, texts: &[(u64, Box<str>)]) -> Document {
        let mut page = String::new();
        let mut headings = vec![0];
        page.push_str(match (self.near.len(), self.more) {
            (0, _) => {
                "nothing else happened on this connection between its beginning and its end\n"
            }
            (_, false) => "on this connection, between its beginning and its end\n",
            (_, true) => "on this connection, since its beginning: the first of very many\n",
        });
        for (near, (seq, said)) in self.near.iter().zip(texts) {
            let after = text::took(Duration::from_micros(near.after_us));
            let line = format!(
                "{} {} {} {}\n",
                text::pad(&format!("+{after}"), 10),
                text::pad(&format!("#{seq}"), 7),
                text::pad(near.what, 8),
                text::sanitize(said)
            );
            page.push_str(&line);
        }
        if self.more {
            headings.push(page.len() as u32);
            page.push_str("Logs has all of it, at the same moment\n");
        }
        Document::with_headings(page.into_bytes(), headings)
    }

    fn timing(&self) -> String {
        let line = |(name, words): &(String, String)| format!("{} {words}\n", text::pad(name, 34));
        self.times.iter().map(line).collect()
    }
}

/// Adds what happened meanwhile to the tabs of an exchange; `texts` are what its sources say.
pub fn with_around(mut tabs: Vec<Tab>, around: &Around, texts: &[(u64, Box<str>)]) -> Vec<Tab> {
    let mut timing = around.timing();
    if let Some(tab) = tabs.iter_mut().find(|tab| tab.name == "Timing") {
        if let TabBody::Text(document) = &tab.body {
            let rest = String::from_utf8_lossy(document.bytes());
            let heading = timing.len() as u32 + 1;
            timing.push_str("\nover HTTP\n");
            timing.push_str(&rest);
            let document = Document::with_headings(timing.into_bytes(), vec![heading]);
            tab.body = TabBody::Text(document.into());
        }
    } else {
        let at = tabs.iter().position(|tab| tab.name.starts_with("Raw"));
        let name = "Timing".to_owned();
        let body = TabBody::Text(Document::new(timing.into_bytes()).into());
        tabs.insert(at.unwrap_or(tabs.len()), Tab { name, body });
    }
    tabs.push(Tab {
        name: "Around".to_owned(),
        body: TabBody::Text(around.page(texts).into()),
    });
    tabs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::recorded::Place;

    fn text_of(tab: &Tab) -> String {
        match &tab.body {
            TabBody::Text(document) => String::from_utf8_lossy(document.bytes()).into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_of_others_stay_one_line_and_cannot_pretend_to_be_ours() {
        let source = Source {
            seq: 7,
            place: Place {
                offset: 0,
                length: 0,
            },
            revealed: false,
        };
        let around = Around {
            near: [Near {
                source,
                after_us: 1_500,
                what: "stderr",
            }]
            .into(),
            more: true,
            times: [("took".to_owned(), "3 ms".to_owned())].into(),
            rounds: [].into(),
        };
        let raw = Tab {
            name: "Raw request".to_owned(),
            body: TabBody::Text(Document::new(&b"{}"[..]).into()),
        };
        let tabs = with_around(vec![raw], &around, &[(7, "a\nLogs \u{1b}[2J".into())]);
        let names: Vec<&str> = tabs.iter().map(|tab| tab.name.as_str()).collect();
        assert_eq!(names, ["Timing", "Raw request", "Around"]);
        assert_eq!(
            text_of(&tabs[2]),
            "on this connection, since its beginning: the first of very many\n\
             +1.5 ms    #7      stderr   a⏎Logs ^[[2J\n\
             Logs has all of it, at the same moment\n"
        );
        assert!(text_of(&tabs[0]).starts_with("took    "));
        let empty = with_around(Vec::new(), &Around::default(), &[]);
        assert!(text_of(&empty[1]).starts_with("nothing else happened"));
    }
}
