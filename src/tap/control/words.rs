//! The protocol of a tap's control: a JSON object a line, each answered by a line, in their order.
//!
//! ```text
//! {"do":"rule","rule":"hold:method:elicitation/create","keep":true}   a rule, as --fault has them; without "keep" it
//!                                                                    goes with the connection
//! {"do":"rules"}                            the rules
//! {"do":"clear"}  {"do":"clear","rule":2}   all rules go, or one; what they hold is released
//! {"do":"list"}                             what is held
//! {"do":"show","frame":41}                  a frame that is held, masked as in the recording
//! {"do":"release"}  {"do":"release","frame":41}  {"do":"release","frame":41,"instead":"…"}
//! {"do":"drop","frame":41}
//! {"do":"answer","frame":41,"result":{…}}  {"do":"answer","frame":41,"error":{…}}
//! {"do":"wait","held":1}                    answered like "list", once so many frames are held
//! ```
//!
//! An answer is `{"ok":…}`, or `{"error":"…","hint":"…"}`; while the tap cannot record, either has a member
//! `"lost":{"entries":34,"why":"…"}` too. Masks in what is sent get their values back.

use super::super::faults::RuleTold;
use super::Held;
use crate::json::{self, quote};
use crate::jsonrpc::{self, Frame, Kind};

/// What a tap is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A rule more.
    Rule {
        /// As `--fault` has it.
        text: String,
        /// Whether it stays when who made it is gone.
        keep: bool,
    },
    /// Tell the rules.
    Rules,
    /// Take all rules away, or this one.
    Clear(Option<u32>),
    /// Tell what is held.
    List,
    /// Tell a frame that is held.
    Show(u64),
    /// Let a frame go on, or all.
    Release(Option<u64>),
    /// Let this go on in the place of a frame.
    Instead(u64, String),
    /// Let a frame not go on.
    Drop(u64),
    /// Answer a frame: with the raw result, or the raw error.
    Answer(u64, Result<String, String>),
    /// Tell what is held once it is so many.
    Wait(usize),
}

/// Why a tap does not do what it is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// Why.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What is said of a tap that did not answer in time.
pub(super) const LATE: &str = "the tap did not answer in time";
/// The same of one that ended.
pub(super) const GONE: &str = "the tap is gone";

impl Refusal {
    /// Whether the tap did not answer in time.
    pub fn is_late(&self) -> bool {
        self.what == LATE
    }

    /// Whether nobody is there any more to be told.
    pub fn is_gone(&self) -> bool {
        self.is_late() || self.what.starts_with(GONE)
    }
}

impl From<String> for Refusal {
    fn from(what: String) -> Self {
        Self { what, hint: None }
    }
}

impl From<&str> for Refusal {
    fn from(what: &str) -> Self {
        what.to_owned().into()
    }
}

impl Command {
    /// Reads a line; says what is wrong with it.
    pub fn read(line: &[u8]) -> Result<Self, Refusal> {
        json::check(line).map_err(|problem| format!("no JSON: {}", problem.what))?;
        let text = |name: &str| json::string_at(line, &[name]);
        let raw = |name: &str| {
            json::get(line, &[name]).map(|raw| String::from_utf8_lossy(raw).into_owned())
        };
        let number = |name: &str| {
            let number = json::get(line, &[name]).and_then(json::integer)?;
            u64::try_from(number).ok()
        };
        let verb = text("do").unwrap_or_default();
        let frame = || number("frame").ok_or("\"frame\" names no frame");
        Ok(match verb.as_str() {
            "rule" => Self::Rule {
                text: text("rule").ok_or("\"rule\" is missing")?,
                keep: json::get(line, &["keep"]).and_then(json::boolean) == Some(true),
            },
            "rules" => Self::Rules,
            "clear" => Self::Clear(number("rule").and_then(|number| number.try_into().ok())),
            "list" => Self::List,
            "show" => Self::Show(frame()?),
            "release" => match text("instead") {
                Some(instead) => Self::Instead(frame()?, instead),
                None => Self::Release(number("frame")),
            },
            "drop" => Self::Drop(frame()?),
            "answer" => {
                let answer = match (raw("result"), raw("error")) {
                    (Some(result), None) => Ok(result),
                    (None, Some(error)) => Err(error),
                    _ => return Err("an answer is either a \"result\" or an \"error\"".into()),
                };
                Self::Answer(frame()?, answer)
            }
            "wait" => Self::Wait(number("held").unwrap_or(1) as usize),
            _ => return Err(format!("there is nothing called {}", quote(&verb)).into()),
        })
    }

    /// Its line, without the end.
    pub fn to_json(&self) -> String {
        match self {
            Self::Rule { text, keep } => {
                format!(
                    "{{\"do\":\"rule\",\"rule\":{},\"keep\":{keep}}}",
                    quote(text)
                )
            }
            Self::Rules => "{\"do\":\"rules\"}".to_owned(),
            Self::Clear(None) => "{\"do\":\"clear\"}".to_owned(),
            Self::Clear(Some(rule)) => format!("{{\"do\":\"clear\",\"rule\":{rule}}}"),
            Self::List => "{\"do\":\"list\"}".to_owned(),
            Self::Show(frame) => format!("{{\"do\":\"show\",\"frame\":{frame}}}"),
            Self::Release(None) => "{\"do\":\"release\"}".to_owned(),
            Self::Release(Some(frame)) => format!("{{\"do\":\"release\",\"frame\":{frame}}}"),
            Self::Instead(frame, instead) => format!(
                "{{\"do\":\"release\",\"frame\":{frame},\"instead\":{}}}",
                quote(instead)
            ),
            Self::Drop(frame) => format!("{{\"do\":\"drop\",\"frame\":{frame}}}"),
            Self::Answer(frame, answer) => {
                let (name, raw) = match answer {
                    Ok(result) => ("result", result),
                    Err(error) => ("error", error),
                };
                let raw = json::one_line(raw.as_bytes());
                let raw = String::from_utf8_lossy(&raw);
                format!("{{\"do\":\"answer\",\"frame\":{frame},\"{name}\":{raw}}}")
            }
            Self::Wait(held) => format!("{{\"do\":\"wait\",\"held\":{held}}}"),
        }
    }
}

/// Entries that a tap could not record so far, and why the last could not.
pub type Lost = (u64, String);

/// The line of an answer, with its end.
pub fn answer(told: &Result<String, Refusal>, lost: Option<&Lost>) -> String {
    let lost = lost.map_or_else(String::new, |(entries, why)| {
        format!(",\"lost\":{{\"entries\":{entries},\"why\":{}}}", quote(why))
    });
    match told {
        Ok(told) => format!("{{\"ok\":{told}{lost}}}\n"),
        Err(refusal) => {
            let hint = refusal.hint.as_ref();
            let hint = hint.map_or_else(String::new, |hint| format!(",\"hint\":{}", quote(hint)));
            format!("{{\"error\":{}{hint}{lost}}}\n", quote(&refusal.what))
        }
    }
}

/// What an answer says cannot be recorded.
pub fn read_lost(line: &[u8]) -> Option<Lost> {
    let entries = json::get(line, &["lost", "entries"]).and_then(json::integer)?;
    let why = json::string_at(line, &["lost", "why"]).unwrap_or_default();
    Some((entries.try_into().ok()?, why))
}

/// Reads an answer: what was told, raw, or why it was not done.
pub fn read_answer(line: &[u8]) -> Result<String, Refusal> {
    if let Some(told) = json::get(line, &["ok"]) {
        return Ok(String::from_utf8_lossy(told).into_owned());
    }
    Err(Refusal {
        what: json::string_at(line, &["error"])
            .unwrap_or_else(|| "the tap answered something else".to_owned()),
        hint: json::string_at(line, &["hint"]),
    })
}

/// Rules, as an answer has them.
pub fn rules(told: &[RuleTold]) -> String {
    let each: Vec<String> = told
        .iter()
        .map(|rule| {
            format!(
                "{{\"rule\":{},\"text\":{},\"keep\":{},\"struck\":{}}}",
                rule.number,
                quote(&rule.text),
                !rule.goes,
                rule.struck
            )
        })
        .collect();
    format!("[{}]", each.join(","))
}

/// A frame that is held, as an answer has it: its members, without the braces.
pub fn held<T>(held: &Held<T>) -> String {
    let frame = jsonrpc::read(&held.body);
    let message = match &frame {
        Frame::One(message) => Some(message),
        Frame::Batch(messages) => messages.first(),
        Frame::Junk(_) => None,
    };
    let kind = match message.map(|message| message.kind) {
        Some(Kind::Request) => "request",
        Some(Kind::Notification) => "notification",
        Some(Kind::Result | Kind::Error) => "response",
        _ => "other",
    };
    let method = message
        .and_then(|message| message.method.as_ref())
        .map_or_else(|| "null".to_owned(), |method| quote(method));
    let id = message
        .and_then(|message| message.id.as_ref())
        .map_or_else(|| "null".to_owned(), jsonrpc::Id::to_json);
    format!(
        "\"frame\":{},\"conn\":{},\"direction\":\"{}\",\"kind\":\"{kind}\",\"method\":{method},\"id\":{id},\"size\":{},\"since\":\"{}\",\"rule\":{},\"behind\":{}",
        held.frame,
        held.conn,
        held.direction.word(),
        held.body.len(),
        held.since,
        quote(&held.text),
        held.behind
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn commands() -> impl Strategy<Value = Command> {
        let frame = 0..u64::from(u32::MAX);
        prop_oneof![
            (any::<String>(), any::<bool>()).prop_map(|(text, keep)| Command::Rule { text, keep }),
            Just(Command::Rules),
            proptest::option::of(any::<u32>()).prop_map(Command::Clear),
            Just(Command::List),
            frame.clone().prop_map(Command::Show),
            proptest::option::of(frame.clone()).prop_map(Command::Release),
            (frame.clone(), any::<String>())
                .prop_map(|(frame, text)| Command::Instead(frame, text)),
            frame.clone().prop_map(Command::Drop),
            (frame, any::<bool>()).prop_map(|(frame, good)| {
                let raw = "{\"a\":[1,\"x\"]}".to_owned();
                Command::Answer(frame, if good { Ok(raw) } else { Err(raw) })
            }),
            (0_usize..9).prop_map(Command::Wait),
        ]
    }

    proptest! {
        #[test]
        fn every_command_is_one_line_and_is_read_back(command in commands()) {
            let line = command.to_json();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(Command::read(line.as_bytes()).unwrap(), command);
        }

        #[test]
        fn any_bytes_are_read_or_refused(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Command::read(&line);
        }
    }

    #[test]
    fn answers_are_read_back() {
        let good = Ok("[{\"a\":1}]".to_owned());
        assert_eq!(read_answer(answer(&good, None).as_bytes()), good);
        let lost = (34, "no \"space\"".to_owned());
        let line = answer(&good, Some(&lost));
        assert_eq!(read_answer(line.as_bytes()), good);
        assert_eq!(read_lost(line.as_bytes()), Some(lost));
        assert_eq!(read_lost(answer(&good, None).as_bytes()), None);
        for hint in [None, Some("do \"this\"".to_owned())] {
            let bad = Err(Refusal {
                what: "not\nso".to_owned(),
                hint,
            });
            let line = answer(&bad, None);
            assert_eq!(line.matches('\n').count(), 1);
            assert_eq!(read_answer(line.as_bytes()), bad);
        }
    }

    #[test]
    fn what_is_no_command_is_told() {
        for (line, what) in [
            ("x", "no JSON"),
            ("{}", "nothing called \"\""),
            ("{\"do\":\"drop\"}", "names no frame"),
            ("{\"do\":\"drop\",\"frame\":-1}", "names no frame"),
            ("{\"do\":\"rule\"}", "\"rule\" is missing"),
            ("{\"do\":\"answer\",\"frame\":1}", "either"),
        ] {
            let told = Command::read(line.as_bytes()).unwrap_err().what;
            assert!(told.contains(what), "{told}");
        }
    }
}
