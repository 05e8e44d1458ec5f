//! One colour at every depth, and how well two of them can be told apart.
//!
//! Owns the spelling of colours in theme files, the derivation of the 256 and 16 colour forms from 24 bits, and WCAG
//! contrast. Knows no roles.

use ratatui::style::Color;

use super::Depth;

/// The spellings [`Paint::parse`] takes, for error messages.
pub(super) const FORMS: &str =
    "a colour (\"#rrggbb\", a [palette] name, \"default\" or an ANSI name like \"cyan\")";

/// The ANSI names, their ratatui colours and xterm's default shades.
const ANSI: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("white", Color::Gray, [229, 229, 229]),
    ("bright-black", Color::DarkGray, [127, 127, 127]),
    ("bright-red", Color::LightRed, [255, 0, 0]),
    ("bright-green", Color::LightGreen, [0, 255, 0]),
    ("bright-yellow", Color::LightYellow, [255, 255, 0]),
    ("bright-blue", Color::LightBlue, [92, 92, 255]),
    ("bright-magenta", Color::LightMagenta, [255, 0, 255]),
    ("bright-cyan", Color::LightCyan, [0, 255, 255]),
    ("bright-white", Color::White, [255, 255, 255]),
];

/// A colour in its three forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint {
    rgb: Color,
    c256: Color,
    c16: Color,
}

impl Paint {
    /// `#rrggbb`, `default`, or an ANSI name.
    pub(super) fn parse(spelling: &str) -> Option<Paint> {
        if let Some(own) = ansi(spelling) {
            return Some(Paint {
                rgb: own,
                c256: own,
                c16: own,
            });
        }
        let hex = spelling
            .strip_prefix('#')
            .filter(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let [_, r, g, b] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
        Some(Paint {
            rgb: Color::Rgb(r, g, b),
            c256: Color::Indexed(nearest_256([r, g, b])),
            c16: nearest_16([r, g, b]),
        })
    }

    /// From the parts of a palette table; parts that are missing are derived from `rgb`, which must be there.
    pub(super) fn parts(rgb: Option<&str>, c256: Option<&str>, c16: Option<&str>) -> Option<Paint> {
        let mut paint = Paint::parse(rgb?)?;
        if let Some(n) = c256 {
            paint.c256 = Color::Indexed(n.parse().ok()?);
        }
        if let Some(name) = c16 {
            paint.c16 = ansi(name)?;
        }
        Some(paint)
    }

    pub(super) fn at(self, depth: Depth) -> Option<Color> {
        match depth {
            Depth::None => None,
            Depth::C16 => Some(self.c16),
            Depth::C256 => Some(self.c256),
            Depth::Rgb => Some(self.rgb),
        }
    }
}

fn ansi(name: &str) -> Option<Color> {
    if name == "default" {
        return Some(Color::Reset);
    }
    ANSI.iter().find(|(n, ..)| *n == name).map(|(_, c, _)| *c)
}

/// The shade of an entry of the 256-colour table; the first 16 are xterm's.
fn table_256(i: u8) -> [u8; 3] {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match i {
        0..16 => ANSI[usize::from(i)].2,
        16..232 => {
            let n = i - 16;
            [
                STEPS[usize::from(n / 36)],
                STEPS[usize::from(n / 6 % 6)],
                STEPS[usize::from(n % 6)],
            ]
        }
        232.. => [8 + 10 * (i - 232); 3],
    }
}

/// The colour of a point in a picture, which has no role.
#[cfg(feature = "images")]
pub(in crate::tui) fn pixel(c: [u8; 3], depth: Depth) -> Color {
    match depth {
        Depth::Rgb => Color::Rgb(c[0], c[1], c[2]),
        _ => Color::Indexed(nearest_256(c)),
    }
}

fn nearest_256(c: [u8; 3]) -> u8 {
    // Not the first 16: users change those.
    (16..=255)
        .min_by_key(|&i| distance(c, table_256(i)))
        .unwrap_or(15)
}

fn nearest_16(c: [u8; 3]) -> Color {
    ANSI.iter()
        .min_by_key(|(_, _, shade)| distance(c, *shade))
        .map_or(Color::Reset, |(_, c, _)| *c)
}

/// Weighted by how much the eye makes of each channel ("redmean").
fn distance(a: [u8; 3], b: [u8; 3]) -> i64 {
    let d = |i: usize| i64::from(a[i]) - i64::from(b[i]);
    let mean = i64::midpoint(i64::from(a[0]), i64::from(b[0]));
    (((512 + mean) * d(0) * d(0)) >> 8) + 4 * d(1) * d(1) + (((767 - mean) * d(2) * d(2)) >> 8)
}

/// WCAG 2 contrast of two colours, 1 to 21; `None` where one is the terminal's own.
pub(super) fn contrast(a: Color, b: Color) -> Option<f64> {
    let (a, b) = (luminance(a)?, luminance(b)?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

fn luminance(c: Color) -> Option<f64> {
    let shade = match c {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(i) => table_256(i),
        named => ANSI.iter().find(|(_, c, _)| *c == named)?.2,
    };
    let [r, g, b] = shade.map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.04045 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    });
    Some(0.2126 * r + 0.7152 * g + 0.0722 * b)
}
