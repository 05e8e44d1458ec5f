//! Edits that keep a text as its writer laid it out: only what differs is written anew.
//!
//! White space, order, spelling of numbers and escapes, members that stand twice: all stay where the value stays.
//! What is put in follows its neighbours; what is taken out takes its comma and line along.

use std::collections::HashMap;
use std::ops::Range;

use super::{Value, kind, quote, skip_space, skip_string};

/// `text` with the least change after which it reads as `new`, order of members included. A text that is no JSON is
/// replaced by [`Value::pretty`], and so is one that is empty braces or brackets: there is no layout to follow.
pub fn patch(text: &str, new: &Value) -> String {
    let Ok(old) = Value::parse(text.as_bytes()) else {
        return new.pretty();
    };
    let mut scan = Scan {
        raw: text.as_bytes(),
        at: 0,
    };
    let root = scan.node();
    if root.children.is_empty()
        && kind(text.as_bytes()) == kind(new.to_string().as_bytes())
        && old != *new
        && matches!(new, Value::Object(_) | Value::Array(_))
    {
        return new.pretty();
    }
    let layout = Layout::of(text, &root);
    let mut out = String::with_capacity(text.len() + 64);
    out.push_str(&text[..root.range.start]);
    layout.value(&root, &old, new, layout.newline.is_some(), &mut out);
    out.push_str(&text[root.range.end..]);
    out
}

/// Where a value stands, with its items or members.
struct Node {
    range: Range<usize>,
    /// The name, quotes included, when it is a member.
    name: Option<Range<usize>>,
    children: Vec<Node>,
}

impl Node {
    /// The whole item or member.
    fn start(&self) -> usize {
        self.name
            .as_ref()
            .map_or(self.range.start, |name| name.start)
    }
}

/// Walks a text that is known to be JSON.
struct Scan<'a> {
    raw: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn node(&mut self) -> Node {
        self.at = skip_space(self.raw, self.at);
        let start = self.at;
        let mut children = Vec::new();
        match self.raw.get(start) {
            Some(b'"') => self.at = skip_string(self.raw, start),
            Some(open @ (b'{' | b'[')) => {
                let named = *open == b'{';
                self.at += 1;
                loop {
                    self.at = skip_space(self.raw, self.at);
                    match self.raw.get(self.at) {
                        Some(b',') => self.at += 1,
                        None | Some(b'}' | b']') => break,
                        Some(_) if named => {
                            let name = self.at..skip_string(self.raw, self.at);
                            // The colon.
                            self.at = skip_space(self.raw, name.end) + 1;
                            let mut child = self.node();
                            child.name = Some(name);
                            children.push(child);
                        }
                        Some(_) => children.push(self.node()),
                    }
                }
                self.at += 1;
            }
            _ => {
                while self.raw.get(self.at).is_some_and(|byte| {
                    !matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r')
                }) {
                    self.at += 1;
                }
            }
        }
        Node {
            range: start..self.at,
            name: None,
            children,
        }
    }
}

/// How a text is laid out, as far as new pieces need to know.
struct Layout<'a> {
    text: &'a str,
    /// How lines end; none for a text in one line.
    newline: Option<&'static str>,
    /// One level.
    indent: String,
    /// What stands after a name.
    colon: &'a str,
    /// What stands between items in one line.
    comma: &'a str,
}

impl<'a> Layout<'a> {
    fn of(text: &'a str, root: &Node) -> Self {
        let newline = text[root.range.clone()]
            .contains('\n')
            .then(|| if text.contains("\r\n") { "\r\n" } else { "\n" });
        let mut layout = Self {
            text,
            newline,
            indent: "  ".to_owned(),
            colon: if newline.is_some() { ": " } else { ":" },
            comma: if newline.is_some() { ", " } else { "," },
        };
        let mut found = [false; 3];
        layout.learn(root, &mut found);
        layout
    }

    /// The first of each: a level, a colon, a comma.
    fn learn(&mut self, node: &Node, found: &mut [bool; 3]) {
        for (index, child) in node.children.iter().enumerate() {
            if let (Some(name), false) = (&child.name, found[1]) {
                self.colon = &self.text[name.end..child.range.start];
                found[1] = true;
            }
            if index > 0 && !found[2] {
                let between = &self.text[node.children[index - 1].range.end..child.start()];
                if !between.contains('\n') {
                    self.comma = between;
                    found[2] = true;
                }
            }
        }
        if let (Some(first), false) = (node.children.first(), found[0]) {
            let own = self.line_indent(node.start());
            let inner = last_line(&self.text[node.range.start + 1..first.start()]);
            if let Some(unit) = inner.and_then(|inner| inner.strip_prefix(own))
                && !unit.is_empty()
            {
                unit.clone_into(&mut self.indent);
                found[0] = true;
            }
        }
        for child in &node.children {
            if *found == [true; 3] {
                return;
            }
            self.learn(child, found);
        }
    }

    /// The white space that the line of `at` starts with.
    fn line_indent(&self, at: usize) -> &'a str {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Writes `new` over `node`, which holds `old`. `lines`: whether new containers may take several lines here.
    fn value(&self, node: &Node, old: &Value, new: &Value, lines: bool, out: &mut String) {
        if old == new {
            out.push_str(&self.text[node.range.clone()]);
            return;
        }
        let plan = match (old, new) {
            (Value::Object(old), Value::Object(new)) if !old.is_empty() && !new.is_empty() => {
                let keys = |members: &[(String, Value)]| -> Vec<String> {
                    members.iter().map(|(key, _)| key.clone()).collect()
                };
                let equal = |left: usize, right: usize| old[left].1 == new[right].1;
                plan(&keys(old), &keys(new), &equal)
            }
            (Value::Array(old), Value::Array(new)) if !old.is_empty() && !new.is_empty() => {
                let texts = |items: &[Value]| -> Vec<String> {
                    items.iter().map(Value::to_string).collect()
                };
                plan(&texts(old), &texts(new), &|_, _| true)
            }
            _ => {
                let indent = lines.then(|| self.line_indent(node.start()));
                self.fresh(new, indent, out);
                return;
            }
        };
        self.container(node, old, new, &plan, out);
    }

    /// Writes a container whose items come, one by one, from items of the old one or from nowhere.
    fn container(
        &self,
        node: &Node,
        old: &Value,
        new: &Value,
        plan: &[Option<usize>],
        out: &mut String,
    ) {
        let children = &node.children;
        let (Some(first), Some(last)) = (children.first(), children.last()) else {
            return;
        };
        let lead = &self.text[node.range.start..first.start()];
        let between =
            |index: usize| &self.text[children[index].range.end..children[index + 1].start()];
        // Where there is one item only, a line's start tells how the next one would stand.
        let made = if lead[1..].contains('\n') {
            format!(",{}", &lead[1..])
        } else {
            self.comma.to_owned()
        };
        let usual = if children.len() > 1 {
            between(0)
        } else {
            made.as_str()
        };
        let lines = lead.contains('\n') || usual.contains('\n');
        out.push_str(lead);
        let mut before: Option<usize> = None;
        for (index, from) in plan.iter().enumerate() {
            if index > 0 {
                out.push_str(match (before, *from) {
                    (Some(before), Some(from)) if before + 1 == from => between(before),
                    (_, Some(from)) if from > 0 => between(from - 1),
                    (Some(before), None) if before + 1 < children.len() => between(before),
                    (Some(before), None) if before > 0 => between(before - 1),
                    _ => usual,
                });
            }
            self.item(node, old, new, index, *from, lines, out);
            before = from.or(before);
        }
        out.push_str(&self.text[last.range.end..node.range.end]);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "two containers and a place in each"
    )]
    fn item(
        &self,
        node: &Node,
        old: &Value,
        new: &Value,
        index: usize,
        from: Option<usize>,
        lines: bool,
        out: &mut String,
    ) {
        let (name, value) = part(new, index);
        let Some(from) = from else {
            let indent = lines.then(|| {
                let start = node.children[0].start();
                last_line(&self.text[node.range.start..start])
                    .unwrap_or_else(|| self.line_indent(start))
            });
            if let Some(name) = name {
                out.push_str(&quote(name));
                out.push_str(self.colon);
            }
            self.fresh(value, indent, out);
            return;
        };
        let child = &node.children[from];
        let (old_name, old_value) = part(old, from);
        if let (Some(range), Some(name)) = (&child.name, name) {
            if old_name == Some(name) {
                out.push_str(&self.text[range.clone()]);
            } else {
                out.push_str(&quote(name));
            }
            out.push_str(&self.text[range.end..child.range.start]);
        }
        self.value(child, old_value, value, lines, out);
    }

    /// Writes a value that was not there: over several lines where `indent` gives the level it stands at.
    fn fresh(&self, value: &Value, indent: Option<&str>, out: &mut String) {
        let (open, close, count) = match value {
            Value::Array(items) => ('[', ']', items.len()),
            Value::Object(members) => ('{', '}', members.len()),
            scalar => {
                out.push_str(&scalar.to_string());
                return;
            }
        };
        out.push(open);
        let deeper = indent.map(|indent| format!("{indent}{}", self.indent));
        let newline = self.newline.unwrap_or("\n");
        for index in 0..count {
            match &deeper {
                Some(deeper) => {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(newline);
                    out.push_str(deeper);
                }
                None if index > 0 => out.push_str(self.comma),
                None => {}
            }
            let (name, value) = part(value, index);
            if let Some(name) = name {
                out.push_str(&quote(name));
                out.push_str(self.colon);
            }
            self.fresh(value, deeper.as_deref(), out);
        }
        if let (Some(indent), true) = (indent, count > 0) {
            out.push_str(newline);
            out.push_str(indent);
        }
        out.push(close);
    }
}

/// The item or member at `index` of a container.
fn part(container: &Value, index: usize) -> (Option<&str>, &Value) {
    match container {
        Value::Object(members) => (Some(members[index].0.as_str()), &members[index].1),
        Value::Array(items) => (None, &items[index]),
        scalar => (None, scalar),
    }
}

/// The white space of the last line of a gap, when the gap has lines.
fn last_line(gap: &str) -> Option<&str> {
    gap.rfind('\n').map(|newline| &gap[newline + 1..])
}

/// For each new item the old one it is made from: one with the same key, of several rather the next one, rather an
/// equal one; else the old item that stands there and has no place of its own any more (a new name, a new value).
fn plan(
    old: &[String],
    new: &[String],
    equal: &dyn Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    // What is the same at both ends stays where it is, however often it occurs between.
    let same = |(left, right): &(&String, &String)| left == right;
    let head = old.iter().zip(new).take_while(same).count();
    let most = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(most)
        .take_while(same)
        .count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, key) in old.iter().enumerate().take(old_end).skip(head) {
        free.entry(key).or_default().push(index);
    }
    let mut taken = vec![true; old.len()];
    taken[head..old_end].fill(false);
    let mut next = head;
    let mut plan: Vec<Option<usize>> = (0..head).map(Some).collect();
    for (index, key) in new.iter().enumerate().take(new_end).skip(head) {
        let found = free
            .get_mut(key.as_str())
            .filter(|places| !places.is_empty())
            .map(|places| {
                let ahead = places.partition_point(|place| *place < next);
                let at = (ahead..places.len().min(ahead + 8))
                    .find(|at| equal(places[*at], index))
                    .or((ahead < places.len()).then_some(ahead))
                    .unwrap_or(0);
                places.remove(at)
            });
        if let Some(found) = found {
            taken[found] = true;
            next = found + 1;
        }
        plan.push(found);
    }
    let mut here = head;
    for from in &mut plan[head..] {
        if from.is_none() && taken.get(here) == Some(&false) {
            taken[here] = true;
            *from = Some(here);
        }
        here = from.map_or(here, |from| from + 1);
    }
    plan.extend((old_end..old.len()).map(Some));
    plan
}

#[cfg(test)]
mod tests;
