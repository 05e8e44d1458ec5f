//! Pictures on the screen: which way this terminal takes them, and what a decoded one is in cells.
//!
//! Owns the choice of the way, made once from the environment and the settings: the terminal is asked nothing, so no
//! answer can come late or be taken for keys. Owns the limits of decoding, too: bytes come from servers. Decoding is
//! slow and for worker threads; drawing copies cells.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::Images;
use crate::tui::theme::Depth;

#[cfg(feature = "images")]
mod decode;
#[cfg(test)]
mod tests;

/// The most columns and rows a picture takes.
pub const LARGEST: (u16, u16) = (60, 16);

/// Of a cell, when the terminal does not tell its pixels.
const CELL: (u16, u16) = (10, 20);

/// How pictures get onto the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Kitty's graphics, placed by characters.
    Kitty,
    /// iTerm2's inline files.
    Iterm2,
    /// Sixel.
    Sixel,
    /// Characters, each of two colours; 24 bits or of the table of 256.
    HalfBlocks(Depth),
}

/// What pictures become on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pictures {
    way: Option<Way>,
    /// Pixels of a cell.
    cell: (u16, u16),
    /// Whether what is not text must be wrapped, so that tmux passes it on.
    tmux: bool,
}

/// What is known of the terminal without asking it.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// A variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Its colours.
    pub depth: Depth,
    /// Whether it takes no UTF-8.
    pub ascii: bool,
    /// Pixels of one cell, if the system knows.
    pub cell: Option<(u16, u16)>,
}

impl Pictures {
    /// None are drawn: each stays a card.
    pub const OFF: Self = Self {
        way: None,
        cell: CELL,
        tmux: false,
    };

    /// As characters of two colours.
    pub const fn half_blocks(depth: Depth) -> Self {
        Self {
            way: Some(Way::HalfBlocks(depth)),
            ..Self::OFF
        }
    }

    /// What the setting asks for, as far as this terminal goes along: without colours and without UTF-8 all are cards.
    pub fn choose(setting: Images, around: Surroundings<'_>) -> Self {
        let variable = |name: &str| (around.variable)(name).unwrap_or_default();
        let term = variable("TERM");
        let tmux = !variable("TMUX").is_empty() || term.starts_with("tmux");
        let blocks = matches!(around.depth, Depth::Rgb | Depth::C256)
            .then_some(Way::HalfBlocks(around.depth));
        let way = match setting {
            _ if around.ascii || around.depth == Depth::None || !cfg!(feature = "images") => None,
            Images::Off => None,
            Images::HalfBlocks => blocks,
            Images::Kitty => Some(Way::Kitty),
            Images::Iterm2 => Some(Way::Iterm2),
            Images::Sixel => Some(Way::Sixel),
            // Whether a multiplexer passes graphics on cannot be told from in here.
            Images::Auto if tmux || term.starts_with("screen") || around.cell.is_none() => blocks,
            Images::Auto => by_name(&term, &variable).or(blocks),
        };
        Self {
            way,
            cell: around.cell.unwrap_or(CELL),
            tmux,
        }
    }

    /// Whether any picture is drawn.
    pub const fn is_on(self) -> bool {
        self.way.is_some()
    }

    /// How.
    pub const fn way(self) -> Option<Way> {
        self.way
    }
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("depth", &self.depth)
            .field("ascii", &self.ascii)
            .field("cell", &self.cell)
            .finish_non_exhaustive()
    }
}

/// What terminals of this name are known to take.
fn by_name(term: &str, variable: &dyn Fn(&str) -> String) -> Option<Way> {
    let program = variable("TERM_PROGRAM");
    if term.contains("kitty") || term.contains("ghostty") || program == "ghostty" {
        return Some(Way::Kitty);
    }
    if ["iTerm.app", "WezTerm"].contains(&&*program) || variable("LC_TERMINAL") == "iTerm2" {
        return Some(Way::Iterm2);
    }
    let sixel = ["foot", "mlterm", "contour"];
    sixel
        .iter()
        .any(|name| term.starts_with(name))
        .then_some(Way::Sixel)
}

/// Goes up whenever the terminal may have forgotten what it was given.
static FORGOTTEN: AtomicU64 = AtomicU64::new(1);

/// Has every picture that the terminal keeps be sent again: the screen was cleared, or left and entered.
pub fn send_again() {
    FORGOTTEN.fetch_add(1, Ordering::Relaxed);
}

/// Whether a picture of one frame is not where it was in the next. Only pictures bring escape sequences into cells.
pub fn leaves_some(was: &Buffer, is: &Buffer) -> bool {
    let mut drawn = was
        .content
        .iter()
        .enumerate()
        // Kitty's placeholders are text: they go with it, and stand behind what is sent once.
        .filter(|(_, cell)| {
            cell.symbol().contains('\x1b') && !cell.symbol().contains('\u{10eeee}')
        });
    let moved = was.area != is.area;
    drawn.any(|(at, cell)| moved || is.content[at].symbol() != cell.symbol())
}

/// A picture in cells.
#[derive(Debug)]
pub struct Picture {
    cells: Buffer,
    /// What the terminal must be sent once, before cells can show it.
    once: Option<String>,
    /// When that was, in numbers of [`FORGOTTEN`].
    sent: AtomicU64,
    /// Whether it can only be shown as a whole.
    whole: bool,
}

impl Picture {
    /// Decodes the first picture of `bytes` and fits it into [`LARGEST`], or says in words why not. Slow.
    #[cfg(feature = "images")]
    pub fn decode(bytes: &[u8], pictures: Pictures) -> Result<Self, String> {
        decode::picture(bytes, pictures)
    }

    /// Pictures were left out of this build.
    #[cfg(not(feature = "images"))]
    pub fn decode(_bytes: &[u8], _pictures: Pictures) -> Result<Self, String> {
        Err("this build draws no pictures".to_owned())
    }

    /// Of cells as the protocol drew them; a placeholder of Kitty's behind something to be sent is taken apart.
    #[cfg_attr(
        not(feature = "images"),
        expect(dead_code, reason = "nothing is decoded")
    )]
    fn new(mut cells: Buffer, whole: bool) -> Self {
        const PLACEHOLDER: char = '\u{10eeee}';
        let mut once = None;
        if let Some(first) = cells.content.first_mut()
            && let Some(at) = first.symbol().find(PLACEHOLDER).filter(|at| *at > 0)
        {
            let (send, show) = first.symbol().split_at(at);
            let show = show.to_owned();
            once = Some(send.to_owned());
            first.set_symbol(&show);
        }
        Self {
            cells,
            once,
            sent: AtomicU64::new(0),
            whole,
        }
    }

    /// Rows it takes.
    pub fn rows(&self) -> u16 {
        self.cells.area.height
    }

    /// Columns it takes.
    pub fn columns(&self) -> u16 {
        self.cells.area.width
    }

    /// Draws what of it is in `area`, when its first row is `top` rows below the first row of `area` (above, if
    /// negative). One that cannot be cut is not drawn where it does not fit.
    pub fn draw(&self, top: i32, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let size = self.cells.area;
        let fits = top >= 0
            && top + i32::from(size.height) <= i32::from(area.height)
            && size.width <= area.width;
        if area.is_empty() || (self.whole && !fits) {
            return;
        }
        let mut once = self.once.as_deref();
        let now = FORGOTTEN.load(Ordering::Relaxed);
        for row in 0..size.height {
            let y = top + i32::from(row);
            if y < 0 || y >= i32::from(area.height) {
                continue;
            }
            for column in 0..size.width.min(area.width) {
                let cell = &mut buf[(area.x + column, area.y + y as u16)];
                *cell = self.cells[(column, row)].clone();
                if let Some(once) = once.take()
                    && self.sent.swap(now, Ordering::Relaxed) != now
                {
                    let symbol = format!("{once}{}", cell.symbol());
                    cell.set_symbol(&symbol);
                }
            }
        }
    }
}
