//! What a request that is not in the recording comes nearest to, and what differs.

use super::{Script, key, masked};
use crate::diff::report::Told as Side;
use crate::diff::{Change, Options, Part, Path, Rules, Step, diff};
use crate::json::{self, quote};

/// Recorded requests that are told.
const MOST: usize = 3;
/// Recorded requests that are compared.
const LOOKED_AT: usize = 200;
/// Differences of one that are told.
const DIFFERENCES: usize = 5;
/// Columns of a value.
const COLUMNS: usize = 60;

/// A recorded request, and what differs from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Its entry.
    pub seq: u64,
    /// Its method and what it is about.
    pub name: String,
    /// What differs: the path, what was recorded, what was asked for.
    pub differences: Vec<[String; 3]>,
    /// So many more differ.
    pub more: usize,
}

impl Near {
    /// In words.
    pub fn words(&self) -> String {
        if self.differences.is_empty() {
            return format!("#{} {}", self.seq, self.name);
        }
        let differences = self.differences.iter();
        let words = differences.map(|[path, was, is]| format!("{path} {was} recorded, {is} asked"));
        let more = match self.more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let words = words.collect::<Vec<_>>().join("; ");
        format!("#{} {}, where {words}{more}", self.seq, self.name)
    }

    /// As JSON, for the `data` of an error.
    pub fn to_json(&self) -> String {
        let differences = self.differences.iter().map(|[path, was, is]| {
            let (path, was, is) = (quote(path), quote(was), quote(is));
            format!("{{\"path\":{path},\"recorded\":{was},\"asked\":{is}}}")
        });
        let differences = differences.collect::<Vec<_>>().join(",");
        let (seq, name) = (self.seq, quote(&self.name));
        format!("{{\"entry\":{seq},\"name\":{name},\"differs\":[{differences}]}}")
    }
}

/// What differs between two messages' parameters, or two replies, but for what is made up anew each time.
pub fn differences(recorded: &[u8], asked: &[u8]) -> Vec<Change> {
    let part = |raw: &[u8]| {
        Part::from(if raw.is_empty() {
            b"{}".to_vec()
        } else {
            raw.to_vec()
        })
    };
    let options = Options {
        rules: Rules::none(),
        ..Options::default()
    };
    let mut found = diff(&part(recorded), &part(asked), &options).changes;
    found.retain(|change| change.counts() && !is_meta(&change.path) && !is_masked(change));
    found
}

/// Whether anything is taken there.
fn is_masked(change: &Change) -> bool {
    let sides = change.a.as_ref().zip(change.b.as_ref());
    sides.is_some_and(|(a, b)| masked::takes(a.bytes(), b.bytes()))
}

fn is_meta(path: &Path) -> bool {
    let first = path.0.first();
    matches!(first, Some(Step::Member { name, .. }) if &**name == "_meta")
}

/// One difference: where, what was recorded, what is there now.
pub fn told(change: &Change) -> [String; 3] {
    let side = |part: &Option<Part>| Side::side(part.as_ref(), COLUMNS);
    [change.path.to_string(), side(&change.a), side(&change.b)]
}

/// The recorded requests that come nearest to this one: those about the same, else those of the same method, those
/// with the fewest differences first.
pub fn nearest(script: &Script, method: &str, subject: &str, message: &[u8]) -> Vec<Near> {
    let params = json::get(message, &["params"]).unwrap_or_default();
    let named = script.names.get(&key::name(method, subject));
    let of_method = || {
        let scenes = script.scenes.iter().enumerate();
        let scenes = scenes.filter(|(_, scene)| scene.method == method && !scene.left_out);
        scenes.map(|(at, _)| at).take(LOOKED_AT).collect()
    };
    let candidates: Vec<usize> = match named {
        Some(named) => named.iter().copied().take(LOOKED_AT).collect(),
        None => of_method(),
    };
    let mut seen = Vec::new();
    let mut found: Vec<(usize, Near)> = Vec::new();
    for at in candidates {
        let scene = &script.scenes[at];
        let recorded = json::get(&scene.message, &["params"]).unwrap_or_default();
        // The same request, recorded again, tells nothing new.
        let same = key::of(method, Some(recorded));
        if seen.contains(&same) {
            continue;
        }
        seen.push(same);
        let differences = differences(recorded, params);
        let near = Near {
            seq: scene.seq,
            name: scene.name(),
            more: differences.len().saturating_sub(DIFFERENCES),
            differences: differences.iter().take(DIFFERENCES).map(told).collect(),
        };
        found.push((differences.len(), near));
    }
    found.sort_by_key(|(count, _)| *count);
    found.truncate(MOST);
    found.into_iter().map(|(_, near)| near).collect()
}
