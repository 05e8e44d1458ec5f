//! Notices above the status row: what happened, and what can be done about it.
//!
//! ```text
//!  … #131 tools/call long-task: 58 s of 60 s    k keep waiting +60 s  K no limit  c cancel
//! ```

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text;
use crate::tui::action::Action;
use crate::tui::model::{Model, Slow};
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;

const CHOICES: [Action; 3] = [Action::KeepWaiting, Action::NoLimit, Action::GiveUp];

/// Draws them into `area`, the newest last. Gives where the choices are, and the cursor when they have the keys.
pub fn draw(
    model: &Model,
    area: Rect,
    buf: &mut Buffer,
) -> (Vec<(Rect, u64, Action)>, Option<Position>) {
    let theme = &model.world.theme;
    let slow = &model.notices.slow;
    let first = slow.len().saturating_sub(usize::from(area.height));
    let mut places = Vec::new();
    let mut cursor = None;
    for (y, (index, one)) in (area.y..).zip(slow.iter().enumerate().skip(first)) {
        let newest = index + 1 == slow.len();
        let focused = newest && model.notices.focused;
        let role = if focused { Role::Focus } else { Role::Warn };
        let mark = if focused { "▌…" } else { " …" };
        let more = match first {
            0 => String::new(),
            more if y == area.y => format!("  +{more} more"),
            _ => String::new(),
        };
        let choices = choices(model, newest);
        let width: usize = choices
            .iter()
            .map(|(key, words, _)| text::width(key) + text::width(words) + 3)
            .sum();
        let room = usize::from(area.width).saturating_sub(width + 1);
        let around = text::width(mark) + text::width(&more) + 1;
        let sentence = sentence(one, room.saturating_sub(around), model);
        let sentence = format!("{mark} {sentence}{more}");
        buf.set_stringn(
            area.x,
            y,
            text::fit(&sentence, room),
            room,
            theme.style(role),
        );
        if focused {
            cursor = Some(Position::new(area.x, y));
        }
        let mut x = area.x + (usize::from(area.width).saturating_sub(width)) as u16;
        for (key, words, action) in choices {
            let start = x;
            x = buf.set_stringn(x, y, &key, 8, theme.style(Role::Key)).0;
            if !key.is_empty() {
                x += 1;
            }
            let left = usize::from(area.right().saturating_sub(x));
            x = buf
                .set_stringn(x, y, words, left, theme.style(Role::Text))
                .0;
            let place = Rect {
                x: start,
                y,
                width: x - start,
                height: 1,
            };
            places.push((place, one.ticket, action));
            x = (x + 2).min(area.right());
        }
    }
    (places, cursor)
}

/// Keys and words of what can be done. The keys are those of the newest notice.
fn choices(model: &Model, newest: bool) -> Vec<(String, &'static str, Action)> {
    CHOICES
        .into_iter()
        .map(|action| {
            let key = model.world.keys.first(action).filter(|_| newest);
            (key.unwrap_or_default(), action.row().hint, action)
        })
        .collect()
}

/// What is slow, in so many cells: the name gives way, not the time.
fn sentence(slow: &Slow, room: usize, model: &Model) -> String {
    let timeline = &model.world.timeline;
    let entry = model
        .notices
        .sent
        .get(&slow.ticket)
        .and_then(|seq| timeline.index_of_seq(*seq));
    let Some((index, row)) = entry.and_then(|index| Some((index, timeline.entry(index)?))) else {
        return "a call nears its limit".to_owned();
    };
    let exchange = timeline
        .exchange_of_request(index)
        .and_then(|exchange| timeline.exchange(exchange));
    let name = exchange.map_or_else(String::new, |exchange| {
        let parts = [exchange.method, exchange.subject].map(|word| safe(timeline.word(word), 30));
        parts.join(" ").trim().to_owned()
    });
    let seconds = |us: u64| text::took(Duration::from_secs(us / 1_000_000));
    let waited = seconds(model.world.now_us.saturating_sub(row.us()));
    let whole = slow.until_us.saturating_sub(row.us()) + 500_000;
    let number = format!("#{} ", row.seq());
    let time = format!(": {waited} of {}", seconds(whole));
    let left = room.saturating_sub(text::width(&number) + text::width(&time));
    format!("{number}{}{time}", text::fit(&name, left))
}
