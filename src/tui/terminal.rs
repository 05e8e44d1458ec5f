//! The terminal: entering and leaving it, in any order, from anywhere, panics included.

use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::outside::clipboard::Sequence;
use super::widgets::picture;

/// Soft reset (DECSTR), and the kitty keyboard protocol off; terminals ignore what they do not know.
const SOFT_RESET: &str = "\x1b[!p\x1b[=0u";

/// Whether the screen is ours now.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The screen. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
    /// What the last frame was, and where its cursor: none when the screen may show something else.
    shown: Option<(Buffer, Option<Position>)>,
    /// No UTF-8: glyphs are reduced to ASCII.
    ascii: bool,
    /// Pictures stay where they were drawn, whatever is written over them, until the screen is cleared.
    pictures_stay: bool,
    /// How the terminal was set before somebody else got it.
    #[cfg(unix)]
    lent: Option<rustix::termios::Termios>,
}

impl Terminal {
    /// Takes the screen: raw mode, alternate screen, mouse, bracketed paste.
    pub fn enter(ascii: bool) -> io::Result<Self> {
        enter()?;
        Ok(Self {
            inner: ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?,
            shown: None,
            ascii,
            // Konsole (seen with 22.12): iTerm2's files and sixel lie over the text there.
            pictures_stay: std::env::var_os("KONSOLE_VERSION").is_some(),
            #[cfg(unix)]
            lent: None,
        })
    }

    /// Its size in columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.inner.size().map(|size| (size.width, size.height))
    }

    /// Forgets what is on the screen, so that the next draw writes all of it.
    pub fn clear(&mut self) -> io::Result<()> {
        self.shown = None;
        picture::send_again();
        // Not ratatui's own clear: it asks the terminal where the cursor is, and the answer would come as a key.
        execute!(io::stdout(), Clear(ClearType::All))?;
        self.inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(())
    }

    /// Draws a frame of `size`; only cells that changed are written, and nothing at all when none did.
    pub fn draw(
        &mut self,
        size: (u16, u16),
        render: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> io::Result<()> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        let cursor = render(&mut buffer);
        if self.ascii {
            super::widgets::ascii::reduce(&mut buffer);
        }
        // ratatui would write where the cursor is even when nothing has changed.
        let new = Some((buffer, cursor));
        if self.shown == new {
            return Ok(());
        }
        if self.pictures_stay
            && let (Some((was, _)), Some((is, _))) = (&self.shown, &new)
            && picture::leaves_some(was, is)
        {
            self.clear()?;
        }
        self.shown = new;
        let Some((buffer, cursor)) = &self.shown else {
            return Ok(());
        };
        queue!(io::stdout(), BeginSynchronizedUpdate)?;
        self.inner.draw(|frame| {
            // The terminal may have another size by now; then a resize is on its way, and a frame that fits.
            let common = frame.area().intersection(buffer.area);
            for at in common.positions() {
                frame.buffer_mut()[at] = buffer[at].clone();
            }
            if let Some(at) = cursor.filter(|at| common.contains(*at)) {
                frame.set_cursor_position(at);
            }
        })?;
        execute!(io::stdout(), EndSynchronizedUpdate)
    }

    /// Sends a sequence for the clipboard, in one write.
    pub fn send(&mut self, sequence: &Sequence) -> Result<(), String> {
        let mut out = io::stdout().lock();
        out.write_all(sequence.as_str().as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| format!("not copied: {error}"))
    }

    /// Gives the screen back for a while: to the shell, or to a program.
    pub fn leave(&mut self) {
        leave();
        #[cfg(unix)]
        {
            self.lent = settings::read();
        }
    }

    /// Takes it again, in whatever state it comes back.
    pub fn come_back(&mut self) -> io::Result<()> {
        // A program that crashed leaves its own settings, and we would take them for those to give back at our end.
        #[cfg(unix)]
        if let Some(lent) = self.lent.take() {
            settings::write(&lent);
        }
        // The same for scrolling regions, keypad modes, character sets and the keyboard protocol.
        write!(io::stdout(), "{SOFT_RESET}")?;
        enter()?;
        self.clear()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste
    )
}

/// Gives the screen back if it is ours. Harmless at any time, from any thread, twice; used by the panic hook.
pub fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // Each on its own: a terminal that fails one may still take the next. If it is gone there is nobody to tell.
        let _ = execute!(io::stdout(), DisableBracketedPaste);
        let _ = execute!(io::stdout(), DisableMouseCapture);
        let _ = execute!(io::stdout(), LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
        let _ = io::stdout().flush();
    }
}

/// What `stty` shows.
#[cfg(unix)]
mod settings {
    use std::fs::File;
    use std::io::{self, IsTerminal as _};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    /// How the terminal is set; nothing if there is none.
    pub(super) fn read() -> Option<Termios> {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return tcgetattr(&stdin).ok();
        }
        tcgetattr(File::open("/dev/tty").ok()?).ok()
    }

    /// Sets it so. If it is gone there is nobody to tell.
    pub(super) fn write(termios: &Termios) {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            let _ = tcsetattr(&stdin, OptionalActions::Drain, termios);
        } else if let Ok(tty) = File::open("/dev/tty") {
            let _ = tcsetattr(tty, OptionalActions::Drain, termios);
        }
    }
}
