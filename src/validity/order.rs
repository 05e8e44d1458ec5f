//! Violations in the order of the document they are about.

use std::collections::{HashMap, HashSet};

use super::Violation;
use crate::json::Value;
use crate::json::pointer::{steps, unescape};

/// Puts violations in the order in which `root` has what they are about, members that are missing last, and drops
/// what says the same of the same.
pub fn sort(violations: &mut Vec<Violation>, root: &Value) {
    let mut indexes = HashMap::new();
    let mut keyed: Vec<(Vec<usize>, Violation)> = std::mem::take(violations)
        .into_iter()
        .map(|violation| (place(&violation.pointer, root, &mut indexes), violation))
        .collect();
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut told = HashSet::new();
    violations.extend(keyed.into_iter().filter_map(|(_, violation)| {
        let new = told.insert((violation.pointer.clone(), violation.words.clone()));
        new.then_some(violation)
    }));
}

/// Where each member of the objects met so far stands, by the object's address.
type Indexes<'a> = HashMap<*const Value, HashMap<&'a str, usize>>;

fn place<'a>(pointer: &str, root: &'a Value, indexes: &mut Indexes<'a>) -> Vec<usize> {
    let mut here = Some(root);
    steps(pointer)
        .map(|step| {
            let (index, next) = match here {
                Some(Value::Array(items)) => {
                    let index = step.parse().unwrap_or(usize::MAX);
                    (index, items.get(index))
                }
                Some(object @ Value::Object(members)) => {
                    let known = indexes
                        .entry(std::ptr::from_ref(object))
                        .or_insert_with(|| {
                            members
                                .iter()
                                .enumerate()
                                .map(|(index, (key, _))| (key.as_str(), index))
                                .collect()
                        });
                    let index = known.get(unescape(step).as_str()).copied();
                    (
                        index.unwrap_or(usize::MAX),
                        index.map(|index| &members[index].1),
                    )
                }
                _ => (usize::MAX, None),
            };
            here = next;
            index
        })
        .collect()
}
