//! Themes: which style each role is drawn in.
//!
//! Owns the closed list of roles (the only names the rest of the screen may ask for), the theme file format, and the
//! step down to fewer colours. It reads no file and no environment: text and variables are given to it.
//!
//! A theme file has `inherits`, `appearance`, a `[palette]` of named colours and the `[roles]`. No theme paints the
//! terminal's background; a role that does paint one (selection, match, popup) always names its foreground too.

mod colour;
pub mod contrast;

use ratatui::style::{Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use colour::Paint;
#[cfg(feature = "images")]
pub(in crate::tui) use colour::pixel;

macro_rules! roles {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// What a piece of the screen is. A role without a style of its own takes that of the name before its last dot.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Role { $(#[doc = $doc] $variant),* }

        impl Role {
            /// Every role, in the order of the table.
            pub const ALL: &[Role] = &[$(Role::$variant),*];

            /// The role's name in theme files.
            pub const fn name(self) -> &'static str {
                match self { $(Role::$variant => $name),* }
            }
        }
    };
}

roles! {
    Text "text" "Ordinary text."
    TextMuted "text.muted" "Secondary text; still meant to be read."
    TextFaint "text.faint" "Decoration only; never the sole carrier of a fact."
    Surface "surface" "The whole screen, before anything is drawn."
    Popup "popup" "Boxes drawn over the screen."
    Rule "rule" "Lines between panes."
    RuleFocus "rule.focus" "The line of the focused pane."
    Title "title" "Pane titles."
    Focus "focus" "The title and marks of the focused pane."
    Cursor "cursor" "The caret's cell, where the hardware cursor is not enough."
    Selection "selection" "The selected row of the focused pane."
    Match "match" "Text that was searched for."
    MatchCurrent "match.current" "The match the search stands on."
    Key "key" "Keys in hints and help."
    Accent "accent" "Small emphasis: active tabs, counts that matter."
    Ok "ok" "Something succeeded."
    Warn "warn" "Something deserves a look."
    Error "error" "Something failed."
    Info "info" "Something is worth knowing."
    Pending "pending" "Something is under way."
    DirOut "dir.out" "Client to server."
    DirIn "dir.in" "Server to client."
    Notif "notif" "Notifications, either way."
    Junk "junk" "Bytes that are not JSON-RPC."
    Life "life" "Process events."
    JsonKey "json.key" "Member names."
    JsonString "json.string" "JSON strings."
    JsonNumber "json.number" "JSON numbers."
    JsonBool "json.bool" "true and false."
    JsonNull "json.null" "null."
    JsonMask "json.mask" "What stands in the place of a secret."
    JsonPunct "json.punct" "Brackets, colons, counts and previews."
    CodeKeyword "code.keyword" "Words of a language, and tags."
    CodeString "code.string" "Strings in code; code inside prose; where links lead."
    CodeComment "code.comment" "Comments."
    CodeNumber "code.number" "Numbers and other constants."
    CodeFunction "code.function" "Functions where they are made or called."
    CodeType "code.type" "Types, attributes and properties."
    CodePunct "code.punct" "Operators, brackets, list bullets and fences."
    CodeHeading "code.heading" "Headings in a text; never to be mistaken for ours, which have `accent`."
    CodeEmphasis "code.emphasis" "Emphasis in a text."
    DiffAdd "diff.add" "Present only on the right."
    DiffDel "diff.del" "Present only on the left."
    DiffChange "diff.change" "Different on both sides."
    Input "input" "Text being edited."
    InputInvalid "input.invalid" "Text being edited that breaks a rule."
    StateUnset "state.unset" "A value that will not be sent."
    StateNull "state.null" "A value that will be sent as null."
    StateDefault "state.default" "A value that is the schema's default."
    Series1 "series.1" "First server of several."
    Series2 "series.2" "Second server of several."
    Series3 "series.3" "Third server of several."
    Series4 "series.4" "Fourth server of several."
    Series5 "series.5" "Fifth server of several."
    Series6 "series.6" "Sixth server of several."
    Series7 "series.7" "Seventh server of several."
    Series8 "series.8" "Eighth server of several."
}

impl Role {
    /// The role with this name.
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.name() == name)
    }

    fn parent(self) -> Option<Role> {
        Role::named(self.name().rsplit_once('.')?.0)
    }
}

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None at all: themes become `mono`.
    None,
    /// The 16 ANSI colours.
    C16,
    /// The 256-colour table.
    C256,
    /// 24 bits.
    Rgb,
}

impl Depth {
    /// What the environment says, given the values of `COLORTERM`, `TERM` and `NO_COLOR`.
    pub fn detect(colorterm: Option<&str>, term: Option<&str>, no_color: Option<&str>) -> Depth {
        let term = term.unwrap_or_default();
        if no_color.is_some_and(|v| !v.is_empty()) || term == "dumb" {
            return Depth::None;
        }
        let known_rgb = ["kitty", "alacritty", "wezterm", "ghostty", "foot", "direct"];
        if matches!(colorterm, Some("truecolor" | "24bit"))
            || known_rgb.iter().any(|t| term.contains(t))
        {
            Depth::Rgb
        } else if term.contains("256color") || (term.is_empty() && cfg!(windows)) {
            Depth::C256
        } else {
            Depth::C16
        }
    }
}

/// Why a theme cannot be used. The line counts from 1 in the theme's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", if *line == 0 { String::new() } else { format!("line {line}: ") })]
pub struct ThemeError {
    /// Line in the theme file, from 1; 0 when no file is at fault.
    pub line: usize,
    /// What is wrong, naming the role or colour.
    pub what: String,
}

/// The themes in the binary: name and text.
pub const BUNDLED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// The bundled theme that suits the terminal's background, given the value of `COLORFGBG` (`15;0` is white on black).
/// Without a hint terminals are taken to be dark.
pub fn for_background(colorfgbg: Option<&str>) -> &'static str {
    match colorfgbg.and_then(|v| v.rsplit(';').next()?.parse::<u8>().ok()) {
        Some(7 | 9..=15) => "light",
        _ => "dark",
    }
}

/// A style for every role, ready for one colour depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: Vec<Style>,
}

impl Theme {
    /// A bundled theme; at [`Depth::None`] always `mono`.
    pub fn load(name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let name = if depth == Depth::None { "mono" } else { name };
        Theme::parse(
            bundled(name).map_err(|what| ThemeError { line: 0, what })?,
            depth,
        )
    }

    /// A theme from the text of a theme file. What it inherits must be bundled. At [`Depth::None`] its colours are
    /// dropped and only its modifiers stay.
    pub fn parse(text: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let mut sheet = Sheet::default();
        sheet.read(text, 0)?;
        let styles = Role::ALL
            .iter()
            .map(|&role| sheet.style(role, depth))
            .collect::<Result<_, _>>()?;
        Ok(Theme { styles })
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

fn bundled(name: &str) -> Result<&'static str, String> {
    BUNDLED
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, text)| *text)
        .ok_or_else(|| {
            let known: Vec<_> = BUNDLED.iter().map(|(n, _)| *n).collect();
            format!("unknown theme \"{name}\"; there are {}", known.join(", "))
        })
}

/// A colour as a role names it: spelled out, or a palette name looked up once the whole chain of files is read.
#[derive(Debug, Clone)]
enum Named {
    Paint(Paint),
    Palette(String),
}

#[derive(Debug, Clone, Default)]
struct Look {
    fg: Option<Named>,
    bg: Option<Named>,
    mods: Modifier,
}

/// A role's look, with what replaces it where colours are few.
#[derive(Debug, Clone, Default)]
struct Spec {
    line: usize,
    look: Look,
    c256: Option<Look>,
    c16: Option<Look>,
}

/// Theme files read on top of each other, the inherited one first.
#[derive(Default)]
struct Sheet {
    palette: Vec<(String, Paint)>,
    roles: Vec<(Role, Spec)>,
}

/// A file being read: where an error is needs its text.
#[derive(Clone, Copy)]
struct Source<'t>(&'t str);

impl Source<'_> {
    fn line(self, at: usize) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.0.as_bytes()[..at.min(self.0.len())]).count()
    }

    fn error<T>(self, at: usize, what: String) -> Result<T, ThemeError> {
        Err(ThemeError {
            line: self.line(at),
            what,
        })
    }

    fn table<'v, 'i>(
        self,
        value: &'v Spanned<DeValue<'i>>,
        what: &str,
    ) -> Result<&'v DeTable<'i>, ThemeError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => self.error(value.span().start, format!("{what} must be a table")),
        }
    }

    fn str<'v>(self, value: &'v Spanned<DeValue<'_>>, what: &str) -> Result<&'v str, ThemeError> {
        match value.get_ref().as_str() {
            Some(s) => Ok(s),
            None => self.error(value.span().start, format!("{what} must be a string")),
        }
    }
}

impl Sheet {
    fn read(&mut self, text: &str, depth: usize) -> Result<(), ThemeError> {
        let source = Source(text);
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(e) => {
                return source.error(e.span().map_or(0, |s| s.start), e.message().to_owned());
            }
        };
        // The base must be below everything else, wherever its line stands in the file.
        for (key, value) in table.get_ref() {
            if key.get_ref() == "inherits" {
                let name = source.str(value, "inherits")?;
                if depth > 4 {
                    return source.error(value.span().start, format!("\"{name}\" inherits itself"));
                }
                match bundled(name) {
                    Ok(base) => self.read(base, depth + 1)?,
                    Err(what) => return source.error(value.span().start, what),
                }
            }
        }
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "inherits" => {}
                "appearance" => match source.str(value, "appearance")? {
                    "dark" | "light" => {}
                    other => {
                        return source.error(
                            value.span().start,
                            format!("appearance is \"dark\" or \"light\", not \"{other}\""),
                        );
                    }
                },
                "palette" => self.read_palette(source, source.table(value, "[palette]")?)?,
                "roles" => self.read_roles(source, source.table(value, "[roles]")?)?,
                other => return source.error(key.span().start, format!("unknown key \"{other}\"")),
            }
        }
        Ok(())
    }

    fn read_palette(&mut self, source: Source<'_>, table: &DeTable<'_>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let at = value.span().start;
            let paint = match value.get_ref() {
                DeValue::String(s) => Paint::parse(s),
                DeValue::Table(table) => {
                    let part = |part: &str| {
                        table
                            .iter()
                            .find(|(k, _)| k.get_ref() == part)
                            .map(|(_, v)| match v.get_ref() {
                                DeValue::Integer(i) => i.as_str().to_owned(),
                                other => other.as_str().unwrap_or_default().to_owned(),
                            })
                    };
                    if let Some((key, _)) = table
                        .iter()
                        .find(|(k, _)| !["rgb", "c256", "c16"].contains(&k.get_ref().as_ref()))
                    {
                        let key_name = key.get_ref();
                        return source.error(
                            key.span().start,
                            format!("colour \"{name}\": unknown key \"{key_name}\""),
                        );
                    }
                    Paint::parts(
                        part("rgb").as_deref(),
                        part("c256").as_deref(),
                        part("c16").as_deref(),
                    )
                }
                _ => None,
            };
            match paint {
                Some(paint) => {
                    self.palette.retain(|(n, _)| n != name);
                    self.palette.push((name.to_owned(), paint));
                }
                None => {
                    return source.error(at, format!("colour \"{name}\" is not {}", colour::FORMS));
                }
            }
        }
        Ok(())
    }

    fn read_roles(&mut self, source: Source<'_>, table: &DeTable<'_>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(role) = Role::named(name) else {
                let dotted = Role::ALL
                    .iter()
                    .any(|r| r.name().starts_with(&format!("{name}.")));
                let hint = if dotted {
                    "; names with a dot are written in quotes"
                } else {
                    ""
                };
                return source.error(key.span().start, format!("unknown role \"{name}\"{hint}"));
            };
            let spec = read_spec(source, name, value)?;
            self.roles.retain(|(r, _)| *r != role);
            self.roles.push((role, spec));
        }
        Ok(())
    }

    fn style(&self, role: Role, depth: Depth) -> Result<Style, ThemeError> {
        let spec = self
            .roles
            .iter()
            .find(|(r, _)| *r == role)
            .map(|(_, spec)| spec);
        let Some(spec) = spec else {
            return role
                .parent()
                .map_or(Ok(Style::default()), |parent| self.style(parent, depth));
        };
        let look = match depth {
            Depth::C16 => spec.c16.as_ref(),
            Depth::C256 => spec.c256.as_ref(),
            Depth::None | Depth::Rgb => None,
        };
        let look = look.unwrap_or(&spec.look);
        let mut style = Style::default().add_modifier(look.mods);
        style.fg = self.resolve(role, spec.line, look.fg.as_ref(), depth)?;
        style.bg = self.resolve(role, spec.line, look.bg.as_ref(), depth)?;
        Ok(style)
    }

    fn resolve(
        &self,
        role: Role,
        line: usize,
        named: Option<&Named>,
        depth: Depth,
    ) -> Result<Option<ratatui::style::Color>, ThemeError> {
        match named {
            None => Ok(None),
            Some(Named::Paint(paint)) => Ok(paint.at(depth)),
            Some(Named::Palette(name)) => match self.palette.iter().find(|(n, _)| n == name) {
                Some((_, paint)) => Ok(paint.at(depth)),
                None => {
                    let what = format!(
                        "role \"{}\": \"{name}\" is not {}",
                        role.name(),
                        colour::FORMS
                    );
                    Err(ThemeError { line, what })
                }
            },
        }
    }
}

fn read_spec(
    source: Source<'_>,
    role: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<Spec, ThemeError> {
    let mut spec = Spec {
        line: source.line(value.span().start),
        ..Spec::default()
    };
    match value.get_ref() {
        DeValue::String(s) => spec.look.fg = Some(named(s)),
        DeValue::Table(table) => {
            spec.look = read_look(source, role, table, &["c256", "c16"])?;
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "c256" => {
                        spec.c256 =
                            Some(read_look(source, role, source.table(value, "c256")?, &[])?);
                    }
                    "c16" => {
                        spec.c16 = Some(read_look(source, role, source.table(value, "c16")?, &[])?);
                    }
                    _ => {}
                }
            }
        }
        _ => {
            return source.error(
                value.span().start,
                format!("role \"{role}\" must be a colour or a table"),
            );
        }
    }
    Ok(spec)
}

fn read_look(
    source: Source<'_>,
    role: &str,
    table: &DeTable<'_>,
    others: &[&str],
) -> Result<Look, ThemeError> {
    let mut look = Look::default();
    for (key, value) in table {
        let at = value.span().start;
        match key.get_ref().as_ref() {
            "fg" => look.fg = Some(named(source.str(value, "fg")?)),
            "bg" => look.bg = Some(named(source.str(value, "bg")?)),
            "mods" => {
                let Some(mods) = value.get_ref().as_array() else {
                    return source.error(at, format!("role \"{role}\": mods must be a list"));
                };
                for m in mods {
                    look.mods |= match source.str(m, "a modifier")? {
                        "bold" => Modifier::BOLD,
                        "dim" => Modifier::DIM,
                        "italic" => Modifier::ITALIC,
                        "underline" => Modifier::UNDERLINED,
                        "reverse" => Modifier::REVERSED,
                        "strike" => Modifier::CROSSED_OUT,
                        other => {
                            return source.error(
                                at,
                                format!("role \"{role}\": unknown modifier \"{other}\""),
                            );
                        }
                    };
                }
            }
            other if others.contains(&other) => {}
            other => {
                return source.error(
                    key.span().start,
                    format!("role \"{role}\": unknown key \"{other}\""),
                );
            }
        }
    }
    if look.bg.is_some() && look.fg.is_none() {
        let line = table.iter().next().map_or(0, |(k, _)| k.span().start);
        return source.error(
            line,
            format!("role \"{role}\" paints a background without naming its foreground"),
        );
    }
    Ok(look)
}

fn named(s: &str) -> Named {
    Paint::parse(s).map_or_else(|| Named::Palette(s.to_owned()), Named::Paint)
}

#[cfg(test)]
mod tests;
