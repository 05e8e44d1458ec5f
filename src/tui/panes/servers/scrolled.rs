//! What is known of a server, when there is more of it than fits: who has the keys, and which lines are shown.

use crate::tui::action::Action;

/// How what is known of a server is looked at, when there is more of it than fits.
#[derive(Debug, Default)]
pub(super) struct Scrolled {
    /// Whether it has the keys, and not the list.
    focused: bool,
    /// Whether it has the whole area.
    zoom: bool,
    /// The first line that is shown.
    top: usize,
    /// How many lines there are.
    lines: usize,
    /// Whose it is.
    server: String,
}

impl Scrolled {
    /// Whether it has the keys, and not the list.
    pub const fn is_focused(&self) -> bool {
        self.focused
    }

    /// Whether it has the whole area.
    pub const fn is_zoomed(&self) -> bool {
        self.zoom
    }

    /// The first line that is shown.
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Gives it the keys.
    pub const fn focus(&mut self) {
        self.focused = true;
    }

    /// Gives it the whole area and the keys, or takes them back.
    pub const fn zoom(&mut self) {
        self.zoom ^= true;
        self.focused = self.zoom;
    }

    /// Makes room for what stands beside it.
    pub const fn unzoom(&mut self) {
        self.zoom = false;
    }

    /// Does an action while it has the keys; whether it is one of its own.
    pub fn takes(&mut self, action: Action, height: usize) -> bool {
        if !self.focused {
            return false;
        }
        match action {
            Action::Back if self.zoom => self.zoom = false,
            Action::Back | Action::Left | Action::NextPane | Action::PreviousPane => {
                (self.focused, self.zoom) = (false, false);
            }
            action => return self.moved(action, height),
        }
        true
    }

    /// Moves what is shown by so many lines.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let most = self.lines.saturating_sub(height);
        self.top = self.top.saturating_add_signed(lines).min(most);
    }

    /// There are so many lines of this server, of which so many fit.
    pub fn clamp(&mut self, server: &str, lines: usize, height: usize) {
        if self.server != server {
            *self = Self {
                server: server.to_owned(),
                ..Self::default()
            };
        }
        self.lines = lines;
        self.top = self.top.min(lines.saturating_sub(height));
    }

    /// Moves it; whether the action is one that does.
    fn moved(&mut self, action: Action, height: usize) -> bool {
        let page = height.max(2) - 1;
        self.top = match action {
            Action::Up => self.top.saturating_sub(1),
            Action::Down => self.top + 1,
            Action::PageUp => self.top.saturating_sub(page),
            Action::PageDown => self.top + page,
            Action::Top => 0,
            Action::Bottom => self.lines,
            _ => return false,
        };
        self.top = self.top.min(self.lines.saturating_sub(height));
        true
    }

    /// What is said of lines that do not fit.
    pub fn remark(&self, height: usize) -> String {
        match self.lines.saturating_sub(self.top + height) {
            0 if self.top > 0 => "the end".to_owned(),
            0 => String::new(),
            more => format!("{more} more below"),
        }
    }
}
