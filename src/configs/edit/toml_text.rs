//! Tables put into TOML, changed and taken out, without a byte of the rest changed.

use std::fmt::Write as _;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::document::{Trouble, place};
use super::Refused;
use crate::json::Value;

/// A table with a header of its own.
struct Header {
    path: Vec<String>,
    /// From the line of the header to the end of the last line that says something in it.
    range: Range<usize>,
}

fn parse(text: &str) -> Result<DeTable<'_>, Refused> {
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        Refused::Broken(Trouble {
            line,
            column,
            what: error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        })
    })?;
    Ok(table.into_inner())
}

/// Where all values stand that are no tables.
fn leaves(value: &Spanned<DeValue<'_>>, header: bool, into: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Table(table) if header => {
            for value in table.values() {
                leaves(value, true, into);
            }
        }
        DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
            for item in items {
                leaves(item, true, into);
            }
            into.push(value.span());
        }
        _ => into.push(value.span()),
    }
}

/// All tables with headers, in their order.
fn headers(text: &str) -> Result<Vec<Header>, Refused> {
    let table = parse(text)?;
    let mut spans = Vec::new();
    for value in table.values() {
        leaves(value, true, &mut spans);
    }
    let inside = |at: usize| spans.iter().any(|span| span.start < at && at < span.end);
    let mut found: Vec<Header> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        let start = at + line.len() - words.len();
        if words.starts_with('[') && !inside(start) {
            found.push(Header {
                path: path(words)?,
                range: at..at + line.len(),
            });
        } else if let Some(header) = found.last_mut() {
            let said = !words.trim().is_empty() && !words.starts_with('#');
            if said || inside(at) {
                header.range.end = at + line.len();
            }
        }
        at += line.len();
    }
    Ok(found)
}

/// The names in a header.
fn path(line: &str) -> Result<Vec<String>, Refused> {
    let table = parse(line)?;
    let mut names = Vec::new();
    let mut here = table.iter().next();
    while let Some((name, value)) = here {
        names.push(name.get_ref().to_string());
        let table = match value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .next()
                .and_then(|item| item.get_ref().as_table()),
            value => value.as_table(),
        };
        here = table.and_then(|table| table.iter().next());
    }
    Ok(names)
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// A name as it may stand before `=` or in a header.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare {
        name.to_owned()
    } else {
        toml::Value::String(name.to_owned()).to_string()
    }
}

/// A value on one line.
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{} = {}", key(name), value_text(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(value_text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => one_line(text),
        Value::Null => "\"\"".to_owned(),
        other => other.to_string(),
    }
}

/// A text on one line; TOML's own writer would spread one with line ends.
fn one_line(text: &str) -> String {
    let written = toml::Value::String(text.to_owned()).to_string();
    if !written.contains('\n') && !written.starts_with("\"\"\"") && !written.starts_with("'''") {
        return written;
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Puts in a server, as a table at the end.
pub fn add(
    text: &str,
    table: &str,
    name: &str,
    members: &[(String, Value)],
) -> Result<String, Refused> {
    parse(text)?;
    let newline = newline(text);
    let mut block = format!("[{}.{}]", key(table), key(name));
    for (member, value) in members {
        block.push_str(newline);
        let _ = write!(block, "{} = {}", key(member), value_text(value));
    }
    Ok(if text.is_empty() {
        format!("{block}{newline}")
    } else if text.ends_with('\n') {
        format!("{text}{newline}{block}{newline}")
    } else {
        // It ends as it ended before, without a line end.
        format!("{text}{newline}{newline}{block}")
    })
}

/// Takes a server out, with the tables below it. What our settings say of its questions stays.
pub fn remove(text: &str, table: &str, name: &str) -> Result<String, Refused> {
    let mut found: Vec<Range<usize>> = headers(text)?
        .into_iter()
        .filter(|header| {
            let path: Vec<&str> = header.path.iter().map(String::as_str).collect();
            let asks = table == "servers" && path.get(2) == Some(&"ask");
            path.starts_with(&[table, name]) && !asks
        })
        .map(|header| header.range)
        .collect();
    if found.is_empty() {
        return Err(written_inside(table, name));
    }
    let mut out = text.to_owned();
    found.sort_by_key(|range| range.start);
    for range in found.into_iter().rev() {
        let mut start = range.start;
        let open = !out[range.clone()].ends_with('\n');
        // The blank line before it, and where the file ends without a line end, that of the line before.
        for _ in 0..=usize::from(open) {
            let head = &out[..start];
            let shorter = head
                .strip_suffix("\r\n")
                .or_else(|| head.strip_suffix('\n'));
            let Some(shorter) = shorter else { break };
            if !open && !shorter.is_empty() && !shorter.ends_with('\n') {
                break;
            }
            start = shorter.len();
        }
        out.replace_range(start..range.end, "");
    }
    Ok(out)
}

/// Where a server's table stands, with the tables below it: as one piece.
pub fn whole(text: &str, table: &str, name: &str) -> Result<Range<usize>, Refused> {
    let headers = headers(text)?;
    let is_own = |header: &Header| {
        let path: Vec<&str> = header.path.iter().map(String::as_str).collect();
        path.starts_with(&[table, name])
    };
    let first = headers.iter().position(is_own);
    let last = headers.iter().rposition(is_own);
    let (Some(first), Some(last)) = (first, last) else {
        return Err(written_inside(table, name));
    };
    if headers[first..=last].iter().all(is_own) {
        Ok(headers[first].range.start..headers[last].range.end)
    } else {
        Err(Refused::Unusual(format!(
            "the tables of {name} do not stand together"
        )))
    }
}

fn written_inside(table: &str, name: &str) -> Refused {
    Refused::Unusual(format!(
        "{name} is written inside another table, not as [{table}.{name}]"
    ))
}

/// Sets a member of a server, or takes it out.
pub fn set(
    text: &str,
    table: &str,
    name: &str,
    member: &[String],
    value: Option<&Value>,
) -> Result<String, Refused> {
    let headers = headers(text)?;
    let own = |path: &[&str]| headers.iter().find(|header| header.path == path);
    let Some(main) = own(&[table, name]) else {
        return Err(written_inside(table, name));
    };
    let root = parse(text)?;
    let entry = root.get(table).and_then(|value| value.get_ref().as_table());
    let entry = entry.and_then(|servers| servers.get(name)?.get_ref().as_table());
    let entry = entry.ok_or(Refused::Unknown)?;
    match member {
        [member] => match own(&[table, name, member]) {
            Some(_) if value.is_some() => Err(Refused::Unusual(format!(
                "{member} has a table of its own, [{table}.{name}.{member}]"
            ))),
            Some(header) => Ok(without_range(text, header.range.clone())),
            None => {
                let old = entry.get(member.as_str()).map(Spanned::span);
                Ok(line_set(text, main, member, old, value))
            }
        },
        [member, inner] => {
            if let Some(header) = own(&[table, name, member]) {
                let held = entry.get(member.as_str());
                let held = held.and_then(|held| held.get_ref().as_table());
                let old = held.and_then(|held| Some(held.get(inner.as_str())?.span()));
                return Ok(line_set(text, header, inner, old, value));
            }
            let old = entry.get(member.as_str());
            let mut members = old.map(as_members).unwrap_or_default();
            members.retain(|(known, _)| known != inner || value.is_some());
            if let Some(value) = value {
                match members.iter_mut().find(|(known, _)| known == inner) {
                    Some((_, old)) => *old = value.clone(),
                    None => members.push((inner.clone(), value.clone())),
                }
            }
            let new = (!members.is_empty()).then_some(Value::Object(members));
            let old = old.map(Spanned::span);
            Ok(line_set(text, main, member, old, new.as_ref()))
        }
        _ => Err(Refused::Unusual("it is too deep".to_owned())),
    }
}

/// The texts of an inline table.
fn as_members(value: &Spanned<DeValue<'_>>) -> Vec<(String, Value)> {
    let table = value.get_ref().as_table();
    let members = table.into_iter().flatten();
    members
        .map(|(name, value)| {
            let text = match value.get_ref() {
                DeValue::Boolean(flag) => Value::Bool(*flag),
                DeValue::Integer(number) => Value::Number(number.to_string()),
                value => Value::String(value.as_str().unwrap_or_default().to_owned()),
            };
            (name.get_ref().to_string(), text)
        })
        .collect()
}

/// Sets one line of a table: its value in its place, a new one at the end.
fn line_set(
    text: &str,
    header: &Header,
    member: &str,
    old: Option<Range<usize>>,
    value: Option<&Value>,
) -> String {
    match (old, value) {
        (None, None) => text.to_owned(),
        (Some(old), Some(value)) => {
            format!(
                "{}{}{}",
                &text[..old.start],
                value_text(value),
                &text[old.end..]
            )
        }
        (Some(old), None) => {
            let start = text[..old.start]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            let end = text[old.end..].find('\n');
            let end = end.map_or(text.len(), |newline| old.end + newline + 1);
            without_range(text, start..end)
        }
        (None, Some(value)) => {
            let newline = newline(text);
            let line = format!("{} = {}", key(member), value_text(value));
            let at = header.range.end;
            if text[..at].ends_with('\n') {
                format!("{}{line}{newline}{}", &text[..at], &text[at..])
            } else {
                format!("{}{newline}{line}{}", &text[..at], &text[at..])
            }
        }
    }
}

/// The text without some whole lines; where they were the last and had no line end, so has what is last then.
fn without_range(text: &str, range: Range<usize>) -> String {
    let mut start = range.start;
    if !text[range.clone()].ends_with('\n') {
        let head = &text[..start];
        let shorter = head
            .strip_suffix("\r\n")
            .or_else(|| head.strip_suffix('\n'));
        start = shorter.map_or(start, str::len);
    }
    format!("{}{}", &text[..start], &text[range.end..])
}
