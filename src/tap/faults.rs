//! What a tap can do to frames on purpose, which of them it does it to, and in which words.
//!
//! One table ([`FAULTS`]). A rule is a fault with a filter, `error=-32603:method:tools/call`; it strikes the frames
//! that the filter lets through, going the way the fault is for, unless the filter says `dir:` itself. Nothing is
//! sent, held or waited for here.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::config;
use crate::filter::row::{Answers, Item, Sieve, Truth, World};
use crate::filter::{Filter, Term};
use crate::json;
use crate::jsonrpc::{self, Envelope, Frame, Id, Kind};
use crate::session::Direction;
use crate::session::recorded::{Place, Recorded};
use crate::session::timeline::{EntryIndex, FrameKind, Timeline};

/// What is done to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A request is swallowed, and never answered.
    Timeout,
    /// A request is answered with this error, and not passed on.
    Error(i64),
    /// An HTTP request is answered with this status, and not passed on.
    Status(u16),
    /// The second half of a frame is missing.
    Truncate,
    /// A line that is no JSON goes before a frame.
    Noise,
    /// The server is killed, and seems to have exited with this code.
    Exit(i32),
    /// The stream ends in the middle of a frame.
    Cut,
    /// A frame waits, and all behind it.
    Delay(Duration),
    /// A frame does not arrive.
    Drop,
    /// A frame arrives twice.
    Duplicate,
    /// A frame arrives after the next one.
    Reorder,
    /// A frame waits until somebody says what becomes of it.
    Hold,
    /// The same, and all behind it wait with it.
    HoldAll,
}

/// Where a fault makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Everywhere.
    Any,
    /// Between processes.
    Stdio,
    /// Between a client and an address.
    Http,
}

/// One row of the table.
#[derive(Debug)]
pub struct FaultRow {
    /// The word for it.
    pub word: &'static str,
    /// The value it takes, and what it is without.
    pub value: Option<(&'static str, &'static str)>,
    /// Which frames it is for, unless the filter says; both ways without one.
    pub direction: Option<Direction>,
    /// Where it makes sense.
    pub over: Over,
    /// What it does, for people.
    pub what: &'static str,
    make: fn(&str) -> Option<Fault>,
}

impl FaultRow {
    /// Whether it can strike what the client sends.
    pub fn goes_out(&self) -> bool {
        let over = match self.over {
            Over::Any => Over::Stdio,
            over => over,
        };
        rule(&format!("{}:dir:out", self.word), over).is_ok()
    }

    /// What it does and its value, for people.
    pub fn sentence(&self) -> String {
        match self.value {
            Some((name, default)) => format!("={name} ({default}): {}", self.what),
            None => self.what.to_owned(),
        }
    }
}

const fn row(
    word: &'static str,
    direction: Direction,
    over: Over,
    what: &'static str,
    make: fn(&str) -> Option<Fault>,
) -> FaultRow {
    FaultRow {
        word,
        value: None,
        direction: Some(direction),
        over,
        what,
        make,
    }
}

/// The table.
pub const FAULTS: &[FaultRow] = &[
    row(
        "timeout",
        Direction::Out,
        Over::Any,
        "swallows a request: it is never answered",
        |_| Some(Fault::Timeout),
    ),
    FaultRow {
        value: Some(("CODE", "-32603")),
        ..row(
            "error",
            Direction::Out,
            Over::Any,
            "answers a request with an error, and does not pass it on",
            |value| value.parse().ok().map(Fault::Error),
        )
    },
    FaultRow {
        value: Some(("STATUS", "500")),
        ..row(
            "status",
            Direction::Out,
            Over::Http,
            "answers a request with an HTTP status, and does not pass it on; 401, 404, 429, 503 are short for it",
            |value| {
                let status = value.parse().ok()?;
                (400..600)
                    .contains(&status)
                    .then_some(Fault::Status(status))
            },
        )
    },
    row(
        "truncate",
        Direction::In,
        Over::Any,
        "leaves out the second half of a frame",
        |_| Some(Fault::Truncate),
    ),
    row(
        "noise",
        Direction::In,
        Over::Stdio,
        "puts a line that is no JSON before a frame",
        |_| Some(Fault::Noise),
    ),
    FaultRow {
        value: Some(("CODE", "1")),
        ..row(
            "exit",
            Direction::Out,
            Over::Stdio,
            "kills the server instead of passing a frame on, and exits with a code",
            |value| value.parse().ok().map(Fault::Exit),
        )
    },
    row(
        "cut",
        Direction::In,
        Over::Any,
        "ends the stream in the middle of a frame",
        |_| Some(Fault::Cut),
    ),
    FaultRow {
        value: Some(("DURATION", "1s")),
        ..row(
            "delay",
            Direction::In,
            Over::Any,
            "lets a frame wait, and all behind it",
            |value| config::duration(value).map(Fault::Delay),
        )
    },
    row(
        "drop",
        Direction::In,
        Over::Any,
        "does not pass a frame on",
        |_| Some(Fault::Drop),
    ),
    row(
        "duplicate",
        Direction::In,
        Over::Any,
        "passes a frame on twice",
        |_| Some(Fault::Duplicate),
    ),
    row(
        "reorder",
        Direction::In,
        Over::Any,
        "passes a frame on after the next one, or after a second without any",
        |_| Some(Fault::Reorder),
    ),
    FaultRow {
        direction: None,
        ..row(
            "hold",
            Direction::In,
            Over::Any,
            "holds a frame until mcpscope tap control says what becomes of it; those behind it pass",
            |_| Some(Fault::Hold),
        )
    },
    FaultRow {
        direction: None,
        ..row(
            "hold-all",
            Direction::In,
            Over::Any,
            "holds a frame, and all behind it that go the same way",
            |_| Some(Fault::HoldAll),
        )
    },
];

/// How long a frame waits for the one that is to overtake it.
pub const OVERTAKEN: Duration = Duration::from_secs(1);
/// The line of the fault `noise`.
pub const NOISE: &str = "mcpscope tap: noise on purpose\n";

impl Fault {
    /// What was done to a frame, in words.
    pub fn deed(self) -> String {
        match self {
            Self::Timeout => "swallowed".to_owned(),
            Self::Error(code) => format!("answered with error {code}"),
            Self::Status(status) => format!("answered with HTTP {status}"),
            Self::Truncate => "cut short".to_owned(),
            Self::Noise => "preceded by noise".to_owned(),
            Self::Exit(code) => format!("answered by an exit with {code}"),
            Self::Cut => "cut off in its middle".to_owned(),
            Self::Delay(time) => format!("held back for {}", spoken(time)),
            Self::Drop => "dropped".to_owned(),
            Self::Duplicate => "passed on twice".to_owned(),
            Self::Reorder => "put behind the next".to_owned(),
            Self::Hold | Self::HoldAll => "held".to_owned(),
        }
    }
}

/// As somebody would type it: `1 s`, `250 ms`.
fn spoken(time: Duration) -> String {
    if time.subsec_millis() == 0 && !time.is_zero() {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// A rule that strikes a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strike {
    /// What to do.
    pub fault: Fault,
    /// The rule as it was given.
    pub rule: String,
    /// The requests in the frame.
    pub ids: Vec<Id>,
    /// The rule's number.
    pub number: u32,
    /// Whether it is held only for the sake of one before it.
    pub behind: bool,
}

impl Strike {
    /// What the client is answered by the tap itself, when it asked anything; one message, or a batch.
    pub fn answer(&self) -> Option<String> {
        let Fault::Error(code) = self.fault else {
            return None;
        };
        let errors: Vec<String> = self
            .ids
            .iter()
            .map(|id| jsonrpc::error(id, code, "broken on purpose by mcpscope tap"))
            .collect();
        match errors.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            many => Some(format!("[{}]", many.join(","))),
        }
    }
}

#[derive(Debug)]
struct Rule {
    number: u32,
    /// Whose it is, when it goes with somebody.
    owner: Option<u64>,
    text: String,
    fault: Fault,
    direction: Option<Direction>,
    sieve: Sieve,
    struck: u64,
}

/// The rules of a tap, and the session they look at.
#[derive(Debug)]
pub struct Rules {
    all: Vec<Rule>,
    /// The number of the newest.
    newest: u32,
    timeline: Timeline,
}

/// A rule as others are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTold {
    /// Its number.
    pub number: u32,
    /// As it was given.
    pub text: String,
    /// Whether it goes with who made it.
    pub goes: bool,
    /// How many frames it struck.
    pub struck: u64,
}

/// Reads one rule: `KIND[=VALUE][:FILTER]`, still without a number. Says what is wrong with it.
fn rule(text: &str, over: Over) -> Result<Rule, String> {
    let (kind, filter) = text.split_once(':').unwrap_or((text, ""));
    let (word, value) = match kind.split_once('=') {
        Some((word, value)) => (word, Some(value)),
        None if kind.len() == 3 && kind.bytes().all(|byte| byte.is_ascii_digit()) => {
            ("status", Some(kind))
        }
        None => (kind, None),
    };
    let Some(row) = FAULTS.iter().find(|row| row.word == word) else {
        if word.is_empty() {
            return Err("which fault?".to_owned());
        }
        let words: Vec<&str> = FAULTS.iter().map(|row| row.word).collect();
        return Err(format!(
            "there is no fault {word}; there are {}",
            words.join(", ")
        ));
    };
    let value = match (row.value, value) {
        (None, Some(_)) => return Err(format!("{word} takes no value")),
        (Some((_, default)), None) => default,
        (_, value) => value.unwrap_or_default(),
    };
    let Some(fault) = (row.make)(value) else {
        let name = row.value.map_or("VALUE", |(name, _)| name);
        return Err(format!("{value} is no {name} for {word}"));
    };
    match (row.over, over) {
        (Over::Stdio, Over::Http) => {
            return Err(format!("{word} works on commands only, not over HTTP"));
        }
        (Over::Http, Over::Stdio) => return Err(format!("{word} works over HTTP only")),
        _ => {}
    }
    let filter = Filter::parse(filter).map_err(|fault| format!("its filter: {fault}"))?;
    let says = |word: &str| filter.terms().iter().any(|term| goes(term, word));
    let direction = match (says("out"), says("in")) {
        (true, false) => Some(Direction::Out),
        (false, true) => Some(Direction::In),
        _ => row.direction,
    };
    let asks = matches!(
        fault,
        Fault::Timeout | Fault::Error(_) | Fault::Status(_) | Fault::Exit(_)
    );
    if asks && direction == Some(Direction::In) {
        return Err(format!("{word} is for what the client sends (dir:out)"));
    }
    let answers = matches!(fault, Fault::Cut | Fault::Noise);
    if answers && direction == Some(Direction::Out) {
        return Err(format!("{word} is for what the server sends (dir:in)"));
    }
    if fault == Fault::Reorder && direction == Some(Direction::Out) && over == Over::Http {
        return Err("over HTTP only what the server sends can be put behind the next".to_owned());
    }
    Ok(Rule {
        number: 0,
        owner: None,
        text: text.to_owned(),
        fault,
        direction,
        sieve: Sieve::new(filter),
        struck: 0,
    })
}

/// Whether a term asks for frames of one direction.
fn goes(term: &Term, word: &str) -> bool {
    term.to_string() == format!("dir:{word}")
}

impl Rules {
    /// Reads rules. Says of the first wrong one what is wrong with it.
    pub fn read(texts: &[String], over: Over) -> Result<Self, String> {
        let mut rules = Self::over(Timeline::default());
        for text in texts {
            rules
                .add(text, over, None)
                .map_err(|what| format!("--fault {text}: {what}"))?;
        }
        Ok(rules)
    }

    /// None, over a session that has come as far as this.
    pub fn over(timeline: Timeline) -> Self {
        Self {
            all: Vec::new(),
            newest: 0,
            timeline,
        }
    }

    /// One more, which goes with `owner` when there is one. Gives its number, or says what is wrong with it.
    pub fn add(&mut self, text: &str, over: Over, owner: Option<u64>) -> Result<u32, String> {
        let read = rule(text, over)?;
        self.newest += 1;
        self.all.push(Rule {
            number: self.newest,
            owner,
            ..read
        });
        Ok(self.newest)
    }

    /// Takes rules away; gives their numbers.
    pub fn remove(&mut self, which: impl Fn(u32, Option<u64>) -> bool) -> Vec<u32> {
        let gone = |rule: &mut Rule| which(rule.number, rule.owner);
        self.all
            .extract_if(.., gone)
            .map(|rule| rule.number)
            .collect()
    }

    /// Whether there is one with this number.
    pub fn has(&self, number: u32) -> bool {
        self.all.iter().any(|rule| rule.number == number)
    }

    /// What is told of each.
    pub fn told(&self) -> Vec<RuleTold> {
        let told = self.all.iter().map(|rule| RuleTold {
            number: rule.number,
            text: rule.text.clone(),
            goes: rule.owner.is_some(),
            struck: rule.struck,
        });
        told.collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// As they were given.
    pub fn texts(&self) -> Vec<String> {
        self.all.iter().map(|rule| rule.text.clone()).collect()
    }

    /// The request that a frame answers, as it went on: the number and the place of its entry.
    pub fn request_of(&self, frame: u64) -> Option<(u64, Place)> {
        let timeline = &self.timeline;
        let entry = timeline.with_seq(frame)?;
        let frames = timeline.frames();
        let row = frames.get(frames.partition_point(|row| row.entry < entry))?;
        let FrameKind::Response(exchange) = row.kind else {
            return None;
        };
        let request = timeline.entry(timeline.exchange(exchange)?.request)?;
        let changed = timeline.state().tap.instead_of(request.seq());
        let changed = changed.and_then(|seq| timeline.entry(timeline.with_seq(seq)?));
        let sent = changed.unwrap_or(request);
        (row.entry == entry).then(|| (sent.seq(), sent.place()))
    }

    /// Takes what was recorded, and says what strikes it when it is a frame with this body. One that `waits` behind
    /// another is held, if anything: it would overtake that otherwise.
    pub fn take(&mut self, recorded: &Recorded, body: &[u8], waits: bool) -> Option<Strike> {
        self.timeline.push(recorded);
        let entry = (self.timeline.entries().len() - 1) as EntryIndex;
        let frame = *self.timeline.frames().last()?;
        // What the tap itself says strikes nobody.
        if frame.entry != entry || recorded.direction == Direction::Here || recorded.aux {
            return None;
        }
        let Self { all, timeline, .. } = self;
        let world = World {
            timeline,
            zone: &TimeZone::UTC,
            marks: &|_| None,
            findings: None,
            newest: recorded.at.as_microsecond(),
        };
        let struck = all.iter_mut().position(|rule| {
            if rule.direction.is_some_and(|way| way != recorded.direction) {
                return false;
            }
            let mut answers = Answers::new();
            for leaf in rule.sieve.leaves() {
                let found = answers.of(leaf);
                found.see(entry);
                if leaf.holds(body) {
                    found.put(entry);
                }
            }
            rule.sieve.row(Item::Frame(frame), &world, &answers) == Truth::Yes
        })?;
        let rule = &mut all[struck];
        let (fault, ids) = (rule.fault, ids(body));
        // Nobody waits for an answer that could be missing, or be an error.
        if matches!(fault, Fault::Timeout | Fault::Error(_)) && ids.is_empty() {
            return None;
        }
        if waits && !matches!(fault, Fault::Hold | Fault::HoldAll) {
            return None;
        }
        rule.struck += 1;
        Some(Strike {
            fault,
            rule: rule.text.clone(),
            ids,
            number: rule.number,
            behind: false,
        })
    }
}

/// The ids of the requests in a frame.
pub fn ids(body: &[u8]) -> Vec<Id> {
    let frame = jsonrpc::read(body);
    let messages: &[Envelope<'_>] = match &frame {
        Frame::One(message) => std::slice::from_ref(message),
        Frame::Batch(messages) => messages,
        Frame::Junk(_) => &[],
    };
    let asks = messages.iter().filter(|one| one.kind == Kind::Request);
    asks.filter_map(|one| one.id.clone()).collect()
}

/// The first half of a frame: never a whole JSON text, nor nothing of one that has two bytes.
pub fn half(body: &[u8]) -> &[u8] {
    let mut cut = body.len() / 2;
    while cut > 0 && json::check(&body[..cut]).is_ok() {
        cut -= 1;
    }
    &body[..cut]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
