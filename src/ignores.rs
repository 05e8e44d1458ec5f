//! What comparisons ignore beside the rules everybody has: paths and names of rules, one a line, in a file that people
//! keep, edit and commit.
//!
//! ```text
//! .mcpscope/ignore        of the project, when it keeps files of ours already
//! <config>/ignore         the user's own
//! ```
//!
//! Both hold. Lines that start with `#` are words for people.

use std::path::PathBuf;

use crate::diff::Rules;
use crate::history::file::{self, FileError, Lock};
use crate::paths::{self, Paths};
use crate::presets::Presets;

/// Their name.
const FILE: &str = "ignore";
/// The name of the file of findings that somebody lives with; see [`crate::lint::exceptions`].
const LINT: &str = "lint-ignore";
/// Larger files are something else.
const LARGEST: u64 = 1 << 20;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignores {
    project: Option<PathBuf>,
    user: PathBuf,
}

impl Ignores {
    /// Those of the project whose presets these are, and of this user.
    pub fn of(presets: &Presets, paths: &Paths) -> Self {
        Self::named(FILE, presets, paths)
    }

    /// Findings of lint that the project, or this user, lives with: lines of the same kind in a file of their own.
    pub fn of_lint(presets: &Presets, paths: &Paths) -> Self {
        Self::named(LINT, presets, paths)
    }

    fn named(name: &str, presets: &Presets, paths: &Paths) -> Self {
        Self {
            project: presets.project_folder().map(|folder| folder.join(name)),
            user: paths.config.join(name),
        }
    }

    /// Where a new one goes.
    pub fn file(&self) -> &PathBuf {
        self.project.as_ref().unwrap_or(&self.user)
    }

    /// All lines, the user's first.
    pub fn load(&self) -> Result<Vec<String>, FileError> {
        let mut all = Vec::new();
        for file in [Some(&self.user), self.project.as_ref()]
            .into_iter()
            .flatten()
        {
            let bytes = file::read(file, LARGEST)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let lines = text.lines().map(str::trim);
            let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            all.extend(lines.map(str::to_owned));
        }
        Ok(all)
    }

    /// Writes a line down, or takes it out of wherever it stands, however its path is spelled there. Gives the file it is
    /// in then.
    pub fn set(&self, line: &str, on: bool) -> Result<PathBuf, FileError> {
        if on {
            let file = self.file();
            if !self.load()?.iter().any(|other| Rules::is_one(other, line)) {
                if let Some(folder) = file.parent() {
                    paths::create(folder).map_err(file::failed("create", folder))?;
                }
                let _lock = Lock::of(file)?;
                file::append(file, &format!("{line}\n"))?;
            }
            return Ok(file.clone());
        }
        for file in [Some(&self.user), self.project.as_ref()]
            .into_iter()
            .flatten()
        {
            if !file.exists() {
                continue;
            }
            let _lock = Lock::of(file)?;
            let bytes = file::read(file, LARGEST)?;
            let text = String::from_utf8_lossy(&bytes);
            let kept: String = text
                .split_inclusive('\n')
                .filter(|other| !Rules::is_one(other.trim(), line))
                .collect();
            if kept.len() < text.len() {
                file::replace(file, kept.as_bytes())?;
            }
        }
        Ok(self.file().clone())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lines_are_kept_with_the_project_and_taken_out_again() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(&home.path().join("h"));
        let work = home.path().join("work");
        std::fs::create_dir_all(work.join(".git")).unwrap();
        let ignores = || Ignores::of(&Presets::of(&work, None, &paths), &paths);
        // Without a folder of ours in the project it is the user's.
        assert_eq!(
            ignores().set("$.a", true).unwrap(),
            paths.config.join("ignore")
        );
        std::fs::create_dir(work.join(".mcpscope")).unwrap();
        std::fs::write(work.join(".mcpscope/ignore"), "# why\n*.b\n").unwrap();
        let ignores = ignores();
        ignores.set("$.a", true).unwrap();
        ignores.set("$.c", true).unwrap();
        assert_eq!(ignores.load().unwrap(), ["$.a", "*.b", "$.c"]);
        ignores.set("$.a", false).unwrap();
        ignores.set("*.b", false).unwrap();
        assert_eq!(ignores.load().unwrap(), ["$.c"]);
        let text = std::fs::read_to_string(work.join(".mcpscope/ignore")).unwrap();
        assert_eq!(text, "# why\n$.c\n");
        // As somebody else wrote it, in another spelling.
        std::fs::write(work.join(".mcpscope/ignore"), "$['a'].b\nid\n").unwrap();
        ignores.set("$.a.b", true).unwrap();
        assert_eq!(ignores.load().unwrap(), ["$['a'].b", "id"]);
        ignores.set("$.a.b", false).unwrap();
        // A name of a rule is no path.
        ignores.set("[\"id\"]", false).unwrap();
        assert_eq!(ignores.load().unwrap(), ["id"]);
    }
}
