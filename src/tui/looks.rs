//! What the screen shall look like, by the settings and by what the environment says of the terminal.

use super::theme::{self, Depth, Theme};
use super::widgets::picture::{Pictures, Surroundings};
use crate::config::{Settings, ThemeChoice};

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn depth() -> Depth {
    Depth::detect(
        variable("COLORTERM").as_deref(),
        variable("TERM").as_deref(),
        variable("NO_COLOR").as_deref(),
    )
}

/// How pictures are drawn. The terminal is asked nothing: its size in pixels is the system's to know.
pub fn pictures_for(settings: &Settings) -> Pictures {
    let cell = crossterm::terminal::window_size().ok().and_then(|size| {
        let cell = (
            size.width.checked_div(size.columns)?,
            size.height.checked_div(size.rows)?,
        );
        (cell.0 > 1 && cell.1 > 1).then_some(cell)
    });
    let depth = match settings.theme {
        ThemeChoice::Mono => Depth::None,
        _ => depth(),
    };
    Pictures::choose(
        settings.images,
        Surroundings {
            variable: &variable,
            depth,
            ascii: is_ascii(),
            cell,
        },
    )
}

/// The theme of a choice, with the colours there are.
pub fn theme_for(choice: ThemeChoice) -> Result<Theme, theme::ThemeError> {
    let depth = depth();
    let name = match choice {
        ThemeChoice::Auto => theme::for_background(variable("COLORFGBG").as_deref()),
        ThemeChoice::Dark => "dark",
        ThemeChoice::Light => "light",
        ThemeChoice::Mono => "mono",
    };
    Theme::load(name, depth)
}

/// Whether the locale says that the terminal does not take UTF-8.
pub fn is_ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    // Without any word on it, terminals of today take UTF-8.
    locale.is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        !value.contains("utf-8") && !value.contains("utf8")
    })
}
