//! What every theme must hold: it parses, it styles every role, and it can be read.

#![expect(clippy::unwrap_used, reason = "tests")]

use ratatui::style::Color;

use super::*;

const COLOURED: [(&str, Color); 2] = [
    ("dark", Color::Rgb(0, 0, 0)),
    ("light", Color::Rgb(255, 255, 255)),
];

#[test]
fn bundled_themes_name_every_role() {
    for (name, text) in BUNDLED {
        let mut sheet = Sheet::default();
        sheet
            .read(text, 0)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        for role in Role::ALL {
            assert!(
                sheet.roles.iter().any(|(r, _)| r == role),
                "{name} has no {}",
                role.name()
            );
        }
        for depth in [Depth::None, Depth::C16, Depth::C256, Depth::Rgb] {
            Theme::load(name, depth).unwrap();
        }
    }
}

#[test]
fn contrast_is_enough_to_read() {
    for (name, ground) in COLOURED {
        for depth in [Depth::Rgb, Depth::C256] {
            let theme = Theme::load(name, depth).unwrap();
            let readable = Role::ALL
                .iter()
                .filter(|role| theme.style(**role).fg.is_some());
            assert!(readable.count() > 40, "{name}");
            assert_eq!(contrast::faint(&theme, ground), [], "{name} {depth:?}");
        }
    }
}

#[test]
fn without_colour_no_role_has_any() {
    for (name, _) in BUNDLED {
        let theme = Theme::load(name, Depth::None).unwrap();
        let plain = Modifier::BOLD | Modifier::DIM | Modifier::UNDERLINED | Modifier::REVERSED;
        for &role in Role::ALL {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{name} {}", role.name());
            assert!(plain.contains(style.add_modifier), "{name} {}", role.name());
        }
        assert_ne!(theme.style(Role::Selection), Style::default());
    }
}

#[test]
fn only_marked_things_paint_a_background() {
    for (name, _) in COLOURED {
        for depth in [Depth::C16, Depth::C256, Depth::Rgb] {
            let theme = Theme::load(name, depth).unwrap();
            for &role in Role::ALL {
                let style = theme.style(role);
                let may = matches!(
                    role,
                    Role::Selection | Role::Match | Role::MatchCurrent | Role::Popup
                );
                assert!(
                    style.bg.is_none() || (may && style.fg.is_some()),
                    "{name} {}",
                    role.name()
                );
            }
        }
    }
}

#[test]
fn no_text_of_a_servers_looks_like_ours() {
    for (name, _) in BUNDLED {
        for depth in [Depth::None, Depth::C16, Depth::C256, Depth::Rgb] {
            let theme = Theme::load(name, depth).unwrap();
            for role in Role::ALL.iter().filter(|r| r.name().starts_with("code.")) {
                // Headings between texts, and escapes in them.
                for ours in [Role::Accent, Role::Warn] {
                    assert_ne!(
                        theme.style(*role),
                        theme.style(ours),
                        "{name} {depth:?} {}",
                        role.name()
                    );
                }
            }
        }
    }
}

#[test]
fn a_file_overrides_what_it_inherits() {
    let text = r##"
inherits = "dark"
[palette]
sea = "#ff8800"
[roles]
ok = { fg = "bright-green", mods = ["bold"] }
"text.muted" = "#010203"
"##;
    let theme = Theme::parse(text, Depth::Rgb).unwrap();
    assert_eq!(theme.style(Role::Key).fg, Some(Color::Rgb(0xff, 0x88, 0)));
    assert_eq!(
        theme.style(Role::Ok),
        Style::new()
            .fg(Color::LightGreen)
            .add_modifier(Modifier::BOLD)
    );
    assert_eq!(theme.style(Role::TextMuted).fg, Some(Color::Rgb(1, 2, 3)));
    let own = Theme::parse("[roles]\ntext = \"red\"", Depth::Rgb).unwrap();
    assert_eq!(
        own.style(Role::TextMuted).fg,
        Some(Color::Red),
        "a role falls back to the name before its dot"
    );
}

#[test]
fn errors_name_line_and_role() {
    for (text, line, what) in [
        (
            "[roles]\ntext = \"ink\"",
            2,
            "role \"text\": \"ink\" is not a colour",
        ),
        ("[roles]\n\nfocsu = \"red\"", 3, "unknown role \"focsu\""),
        (
            "[roles]\n\"text.mutde\" = \"red\"",
            2,
            "unknown role \"text.mutde\"",
        ),
        (
            "[roles]\ndir.out = \"red\"",
            2,
            "unknown role \"dir\"; names with a dot are written in quotes",
        ),
        (
            "[palette]\nsea = \"#12345\"",
            2,
            "colour \"sea\" is not a colour",
        ),
        (
            "[palette]\nsea = { c16 = \"cyan\" }",
            2,
            "colour \"sea\" is not a colour",
        ),
        (
            "[roles]\nok = { bg = \"red\" }",
            2,
            "role \"ok\" paints a background",
        ),
        (
            "[roles]\nok = { fg = \"red\", mods = [\"blink\"] }",
            2,
            "unknown modifier \"blink\"",
        ),
        (
            "inherits = \"dusk\"",
            1,
            "unknown theme \"dusk\"; there are dark, light, mono",
        ),
        ("[roles]\ntext = ", 2, ""),
    ] {
        let e = Theme::parse(text, Depth::Rgb).unwrap_err();
        assert_eq!(e.line, line, "{text}: {e}");
        assert!(e.what.contains(what), "{text}: {e}");
    }
}

#[test]
fn the_environment_chooses_the_depth() {
    for (colorterm, term, no_color, expected) in [
        (Some("truecolor"), Some("xterm-256color"), None, Depth::Rgb),
        (Some("truecolor"), Some("xterm"), Some("1"), Depth::None),
        (None, Some("screen-256color"), Some(""), Depth::C256),
        (None, Some("xterm-kitty"), None, Depth::Rgb),
        (None, Some("linux"), None, Depth::C16),
        (Some("truecolor"), Some("dumb"), None, Depth::None),
    ] {
        assert_eq!(
            Depth::detect(colorterm, term, no_color),
            expected,
            "{colorterm:?} {term:?} {no_color:?}"
        );
    }
}

#[test]
fn the_background_chooses_the_theme() {
    for (colorfgbg, expected) in [
        (None, "dark"),
        (Some("15;0"), "dark"),
        (Some("0;15"), "light"),
        (Some("0;default;7"), "light"),
        (Some("nonsense"), "dark"),
    ] {
        assert_eq!(for_background(colorfgbg), expected, "{colorfgbg:?}");
    }
    let e = Theme::load("dusk", Depth::Rgb).unwrap_err();
    assert_eq!(
        e.to_string(),
        "unknown theme \"dusk\"; there are dark, light, mono"
    );
}
