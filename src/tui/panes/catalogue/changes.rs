//! What changed in the lists: a box over the pane with the differences, the newest first, and the count of those nobody
//! has looked at yet.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::listing::Key;
use super::{CataloguePane, Focus, words};
use crate::json;
use crate::mcp::types::{Item, List};
use crate::session::timeline::changes::{Difference, Since};
use crate::text;
use crate::tui::action::Action;
use crate::tui::keymap::Chord;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::popup::{self, Popup};

/// Columns of a value that is shown as it was and is.
const VALUE: usize = 60;

/// One row of the box; sanitised.
#[derive(Debug)]
struct Told {
    text: String,
    role: Role,
    indent: usize,
    /// The item it leads to.
    item: Option<(List, Box<str>)>,
}

/// See the module.
#[derive(Debug)]
pub struct ChangesBox {
    title: String,
    rows: Vec<Told>,
    list: ListState,
    height: usize,
}

impl ChangesBox {
    /// What keys mean in it.
    pub const KEYS: &[(&str, &str)] = &[("Enter", "to the item"), ("Esc", "close")];

    fn new(title: String, rows: Vec<Told>) -> Self {
        Self {
            title,
            rows,
            list: ListState::default(),
            height: 10,
        }
    }

    fn popup<'a>(&'a self, title: &'a str, screen: Rect) -> Popup<'a> {
        let most = usize::from(screen.height.saturating_sub(4)).max(1);
        Popup {
            title,
            footer: "Enter goes to the item  Esc",
            width: screen.width.saturating_sub(8).clamp(20, 110),
            height: self.rows.len().clamp(1, most) as u16,
            place: popup::Place::Centre,
        }
    }

    /// Draws it over the pane.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let title = text::fit(&self.title, usize::from(screen.width.saturating_sub(12)));
        let room = self.popup(&title, screen).draw(screen, buf, theme);
        let mut state = self.list;
        state.clamp(self.rows.len(), usize::from(room.height));
        let row = |index: usize, width: u16| {
            let told = &self.rows[index];
            let blank = " ".repeat(told.indent);
            let width = usize::from(width).saturating_sub(told.indent);
            let text = text::fit(&told.text, width).into_owned();
            Line::from(vec![
                Span::raw(blank),
                Span::styled(text, theme.style(told.role)),
            ])
        };
        list::draw(self.rows.len(), &state, true, row, room, buf, theme)
            .unwrap_or(room.as_position())
    }

    /// The wheel.
    pub fn wheel(&mut self, lines: isize) {
        self.list.scroll(lines, self.rows.len(), self.height);
    }

    /// Where it will be drawn: what is selected stays in sight.
    pub fn place(&mut self, screen: Rect) {
        let room = self.popup(&self.title, screen).room(screen);
        self.height = usize::from(room.height);
        self.list.clamp(self.rows.len(), self.height);
    }

    fn key(&mut self, key: KeyEvent) -> Option<(List, Box<str>)> {
        let len = self.rows.len();
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.list.up(1),
            KeyCode::Down | KeyCode::Char('j') => self.list.down(1, len),
            KeyCode::PageUp => self.list.page_up(self.height),
            KeyCode::PageDown => self.list.page_down(len, self.height),
            KeyCode::Home | KeyCode::Char('g') => self.list.top(),
            KeyCode::End | KeyCode::Char('G') => self.list.bottom(len),
            KeyCode::Enter => return self.rows.get(self.list.selected)?.item.clone(),
            _ => {}
        }
        None
    }
}

impl CataloguePane {
    /// How many items came, went and changed in the lists of the server looked at since somebody looked at that.
    pub fn changed(&self, ctx: &Ctx<'_>) -> [u32; 3] {
        let Some((server, connection)) = ctx.server().zip(ctx.connection()) else {
            return [0; 3];
        };
        let seen = self.seen.get(&*server.name).copied().unwrap_or(0);
        self.kind
            .lists()
            .iter()
            .map(|list| connection.list(*list).changes.counts_after(seen))
            .fold([0; 3], |sum, counts| {
                std::array::from_fn(|place| sum[place] + counts[place])
            })
    }

    /// Why there are no changes to be looked at.
    pub(super) fn why_no_changes(&self, ctx: &Ctx<'_>) -> Option<String> {
        let none = ctx.connection().is_none_or(|connection| {
            self.kind
                .lists()
                .iter()
                .all(|list| connection.list(*list).changes.all().is_empty())
        });
        none.then(|| {
            format!(
                "no {} changed; {} fetches them again",
                words::noun(self.kind.lists()[0]),
                ctx.keys.word(Action::RefreshList)
            )
        })
    }

    /// Shows what changed; from here on it has been looked at.
    pub(super) fn show_changes(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_no_changes(ctx) {
            return Reply::say(why);
        }
        let Some(connection) = ctx.connection() else {
            return Reply::ignored();
        };
        let mut all: Vec<(List, &Arc<Difference>)> = Vec::new();
        for list in self.kind.lists() {
            let changes = connection.list(*list).changes.all();
            all.extend(changes.iter().map(|one| (*list, one)));
        }
        all.sort_by_key(|(_, difference)| std::cmp::Reverse(difference.seq));
        let newest = all.first().map_or(0, |(_, difference)| difference.seq);
        self.seen.insert(Arc::clone(&self.server), newest);
        let mut rows = Vec::new();
        for (list, difference) in all {
            tell(list, difference, ctx, &mut rows);
        }
        let name = text::sanitize(&self.server);
        let title = format!(
            "CHANGES in the {} of {name}",
            self.kind.title().to_lowercase()
        );
        self.changes = Some(ChangesBox::new(title, rows));
        Reply::done()
    }

    /// A key while the box is open.
    pub(super) fn changes_key(&mut self, key: KeyEvent) -> Reply {
        let closes = matches!(key.code, KeyCode::Esc | KeyCode::Char('q' | '='))
            || Chord::from(key) == Chord::CTRL_C;
        if closes {
            self.changes = None;
            return Reply::done();
        }
        let picked = self.changes.as_mut().and_then(|changes| changes.key(key));
        let Some((list, name)) = picked else {
            return Reply::done();
        };
        self.changes = None;
        let server = Arc::clone(&self.server);
        let browse = self.browse_mut();
        let wanted = Key {
            server,
            list,
            name,
            nth: 0,
        };
        if browse.all.iter().all(|entry| entry.key != wanted) {
            return Reply::say("it is no longer listed");
        }
        browse.clear_filter();
        browse.selected = Some(wanted);
        self.focus = Focus::List;
        Reply::done()
    }
}

/// The rows about one difference.
fn tell(list: List, difference: &Difference, ctx: &Ctx<'_>, rows: &mut Vec<Told>) {
    let at = ctx
        .timeline
        .index_of_seq(difference.seq)
        .and_then(|index| ctx.timeline.entry(index))
        .map_or_else(String::new, |entry| words::clock(entry.at()));
    let why = match difference.since {
        Since::Announced => "said by the server",
        Since::Asked => "seen when it was fetched again",
        Since::Restart => "since the restart",
    };
    let (noun, counts) = (words::noun(list), difference.words());
    let counts = if counts.is_empty() {
        "and nothing did".to_owned()
    } else {
        counts
    };
    let mut push = |indent: usize, text: String, role: Role, item: Option<(List, Box<str>)>| {
        rows.push(Told {
            text,
            role,
            indent,
            item,
        });
    };
    push(
        0,
        format!("{at}  {noun} changed, {why}: {counts}"),
        Role::Title,
        None,
    );
    let safe = |name: &str| text::sanitize(name).into_owned();
    for name in &difference.added {
        let item = Some((list, name.clone()));
        push(2, format!("+ {}", safe(name)), Role::DiffAdd, item);
    }
    for name in &difference.removed {
        push(2, format!("− {}", safe(name)), Role::DiffDel, None);
    }
    for altered in &difference.altered {
        let item = Some((list, altered.name.clone()));
        let members: Vec<String> = altered.members.iter().map(|name| safe(name)).collect();
        let text = format!("~ {}  {}", safe(&altered.name), members.join(", "));
        push(2, text, Role::DiffChange, item.clone());
        for member in &altered.members {
            let (was, is) = (value(&altered.old, member), value(&altered.new, member));
            let name = safe(member);
            push(
                6,
                format!("{name}: {was} → {is}"),
                Role::TextMuted,
                item.clone(),
            );
        }
    }
    let kept = difference.added.len() + difference.removed.len() + difference.altered.len();
    let all: u32 = difference.counts.iter().sum();
    if all as usize > kept {
        push(
            2,
            format!("… and {} more", all as usize - kept),
            Role::TextMuted,
            None,
        );
    }
}

/// The beginning of a member, or that it is not there.
fn value(item: &Item, member: &str) -> String {
    let Some(raw) = json::members(item.raw.as_bytes())
        .find(|(name, _)| name == member)
        .map(|(_, raw)| raw)
    else {
        return "not there".to_owned();
    };
    let line = json::one_line(&raw[..raw.len().min(VALUE * 64)]);
    let line = String::from_utf8_lossy(&line).into_owned();
    text::fit(&text::sanitize(&line), VALUE).into_owned()
}
