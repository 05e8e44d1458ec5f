//! Recorded requests in which a mask hides what was asked, and nobody here knows what: any value is taken in its place.

use std::collections::BTreeMap;

use super::{Scene, key};
use crate::json::{self, Kind};
use crate::mask::{OPENING, is_mask, masks, names_in};

/// Whether anything is masked in what a request asks for.
pub(super) fn is_in(scene: &Scene) -> bool {
    scene.is_request
        && !names_in(json::get(&scene.message, &["params"]).unwrap_or_default()).is_empty()
}

/// Whether a recorded request asks for the same as these parameters, with any value in the place of a mask.
pub(super) fn asks_for(scene: &Scene, params: Option<&[u8]>) -> bool {
    let recorded = json::get(&scene.message, &["params"]).unwrap_or_default();
    members(recorded, key::UNHEARD, params.unwrap_or_default())
}

/// Whether a value is the recorded one, or differs from it only where that has a mask.
pub(super) fn takes(recorded: &[u8], given: &[u8]) -> bool {
    if !may_hold(recorded) {
        return key::canonical(recorded) == key::canonical(given);
    }
    match json::kind(recorded) {
        Kind::Object => json::kind(given) == Kind::Object && members(recorded, &[], given),
        Kind::Array if json::kind(given) == Kind::Array => {
            let mut theirs = json::elements(given);
            json::elements(recorded)
                .all(|item| theirs.next().is_some_and(|other| takes(item, other)))
                && theirs.next().is_none()
        }
        Kind::String => {
            let recorded = json::text(recorded).unwrap_or_default();
            // A mask that is the whole value may stand for a number.
            is_mask(&recorded) || json::text(given).is_some_and(|given| fits(&recorded, &given))
        }
        _ => key::canonical(recorded) == key::canonical(given),
    }
}

/// What is looked for first, for masks are rare: they are written as they are, or escaped.
fn may_hold(raw: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(raw, part).is_some();
    holds(OPENING.as_bytes()) || holds(b"\\u2039")
}

fn members(recorded: &[u8], without: &[&str], given: &[u8]) -> bool {
    // Of members with the same name the last one counts.
    let of = |raw| -> BTreeMap<_, _> {
        let members = json::members(raw);
        members
            .filter(|(name, _)| !without.contains(&&**name))
            .collect()
    };
    let (recorded, given) = (of(recorded), of(given));
    recorded.len() == given.len()
        && recorded
            .iter()
            .all(|(name, value)| given.get(name).is_some_and(|other| takes(value, other)))
}

/// Whether a text is the recorded one with something in the places of its masks.
fn fits(recorded: &str, given: &str) -> bool {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (place, _) in masks(recorded) {
        pieces.push(&recorded[from..place.start]);
        from = place.end;
    }
    let last = &recorded[from..];
    let Some((first, between)) = pieces.split_first() else {
        return recorded == given;
    };
    let Some(mut rest) = given
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last))
    else {
        return false;
    };
    between.iter().all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_taken_in_the_place_of_a_mask() {
        for (recorded, given, same) in [
            (
                r#"{"key":"‹masked:key›","x":1}"#,
                r#"{"x":1.0,"key":"abc"}"#,
                true,
            ),
            (
                r#"{"key":"‹masked:key›","x":1}"#,
                r#"{"x":1,"key":{"a":5}}"#,
                true,
            ),
            (r#"{"key":"\u2039masked:key›"}"#, r#"{"key":5}"#, true),
            (
                r#"{"key":"‹masked:key›","x":1}"#,
                r#"{"x":2,"key":"abc"}"#,
                false,
            ),
            (r#"{"key":"‹masked:key›","x":1}"#, r#"{"x":1}"#, false),
            (r#"{"key":"‹masked:key›"}"#, r#"{"key":"a","x":1}"#, false),
            (r#"["‹masked:key›",2]"#, "[1,2]", true),
            (r#"["‹masked:key›",2]"#, "[1,2,3]", false),
            (r#"["‹masked:key›",2]"#, "[1]", false),
            (
                r#""https://‹masked:u›:‹masked:p›@x/""#,
                r#""https://me:word@x/""#,
                true,
            ),
            (
                r#""https://‹masked:u›:‹masked:p›@x/""#,
                r#""https://me.word@x/""#,
                false,
            ),
            (
                r#""https://‹masked:u›:‹masked:p›@x/""#,
                r#""https://me:word@y/""#,
                false,
            ),
            (r#""a‹masked:u›a""#, r#""a""#, false),
            (r#""a‹masked:u›a""#, r#""aa""#, true),
            (r#""a‹masked:u›a""#, "5", false),
            (r#""‹ plain""#, r#""‹ plain""#, true),
            (r#""‹masked""#, r#""other""#, false),
        ] {
            assert_eq!(
                takes(recorded.as_bytes(), given.as_bytes()),
                same,
                "{recorded} {given}"
            );
        }
    }
}
