//! What of a view is kept for each choice of servers: the filter and the selected row, so that looking at another
//! server and coming back finds both as they were left.

use std::collections::HashMap;

use crate::tui::pane::Ctx;

/// What was left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// The filter.
    pub text: String,
    /// Filters before it.
    pub before: Vec<String>,
    /// Which list it was, and the number of the row that was stood on; none when the newest was followed.
    pub row: Option<(usize, usize)>,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Narrowed {
    now: Option<Vec<String>>,
    left: HashMap<Option<Vec<String>>, Left>,
}

impl Narrowed {
    /// Whether other servers are meant than were.
    pub fn is_turned(&self, ctx: &Ctx<'_>) -> bool {
        let same = |only: &Vec<&str>| {
            let now = self.now.as_deref().unwrap_or_default();
            now.len() == only.len() && now.iter().zip(only).all(|(one, other)| one == other)
        };
        match ctx.only() {
            None => self.now.is_some(),
            Some(only) => self.now.is_none() || !same(&only),
        }
    }

    /// Turns to the servers that are meant now; gives what was left there.
    pub fn turn(&mut self, ctx: &Ctx<'_>, left: Left) -> Left {
        let only = ctx.only();
        let next = only.map(|names| names.into_iter().map(str::to_owned).collect());
        let now = std::mem::replace(&mut self.now, next);
        self.left.insert(now, left);
        self.left.get(&self.now).cloned().unwrap_or_default()
    }
}
