//! The linter: takes entries one by one and tells findings, from memory that stays small.

use std::collections::HashMap;

use super::memory::Memory;
use super::rule::{Check, On, Rule, Severity, Watch};
use super::rules::RULES;
use super::seen::{Complaint, Message, Seen, Subject, Told, masks, raws};
use crate::json;
use crate::jsonrpc::{self, Frame, Kind};
use crate::session::recorded::{Facts, Place, Recorded};
use crate::session::timeline::Timeline;
use crate::session::{Channel, Direction, Entry};

/// Of one rule on one connection so many findings are kept; what comes after is counted.
const MOST: u32 = 100;

/// Of what is only worth knowing so much is told of one entry.
const FEW: usize = 5;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// How bad it is in the revision that is spoken.
    pub severity: Severity,
    /// The entry that shows it, by its number.
    pub seq: u64,
    /// The connection.
    pub conn: u32,
    /// What it is about.
    pub subject: Option<Subject>,
    /// Where in the message, as a JSON pointer; empty for all of it.
    pub pointer: String,
    /// In words of ours; what is quoted of the server is not sanitised.
    pub words: String,
}

/// How a rule stands in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing came that it could have looked at: nobody knows.
    NotSeen,
    /// Whatever came was right.
    Passed,
    /// Something was wrong, so often.
    Failed(u64),
}

/// See the module.
pub struct Linter {
    timeline: Timeline,
    watches: Vec<Option<Box<dyn Watch>>>,
    looked: Vec<u64>,
    failed: Vec<u64>,
    /// By rule and connection.
    kept: HashMap<(usize, u32), u32>,
    memories: HashMap<u32, Memory>,
}

impl Default for Linter {
    fn default() -> Self {
        let watch = |rule: &Rule| match rule.check {
            Check::Watch(make) => Some(make()),
            Check::Entry(_) | Check::Message(..) => None,
        };
        Self {
            timeline: Timeline::default(),
            watches: RULES.iter().map(|rule| watch(rule)).collect(),
            looked: vec![0; RULES.len()],
            failed: vec![0; RULES.len()],
            kept: HashMap::default(),
            memories: HashMap::default(),
        }
    }
}

impl Linter {
    /// Takes the next entry; gives what it shows to be wrong.
    pub fn push(&mut self, entry: &Entry, place: Place) -> Vec<Finding> {
        let recorded = Recorded::of(entry, place);
        let waited: Vec<_> = match &recorded.facts {
            Facts::Messages(messages) => {
                let asked = match entry.direction {
                    Direction::In => Direction::Out,
                    _ => Direction::In,
                };
                let waits = |message: &crate::mcp::facts::Message| {
                    let is_answer = matches!(message.kind, Kind::Result | Kind::Error);
                    let id = message.id.as_ref().filter(|_| is_answer)?;
                    let state = self.timeline.state();
                    Some(state.waiting_for(entry.conn, asked, id)?.exchange)
                };
                messages.iter().map(waits).collect()
            }
            _ => Vec::new(),
        };
        self.timeline.push(&recorded);
        let is_frame = matches!(entry.channel, Channel::Wire);
        let frame = if is_frame {
            jsonrpc::read(&entry.body)
        } else {
            Frame::Junk(String::new())
        };
        let raws = raws(&entry.body, &frame);
        let messages = self.messages(&recorded, &raws, &waited);
        let mut memory = self.memories.remove(&entry.conn).unwrap_or_default();
        let findings = self.look(entry, &recorded, &messages, &memory);
        memory.take(entry, &recorded, &messages);
        self.memories.insert(entry.conn, memory);
        findings
    }

    fn messages<'a>(
        &self,
        recorded: &'a Recorded,
        raws: &[&'a [u8]],
        waited: &[Option<u32>],
    ) -> Vec<Message<'a>> {
        let Facts::Messages(facts) = &recorded.facts else {
            return Vec::new();
        };
        let all = facts.iter().zip(raws).zip(waited).enumerate();
        all.map(|(place, ((facts, raw), answers))| {
            let asked = answers.and_then(|at| self.timeline.exchange(at));
            let asked = asked.map(|exchange| self.timeline.word(exchange.method));
            let method = facts.method.clone().or_else(|| asked.map(Into::into));
            Message::new(place, raw, facts, *answers, method)
        })
        .collect()
    }

    fn look(
        &mut self,
        entry: &Entry,
        recorded: &Recorded,
        messages: &[Message<'_>],
        memory: &Memory,
    ) -> Vec<Finding> {
        let masks = masks(entry);
        let connection = self.timeline.state().connection(entry.conn);
        let seen = Seen {
            entry,
            connection,
            timeline: &self.timeline,
            messages,
            junk: match &recorded.facts {
                Facts::Junk(why) => Some(why),
                _ => None,
            },
            facts: &recorded.facts,
            memory,
            masks: &masks,
        };
        let revision = seen.revision();
        let mut findings = Vec::new();
        for (at, rule) in RULES.iter().enumerate() {
            if !rule.applies(revision) {
                continue;
            }
            let mut told = Told::default();
            match rule.check {
                Check::Entry(look) => look(&seen, &mut told),
                Check::Message(on, look) if seen.is_from_server() => {
                    for message in messages.iter().filter(|one| is_on(on, one)) {
                        look(&seen, message, &mut told);
                    }
                }
                Check::Message(..) => {}
                Check::Watch(_) => {
                    if let Some(watch) = &mut self.watches[at] {
                        watch.entry(&seen, &mut told);
                    }
                }
            }
            if !masks.is_empty() {
                told.wrong.retain(|one| !is_hidden(&seen, one));
            }
            self.looked[at] += told.looked + told.wrong.len() as u64;
            self.failed[at] += told.wrong.len() as u64;
            let severity = rule.grade.at(revision);
            if severity == Severity::Note {
                shorten(&mut told.wrong);
            }
            for complaint in told.wrong {
                let kept = self.kept.entry((at, entry.conn)).or_default();
                *kept += 1;
                if *kept <= MOST {
                    findings.push(Finding {
                        rule,
                        severity,
                        seq: entry.seq,
                        conn: entry.conn,
                        subject: complaint.subject,
                        pointer: complaint.pointer,
                        words: complaint.words,
                    });
                }
            }
        }
        findings
    }

    /// How each rule stands, in the order of the table.
    pub fn standings(&self) -> impl Iterator<Item = (&'static Rule, Standing)> {
        RULES.iter().enumerate().map(|(at, rule)| {
            let standing = match (self.looked[at], self.failed[at]) {
                (0, _) => Standing::NotSeen,
                (_, 0) => Standing::Passed,
                (_, failed) => Standing::Failed(failed),
            };
            (*rule, standing)
        })
    }

    /// The fold over all that was taken.
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }
}

/// Keeps the first few of what is worth knowing; the last of them says how many more there are.
fn shorten(complaints: &mut Vec<Complaint>) {
    let more = complaints.len().saturating_sub(FEW);
    complaints.truncate(FEW);
    if let (Some(last), true) = (complaints.last_mut(), more > 0) {
        last.words = format!("{}, and {more} more like it", last.words);
    }
}

/// Whether a complaint is about a text that was masked, or a place below one: nobody knows what stood there.
fn is_hidden(seen: &Seen<'_>, complaint: &Complaint) -> bool {
    if complaint.pointer.is_empty() {
        return false;
    }
    seen.messages.iter().any(|message| {
        let mut part = message.raw;
        for step in json::pointer::steps(&complaint.pointer) {
            let step = json::pointer::unescape(step);
            let below = match json::kind(part) {
                json::Kind::Array => step
                    .parse()
                    .ok()
                    .and_then(|at| json::elements(part).nth(at)),
                _ => json::get(part, &[&step]),
            };
            match below {
                Some(below) => part = below,
                None => return false,
            }
        }
        json::kind(part) == json::Kind::String && seen.hides(part)
    })
}

/// Whether a rule looks at such a message.
fn is_on(on: On, message: &Message<'_>) -> bool {
    let named = |methods: &[&str]| {
        message
            .method
            .as_deref()
            .is_some_and(|own| methods.contains(&own))
    };
    match on {
        On::Any => true,
        On::AnyResult => message.facts.kind == Kind::Result,
        On::Results(methods) => message.facts.kind == Kind::Result && named(methods),
        On::Errors => message.facts.kind == Kind::Error,
        On::Sent(methods) => {
            matches!(message.facts.kind, Kind::Request | Kind::Notification) && named(methods)
        }
        On::Notifications => message.facts.kind == Kind::Notification,
    }
}
