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
}
