//! What one frame says, apart from the others.

use std::time::Duration;

use super::{Told, WIDEST, named, preview, role, single, way};
use crate::session::timeline::{EntryIndex, FrameKind};
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

/// Tells a frame; `more` is how many messages it has beyond the first.
pub fn told<'a>(index: EntryIndex, kind: FrameKind, more: u16, ctx: &Ctx<'a>) -> Option<Told<'a>> {
    let timeline = ctx.timeline;
    let entry = timeline.entry(index)?;
    let (number, answers) = match kind {
        FrameKind::Request(number) => (number, false),
        FrameKind::Response(number) => (number, true),
        FrameKind::Single(number) => {
            let mut told = single(timeline.single_row(number)?, ctx)?;
            batch(&mut told, more);
            return Some(told);
        }
    };
    let exchange = timeline.exchange(number)?;
    let mut what = named(
        timeline.word(exchange.method),
        timeline.word(exchange.subject),
    );
    if answers {
        what.insert(0, ("answer to".to_owned(), Role::TextMuted));
    }
    let took = timeline.took(exchange).filter(|_| answers);
    let mut told = Told {
        entry,
        answer: answers.then_some(index),
        dir: way(entry.direction()),
        what,
        preview: preview(entry, ctx),
        preview_tells: false,
        id: safe(&exchange.id.to_string(), WIDEST),
        status: if answers {
            (exchange.status.to_string(), role(exchange.status))
        } else {
            ("request".to_owned(), Role::TextMuted)
        },
        took: took.map_or_else(
            || "–".to_owned(),
            |us| text::took(Duration::from_micros(us)),
        ),
        size: text::size(entry.size()),
        own: entry.aux,
    };
    batch(&mut told, more);
    Some(told)
}

fn batch(told: &mut Told<'_>, more: u16) {
    if more > 0 {
        told.what
            .push((format!("and {more} more in the batch"), Role::TextMuted));
    }
}
