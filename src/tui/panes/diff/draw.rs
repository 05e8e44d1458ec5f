//! How the diff view looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::lines::Shown;
use super::{DiffPane, ONE_LINE, Tab, WIDE};
use crate::diff::What;
use crate::diff::report::{Report, Row, Told, Verdict, latency};
use crate::text;
use crate::tui::effect::comparison::Comparison;
use crate::tui::pane::Ctx;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list::{self, GUTTER};
use crate::tui::widgets::rule::Rule;

/// In fewer columns arguments tell nothing.
const ASKED: usize = 8;
/// Columns of the longest verdict.
const VERDICT: usize = 10;

/// Draws it.
pub fn draw(pane: &DiffPane, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
    let theme = ctx.theme;
    let mut cursor = rows(pane, buf, theme);
    rule(pane, buf, theme);
    let body = pane.areas.body;
    let inner = match pane.tab {
        _ if pane.row().is_none() => {
            say(&state(pane), body, buf, theme);
            None
        }
        Tab::Paths if pane.shown.is_empty() => {
            say(&nothing(pane, ctx), body, buf, theme);
            None
        }
        Tab::Paths => paths(pane, body, buf, theme),
        Tab::Text | Tab::Sides if pane.row().and_then(no_answer).is_some() => {
            say(&nothing(pane, ctx), body, buf, theme);
            None
        }
        Tab::Text | Tab::Sides => lines(pane, body, buf, theme),
    };
    if !pane.on_rows || cursor.is_none() {
        cursor = inner.or(cursor);
    }
    cursor.or(Some(Position::new(
        area.x,
        body.y.min(area.bottom().saturating_sub(1)),
    )))
}

fn say(sentence: &str, area: Rect, buf: &mut Buffer, theme: &Theme) {
    for (y, line) in (area.y..area.bottom()).zip(sentence.lines()) {
        let room = usize::from(area.width.saturating_sub(GUTTER));
        let style = theme.style(Role::TextMuted);
        buf.set_stringn(area.x + GUTTER, y, text::fit(line, room), room, style);
    }
}

/// Why there is no row.
fn state(pane: &DiffPane) -> String {
    if let Some(round) = &pane.round {
        return round.words();
    }
    match (&pane.what, &pane.report) {
        (None, _) => {
            "Select two rows in Traffic and compare them: what differs shows here.".to_owned()
        }
        (_, None) => "Comparing…".to_owned(),
        (_, Some(Err(why))) => text::sanitize(why).into_owned(),
        (Some(Comparison::Offers(..) | Comparison::Surfaces(_)), Some(Ok(_))) => {
            "There is nothing to compare: neither server listed anything.".to_owned()
        }
        (_, Some(Ok(_))) => "There is nothing to compare: neither side has a call.".to_owned(),
    }
}

/// How both sides ended, when neither has anything to show.
fn no_answer(row: &Row) -> Option<String> {
    let (a, b) = (row.a.as_ref()?, row.b.as_ref()?);
    let nothing = a.whole.is_none() && b.whole.is_none() && !b.outcome.is_empty();
    nothing.then(|| {
        if a.outcome == b.outcome {
            b.outcome.clone()
        } else {
            format!("{} → {}", a.outcome, b.outcome)
        }
    })
}

/// Why there is no change in the row.
fn nothing(pane: &DiffPane, ctx: &Ctx<'_>) -> String {
    let Some(row) = pane.row() else {
        return String::new();
    };
    let ignored = row.changes.iter().filter(|told| told.ignored.is_some());
    let ignored = ignored.count();
    if let Some(outcome) = no_answer(row) {
        return text::sanitize_lines(&format!("Nobody answered: {outcome}."));
    }
    let first = match row.verdict {
        Verdict::Missing => "Only in the first.".to_owned(),
        Verdict::New => "Only in the second.".to_owned(),
        Verdict::Same if ignored == 0 => "The same.".to_owned(),
        Verdict::Same => {
            let key = ctx.keys.word(crate::tui::action::Action::ShowIgnored);
            let count = text::plural(ignored, "ignored difference");
            format!("The same, but for {count}; {key} shows what is ignored.")
        }
        _ => row.words(),
    };
    text::sanitize_lines(&first)
}

/// What is compared with what.
fn names(pane: &DiffPane) -> String {
    let (left, right) = match (&pane.report, &pane.what) {
        (Some(Ok(report)), _) => (report.left.clone(), report.right.clone()),
        (_, Some(Comparison::Calls { left, right, .. })) => (left.clone(), right.clone()),
        (_, Some(Comparison::Files(a, b) | Comparison::Offers(a, b))) => Comparison::names(a, b),
        (_, Some(Comparison::Surfaces(both))) => (both[0].0.clone(), both[1].0.clone()),
        (_, Some(Comparison::Across(both))) => (both[0].1.name(), both[1].1.name()),
        (_, Some(Comparison::Replayed(done))) => done.names(),
        (_, None) => return "DIFF".to_owned(),
    };
    let what = match pane.what {
        Some(Comparison::Replayed(_)) => "REPLAY",
        Some(Comparison::Offers(..) | Comparison::Surfaces(_)) => "SURFACE",
        _ => "DIFF",
    };
    format!(
        "{what} {} → {}",
        text::sanitize(&left),
        text::sanitize(&right)
    )
}

/// What became of all, and what is ignored, as far as there is room: `31 calls: 27 same  2 changed  ignored: id ×3`.
fn became(report: &Report, room: usize) -> String {
    let tally = report.tally_words();
    let rows = text::plural(report.rows.len(), report.noun);
    let all = report.ignored().into_iter();
    let all: Vec<String> = all
        .map(|(rule, count)| format!("{} ×{count}", text::sanitize(&rule)))
        .collect();
    let whole = if all.is_empty() {
        String::new()
    } else {
        format!("ignored: {}", all.join(", "))
    };
    let long = format!("{rows}: {tally}");
    let ways = [
        join(&[long.clone(), whole.clone()]),
        join(&[long, ignored(report)]),
        join(&[tally.clone(), whole]),
        join(&[tally.clone(), ignored(report)]),
    ];
    let mut ways = ways.into_iter();
    ways.find(|way| text::width(way) <= room).unwrap_or(tally)
}

/// What rules ignored, in a few words.
fn ignored(report: &Report) -> String {
    let all = report.ignored();
    let count: usize = all.iter().map(|(_, count)| count).sum();
    match (&*all, count) {
        ([], _) => String::new(),
        ([(rule, count)], _) => format!("ignored: {} ×{count}", text::sanitize(rule)),
        (_, count) => {
            let rules = text::plural(all.len(), "rule");
            format!("ignored: {count} by {rules}")
        }
    }
}

fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("  ")
}

fn rows(pane: &DiffPane, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
    let area = pane.areas.rows;
    let report = pane.report()?;
    if area.is_empty() {
        return None;
    }
    // What became of it stays beside long names; the rule has a few cells of its own around both.
    let width = usize::from(area.width).saturating_sub(8);
    let (title, _) = shared(&names(pane), &[report.tally_words()], 1, width);
    let right = became(report, width.saturating_sub(text::width(&title)));
    Rule {
        title: &title,
        focused: pane.on_rows,
        right: &right,
        ..Rule::default()
    }
    .draw(area, buf, theme);
    let room = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let row = |index: usize, width: u16| {
        let row = &report.rows[index];
        let width = usize::from(width);
        let words = text::sanitize(&row.words()).into_owned();
        let name_room = width.saturating_sub(VERDICT + 2 + text::width(&words).min(width / 2));
        // Rows of one name are told apart by where they were recorded, and by what was asked.
        let place = row
            .place()
            .map_or_else(String::new, |seq| format!("#{seq} "));
        let name = format!("{place}{}", text::sanitize(&row.name));
        let left = name_room.saturating_sub(text::width(&name) + 1);
        let asked = if left < ASKED {
            String::new()
        } else {
            row.asked(left)
        };
        Line::from(vec![
            Span::styled(
                text::pad(row.verdict.word(), VERDICT + 1),
                theme.style(role(row.verdict)),
            ),
            Span::styled(
                format!("{} ", text::fit(&name, name_room)),
                theme.style(Role::Text),
            ),
            Span::styled(text::pad(&asked, left), theme.style(Role::TextMuted)),
            Span::styled(
                text::fit(&words, width / 2).into_owned(),
                theme.style(Role::TextMuted),
            ),
        ])
    };
    list::draw(
        report.rows.len(),
        &pane.rows,
        pane.on_rows,
        row,
        room,
        buf,
        theme,
    )
}

const fn role(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Same => Role::TextMuted,
        Verdict::Changed | Verdict::Unknown => Role::DiffChange,
        Verdict::Error | Verdict::Breaking => Role::Error,
        Verdict::Missing => Role::DiffDel,
        Verdict::New | Verdict::Compatible => Role::DiffAdd,
    }
}

/// The title of what differs in a row, what stands at its right, the more telling first, and how many of these stay
/// whatever the title takes.
fn titles(pane: &DiffPane) -> (String, Vec<String>, usize) {
    let Some(row) = pane.row() else {
        return (names(pane), Vec::new(), 0);
    };
    let words = row_words(row);
    if pane.rows_len() > 1 {
        let title = format!("{}: {}", row.verdict.word(), text::sanitize(&row.name));
        return (title, words.into(), 1);
    }
    let mut right = vec![row.verdict.word().to_owned()];
    right.extend(words);
    right.extend(pane.report().map(ignored));
    (names(pane), right, 2)
}

/// In how many paths they differ, how they ended, how long they took.
fn row_words(row: &Row) -> [String; 3] {
    let (a, b) = (row.a.as_ref(), row.b.as_ref());
    let took = latency(a.and_then(|a| a.took_us), b.and_then(|b| b.took_us));
    let paths = match row.paths() {
        0 => String::new(),
        paths => text::plural(paths, "path"),
    };
    let outcome = match (a, b) {
        (Some(a), Some(b)) if a.outcome != b.outcome => format!("{} → {}", a.outcome, b.outcome),
        _ => String::new(),
    };
    [paths, outcome, took.unwrap_or_default()].map(|words| text::sanitize(&words).into_owned())
}

/// A title and what stands at its right in so many columns: the first `staying` of `parts` whatever the title takes,
/// the others where there is room beside it.
fn shared(title: &str, parts: &[String], staying: usize, width: usize) -> (String, String) {
    let (stay, more) = parts.split_at(staying.min(parts.len()));
    let mut right = join(stay);
    let room = width.saturating_sub(text::width(&right));
    let title = text::fit(title, room.max(20).min(width)).into_owned();
    for part in more {
        let longer = join(&[right.clone(), part.clone()]);
        if text::width(&title) + text::width(&longer) <= width {
            right = longer;
        }
    }
    (title, right)
}

fn tabs(pane: &DiffPane) -> [&'static str; 3] {
    Tab::ALL.map(|tab| tab.title(pane.areas.body.width))
}

fn rule(pane: &DiffPane, buf: &mut Buffer, theme: &Theme) -> Vec<Rect> {
    let (title, parts, staying) = titles(pane);
    let tabs = tabs(pane);
    // A long name must not take the room of the tabs, nor of what became of it.
    let tabs_width = 4 + tabs.iter().map(|tab| text::width(tab) + 1).sum::<usize>();
    let width = usize::from(pane.areas.rule.width).saturating_sub(tabs_width + 8);
    let (title, right) = shared(&title, &parts, staying, width);
    Rule {
        title: &title,
        focused: !pane.on_rows || pane.rows_len() < 2,
        tabs: &tabs,
        active: pane.tab as usize,
        right: &right,
    }
    .draw(pane.areas.rule, buf, theme)
}

/// The tab that is drawn there.
pub fn tab_at(pane: &DiffPane, at: Position) -> Option<Tab> {
    let theme = Theme::load("mono", crate::tui::theme::Depth::None).ok()?;
    let mut buf = Buffer::empty(pane.areas.rule);
    let places = rule(pane, &mut buf, &theme);
    let place = places.iter().position(|place| place.contains(at))?;
    Tab::ALL.get(place).copied()
}

fn paths(pane: &DiffPane, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
    let row = pane.row()?;
    let lines = if area.width >= ONE_LINE { 1 } else { 2 };
    let visible = pane
        .shown
        .iter()
        .skip(pane.changes.offset)
        .take(usize::from(area.height));
    let longest = visible
        .map(|at| text::width(&path_of(&row.changes[*at as usize])))
        .max()
        .unwrap_or(0);
    // One column for all that are on screen.
    let column = (lines == 1).then(|| longest.clamp(24, usize::from(area.width) * 2 / 5));
    let line = |index: usize, line: u16, width: u16| {
        let told = &row.changes[pane.shown[index] as usize];
        change(told, column, line, usize::from(width), theme)
    };
    list::draw_tall(
        pane.shown.len(),
        &pane.changes,
        !pane.on_rows,
        lines,
        line,
        area,
        buf,
        theme,
    )
}

/// One difference, or one of the two lines it takes.
fn change(
    told: &Told,
    column: Option<usize>,
    line: u16,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let faint = told.ignored.is_some() || told.what.is_same_value();
    let style = |role| theme.style(if faint { Role::TextMuted } else { role });
    let path = path_of(told);
    let mark = match (&told.ignored, told.what, &told.means) {
        (Some(rule), ..) => format!("  ignored: {}", text::sanitize(rule)),
        (None, What::Spelling | What::Order | What::Moved | What::Type, _) => {
            format!("  {}", told.what.word())
        }
        (None, _, Some((verdict, why))) => format!("  {}: {}", verdict.word(), text::sanitize(why)),
        _ => String::new(),
    };
    let sign_role = match told.what {
        What::Added => Role::DiffAdd,
        What::Removed => Role::DiffDel,
        _ => Role::DiffChange,
    };
    let sides = |room: usize| {
        let mark_room = text::width(&mark).min(room / 2);
        let half = room.saturating_sub(mark_room + 5) / 2;
        let (a, b) = told.sides(half);
        vec![
            Span::styled(
                format!("- {}", text::pad(&a, half + 1)),
                style(Role::DiffDel),
            ),
            Span::styled(format!("+ {}", text::fit(&b, half)), style(Role::DiffAdd)),
            Span::styled(
                text::fit(&mark, mark_room).into_owned(),
                theme.style(Role::TextMuted),
            ),
        ]
    };
    if let Some(room) = column {
        let mut spans = vec![Span::styled(
            text::pad(&tail(&path, room), room + 1),
            style(sign_role),
        )];
        spans.extend(sides(width.saturating_sub(room + 1)));
        return Line::from(spans);
    }
    if line == 0 {
        return Line::from(Span::styled(tail(&path, width), style(sign_role)));
    }
    let mut spans = vec![Span::raw("    ")];
    spans.extend(sides(width.saturating_sub(4)));
    Line::from(spans)
}

/// The sign and the path of a difference.
fn path_of(told: &Told) -> String {
    let asked = if told.asked { "asked " } else { "" };
    format!("{} {asked}{}", told.what.sign(), text::sanitize(&told.path))
}

/// A path in so many columns: its sign, and its end, which tells more than its beginning.
fn tail(path: &str, room: usize) -> String {
    if text::width(path) <= room {
        return path.to_owned();
    }
    let (sign, rest) = path.split_once(' ').unwrap_or(("", path));
    let room = room.saturating_sub(text::width(sign) + 2);
    let mut start = rest.len();
    for (at, _) in rest.char_indices().rev() {
        if text::width(&rest[at..]) > room {
            break;
        }
        start = at;
    }
    format!("{sign} …{}", &rest[start..])
}

fn lines(pane: &DiffPane, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
    let texts = match pane.lines.texts() {
        None => {
            say("Laying out…", area, buf, theme);
            return None;
        }
        Some(Err(why)) => {
            say(&text::sanitize(why), area, buf, theme);
            return None;
        }
        Some(Ok(texts)) => texts,
    };
    let shown = pane.lines.shown();
    let sides = pane.tab == Tab::Sides && area.width >= WIDE;
    let left = pane.lines.left();
    let cut = |line: &str, room: usize| {
        let skipped: String = line.chars().skip(left).collect();
        text::fit(&skipped, room).into_owned()
    };
    let text_of = |list: &[Box<str>], at: Option<u32>, room: usize| {
        at.and_then(|at| list.get(at as usize))
            .map_or_else(String::new, |line| cut(line, room))
    };
    let row = |index: usize, width: u16| {
        let width = usize::from(width);
        let (sign, a, b) = match shown[index] {
            Shown::Gap(lines) => {
                let words = format!("⋯ {} the same", text::plural(lines, "line"));
                return Line::from(Span::styled(words, theme.style(Role::TextFaint)));
            }
            Shown::Line { sign, a, b } => (sign, a, b),
        };
        let role = match sign {
            '-' => Role::DiffDel,
            '+' => Role::DiffAdd,
            '~' => Role::DiffChange,
            _ => Role::Text,
        };
        if sides {
            let half = width.saturating_sub(5) / 2;
            let (one, other) = (text_of(&texts.a, a, half), text_of(&texts.b, b, half));
            let (left_role, right_role) = if sign == '~' {
                (Role::DiffDel, Role::DiffAdd)
            } else {
                (role, role)
            };
            return Line::from(vec![
                Span::styled(format!("{sign} "), theme.style(role)),
                Span::styled(text::pad(&one, half), theme.style(left_role)),
                Span::styled(" │ ", theme.style(Role::Rule)),
                Span::styled(other, theme.style(right_role)),
            ]);
        }
        let room = width.saturating_sub(2);
        let line = if a.is_some() {
            text_of(&texts.a, a, room)
        } else {
            text_of(&texts.b, b, room)
        };
        Line::from(Span::styled(format!("{sign} {line}"), theme.style(role)))
    };
    list::draw(
        shown.len(),
        pane.lines.list(),
        !pane.on_rows,
        row,
        area,
        buf,
        theme,
    )
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn what_became_of_it_stays_beside_names_and_the_rest_where_there_is_room() {
        let parts = ["changed", "1 path", "ok → no reply", "5 ms (was 1 ms)"].map(str::to_owned);
        let title = "DIFF #15 tools/call weigh → #21 tools/call burn";
        for (width, told) in [
            (
                100,
                (title, "changed  1 path  ok → no reply  5 ms (was 1 ms)"),
            ),
            (79, (title, "changed  1 path  ok → no reply")),
            (65, (title, "changed  1 path")),
            (40, ("DIFF #15 tools/call weig…", "changed  1 path")),
        ] {
            let (title, right) = shared(title, &parts, 2, width);
            assert_eq!((&*title, &*right), told, "{width}");
        }
        assert_eq!(shared("DIFF", &[], 0, 40), ("DIFF".into(), String::new()));
    }
}
