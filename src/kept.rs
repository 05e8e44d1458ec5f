//! Writes what the screen keeps into the user's file: one setting at a time, everything else byte for byte as it was.

use std::path::Path;

use toml::de::DeTable;

use crate::history::FileError;
use crate::history::file;

/// Larger files are not settings.
const MOST: u64 = 1 << 20;

/// Keeps the columns of Traffic in the user's file, which need not be there. A file that is no TOML stays as it is.
pub fn columns(path: &Path, names: &[String]) -> Result<(), FileError> {
    let bytes = file::read(path, MOST)?;
    let text = String::from_utf8_lossy(&bytes);
    match with_list(&text, "columns", names) {
        Some(text) => file::replace(path, text.as_bytes()),
        None => Ok(()),
    }
}

/// The text with this setting in it; none when it is no TOML.
fn with_list(text: &str, name: &str, words: &[String]) -> Option<String> {
    let list: toml::Value = words.to_vec().into();
    let table = DeTable::parse(text).ok()?;
    let place = table
        .get_ref()
        .iter()
        .find(|(key, _)| *key.get_ref() == name);
    Some(match place.map(|(_, value)| value.span()) {
        Some(span) => format!("{}{list}{}", &text[..span.start], &text[span.end..]),
        // Before any table: what stands first belongs to none.
        None => format!("{name} = {list}\n{text}"),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn everything_else_stays_as_it_was() {
        let names = ["what".to_owned(), "$.a['b \"c']".to_owned()];
        let before =
            "# mine\nfollow = false # so\ncolumns = [\n  \"took\", # first\n]\n[keys]\nquit = []\n";
        let after = with_list(before, "columns", &names).unwrap();
        assert!(
            after.starts_with("# mine\nfollow = false # so\ncolumns = ["),
            "{after}"
        );
        assert!(after.ends_with("]\n[keys]\nquit = []\n"), "{after}");
        let config = Config::parse(&after, Path::new("x")).unwrap();
        assert_eq!(config.settings.columns, names);
        let added = with_list("[keys]\nquit = []\n", "columns", &names).unwrap();
        assert_eq!(
            Config::parse(&added, Path::new("x"))
                .unwrap()
                .settings
                .columns,
            names
        );
        assert_eq!(with_list("nonsense", "columns", &names), None);
    }

    #[test]
    fn a_file_that_is_not_there_comes_to_be() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config").join("config.toml");
        columns(&path, &["what".to_owned()]).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "columns = [\"what\"]\n"
        );
    }
}
