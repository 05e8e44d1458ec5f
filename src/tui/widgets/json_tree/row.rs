//! How one row reads: number, guides, fold, name, value or preview, remarks.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use super::place::{Part, Place};
use super::tell::tell;
use super::{Kind, Tree, TreeState, clip};
use crate::mask::is_mask;
use crate::text;
use crate::tui::theme::{Role, Theme};

/// Of longer scalars, this many bytes are shown at most.
const LONGEST: usize = 4096;

/// So many screen lines a row takes at most.
const TALLEST: usize = 200;

/// Screens of fewer columns have no scrollbar.
pub(super) const SCROLLBAR_FROM: u16 = 20;

/// A row put together: its pieces with their roles, and what of them is to be shown when it is too long.
struct Row {
    /// Before the value.
    head: Vec<(String, Style, bool)>,
    /// The value or preview, all of it that may be shown.
    body: (String, Style),
    /// Whether the body may be searched for, and wrapped.
    is_value: bool,
    /// Bytes of the value, and whether `body` has only some of them.
    size: usize,
    cut: bool,
    /// After the value: always shown where there is room for anything.
    tail: Vec<(String, Style)>,
    /// After that, when there is room.
    hint: Option<String>,
    /// Where further lines begin.
    indent: usize,
}

/// How many screen lines a row takes.
pub(super) fn height(state: &TreeState, tree: &Tree, place: &Place) -> usize {
    if !state.wrap || place.part != Part::Value || tree.kind(place) != Kind::String {
        return 1;
    }
    // Looks are not measured.
    let row = row(tree, state, place, &|_| Style::default());
    wrapped(&row, width(state)).len().max(1)
}

/// The screen lines of a row.
pub(super) fn lines(
    tree: &Tree,
    state: &TreeState,
    place: &Place,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut row = row(tree, state, place, &|role| theme.style(role));
    let marks = Marks::of(tree, state, place, theme);
    let width = width(state);
    let mut spans = Vec::new();
    let mut used = 0;
    for (piece, style, is_name) in &row.head {
        used += text::width(piece);
        if *is_name {
            spans.extend(marks.name(piece, *style));
        } else {
            spans.push(Span::styled(piece.clone(), *style));
        }
    }
    let faint = theme.style(Role::TextMuted);
    if state.wrap && row.is_value {
        let mut parts = wrapped(&row, width).into_iter();
        spans.extend(marks.value(parts.next().unwrap_or_default(), row.body.1));
        let mut lines = vec![Line::from(spans)];
        for part in parts {
            let mut spans = vec![Span::raw(" ".repeat(row.indent))];
            spans.extend(marks.value(part, row.body.1));
            lines.push(Line::from(spans));
        }
        let alone = lines.len() == 1;
        if let Some(last) = lines.last_mut() {
            let tail = row
                .tail
                .into_iter()
                .map(|(s, style)| Span::styled(s, style));
            last.spans.extend(tail);
            let hint = row.hint.map(|hint| format!("  {hint}")).unwrap_or_default();
            if alone && last.width() + text::width(&hint) < width {
                last.spans
                    .push(Span::styled(hint, theme.style(Role::TextFaint)));
            }
        }
        return lines;
    }
    let left = width.saturating_sub(used);
    let (body, style) = row.body;
    let mut tail: usize = row.tail.iter().map(|(piece, _)| text::width(piece)).sum();
    if text::width(&body) + tail > left {
        // The value comes first: remarks are but signs then.
        for (piece, _) in &mut row.tail {
            piece.truncate(piece.find(" ! ").map_or(piece.len(), |sign| sign + 2));
        }
        tail = row.tail.iter().map(|(piece, _)| text::width(piece)).sum();
    }
    let (mut shown, cut) = clip(&body, left.saturating_sub(tail));
    let mut size = None;
    if row.is_value && (row.cut || cut) {
        let words = format!(" {}", text::size(row.size as u64));
        let room = left.saturating_sub(tail + words.len());
        shown = clip(&body, room).0;
        if !shown.ends_with('…') && room > 0 {
            shown = clip(&body, room - 1).0;
            if !shown.ends_with('…') {
                shown.push('…');
            }
        }
        size = Some(words);
    }
    used += text::width(&shown);
    if row.is_value {
        spans.extend(marks.value(&shown, style));
    } else {
        spans.push(Span::styled(shown, style));
    }
    for (piece, style) in row.tail {
        used += text::width(&piece);
        spans.push(Span::styled(piece, style));
    }
    if let Some(size) = size {
        used += size.len();
        spans.push(Span::styled(size, faint));
    }
    if let Some(hint) = row.hint {
        let hint = format!("  {hint}");
        // It gives way to the scrollbar too.
        if used + text::width(&hint) < width {
            spans.push(Span::styled(hint, theme.style(Role::TextFaint)));
        }
    }
    vec![Line::from(spans)]
}

/// Columns for a row, without the mark and the scrollbar.
fn width(state: &TreeState) -> usize {
    let columns = usize::from(state.size.0);
    columns.saturating_sub(if state.size.0 < SCROLLBAR_FROM { 1 } else { 2 })
}

/// The value in pieces that fit the screen's lines.
fn wrapped(row: &Row, width: usize) -> Vec<&str> {
    let head: usize = row.head.iter().map(|(piece, ..)| text::width(piece)).sum();
    let mut room = width.saturating_sub(head).max(1);
    let (mut parts, mut from, mut used) = (Vec::new(), 0, 0);
    for (at, grapheme) in row.body.0.grapheme_indices(true) {
        let cells = text::width(grapheme);
        if used + cells > room && at > from {
            parts.push(&row.body.0[from..at]);
            (from, used) = (at, 0);
            room = width.saturating_sub(row.indent).max(1);
            if parts.len() == TALLEST {
                return parts;
            }
        }
        used += cells;
    }
    parts.push(&row.body.0[from..]);
    parts
}

fn row(tree: &Tree, state: &TreeState, place: &Place, style: &dyn Fn(Role) -> Style) -> Row {
    let view = state.view(tree);
    let punct = style(Role::JsonPunct);
    let width = width(state);
    let mut head = Vec::new();
    if state.numbers {
        let digits = tree.values().max(1).ilog10() as usize + 1;
        let number = match place.part {
            Part::Close => " ".repeat(digits),
            _ => {
                // The root has no row among the values in it.
                let number = tree.number(place);
                let first = usize::from(number > 1 && !state.is_lines());
                format!("{:>digits$}", number - first)
            }
        };
        head.push((format!("{number} "), style(Role::TextFaint), false));
    }
    // Deep rows keep room for their text: from a third of the width on, depth is only hinted at.
    let levels = place.levels(view);
    let shown = (2 * levels).min(width / 3 / 2 * 2);
    let faint = style(Role::TextFaint);
    if 2 * levels > shown && shown > 0 {
        head.push((format!("…{}", " ".repeat(shown - 1)), faint, false));
    } else if shown > 0 {
        head.push((format!("  {}", "│ ".repeat(shown / 2 - 1)), faint, false));
    }
    let filled = place.is_filled(tree) && place.part != Part::Close;
    let folded = filled && state.is_folded(tree, place);
    let fold = match (filled, folded) {
        (true, true) => "▸ ",
        (true, false) => "▾ ",
        (false, _) => "  ",
    };
    head.push((fold.to_owned(), punct, false));
    let indent = shown + 4;
    let mut row = Row {
        head,
        body: (String::new(), punct),
        is_value: false,
        size: 0,
        cut: false,
        tail: Vec::new(),
        hint: None,
        indent,
    };
    match place.part {
        Part::Group(group, _) => group_row(&mut row, tree, place, group, folded, width),
        Part::Close => {
            let bracket = match tree.kind(place) {
                Kind::Array => "]",
                _ => "}",
            };
            row.body.0 = format!("{bracket}{}", comma(tree, place));
        }
        Part::Value => value_row(&mut row, tree, state, place, folded, style),
    }
    if place.part == Part::Value {
        for flag in tree.index.flags_at(place.node.start) {
            row.tail
                .push((format!(" ! {}", flag.words()), style(Role::Warn)));
        }
        if tree.is_decoded(place) {
            row.tail
                .push((" was a string".to_owned(), style(Role::TextMuted)));
        }
    }
    row
}

/// Some items of a long array: `[1000…1999] {id: 1000}, …`.
fn group_row(row: &mut Row, tree: &Tree, place: &Place, group: u32, folded: bool, width: usize) {
    let (count, all) = tree.count_at(place.node.start);
    let from = (group * tree.group()) as usize;
    let to = from + tree.group() as usize;
    let last = if all || to <= count {
        (to.min(count) - 1).to_string()
    } else {
        "?".to_owned()
    };
    let style = row.body.1;
    row.head.push((format!("[{from}…{last}] "), style, false));
    if folded {
        row.body.0 = tree.preview(place, width);
    }
}

fn value_row(
    row: &mut Row,
    tree: &Tree,
    state: &TreeState,
    place: &Place,
    folded: bool,
    style: &dyn Fn(Role) -> Style,
) {
    let punct = style(Role::JsonPunct);
    let kind = tree.kind(place);
    let filled = place.is_filled(tree);
    let lines = state.lines;
    let width = width(state);
    if let Some(key) = tree.key(place) {
        let quoted = lines || key.is_empty() || key.contains([' ', ':', ',', '"']);
        let key = if quoted {
            format!("\"{key}\"")
        } else {
            key.into_owned()
        };
        row.head
            .push((clip(&key, width / 2 * 2).0, style(Role::JsonKey), true));
        let colon = if filled && !folded && !lines {
            " "
        } else {
            ": "
        };
        row.head.push((colon.to_owned(), punct, false));
    } else if let Some(i) = tree.index_of(place).filter(|_| !lines) {
        row.head.push((format!("[{i}] "), punct, false));
    }
    if filled || matches!(kind, Kind::Object | Kind::Array) && !tree.is_whole(place) {
        let (count, all) = tree.count_at(place.node.start);
        let more = if all { "" } else { "+" };
        let brackets = match kind {
            Kind::Array => ['[', ']'],
            _ => ['{', '}'],
        };
        if lines && !folded {
            row.body.0 = brackets[0].to_string();
            return;
        }
        let sum = format!("{}{count}{more}{}", brackets[0], brackets[1]);
        row.head.push((sum, punct, false));
        if folded {
            row.head.push((" ".to_owned(), punct, false));
            row.body.0 = tree.preview(place, width);
            if lines {
                row.tail.push((comma(tree, place).to_owned(), punct));
            }
        }
        return;
    }
    // Eight bytes a column are enough for any character.
    let most = if state.wrap { LONGEST / 8 } else { width };
    let beginning = tree.beginning(place.node.start, most);
    let role = match kind {
        Kind::String if is_mask(beginning.trim_matches('"')) => Role::JsonMask,
        Kind::String => Role::JsonString,
        Kind::Number => Role::JsonNumber,
        Kind::Bool => Role::JsonBool,
        Kind::Null => Role::JsonNull,
        Kind::Object | Kind::Array => Role::JsonPunct,
    };
    let size = tree.span(place).len();
    row.body = (text::sanitize(&beginning).into_owned(), style(role));
    row.is_value = true;
    (row.size, row.cut) = (size, beginning.len() < size);
    if !lines {
        row.hint = tell(kind, beginning.as_bytes(), size);
    }
    if lines {
        row.tail.push((comma(tree, place).to_owned(), punct));
    }
    if state.wrap && row.cut {
        let words = format!("… {}", text::size(size as u64));
        row.tail.push((words, style(Role::TextMuted)));
    }
}

/// The comma after a value, if one follows.
fn comma(tree: &Tree, place: &Place) -> &'static str {
    let next = place
        .above
        .last()
        .and_then(|parent| tree.next_child(parent.start, &place.node));
    if next.is_some() { "," } else { "" }
}

/// Where the row holds what is searched for.
struct Marks<'s> {
    state: &'s TreeState,
    style: Style,
}

impl<'s> Marks<'s> {
    fn of(tree: &Tree, state: &'s TreeState, place: &Place, theme: &Theme) -> Self {
        let current = state.found.as_ref().is_some_and(|found| {
            found.current() == Some(place.node.start)
                && state.selected.order(tree) == place.order(tree)
        });
        let role = if current {
            Role::MatchCurrent
        } else {
            Role::Match
        };
        Self {
            state,
            style: theme.style(role),
        }
    }

    fn name(&self, name: &str, style: Style) -> Vec<Span<'static>> {
        let found = self.state.found.as_ref().map(|found| &found.term);
        match self.state.names.as_ref().or(found) {
            Some(term) => term.spans(name, style, self.style),
            None => vec![Span::styled(name.to_owned(), style)],
        }
    }

    fn value(&self, value: &str, style: Style) -> Vec<Span<'static>> {
        match &self.state.found {
            Some(found) if self.state.names.is_none() => found.term.spans(value, style, self.style),
            _ => vec![Span::styled(value.to_owned(), style)],
        }
    }
}
