//! The filter language: what is typed into the filter bars of Traffic, Logs and Sessions, given to `--filter`, and used
//! to choose what is exported.
//!
//! ```text
//! method:tools/* status:error time>100ms -srv:db ( text~timeout | "no such" )
//! ```
//!
//! Terms stand beside each other and all must hold; `a,b` is either value; `-` negates; `( … | … )` is either side;
//! `*` in a value stands for anything; `~` takes a regular expression, to the next space; quotes keep spaces and stars
//! as they are; a bare word is text anywhere. Without a capital letter, either case matches.
//!
//! [`Filter::parse`] reads a text, and [`Filter`] prints one that reads the same. [`KEYS`] is the one table of what
//! can be asked of rows, and of sessions ([`Subject`]). [`row`] holds what is known of a row against a filter and says when bodies have to be read for an
//! answer; [`body`] holds bodies against what only they can answer.

use std::fmt;
use std::ops::Range;

pub mod amount;
pub mod body;
pub mod complete;
pub mod key;
mod parse;
pub mod path;
pub mod pattern;
pub mod row;
pub mod term;
pub mod when;

pub use body::Leaf;
pub use key::{KEYS, Key, Subject};
pub use term::{Compare, Name, Term};

/// What a filter asks, as a tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// All of them; none is true of everything.
    All(Vec<Self>),
    /// Any of them.
    Any(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
    /// One term.
    Term(Term),
}

impl Expr {
    /// All of several, as flat as it reads.
    pub fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 {
            flat.remove(0)
        } else {
            Self::All(flat)
        }
    }

    /// Any of several, as flat as it reads. Of none, nothing would match; there is no such filter.
    pub fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 {
            flat.remove(0)
        } else {
            Self::Any(flat)
        }
    }

    fn terms<'a>(&'a self, each: &mut dyn FnMut(&'a Term)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.terms(each);
                }
            }
            Self::Not(inner) => inner.terms(each),
            Self::Term(term) => each(term),
        }
    }

    fn holds(&self, term: &mut dyn FnMut(&Term) -> bool) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(term)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(term)),
            Self::Not(inner) => !inner.holds(term),
            Self::Term(one) => term(one),
        }
    }

    fn write(&self, out: &mut fmt::Formatter<'_>, inside: bool) -> fmt::Result {
        let (parts, between) = match self {
            Self::Term(term) => return write!(out, "{term}"),
            Self::Not(inner) => {
                out.write_str("-")?;
                return inner.write(out, true);
            }
            Self::All(parts) => (parts, " "),
            Self::Any(parts) => (parts, " | "),
        };
        // All of a group of either need no parentheses, and nothing at the top needs any.
        if inside {
            out.write_str("(")?;
        }
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                out.write_str(between)?;
            }
            let inside = !matches!((self, part), (Self::Any(_), Self::All(_)));
            part.write(out, inside)?;
        }
        if inside {
            out.write_str(")")?;
        }
        Ok(())
    }
}

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    expr: Expr,
}

impl Default for Filter {
    fn default() -> Self {
        Self::of(Expr::All(Vec::new()))
    }
}

impl Filter {
    /// Reads a filter of rows; a text of nothing lets everything through.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_for(Subject::Rows, text)
    }

    /// Reads a filter of sessions.
    pub fn parse_sessions(text: &str) -> Result<Self, Fault> {
        Self::parse_for(Subject::Sessions, text)
    }

    /// Reads a filter of these.
    pub fn parse_for(subject: Subject, text: &str) -> Result<Self, Fault> {
        parse::parse(text, subject).map(Self::of)
    }

    /// The filter that asks this.
    pub fn of(expr: Expr) -> Self {
        Self { expr }
    }

    /// What it asks.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, Expr::All(parts) if parts.is_empty())
    }

    /// What must hold all together, at the top.
    pub fn parts(&self) -> &[Expr] {
        match &self.expr {
            Expr::All(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// Whether something passes, by what holds of each term.
    pub fn holds(&self, term: &mut dyn FnMut(&Term) -> bool) -> bool {
        self.expr.holds(term)
    }

    /// All its terms, in order.
    pub fn terms(&self) -> Vec<&Term> {
        let mut terms = Vec::new();
        self.expr.terms(&mut |term| terms.push(term));
        terms
    }

    /// This and that.
    pub fn and(self, other: Expr) -> Self {
        Self::of(Expr::all(vec![self.expr, other]))
    }

    /// What only bodies can answer, each once.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        for term in self.terms() {
            if let Some(leaf) = Leaf::of(term)
                && !leaves.contains(&leaf)
            {
                leaves.push(leaf);
            }
        }
        leaves
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.write(out, false)
    }
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// What is wrong, in words.
    pub what: String,
    /// What was meant, perhaps: a word to put there.
    pub meant: Option<String>,
    /// Whether it may become right by typing on.
    pub incomplete: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)?;
        match &self.meant {
            Some(meant) => write!(out, ", did you mean {meant}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests;
