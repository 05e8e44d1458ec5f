//! What other views say of findings: a sign on a row, a few words about it.

use crate::lint::findings::{Counts, Found};
use crate::lint::{Severity, Subject};
use crate::mcp::types::{Item, List};
use crate::session::timeline::EntryRow;
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::panes::traffic::told::Told;

/// One cell.
pub const fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✗",
        Severity::Warning => "▲",
        Severity::Note => "i",
    }
}

/// What lint finds in a row of the traffic, in its request or in its answer; the worst first.
fn found<'a>(told: &Told<'_>, ctx: &Ctx<'a>) -> Vec<&'a Found> {
    let answer = told.answer.and_then(|answer| ctx.timeline.entry(answer));
    let seqs = [Some(told.entry.seq()), answer.map(EntryRow::seq)];
    let mut found: Vec<&Found> = seqs
        .into_iter()
        .flatten()
        .flat_map(|seq| ctx.lint.at(seq))
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.finding().severity));
    found
}

/// The worst that lint finds in a row of the traffic.
pub fn marked(told: &Told<'_>, ctx: &Ctx<'_>) -> Option<Severity> {
    found(told, ctx).first().map(|one| one.finding().severity)
}

/// The same in words, for the status row; sanitised.
pub fn remark(told: &Told<'_>, ctx: &Ctx<'_>) -> Option<String> {
    let found = found(told, ctx);
    let worst = found.first()?.finding();
    let words = text::sanitize(&worst.words);
    let more = match found.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Some(format!("{}: {words}{more}", worst.severity.word()))
}

/// What is found about an item of a list.
fn of<'a>(list: List, item: &Item, ctx: &Ctx<'a>) -> Vec<&'a Found> {
    let Some(connection) = ctx.connection() else {
        return Vec::new();
    };
    let name = || item.name.clone();
    let subject = match list {
        List::Tools => Subject::Tool(name()),
        List::Prompts => Subject::Prompt(name()),
        List::Resources | List::Templates => {
            let uri = item.uri.as_deref().map_or_else(name, Into::into);
            Subject::Resource(uri)
        }
    };
    ctx.lint.about(&connection.name, &subject).collect()
}

/// A sign and how many, for the row of an item: `▲2`.
pub fn mark_of(list: List, item: &Item, ctx: &Ctx<'_>) -> Option<String> {
    let found = of(list, item, ctx);
    let worst = found.iter().map(|one| one.finding().severity).max()?;
    Some(format!("{}{}", sign(worst), found.len()))
}

/// The same in words: `lint: 1 warning · 2 notes`.
pub fn remark_of(list: List, item: &Item, ctx: &Ctx<'_>) -> Option<String> {
    let counts = Counts::of(of(list, item, ctx).into_iter());
    (counts.all() > 0).then(|| format!("lint: {}", counts.words()))
}
