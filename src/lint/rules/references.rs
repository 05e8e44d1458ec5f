//! What is broken inside of a schema though its meta-schema allows it: references into itself that lead nowhere or
//! round and round, and patterns that no engine reads.

use std::collections::{BTreeSet, HashMap};

use super::schemas::walk;
use crate::json::{self, Kind};
use crate::validity;

/// Where, as a JSON pointer into the schema, and what.
pub(super) fn faults(schema: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let has = |word: &str| memchr::memmem::find(schema, word.as_bytes()).is_some();
    if has("\"pattern") {
        patterns(schema, &mut found);
    }
    if has("$ref") && !moves(schema) {
        references(schema, &mut found);
    }
    found
}

fn patterns(schema: &[u8], found: &mut Vec<(String, String)>) {
    walk("", schema, 0, &mut |at, raw, _| {
        let mut look = |place: String, pattern: &str| {
            if let Some(why) = broken(pattern) {
                found.push((place, format!("no engine reads the pattern: {why}")));
            }
        };
        if let Some(pattern) = json::string_at(raw, &["pattern"]) {
            look(format!("{at}/pattern"), &pattern);
        }
        let named = json::get(raw, &["patternProperties"]).unwrap_or_default();
        for (pattern, _) in json::members(named) {
            let place = json::pointer::below(&format!("{at}/patternProperties"), &pattern);
            look(place, &pattern);
        }
    });
}

/// What is wrong with a regular expression in every dialect there is; nothing where one might take it.
fn broken(pattern: &str) -> Option<&'static str> {
    let mut letters = pattern.chars().peekable();
    let mut open = 0_u32;
    // Whether there is something that could be repeated.
    let mut repeats = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.next().is_none() => return Some("it ends with a \\"),
            '\\' => {}
            '[' => loop {
                match letters.next() {
                    None => return Some("a [ is not closed"),
                    Some('\\') => {
                        letters.next();
                    }
                    Some(']') => break,
                    Some(_) => {}
                }
            },
            '(' => {
                open += 1;
                repeats = false;
                // What stands behind (? says what the group is.
                if letters.peek() == Some(&'?') {
                    letters.next();
                    repeats = true;
                }
                continue;
            }
            ')' => match open.checked_sub(1) {
                Some(less) => open = less,
                None => return Some("a ) closes nothing"),
            },
            '|' => {
                repeats = false;
                continue;
            }
            '*' | '+' | '?' if !repeats => return Some("there is nothing to repeat"),
            _ => {}
        }
        repeats = true;
    }
    (open > 0).then_some("a ( is not closed")
}

/// Whether a part of it has an address of its own, so that references below it are to be read from there.
fn moves(schema: &[u8]) -> bool {
    let mut moves = false;
    walk("", schema, 0, &mut |at, raw, _| {
        let own = ["$id", "id"];
        let has = |name: &&str| {
            let own = json::string_at(raw, &[name]);
            own.is_some_and(|own| !own.starts_with('#'))
        };
        moves |= !at.is_empty() && own.iter().any(has);
    });
    moves
}

fn references(schema: &[u8], found: &mut Vec<(String, String)>) {
    let mut all = Vec::new();
    let mut anchors = BTreeSet::new();
    walk("", schema, 0, &mut |at, raw, _| {
        if let Some(target) = json::string_at(raw, &["$ref"]) {
            all.push((format!("{at}/$ref"), target));
        }
        for name in ["$anchor", "$dynamicAnchor", "$id", "id"] {
            anchors.extend(json::string_at(raw, &[name]));
        }
    });
    // What applies at once at a place, each looked up once; none where nothing is.
    let mut known: HashMap<String, Option<Vec<String>>> = HashMap::new();
    let mut behind = |fragment: &str| {
        let known = known.entry(fragment.to_owned());
        known
            .or_insert_with(|| find(schema, fragment).map(at_once))
            .clone()
    };
    for (at, target) in all {
        let Some(inside) = target.strip_prefix('#') else {
            continue;
        };
        if !inside.is_empty() && !inside.starts_with('/') {
            if !anchors.contains(inside) && !anchors.contains(&target) {
                found.push((at, format!("$ref {target} leads nowhere")));
            }
            continue;
        }
        match behind(inside) {
            None => found.push((at, format!("$ref {target} leads nowhere"))),
            Some(_) if is_endless(&mut behind, inside) => {
                found.push((
                    at,
                    format!("$ref {target} comes back to itself without end"),
                ));
            }
            Some(_) => {}
        }
    }
}

/// What stands at the fragment of a reference.
fn find<'a>(schema: &'a [u8], fragment: &str) -> Option<&'a [u8]> {
    let fragment = validity::unpercent(fragment);
    json::pointer::steps(&fragment).try_fold(schema, |raw, step| {
        let name = json::pointer::unescape(step);
        match json::kind(raw) {
            Kind::Array => json::elements(raw).nth(name.parse().ok()?),
            _ => json::get(raw, &[&name]),
        }
    })
}

/// Whether whoever follows a reference, and those that apply to the same value, comes by it again.
fn is_endless(behind: &mut impl FnMut(&str) -> Option<Vec<String>>, start: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![start.to_owned()]);
    while let Some(fragment) = next.pop() {
        let Some(others) = behind(&fragment) else {
            continue;
        };
        for other in others {
            let Some(other) = other.strip_prefix('#') else {
                continue;
            };
            if other == start {
                return true;
            }
            if seen.insert(other.to_owned()) {
                next.push(other.to_owned());
            }
        }
    }
    false
}

/// The references that apply to the same value as a schema does.
fn at_once(schema: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = json::string_at(schema, &["$ref"]).into_iter().collect();
    for name in ["allOf", "anyOf", "oneOf"] {
        let parts = json::get(schema, &[name]).unwrap_or_default();
        found.extend(json::elements(parts).filter_map(|part| json::string_at(part, &["$ref"])));
    }
    for name in ["not", "if", "then", "else"] {
        found.extend(json::string_at(schema, &[name, "$ref"]));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(schema: &str) -> Vec<String> {
        let found = faults(schema.as_bytes());
        found
            .into_iter()
            .map(|(at, what)| format!("{at} {what}"))
            .collect()
    }

    #[test]
    fn references_that_lead_nowhere_are_found() {
        let gone = r##"{"properties":{"a":{"$ref":"#/definitions/gone"},"b":{"$ref":"#x"},"c":{"$ref":"#y"},"d":{"$anchor":"y"}}}"##;
        assert_eq!(
            told(gone),
            [
                "/properties/a/$ref $ref #/definitions/gone leads nowhere",
                "/properties/b/$ref $ref #x leads nowhere",
            ]
        );
        let there = r##"{"$defs":{"a b/c":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/a%20b~1c"},"b":{"$ref":"#"},"c":{"anyOf":[{"$ref":"#/allOf/0"}]},"d":{"$ref":"https://x.example/y"}},"allOf":[{}]}"##;
        assert_eq!(told(there), [""; 0]);
        // Below an address of its own, it is read from there; and what is no schema is not looked at.
        let moved = r##"{"properties":{"a":{"$id":"https://x.example/a","$ref":"#/q"}}}"##;
        assert_eq!(told(moved), [""; 0]);
        let data = r##"{"default":{"$ref":"#/gone"},"properties":{"$ref":{"type":"string"}}}"##;
        assert_eq!(told(data), [""; 0]);
    }

    #[test]
    fn references_without_end_are_found() {
        let one = r##"{"$defs":{"a":{"$ref":"#/$defs/a"}},"properties":{"x":{"type":"string"}}}"##;
        assert_eq!(
            told(one),
            ["/$defs/a/$ref $ref #/$defs/a comes back to itself without end"]
        );
        let two = r##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}}}"##;
        assert_eq!(told(two).len(), 2);
        // A tree comes back to itself in what it holds.
        let tree =
            r##"{"$defs":{"a":{"properties":{"below":{"$ref":"#/$defs/a"}}}},"$ref":"#/$defs/a"}"##;
        assert_eq!(told(tree), [""; 0]);
    }

    #[test]
    fn patterns_that_nobody_reads_are_found_and_no_others() {
        for bad in ["([", "a(b", "a)b", "[a-z", "*a", "a|+b", "(*)", "a\\"] {
            assert!(broken(bad).is_some(), "{bad}");
        }
        for good in [
            "",
            "^a+?$",
            "(?<name>x)*",
            "(?:a|b){2,3}",
            "[^\\]]+",
            "a{",
            "]",
            "}",
            "(?i)x",
            "\\(",
            "[(]",
            "a**",
            "(a)?",
            "(?=x)y",
            "|a",
            "[^]",
            "^*",
        ] {
            assert_eq!(broken(good), None, "{good}");
        }
    }
}
