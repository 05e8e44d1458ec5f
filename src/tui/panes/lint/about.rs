//! What is told of one finding: where, what is demanded, why, and what to do; on the screen and to be copied.

use std::fmt::Write as _;

use crate::lint::Rule;
use crate::lint::findings::{Counts, Found, about};
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::theme::Role;

/// A line: what stands before it, the words, and their role.
pub type Line = (&'static str, String, Role);

/// Everything about it, sanitised.
pub fn lines(found: &Found, ctx: &Ctx<'_>) -> Vec<Line> {
    let finding = found.finding();
    let rule = finding.rule;
    let safe = |text: &str| text::sanitize(text).into_owned();
    let mut lines = vec![("", safe(&finding.words), Role::Text)];
    let mut place = format!("#{}", finding.seq);
    if !finding.pointer.is_empty() {
        place = format!("{place} {}", safe(&finding.pointer));
    }
    if found.times > 1 {
        place = format!("{place}; {} times, last in #{}", found.times, found.last);
    }
    lines.push(("at", place, Role::Text));
    if let Some(subject) = &finding.subject {
        lines.push(("about", safe(&about(subject)), Role::Text));
    }
    let (failed, kept) = ctx.lint.kept(rule.name);
    if failed > kept {
        let (failed, kept) = (text::grouped(failed), text::grouped(kept));
        let words = format!("{kept} of {failed} times that this rule was broken are kept");
        lines.push(("", words, Role::Warn));
    }
    lines.push(("rule", rule.what.to_owned(), Role::Text));
    lines.push(("why", rule.why.to_owned(), Role::Text));
    lines.push(("fix", rule.fix.to_owned(), Role::Ok));
    for (language, line) in rule.lines {
        lines.push(("", format!("{language}: {line}"), Role::CodeString));
    }
    lines.push(("spec", section(rule), Role::TextMuted));
    if let Some(exception) = ctx.lint.exception(found) {
        let reason = safe(&exception.reason);
        let whole = if exception.about.is_none() {
            ", whatever it is about"
        } else {
            ""
        };
        lines.push(("ignored", format!("{reason}{whole}"), Role::Warn));
    }
    lines
}

/// Where the specification demands it, and in which revisions.
pub fn section(rule: &Rule) -> String {
    let of = match rule.section {
        "" => "of quality; the specification does not demand it",
        section => section,
    };
    if rule.since == rule.until {
        format!("{of} ({})", rule.since)
    } else {
        format!("{of} ({} to {})", rule.since, rule.until)
    }
}

/// One finding as text to be copied.
pub fn in_words(found: &Found) -> String {
    let finding = found.finding();
    let mut words = format!(
        "{} {}: {} (#{} {})",
        finding.severity.word(),
        finding.rule.name,
        finding.words,
        finding.seq,
        finding.pointer
    );
    words = words.replace(" )", ")");
    let _ = write!(
        words,
        "\nwhy: {}\nfix: {}\nspec: {}\n",
        finding.rule.why,
        finding.rule.fix,
        section(finding.rule)
    );
    words
}

/// Several as Markdown.
pub fn markdown<'a>(found: impl Iterator<Item = &'a Found> + Clone, ctx: &Ctx<'_>) -> String {
    let counts = Counts::of(found.clone()).words();
    let mut out = format!(
        "# Lint: {}\n\n",
        if counts.is_empty() {
            "nothing"
        } else {
            &counts
        }
    );
    let cell = |text: &str| text::sanitize(text).replace('|', "\\|");
    let mut rule: Option<&str> = None;
    out.push_str("| severity | rule | finding | entry | server |\n|---|---|---|---|---|\n");
    for one in found.clone() {
        let finding = one.finding();
        let excepted = match ctx.lint.exception(one) {
            Some(exception) => format!(" (ignored: {})", cell(&exception.reason)),
            None => String::new(),
        };
        let _ = writeln!(
            out,
            "| {} | `{}` | {}{excepted} | #{} {} | {} |",
            finding.severity.word(),
            finding.rule.name,
            cell(&finding.words),
            finding.seq,
            cell(&finding.pointer),
            cell(&one.told.server),
        );
    }
    let mut rules: Vec<&Rule> = found.map(|one| one.finding().rule).collect();
    rules.sort_by_key(|rule| rule.name);
    for one in rules {
        if rule.replace(one.name) == Some(one.name) {
            continue;
        }
        let _ = write!(
            out,
            "\n`{}`: {} {}\n\nFix: {}\n",
            one.name, one.what, one.why, one.fix
        );
    }
    out
}
