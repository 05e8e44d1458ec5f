//! Goes through two documents side by side and tells what differs, in their order. Its own list of what is still to be
//! looked at stands in for the stack: depth costs nothing but memory.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::align::{self, Aligned};
use super::index::Index;
use super::path::{Path, Step};
use super::shapes::Shapes;
use super::successors::Successors;
use super::{Change, Diff, Options, Part, What};
use crate::json::{self, Kind};

/// Texts within texts that are looked into.
const DEPTH: u8 = 4;
/// Members that name an item, the first that does on both sides.
pub(super) const NAMES: [&str; 6] = ["id", "name", "key", "uri", "uriTemplate", "_id"];
/// So many children are looked at to tell how alike two values are.
const SAMPLE: usize = 24;

/// Two documents, and how many texts they are in.
struct Pair {
    a: Index,
    b: Index,
    depth: u8,
}

/// A step, and the one before it.
struct Link {
    before: Option<Rc<Link>>,
    step: Step,
}

type Way = Option<Rc<Link>>;

/// What is still to be done.
enum Work {
    Compare(Rc<Pair>, u32, u32, Way),
    Tell(Rc<Pair>, What, Option<u32>, Option<u32>, Way),
}

/// See the module.
pub struct Walk<'a> {
    options: &'a Options,
    shapes: Shapes,
    todo: Vec<Work>,
    found: Diff,
}

impl<'a> Walk<'a> {
    pub fn new(options: &'a Options) -> Self {
        Self {
            options,
            shapes: options.rules.shapes(),
            todo: Vec::new(),
            found: Diff::default(),
        }
    }

    pub fn run(mut self, a: &Part, b: &Part) -> Diff {
        if a == b {
            return self.found;
        }
        let pair = Rc::new(Pair {
            a: Index::read(a, self.shapes, self.options.rules.successors()),
            b: Index::of(b, self.shapes),
            depth: 0,
        });
        self.todo.push(Work::Compare(pair, 0, 0, None));
        while let Some(work) = self.todo.pop() {
            match work {
                Work::Tell(pair, what, a, b, way) => self.tell(&pair, what, a, b, &way),
                Work::Compare(pair, a, b, way) => self.compare(&pair, a, b, &way),
            }
        }
        self.found
    }

    fn tell(&mut self, pair: &Pair, what: What, a: Option<u32>, b: Option<u32>, way: &Way) {
        let mut change = Change {
            what,
            path: path(way),
            a: a.map(|at| pair.a.part(at)),
            b: b.map(|at| pair.b.part(at)),
            ignored: None,
        };
        change.ignored = self.options.rules.ignoring(&change);
        self.found.counts.count(&change);
        if self.found.changes.len() < self.options.most {
            self.found.changes.push(change);
        } else {
            self.found.left_out += 1;
        }
    }

    fn compare(&mut self, pair: &Rc<Pair>, a: u32, b: u32, way: &Way) {
        let (one, two) = (pair.a.node(a), pair.b.node(b));
        if one.strict == two.strict {
            return;
        }
        match (one.kind, two.kind) {
            (Kind::Object, Kind::Object) => self.objects(pair, a, b, way),
            (Kind::Array, Kind::Array) => self.arrays(pair, a, b, way),
            (Kind::String, Kind::String) => self.strings(pair, a, b, way),
            (Kind::Number, Kind::Number) if one.loose == two.loose => {
                self.tell(pair, What::Spelling, Some(a), Some(b), way);
            }
            (one, two) => {
                let what = if one == two || one == Kind::Invalid || two == Kind::Invalid {
                    What::Changed
                } else {
                    What::Type
                };
                self.tell(pair, what, Some(a), Some(b), way);
            }
        }
    }

    fn strings(&mut self, pair: &Rc<Pair>, a: u32, b: u32, way: &Way) {
        let (one, two) = (pair.a.raw(a), pair.b.raw(b));
        let texts = (
            json::text(one).unwrap_or_default(),
            json::text(two).unwrap_or_default(),
        );
        if texts.0 == texts.1 && !texts.0.contains(char::REPLACEMENT_CHARACTER) {
            self.tell(pair, What::Spelling, Some(a), Some(b), way);
            return;
        }
        let holds = |text: &str| {
            matches!(json::kind(text.as_bytes()), Kind::Object | Kind::Array)
                && json::check(text.as_bytes()).is_ok()
        };
        let inner = self.options.unwrap && pair.depth < DEPTH && holds(&texts.0) && holds(&texts.1);
        if !inner {
            self.tell(pair, What::Changed, Some(a), Some(b), way);
            return;
        }
        let part = |text: &Cow<'_, str>| Part::from(text.as_bytes().to_vec());
        let successors = self.options.rules.successors();
        let inner = Rc::new(Pair {
            a: Index::read(&part(&texts.0), self.shapes, successors),
            b: Index::of(&part(&texts.1), self.shapes),
            depth: pair.depth + 1,
        });
        if inner.a.node(0).strict == inner.b.node(0).strict {
            // Laid out anew.
            self.tell(pair, What::Spelling, Some(a), Some(b), way);
            return;
        }
        let way = Some(link(way, Step::Text));
        self.todo.push(Work::Compare(inner, 0, 0, way));
    }

    fn objects(&mut self, pair: &Rc<Pair>, a: u32, b: u32, way: &Way) {
        let (mine, theirs) = (members(&pair.a, a), members(&pair.b, b));
        let aligned = align::by_identity(&names(&mine), &names(&theirs));
        let mut work = Vec::new();
        if !aligned.moved.is_empty() {
            work.push(Work::Tell(
                Rc::clone(pair),
                What::Order,
                Some(a),
                Some(b),
                way.clone(),
            ));
        }
        for (x, y) in complete(&aligned, mine.len(), theirs.len()) {
            let member = x.map_or_else(
                || y.map(|y| &theirs[y as usize]),
                |x| Some(&mine[x as usize]),
            );
            let Some(member) = member else { continue };
            let nodes = (
                x.map(|x| mine[x as usize].node),
                y.map(|y| theirs[y as usize].node),
            );
            if let (Some(one), Some(two)) = nodes
                && pair.a.node(one).strict == pair.b.node(two).strict
            {
                continue;
            }
            let step = Step::Member {
                name: Arc::from(&*member.name),
                nth: member.nth,
                a: x,
                b: y,
            };
            work.push(either(pair, nodes, Some(link(way, step))));
        }
        self.todo.extend(work.into_iter().rev());
    }

    fn arrays(&mut self, pair: &Rc<Pair>, a: u32, b: u32, way: &Way) {
        let (mine, theirs): (Vec<u32>, Vec<u32>) =
            (pair.a.children(a).collect(), pair.b.children(b).collect());
        let keyed = named(pair, &mine, &theirs, self.options.rules.successors());
        let aligned = match &keyed {
            Some((_, mine, theirs)) => align::by_identity(mine, theirs),
            None => {
                let after = loose(&pair.b, &theirs);
                let before = if self.options.rules.successors().is_empty() {
                    loose(&pair.a, &mine)
                } else {
                    following(pair, &mine, &theirs)
                };
                align::by_hash(&before, &after, |x, y| {
                    alike(pair, mine[x as usize], theirs[y as usize])
                })
            }
        };
        let mut work = Vec::new();
        for (x, y) in complete(&aligned, mine.len(), theirs.len()) {
            let nodes = (x.map(|x| mine[x as usize]), y.map(|y| theirs[y as usize]));
            let moved = match (x, y) {
                (Some(x), Some(y)) => aligned
                    .moved
                    .binary_search_by_key(&y, |(_, y)| *y)
                    .is_ok_and(|at| aligned.moved[at].0 == x),
                _ => false,
            };
            let same = match nodes {
                (Some(one), Some(two)) => pair.a.node(one).strict == pair.b.node(two).strict,
                _ => false,
            };
            if same && !moved {
                continue;
            }
            let key = keyed.as_ref().and_then(|(name, mine, theirs)| {
                let value = x
                    .map(|x| &mine[x as usize])
                    .or_else(|| y.map(|y| &theirs[y as usize]))?;
                Some((*name, Arc::from(String::from_utf8_lossy(value))))
            });
            let way = Some(link(way, Step::Item { a: x, b: y, key }));
            if moved {
                work.push(Work::Tell(
                    Rc::clone(pair),
                    What::Moved,
                    nodes.0,
                    nodes.1,
                    way.clone(),
                ));
            }
            if !same {
                work.push(either(pair, nodes, way));
            }
        }
        drop(keyed);
        self.todo.extend(work.into_iter().rev());
    }
}

fn loose(index: &Index, items: &[u32]) -> Vec<u64> {
    items.iter().map(|at| index.node(*at).loose).collect()
}

/// What items of the first say, with what took the place of their values, but for those that are still there as they
/// were: these are themselves.
fn following(pair: &Pair, mine: &[u32], theirs: &[u32]) -> Vec<u64> {
    let mut still: HashMap<u64, (u64, usize)> = HashMap::with_capacity(theirs.len());
    for at in theirs {
        let node = pair.b.node(*at);
        still.entry(node.strict).or_insert((node.loose, 0)).1 += 1;
    }
    let hash = |at: &u32| {
        let node = pair.a.node(*at);
        match still.get_mut(&node.strict) {
            Some((loose, count)) if *count > 0 => {
                *count -= 1;
                *loose
            }
            _ => node.loose,
        }
    };
    mine.iter().map(hash).collect()
}

/// What is to be done with a value that is on one side or on both.
fn either(pair: &Rc<Pair>, nodes: (Option<u32>, Option<u32>), way: Way) -> Work {
    match nodes {
        (Some(a), Some(b)) => Work::Compare(Rc::clone(pair), a, b, way),
        (Some(a), None) => Work::Tell(Rc::clone(pair), What::Removed, Some(a), None, way),
        (None, b) => Work::Tell(Rc::clone(pair), What::Added, None, b, way),
    }
}

fn link(before: &Way, step: Step) -> Rc<Link> {
    Rc::new(Link {
        before: before.clone(),
        step,
    })
}

impl Drop for Link {
    /// One after the other, however many there are.
    fn drop(&mut self) {
        let mut before = self.before.take();
        while let Some(link) = before {
            before = Rc::try_unwrap(link)
                .ok()
                .and_then(|mut link| link.before.take());
        }
    }
}

fn path(way: &Way) -> Path {
    let mut steps = Vec::new();
    let mut here = way;
    while let Some(link) = here {
        steps.push(link.step.clone());
        here = &link.before;
    }
    steps.reverse();
    Path(steps.into())
}

/// All items of both lists: those that belong together, and each without a partner where it stands, after what is
/// before it on its own side.
fn complete(aligned: &Aligned, left: usize, right: usize) -> Vec<(Option<u32>, Option<u32>)> {
    let mut partners: Vec<_> = aligned.kept.iter().chain(&aligned.moved).collect();
    partners.sort_unstable_by_key(|(_, y)| *y);
    let mut has = (vec![false; left], vec![false; right]);
    for (x, y) in &partners {
        has.0[*x as usize] = true;
        has.1[*y as usize] = true;
    }
    // What is only in the first comes before the partner that follows it there.
    let mut removed = (0..left as u32).filter(|x| !has.0[*x as usize]).peekable();
    let mut added = (0..right as u32).filter(|y| !has.1[*y as usize]).peekable();
    let mut pairs = Vec::with_capacity(left.max(right));
    for (x, y) in partners {
        while let Some(gone) = removed.next_if(|gone| gone < x) {
            pairs.push((Some(gone), None));
        }
        while let Some(new) = added.next_if(|new| new < y) {
            pairs.push((None, Some(new)));
        }
        pairs.push((Some(*x), Some(*y)));
    }
    pairs.extend(removed.map(|x| (Some(x), None)));
    pairs.extend(added.map(|y| (None, Some(y))));
    pairs
}

struct Member<'a> {
    name: Cow<'a, str>,
    nth: u32,
    node: u32,
}

fn members(index: &Index, at: u32) -> Vec<Member<'_>> {
    let mut members: Vec<Member<'_>> = index
        .children(at)
        .map(|node| Member {
            name: index.name(node),
            nth: 0,
            node,
        })
        .collect();
    let mut seen: HashMap<Cow<'_, str>, u32> = HashMap::with_capacity(members.len());
    for member in &mut members {
        let count = seen.entry(member.name.clone()).or_default();
        member.nth = *count;
        *count += 1;
    }
    members
}

fn names<'m>(members: &'m [Member<'_>]) -> Vec<(&'m str, u32)> {
    members
        .iter()
        .map(|member| (&*member.name, member.nth))
        .collect()
}

/// The member that names every item of both lists, each item by another value; with the values.
type Named<'a> = (&'static str, Vec<Cow<'a, [u8]>>, Vec<Cow<'a, [u8]>>);

fn named<'a>(
    pair: &'a Pair,
    mine: &[u32],
    theirs: &[u32],
    successors: &Successors,
) -> Option<Named<'a>> {
    if mine.is_empty() || theirs.is_empty() {
        return None;
    }
    NAMES.into_iter().find_map(|name| {
        let theirs = values(&pair.b, theirs, name, |_| None)?;
        let (mine, common) = {
            let still: HashSet<&[u8]> = theirs.iter().map(AsRef::as_ref).collect();
            // A name that is still there has no successor.
            let follow = |raw: &[u8]| {
                let new = successors.replace_raw(raw);
                new.filter(|_| !still.contains(raw))
            };
            let mine = values(&pair.a, mine, name, follow)?;
            // Without a common one it is no name that survives, and what stands there is better paired by what it says.
            let common = mine.iter().any(|value| still.contains(&**value));
            (mine, common)
        };
        common.then_some((name, mine, theirs))
    })
}

/// The values of a member in all of some items, when all have it, once, as a string or number, and no two the same.
/// What `follow` says that took their place stands for them.
fn values<'a>(
    index: &'a Index,
    items: &[u32],
    name: &str,
    follow: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Vec<Cow<'a, [u8]>>> {
    let mut seen = HashSet::with_capacity(items.len());
    items
        .iter()
        .map(|item| {
            if index.node(*item).kind != Kind::Object {
                return None;
            }
            let mut found = index
                .children(*item)
                .filter(|child| index.name(*child) == name);
            let value = found.next()?;
            let scalar = matches!(index.node(value).kind, Kind::String | Kind::Number);
            let raw = index.raw(value);
            let raw = follow(raw).map_or(Cow::Borrowed(raw), Cow::Owned);
            (scalar && found.next().is_none() && raw.len() < 1024 && seen.insert(raw.clone()))
                .then_some(raw)
        })
        .collect()
}

/// How alike two values are; 0 for nothing in common. The same from both sides.
fn alike(pair: &Pair, a: u32, b: u32) -> u32 {
    const SAME: u32 = 1000;
    let (one, two) = (pair.a.node(a), pair.b.node(b));
    if one.loose == two.loose {
        return SAME;
    }
    if one.kind != two.kind {
        return 0;
    }
    let common = match one.kind {
        Kind::Object => {
            let theirs: Vec<(Cow<'_, str>, u64)> = pair
                .b
                .children(b)
                .take(SAMPLE)
                .map(|child| (pair.b.name(child), pair.b.node(child).loose))
                .collect();
            let mut mine = 0;
            let common: usize = pair
                .a
                .children(a)
                .take(SAMPLE)
                .inspect(|_| mine += 1)
                .map(|child| {
                    let name = pair.a.name(child);
                    let same = theirs.iter().find(|(other, _)| *other == name);
                    same.map_or(0, |(_, loose)| {
                        1 + 3 * usize::from(*loose == pair.a.node(child).loose)
                    })
                })
                .sum();
            (common * 200, 4 * theirs.len().max(mine))
        }
        Kind::Array => {
            let items = |index: &Index, at| -> Vec<u64> {
                index
                    .children(at)
                    .take(SAMPLE)
                    .map(|child| index.node(child).loose)
                    .collect()
            };
            let (mine, theirs) = (items(&pair.a, a), items(&pair.b, b));
            let common = mine.iter().zip(&theirs).filter(|(a, b)| a == b).count();
            (common * 200, mine.len().max(theirs.len()))
        }
        Kind::String => {
            let (mine, theirs) = (pair.a.raw(a), pair.b.raw(b));
            let least = mine.len().min(theirs.len()).min(256);
            let front = mine
                .iter()
                .zip(theirs)
                .take(least)
                .take_while(|(a, b)| a == b);
            let front = front.count();
            let back = mine
                .iter()
                .rev()
                .zip(theirs.iter().rev())
                .take(least - front);
            let back = back.take_while(|(a, b)| a == b).count();
            ((front + back) * 200, mine.len().max(theirs.len()).min(256))
        }
        _ => (0, 1),
    };
    // Of one kind at least.
    10 + (common.0 / common.1.max(1)) as u32
}
