//! Which rows a filter lets through: what the fold knows of a row, held against the terms of a filter. When only
//! bodies can tell, it says so; what they said is kept in [`Found`].
//!
//! A [`Sieve`] is a filter made ready for many rows: names are compared once for each word of the fold, not once
//! for each row.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::amount::{DAY, Moment, Span};
use super::body::Leaf;
use super::key::{DIRS, KINDS, Key, STATUSES, TRAITS};
use super::pattern::Pattern;
use super::term::{Name, Since, Term};
use super::{Expr, Filter};
use crate::session::level::Level;
use crate::session::timeline::{
    EntryIndex, Exchange, FrameKind, FrameRow, Hop, HopRow, LogRow, LogSource, Row, Single,
    SingleKind, Status, Symbol, Timeline,
};
use crate::session::{Direction, timeline::EntryRow};

mod found;
mod known;

pub use found::{Answers, ByLeaf, Found};
pub use known::Item;
use known::Known;

/// What holds of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It is let through.
    Yes,
    /// It is not.
    No,
    /// Bodies that were not looked at yet decide.
    Unread,
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// What is known besides the fold.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The fold.
    pub timeline: &'a Timeline,
    /// The zone of times that are written without one.
    pub zone: &'a TimeZone,
    /// The sign of the mark at an entry, by its sequence number.
    pub marks: &'a dyn Fn(u64) -> Option<char>,
    /// Whether lint finds something in an entry, by its sequence number; none where nobody looked.
    pub findings: Option<&'a dyn Fn(u64) -> bool>,
    /// What `since:5m` counts back from: the wall time of the newest entry when the filter was set, in microseconds.
    pub newest: i64,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("World")
            .field("newest", &self.newest)
            .finish()
    }
}

/// The wall time of the newest entry, in microseconds.
pub fn newest(timeline: &Timeline) -> i64 {
    timeline
        .entries()
        .last()
        .map_or(0, |entry| entry.at().as_microsecond())
}

/// A filter, made ready.
#[derive(Debug, Clone)]
pub struct Sieve {
    filter: Filter,
    node: Node,
    leaves: Vec<Leaf>,
}

#[derive(Debug, Clone)]
enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Fact(Fact),
    Leaf(usize),
    /// Text anywhere: in what the fold knows, else in a body.
    Bare(Names, usize),
}

#[derive(Debug, Clone)]
enum Fact {
    Names(Names),
    Term(Term),
}

/// A test of words, and what it said of those it has seen.
#[derive(Debug, Clone)]
struct Names {
    key: Key,
    test: Test,
    seen: Vec<Option<bool>>,
}

#[derive(Debug, Clone)]
enum Test {
    Term(Term),
    In(Pattern),
}

impl Names {
    fn of(key: Key, test: Test) -> Self {
        Self {
            key,
            test,
            seen: Vec::new(),
        }
    }

    fn word(&mut self, symbol: Symbol, timeline: &Timeline) -> bool {
        let place = symbol.place();
        if place >= self.seen.len() {
            self.seen.resize(place + 1, None);
        }
        if let Some(known) = self.seen[place] {
            return known;
        }
        let holds = self.text(timeline.word(symbol));
        self.seen[place] = Some(holds);
        holds
    }

    fn text(&self, text: &str) -> bool {
        match &self.test {
            Test::In(pattern) => pattern.is_in(text.as_bytes()),
            Test::Term(Term::NameLike(_, regex)) => regex.is_in(text.as_bytes()),
            Test::Term(Term::Names(_, names)) => names.iter().any(|name| match name {
                Name::Glob(pattern) => pattern.matches(text),
                Name::Numbers(span) => text.parse().is_ok_and(|number| span.holds(number)),
            }),
            Test::Term(_) => false,
        }
    }
}

impl Node {
    /// Whether what lint finds decides.
    fn asks_lint(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::asks_lint),
            Self::Not(node) => node.asks_lint(),
            Self::Fact(Fact::Term(Term::Words(Key::Is, places))) => places
                .iter()
                .any(|place| TRAITS[usize::from(*place)].0 == "lint"),
            _ => false,
        }
    }
}

impl Sieve {
    /// Whether what lint finds decides about rows, and may decide otherwise when it finds more.
    pub fn asks_lint(&self) -> bool {
        self.node.asks_lint()
    }

    /// Makes a filter ready.
    pub fn new(filter: Filter) -> Self {
        let mut leaves = Vec::new();
        let node = ready(filter.expr(), &mut leaves);
        Self {
            filter,
            node,
            leaves,
        }
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What only bodies can answer.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Made ready for many rows at one time.
    pub fn through<'a>(&'a mut self, world: &'a World<'a>, answers: &'a Answers) -> Through<'a> {
        let Self { node, leaves, .. } = self;
        Through {
            node,
            world,
            found: leaves.iter().map(|leaf| answers.get(leaf)).collect(),
        }
    }

    /// Whether a row is let through, as far as is known.
    pub fn row(&mut self, item: Item, world: &World<'_>, answers: &Answers) -> Truth {
        self.through(world, answers).row(item)
    }

    /// The entries of a row.
    pub fn entries(item: Item, timeline: &Timeline) -> Vec<EntryIndex> {
        Known::of(item, timeline).map_or_else(Vec::new, |known| known.entries(timeline))
    }

    /// The first of them.
    pub fn first_entry(item: Item, timeline: &Timeline) -> Option<EntryIndex> {
        Some(Known::of(item, timeline)?.index)
    }

    /// Whether what holds of a row may change by itself: its request waits for an answer.
    pub fn is_open(item: Item, timeline: &Timeline) -> bool {
        Known::of(item, timeline).is_some_and(|known| known.is_open())
    }
}

/// A filter, what is known, and what bodies said.
#[derive(Debug)]
pub struct Through<'a> {
    node: &'a mut Node,
    world: &'a World<'a>,
    found: Vec<Option<&'a Found>>,
}

impl Through<'_> {
    /// Whether a row is let through, as far as is known.
    pub fn row(&mut self, item: Item) -> Truth {
        let Some(known) = Known::of(item, self.world.timeline) else {
            return Truth::No;
        };
        holds(self.node, &known, self.world, &self.found)
    }
}

fn ready(expr: &Expr, leaves: &mut Vec<Leaf>) -> Node {
    let mut place = |leaf: Leaf| {
        leaves
            .iter()
            .position(|known| *known == leaf)
            .unwrap_or_else(|| {
                leaves.push(leaf);
                leaves.len() - 1
            })
    };
    let term = match expr {
        Expr::All(parts) => {
            return Node::All(parts.iter().map(|part| ready(part, leaves)).collect());
        }
        Expr::Any(parts) => {
            return Node::Any(parts.iter().map(|part| ready(part, leaves)).collect());
        }
        Expr::Not(inner) => return Node::Not(Box::new(ready(inner, leaves))),
        Expr::Term(term) => term,
    };
    match (term, Leaf::of(term)) {
        (Term::Bare(pattern), Some(leaf)) => {
            Node::Bare(Names::of(Key::Text, Test::In(pattern.clone())), place(leaf))
        }
        (_, Some(leaf)) => Node::Leaf(place(leaf)),
        (Term::Names(key, _) | Term::NameLike(key, _), None) => {
            Node::Fact(Fact::Names(Names::of(*key, Test::Term(term.clone()))))
        }
        (term, None) => Node::Fact(Fact::Term(term.clone())),
    }
}

fn holds(node: &mut Node, known: &Known<'_>, world: &World<'_>, found: &[Option<&Found>]) -> Truth {
    match node {
        Node::All(parts) => {
            let mut truth = Truth::Yes;
            for part in parts {
                match holds(part, known, world, found) {
                    Truth::Yes => {}
                    Truth::No => return Truth::No,
                    Truth::Unread => truth = Truth::Unread,
                }
            }
            truth
        }
        Node::Any(parts) => {
            let mut truth = Truth::No;
            for part in parts {
                match holds(part, known, world, found) {
                    Truth::Yes => return Truth::Yes,
                    Truth::No => {}
                    Truth::Unread => truth = Truth::Unread,
                }
            }
            truth
        }
        Node::Not(inner) => match holds(inner, known, world, found) {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unread => Truth::Unread,
        },
        Node::Fact(Fact::Names(names)) => Truth::of(named(names, known, world)),
        Node::Fact(Fact::Term(term)) => Truth::of(fact(term, known, world)),
        Node::Leaf(place) => in_bodies(found[*place], known, world.timeline),
        Node::Bare(names, place) => {
            let words = [known.method, known.subject];
            if words
                .into_iter()
                .any(|word| !word.is_empty() && names.word(word, world.timeline))
            {
                Truth::Yes
            } else {
                in_bodies(found[*place], known, world.timeline)
            }
        }
    }
}

fn in_bodies(found: Option<&Found>, known: &Known<'_>, timeline: &Timeline) -> Truth {
    let Some(found) = found else {
        return Truth::Unread;
    };
    let mut truth = Truth::No;
    known.each_entry(timeline, &mut |entry| {
        if found.has(entry) {
            truth = Truth::Yes;
        } else if truth == Truth::No && !found.has_seen(entry) {
            truth = Truth::Unread;
        }
        truth != Truth::Yes
    });
    truth
}

fn named(names: &mut Names, known: &Known<'_>, world: &World<'_>) -> bool {
    let timeline = world.timeline;
    match names.key {
        Key::Tool => about(names, known, timeline, |method| method == "tools/call"),
        Key::Prompt => about(names, known, timeline, |method| method == "prompts/get"),
        Key::Uri => {
            about(names, known, timeline, |method| {
                method.starts_with("resources/") || method.starts_with("notifications/resources/")
            }) || known.hop.is_some_and(|hop| names.word(hop.url, timeline))
        }
        Key::Method => {
            (!known.method.is_empty() && names.word(known.method, timeline))
                || known.hop.is_some_and(|hop| names.word(hop.verb, timeline))
        }
        Key::Srv => {
            let conn = known.first.conn();
            let connection = timeline.state().connection(conn);
            connection.is_some_and(|connection| {
                names.text(&connection.name) || names.text(&conn.to_string())
            })
        }
        Key::Id => known.exchange.is_some_and(|exchange| {
            let id = &exchange.id;
            let json = id.to_json();
            names.text(
                json.strip_prefix('"')
                    .and_then(|json| json.strip_suffix('"'))
                    .unwrap_or(&json),
            )
        }),
        Key::Code => match (known.exchange.map(|_| known.status), known.hop) {
            (Some(Status::Error(code)), _) => names.text(&code.to_string()),
            (Some(Status::Http(status)), _) => names.text(&status.to_string()),
            (_, Some(hop)) if hop.status > 0 => names.text(&hop.status.to_string()),
            _ => false,
        },
        Key::Mark => {
            let mark = (world.marks)(known.first.seq());
            mark.is_some_and(|sign| names.text(sign.encode_utf8(&mut [0; 4])))
        }
        _ => false,
    }
}

/// Whether the subject of a message is as asked, when its method is one that has such a subject.
fn about(
    names: &mut Names,
    known: &Known<'_>,
    timeline: &Timeline,
    wanted: fn(&str) -> bool,
) -> bool {
    !known.subject.is_empty()
        && wanted(timeline.word(known.method))
        && names.word(known.subject, timeline)
}

/// Whether lint finds something in what began it, or in its answer.
fn is_found(known: &Known<'_>, world: &World<'_>) -> bool {
    let Some(findings) = world.findings else {
        return false;
    };
    let answer = known.exchange.and_then(|exchange| exchange.response);
    let answer = answer.and_then(|answer| world.timeline.entry(answer));
    findings(known.first.seq()) || answer.is_some_and(|answer| findings(answer.seq()))
}

fn fact(term: &Term, known: &Known<'_>, world: &World<'_>) -> bool {
    let timeline = world.timeline;
    match term {
        Term::Words(key, places) => places.iter().any(|place| {
            let place = usize::from(*place);
            match key {
                Key::Dir => known.goes(DIRS[place].0),
                Key::Kind => known.is_kind(KINDS[place].0),
                Key::Status => known.has_status(STATUSES[place].0, timeline),
                Key::Is => match TRAITS[place].0 {
                    "marked" => (world.marks)(known.first.seq()).is_some(),
                    "lint" => known.is("lint", timeline) || is_found(known, world),
                    word => known.is(word, timeline),
                },
                _ => false,
            }
        }),
        Term::Levels(spans) => known
            .level(timeline)
            .is_some_and(|level| spans.iter().any(|span| span.holds(level))),
        Term::Time(compare) => known.took(timeline).is_some_and(|us| compare.holds(us)),
        Term::Size(compare) => compare.holds(known.size(timeline)),
        Term::At(spans) => {
            let began = local(known.first, world.zone);
            let ended = known
                .ended(timeline)
                .map_or(began, |entry| local(entry, world.zone));
            spans
                .iter()
                .any(|span| meets(span, began, ended.max(began)))
        }
        Term::Since(Since::Entry(seq)) => known.first.seq() >= *seq,
        Term::Since(Since::Ago(us)) => {
            let from = world
                .newest
                .saturating_sub(i64::try_from(*us).unwrap_or(i64::MAX));
            known.first.at().as_microsecond() >= from
        }
        Term::Since(Since::Moment(moment)) => {
            let newest = jiff::Timestamp::from_microsecond(world.newest).unwrap_or_default();
            let day = newest.to_zoned(world.zone.clone()).date();
            local(known.first, world.zone) >= start(*moment, moment.date().unwrap_or(day))
        }
        _ => false,
    }
}

/// Local wall time in microseconds, as if it were UTC.
fn local(entry: &EntryRow, zone: &TimeZone) -> i64 {
    let at = entry.at();
    at.as_microsecond() + i64::from(zone.to_offset(at).seconds()) * 1_000_000
}

fn day_us(day: Date) -> i64 {
    let days = day.to_datetime(jiff::civil::Time::midnight());
    TimeZone::UTC
        .to_timestamp(days)
        .map_or(0, jiff::Timestamp::as_microsecond)
}

fn start(moment: Moment, day: Date) -> i64 {
    day_us(day) + moment.of_day().start
}

/// Whether what went on from one local time to another met a span.
fn meets(span: &Span<Moment>, began: i64, ended: i64) -> bool {
    let dated = span
        .from
        .and_then(|from| from.date())
        .or(span.to.and_then(|to| to.date()));
    let from = span.from.map(|from| from.of_day().start);
    let to = span.to.map(|to| to.of_day().end);
    if let Some(day) = dated {
        let of = |moment: Moment| day_us(moment.date().unwrap_or(day));
        let from = span.from.zip(from).map(|(moment, us)| of(moment) + us);
        let to = span.to.zip(to).map(|(moment, us)| of(moment) + us);
        return from.is_none_or(|from| from <= ended) && to.is_none_or(|to| began < to);
    }
    // A time of the day is one of every day; it may go past midnight.
    let (from, mut to) = (from.unwrap_or(0), to.unwrap_or(DAY));
    if to <= from {
        to += DAY;
    }
    let (first, last) = (began.div_euclid(DAY) - 1, ended.div_euclid(DAY));
    last - first > 2
        || (first..=last).any(|day| day * DAY + from <= ended && began < day * DAY + to)
}

/// The term that a row would be let through by, for one of its columns: [`Key::Method`], [`Key::Tool`] for whatever
/// it is about, [`Key::Srv`], [`Key::Status`] for what became of it or its level.
pub fn said_of(item: Item, column: Key, timeline: &Timeline) -> Option<Term> {
    let known = Known::of(item, timeline)?;
    match column {
        Key::Method => {
            let method = timeline.word(known.method);
            (!method.is_empty()).then(|| Term::name(Key::Method, method))
        }
        Key::Tool => {
            let (method, subject) = (timeline.word(known.method), timeline.word(known.subject));
            let key = match method {
                "tools/call" => Key::Tool,
                "prompts/get" => Key::Prompt,
                _ if method.starts_with("resources/")
                    || method.starts_with("notifications/resources/") =>
                {
                    Key::Uri
                }
                _ => return None,
            };
            (!subject.is_empty()).then(|| Term::name(key, subject))
        }
        Key::Srv => {
            let connection = timeline.state().connection(known.first.conn())?;
            Some(Term::name(Key::Srv, &connection.name))
        }
        Key::Status => {
            if let Item::Log(log) = item {
                return Some(Term::Levels(vec![Span::one(log.level)]));
            }
            let exact = STATUSES
                .iter()
                .filter(|(word, _)| *word != "error")
                .find(|(word, _)| known.has_status(word, timeline));
            match exact {
                Some((word, _)) => Term::word(Key::Status, word),
                None => {
                    let kind = KINDS.iter().find(|(word, _)| known.is_kind(word))?;
                    Term::word(Key::Kind, kind.0)
                }
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
