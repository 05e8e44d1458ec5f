//! One page for a browser: a list that can be filtered, and of each row what was said, as a tree or as it stood on the
//! wire.
//!
//! The page loads nothing and sends nothing: its policy (`Content-Security-Policy`) forbids everything but its own
//! style and script, by their hashes. What servers said stands in it as data, never as markup: in a block of JSON that
//! no tag can begin in, from which the script makes text nodes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};

use super::item::{Item, ItemKind};
use super::markup::in_script;
use super::{Chosen, Fault, Job, arrow};
use crate::json::quote;
use crate::text::{self, markup::xml};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// Bytes of a body that the page holds.
const BODY: usize = 1 << 20;

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    let material = job.material;
    let name = xml(&material.name);
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let servers: Vec<String> = material
        .timeline
        .state()
        .connections()
        .map(|connection| {
            let opening = connection.opening.as_deref();
            let version = opening.and_then(|opening| opening.server_version.clone());
            let revision = connection.revision.map(|revision| revision.to_string());
            let words = [Some(connection.name.to_string()), version, revision];
            let words: Vec<String> = words.into_iter().flatten().collect();
            xml(&words.join(" "))
        })
        .collect();
    let excerpt = match job.chosen {
        Chosen::All => String::new(),
        Chosen::Rows { words, .. } => format!(" · excerpt: {}", xml(words)),
    };
    job.put(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{name} · MCP session</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{name}</h1>\n<p>{:.0} · {}{excerpt} · {}</p>\n\
         <input id=\"find\" type=\"search\" placeholder=\"filter: words, -not, status:error\" aria-label=\"filter\" \
         autocomplete=\"off\">\n<output id=\"count\"></output>\n<button id=\"light\" type=\"button\">dark / light</button>\n\
         </header>\n<main>\n<div id=\"list\" role=\"listbox\" tabindex=\"0\" aria-label=\"traffic\"></div>\n\
         <section id=\"detail\" aria-label=\"detail\"></section>\n</main>\n\
         <noscript>This page shows its rows with a script of its own; nothing is loaded from anywhere.</noscript>\n\
         <script type=\"application/json\" id=\"rows\">[",
        material.header.created,
        servers.join(", "),
        xml(&format!("written by mcpscope {}", env!("CARGO_PKG_VERSION"))),
    ))?;
    let mut bytes = Vec::new();
    job.items(|job, item| {
        bytes.clear();
        bytes.extend_from_slice(if job.written == 0 { b"\n" } else { b",\n" });
        in_script(row(&item, job.server(item.conn)).as_bytes(), &mut bytes);
        job.written += 1;
        job.put(&bytes)
    })?;
    job.put(format!(
        "\n]</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    ))
}

/// What the policy calls a style or script.
fn hash(source: &str) -> String {
    let digest = digest(&SHA256, source.as_bytes());
    format!("sha256-{}", BASE64.encode(digest))
}

/// A row for the page's script; `page.js` says what the members are.
fn row(item: &Item, server: &str) -> String {
    let title = match item.kind {
        ItemKind::Event => item.words.clone(),
        ItemKind::Stderr | ItemKind::Junk => {
            let line = String::from_utf8_lossy(&item.body).into_owned();
            text::fit(&line, 200).into_owned()
        }
        _ => item.title(),
    };
    let mut parts = Vec::new();
    for (number, round) in (1..).zip(&item.rounds) {
        let which = if item.rounds.len() > 1 {
            format!(" {number}")
        } else {
            String::new()
        };
        parts.push(part(&format!("request{which}"), &round.request));
        if let Some(response) = &round.response {
            parts.push(part(&format!("response{which}"), response));
        }
    }
    if item.rounds.is_empty() {
        parts.push(part(item.kind.word(), &item.body));
    }
    let took = item.took.map_or_else(String::new, |(whole, person)| {
        let whole = text::took(std::time::Duration::from_micros(whole));
        if person == 0 {
            return whole;
        }
        let person = text::took(std::time::Duration::from_micros(person));
        format!("{whole}, of it {person} for a person")
    });
    format!(
        "{{\"n\":{},\"t\":{},\"s\":{},\"c\":{},\"d\":\"{}\",\"k\":\"{}\",\"m\":{},\"r\":{},\"f\":{},\"o\":{},\"u\":{},\"b\":[{}]}}",
        item.seq,
        quote(&item.at.strftime("%H:%M:%S%.3f").to_string()),
        quote(&text::sanitize(server)),
        item.conn,
        arrow(item.direction),
        item.kind.word(),
        quote(&text::sanitize(&title)),
        quote(&text::sanitize(&item.status)),
        item.failed,
        item.open,
        quote(&took),
        parts.join(",")
    )
}

/// A body with its heading, cut if it is very long.
fn part(heading: &str, body: &[u8]) -> String {
    let shown = &body[..body.len().min(BODY)];
    let words = String::from_utf8_lossy(shown);
    let heading = if shown.len() < body.len() {
        format!(
            "{heading}, the first {} of {}",
            text::size(shown.len() as u64),
            text::size(body.len() as u64)
        )
    } else {
        heading.to_owned()
    };
    format!("[{},{}]", quote(&heading), quote(&words))
}
