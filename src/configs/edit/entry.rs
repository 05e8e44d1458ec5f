//! An entry as a text of its own, for somebody to edit, and put back in the place of what it was.
//!
//! Of JSON that is its object, moved to the left as far as it stands in; of TOML its table and those below it. What
//! comes back has to be one entry still, and is put in only where the file says what it said when it was read.

use std::ops::Range;

use super::super::client::Place;
use super::super::document::{Document, Format, Part, Trouble};
use super::super::jsonc;
use super::{Refused, line_of, path_of, toml_text};
use crate::json;

/// The text of an entry.
pub fn entry_of(text: &str, place: &Place, project: &str, name: &str) -> Result<String, Refused> {
    let path = path_of(place, project);
    let range = range_of(text, place, &path, name)?;
    Ok(match place.format {
        Format::Json => dedented(&text[range.clone()], indent(text, range.start)),
        Format::Toml => text[range].to_owned(),
    })
}

/// The text with an entry that was `before` and is `after`.
pub fn with_entry(
    text: &str,
    place: &Place,
    project: &str,
    name: &str,
    (before, after): (&str, &str),
) -> Result<String, Refused> {
    let path = path_of(place, project);
    if entry_of(text, place, project, name)? != before {
        let what = "its entry was changed by somebody else meanwhile".to_owned();
        return Err(Refused::Unusual(what));
    }
    let range = range_of(text, place, &path, name)?;
    let new = match place.format {
        Format::Json => {
            let own = object(after)?;
            indented(&after[own], indent(text, range.start))
        }
        Format::Toml => table(after, path[0], name, text[range.clone()].ends_with('\n'))?,
    };
    let whole = format!("{}{new}{}", &text[..range.start], &text[range.end..]);
    let kept = names(text, place.format, &path)?;
    if names(&whole, place.format, &path)? != kept {
        let what = "other servers would not be what they are".to_owned();
        return Err(Refused::Unusual(what));
    }
    Ok(whole)
}

/// Where it stands.
fn range_of(text: &str, place: &Place, path: &[&str], name: &str) -> Result<Range<usize>, Refused> {
    if line_of(text, place.format, path, name)?.is_none() {
        return Err(Refused::Unknown);
    }
    match place.format {
        Format::Json => {
            let document = Document::read(text, place.format).map_err(Refused::Broken)?;
            let entry = document.root().find(path);
            let entry = entry.and_then(|servers| servers.get(name));
            Ok(entry.ok_or(Refused::Unknown)?.span())
        }
        Format::Toml => toml_text::whole(text, path[0], name),
    }
}

/// The names of the servers there are.
fn names(text: &str, format: Format, path: &[&str]) -> Result<Vec<String>, Refused> {
    let document = Document::read(text, format).map_err(Refused::Broken)?;
    let servers = document.root().find(path).map(Part::members);
    let servers = servers.unwrap_or_default().into_iter();
    Ok(servers.map(|(name, _)| name).collect())
}

/// Where the one object of a text stands; the trouble counts its lines.
fn object(text: &str) -> Result<Range<usize>, Refused> {
    let plain = jsonc::plain(text).map_err(|problem| {
        Refused::Entry(Trouble {
            line: problem.line,
            column: problem.column,
            what: problem.what,
        })
    })?;
    let wrong = |at: usize, what: &str| {
        let (line, column) = super::super::document::place(text, at);
        Refused::Entry(Trouble {
            line,
            column,
            what: what.to_owned(),
        })
    };
    // Blanks and comments alone are read as an object that is not there.
    let there = plain.bytes.len() == text.len();
    let start = json::skip_space(&plain.bytes, 0).min(text.len());
    let end = json::skip_value(&plain.bytes, start).min(text.len());
    if !there || plain.bytes.get(start) != Some(&b'{') {
        return Err(wrong(start, "an entry is an object: { … }"));
    }
    let outside = [(0, &text[..start]), (end, &text[end..])];
    let said = outside.iter().find(|(_, said)| {
        let said = said.trim_start_matches('\u{feff}').trim();
        !said.is_empty()
    });
    match said {
        Some((at, _)) => Err(wrong(*at, "what is said outside the braces would be lost")),
        None => Ok(start..end),
    }
}

/// The one table of a text, with those below it.
fn table(text: &str, table: &str, name: &str, ends: bool) -> Result<String, Refused> {
    let own = toml_text::whole(text, table, name).map_err(|refused| match refused {
        Refused::Broken(trouble) => Refused::Entry(trouble),
        other => other,
    })?;
    let rest = [&text[..own.start], &text[own.end..]];
    let document = Document::read(text, Format::Toml).map_err(Refused::Entry)?;
    let only = |part: Part<'_>, name: &str| {
        let members = part.members();
        members.len() == 1 && members[0].0 == name
    };
    let root = document.root();
    let is_one = only(root, table) && root.get(table).is_some_and(|part| only(part, name));
    if !is_one || rest.iter().any(|rest| !rest.trim().is_empty()) {
        let what = format!("an entry is [{table}.{name}] and what is below it, no more");
        return Err(Refused::Unusual(what));
    }
    let own = text[own].trim_end();
    Ok(if ends {
        format!("{own}\n")
    } else {
        own.to_owned()
    })
}

/// What the line of a byte begins with.
fn indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn dedented(text: &str, indent: &str) -> String {
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .map(|(index, line)| match index {
            0 => line,
            _ => line.strip_prefix(indent).unwrap_or(line),
        })
        .collect()
}

fn indented(text: &str, indent: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index > 0 && !line.trim().is_empty() {
            out.push_str(indent);
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::super::client::{Client, Scope};
    use super::*;

    const JSON: &str = "{\n  // ours\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\", // the old one\n      \"args\": []\n    },\n    \"b\": {\"command\": \"y\"},\n  },\n}\n";
    const TOML: &str = "# mine\n[mcp_servers.a]\ncommand = \"x\" # the old one\n\n[mcp_servers.a.env]\nK = \"v\"\n\n[mcp_servers.b]\ncommand = \"y\"\n";

    fn place(client: &str, scope: Scope) -> &'static Place {
        let mut places = Client::of(client).unwrap().places.iter();
        places.find(|place| place.scope == scope).unwrap()
    }

    #[test]
    fn an_entry_is_a_text_of_its_own_and_goes_back_where_it_stood() {
        let place = place("claude-code", Scope::Project);
        let entry = entry_of(JSON, place, "", "a").unwrap();
        assert_eq!(
            entry,
            "{\n  \"command\": \"x\", // the old one\n  \"args\": []\n}"
        );
        let same = with_entry(JSON, place, "", "a", (&entry, &format!("{entry}\n"))).unwrap();
        assert_eq!(same, JSON);
        let new = entry.replace("[]", "[\"-v\"]");
        let after = with_entry(JSON, place, "", "a", (&entry, &new)).unwrap();
        assert_eq!(after, JSON.replace("[]", "[\"-v\"]"));
        let one = entry_of(JSON, place, "", "b").unwrap();
        assert_eq!(one, "{\"command\": \"y\"}");
    }

    #[test]
    fn what_is_no_entry_is_put_nowhere() {
        let place = place("claude-code", Scope::Project);
        let entry = entry_of(JSON, place, "", "a").unwrap();
        let put = |after: &str| with_entry(JSON, place, "", "a", (&entry, after));
        let broken = |after: &str| match put(after) {
            Err(Refused::Entry(trouble)) => (trouble.line, trouble.column),
            other => panic!("{other:?}"),
        };
        assert_eq!(broken("{\n  \"command\" \"x\"\n}").0, 2);
        assert_eq!(broken("[1]"), (1, 1));
        assert_eq!(broken("{} // later"), (1, 3));
        assert!(put("{}, \"c\": {}").is_err());
        assert!(put("").is_err());
        let meanwhile = JSON.replace("the old one", "mine");
        let refused = with_entry(&meanwhile, place, "", "a", (&entry, "{}")).unwrap_err();
        assert!(matches!(refused, Refused::Unusual(what) if what.contains("meanwhile")));
    }

    #[test]
    fn a_table_comes_with_those_below_it() {
        let place = place("codex", Scope::User);
        let entry = entry_of(TOML, place, "", "a").unwrap();
        assert_eq!(
            entry,
            "[mcp_servers.a]\ncommand = \"x\" # the old one\n\n[mcp_servers.a.env]\nK = \"v\"\n"
        );
        let put = |after: &str| with_entry(TOML, place, "", "a", (&entry, after));
        assert_eq!(put(&entry).unwrap(), TOML);
        assert_eq!(put(entry.trim_end()).unwrap(), TOML);
        let new = entry.replace("\"v\"", "\"w\"");
        assert_eq!(put(&new).unwrap(), TOML.replace("\"v\"", "\"w\""));
        assert!(put("[mcp_servers.b]\ncommand = \"z\"\n").is_err());
        assert!(put(&format!("{entry}\n[other]\nx = 1\n")).is_err());
        assert!(matches!(put("[mcp_servers.a]\nx = = 1\n"), Err(Refused::Entry(t)) if t.line == 2));
    }

    proptest::proptest! {
        #[test]
        fn moved_to_the_left_and_back_it_is_the_same(
            indent in "[ \t]{0,4}",
            lines in proptest::collection::vec("[a-z {}\t]{1,6}x", 1..5),
        ) {
            let inner: Vec<String> = lines.iter().map(|line| format!("{indent}{line}")).collect();
            let text = format!("{{\n{}\n{indent}}}", inner.join("\n"));
            proptest::prop_assert_eq!(indented(&dedented(&text, &indent), &indent), text);
        }
    }
}
