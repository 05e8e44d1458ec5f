//! The mouse on the form: what is under the pointer is looked up in the same lines that are drawn.

use ratatui::layout::{Position, Rect};

use super::line::{self, Columns, Hit, Laid};
use super::{FormPane, FormReply, Input, Mode};

impl FormPane {
    /// A click of the left button: focuses, and does what is under the pointer. A double click types.
    pub fn click(&mut self, at: Position, double: bool) -> FormReply {
        if let Some(reply) = self.click_over(at) {
            return reply;
        }
        if !self.area.contains(at) {
            return FormReply::Ignored;
        }
        self.loose = true;
        let Some((index, line, laid)) = self.row_at(at) else {
            return FormReply::Ignored;
        };
        let column = usize::from(at.x - self.area.x);
        let hit = match laid.lines.get(line) {
            Some(spans) => line::hit(spans, column),
            None => Hit::Focus,
        };
        let asks = matches!(hit, Hit::Paste(_));
        if index != self.at && !asks {
            self.leave();
            self.go(index);
        }
        self.loose = true;
        match hit {
            Hit::Focus | Hit::Field if double => self.start_typing(),
            Hit::Focus => FormReply::Moved,
            Hit::Field => self.click_field(column, &laid),
            Hit::Name if double => FormReply::of(self.type_key_of()),
            Hit::Name => FormReply::Moved,
            Hit::Fold => self.fold(),
            Hit::Choice(choice) => self.click_choice(choice),
            Hit::Toggle => self.toggle(),
            Hit::Step(times) => self.step(times),
            Hit::List => self.open_list(),
            Hit::Add => self.add(),
            Hit::Chip => self.next_state(),
            Hit::Reveal => self.toggle_secret(),
            Hit::Generate => self.generate(),
            Hit::Load => self.ask(super::Ask::File, String::new()),
            Hit::Paste(items) => self.answer_paste(items),
            Hit::Button(at) => self.press_at(at),
        }
    }

    /// What is typed is left for another row: a key that will do becomes one.
    fn leave(&mut self) {
        // One that will not stays where it is, as typed.
        let _ = self.end_key();
    }

    /// A click while a list or answers are open.
    fn click_over(&mut self, at: Position) -> Option<FormReply> {
        let anchor = self.anchored();
        let area = self.room;
        if let Some(menu) = &mut self.menu {
            let Some(picked) = anchor.and_then(|anchor| menu.click(at, anchor, area)) else {
                self.menu = None;
                return Some(FormReply::Moved);
            };
            return Some(self.picked(picked));
        }
        let offer = self.offer.as_ref()?;
        let row = offer.row_at(at, anchor?, area)?;
        let text = offer.list.items.get(row)?.text.clone();
        Some(self.take(&text))
    }

    /// Whether a list is open over what is at a place.
    pub fn covers(&self, at: Position) -> bool {
        let Some(anchor) = self.anchored() else {
            return false;
        };
        match (&self.menu, &self.offer) {
            (Some(menu), _) => menu.area(anchor, self.room).contains(at),
            (None, Some(offer)) => offer.area(anchor, self.room).contains(at),
            (None, None) => false,
        }
    }

    /// Where the list that is open hangs.
    pub(super) fn anchored(&self) -> Option<Rect> {
        let columns = Columns::of(&self.sheet, self.area.width);
        let mut y = self.area.y;
        for index in self.top..=self.at {
            let laid = self.lay(index, columns, self.area.height);
            if index == self.at {
                return Some(self.anchor(&laid, y, columns));
            }
            y = y.saturating_add(laid.lines.len() as u16);
            if y >= self.area.bottom() {
                return None;
            }
        }
        None
    }

    /// The row under the pointer, which of its lines, and the row laid out.
    fn row_at(&self, at: Position) -> Option<(usize, usize, Laid)> {
        let columns = Columns::of(&self.sheet, self.area.width);
        let mut left = usize::from(at.y.checked_sub(self.area.y)?);
        for index in self.top..self.sheet.len() {
            let laid = self.lay(index, columns, self.area.height);
            if left < laid.lines.len() {
                return Some((index, left, laid));
            }
            left -= laid.lines.len();
        }
        None
    }

    fn click_field(&mut self, column: usize, laid: &Laid) -> FormReply {
        if self.mode == Mode::Navigation {
            self.mode = Mode::Typing;
            self.open_input();
        }
        let (at, width) = self.field_of(laid);
        if let Some(Input::Line(line)) = &mut self.input {
            line.click(column.saturating_sub(at) as u16, width as u16);
        }
        FormReply::Moved
    }

    /// Where the text of a line is, also before it is typed into.
    fn field_of(&self, laid: &Laid) -> (usize, usize) {
        let columns = Columns::of(&self.sheet, self.area.width);
        let usual = (columns.widget + 1, columns.input.saturating_sub(2));
        laid.field.unwrap_or(usual)
    }

    fn click_choice(&mut self, choice: usize) -> FormReply {
        use crate::form::schema::Kind;
        let Ok(id) = self.node() else {
            return FormReply::Ignored;
        };
        if matches!(self.form.node(id).kind(), Kind::Set(_)) {
            return self.tick(choice);
        }
        let chosen = self.form.choose(id, choice);
        self.edited(true);
        FormReply::of(chosen)
    }

    /// The wheel was turned: the rows scroll, the focus stays.
    pub fn wheel(&mut self, lines: isize) {
        if let Some(menu) = &mut self.menu {
            menu.wheel(lines);
            return;
        }
        self.loose = true;
        let last = self.sheet.len().saturating_sub(1);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}
