//! What is ignored: one table of what differs from run to run without a meaning, and paths of the user's own.

mod ignored;

use std::sync::Arc;

pub use ignored::Ignored;

use super::glob::GlobProblem;
use super::path::Step;
use super::shapes::{Shape, Shapes};
use super::successors::Successors;
use super::{Change, What};
use crate::json::{self, Kind};

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
enum Test {
    /// The name of the member, of a value that is a string or number on both sides.
    Name(fn(&str) -> bool),
    /// The same, but only of numbers.
    NumberNamed(fn(&str) -> bool),
    /// What such pieces of a string are replaced by.
    Shape(Shape),
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// What it is called, in reports and settings.
    pub name: &'static str,
    /// What it ignores.
    pub doc: &'static str,
    tests: &'static [Test],
}

/// Every rule there is. The first that fits is the one that is told.
pub const RULES: &[Rule] = &[
    Rule {
        name: "progress-token",
        doc: "progressToken: made up for each request",
        tests: &[Test::Name(|name| name == "progressToken")],
    },
    Rule {
        name: "cursor",
        doc: "cursor, nextCursor: opaque, made up for each page",
        tests: &[Test::Name(|name| matches!(name, "cursor" | "nextCursor"))],
    },
    Rule {
        name: "state",
        doc: "requestState: opaque, made up for each round",
        tests: &[Test::Name(|name| name == "requestState")],
    },
    Rule {
        name: "id",
        doc: "members named id, _id, …Id, …_id",
        tests: &[Test::Name(is_id)],
    },
    Rule {
        name: "uuid",
        doc: "UUIDs, also within a text",
        tests: &[Test::Shape(Shape::Uuid)],
    },
    Rule {
        name: "timestamp",
        doc: "dates with a time, also within a text; numbers named …At, …time, …timestamp",
        tests: &[Test::Shape(Shape::Timestamp), Test::NumberNamed(is_time)],
    },
    Rule {
        name: "duration",
        doc: "durations within a text (12 ms, 1.5 s); numbers named …Ms, took, duration, elapsed",
        tests: &[Test::Shape(Shape::Duration), Test::NumberNamed(is_duration)],
    },
    Rule {
        name: "path",
        doc: "the folder of an absolute path, also within a text",
        tests: &[Test::Shape(Shape::Folder)],
    },
];

fn is_id(name: &str) -> bool {
    matches!(name, "id" | "_id" | "uuid") || name.ends_with("Id") || name.ends_with("_id")
}

fn is_time(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.ends_with("At")
        || matches!(&*lower, "ts" | "created" | "updated" | "modified" | "now")
        || ["_at", "time", "timestamp", "_ts"]
            .iter()
            .any(|end| lower.ends_with(end))
}

fn is_duration(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.ends_with("Ms")
        || ["_ms", "duration", "elapsed", "took", "latency", "uptime"]
            .iter()
            .any(|end| lower.ends_with(end))
        || lower.starts_with("duration")
        || lower.starts_with("elapsed")
}

/// Which rule ignored something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// The row of [`RULES`].
    Rule(u16),
    /// The user's path, by its place in [`Rules`].
    Path(u16),
    /// None: the value is known to have taken the place of the other one.
    Carried,
}

/// The rules that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// By row of [`RULES`].
    on: [bool; RULES.len()],
    paths: Arc<Vec<Ignored>>,
    /// The call that is compared, for paths that are of one only.
    about: Option<Arc<str>>,
    successors: Successors,
    /// Whether nothing is ignored but these.
    exact: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self::standard()
    }
}

impl Rules {
    /// All of [`RULES`].
    pub fn standard() -> Self {
        Self {
            on: [true; RULES.len()],
            paths: Arc::default(),
            about: None,
            successors: Successors::default(),
            exact: false,
        }
    }

    /// None: nothing is passed over but what is added, not even what two eras say each in its own way.
    pub fn none() -> Self {
        Self {
            on: [false; RULES.len()],
            paths: Arc::default(),
            about: None,
            successors: Successors::default(),
            exact: true,
        }
    }

    /// Turns a rule of the table on or off by its name; false when there is none of that name.
    pub fn turn(&mut self, name: &str, on: bool) -> bool {
        let found = RULES.iter().position(|rule| rule.name == name);
        if let Some(row) = found {
            self.on[row] = on;
        }
        found.is_some()
    }

    /// The paths alone, for what no other rule is asked about.
    pub fn only_paths(&self) -> Self {
        Self {
            on: [false; RULES.len()],
            paths: Arc::clone(&self.paths),
            about: self.about.clone(),
            successors: Successors::default(),
            exact: self.exact,
        }
    }

    /// The rules as they are for the call of this name, where that makes a difference.
    pub(super) fn of_call(&self, name: &str) -> Option<Self> {
        let some = self.paths.iter().any(|path| path.of.is_some());
        some.then(|| Self {
            about: Some(name.into()),
            ..self.clone()
        })
    }

    /// From here on values of the first that `successors` knows are the ones that took their place.
    pub fn follow(&mut self, successors: Successors) {
        if !self.exact {
            self.successors = successors;
        }
    }

    /// Whether nothing is passed over but what was added by name.
    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    pub(super) fn successors(&self) -> &Successors {
        &self.successors
    }

    /// Whether two rules as people write them are one: the same name, or the same path in another spelling.
    pub fn is_one(a: &str, b: &str) -> bool {
        let is_name = |text: &str| {
            let name = text.strip_prefix("no-").unwrap_or(text);
            RULES.iter().any(|rule| rule.name == name)
        };
        if a == b || is_name(a) || is_name(b) {
            return a == b;
        }
        matches!((Ignored::parse(a), Ignored::parse(b)), (Ok(a), Ok(b)) if a == b)
    }

    /// Takes a rule as a person writes it: the name of one in the table, `no-` and such a name, or a path.
    pub fn take(&mut self, text: &str) -> Result<(), GlobProblem> {
        if self.turn(text, true)
            || text
                .strip_prefix("no-")
                .is_some_and(|name| self.turn(name, false))
        {
            return Ok(());
        }
        self.ignore(Ignored::parse(text)?);
        Ok(())
    }

    /// Ignores a path too.
    pub fn ignore(&mut self, path: impl Into<Ignored>) {
        let path = path.into();
        if !self.paths.contains(&path) {
            Arc::make_mut(&mut self.paths).push(path);
        }
    }

    /// The paths of the user's.
    pub fn paths(&self) -> &[Ignored] {
        &self.paths
    }

    /// Does not ignore this path any more; false when it did not.
    pub fn forget(&mut self, path: &Ignored) -> bool {
        let paths = Arc::make_mut(&mut self.paths);
        let before = paths.len();
        paths.retain(|other| other != path);
        paths.len() < before
    }

    /// What a rule is called.
    pub fn name(&self, by: By) -> String {
        match by {
            By::Rule(row) => RULES
                .get(usize::from(row))
                .map_or_else(String::new, |rule| rule.name.to_owned()),
            By::Path(place) => self
                .paths
                .get(usize::from(place))
                .map_or_else(String::new, ToString::to_string),
            By::Carried => "carried".to_owned(),
        }
    }

    /// The names of all that hold, as reports list them.
    pub fn names(&self) -> Vec<String> {
        let table = RULES
            .iter()
            .zip(self.on)
            .filter(|(_, on)| *on)
            .map(|(rule, _)| rule.name.to_owned());
        table
            .chain(self.paths.iter().map(ToString::to_string))
            .collect()
    }

    /// The shapes that are one.
    pub(super) fn shapes(&self) -> Shapes {
        let mut shapes = Shapes::default();
        for (rule, on) in RULES.iter().zip(self.on) {
            for test in rule.tests {
                if let (true, Test::Shape(shape)) = (on, test) {
                    shapes.add(*shape);
                }
            }
        }
        shapes
    }

    /// The rule that ignores this.
    pub(super) fn ignoring(&self, change: &Change) -> Option<By> {
        // What is known for certain is told before what only looks like it.
        if self.succeeds(change, Shapes::default()) {
            return Some(By::Carried);
        }
        self.by_table(change)
            .map(|row| By::Rule(row as u16))
            .or_else(|| {
                self.paths
                    .iter()
                    .position(|one| {
                        one.is_about(self.about.as_deref()) && one.path.holds(&change.path.0)
                    })
                    .map(|place| By::Path(place as u16))
            })
            .or_else(|| self.succeeds(change, self.shapes()).then_some(By::Carried))
    }

    /// Whether the first, with what took the place of its values, is the second but for these shapes.
    fn succeeds(&self, change: &Change, shapes: Shapes) -> bool {
        let (Some(a), Some(b)) = (&change.a, &change.b) else {
            return false;
        };
        if self.successors.is_empty() || change.what != What::Changed {
            return false;
        }
        let (a, b) = (a.bytes(), b.bytes());
        match (json::kind(a), json::kind(b)) {
            (Kind::Number, Kind::Number) => {
                let new = std::str::from_utf8(a)
                    .ok()
                    .and_then(|a| self.successors.of(a));
                new.is_some_and(|new| new.as_bytes() == b)
            }
            (Kind::String, Kind::String) => {
                let (Some(a), Some(b)) = (json::text(a), json::text(b)) else {
                    return false;
                };
                let Some(a) = self.successors.replace(&a) else {
                    return false;
                };
                let plain = |text: &str| {
                    let replaced = shapes.replace(text);
                    replaced.map_or_else(|| text.to_owned(), |(text, _)| text)
                };
                a == b || plain(&a) == plain(&b)
            }
            _ => false,
        }
    }

    fn by_table(&self, change: &Change) -> Option<usize> {
        if !matches!(change.what, What::Changed | What::Type) {
            return None;
        }
        let (a, b) = (change.a.as_ref()?.bytes(), change.b.as_ref()?.bytes());
        let name = match change.path.0.last() {
            Some(Step::Member { name, .. }) => Some(&**name),
            _ => None,
        };
        let is = |kinds: &[Kind]| kinds.contains(&json::kind(a)) && kinds.contains(&json::kind(b));
        let scalars = is(&[Kind::String, Kind::Number]);
        let numbers = is(&[Kind::Number]);
        let used = is(&[Kind::String]).then(|| self.used(a, b)).flatten();
        RULES.iter().zip(self.on).position(|(rule, on)| {
            on && rule.tests.iter().any(|test| match test {
                Test::Name(named) => scalars && name.is_some_and(named),
                Test::NumberNamed(named) => numbers && name.is_some_and(named),
                Test::Shape(shape) => used.is_some_and(|used| used.has(*shape)),
            })
        })
    }

    /// The shapes that make two texts one, if they do.
    fn used(&self, a: &[u8], b: &[u8]) -> Option<Shapes> {
        let shapes = self.shapes();
        let (a, b) = (json::text(a)?, json::text(b)?);
        let ((a, used), (b, _)) = (shapes.replace(&a)?, shapes.replace(&b)?);
        (a == b).then_some(used)
    }
}
