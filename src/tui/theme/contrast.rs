//! Whether what a theme draws can be read.

use ratatui::style::Color;

use super::colour::contrast;
use super::{Role, Theme};

/// Least contrast of what is meant to be read.
const READ: f64 = 4.5;
/// Least contrast of lines and marks.
const SEEN: f64 = 3.0;

/// A role that stands out too little.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faint {
    /// Which.
    pub role: Role,
    /// How much it does.
    pub found: f64,
    /// How much it should.
    pub wanted: f64,
}

/// The background that a theme file is meant for.
pub fn ground(text: &str) -> Color {
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let says = |key: &str| table.get(key).and_then(toml::Value::as_str);
    match says("appearance").or_else(|| says("inherits")) {
        Some("light") => Color::Rgb(255, 255, 255),
        _ => Color::Rgb(0, 0, 0),
    }
}

/// The roles that stand out too little on `ground`; where colours are not known, nothing is said.
pub fn faint(theme: &Theme, ground: Color) -> Vec<Faint> {
    let painted = |role| theme.style(role).bg;
    let mut found = Vec::new();
    for &role in Role::ALL {
        let wanted = match role {
            Role::TextFaint | Role::Surface | Role::Popup | Role::Cursor => continue,
            Role::Rule | Role::RuleFocus => SEEN,
            _ => READ,
        };
        let style = theme.style(role);
        let Some(fg) = style.fg else {
            continue;
        };
        let grounds = match (style.bg, wanted < READ) {
            (Some(bg), _) => vec![bg],
            (None, true) => vec![ground],
            (None, false) => [Some(ground), painted(Role::Popup), painted(Role::Selection)]
                .into_iter()
                .flatten()
                .collect(),
        };
        let worst = grounds
            .into_iter()
            .filter_map(|bg| contrast(fg, bg))
            .min_by(f64::total_cmp);
        if let Some(least) = worst.filter(|least| *least < wanted) {
            found.push(Faint {
                role,
                found: least,
                wanted,
            });
        }
    }
    found
}
