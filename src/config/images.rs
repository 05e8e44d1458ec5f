//! The setting `images`: how pictures in results are shown. Which way suits the terminal is for the screen to say.

use toml::de::DeValue;

/// How pictures get onto the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Images {
    /// As the terminal is known to take them.
    Auto,
    /// Kitty's graphics.
    Kitty,
    /// iTerm2's inline files.
    Iterm2,
    /// Sixel.
    Sixel,
    /// Characters of two colours.
    HalfBlocks,
    /// Not at all: each is a line about it.
    Off,
}

/// Reads it.
pub(super) fn images(value: &DeValue<'_>) -> Result<Images, &'static str> {
    match value.as_str() {
        Some("auto") => Ok(Images::Auto),
        Some("kitty") => Ok(Images::Kitty),
        Some("iterm2") => Ok(Images::Iterm2),
        Some("sixel") => Ok(Images::Sixel),
        Some("halfblocks") => Ok(Images::HalfBlocks),
        Some("off") => Ok(Images::Off),
        _ => Err("\"auto\", \"kitty\", \"iterm2\", \"sixel\", \"halfblocks\" or \"off\""),
    }
}
