//! Which rows the list of findings has: what is wanted of them, in groups.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::lint::Severity;
use crate::lint::findings::{Found, about, most};
use crate::text;
use crate::tui::pane::Ctx;

/// By what findings are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The worst first.
    #[default]
    Severity,
    /// By rule, the worst first.
    Rule,
    /// By what they are about: server, tool, resource, prompt.
    Place,
}

impl Order {
    /// The next one.
    pub const fn next(self) -> Self {
        match self {
            Self::Severity => Self::Rule,
            Self::Rule => Self::Place,
            Self::Place => Self::Severity,
        }
    }

    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Rule => "rule",
            Self::Place => "place",
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// What those below have in common, and how many they are; sanitised.
    Heading(String, usize),
    /// One of what was found, by its place.
    Found(u32),
    /// So many more of the rule above are not shown.
    More(usize),
    /// How many probes were sent; sanitised.
    Probes(String),
}

/// What rows are made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of the findings.
    pub version: u64,
    /// The newest entry that is shown: of a recording, later ones have not happened yet.
    pub last: u64,
    /// In groups.
    pub order: Order,
    /// Whether what is ignored is shown.
    pub ignored: bool,
    /// What was typed.
    pub typed: String,
}

/// The rows, and what they were made from.
#[derive(Debug, Default)]
pub struct Made {
    from: Option<Wanted>,
    /// In their order.
    pub rows: Vec<Row>,
    /// Whether findings are about more servers than one.
    pub several: bool,
    /// What is ignored, shown or not.
    pub ignored: usize,
    /// What was found by then, before the filter; without what is ignored.
    pub all: usize,
}

impl Made {
    /// Makes them anew where something changed; says whether.
    pub fn update(&mut self, wanted: Wanted, ctx: &Ctx<'_>) -> bool {
        if self.from.as_ref() == Some(&wanted) {
            return false;
        }
        let by_then = |found: &&Found| found.finding().seq <= wanted.last;
        let found = ctx.lint.all();
        self.ignored = found
            .iter()
            .filter(by_then)
            .filter(|one| one.is_excepted())
            .count();
        self.all = found.iter().filter(by_then).count() - self.ignored;
        let first = found.first().map(|one| &one.told.server);
        self.several = found.iter().any(|one| Some(&one.told.server) != first);
        let typed = wanted.typed.to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let mut shown: Vec<u32> = (0..found.len() as u32)
            .filter(|at| {
                let one = &found[*at as usize];
                by_then(&one) && (wanted.ignored || !one.is_excepted()) && matches(one, &words)
            })
            .collect();
        let order = wanted.order;
        shown.sort_by_cached_key(|at| {
            let one = &found[*at as usize];
            let worst = Reverse(one.finding().severity);
            let rule = one.finding().rule.name;
            match order {
                Order::Severity => (worst, String::new(), worst, rule, *at),
                Order::Rule => (Reverse(Severity::Error), rule.to_owned(), worst, "", *at),
                Order::Place => (Reverse(Severity::Error), place(one), worst, rule, *at),
            }
        });
        let shown = match order {
            Order::Severity if words.is_empty() => shortened(&shown, found),
            _ => shown.into_iter().map(|at| (at, 0)).collect(),
        };
        self.rows = grouped(&shown, |at| heading(order, &found[at as usize]));
        let probes = ctx.lint.probes.as_deref().filter(|_| words.is_empty());
        let probes = probes.map(|words| Row::Probes(text::sanitize(words).into_owned()));
        self.rows.extend(probes);
        self.from = Some(wanted);
        true
    }

    /// Where something stands now.
    pub fn row_of(&self, found: u32) -> Option<usize> {
        self.rows.iter().position(|row| *row == Row::Found(found))
    }
}

/// Whether every word stands somewhere in it.
fn matches(found: &Found, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let finding = found.finding();
    let subject = finding.subject.as_ref().map(about);
    let all = format!(
        "{} {} {} {} {} {}",
        finding.severity.word(),
        finding.rule.name,
        finding.words,
        subject.unwrap_or_default(),
        finding.pointer,
        found.told.server
    )
    .to_lowercase();
    words.iter().all(|word| all.contains(word))
}

fn heading(order: Order, found: &Found) -> String {
    match order {
        Order::Severity => match found.finding().severity {
            Severity::Error => "Errors: the specification forbids it".to_owned(),
            Severity::Warning => "Warnings: people will be bitten by it".to_owned(),
            Severity::Note => "Notes: worth knowing".to_owned(),
        },
        Order::Rule => found.finding().rule.name.to_owned(),
        Order::Place => text::sanitize(&place(found)).into_owned(),
    }
}

/// What something is about: its server, and of that the tool, resource or prompt.
fn place(found: &Found) -> String {
    let server = &found.told.server;
    match &found.finding().subject {
        Some(subject) => format!("{server}: {}", about(subject)),
        None => server.to_string(),
    }
}

/// Of a rule and a server the first few, the last of them with how many more there are. What is selected by its severity
/// stands together by rule.
fn shortened(all: &[u32], found: &[Found]) -> Vec<(u32, usize)> {
    let mut counts: HashMap<(&str, &str), (usize, usize)> = HashMap::new();
    let mut shown: Vec<(u32, usize)> = Vec::new();
    for at in all {
        let one = &found[*at as usize];
        let finding = one.finding();
        let key = (finding.rule.name, &*one.told.server);
        let (count, last) = counts.entry(key).or_default();
        *count += 1;
        if *count <= most(finding.severity) {
            *last = shown.len();
            shown.push((*at, 0));
        } else {
            shown[*last].1 += 1;
        }
    }
    shown
}

fn grouped(shown: &[(u32, usize)], heading: impl Fn(u32) -> String) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(shown.len() + 8);
    let mut last: Option<usize> = None;
    for (at, more) in shown {
        let heading = heading(*at);
        let same =
            last.filter(|row| matches!(&rows[*row], Row::Heading(other, _) if *other == heading));
        let row = same.unwrap_or_else(|| {
            rows.push(Row::Heading(heading, 0));
            rows.len() - 1
        });
        if let Row::Heading(_, count) = &mut rows[row] {
            *count += 1 + more;
        }
        last = Some(row);
        rows.push(Row::Found(*at));
        if *more > 0 {
            rows.push(Row::More(*more));
        }
    }
    rows
}
