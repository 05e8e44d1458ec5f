//! One term of a filter, and how it is written.

use std::fmt;

use super::amount::{Moment, Span, written_duration, written_size};
use super::key::{Key, Takes, Word};
use super::path::Path;
use super::pattern::{Pattern, Regex};
use crate::session::level::Level;

/// A value of a key that takes names: one of several that would do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Name {
    /// A text or glob.
    Glob(Pattern),
    /// Whole numbers, of keys that take them.
    Numbers(Span<i64>),
}

/// How an amount compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `>`
    More(u64),
    /// `>=`
    Least(u64),
    /// `<`
    Less(u64),
    /// `<=`
    Most(u64),
    /// `:`
    Within(Span<u64>),
}

impl Compare {
    /// Whether an amount does.
    pub fn holds(&self, amount: u64) -> bool {
        match *self {
            Self::More(than) => amount > than,
            Self::Least(than) => amount >= than,
            Self::Less(than) => amount < than,
            Self::Most(than) => amount <= than,
            Self::Within(span) => span.holds(amount),
        }
    }

    fn written(&self, one: fn(u64) -> String) -> String {
        match *self {
            Self::More(than) => format!(">{}", one(than)),
            Self::Least(than) => format!(">={}", one(than)),
            Self::Less(than) => format!("<{}", one(than)),
            Self::Most(than) => format!("<={}", one(than)),
            Self::Within(span) => format!(":{}", span.written(one)),
        }
    }
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Since {
    /// So many microseconds before the newest entry.
    Ago(u64),
    /// From this entry on, by its number.
    Entry(u64),
    /// From this moment on.
    Moment(Moment),
}

/// What a text, or a value of JSON, must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Match {
    /// One of these.
    Any(Vec<Pattern>),
    /// As this expression says.
    Regex(Regex),
}

/// What a value at a path must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Json {
    /// There, whatever it is.
    There,
    /// As this says: its text when it is a string, else as it is spelled.
    Is(Match),
    /// A number, compared with one as it is spelled.
    Number(&'static str, String),
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// One of several names.
    Names(Key, Vec<Name>),
    /// A name as an expression says.
    NameLike(Key, Regex),
    /// One of the words of a key, by their places in its list.
    Words(Key, Vec<u8>),
    /// One of several ranges of levels.
    Levels(Vec<Span<Level>>),
    /// How long it took, in microseconds.
    Time(Compare),
    /// Its bytes.
    Size(Compare),
    /// How many, of a key that counts.
    Count(Key, Compare),
    /// In one of several spans of time.
    At(Vec<Span<Moment>>),
    /// From when on.
    Since(Since),
    /// Text of a body.
    Text(Match),
    /// A value at a path of a body.
    Path(Path, Json),
    /// Text anywhere: a word without a key.
    Bare(Pattern),
}

impl Term {
    /// The term `key:word`, when it is one of the words of the key.
    pub fn word(key: Key, word: &str) -> Option<Self> {
        let place = words_of(key).iter().position(|(known, _)| *known == word)?;
        Some(Self::Words(key, vec![place as u8]))
    }

    /// The term `key:text`, with exactly this text.
    pub fn name(key: Key, text: &str) -> Self {
        Self::Names(key, vec![Name::Glob(Pattern::literal(text))])
    }
}

/// The words that a key takes; none when it takes something else.
pub fn words_of(key: Key) -> &'static [Word] {
    match key.row().takes {
        Takes::Words(words) => words,
        _ => &[],
    }
}

fn list<T>(values: &[T], one: impl Fn(&T) -> String) -> String {
    values.iter().map(one).collect::<Vec<_>>().join(",")
}

fn like(what: &Match, sign: &str) -> String {
    match what {
        Match::Any(patterns) => {
            format!("{sign}{}", list(patterns, |pattern| pattern.written(false)))
        }
        Match::Regex(regex) => format!("~{}", regex.written()),
    }
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Names(key, names) => {
                let values = list(names, |name| match name {
                    Name::Glob(pattern) => pattern.written(false),
                    Name::Numbers(span) => format!(
                        "{}..{}",
                        span.from.map(|from| from.to_string()).unwrap_or_default(),
                        span.to.map(|to| to.to_string()).unwrap_or_default()
                    ),
                });
                write!(out, "{}:{values}", key.name())
            }
            Self::NameLike(key, regex) => write!(out, "{}~{}", key.name(), regex.written()),
            Self::Words(key, places) => {
                let words = words_of(*key);
                let values = list(places, |place| {
                    words
                        .get(usize::from(*place))
                        .map_or("", |word| word.0)
                        .to_owned()
                });
                write!(out, "{}:{values}", key.name())
            }
            Self::Levels(spans) => {
                let values = list(spans, |span| span.written(|level| level.word().to_owned()));
                write!(out, "level:{values}")
            }
            Self::Time(compare) => write!(out, "time{}", compare.written(written_duration)),
            Self::Size(compare) => write!(out, "size{}", compare.written(written_size)),
            Self::Count(key, compare) => {
                let written = compare.written(|number| number.to_string());
                write!(out, "{}{written}", key.name())
            }
            Self::At(spans) => {
                let values = list(spans, |span| span.written(|moment| moment.to_string()));
                write!(out, "at:{values}")
            }
            Self::Since(Since::Ago(us)) => write!(out, "since:{}", written_duration(*us)),
            Self::Since(Since::Entry(seq)) => write!(out, "since:#{seq}"),
            Self::Since(Since::Moment(moment)) => write!(out, "since:{moment}"),
            Self::Text(what) => write!(out, "text{}", like(what, ":")),
            Self::Path(path, Json::There) => write!(out, "{path}"),
            Self::Path(path, Json::Is(what)) => write!(out, "{path}{}", like(what, "=")),
            Self::Path(path, Json::Number(sign, number)) => write!(out, "{path}{sign}{number}"),
            Self::Bare(pattern) => out.write_str(&pattern.written(true)),
        }
    }
}
