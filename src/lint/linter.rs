//! The linter: takes entries one by one and tells findings, from memory that stays small.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::memory::Memory;
use super::overlap;
use super::rule::{Check, On, Rule, Severity, Watch};
use super::rules::RULES;
use super::seen::{Complaint, Message, Seen, Subject, Told, masks, raws};
use super::transcript::{Transcript, Transcripts};
use crate::json;
use crate::jsonrpc::{self, Frame, Kind};
use crate::mcp::revision::Revision;
use crate::session::recorded::{Facts, Place, Recorded};
use crate::session::timeline::Timeline;
use crate::session::{Channel, Direction, Entry};

/// Of one rule on one connection so many different findings are told; what comes after is counted.
const MOST: u32 = 1_000;

/// So often what was found before is told again, each with its entry; what comes after is counted.
const AGAIN: u32 = 10_000;

/// Findings that are told apart.
const MANY: usize = 100_000;

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
    /// The method of the message that shows it, or of what that answers; empty where there is none.
    pub method: Box<str>,
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

/// How many probes were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probed {
    /// Those that went to their end.
    pub done: usize,
    /// Those that could not be sent.
    pub undone: usize,
    /// Why the first of these could not.
    pub why: Option<Box<str>>,
}

impl Probed {
    fn count(&mut self, transcript: &Transcript) {
        if transcript.why.is_none() {
            self.done += 1;
            return;
        }
        self.undone += 1;
        if self.why.is_none() {
            self.why.clone_from(&transcript.why);
        }
    }

    /// `32 probes were sent`, `3 probes were sent, 29 could not be: …`; nothing where nobody probed.
    pub fn words(&self) -> Option<String> {
        if self.done + self.undone == 0 {
            return None;
        }
        let sent = format!("{} sent", crate::text::plural(self.done, "probe"));
        Some(match (&self.why, self.undone) {
            (Some(why), undone @ 1..) => format!("{sent}, {undone} could not be: {why}"),
            _ => sent,
        })
    }
}

/// See the module.
pub struct Linter {
    timeline: Timeline,
    watches: Vec<Option<Box<dyn Watch>>>,
    looked: Vec<u64>,
    failed: Vec<u64>,
    /// How many were told, by rule and connection: of different ones, and of those again.
    kept: HashMap<(&'static str, u32), (u32, u32)>,
    /// How often each was found, by a hash of what makes it the same.
    times: HashMap<u64, u64>,
    memories: HashMap<u32, Memory>,
    transcripts: Transcripts,
    /// Revisions that a server was asked in and refused.
    refused: BTreeSet<Revision>,
    probes: Probed,
    /// Hashes of what was told, by server: on connections that are probed the same is not told again.
    told: HashSet<u64>,
}

impl Default for Linter {
    fn default() -> Self {
        let watch = |rule: &Rule| match rule.check {
            Check::Watch(make) => Some(make()),
            Check::Entry(_) | Check::Message(..) | Check::Probe(..) => None,
        };
        Self {
            timeline: Timeline::default(),
            watches: RULES.iter().map(|rule| watch(rule)).collect(),
            looked: vec![0; RULES.len()],
            failed: vec![0; RULES.len()],
            kept: HashMap::default(),
            times: HashMap::default(),
            memories: HashMap::default(),
            transcripts: Transcripts::default(),
            refused: BTreeSet::default(),
            probes: Probed::default(),
            told: HashSet::default(),
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
        if entry.direction == Direction::In {
            let refused = messages.iter().filter_map(|one| memory.refuses(one));
            self.refused.extend(refused);
        }
        let name = self.timeline.state().connection(entry.conn);
        let name: Box<str> = name.map_or("", |one| &one.name).into();
        let over = self.transcripts.take(entry, &recorded, &messages, &name);
        let mut findings = if self.transcripts.is_rude(entry.conn) {
            Vec::new()
        } else {
            self.look(entry, &recorded, &messages, &memory)
        };
        if let Some(over) = over {
            findings.extend(self.judge(entry, over));
        }
        self.keep(entry.conn, &name, &mut findings);
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
        let mut all = Vec::new();
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
                Check::Message(..) | Check::Probe(..) => {}
                Check::Watch(_) => {
                    if let Some(watch) = &mut self.watches[at] {
                        watch.entry(&seen, &mut told);
                    }
                }
            }
            if !masks.is_empty() {
                told.wrong.retain(|one| !is_hidden(&seen, one));
            }
            if told.looked > 0 || !told.wrong.is_empty() {
                all.push((at, *rule, rule.grade.at(revision), told));
            }
        }
        overlap::settle(&mut all, messages);
        let method = messages.first().and_then(|one| one.method.as_deref());
        let method = method.unwrap_or_default();
        let mut findings = Vec::new();
        for (at, rule, severity, told) in all {
            findings.extend(self.tells((at, rule), severity, entry, method, told));
        }
        findings
    }

    /// What a rule told becomes findings.
    fn tells(
        &mut self,
        (at, rule): (usize, &'static Rule),
        severity: Severity,
        entry: &Entry,
        method: &str,
        told: Told,
    ) -> Vec<Finding> {
        self.looked[at] += told.looked + told.wrong.len() as u64;
        self.failed[at] += told.wrong.len() as u64;
        let finding = |complaint: Complaint| Finding {
            rule,
            severity,
            seq: complaint.seq.unwrap_or(entry.seq),
            conn: entry.conn,
            method: method.into(),
            subject: complaint.subject,
            pointer: complaint.pointer,
            words: complaint.words,
        };
        told.wrong.into_iter().map(finding).collect()
    }

    /// A probe is over: the rules that are about it look at it.
    fn judge(&mut self, entry: &Entry, transcript: Transcript) -> Vec<Finding> {
        self.probes.count(&transcript);
        let mut findings = Vec::new();
        for (at, rule) in RULES.iter().enumerate() {
            let Check::Probe(probes, judge) = rule.check else {
                continue;
            };
            if !probes.contains(&&*transcript.probe) {
                continue;
            }
            let known = transcript.revision.is_some();
            if known && !rule.applies(transcript.revision) {
                continue;
            }
            let mut told = Told::default();
            judge(&transcript, self.transcripts.kept(), &mut told);
            let severity = rule.grade.at(transcript.revision);
            findings.extend(self.tells((at, rule), severity, entry, "", told));
        }
        self.transcripts.keep(transcript);
        findings
    }

    /// Counts what was found, and leaves out what is too much. Whoever opens many connections to probe sees the same many
    /// times; once in a revision is enough.
    fn keep(&mut self, conn: u32, server: &str, findings: &mut Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        let state = self.timeline.state().connection(conn);
        let revision = state.and_then(|one| one.revision);
        let revision = revision.map(crate::mcp::revision::Revision::as_str);
        let probed = self.transcripts.first().is_some_and(|first| conn >= first);
        let Self {
            told,
            times,
            kept,
            failed,
            ..
        } = self;
        findings.retain(|one| {
            let same = same(one, server);
            let mut hasher = DefaultHasher::new();
            (same, revision).hash(&mut hasher);
            let is_new = told.len() >= MANY || told.insert(hasher.finish());
            if probed && !is_new {
                // It is the same once more, and not one more that is not kept.
                if let Some(at) = RULES.iter().position(|rule| *rule == one.rule) {
                    failed[at] = failed[at].saturating_sub(1);
                }
                return false;
            }
            let (different, again) = kept.entry((one.rule.name, conn)).or_default();
            if let Some(times) = times.get_mut(&same) {
                *times += 1;
                *again += 1;
                return *again <= AGAIN;
            }
            *different += 1;
            if *different > MOST {
                return false;
            }
            if times.len() < MANY {
                times.insert(same, 1);
            }
            true
        });
    }

    /// How often the same was found of a server, told or not.
    pub fn times(&self, finding: &Finding, server: &str) -> u64 {
        let times = self.times.get(&same(finding, server));
        times.copied().unwrap_or(1)
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

    /// How many probes there were, and what came of them.
    pub const fn probes(&self) -> &Probed {
        &self.probes
    }

    /// Revisions that a server was asked in and refused; on another connection it may have spoken them.
    pub fn refused(&self) -> impl Iterator<Item = Revision> {
        self.refused.iter().copied()
    }

    /// The fold over all that was taken.
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }
}

/// What makes two findings about a server the same.
fn same(finding: &Finding, server: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (
        finding.rule.name,
        server,
        &finding.subject,
        &finding.pointer,
        &finding.words,
    )
        .hash(&mut hasher);
    hasher.finish()
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
