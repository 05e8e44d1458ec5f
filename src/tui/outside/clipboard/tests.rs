//! Which way it goes in which surroundings, and helpers that are scripts. The real clipboard is never touched.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::super::tools::tests::Made;
use super::*;

const ALL: [&str; 6] = ["wl-copy", "xclip", "xsel", "pbcopy", "clip.exe", "tmux"];

fn names(
    choice: ClipboardChoice,
    variables: &[(&'static str, &'static str)],
    programs: &[&'static str],
) -> String {
    let made = Made {
        variables: variables.to_vec(),
        programs: programs.to_vec(),
    };
    let names: Vec<&str> = ways(choice, &made)
        .iter()
        .map(|way| match way {
            Way::Helper(name, _) => *name,
            Way::Tmux => "tmux",
            Way::Osc52 { tmux: true } => "osc52 in tmux",
            Way::Osc52 { tmux: false } => "osc52",
        })
        .collect();
    names.join(", ")
}

#[test]
fn the_way_depends_on_display_distance_and_what_is_there() {
    use ClipboardChoice::{Auto, Helper, Off, Osc52};
    let x = ("DISPLAY", ":0");
    let wayland = ("WAYLAND_DISPLAY", "wayland-0");
    let ssh = ("SSH_CONNECTION", "1 2 3 4");
    let tmux = ("TMUX", "/tmp/tmux-0/default,1,0");
    let linux = ["wl-copy", "xclip", "xsel", "tmux"];
    for (choice, variables, programs, expected) in [
        (Auto, &[][..], &linux[..], "osc52"),
        (Auto, &[x], &linux, "xclip, xsel, osc52"),
        (Auto, &[x, wayland], &linux, "wl-copy, xclip, xsel, osc52"),
        (Auto, &[wayland], &["xclip"], "osc52"),
        (Auto, &[x], &[], "osc52"),
        (Auto, &[("DISPLAY", "")], &linux, "osc52"),
        (Auto, &[x, ssh], &linux, "osc52"),
        (Auto, &[x, ("SSH_TTY", "/dev/pts/1")], &linux, "osc52"),
        (Auto, &[x, ssh, tmux], &linux, "tmux, osc52 in tmux"),
        (Auto, &[tmux], &["xclip"], "osc52 in tmux"),
        (Auto, &[x, tmux], &linux, "xclip, xsel, tmux, osc52 in tmux"),
        (Auto, &[], &["pbcopy"], "pbcopy, osc52"),
        (Auto, &[ssh], &["pbcopy"], "osc52"),
        (Auto, &[x], &ALL, "xclip, xsel, pbcopy, clip.exe, osc52"),
        (Osc52, &[x], &linux, "osc52"),
        (Osc52, &[x, tmux], &linux, "tmux, osc52 in tmux"),
        (Helper, &[x, ssh], &linux, "xclip, xsel"),
        (Helper, &[], &linux, ""),
        (Off, &[x, tmux], &ALL, ""),
    ] {
        assert_eq!(
            names(choice, variables, programs),
            expected,
            "{choice:?} {variables:?} {programs:?}"
        );
    }
}

#[test]
fn what_is_written_to_the_terminal_is_base64_in_one_piece() {
    let evil = b"\x1b]0;title\x07\x1bPtmux;";
    let plain = Sequence::new(evil, false);
    let encoded = STANDARD.encode(evil);
    assert_eq!(plain.as_str(), format!("\x1b]52;c;{encoded}\x07"));
    let both = Sequence::new(b"hi", true);
    assert_eq!(
        both.as_str(),
        "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\\x1b]52;c;aGk=\x07"
    );
}

#[test]
fn too_much_is_refused_with_a_way_out() {
    let far = Made::default();
    let copy = |length: usize| copy(&vec![b'x'; length], "value", ClipboardChoice::Auto, &far);
    assert_eq!(
        copy(MOST_OSC52 + 1).unwrap_err(),
        "value is 100 kB, too much for the clipboard here (100 kB); W writes it to a file"
    );
    let Copied::Write(sequence, told) = copy(MOST_OSC52).unwrap() else {
        panic!("it goes through the terminal")
    };
    assert_eq!(told, "copied value, 100 kB by OSC 52");
    assert!(sequence.as_str().len() > MOST_OSC52);
}

#[test]
fn what_is_short_is_shown_and_never_raw() {
    let made = Made::default();
    let copied = super::copy(b"a\x1b[31m", "text", ClipboardChoice::Osc52, &made);
    let Copied::Write(_, told) = copied.unwrap() else {
        panic!("it goes through the terminal")
    };
    assert_eq!(told, "copied text by OSC 52: a^[[31m");
    let why = |choice| super::copy(b"a", "text", choice, &made).unwrap_err();
    assert_eq!(
        why(ClipboardChoice::Off),
        "not copied: the setting clipboard is off"
    );
    assert!(why(ClipboardChoice::Helper).contains("no clipboard program works here"));
}

#[cfg(unix)]
mod scripts {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    /// Programs that are scripts, before a display.
    struct Scripts {
        folder: tempfile::TempDir,
        tmux: bool,
    }

    impl Scripts {
        fn new(programs: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, body) in programs {
                let path = folder.path().join(name);
                let out = folder.path().join("copied");
                fs::write(
                    &path,
                    format!("#!/bin/sh\nOUT='{}'\n{body}\n", out.display()),
                )
                .unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
            }
            let tmux = programs.iter().any(|(name, _)| *name == "tmux");
            Self { folder, tmux }
        }

        fn copied(&self) -> Vec<u8> {
            fs::read(self.folder.path().join("copied")).unwrap_or_default()
        }

        fn copy(&self, bytes: &[u8]) -> Result<Copied, String> {
            copy(bytes, "value", ClipboardChoice::Auto, self)
        }
    }

    impl Lookup for Scripts {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "DISPLAY" || (name == "TMUX" && self.tmux)).then(|| "there".to_owned())
        }

        fn program(&self, name: &str) -> Option<PathBuf> {
            Some(self.folder.path().join(name)).filter(|path| path.exists())
        }
    }

    #[test]
    fn a_helper_gets_every_byte() {
        let scripts = Scripts::new(&[("xclip", "cat > \"$OUT\"; echo \"$@\" >> \"$OUT\"")]);
        let bytes = [&b"\x1b\xff\0"[..], &vec![b'x'; 900_000]].concat();
        assert_eq!(
            scripts.copy(&bytes),
            Ok(Copied::Done("copied value, 900 kB by xclip".to_owned()))
        );
        let copied = scripts.copied();
        assert_eq!(&copied[..bytes.len()], &bytes[..]);
        assert_eq!(&copied[bytes.len()..], b"-selection clipboard -in\n");
    }

    #[test]
    fn the_next_way_is_tried_and_the_last_failure_told() {
        let scripts = Scripts::new(&[("xclip", "exit 1"), ("xsel", "cat > \"$OUT\"")]);
        assert_eq!(
            scripts.copy(b"short"),
            Ok(Copied::Done("copied value by xsel: short".to_owned()))
        );
        let scripts = Scripts::new(&[("xclip", "exit 1")]);
        assert!(matches!(scripts.copy(b"short"), Ok(Copied::Write(..))));
        assert_eq!(
            scripts.copy(&vec![b'x'; MOST_OSC52 + 1]).unwrap_err(),
            "not copied: xclip ended with code 1, and value is 100 kB, too much for the clipboard here (100 kB); \
             W writes it to a file"
        );
    }

    #[test]
    fn tmux_is_asked_first_inside_of_it() {
        let tmux = "if test \"$1\" = load-buffer; then cat > \"$OUT\"; else echo external; fi";
        let scripts = Scripts::new(&[("tmux", tmux)]);
        assert_eq!(
            scripts.copy(b"hi"),
            Ok(Copied::Done("copied value by OSC 52 (tmux): hi".to_owned()))
        );
        assert_eq!(scripts.copied(), b"hi");
        let scripts = Scripts::new(&[(
            "tmux",
            "cat > /dev/null; test \"$1\" != show-options || echo off",
        )]);
        let Ok(Copied::Done(told)) = scripts.copy(b"hi") else {
            panic!("the buffer has it")
        };
        assert!(told.contains("tmux's buffer only"), "{told}");
        // An old tmux has no such flag.
        let scripts = Scripts::new(&[("tmux", "exit 1")]);
        assert!(matches!(scripts.copy(b"hi"), Ok(Copied::Write(..))));
    }
}
