//! Filters with a name, the user's own: a file of settings for those of rows, `filters.toml`, and one for those of
//! sessions, `session-filters.toml`, which ask in other words. A line each:
//!
//! ```toml
//! slow = "time>1s -is:aux"
//! ```
//!
//! Other lines of the file (comments, what a later version writes) stay as they are. It is written whole, under
//! another name first.

use std::path::{Path, PathBuf};

use crate::history::FileError;
use crate::history::file;

/// Larger files are not ours.
const MOST: u64 = 1 << 20;

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Its name.
    pub name: String,
    /// The filter, as it was typed.
    pub text: String,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chips {
    path: PathBuf,
}

impl Chips {
    /// Those of this file, which need not be there.
    pub fn open(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// All of them, in the order of the file. What is no filter with a name is passed over.
    pub fn load(&self) -> Result<Vec<Chip>, FileError> {
        let bytes = file::read(&self.path, MOST)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().filter_map(of_line).collect())
    }

    /// Keeps a filter under a name, in the place of one that has it; an empty filter takes the name away.
    pub fn save(&self, chip: &Chip) -> Result<(), FileError> {
        let bytes = file::read(&self.path, MOST)?;
        let before = String::from_utf8_lossy(&bytes);
        let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
        let place = lines
            .iter()
            .position(|line| of_line(line).is_some_and(|known| known.name == chip.name));
        let line =
            toml::Table::from_iter([(chip.name.clone(), toml::Value::String(chip.text.clone()))])
                .to_string();
        let line = line.trim_end().to_owned();
        match place {
            Some(place) if chip.text.is_empty() => {
                lines.remove(place);
            }
            Some(place) => lines[place] = line,
            None if chip.text.is_empty() => return Ok(()),
            None => lines.push(line),
        }
        file::replace(&self.path, (lines.join("\n") + "\n").as_bytes())
    }
}

fn of_line(line: &str) -> Option<Chip> {
    let table: toml::Table = line.parse().ok()?;
    let (name, value) = table.into_iter().next()?;
    Some(Chip {
        name,
        text: value.as_str()?.to_owned(),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn chip(name: &str, text: &str) -> Chip {
        Chip {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn filters_are_kept_under_their_names() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config").join("filters.toml");
        let chips = Chips::open(&path);
        assert_eq!(chips.load().unwrap(), []);
        chips.save(&chip("slow", "time>1s")).unwrap();
        chips.save(&chip("my \"own\"", "text~\"a b\"\\d")).unwrap();
        chips.save(&chip("slow", "time>2s")).unwrap();
        let all = [
            chip("slow", "time>2s"),
            chip("my \"own\"", "text~\"a b\"\\d"),
        ];
        assert_eq!(chips.load().unwrap(), all);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("# mine\n{text}[later]\nx = 1\n")).unwrap();
        chips.save(&chip("slow", "")).unwrap();
        assert_eq!(chips.load().unwrap(), all[1..]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("# mine\n") && text.ends_with("[later]\nx = 1\n"),
            "{text}"
        );
    }
}
