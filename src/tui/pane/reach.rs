//! Which servers lists, Traffic and Logs tell of: each list of its own, all, one, or those that are picked.
//!
//! It says nothing of what is sent: that goes to the server of the item that is selected.

use std::collections::BTreeSet;

use super::{Ctx, Server};
use crate::filter::term::Name;
use crate::filter::{Key, Term, pattern::Pattern};
use crate::text;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// Lists tell of the server that is looked at; Traffic and Logs of all.
    #[default]
    Own,
    /// All servers: their items stand in one list.
    All,
    /// Everything tells of the server that is looked at, and of no other.
    One,
    /// Everything tells of these, by name.
    Picked(BTreeSet<String>),
}

impl<'a> Ctx<'a> {
    /// The servers whose items stand in one list, by their places; none when lists tell of the one that is looked at.
    pub fn together(&self) -> Vec<usize> {
        let places = |is: &dyn Fn(&Server) -> bool| {
            let servers = self.servers.iter().enumerate();
            let of = servers.filter(|(_, server)| server.conn.is_some() && is(server));
            of.map(|(place, _)| place).collect::<Vec<_>>()
        };
        match self.reach {
            Reach::Own | Reach::One => Vec::new(),
            Reach::All => Some(places(&|_| true))
                .filter(|all| all.len() > 1)
                .unwrap_or_default(),
            Reach::Picked(names) => places(&|server| names.contains(&server.name)),
        }
    }

    /// The only servers that Traffic and Logs tell of, by name; nothing when they tell of all.
    pub fn only(&self) -> Option<Vec<&'a str>> {
        match self.reach {
            Reach::Own | Reach::All => None,
            Reach::One => self.server().map(|server| vec![server.name.as_str()]),
            Reach::Picked(names) => {
                let picked = self.servers.iter().map(|server| server.name.as_str());
                let picked: Vec<&str> = picked.filter(|name| names.contains(*name)).collect();
                (!picked.is_empty()).then_some(picked)
            }
        }
    }

    /// The same, as a term of a filter.
    pub fn only_term(&self) -> Option<Term> {
        let names = self.only()?.into_iter().map(|name| {
            // Somebody else's recording, without our notes, has numbers only.
            let unnamed = name.strip_prefix("connection ");
            let number = unnamed.filter(|number| number.parse::<u32>().is_ok());
            Name::Glob(Pattern::literal(number.unwrap_or(name)))
        });
        Some(Term::Names(Key::Srv, names.collect()))
    }

    /// `only db, ev`; nothing when there is no such limit.
    pub fn only_words(&self) -> String {
        self.only().map_or_else(String::new, |names| {
            let names: Vec<_> = names.into_iter().map(text::sanitize).collect();
            text::fit(&format!("only {}", names.join(", ")), 32).into_owned()
        })
    }

    /// The same with another server looked at.
    #[must_use]
    pub fn looking_at(&self, name: &str) -> Self {
        let place = self.servers.iter().position(|server| server.name == name);
        Self {
            current: place.unwrap_or(self.current),
            ..*self
        }
    }
}
