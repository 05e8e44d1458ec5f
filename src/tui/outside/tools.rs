//! Which program does what: editor and pager, from the environment and the settings. Decides only; runs nothing.

use std::ffi::OsString;
use std::path::PathBuf;

/// Editors that are tried when neither `$VISUAL` nor `$EDITOR` is set.
const EDITORS: [&str; 4] = ["editor", "nano", "vim", "vi"];

/// A program with its first arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The program, found.
    pub program: PathBuf,
    /// What stands before the file.
    pub arguments: Vec<String>,
}

impl Tool {
    /// Its name, for sentences.
    pub fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// Where programs and variables are looked up: a seam, so that tests need no environment of their own.
pub trait Lookup {
    /// The value of a variable; an empty one counts as not set.
    fn variable(&self, name: &str) -> Option<String>;
    /// Where a program is.
    fn program(&self, name: &str) -> Option<PathBuf>;
}

/// The environment of this process.
#[derive(Debug, Clone, Copy)]
pub struct Ours;

impl Lookup for Ours {
    fn variable(&self, name: &str) -> Option<String> {
        let value: OsString = std::env::var_os(name)?;
        value.into_string().ok().filter(|value| !value.is_empty())
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        which::which(name).ok()
    }
}

/// The editor: `$VISUAL`, else `$EDITOR`, else what is there.
pub fn editor(lookup: &impl Lookup) -> Result<Tool, String> {
    for variable in ["VISUAL", "EDITOR"] {
        if let Some(command) = lookup.variable(variable) {
            return tool(&command, &format!("${variable}"), lookup);
        }
    }
    EDITORS
        .iter()
        .find_map(|name| lookup.program(name))
        .map(|program| Tool {
            program,
            arguments: Vec::new(),
        })
        .ok_or_else(|| "no editor found: set $VISUAL or $EDITOR".to_owned())
}

/// The program of a command line, `origin` being where it was said. It is split as a shell would, but no shell runs.
pub fn tool(command: &str, origin: &str, lookup: &impl Lookup) -> Result<Tool, String> {
    let words = shell_words::split(command)
        .map_err(|_| format!("{origin} has an open quote: {command}"))?;
    let mut words = words.into_iter();
    let name = words
        .next()
        .ok_or_else(|| format!("{origin} names no program"))?;
    let program = lookup
        .program(&name)
        .ok_or_else(|| format!("{origin} is {name}, which is not found"))?;
    Ok(Tool {
        program,
        arguments: words.collect(),
    })
}

/// What shows a kind of content to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// A pager, which needs the terminal.
    Pager(Tool),
    /// Whatever the desktop has for it, in a window of its own.
    Opener(Tool),
}

/// The program for content of a MIME type; `pagers` are the settings. Only pictures, sound, film and PDF go to the
/// desktop: what could run there does not.
pub fn show(kind: &str, pagers: &[(String, String)], lookup: &impl Lookup) -> Result<Show, String> {
    if let Some((name, command)) = named(kind, pagers) {
        return tool(command, &format!("the pager for {name}"), lookup).map(Show::Pager);
    }
    if opens(kind) {
        return opener(lookup).map(Show::Opener).ok_or_else(|| {
            format!("nothing here shows {kind}: there is no display, or no program that opens it; W writes it to a file")
        });
    }
    if !is_text(kind) {
        return Err(format!("nothing here shows {kind}; W writes it to a file"));
    }
    if let Some((_, command)) = pagers.iter().find(|(known, _)| known == "default") {
        return tool(command, "the default pager", lookup).map(Show::Pager);
    }
    if let Some(command) = lookup.variable("PAGER") {
        return tool(&command, "$PAGER", lookup).map(Show::Pager);
    }
    // Without -R less shows control characters of a server's text as ^[, and with -+F it stays with a short one.
    lookup
        .program("less")
        .map(|program| (program, vec!["-+F".to_owned(), "-+X".to_owned()]))
        .or_else(|| lookup.program("more").map(|program| (program, Vec::new())))
        .map(|(program, arguments)| Show::Pager(Tool { program, arguments }))
        .ok_or_else(|| "no pager found: set $PAGER, or [pager] in config.toml".to_owned())
}

/// The nearest line of the settings for a kind: by all of it, its second part, its first part.
fn named<'p>(kind: &str, pagers: &'p [(String, String)]) -> Option<&'p (String, String)> {
    let (first, second) = kind.split_once('/').unwrap_or((kind, ""));
    let find = |name: &str| pagers.iter().find(|(known, _)| known == name);
    [kind, second, first].into_iter().find_map(find)
}

/// Whether the settings name a pager for a kind.
pub fn is_named(kind: &str, pagers: &[(String, String)]) -> bool {
    named(kind, pagers).is_some()
}

/// Whether the desktop is asked to show it.
pub fn opens(kind: &str) -> bool {
    let picture = kind.starts_with("image/") && kind != "image/svg+xml";
    picture || kind.starts_with("audio/") || kind.starts_with("video/") || kind == "application/pdf"
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/")
        || matches!(
            kind,
            "application/json" | "application/xml" | "image/svg+xml"
        )
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// The desktop's opener, where there is a desktop before us.
pub fn opener(lookup: &impl Lookup) -> Option<Tool> {
    let set = |name| lookup.variable(name).is_some();
    if set("SSH_CONNECTION") || set("SSH_TTY") {
        return None;
    }
    let mut names = Vec::new();
    if cfg!(target_os = "macos") {
        names.push("open");
    } else if cfg!(windows) {
        names.push("explorer");
    } else if set("DISPLAY") || set("WAYLAND_DISPLAY") {
        names.push("xdg-open");
    }
    let program = names.into_iter().find_map(|name| lookup.program(name))?;
    Some(Tool {
        program,
        arguments: Vec::new(),
    })
}

/// How the name of a file of this MIME type ends.
pub fn ending(kind: &str) -> &'static str {
    match kind {
        "application/json" => "json",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/gzip" => "gz",
        "application/zstd" => "zst",
        "application/wasm" => "wasm",
        "application/vnd.sqlite3" => "sqlite",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        "audio/flac" => "flac",
        "audio/wav" => "wav",
        "image/gif" => "gif",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/svg+xml" => "svg",
        "image/webp" => "webp",
        "text/html" => "html",
        "text/markdown" => "md",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        _ if kind.ends_with("+json") => "json",
        _ if kind.ends_with("+xml") || kind.ends_with("/xml") => "xml",
        _ if kind.starts_with("text/") => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// An environment that was made up.
    #[derive(Debug, Default)]
    pub struct Made {
        pub variables: Vec<(&'static str, &'static str)>,
        pub programs: Vec<&'static str>,
    }

    impl Lookup for Made {
        fn variable(&self, name: &str) -> Option<String> {
            let found = self.variables.iter().find(|(known, _)| *known == name)?;
            Some(found.1.to_owned()).filter(|value| !value.is_empty())
        }

        fn program(&self, name: &str) -> Option<PathBuf> {
            let found = self.programs.iter().find(|known| **known == name)?;
            Some(PathBuf::from("/bin").join(found))
        }
    }

    #[test]
    fn the_editor_is_who_was_named_first() {
        let choice = |variables: &[(&'static str, &'static str)]| {
            let made = Made {
                variables: variables.to_vec(),
                programs: vec!["vi", "code", "my editor"],
            };
            editor(&made).map(|tool| (tool.name(), tool.arguments.join(",")))
        };
        let is = |name: &str, arguments: &str| Ok((name.to_owned(), arguments.to_owned()));
        assert_eq!(
            choice(&[("VISUAL", "code --wait 'a b'"), ("EDITOR", "vi")]),
            is("code", "--wait,a b")
        );
        assert_eq!(
            choice(&[("VISUAL", ""), ("EDITOR", "'my editor'")]),
            is("my editor", "")
        );
        assert_eq!(choice(&[]), is("vi", ""));
        assert_eq!(
            choice(&[("EDITOR", "emacs")]).unwrap_err(),
            "$EDITOR is emacs, which is not found"
        );
        assert_eq!(
            choice(&[("EDITOR", "vi 'x")]).unwrap_err(),
            "$EDITOR has an open quote: vi 'x"
        );
        assert_eq!(
            choice(&[("EDITOR", " ")]).unwrap_err(),
            "$EDITOR names no program"
        );
        assert_eq!(
            editor(&Made::default()).unwrap_err(),
            "no editor found: set $VISUAL or $EDITOR"
        );
    }

    #[test]
    fn the_pager_is_the_nearest_one_named() {
        let choice =
            |kind: &str, pagers: &[(&str, &str)], variables: &[(&'static str, &'static str)]| {
                let made = Made {
                    variables: variables.to_vec(),
                    programs: vec!["less", "jless", "bat", "most", "xdg-open", "chafa"],
                };
                let pagers: Vec<(String, String)> = pagers
                    .iter()
                    .map(|(kind, command)| ((*kind).to_owned(), (*command).to_owned()))
                    .collect();
                show(kind, &pagers, &made).map(|show| match show {
                    Show::Pager(tool) => format!("{} {}", tool.name(), tool.arguments.join(" ")),
                    Show::Opener(tool) => format!("opens by {}", tool.name()),
                })
            };
        let is = |words: &str| Ok(words.to_owned());
        let json = "application/json";
        assert_eq!(choice(json, &[], &[]), is("less -+F -+X"));
        assert_eq!(choice(json, &[], &[("PAGER", "most -s")]), is("most -s"));
        let own = [
            ("json", "jless -m line"),
            ("default", "bat"),
            ("image", "chafa"),
        ];
        assert_eq!(
            choice(json, &own, &[("PAGER", "most")]),
            is("jless -m line")
        );
        assert_eq!(
            choice("text/markdown", &own, &[("PAGER", "most")]),
            is("bat ")
        );
        assert_eq!(choice("image/png", &own, &[]), is("chafa "));
        assert_eq!(
            choice(json, &[(json, "bat"), ("json", "jless")], &[]),
            is("bat ")
        );
        assert_eq!(
            choice(json, &[("json", "gone")], &[]).unwrap_err(),
            "the pager for json is gone, which is not found"
        );
        let refused = choice("image/png", &[], &[("DISPLAY", ":0"), ("SSH_TTY", "x")]).unwrap_err();
        assert!(refused.contains("W writes it to a file"), "{refused}");
        for kind in [
            "application/zip",
            "application/x-elf",
            "application/octet-stream",
        ] {
            let refused = choice(kind, &own, &[("DISPLAY", ":0")]).unwrap_err();
            assert_eq!(
                refused,
                format!("nothing here shows {kind}; W writes it to a file")
            );
        }
        assert_eq!(
            choice("image/svg+xml", &[], &[("DISPLAY", ":0")]),
            is("less -+F -+X")
        );
        #[cfg(target_os = "linux")]
        assert_eq!(
            choice("image/png", &[], &[("DISPLAY", ":0")]),
            is("opens by xdg-open")
        );
        let none = show("text/plain", &[], &Made::default()).unwrap_err();
        assert_eq!(
            none,
            "no pager found: set $PAGER, or [pager] in config.toml"
        );
    }

    #[test]
    fn names_of_files_end_by_their_kind() {
        for (kind, expected) in [
            ("application/json", "json"),
            ("application/problem+json", "json"),
            ("image/png", "png"),
            ("text/csv", "txt"),
            ("application/octet-stream", "bin"),
        ] {
            assert_eq!(ending(kind), expected, "{kind}");
        }
    }
}
