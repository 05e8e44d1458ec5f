//! The clipboard: which way to it, and the way itself.
//!
//! With a display before us a helper program is given the text. Over ssh, or without a display, the terminal is asked
//! (OSC 52), and inside tmux by tmux. Text never reaches the terminal as text: OSC 52 is base64.

use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::process::{self, Ended, Limits, Stop};
use super::tools::Lookup;
use crate::config::ClipboardChoice;
use crate::text;

/// Most bytes for a helper.
pub const MOST: usize = 1_000_000;
/// Most bytes for OSC 52: beyond it terminals and multiplexers drop the sequence and say nothing.
pub const MOST_OSC52: usize = 100_000;
/// A copied text up to so many bytes is shown in the status row.
const SHORT: usize = 60;

/// How long a helper may take.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(2),
    output: 1000,
};

/// Programs that take the clipboard's text on stdin, with the kind of display they need.
const HELPERS: [(&str, &[&str], Display); 5] = [
    ("wl-copy", &[], Display::Wayland),
    ("xclip", &["-selection", "clipboard", "-in"], Display::X11),
    ("xsel", &["--clipboard", "--input"], Display::X11),
    ("pbcopy", &[], Display::Desktop),
    ("clip.exe", &[], Display::Desktop),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Display {
    Wayland,
    X11,
    /// Always there: macOS, Windows and its Linux.
    Desktop,
}

/// A way to the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A program that takes it on stdin.
    Helper(&'static str, &'static [&'static str]),
    /// `tmux load-buffer -w -`, which asks the terminals tmux is shown on.
    Tmux,
    /// A sequence to the terminal; through tmux when it stands between.
    Osc52 {
        /// Whether tmux stands between.
        tmux: bool,
    },
}

impl Way {
    /// Most bytes this way.
    const fn most(&self) -> usize {
        match self {
            Self::Helper(..) => MOST,
            Self::Tmux | Self::Osc52 { .. } => MOST_OSC52,
        }
    }
}

/// A sequence for the terminal that holds nothing but base64. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence(String);

impl Sequence {
    fn new(bytes: &[u8], tmux: bool) -> Self {
        let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(bytes));
        if !tmux {
            return Self(plain);
        }
        // tmux takes the plain one with `set-clipboard on`, the wrapped one with `allow-passthrough on`, and drops
        // what it does not take: said both ways, in one write, it is the same text twice at worst.
        let wrapped = plain.replace('\x1b', "\x1b\x1b");
        Self(format!("\x1bPtmux;{wrapped}\x1b\\{plain}"))
    }

    /// What is to be written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// It is there: these words say which way.
    Done(String),
    /// This must be written to the terminal first.
    Write(Sequence, String),
}

/// The ways to try, in this order.
pub fn ways(choice: ClipboardChoice, lookup: &impl Lookup) -> Vec<Way> {
    let set = |name| lookup.variable(name).is_some();
    let far = set("SSH_CONNECTION") || set("SSH_TTY") || set("SSH_CLIENT");
    let mut ways = Vec::new();
    if choice == ClipboardChoice::Helper || (choice == ClipboardChoice::Auto && !far) {
        let there = |display| match display {
            Display::Wayland => set("WAYLAND_DISPLAY"),
            Display::X11 => set("DISPLAY"),
            Display::Desktop => true,
        };
        ways.extend(
            HELPERS
                .iter()
                .filter(|(name, _, display)| there(*display) && lookup.program(name).is_some())
                .map(|(name, arguments, _)| Way::Helper(name, arguments)),
        );
    }
    if matches!(choice, ClipboardChoice::Auto | ClipboardChoice::Osc52) {
        let tmux = set("TMUX");
        if tmux && lookup.program("tmux").is_some() {
            ways.push(Way::Tmux);
        }
        ways.push(Way::Osc52 { tmux });
    }
    ways
}

/// Copies bytes, which are `what`, the first way that works. Takes up to two seconds for each way.
pub fn copy(
    bytes: &[u8],
    what: &str,
    choice: ClipboardChoice,
    lookup: &impl Lookup,
) -> Result<Copied, String> {
    let size = text::size(bytes.len() as u64);
    let ways = ways(choice, lookup);
    let Some(most) = ways.iter().map(Way::most).max() else {
        return Err(match choice {
            ClipboardChoice::Off => "not copied: the setting clipboard is off".to_owned(),
            _ => "not copied: no clipboard program works here (the setting clipboard is helper)"
                .to_owned(),
        });
    };
    if bytes.len() > most {
        return Err(too_much(what, &size, most));
    }
    let mut why = String::new();
    for way in ways {
        if bytes.len() > way.most() {
            // A helper that could have taken it has failed.
            return Err(format!(
                "not copied: {why}, and {}",
                too_much(what, &size, way.most())
            ));
        }
        match way {
            Way::Helper(name, arguments) => match helper(lookup, name, arguments, bytes) {
                Ok(()) => return Ok(Copied::Done(told(bytes, what, name))),
                Err(error) => why = format!("{name} {error}"),
            },
            Way::Tmux => {
                if helper(lookup, "tmux", &["load-buffer", "-w", "-"], bytes).is_ok() {
                    let way = if terminal_is_told(lookup) {
                        "by OSC 52 (tmux)"
                    } else {
                        "to tmux's buffer only: its set-clipboard is off"
                    };
                    return Ok(Copied::Done(told(bytes, what, way)));
                }
            }
            Way::Osc52 { tmux } => {
                let way = if tmux {
                    "by OSC 52 (through tmux)"
                } else {
                    "by OSC 52"
                };
                return Ok(Copied::Write(
                    Sequence::new(bytes, tmux),
                    told(bytes, what, way),
                ));
            }
        }
    }
    Err(format!("not copied: {why}"))
}

/// Why it was refused, and what to do instead.
fn too_much(what: &str, size: &str, most: usize) -> String {
    format!(
        "{what} is {size}, too much for the clipboard here ({}); W writes it to a file",
        text::size(most as u64)
    )
}

/// `copied 1.4 kB by OSC 52`; what is short is shown as well: a clipboard that does not work is then no obstacle.
fn told(bytes: &[u8], what: &str, way: &str) -> String {
    let short = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() <= SHORT && !text.contains('\n'));
    let how = if way.starts_with("by ") || way.starts_with("to ") {
        way.to_owned()
    } else {
        format!("by {way}")
    };
    match short {
        Some(short) => format!("copied {what} {how}: {}", text::sanitize(short)),
        None => format!("copied {what}, {} {how}", text::size(bytes.len() as u64)),
    }
}

fn helper(
    lookup: &impl Lookup,
    name: &str,
    arguments: &[&str],
    bytes: &[u8],
) -> Result<(), String> {
    let program = lookup.program(name).ok_or("is not found")?;
    let mut command = Command::new(program);
    command.args(arguments);
    fed(&mut command, bytes)
}

/// Runs a helper.
fn fed(command: &mut Command, bytes: &[u8]) -> Result<(), String> {
    match process::feed(command, bytes.to_vec(), LIMITS, &Stop::default()) {
        Ok(Ended::Exit(status)) if status.success() => Ok(()),
        Ok(Ended::Exit(status)) => Err(super::visit::ended(status)),
        Ok(_) => Err("took too long".to_owned()),
        Err(error) => Err(format!("did not start: {error}")),
    }
}

/// Whether tmux passes its buffers on to terminals.
fn terminal_is_told(lookup: &impl Lookup) -> bool {
    let Some(tmux) = lookup.program("tmux") else {
        return false;
    };
    let mut command = Command::new(tmux);
    command.args(["show-options", "-gv", "set-clipboard"]);
    let ran = process::run(&mut command, Vec::new(), LIMITS, &Stop::default());
    // Without an answer we say what is the default.
    ran.map_or(true, |ran| ran.stdout.trim_ascii() != b"off")
}

#[cfg(test)]
mod tests;
