//! A report for people: what was talked to, what went wrong with question and answer, and what was said in order.
//!
//! It is short on purpose: bodies are cut, and of very many rows the rest is counted. What was chosen by a person is
//! told in full.

use std::fmt::Write as _;

use super::item::{Item, ItemKind};
use super::{Chosen, Fault, Job, arrow};
use crate::json::Value;
use crate::session::timeline::{Connection, LinkState};
use crate::snippet::{code, fenced};
use crate::text::{self, markup::markdown};

/// Bytes of a body that are shown.
const BODY: usize = 8 * 1024;
/// Rows that are told in full.
const TOLD: usize = 100;
/// Rows of the table.
const TABLE: usize = 500;

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    let material = job.material;
    let timeline = &material.timeline;
    let mut head = format!("# MCP session {}\n\n", code(&material.name));
    let mut row = |name: &str, value: &str| {
        head.extend(["- ", name, ": ", value, "\n"]);
    };
    row(
        "Recorded",
        &format!(
            "{:.0} by {}",
            material.header.created,
            code(&material.header.by)
        ),
    );
    let lasted = std::time::Duration::from_micros(material.last_us());
    row("Lasted", &text::took(lasted));
    if let Chosen::Rows { rows, words } = job.chosen {
        let count = text::plural(rows.len(), "row");
        row(
            "Excerpt",
            &format!("{count} of {} ({})", timeline.rows().len(), code(words)),
        );
    }
    head.push_str(
        "\n## Servers\n\n| # | server | implementation | protocol | messages | failures | end |\n",
    );
    head.push_str("|--:|---|---|---|--:|--:|---|\n");
    for connection in timeline.state().connections() {
        let _ = writeln!(head, "{}", server(connection));
    }
    job.put(head)?;

    let told_all = !job.chosen.is_all();
    let (mut told, mut failures) = (Vec::new(), 0_usize);
    let (mut table, mut rows) = (String::new(), 0_usize);
    job.items(|job, item| {
        rows += 1;
        failures += usize::from(item.failed && item.kind == ItemKind::Request);
        if rows <= TABLE {
            let _ = writeln!(table, "{}", line(&item, job.server(item.conn)));
        }
        let telling = told_all || (item.failed && item.kind == ItemKind::Request);
        if telling && told.len() < TOLD {
            told.push(in_full(&item, job.server(item.conn)));
        }
        job.written += 1;
        Ok(())
    })?;
    let heading = if told_all { "In full" } else { "Failures" };
    job.put(format!("\n## {heading}\n"))?;
    if told.is_empty() {
        job.put("\nNone.\n")?;
    }
    let shown = told.len();
    for one in told {
        job.put(one)?;
    }
    let all = if told_all { rows } else { failures };
    if all > shown {
        job.put(format!("\n{} more.\n", all - shown))?;
    }
    job.put("\n## In order\n\n| # | time | server | | what | status | took |\n|--:|---|---|---|---|---|--:|\n")?;
    job.put(table)?;
    if rows > TABLE {
        job.put(format!("\n{} more.\n", rows - TABLE))?;
    }
    let masked = job.masked.words();
    if !masked.is_empty() {
        job.put(format!("\nMasked in this report: {masked}.\n"))?;
    }
    job.put(concat!(
        "\nWritten by mcpscope ",
        env!("CARGO_PKG_VERSION"),
        ".\n"
    ))
}

/// A row of the table of servers.
fn server(connection: &Connection) -> String {
    let opening = connection.opening.as_deref();
    let implementation = opening.map(|opening| {
        let name = opening.name.clone().unwrap_or_default();
        let version = opening.server_version.clone().unwrap_or_default();
        format!("{name} {version}").trim().to_owned()
    });
    let revision = connection.revision.map(|revision| revision.to_string());
    let counters = &connection.counters;
    let end = match &connection.link {
        LinkState::Exited {
            code: Some(code), ..
        } => format!("exited {code}"),
        LinkState::Exited {
            signal: Some(signal),
            ..
        } => format!("signal {signal}"),
        LinkState::Exited { .. } => "closed".to_owned(),
        LinkState::Failed { what, .. } => markdown(what),
        _ => "–".to_owned(),
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {end} |",
        connection.number,
        markdown(&connection.name),
        markdown(&implementation.unwrap_or_default()),
        revision.as_deref().unwrap_or("–"),
        counters.out + counters.received,
        counters.failures,
    )
}

/// A row of the table.
fn line(item: &Item, server: &str) -> String {
    let took = item.took.map_or_else(String::new, |(whole, _)| {
        text::took(std::time::Duration::from_micros(whole))
    });
    let what = match item.kind {
        ItemKind::Event => item.words.clone(),
        ItemKind::Stderr | ItemKind::Junk => String::from_utf8_lossy(&item.body).into_owned(),
        _ => item.title(),
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {took} |",
        item.seq,
        clock(item),
        markdown(server),
        arrow(item.direction),
        markdown(&text::fit(&what, 100)),
        markdown(&item.status),
    )
}

/// A row with all that was said.
fn in_full(item: &Item, server: &str) -> String {
    let title = code(&item.title());
    let mut out = format!("\n### {title} (#{})\n\n", item.seq);
    let took = item.took.map_or_else(String::new, |(whole, person)| {
        let whole = text::took(std::time::Duration::from_micros(whole));
        if person == 0 {
            format!(" after {whole}")
        } else {
            let person = text::took(std::time::Duration::from_micros(person));
            format!(" after {whole}, of it {person} for a person")
        }
    });
    let status = if item.status.is_empty() {
        item.kind.word().to_owned()
    } else {
        format!("**{}**", markdown(&item.status))
    };
    let _ = writeln!(out, "{} on {}, {status}{took}.", clock(item), code(server));
    for (number, round) in (1..).zip(&item.rounds) {
        let which = if item.rounds.len() > 1 {
            format!(" {number}")
        } else {
            String::new()
        };
        let _ = write!(out, "\nRequest{which}:\n\n{}", shown(&round.request));
        match &round.response {
            Some(response) => {
                let _ = write!(out, "\nResponse{which}:\n\n{}", shown(response));
            }
            None => {
                let _ = write!(out, "\nNo response{which}.\n");
            }
        }
    }
    if item.kind == ItemKind::Event {
        let _ = write!(out, "\n{}\n", markdown(&item.words));
    } else if item.rounds.is_empty() {
        let _ = write!(out, "\n{}", shown(&item.body));
    }
    out
}

/// A body in a fence, laid out if it is JSON, cut if it is long.
fn shown(body: &[u8]) -> String {
    let (language, text) = match Value::parse(body) {
        Ok(value) => ("json", value.pretty()),
        Err(_) => ("", String::from_utf8_lossy(body).into_owned()),
    };
    if text.len() <= BODY {
        return fenced(language, &text);
    }
    let cut = (0..=BODY).rev().find(|at| text.is_char_boundary(*at));
    format!(
        "{}\nThe first {} of {}.\n",
        fenced("", &text[..cut.unwrap_or(0)]),
        text::size(BODY as u64),
        text::size(text.len() as u64)
    )
}

fn clock(item: &Item) -> String {
    item.at.strftime("%H:%M:%S%.3f").to_string()
}
