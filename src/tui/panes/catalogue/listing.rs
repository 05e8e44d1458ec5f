//! The list of one server, or of several: which rows there are, which one is selected, and what the filter leaves.
//!
//! Rows are known by what they are about, never by their number: a refresh, a restart or a filter moves them about
//! and the selection stays with its item. It draws nothing and asks for nothing.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::mcp::types::{Item, List};
use crate::session::timeline::{Catalogue, Connection, LinkState, Listed};
use crate::tui::widgets::input::LineInput;
use crate::tui::widgets::list::ListState;

/// What a row is about, whatever becomes of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The server's name.
    pub server: Arc<str>,
    /// Which of its lists.
    pub list: List,
    /// The name of a tool or prompt, the URI (template) of a resource.
    pub name: Box<str>,
    /// How many items of the same name come before it.
    pub nth: u32,
}

/// One item with its key.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub key: Key,
    /// What the server says of it.
    pub item: Arc<Item>,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A heading, with how many follow it.
    Heading(usize),
    /// An item, by its place in [`Browse::all`].
    Item(usize),
}

type Items = Arc<Vec<Arc<Item>>>;

/// One of the lists a list is made from.
#[derive(Debug, Clone)]
struct Origin {
    server: Arc<str>,
    list: List,
    items: Items,
}

/// A server whose items are listed.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// Its name.
    pub server: &'a str,
    /// Its newest connection.
    pub connection: Option<&'a Connection>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Browse {
    /// What `all` was made from: kept, so that the same lists are known by their address.
    sources: Vec<Origin>,
    /// The item of each server that was selected last.
    stood: HashMap<Arc<str>, Key>,
    /// Every item, filter or not.
    pub all: Vec<Entry>,
    /// What is shown.
    pub rows: Vec<Row>,
    /// Where the list stands; `selected` follows the key.
    pub list: ListState,
    /// The selected item.
    pub selected: Option<Key>,
    /// The filter.
    pub filter: LineInput,
    /// Whether the filter has the caret.
    pub typing: bool,
    /// What `rows` was made with.
    filtered: Option<String>,
    /// Whether the items are those of an earlier connection.
    pub stale: bool,
}

impl Browse {
    /// Takes what the servers have listed by now. With `hold` a selected item that is gone stays selected, because
    /// somebody works with it.
    pub fn sync(&mut self, lists: &[List], homes: &[Home<'_>], hold: bool) {
        let mut settled = !homes.is_empty();
        let mut sources = Vec::with_capacity(lists.len() * homes.len());
        self.stale = !self.all.is_empty();
        for home in homes {
            let before = || {
                self.sources
                    .iter()
                    .filter(|one| *one.server == *home.server)
            };
            let Some(connection) = home.connection else {
                sources.extend(before().cloned());
                settled = false;
                continue;
            };
            let of = |list: &List| -> &Catalogue { connection.list(*list) };
            let over = |list| matches!(of(list).listed, Listed::Whole | Listed::Refused(_));
            settled &= lists.iter().all(over);
            let empty = lists.iter().all(|list| of(list).items.is_empty());
            // A restarted server has listed nothing yet; what the one before it listed is worth more than nothing.
            let stale = empty
                && before().any(|one| !one.items.is_empty())
                && !lists.iter().any(over)
                && (connection.link != LinkState::Ready || advertises(connection, lists[0]));
            if stale {
                sources.extend(before().cloned());
                continue;
            }
            self.stale = false;
            let server = before().next().map(|one| Arc::clone(&one.server));
            let server = server.unwrap_or_else(|| home.server.into());
            sources.extend(lists.iter().map(|list| Origin {
                server: Arc::clone(&server),
                list: *list,
                items: Arc::clone(&of(list).items),
            }));
        }
        if !self.is_from(&sources) {
            self.sources = sources;
            self.gather();
        }
        if self.filtered.as_deref() != Some(self.filter.text()) {
            self.refilter();
        }
        self.follow(settled && !hold);
        self.remember();
    }

    fn is_from(&self, sources: &[Origin]) -> bool {
        self.sources.len() == sources.len()
            && self.sources.iter().zip(sources).all(|(one, other)| {
                one.list == other.list
                    && one.server == other.server
                    && Arc::ptr_eq(&one.items, &other.items)
            })
    }

    /// The selected item is what its server will be left at.
    fn remember(&mut self) {
        if let Some(key) = &self.selected
            && self.stood.get(&key.server) != Some(key)
        {
            self.stood.insert(Arc::clone(&key.server), key.clone());
        }
    }

    /// Selects an item of this server: the one that was selected last, or its first; none when it has none here.
    pub fn stand_on(&mut self, server: &str) {
        if self
            .selected
            .as_ref()
            .is_some_and(|key| *key.server == *server)
        {
            return;
        }
        let last = self.stood.get(server);
        let of = |row: &Row| match row {
            Row::Item(index) => self
                .all
                .get(*index)
                .filter(|one| *one.key.server == *server),
            Row::Heading(_) => None,
        };
        let mut entries = self.rows.iter().filter_map(of);
        let first = entries.next();
        let found = first
            .into_iter()
            .chain(entries)
            .find(|entry| Some(&entry.key) == last)
            .or(first);
        if let Some(entry) = found {
            self.selected = Some(entry.key.clone());
            self.follow(false);
            self.remember();
        }
    }

    fn gather(&mut self) {
        let mut seen: HashMap<(&str, List, Box<str>), u32> = HashMap::new();
        self.all.clear();
        for Origin {
            server,
            list,
            items,
        } in &self.sources
        {
            for item in items.iter() {
                let name = match list {
                    List::Resources | List::Templates => item.uri.as_ref().unwrap_or(&item.name),
                    List::Tools | List::Prompts => &item.name,
                };
                let count = seen.entry((server, *list, name.clone())).or_default();
                self.all.push(Entry {
                    key: Key {
                        server: Arc::clone(server),
                        list: *list,
                        name: name.clone(),
                        nth: *count,
                    },
                    item: Arc::clone(item),
                });
                *count += 1;
            }
        }
        self.filtered = None;
    }

    /// Makes the rows anew from the items and the filter.
    fn refilter(&mut self) {
        let text = self.filter.text().to_owned();
        let mut ranked: Vec<(usize, Rank)> = if text.trim().is_empty() {
            (0..self.all.len())
                .map(|index| (index, Rank::default()))
                .collect()
        } else {
            rank(&self.all, &text)
        };
        // Stable: what fits equally well keeps the server's order.
        ranked.sort_by_key(|(_, rank)| Reverse(*rank));
        self.rows.clear();
        let mut lists: Vec<List> = Vec::new();
        for source in &self.sources {
            if !lists.contains(&source.list) {
                lists.push(source.list);
            }
        }
        for list in lists {
            let of = |index: usize| self.all[index].key.list == list;
            let found = ranked.iter().filter(|(index, _)| of(*index)).count();
            if list == List::Templates && found > 0 {
                self.rows.push(Row::Heading(found));
            }
            let items = ranked.iter().map(|(index, _)| *index).filter(|i| of(*i));
            self.rows.extend(items.map(Row::Item));
        }
        self.filtered = Some(text);
    }

    /// After the filter was typed into: the best hit is selected.
    pub fn filter_typed(&mut self) {
        self.refilter();
        self.list.top();
        self.settle(true);
    }

    /// Takes the filter away; the selection stays.
    pub fn clear_filter(&mut self) {
        self.filter.set("");
        self.typing = false;
        self.refilter();
        self.follow(true);
    }

    /// How many items are shown.
    pub fn shown(&self) -> usize {
        let is_item = |row: &&Row| matches!(row, Row::Item(_));
        self.rows.iter().filter(is_item).count()
    }

    /// The item of a row.
    pub fn entry(&self, row: usize) -> Option<&Entry> {
        match self.rows.get(row)? {
            Row::Item(index) => self.all.get(*index),
            Row::Heading(_) => None,
        }
    }

    /// The selected item, unless it is gone.
    pub fn current(&self) -> Option<&Entry> {
        let key = self.selected.as_ref()?;
        self.entry(self.list.selected)
            .filter(|entry| entry.key == *key)
            .or_else(|| self.all.iter().find(|entry| entry.key == *key))
    }

    /// Puts the list where the selected item is; `adopt` takes its neighbour when it is gone.
    fn follow(&mut self, adopt: bool) {
        if let Some(key) = &self.selected {
            let is_it = |row: &Row| matches!(row, Row::Item(index) if self.all[*index].key == *key);
            if self.rows.get(self.list.selected).is_some_and(is_it) {
                return;
            }
            if let Some(row) = self.rows.iter().position(is_it) {
                self.list.selected = row;
                return;
            }
            if !adopt {
                return;
            }
        }
        if !self.rows.is_empty() {
            self.list.selected = self.list.selected.min(self.rows.len() - 1);
            self.settle(true);
        }
    }

    /// After the list moved: no heading is ever selected, and the key follows. `down` is which way it moved.
    pub fn settle(&mut self, down: bool) {
        let here = self.list.selected;
        if matches!(self.rows.get(here), Some(Row::Heading(_))) {
            let below = self.entry(here + 1).map(|_| here + 1);
            let above = here.checked_sub(1);
            let to = if down {
                below.or(above)
            } else {
                above.or(below)
            };
            self.list.selected = to.unwrap_or(here);
        }
        if let Some(entry) = self.entry(self.list.selected) {
            self.selected = Some(entry.key.clone());
        }
    }
}

/// Whether the server says that it has this list; one that said nothing of itself might.
pub fn advertises(connection: &Connection, list: List) -> bool {
    connection
        .opening
        .as_ref()
        .is_none_or(|opening| opening.has(list.capability()))
}

/// How well an item fits: by its name first, then by its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Rank {
    name: Option<u32>,
    description: Option<u32>,
}

fn rank(all: &[Entry], text: &str) -> Vec<(usize, Rank)> {
    let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut score = |text: Option<&str>| {
        let hay = Utf32Str::new(text?, &mut buffer);
        pattern.score(hay, &mut matcher)
    };
    let mut ranked = Vec::new();
    for (index, Entry { key, item }) in all.iter().enumerate() {
        let name = score(Some(&item.name))
            .max(score(item.title.as_deref()))
            .max(score(Some(&key.name)));
        // Letters strewn over a whole description match anything; there, words have to stand as they are.
        let description = item
            .description
            .as_deref()
            .filter(|description| holds(description, text))
            .and_then(|description| score(Some(description)));
        let rank = Rank { name, description };
        if rank != Rank::default() {
            ranked.push((index, rank));
        }
    }
    ranked
}

/// Whether every word of `text` is in `hay`, in either case.
fn holds(hay: &str, text: &str) -> bool {
    let hay = hay.to_lowercase();
    text.split_whitespace()
        .all(|word| hay.contains(&word.to_lowercase()))
}
