//! Which rows of a list a filter lets through: kept up as rows arrive, as requests are answered and as bodies are
//! read, without looking twice at what is decided.
//!
//! [`Sifting`] is the filter of a view with what bodies said so far; [`Picks`] are the rows of one list of it.

use jiff::tz::TimeZone;

use crate::filter::row::{Answers, ByLeaf, Found, Item, Sieve, newest};
use crate::filter::{Expr, Filter, Leaf, Term};
use crate::lint::findings::Findings;
use crate::session::marks::Marks;
use crate::session::timeline::{EntryIndex, Timeline};
use crate::tui::effect::{Among, Effect, Source};
use crate::tui::event::{Event, Sifted};
use crate::tui::pane::Ctx;

mod picks;

pub use picks::Picks;

/// Answers of bodies that are kept, the ones used last.
const KEPT: usize = 12;

/// Up to so many entries are read one by one; more are found by going through the file.
const FEW: usize = 2_000;

/// See the module.
#[derive(Debug, Clone)]
pub struct Sifting {
    zone: TimeZone,
    /// What somebody asks for.
    filter: Filter,
    /// The servers it is narrowed to beside that.
    only: Option<Term>,
    /// Both.
    sieve: Option<Sieve>,
    newest: i64,
    marks: Marks,
    /// Entries that lint finds something in.
    findings: usize,
    /// Rises with every other filter.
    version: u64,
    answers: Answers,
    /// Rises with every answer.
    answered: u64,
    /// The leaves of the answers, the one used last at the end.
    used: Vec<Leaf>,
    /// How far the file was read for a leaf, and what was found there in lines that are no entries yet: a file that is
    /// being opened is looked through faster than it is folded.
    resume: ByLeaf<(u64, Vec<u64>)>,
    /// Entries there were when that was looked at.
    caught_up: usize,
    who: Option<u64>,
    asked: Option<Asked>,
    woken: Option<u64>,
}

#[derive(Debug, Clone)]
struct Asked {
    asker: u64,
    leaf: Leaf,
    /// Entries there were then.
    entries: EntryIndex,
    among: Among,
}

impl Sifting {
    /// Lets everything through; times are of this zone.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            filter: Filter::default(),
            only: None,
            sieve: None,
            newest: 0,
            marks: Marks::default(),
            findings: 0,
            version: 0,
            answers: Answers::new(),
            answered: 0,
            used: Vec::new(),
            resume: ByLeaf::new(),
            caught_up: 0,
            who: None,
            asked: None,
            woken: None,
        }
    }

    /// Lets through what this filter does.
    pub fn set(&mut self, filter: Filter, timeline: &Timeline) {
        self.filter = filter;
        let filter = match &self.only {
            Some(only) => self.filter.clone().and(Expr::Term(only.clone())),
            None => self.filter.clone(),
        };
        self.version += 1;
        self.newest = newest(timeline);
        self.asked = None;
        for leaf in filter.leaves() {
            self.used.retain(|used| *used != leaf);
            if self.answers.get(&leaf).is_none() {
                let known = self
                    .used
                    .iter()
                    .rev()
                    .filter(|used| leaf.refines(used))
                    .find_map(|used| self.answers.get(used))
                    .map(Found::refined);
                *self.answers.of(&leaf) = known.unwrap_or_default();
            }
            self.used.push(leaf);
        }
        while self.used.len() > KEPT {
            let oldest = self.used.remove(0);
            self.answers.remove(&oldest);
            self.resume.remove(&oldest);
        }
        self.sieve = (!filter.is_empty()).then(|| Sieve::new(filter));
    }

    /// Lets through only what is of these servers, whatever the filter; to be followed by [`Self::set`].
    pub fn narrow(&mut self, only: Option<Term>) {
        self.only = only;
    }

    /// The filter, if there is one.
    pub fn filter(&self) -> Option<&Filter> {
        Some(&self.filter).filter(|filter| !filter.is_empty())
    }

    /// The same with the servers it is narrowed to.
    pub fn whole(&self) -> Option<&Filter> {
        self.sieve.as_ref().map(Sieve::filter)
    }

    /// Entries that arrived may have been looked at already.
    fn catch_up(&mut self, timeline: &Timeline) {
        let entries = timeline.entries().len();
        if std::mem::replace(&mut self.caught_up, entries) == entries {
            return;
        }
        for (leaf, (read, ahead)) in self.resume.iter_mut() {
            catch_up(self.answers.of(leaf), *read, ahead, timeline);
        }
    }

    /// What marks say may have changed.
    fn look_at_marks(&mut self, marks: &Marks) {
        if self.marks != *marks {
            self.marks.clone_from(marks);
            self.version += 1;
        }
    }

    /// What lint says may have changed.
    fn look_at_findings(&mut self, findings: &Findings) {
        let asks = self.sieve.as_ref().is_some_and(Sieve::asks_lint);
        let count = findings.entries();
        if std::mem::replace(&mut self.findings, count) != count && asks {
            self.version += 1;
        }
    }

    /// Asks for bodies that decide about rows of a list.
    pub fn ask(
        &mut self,
        picks: &Picks,
        item: impl Fn(usize) -> Option<Item>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(sieve) = &self.sieve else {
            return effects;
        };
        if picks.goes_on() && self.woken.is_none() {
            let asker = ctx.ticket();
            self.woken = Some(asker);
            effects.push(Effect::Wake { asker, after_ms: 0 });
        }
        if self.asked.is_some() || !picks.wants_bodies() {
            return effects;
        }
        let are_few = picks.undecided().count() <= FEW;
        if are_few && picks.goes_on() {
            // There may be many more of them.
            return effects;
        }
        let few: Option<Vec<EntryIndex>> = are_few.then(|| {
            let mut entries: Vec<EntryIndex> = picks
                .undecided()
                .filter_map(|row| item(row as usize))
                .flat_map(|item| Sieve::entries(item, ctx.timeline))
                .collect();
            entries.sort_unstable();
            entries.dedup();
            entries
        });
        let end = ctx.timeline.entries().len() as EntryIndex;
        let next = sieve.leaves().iter().find_map(|leaf| {
            let found = self.answers.get(leaf);
            let seen = |entry: &EntryIndex| found.is_some_and(|found| found.has_seen(*entry));
            if let Some(few) = few.as_ref().filter(|few| few.len() <= FEW) {
                let among: Vec<(EntryIndex, Source)> = few
                    .iter()
                    .filter(|entry| !seen(entry))
                    .filter_map(|entry| Some((*entry, ctx.source(*entry)?)))
                    .collect();
                return (!among.is_empty()).then(|| (leaf.clone(), Among::Entries(among.into())));
            }
            let from = self.resume.get(leaf).map_or(0, |(read, _)| *read);
            found
                .is_none_or(|found| found.read() < end)
                .then(|| (leaf.clone(), Among::File { from }))
        });
        if let Some((leaf, among)) = next {
            let who = *self.who.get_or_insert_with(|| ctx.ticket());
            let asker = ctx.ticket();
            self.asked = Some(Asked {
                asker,
                leaf: leaf.clone(),
                entries: end,
                among: among.clone(),
            });
            effects.push(Effect::Sift {
                who,
                asker,
                leaf,
                among,
            });
        }
        effects
    }

    /// Takes what bodies said; true when it was for this one.
    pub fn event(&mut self, event: &Event, timeline: &Timeline) -> bool {
        match event {
            Event::Woken { asker } => self.woken.take_if(|mine| mine == asker).is_some(),
            Event::Sifted { asker, part } => {
                let Some(asked) = self.asked.as_ref().filter(|asked| asked.asker == *asker) else {
                    return false;
                };
                let found = self.answers.of(&asked.leaf);
                let done = match (part, &asked.among) {
                    (Sifted::Lines(slice), _) => {
                        let (read, ahead) = self.resume.of(&asked.leaf);
                        *read = slice.read;
                        ahead.extend(&slice.found);
                        catch_up(found, *read, ahead, timeline);
                        if slice.done {
                            found.read_to(asked.entries);
                        }
                        slice.done
                    }
                    (
                        Sifted::Entries {
                            found: places,
                            upto,
                        },
                        Among::Entries(among),
                    ) => {
                        for entry in places {
                            found.put(*entry);
                        }
                        for (entry, _) in among.iter().take(*upto) {
                            found.see(*entry);
                        }
                        *upto >= among.len()
                    }
                    (Sifted::Entries { .. } | Sifted::Failed(_), _) => {
                        // What cannot be read holds nothing.
                        found.read_to(asked.entries);
                        true
                    }
                };
                self.answered += 1;
                if done {
                    self.asked = None;
                }
                true
            }
            _ => false,
        }
    }

    /// How far bodies were read for the filter, in hundredths, while they are being read.
    pub fn reading(&self, timeline: &Timeline) -> Option<u64> {
        let asked = self.asked.as_ref()?;
        let Among::File { .. } = asked.among else {
            return None;
        };
        let read = self.answers.get(&asked.leaf).map_or(0, Found::read);
        Some(u64::from(read) * 100 / timeline.whole().len().max(1) as u64)
    }
}

/// Takes what was found in lines that are entries by now.
fn catch_up(found: &mut Found, read: u64, ahead: &mut Vec<u64>, timeline: &Timeline) {
    let known = timeline.index_after(u64::MAX);
    ahead.retain(|offset| match timeline.index_of_place(*offset) {
        Some(entry) => {
            found.put(entry);
            false
        }
        // A line that is no entry, before one that is, never becomes one.
        None => timeline.index_after(*offset) >= known,
    });
    found.read_to(timeline.index_after(read));
}
