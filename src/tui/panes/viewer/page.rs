//! One tab and where its reader is: a tree, text or bytes, or a string of a tree opened alone.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::table::{self, InTable};
use super::{SMALL, Wrap, prose, tree};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::payload::{self, Indexed, Opening, Tab, TabBody};
use crate::tui::theme::Theme;
use crate::tui::widgets::find::{Found, Term};
use crate::tui::widgets::json_table;
use crate::tui::widgets::json_tree::{self, Kind, Place as Row, Tree, TreeState};
use crate::tui::widgets::plain::{self, Document, PlainState, Window};
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::spot::Spot;

mod linked;
mod opening;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Page {
    tab: Tab,
    /// Made when the page is first looked at: it costs time by the size of the document.
    place: Option<Place>,
    /// The number under which its index is being made.
    indexing: Option<u64>,
    /// The number under which a value of it is being opened.
    opening: Option<u64>,
    /// Why it is text although it began like a tree.
    broken: Option<String>,
}

/// Where a reader is.
#[derive(Debug, Clone)]
enum Place {
    Tree {
        state: TreeState,
        /// The string that is shown alone, whole and decoded.
        alone: Option<(Arc<Document>, PlainState)>,
        /// The array that is shown as a table.
        table: Option<InTable>,
    },
    Text(PlainState),
}

/// What is looked at now.
pub(super) enum Sight<'p> {
    Tree(&'p Tree, &'p TreeState),
    Table(&'p Tree, &'p InTable),
    Text(&'p Document, &'p PlainState),
}

/// The same, to be changed.
enum Hand<'p> {
    Tree(&'p Arc<Tree>, &'p mut TreeState),
    Table(&'p Arc<Tree>, &'p mut InTable),
    Text(&'p Document, &'p mut PlainState),
}

impl Page {
    pub(super) fn new(tab: Tab) -> Self {
        Self {
            tab,
            place: None,
            indexing: None,
            opening: None,
            broken: None,
        }
    }

    pub(super) fn tab(&self) -> &Tab {
        &self.tab
    }

    pub(super) fn name(&self) -> &str {
        &self.tab.name
    }

    /// Whether it shows this tab already, byte for byte. Only small ones are compared.
    pub(super) fn shows(&self, tab: &Tab) -> bool {
        let same = |a: &Slice, b: &Slice| a.len() <= SMALL && a == b;
        self.tab.name == tab.name
            && match (&self.tab.body, &tab.body) {
                (TabBody::Tree(a), TabBody::Tree(b)) => same(a.bytes(), b.bytes()),
                (TabBody::Text(a), TabBody::Text(b)) | (TabBody::Bytes(a), TabBody::Bytes(b)) => {
                    same(a.bytes(), b.bytes())
                }
                _ => false,
            }
    }

    /// The same place in a tab that shows the same: what is behind its spots may be another message.
    pub(super) fn moved_to(&self, tab: Tab) -> Self {
        match self.tab.body {
            // Its index goes on.
            TabBody::Tree(_) => self.clone(),
            TabBody::Text(_) | TabBody::Bytes(_) => Self {
                tab,
                ..self.clone()
            },
        }
    }

    /// The spot that is looked at.
    pub(super) fn spot(&self, area: Rect) -> Option<&Spot> {
        match self.sight()? {
            Sight::Text(document, state) => {
                document.spots().get(state.spot(document, window(area))?)
            }
            Sight::Tree(..) | Sight::Table(..) => None,
        }
    }

    /// Its spots: none of a tree.
    pub(super) fn spots(&self) -> &[Spot] {
        match &self.tab.body {
            TabBody::Text(document) => document.spots(),
            TabBody::Tree(_) | TabBody::Bytes(_) => &[],
        }
    }

    /// To the next spot, or the one before. False if there is none.
    pub(super) fn go_to_spot(&mut self, forward: bool, area: Rect) -> bool {
        match self.hand() {
            Some(Hand::Text(document, state)) => state.go_to_spot(forward, document, window(area)),
            _ => false,
        }
    }

    /// Looks at the spot on this row. False if there is none.
    pub(super) fn click_spot(&mut self, at: Position, area: Rect) -> bool {
        match self.hand() {
            Some(Hand::Text(document, state)) => {
                let row = at.y.saturating_sub(area.y);
                let spot = state.spot_at_row(row, document, window(area));
                if let Some(spot) = spot {
                    state.show_spot(spot, document, window(area));
                }
                spot.is_some()
            }
            _ => false,
        }
    }

    /// What is looked at, once [`Page::settle`] was called.
    pub(super) fn sight(&self) -> Option<Sight<'_>> {
        Some(match (&self.tab.body, self.place.as_ref()?) {
            (
                _,
                Place::Tree {
                    alone: Some((document, state)),
                    ..
                },
            ) => Sight::Text(document, state),
            (
                TabBody::Tree(tree),
                Place::Tree {
                    table: Some(table), ..
                },
            ) => Sight::Table(tree, table),
            (TabBody::Tree(tree), Place::Tree { state, .. }) => Sight::Tree(tree, state),
            (TabBody::Text(document) | TabBody::Bytes(document), Place::Text(state)) => {
                Sight::Text(document, state)
            }
            _ => return None,
        })
    }

    fn hand(&mut self) -> Option<Hand<'_>> {
        Some(match (&self.tab.body, self.place.as_mut()?) {
            (
                _,
                Place::Tree {
                    alone: Some((document, state)),
                    ..
                },
            ) => Hand::Text(document, state),
            (
                TabBody::Tree(tree),
                Place::Tree {
                    table: Some(table), ..
                },
            ) => Hand::Table(tree, table),
            (TabBody::Tree(tree), Place::Tree { state, .. }) => Hand::Tree(tree, state),
            (TabBody::Text(document) | TabBody::Bytes(document), Place::Text(state)) => {
                Hand::Text(document, state)
            }
            _ => return None,
        })
    }

    /// Makes the place if there is none, and keeps it on screen.
    pub(super) fn settle(&mut self, area: Rect, wrap: Wrap) {
        if self.place.is_none() {
            self.place = Some(match &self.tab.body {
                TabBody::Tree(tree) => Place::Tree {
                    state: TreeState::new(tree),
                    alone: None,
                    table: None,
                },
                TabBody::Text(_) => Place::Text(PlainState::new(wrap.text)),
                TabBody::Bytes(_) => Place::Text(PlainState::hex()),
            });
        }
        match self.hand() {
            Some(Hand::Tree(tree, state)) => state.fit(tree, area, wrap.trees),
            Some(Hand::Table(tree, table)) => table.settle(tree, area),
            Some(Hand::Text(document, state)) => {
                if state.wraps() != wrap.text {
                    state.toggle_wrap();
                }
                state.clamp(document, window(area));
            }
            None => {}
        }
    }

    pub(super) fn found(&self) -> Option<&Found> {
        match self.sight()? {
            Sight::Tree(_, state) => state.found(),
            Sight::Table(_, table) => table.state.found(),
            Sight::Text(_, state) => state.found(),
        }
    }

    /// Bytes of what would be searched.
    pub(super) fn size(&self) -> usize {
        match self.sight() {
            Some(Sight::Tree(tree, _)) => tree.bytes().len(),
            Some(Sight::Table(_, shown)) => shown.table.span().len(),
            Some(Sight::Text(document, _)) => document.bytes().len(),
            None => 0,
        }
    }

    pub(super) fn find(&mut self, term: Term, area: Rect) -> bool {
        match self.hand() {
            Some(Hand::Tree(tree, state)) => state.find(tree, term),
            Some(Hand::Text(document, state)) => state.find(document, term, window(area)),
            Some(Hand::Table(_, shown)) => shown.state.find(&shown.table, term),
            None => false,
        }
    }

    /// Where the array starts whose cells are searched, if it is shown as a table.
    pub(super) fn searched_array(&self) -> Option<usize> {
        match self.sight()? {
            Sight::Table(_, shown) => Some(shown.table.span().start),
            Sight::Tree(..) | Sight::Text(..) => None,
        }
    }

    /// Whether an array of it is shown as a table.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.sight(), Some(Sight::Table(..)))
    }

    /// Shows what was found elsewhere: in the array that starts at `array`, if it was searched as a table.
    pub(super) fn show_hits(
        &mut self,
        term: Term,
        hits: Vec<u32>,
        array: Option<usize>,
        area: Rect,
    ) {
        // What was found in another form of it has other places.
        if self.searched_array() != array {
            return;
        }
        match self.hand() {
            Some(Hand::Tree(tree, state)) => {
                state.show_hits(tree, term, hits);
            }
            Some(Hand::Text(document, state)) => {
                state.show_hits(document, term, hits, window(area));
            }
            Some(Hand::Table(_, shown)) => {
                shown.state.show_hits(&shown.table, term, hits);
            }
            None => {}
        }
    }

    /// What it shows.
    pub(super) fn body(&self) -> &TabBody {
        &self.tab.body
    }

    pub(super) fn clear_find(&mut self) {
        match self.hand() {
            Some(Hand::Tree(_, state)) => state.clear_find(),
            Some(Hand::Text(_, state)) => state.clear_find(),
            Some(Hand::Table(_, shown)) => {
                shown.state.clear_find();
            }
            None => {}
        }
    }

    /// Path, place, mode and hits.
    pub(super) fn remark(&self, area: Rect) -> String {
        let mut parts = Vec::new();
        match self.sight() {
            Some(Sight::Tree(tree, state)) => {
                parts.push(tree::path(tree, state.selected()));
                if state.is_lines() {
                    parts.push("lines".to_owned());
                }
                if tree.percent() < 100 {
                    parts.push(format!("indexing {} %", tree.percent()));
                }
                let odd = tree.index().flags().to_string();
                if !odd.is_empty() {
                    parts.push(odd);
                }
            }
            Some(Sight::Table(tree, table)) => {
                parts.extend(table.row.as_ref().map(|row| tree::path(tree, row)));
                parts.push(table.remark());
            }
            Some(Sight::Text(document, state)) => {
                parts.extend(self.broken.clone());
                if let Some((tree, state)) = self.around() {
                    parts.push(tree::path(tree, state.selected()));
                }
                if state.is_hex() {
                    parts.push("hex".to_owned());
                } else if !state.wraps() {
                    parts.push("no wrap".to_owned());
                }
                if !area.is_empty() && !state.fits(document, window(area)) {
                    parts.push(format!("{}%", state.percent(document)));
                }
            }
            None => {}
        }
        parts.extend(self.found().map(Found::label));
        parts.join("  ")
    }

    /// The tree around a string that is shown alone.
    fn around(&self) -> Option<(&Tree, &TreeState)> {
        match (&self.tab.body, self.place.as_ref()?) {
            (
                TabBody::Tree(tree),
                Place::Tree {
                    state,
                    alone: Some(_),
                    ..
                },
            ) => Some((tree, state)),
            _ => None,
        }
    }

    /// Why an action does nothing here, if so.
    pub(super) fn why_not(&self, action: Action) -> Option<&'static str> {
        match (self.sight()?, action) {
            (Sight::Table(..), action) => table::why_not(action),
            (Sight::Text(..), Action::Table) => {
                Some("A table needs an array: see the tabs that are trees.")
            }
            (_, action) if action.row().scope == Scope::Table => {
                Some("There is no table here: T shows an array as one.")
            }
            (Sight::Tree(..), Action::Hex) => Some("Only text can be shown as bytes: see Raw."),
            (Sight::Text(..), Action::DecodeString) if self.around().is_none() => {
                Some("This is text: JSON in it has a tab of its own.")
            }
            (Sight::Text(_, state), action) if tree::is_of_trees(action) => {
                (self.around().is_none() || action != Action::ToggleFold).then_some(
                    if state.is_hex() {
                        "There is nothing to fold in bytes."
                    } else {
                        "There is nothing to fold in text."
                    },
                )
            }
            (Sight::Text(_, state), Action::Wrap) if state.is_hex() => Some("Hex does not wrap."),
            (Sight::Text(..), action)
                if super::copy::needs_tree(action) && self.around().is_none() =>
            {
                Some("Text has no paths and names: see the tabs that are trees.")
            }
            _ => None,
        }
    }

    /// Moves and folds.
    pub(super) fn action(
        &mut self,
        action: Action,
        area: Rect,
        wrap: Wrap,
        ctx: &Ctx<'_>,
    ) -> Reply {
        // A string shown alone is left by what left and up mean in the tree.
        if self.around().is_some() && self.closes(action) {
            if let Some(Place::Tree { alone, .. }) = &mut self.place {
                *alone = None;
            }
            return Reply::done();
        }
        match self.hand() {
            Some(Hand::Tree(tree, state)) => {
                if matches!(action, Action::ToggleFold | Action::Right)
                    && tree.kind(state.selected()) == Kind::String
                    && !state.selected().is_group()
                {
                    let raw = tree.value_bytes(state.selected());
                    if raw.len() > SMALL {
                        let byte = state.selected().start();
                        return self.open_elsewhere(byte, Opening::Alone, ctx);
                    }
                    let document = payload::alone(raw);
                    self.show_alone(document, wrap);
                    return Reply::done();
                }
                if action == Action::Table {
                    let opened = table::open(tree, state.selected());
                    return match opened {
                        Ok(table) => self.show_table(table),
                        Err(done) => self.after_table(done, ctx),
                    };
                }
                tree::action(tree, state, action)
            }
            Some(Hand::Table(_, table)) => {
                let done = table.action(action);
                self.after_table(done, ctx)
            }
            Some(Hand::Text(document, state)) => {
                prose::action(document, state, action, window(area))
            }
            None => Reply::ignored(),
        }
    }

    /// The effect that indexes it, if it is a tree that needs that and nobody has asked for it yet.
    pub(super) fn index(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let TabBody::Tree(tree) = &self.tab.body else {
            return None;
        };
        if tree.index().is_done() || self.indexing.is_some() {
            return None;
        }
        let viewer = ctx.ticket();
        self.indexing = Some(viewer);
        Some(Effect::Index {
            viewer,
            body: self.tab.body.clone(),
        })
    }

    /// Takes more of its index.
    pub(super) fn indexed(&mut self, viewer: u64, part: &Indexed) -> bool {
        if self.indexing != Some(viewer) {
            return false;
        }
        match (part, &mut self.tab.body) {
            (Indexed::Further(index), TabBody::Tree(tree)) => {
                *tree = Arc::new(tree.with_index(Arc::clone(index)));
                if let Some(Place::Tree { state, .. }) = &mut self.place {
                    state.refresh(tree);
                }
            }
            (Indexed::Broken { body, why }, own) => {
                *own = body.clone();
                self.place = None;
                self.broken = Some(text::sanitize(why).into_owned());
            }
            _ => {}
        }
        true
    }

    fn closes(&self, action: Action) -> bool {
        match (self.sight(), action) {
            (Some(Sight::Text(_, state)), Action::Back) => state.found().is_none(),
            (Some(Sight::Text(_, state)), Action::Left) => state.is_hex() || state.hidden() == 0,
            (_, Action::ToggleFold) => true,
            _ => false,
        }
    }

    pub(super) fn click(
        &mut self,
        at: Position,
        double: bool,
        area: Rect,
        wrap: Wrap,
        ctx: &Ctx<'_>,
    ) -> Reply {
        if let Some(Hand::Table(_, shown)) = self.hand() {
            let hit = shown.state.click(&shown.table, at, area);
            let reply = if hit && double {
                self.action(Action::OpenCell, area, wrap, ctx)
            } else {
                Reply::done()
            };
            self.settle(area, wrap);
            return reply;
        }
        if let Some(Hand::Tree(tree, state)) = self.hand()
            && let Some(row) = state.row_at(tree, at, area)
        {
            state.reveal(tree, &row);
            if double {
                let reply = self.action(Action::ToggleFold, area, wrap, ctx);
                self.settle(area, wrap);
                return reply;
            }
        }
        Reply::done()
    }

    pub(super) fn wheel(&mut self, lines: isize, area: Rect) {
        match self.hand() {
            Some(Hand::Tree(tree, state)) => state.scroll(tree, lines),
            Some(Hand::Table(tree, table)) => {
                table.state.scroll(lines);
                table.settle(tree, area);
            }
            Some(Hand::Text(document, state)) if lines < 0 => {
                state.up(lines.unsigned_abs(), document, window(area));
            }
            Some(Hand::Text(document, state)) => {
                state.down(lines.unsigned_abs(), document, window(area));
            }
            None => {}
        }
    }

    /// Draws it; returns where its focused row or current hit is.
    pub(super) fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        focused: bool,
    ) -> Option<Position> {
        match self.sight()? {
            Sight::Tree(tree, state) => json_tree::draw(tree, state, focused, area, buf, theme),
            Sight::Table(_, InTable { table, state, .. }) => {
                json_table::draw(table, state, focused, area, buf, theme)
            }
            Sight::Text(document, state) => {
                let cursor = plain::draw(document, state, area, buf, theme);
                let y = plain::mark_spot(document, state, focused, area, buf, theme);
                match y.filter(|_| state.found().is_none()) {
                    Some(y) => Some(Position { x: area.x, y }),
                    None => cursor,
                }
            }
        }
    }

    /// The row of a tree that paths and names are asked of, also while its string is shown alone.
    pub(super) fn row(&self) -> Option<(&Tree, &Row)> {
        match self.sight()? {
            Sight::Tree(tree, state) => Some((tree, state.selected())),
            Sight::Table(tree, table) => Some((tree, table.row.as_ref()?)),
            Sight::Text(..) => self.around().map(|(tree, state)| (tree, state.selected())),
        }
    }

    /// Whether it shows bytes that are no text.
    pub(super) fn is_bytes(&self) -> bool {
        matches!(self.tab.body, TabBody::Bytes(_))
    }
}

fn window(area: Rect) -> Window {
    Window {
        width: area.width,
        height: area.height,
    }
}
