//! A recording is looked at entry by entry: where it stands, how it plays, and the row that says so.
//!
//! Nothing here sends anything: what is played is shown, not done. It ticks only while it plays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::action::Action;
use super::clock::Clock;
use super::theme::{Role, Theme};
use crate::session::timeline::{EntryIndex, Moment, Timeline};
use crate::text;

/// How many times faster than it was.
const SPEEDS: [&str; 8] = ["0.25", "0.5", "1", "2", "5", "10", "50", "100"];
const USUAL: usize = 2;
/// The longest pause of a capped replay, in milliseconds.
pub const CAP: u64 = 1_000;
/// What is so near in what is played that it comes at once, in microseconds.
const AT_ONCE: u64 = 33_000;

/// Where a recording stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The entry that is on its way to be shown, and the one that was asked for since.
    pub wanted: Option<(EntryIndex, Option<EntryIndex>)>,
    /// Whether the fold is being written down: it is not changed as long as that takes.
    pub lent: bool,
    /// What arrived meanwhile.
    pub held: Option<Result<Box<Moment>, String>>,
    /// The entry whose row is to be gone to once it is shown.
    pub reveal: Option<EntryIndex>,
    /// Who hears when the next entry is due, while it plays.
    pub playing: Option<u64>,
    speed: usize,
    /// Whether long pauses are shortened.
    pub capped: bool,
    /// The format of the file, when it is newer than ours.
    pub newer: Option<u32>,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            wanted: None,
            lent: false,
            held: None,
            reveal: None,
            playing: None,
            speed: USUAL,
            capped: true,
            newer: None,
        }
    }
}

impl Replay {
    /// Faster or slower, as far as it goes.
    pub fn hurry(&mut self, faster: bool) {
        self.speed = if faster {
            (self.speed + 1).min(SPEEDS.len() - 1)
        } else {
            self.speed.saturating_sub(1)
        };
    }

    /// `x1`, `x0.5`
    pub fn speed(&self) -> String {
        format!("x{}", SPEEDS[self.speed])
    }

    /// Time of the recording as time of the wall, both in microseconds.
    fn slowed(&self, us: u64) -> u64 {
        // A quarter is the slowest, so quarters are whole numbers.
        const QUARTERS: [u64; 8] = [1, 2, 4, 8, 20, 40, 200, 400];
        us.saturating_mul(4) / QUARTERS[self.speed]
    }

    /// The entry to go to next from `at`, and in how many milliseconds; none at the end.
    pub fn next(&self, timeline: &Timeline, at: EntryIndex) -> Option<(EntryIndex, u64)> {
        let entries = timeline.whole();
        let now = entries.get(at as usize)?.us();
        let next = entries.get(at as usize + 1)?.us();
        let wait = self.slowed(next.saturating_sub(now)) / 1_000;
        let wait = if self.capped { wait.min(CAP) } else { wait };
        // Everything that would come in the same frame.
        let until =
            next.saturating_add(AT_ONCE.saturating_mul(AT_ONCE) / self.slowed(AT_ONCE).max(1));
        let target = timeline.at_us(until).unwrap_or(at).max(at + 1);
        Some((target, wait))
    }
}

/// The entry that is shown as the newest, from 0; none while there is none.
pub fn at(timeline: &Timeline) -> Option<EntryIndex> {
    let last = timeline.whole().len().checked_sub(1)? as EntryIndex;
    Some(timeline.moment().unwrap_or(last))
}

/// The entry of a place somebody typed: a time of the clock (`11:20:31`), a time since the beginning (`+1:30`), a
/// sequence number (`#41`), or a part of it all (`50%`). An error says what can be typed.
pub fn place(typed: &str, timeline: &Timeline, clock: &Clock) -> Result<EntryIndex, String> {
    let wrong = || "a time such as 11:20:31 or +1:30, an entry such as #41, or 50%".to_owned();
    let typed = typed.trim();
    let entries = timeline.whole();
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Err("there is no entry yet".to_owned());
    };
    if let Some(number) = typed.strip_prefix('#') {
        let seq: u64 = number.trim().parse().map_err(|_| wrong())?;
        return timeline
            .with_seq(seq)
            .ok_or_else(|| format!("there is no entry #{seq}"));
    }
    if let Some(part) = typed.strip_suffix('%') {
        let part: u64 = part.trim().parse().map_err(|_| wrong())?;
        let span = last.us().saturating_sub(first.us());
        let us = first.us() + (u128::from(span) * u128::from(part.min(100)) / 100) as u64;
        return timeline.at_us(us).ok_or_else(wrong);
    }
    if let Some(since) = typed.strip_prefix('+') {
        let us = seconds(since).ok_or_else(wrong)?.saturating_mul(1_000);
        return timeline
            .at_us(first.us().saturating_add(us))
            .ok_or_else(wrong);
    }
    let wanted = seconds(typed)
        .filter(|_| typed.contains(':'))
        .ok_or_else(wrong)?;
    const DAY: u64 = 24 * 60 * 60 * 1_000;
    // `11:20:31` is all of that second. After midnight the clock begins anew.
    let end = wanted % DAY + if typed.contains('.') { 0 } else { 999 };
    let since = (end + DAY - clock.of_day(first.at())) % DAY;
    let span = last.us().saturating_sub(first.us());
    // What is almost a day later was meant to be a little before the beginning.
    let us = match since * 1_000 {
        us if us > span && since > DAY / 2 => 0,
        us => us,
    };
    timeline
        .at_us(first.us().saturating_add(us))
        .ok_or_else(wrong)
}

/// `1:30`, `11:20:31.5`, `90`: in milliseconds.
fn seconds(typed: &str) -> Option<u64> {
    let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
    let numbers: Option<Vec<u64>> = whole
        .split(':')
        .map(|number| {
            number
                .trim()
                .parse()
                .ok()
                .filter(|number| *number < 100_000)
        })
        .collect();
    let numbers = numbers.filter(|numbers| numbers.len() <= 3)?;
    let whole = numbers.iter().fold(0, |sum, number| sum * 60 + number);
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    Some(whole * 1_000 + digits.parse::<u64>().ok()?)
}

/// Draws the row, with a remark at its end, and says where what can be clicked is. What `grows` is written by a tap
/// that runs.
pub fn draw(
    replay: &Replay,
    timeline: &Timeline,
    (remark, grows): (&str, bool),
    clock: &Clock,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Vec<(Rect, Action)> {
    let mut places = Vec::new();
    let mut x = area.x;
    let mut put = |words: &str, role: Role, action: Option<Action>, buf: &mut Buffer| {
        let width = text::width(words) as u16;
        if x + width > area.right() {
            return;
        }
        buf.set_stringn(x, area.y, words, usize::from(width), theme.style(role));
        if let Some(action) = action {
            let place = Rect {
                x,
                y: area.y,
                width,
                height: 1,
            };
            places.push((place, action));
        }
        x += width;
    };
    // What somebody else's client does right now is no replay, until one steps back in it.
    let now = grows && timeline.moment().is_none();
    let title = if now { " LIVE tap " } else { " REPLAY " };
    put(title, Role::Accent, None, buf);
    let entries = timeline.whole();
    let at = at(timeline);
    let time = at
        .and_then(|at| entries.get(at as usize))
        .map_or_else(|| "--:--:--".to_owned(), |entry| clock.second(entry.at()));
    put(&time, Role::Title, Some(Action::ReplayTime), buf);
    put("  ", Role::Text, None, buf);
    put("◂", Role::Key, Some(Action::ReplayBack), buf);
    let (sign, words) = match replay.playing {
        Some(_) => ("‖", "playing"),
        None => ("▶", "paused"),
    };
    if !now {
        put(" ", Role::Text, None, buf);
        put(sign, Role::Key, Some(Action::ReplayPlay), buf);
        put(" ", Role::Text, None, buf);
        put("▸", Role::Key, Some(Action::ReplayOn), buf);
        put(
            &format!("  {}", replay.speed()),
            Role::Text,
            Some(Action::ReplayFaster),
            buf,
        );
        let capped = if replay.capped { " capped" } else { "" };
        put(capped, Role::TextMuted, Some(Action::ReplayCap), buf);
    }
    let number = at.map_or(0, |at| u64::from(at) + 1);
    let shown = timeline.moment().is_some();
    let role = if shown { Role::Pending } else { Role::Text };
    let said = format!("  entry {number} of {}", entries.len());
    put(&said, role, Some(Action::ReplayTime), buf);
    let doing = match (replay.playing.is_some(), shown) {
        (false, false) if now => String::new(),
        (false, false) => "  all of it".to_owned(),
        _ => format!("  {words}"),
    };
    put(&doing, Role::TextMuted, Some(Action::ReplayPlay), buf);
    if let Some(format) = replay.newer {
        put(&format!("  format {format}, newer"), Role::Warn, None, buf);
    }
    if !remark.is_empty() {
        put("   ", Role::Text, None, buf);
        let room = usize::from(area.right().saturating_sub(x));
        // The action is only there when there is a session to go back to.
        let remark = text::fit(remark, room).into_owned();
        let width = text::width(&remark) as u16;
        buf.set_stringn(x, area.y, &remark, room, theme.style(Role::TextMuted));
        let place = Rect {
            x,
            y: area.y,
            width,
            height: 1,
        };
        places.push((place, Action::ReplayLeave));
    }
    places
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::borrow::Cow;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::session::recorded::{Place, Recorded};
    use crate::session::{Channel, Direction, Entry};

    /// Entries so many milliseconds after 23:59:58.500.
    fn timeline(millis: &[u64]) -> Timeline {
        let mut timeline = Timeline::default();
        let began: Timestamp = "2026-11-21T23:59:58.500Z".parse().unwrap();
        for (seq, ms) in (1..).zip(millis) {
            let at = began.as_microsecond() + (*ms * 1_000).cast_signed();
            let entry = Entry {
                seq,
                us: ms * 1_000,
                at: Timestamp::from_microsecond(at).unwrap(),
                conn: 1,
                channel: Channel::Stderr,
                direction: Direction::In,
                aux: false,
                body: b"x".to_vec(),
                ending: Cow::Borrowed("\n"),
                extra: None,
            };
            timeline.push(&Recorded::of(&entry, Place::default()));
        }
        timeline
    }

    #[test]
    fn places_are_told_by_clock_time_number_and_part() {
        let timeline = timeline(&[0, 400, 700, 1_600, 2_000, 4_000]);
        let clock = Clock::in_zone(TimeZone::UTC);
        for (typed, place_wanted) in [
            ("23:59:58", 1),
            ("23:59:58.6", 0),
            ("23:59:59", 2),
            ("0:00:00", 4),
            ("00:00:00.2", 3),
            ("0:00:01", 4),
            ("0:00:02", 5),
            ("23:59:57", 0),
            ("11:30:00", 5),
            ("12:30:00", 0),
            ("+0", 0),
            ("+1.6", 3),
            ("+0:02", 4),
            ("+99", 5),
            ("#3", 2),
            ("0%", 0),
            ("50%", 4),
            ("100%", 5),
        ] {
            assert_eq!(place(typed, &timeline, &clock), Ok(place_wanted), "{typed}");
        }
        for typed in [
            "",
            "x",
            "12",
            "#",
            "#9",
            "+",
            "1:2:3:4",
            "%",
            "99999999999:1",
        ] {
            assert!(place(typed, &timeline, &clock).is_err(), "{typed}");
        }
        let empty = Timeline::default();
        assert!(place("#1", &empty, &clock).is_err() && at(&empty).is_none());
    }

    #[test]
    fn pauses_are_as_long_as_they_were_or_shortened() {
        let timeline = timeline(&[0, 400, 410, 60_000]);
        let mut replay = Replay::default();
        assert_eq!(replay.next(&timeline, 0), Some((2, 400)));
        assert_eq!(replay.next(&timeline, 2), Some((3, CAP)));
        assert_eq!(replay.next(&timeline, 3), None);
        replay.capped = false;
        assert_eq!(replay.next(&timeline, 2), Some((3, 59_590)));
        replay.hurry(true);
        assert_eq!(
            (replay.speed().as_str(), replay.next(&timeline, 2)),
            ("x2", Some((3, 29_795)))
        );
        for _ in 0..9 {
            replay.hurry(false);
        }
        assert_eq!(
            (replay.speed().as_str(), replay.next(&timeline, 0)),
            ("x0.25", Some((1, 1_600)))
        );
        for _ in 0..9 {
            replay.hurry(true);
        }
        assert_eq!(replay.next(&timeline, 0), Some((2, 4)));
    }
}
