//! Members put into JSON with comments, set and taken out, without a byte of the rest changed.

use std::ops::Range;

use super::super::document::Trouble;
use super::super::jsonc;
use super::Refused;
use crate::json::{self, Value, quote};

/// An object in a text, with what stands between its brackets.
struct Object {
    range: Range<usize>,
    members: Vec<Member>,
}

struct Member {
    name: String,
    /// From the quote of the name to the end of the value.
    range: Range<usize>,
    value: Range<usize>,
}

/// The text, and the same without comments.
struct Text<'a> {
    text: &'a str,
    plain: Vec<u8>,
}

impl<'a> Text<'a> {
    fn of(text: &'a str) -> Result<Self, Refused> {
        let plain = jsonc::plain(text).map_err(|problem| {
            Refused::Broken(Trouble {
                line: problem.line,
                column: problem.column,
                what: problem.what,
            })
        })?;
        Ok(Self {
            text,
            plain: plain.bytes,
        })
    }

    /// The object that begins at `start`.
    fn object(&self, start: usize) -> Option<Object> {
        let raw = &self.plain;
        let start = json::skip_space(raw, start);
        if raw.get(start) != Some(&b'{') {
            return None;
        }
        let end = json::skip_value(raw, start);
        let mut members = Vec::new();
        let mut at = json::skip_space(raw, start + 1);
        while raw.get(at) == Some(&b'"') {
            let name_end = json::skip_string(raw, at);
            let colon = json::skip_space(raw, name_end);
            let value = json::skip_space(raw, colon + 1);
            let value_end = json::skip_value(raw, value);
            members.push(Member {
                name: json::string(&raw[at..name_end]).unwrap_or_default(),
                range: at..value_end,
                value: value..value_end,
            });
            at = json::skip_space(raw, value_end);
            if raw.get(at) == Some(&b',') {
                at = json::skip_space(raw, at + 1);
            }
        }
        Some(Object {
            range: start..end,
            members,
        })
    }

    /// What the path leads to, and how much of the path there is.
    fn descend(&self, path: &[&str]) -> Result<(Object, usize), Refused> {
        let mut here = self.object(0).ok_or_else(|| unusual("it is no object"))?;
        for (depth, name) in path.iter().enumerate() {
            let Some(member) = here.members.iter().rfind(|member| member.name == *name) else {
                return Ok((here, depth));
            };
            let start = member.value.start;
            here = self
                .object(start)
                .ok_or_else(|| unusual(&format!("{name} is no object")))?;
        }
        Ok((here, path.len()))
    }

    /// One level of indentation, as the text has it.
    fn unit(&self) -> String {
        let mut before: Option<&str> = None;
        for line in self.text.lines() {
            let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
            if line.trim().is_empty() {
                continue;
            }
            if let Some(deeper) = before.and_then(|before| indent.strip_prefix(before))
                && !deeper.is_empty()
            {
                return deeper.to_owned();
            }
            before = Some(indent);
        }
        "  ".to_owned()
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// The indentation of the line that a byte is in.
    fn indent(&self, at: usize) -> &str {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether an object is written over several lines.
    fn is_tall(&self, object: &Object) -> bool {
        self.text[object.range.clone()].contains('\n')
    }

    /// Where what follows a member on its own line ends: its comma and the comments behind it.
    fn line_tail(&self, at: usize, limit: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = at;
        let mut here = at;
        while here < limit {
            match bytes[here] {
                b' ' | b'\t' => here += 1,
                b',' => {
                    here += 1;
                    end = here;
                }
                b'/' if bytes.get(here + 1) == Some(&b'/') => {
                    let rest = &bytes[here..limit];
                    let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                    return here + length;
                }
                b'/' if bytes.get(here + 1) == Some(&b'*') => {
                    let rest = &self.text[here..limit];
                    let length = rest.find("*/").map_or(rest.len(), |length| length + 2);
                    // One that goes on below belongs to what is below.
                    if rest[..length].contains('\n') {
                        return end;
                    }
                    here += length;
                    end = here;
                }
                _ => return end,
            }
        }
        end
    }

    /// Where the comma behind a member stands, if there is one.
    fn comma_after(&self, member: &Member, object: &Object) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut here = member.range.end;
        while here < object.range.end {
            match bytes[here] {
                b',' => return Some(here),
                b'/' if bytes.get(here + 1) == Some(&b'/') => {
                    let rest = &bytes[here..];
                    here += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                b'/' if bytes.get(here + 1) == Some(&b'*') => {
                    here += self.text[here..].find("*/").map_or(1, |length| length + 2);
                }
                b' ' | b'\t' | b'\n' | b'\r' => here += 1,
                _ => return None,
            }
        }
        None
    }

    /// The text with a member put in at the end of an object.
    fn with_member(&self, object: &Object, name: &str, value: &Value) -> String {
        let (text, unit, newline) = (self.text, self.unit(), self.newline());
        let Some(last) = object.members.last() else {
            // Whatever stands between the brackets, comments say, stays behind what is put in.
            let at = object.range.start + 1;
            let indent = self.indent(object.range.start);
            let inner = format!("{indent}{unit}");
            let body = laid_out(name, value, &inner, &unit, newline);
            let rest = &text[at..];
            let close = if self.is_tall(object) {
                String::new()
            } else {
                format!("{newline}{indent}")
            };
            return format!("{}{newline}{inner}{body}{close}{rest}", &text[..at]);
        };
        let comma = self.comma_after(last, object);
        let tail = self.line_tail(
            comma.map_or(last.range.end, |comma| comma + 1),
            object.range.end,
        );
        let tall = self.is_tall(object);
        let (before, body) = if tall {
            let indent = self.indent(last.range.start).to_owned();
            let body = laid_out(name, value, &indent, &unit, newline);
            (format!("{newline}{indent}"), body)
        } else {
            (" ".to_owned(), format!("{}: {value}", quote(name)))
        };
        match comma {
            Some(_) => format!("{}{before}{body},{}", &text[..tail], &text[tail..]),
            None => {
                let end = last.range.end;
                format!(
                    "{},{}{before}{body}{}",
                    &text[..end],
                    &text[end..tail],
                    &text[tail..]
                )
            }
        }
    }

    /// The text with one member less.
    fn without(&self, object: &Object, index: usize) -> String {
        let text = self.text;
        let member = &object.members[index];
        let comma = self.comma_after(member, object);
        let is_last = index + 1 == object.members.len();
        if object.members.len() == 1 {
            // As it was put in: the line of its own goes with it.
            let start = self.space_before(member.range.start);
            let end = comma.map_or(member.range.end, |comma| comma + 1);
            let between = text[end..object.range.end - 1].trim().is_empty();
            let before = text[object.range.start + 1..start].is_empty();
            return if between && before {
                format!("{}{}", &text[..start], &text[object.range.end - 1..])
            } else {
                format!("{}{}", &text[..start], &text[end..])
            };
        }
        if is_last && comma.is_none() {
            let previous = &object.members[index - 1];
            let comma = self
                .comma_after(previous, object)
                .unwrap_or(previous.range.end);
            let start = self.space_before(member.range.start);
            return format!(
                "{}{}{}",
                &text[..comma],
                &text[comma + 1..start.max(comma + 1)],
                &text[member.range.end..]
            );
        }
        let start = self.space_before(member.range.start);
        let end = comma.map_or(member.range.end, |comma| comma + 1);
        // What is said of it on its own line goes with it.
        let tail = self.line_tail(end, object.range.end);
        let own_line = text[start..member.range.start].contains('\n');
        let end = if own_line { tail } else { end };
        format!("{}{}", &text[..start], &text[end..])
    }

    /// Where the white space begins that ends at `at`; the end of a comment is no white space.
    fn space_before(&self, at: usize) -> usize {
        let head = &self.text[..at];
        let trimmed = head.trim_end_matches([' ', '\t', '\n', '\r']).len();
        // Blanks at the end of a line comment belong to it.
        let line = head[..trimmed].rfind('\n').map_or(0, |newline| newline + 1);
        let blanked = self.plain.get(line..trimmed);
        let commented = blanked.is_some_and(|plain| {
            plain != &self.text.as_bytes()[line..trimmed]
                && plain.last() == Some(&b' ')
                && !head[..trimmed].ends_with("*/")
        });
        if commented {
            head[trimmed..]
                .find(['\n', '\r'])
                .map_or(trimmed, |end| trimmed + end)
        } else {
            trimmed
        }
    }
}

fn unusual(what: &str) -> Refused {
    Refused::Unusual(what.to_owned())
}

/// A member over several lines: objects are opened, everything else stays on one.
fn laid_out(name: &str, value: &Value, indent: &str, unit: &str, newline: &str) -> String {
    let name = quote(name);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let inner = format!("{indent}{unit}");
            let lines: Vec<String> = members
                .iter()
                .map(|(name, value)| {
                    let line = laid_out(name, value, &inner, unit, newline);
                    format!("{inner}{line}")
                })
                .collect();
            let body = lines.join(&format!(",{newline}"));
            format!("{name}: {{{newline}{body}{newline}{indent}}}")
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            format!("{name}: [{}]", items.join(", "))
        }
        other => format!("{name}: {other}"),
    }
}

/// Puts in a server.
pub fn add(
    text: &str,
    path: &[&str],
    name: &str,
    members: &[(String, Value)],
) -> Result<String, Refused> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let mut value = Value::Object(vec![(name.to_owned(), Value::Object(members.to_vec()))]);
        for step in path.iter().rev() {
            value = Value::Object(vec![((*step).to_owned(), value)]);
        }
        let Value::Object(members) = value else {
            return Err(unusual("it cannot be written"));
        };
        let lines: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("  {}", laid_out(name, value, "  ", "  ", "\n")))
            .collect();
        return Ok(format!("{{\n{}\n}}\n", lines.join(",\n")));
    }
    let whole = Text::of(text)?;
    if whole.object(0).is_none() || whole.plain.len() != text.len() {
        return Err(unusual("it has comments only, and no object"));
    }
    let (object, depth) = whole.descend(path)?;
    let mut value = Value::Object(members.to_vec());
    let steps: Vec<&str> = path[depth..].iter().copied().chain([name]).collect();
    for step in steps[1..].iter().rev() {
        value = Value::Object(vec![((*step).to_owned(), value)]);
    }
    Ok(whole.with_member(&object, steps[0], &value))
}

/// Takes a server out. An object that is empty then stays, unless this tool alone would have made it.
pub fn remove(text: &str, path: &[&str], name: &str) -> Result<String, Refused> {
    let whole = Text::of(text)?;
    let (object, depth) = whole.descend(path)?;
    let index = object
        .members
        .iter()
        .rposition(|member| member.name == name);
    let index = index
        .filter(|_| depth == path.len())
        .ok_or(Refused::Unknown)?;
    Ok(whole.without(&object, index))
}

/// Sets a member of a server, or takes it out.
pub fn set(
    text: &str,
    path: &[&str],
    name: &str,
    member: &[String],
    value: Option<&Value>,
) -> Result<String, Refused> {
    let whole = Text::of(text)?;
    let Some((last, inner)) = member.split_last() else {
        return Ok(text.to_owned());
    };
    let mut full: Vec<&str> = path.iter().copied().chain([name]).collect();
    let entry = full.len();
    full.extend(inner.iter().map(String::as_str));
    let (object, depth) = whole.descend(&full)?;
    if depth < entry {
        return Err(Refused::Unknown);
    }
    let index = object.members.iter().rposition(|known| known.name == *last);
    let index = index.filter(|_| depth == full.len());
    Ok(match (index, value) {
        (None, None) => text.to_owned(),
        (Some(index), None) => whole.without(&object, index),
        (None, Some(value)) => {
            let mut steps: Vec<&str> = full[depth..].to_vec();
            steps.push(last);
            let mut value = value.clone();
            for step in steps[1..].iter().rev() {
                value = Value::Object(vec![((*step).to_owned(), value)]);
            }
            whole.with_member(&object, steps[0], &value)
        }
        (Some(index), Some(value)) => {
            let old = &object.members[index];
            let indent = whole.indent(old.range.start);
            let (unit, newline) = (whole.unit(), whole.newline());
            let body = if whole.is_tall(&object) {
                laid_out(last, value, indent, &unit, newline)
            } else {
                format!("{}: {value}", quote(last))
            };
            format!(
                "{}{body}{}",
                &text[..old.range.start],
                &text[old.range.end..]
            )
        }
    })
}
