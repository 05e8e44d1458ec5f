//! What differs: two calls, two entries, two sessions, one call on several servers.
//!
//! Owns what is compared, the report, what is selected in it and which paths somebody ignores meanwhile. What differs
//! is found by others; here it is looked at by path, as text, and side by side where there is room.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::diff::report::{Report, Row, Told};
use crate::diff::{Ignored, Rules};
use crate::session::timeline::EntryIndex;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::comparison::{Comparison, Everywhere};
use crate::tui::effect::{Effect, Store};
use crate::tui::event::{Event, Stored};
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::widgets::list::ListState;

mod baseline;
mod draw;
mod everywhere;
mod ignoring;
mod lines;
mod moving;
mod offers;
#[cfg(test)]
mod tests;

use everywhere::Round;
pub use everywhere::Server as Asked;
use lines::Lines;

/// From this width on both sides stand beside each other.
const WIDE: u16 = 120;
/// From this width on a difference is one line.
const ONE_LINE: u16 = 100;
/// Columns that text goes sideways at a time.
const ASIDE: usize = 8;

/// How what differs is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Paths,
    Text,
    Sides,
}

impl Tab {
    const ALL: [Self; 3] = [Self::Paths, Self::Text, Self::Sides];

    const fn title(self, width: u16) -> &'static str {
        match self {
            Self::Paths => "By path",
            Self::Text => "Text",
            Self::Sides if width >= WIDE => "Side by side",
            Self::Sides => "Stacked",
        }
    }
}

/// Where things are.
#[derive(Debug, Clone, Default)]
struct Areas {
    /// The list of rows with its rule; nothing when there is one row.
    rows: Rect,
    /// What is below the second rule.
    body: Rect,
    /// The second rule.
    rule: Rect,
}

/// See the module.
#[derive(Debug)]
pub struct DiffPane {
    what: Option<Comparison>,
    /// A call that several servers are asked, until they have answered.
    round: Option<Round>,
    /// The number of the comparison that is under way or shown.
    asker: u64,
    report: Option<Result<Arc<Report>, String>>,
    /// What is ignored, and the number under which it was asked for.
    rules: Rules,
    loading: Option<u64>,
    /// What was ignored here, the newest last.
    ignored: Vec<Ignored>,
    shows_ignored: bool,
    rows: ListState,
    changes: ListState,
    /// The changes of the selected row that are shown.
    shown: Vec<u32>,
    /// Whether the rows have the keys, rather than what differs in one.
    on_rows: bool,
    tab: Tab,
    lines: Lines,
    areas: Areas,
}

impl Default for DiffPane {
    fn default() -> Self {
        Self {
            what: None,
            round: None,
            asker: 0,
            report: None,
            rules: Rules::standard(),
            loading: None,
            ignored: Vec::new(),
            shows_ignored: false,
            rows: ListState::default(),
            changes: ListState::default(),
            shown: Vec::new(),
            on_rows: false,
            tab: Tab::Paths,
            lines: Lines::default(),
            areas: Areas::default(),
        }
    }
}

impl DiffPane {
    /// Compares these.
    pub fn open(&mut self, what: Comparison, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.report = None;
        self.rows = ListState::default();
        self.changes = ListState::default();
        self.on_rows = true;
        self.what = Some(what);
        self.round = None;
        // What was selected before is nothing in this.
        self.turned();
        let asker = ctx.ticket();
        self.loading = Some(asker);
        let mut effects = vec![Effect::Store(Store::LoadIgnores { asker })];
        effects.extend(self.compare(ctx));
        effects
    }

    /// Has several servers answer a call, and compares what they say.
    pub fn everywhere(
        &mut self,
        call: Everywhere,
        servers: Vec<Asked>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let mut round = Round::new(call, servers);
        // What is being compared belongs to something else by now.
        self.asker = ctx.ticket();
        (self.what, self.report) = (None, None);
        let effects = if round.is_question() {
            Vec::new()
        } else {
            round.send(ctx)
        };
        self.round = Some(round);
        self.turned();
        effects
    }

    fn compare(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        self.asker = ctx.ticket();
        Some(Effect::Compare {
            asker: self.asker,
            what: self.what.clone()?,
            rules: self.rules.clone(),
        })
    }

    fn report(&self) -> Option<&Report> {
        self.report.as_ref()?.as_deref().ok()
    }

    fn row(&self) -> Option<&Row> {
        self.report()?.rows.get(self.rows.selected)
    }

    fn rows_len(&self) -> usize {
        self.report().map_or(0, |report| report.rows.len())
    }

    /// The selected difference.
    fn told(&self) -> Option<&Told> {
        let at = *self.shown.get(self.changes.selected)?;
        self.row()?.changes.get(at as usize)
    }

    /// Another row is looked at, or others of its changes.
    fn turned(&mut self) {
        let shows = self.shows_ignored;
        self.shown = self.row().map_or_else(Vec::new, |row| {
            let all = row.changes.iter().zip(0..);
            all.filter(|(told, _)| shows || told.ignored.is_none())
                .map(|(_, at)| at)
                .collect()
        });
        self.lines.forget();
    }

    fn came(&mut self, result: &Result<Arc<Report>, String>) {
        self.report = Some(result.clone());
        let (len, path) = (self.rows_len(), self.told().map(|told| told.path.clone()));
        self.rows.clamp(len, usize::from(self.areas.rows.height));
        let first = self.report().map(|report| {
            let first = report.rows.iter().position(Row::differs);
            (first.unwrap_or(0), report.rows.len() > 1)
        });
        if let (Some((first, several)), None) = (first, &path) {
            self.rows.selected = first;
            self.on_rows = several;
        }
        self.turned();
        // Where somebody was, or the next that is left.
        let len = self.shown.len();
        self.changes.clamp(len, self.body_rows());
    }

    /// Rows of changes that fit.
    fn body_rows(&self) -> usize {
        let lines = if self.areas.body.width >= ONE_LINE {
            1
        } else {
            2
        };
        usize::from(self.areas.body.height / lines).max(1)
    }

    fn copy(&self, path: bool) -> Reply {
        let Some(told) = self.told() else {
            return Reply::say("Select what differs first.");
        };
        let (text, what) = if path {
            (told.path.clone(), "the path")
        } else {
            let side = |sign, part: Option<&crate::diff::Part>| {
                part.map_or_else(String::new, |part| {
                    format!("{sign} {}\n", String::from_utf8_lossy(part.bytes()))
                })
            };
            let (a, b) = (side('-', told.a.as_ref()), side('+', told.b.as_ref()));
            (format!("{}\n{a}{b}", told.path), "the difference")
        };
        Reply::effect(Effect::Copy {
            text,
            what: what.to_owned(),
        })
    }

    /// The place of an entry of the selected row.
    fn entry(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        if !matches!(
            self.what,
            Some(Comparison::Calls { .. } | Comparison::Replayed(_))
        ) {
            return None;
        }
        let seq = self.row()?.b.as_ref()?.seq?;
        ctx.timeline.index_of_seq(seq)
    }
}

impl Pane for DiffPane {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Diff, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        match action {
            Action::NextChange => self.step(true),
            Action::PreviousChange => self.step(false),
            Action::IgnorePath => self.ignore(false, ctx),
            Action::IgnoreHere => self.ignore(true, ctx),
            Action::Unignore => self.unignore(ctx),
            Action::ShowIgnored => {
                self.shows_ignored = !self.shows_ignored;
                self.turned();
                Reply::done()
            }
            Action::OpenChange if self.on_rows => {
                self.on_rows = false;
                Reply::done()
            }
            Action::OpenChange => self.turn(if self.tab == Tab::Paths {
                Tab::Sides
            } else {
                Tab::Paths
            }),
            Action::DiffSurface => Reply::effects(self.offers(ctx)),
            Action::AcceptBaseline => self.accept(ctx),
            Action::CopyChange => self.copy(false),
            Action::CopyChangePath => self.copy(true),
            Action::CopyDiffReport => match &self.report {
                Some(Ok(report)) => Reply::effect(Effect::CopyReport(Arc::clone(report))),
                _ => Reply::say("There is no report yet."),
            },
            Action::NextTab => self.turn(self.beside(true)),
            Action::PreviousTab => self.turn(self.beside(false)),
            Action::NextPane | Action::PreviousPane => {
                self.on_rows = !self.on_rows && self.rows_len() > 1;
                Reply::done()
            }
            Action::Right if self.on_rows => {
                self.on_rows = false;
                Reply::done()
            }
            Action::Left | Action::Right if self.tab != Tab::Paths && !self.on_rows => {
                self.lines.aside(action == Action::Right, ASIDE);
                Reply::done()
            }
            Action::Left => self.back(),
            Action::Back => self.back(),
            _ => self.moved(action),
        }
    }

    fn why_not(&self, action: Action, _ctx: &Ctx<'_>) -> Option<String> {
        let why = match action {
            Action::IgnorePath
            | Action::IgnoreHere
            | Action::CopyChange
            | Action::CopyChangePath
                if self.told().is_none() || self.on_rows || self.tab != Tab::Paths =>
            {
                "select what differs, by path"
            }
            Action::IgnoreHere if self.call().is_none() => "only of a call",
            Action::Unignore
                if self.ignored.is_empty()
                    && self.told().is_none_or(|told| told.ignored.is_none()) =>
            {
                "nothing was ignored here"
            }
            Action::NextChange | Action::PreviousChange
                if self.report().is_none_or(Report::is_same) =>
            {
                "nothing differs"
            }
            Action::DiffSurface if self.other_way().is_none() => "only of two sessions (8)",
            Action::AcceptBaseline => return self.why_no_baseline(),
            Action::Find | Action::FindNext | Action::FindPrevious => "not in what differs",
            Action::NextError | Action::PreviousError => "not in what differs",
            Action::CopyDiffReport if self.report().is_none() => "there is no report yet",
            Action::ShowIgnored if self.report().is_none_or(|report| !report.ignores()) => {
                "nothing is ignored"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Compared { asker, result } if *asker == self.asker => self.came(result),
            Event::Update(update)
                if self.round.as_mut().is_some_and(|round| round.hear(update)) =>
            {
                let round = self.round.take();
                let what = round.and_then(|round| round.comparison(ctx));
                return what.map_or_else(Vec::new, |what| self.open(what, ctx));
            }
            Event::ComparedText { asker, result } => self.lines.came(*asker, result),
            Event::Stored(Stored::Ignores { asker, lines }) if self.loading == Some(*asker) => {
                self.loading = None;
                return self.take_ignores(lines, ctx);
            }
            _ => {}
        }
        Vec::new()
    }

    fn takes_text(&self) -> bool {
        self.round.as_ref().is_some_and(Round::is_question)
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.takes_text() {
            &[("y", "send it to all"), ("Esc", "do not")]
        } else {
            &[]
        }
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        match (&mut self.round, key.code) {
            (Some(round), KeyCode::Char('y')) => Reply::effects(round.send(ctx)),
            _ => {
                self.round = None;
                Reply {
                    say: Some("Nothing was sent.".to_owned()),
                    ..Reply::go(Go::Out)
                }
            }
        }
    }

    fn click(&mut self, at: Position, double: bool, _ctx: &Ctx<'_>) -> Reply {
        if self.areas.rule.contains(at) {
            return draw::tab_at(self, at).map_or_else(Reply::done, |tab| self.turn(tab));
        }
        let list = Rect {
            y: self.areas.rows.y + 1,
            height: self.areas.rows.height.saturating_sub(1),
            ..self.areas.rows
        };
        if let Some(row) = self.rows.row_at(at, self.rows_len(), 1, list) {
            self.rows.selected = row;
            self.on_rows = !double;
            self.turned();
            return Reply::done();
        }
        if !self.areas.body.contains(at) {
            return Reply::ignored();
        }
        self.on_rows = false;
        let lines = if self.areas.body.width >= ONE_LINE {
            1
        } else {
            2
        };
        if self.tab == Tab::Paths {
            let row = self
                .changes
                .row_at(at, self.shown.len(), lines, self.areas.body);
            if let Some(row) = row {
                self.changes.selected = row;
                if double {
                    return self.turn(Tab::Sides);
                }
            }
        }
        Reply::done()
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        if self.areas.rows.contains(at) {
            let height = usize::from(self.areas.rows.height.max(2) - 1);
            let (len, before) = (self.rows_len(), self.rows.selected);
            self.rows.scroll(lines, len, height);
            if before != self.rows.selected {
                self.turned();
            }
        } else if self.tab == Tab::Paths {
            let (len, height) = (self.shown.len(), self.body_rows());
            self.changes.scroll(lines, len, height);
        } else {
            self.lines.scroll(lines);
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.lay(area);
        if self.tab == Tab::Paths {
            return Vec::new();
        }
        let Some(row) = self.row() else {
            return Vec::new();
        };
        let whole = |seen: &Option<crate::diff::report::Seen>| {
            seen.as_ref().and_then(|seen| seen.whole.clone())
        };
        let (a, b) = (whole(&row.a), whole(&row.b));
        let sides = self.tab == Tab::Sides && area.width >= WIDE;
        let body = self.areas.body;
        self.lines
            .place(a, b, sides, self.tab == Tab::Sides, body, ctx)
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        draw::draw(self, area, buf, ctx)
    }

    fn hint(&self, _ctx: &Ctx<'_>) -> Option<String> {
        if self.on_rows || self.tab != Tab::Paths {
            return None;
        }
        let told = self.told()?;
        Some(match &told.ignored {
            Some(rule) => format!("{}: {}, ignored by {rule}", told.path, told.what.word()),
            None => format!("{}: {}", told.path, told.what.word()),
        })
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.entry(ctx)
    }
}
