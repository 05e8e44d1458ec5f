//! Values that filters can be about, as they really are in the session: for completion.

use std::collections::HashMap;

use crate::filter::Key;
use crate::mcp::types::List;
use crate::session::timeline::{Row, Status, Symbol};
use crate::tui::pane::Ctx;

/// The newest rows that are looked at: the ones somebody looks for, and no more than fit between two frames.
const NEWEST: usize = 20_000;

/// The values of a key, those that are had most often first.
pub fn values(key: Key, ctx: &Ctx<'_>) -> Vec<String> {
    let timeline = ctx.timeline;
    let rows = timeline.rows().iter().rev().take(NEWEST);
    match key {
        Key::Method | Key::Tool | Key::Uri | Key::Prompt => {
            let mut counts: HashMap<Symbol, usize> = HashMap::new();
            for row in rows {
                let (method, subject) = match *row {
                    Row::Exchange(number) => match timeline.exchange(number) {
                        Some(exchange) => (exchange.method, exchange.subject),
                        None => continue,
                    },
                    Row::Single(number) => match timeline.single_row(number) {
                        Some(single) => (single.method, single.subject),
                        None => continue,
                    },
                };
                let word = match key {
                    Key::Method => method,
                    _ if key_of(timeline.word(method)) == Some(key) => subject,
                    _ => continue,
                };
                if !word.is_empty() {
                    *counts.entry(word).or_default() += 1;
                }
            }
            let counted = counts
                .into_iter()
                .map(|(symbol, count)| (timeline.word(symbol).to_owned(), count));
            let mut all = sorted(counted.collect());
            all.extend(listed(key, ctx));
            unique(all)
        }
        Key::Srv => unique(
            timeline
                .state()
                .connections()
                .map(|connection| connection.name.to_string())
                .collect(),
        ),
        Key::Code => {
            let mut counts: HashMap<String, usize> = HashMap::new();
            for row in rows {
                if let Row::Exchange(number) = *row
                    && let Status::Error(code) = timeline.status(number)
                {
                    *counts.entry(code.to_string()).or_default() += 1;
                }
            }
            sorted(counts)
        }
        Key::Mark => unique(
            ctx.marks
                .iter()
                .map(|(_, mark)| mark.sign().to_string())
                .collect(),
        ),
        _ => Vec::new(),
    }
}

/// The key that is about the subject of a method.
fn key_of(method: &str) -> Option<Key> {
    match method {
        "tools/call" => Some(Key::Tool),
        "prompts/get" => Some(Key::Prompt),
        _ if method.starts_with("resources/") => Some(Key::Uri),
        _ => None,
    }
}

fn listed(key: Key, ctx: &Ctx<'_>) -> Vec<String> {
    let list = match key {
        Key::Tool => List::Tools,
        Key::Prompt => List::Prompts,
        Key::Uri => List::Resources,
        _ => return Vec::new(),
    };
    let connections = ctx.timeline.state().connections();
    connections
        .flat_map(|connection| connection.list(list).items.iter())
        .take(NEWEST)
        .map(|item| item.name.to_string())
        .collect()
}

fn sorted(counts: HashMap<String, usize>) -> Vec<String> {
    let mut all: Vec<(String, usize)> = counts.into_iter().collect();
    all.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
    all.into_iter().map(|(word, _)| word).collect()
}

fn unique(mut all: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    all.retain(|word| seen.insert(word.clone()));
    all
}
