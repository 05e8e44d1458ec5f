//! What stands for something else in a client's file, put in as that client does: variables, inputs, folders, files.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a client puts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Nothing: texts are taken as they are.
    Plain,
    /// `${NAME}` and `${NAME:-default}`.
    Braces,
    /// `$NAME` and `${NAME}`; a name without a value stays as it stands.
    Dollar,
    /// `${env:NAME}`, `${input:ID}`, `${workspaceFolder}` and its like; a variable that is not set is an empty text.
    Editor,
    /// The same without inputs; a variable that is not set is missing.
    Cursor,
    /// `${env:NAME}` and `${file:PATH}`.
    Windsurf,
}

/// Something that has no value here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// A variable of the environment.
    Variable(String),
    /// Something the client asks a person for.
    Input(String),
    /// A file to be read.
    File(String),
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::Input(id) => write!(f, "the input {id}"),
            Self::File(path) => write!(f, "the file {path}"),
        }
    }
}

/// A text of a file, and what it comes to.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// As it stands in the file.
    pub written: String,
    /// With everything put in that has a value.
    pub value: String,
    /// The same as it may be shown: what came out of a variable, an input or a file is only named.
    pub told: String,
    /// What has none.
    pub lacks: Vec<Lack>,
    /// What was put in out of variables, inputs and files, by name: secrets.
    pub put: Vec<(String, String)>,
}

impl fmt::Debug for Text {
    /// What is put in may be a secret, and so may be what stands there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("lacks", &self.lacks)
            .finish_non_exhaustive()
    }
}

impl Text {
    /// A text that nothing is put into.
    pub fn plain(text: impl Into<String>) -> Self {
        let written = text.into();
        Self {
            value: written.clone(),
            told: written.clone(),
            written,
            ..Self::default()
        }
    }

    /// The value of a variable or an input, behind a beginning that is no secret.
    pub fn of(prefix: &str, name: &str, value: String) -> Self {
        Self {
            written: format!("{prefix}${{{name}}}"),
            told: format!("{prefix}‹{name}›"),
            value: format!("{prefix}{value}"),
            lacks: Vec::new(),
            put: vec![(name.to_owned(), value)],
        }
    }

    /// Something that has no value.
    pub fn lacking(written: String, lack: Lack) -> Self {
        Self {
            lacks: vec![lack],
            ..Self::plain(written)
        }
    }
}

/// Where values come from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What the client puts in.
    pub syntax: Syntax,
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// What somebody gave for an input, or what the file has as its default.
    pub input: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a file.
    pub file: &'a dyn Fn(&Path) -> Option<String>,
    /// The home folder.
    pub home: &'a Path,
    /// The project's folder.
    pub workspace: &'a Path,
}

impl fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene")
            .field("syntax", &self.syntax)
            .field("workspace", &self.workspace)
            .finish_non_exhaustive()
    }
}

impl Scene<'_> {
    /// Puts in what this client puts in.
    pub fn expand(&self, written: &str) -> Text {
        let mut text = Text {
            written: written.to_owned(),
            ..Text::default()
        };
        let mut rest = written;
        while let Some(at) = rest.find('$').filter(|_| self.syntax != Syntax::Plain) {
            text.value.push_str(&rest[..at]);
            text.told.push_str(&rest[..at]);
            rest = &rest[at..];
            let mut inside = "";
            let (length, found) = match rest.strip_prefix("${") {
                Some(open) => match open.find('}') {
                    Some(end) => {
                        inside = &open[..end];
                        (end + 3, self.reference(inside))
                    }
                    None => (1, None),
                },
                None if self.syntax == Syntax::Dollar => {
                    let name = name_at(&rest[1..]);
                    inside = name;
                    let found = (!name.is_empty()).then(|| self.named(name)).flatten();
                    (name.len() + 1, found)
                }
                None => (1, None),
            };
            match found {
                Some(Ok(value)) => {
                    text.value.push_str(&value);
                    match self.origin(inside) {
                        Some(name) => {
                            text.told.extend(["‹", &name, "›"]);
                            text.put.push((name, value.into_owned()));
                        }
                        None => text.told.push_str(&value),
                    }
                }
                Some(Err(lack)) => {
                    text.value.push_str(&rest[..length]);
                    text.told.push_str(&rest[..length]);
                    if !text.lacks.contains(&lack) {
                        text.lacks.push(lack);
                    }
                }
                // Nothing that this client knows: it stays.
                None => {
                    text.value.push_str(&rest[..length]);
                    text.told.push_str(&rest[..length]);
                }
            }
            rest = &rest[length..];
        }
        text.value.push_str(rest);
        text.told.push_str(rest);
        text
    }

    /// The variable, input or file that what stands between braces has its value from; none when that is somewhere
    /// else, a default say.
    fn origin(&self, inside: &str) -> Option<String> {
        let name = match self.syntax {
            Syntax::Plain => return None,
            Syntax::Dollar => inside,
            Syntax::Braces => inside.split(":-").next().unwrap_or(inside),
            Syntax::Editor | Syntax::Cursor | Syntax::Windsurf => inside.split_once(':')?.1,
        };
        let is_default = self.syntax == Syntax::Braces && (self.variable)(name).is_none();
        (!is_default).then(|| name.to_owned())
    }

    /// What stands between braces; none when the client knows no such thing.
    fn reference(&self, inside: &str) -> Option<Result<Cow<'_, str>, Lack>> {
        match self.syntax {
            Syntax::Plain => None,
            Syntax::Dollar => self.named(inside).filter(|_| is_name(inside)),
            Syntax::Braces => {
                let (name, default) = match inside.split_once(":-") {
                    Some((name, default)) => (name, Some(default)),
                    None => (inside, None),
                };
                if !is_name(name) {
                    return None;
                }
                let value = (self.variable)(name).or_else(|| default.map(str::to_owned));
                Some(value.map_or_else(
                    || Err(Lack::Variable(name.to_owned())),
                    |value| Ok(value.into()),
                ))
            }
            Syntax::Editor | Syntax::Cursor | Syntax::Windsurf => self.keyed(inside),
        }
    }

    /// A variable that stays as it stands when it is not set.
    fn named(&self, name: &str) -> Option<Result<Cow<'_, str>, Lack>> {
        (self.variable)(name).map(|value| Ok(value.into()))
    }

    fn keyed(&self, inside: &str) -> Option<Result<Cow<'_, str>, Lack>> {
        let (kind, name) = match inside.split_once(':') {
            Some((kind, name)) => (kind, Some(name)),
            None => (inside, None),
        };
        match (kind, name, self.syntax) {
            ("env", Some(name), syntax) => Some(match (self.variable)(name) {
                Some(value) => Ok(value.into()),
                None if syntax == Syntax::Editor => Ok("".into()),
                None => Err(Lack::Variable(name.to_owned())),
            }),
            ("input", Some(id), Syntax::Editor) => Some(
                (self.input)(id)
                    .map_or_else(|| Err(Lack::Input(id.to_owned())), |value| Ok(value.into())),
            ),
            ("file", Some(path), Syntax::Windsurf) => {
                let file = home_path(path, self.home);
                Some((self.file)(&file).map_or_else(
                    || Err(Lack::File(path.to_owned())),
                    |text| Ok(text.trim_end_matches(['\n', '\r']).to_owned().into()),
                ))
            }
            (_, _, Syntax::Windsurf) => None,
            ("workspaceFolder", None, _) => Some(Ok(self.workspace.to_string_lossy())),
            ("workspaceFolderBasename", None, _) => {
                let name = self.workspace.file_name().unwrap_or_default();
                Some(Ok(name.to_string_lossy()))
            }
            ("userHome", None, _) => Some(Ok(self.home.to_string_lossy())),
            ("pathSeparator" | "/", None, _) => Some(Ok(std::path::MAIN_SEPARATOR_STR.into())),
            _ => None,
        }
    }
}

/// The name of a variable at the beginning of a text.
fn name_at(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        name
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && name_at(text).len() == text.len()
}

/// A path that may begin with `~/`.
pub fn home_path(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None if path == "~" => home.to_owned(),
        None => path.into(),
    }
}

/// The variables of an `.env` file: `NAME=VALUE` lines; `export`, comments and quotes are understood.
pub fn env_file(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        let value = quoted.unwrap_or_else(|| value.split(" #").next().unwrap_or(value).trim_end());
        if is_name(name) {
            all.push((name.to_owned(), value.to_owned()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(syntax: Syntax, written: &str) -> Text {
        let variable = |name: &str| match name {
            "SET" => Some("v$SET".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let input = |id: &str| (id == "key").then(|| "given".to_owned());
        let file = |path: &Path| (path == Path::new("/h/t")).then(|| "of a file\n".to_owned());
        let scene = Scene {
            syntax,
            variable: &variable,
            input: &input,
            file: &file,
            home: Path::new("/h"),
            workspace: Path::new("/h/work/it"),
        };
        scene.expand(written)
    }

    #[test]
    fn each_client_puts_in_what_it_knows() {
        use Syntax::{Braces, Cursor, Dollar, Editor, Plain, Windsurf};
        for (syntax, written, value) in [
            (Plain, "${SET} $SET", "${SET} $SET"),
            (
                Braces,
                "a${SET}b ${NO:-x y} $SET ${env:SET}",
                "av$SETb x y $SET ${env:SET}",
            ),
            (Braces, "${EMPTY:-x}|${SET", "|${SET"),
            (
                Dollar,
                "$SET-${SET} $NO ${NO} $5 $",
                "v$SET-v$SET $NO ${NO} $5 $",
            ),
            (Editor, "${env:SET}|${env:NO}|${input:key}", "v$SET||given"),
            (
                Editor,
                "${workspaceFolder}${/}${workspaceFolderBasename} ${userHome} ${SET}",
                "/h/work/it/it /h ${SET}",
            ),
            (
                Cursor,
                "${env:SET} ${workspaceFolder} ${input:key}",
                "v$SET /h/work/it ${input:key}",
            ),
            (
                Windsurf,
                "${env:SET} ${file:~/t} ${workspaceFolder}",
                "v$SET of a file ${workspaceFolder}",
            ),
        ] {
            let text = with(syntax, written);
            assert_eq!(text.value, value, "{syntax:?} {written}");
            assert_eq!(text.lacks, [], "{written}");
        }
    }

    #[test]
    fn what_has_no_value_is_named_once() {
        let text = with(Syntax::Braces, "${A} ${SET} ${A} ${B}");
        assert_eq!(
            text.lacks,
            [
                Lack::Variable("A".to_owned()),
                Lack::Variable("B".to_owned())
            ]
        );
        assert_eq!(
            with(Syntax::Editor, "${input:x}").lacks,
            [Lack::Input("x".to_owned())]
        );
        assert_eq!(
            with(Syntax::Windsurf, "${file:/no}").lacks,
            [Lack::File("/no".to_owned())]
        );
        assert_eq!(
            with(Syntax::Cursor, "${env:A}").lacks,
            [Lack::Variable("A".to_owned())]
        );
    }

    #[test]
    fn env_files_are_lines() {
        let text = "# no\nA=1\nexport B = \"two words\" \nC='x # y'\nD=z # said\n\nno line\n9=x\n";
        let pairs = env_file(text);
        let told: Vec<String> = pairs.iter().map(|(a, b)| format!("{a}={b}")).collect();
        assert_eq!(told, ["A=1", "B=two words", "C=x # y", "D=z"]);
    }

    proptest! {
        #[test]
        fn nothing_else_changes(written in "[a${}:/-]{0,30}") {
            for syntax in [Syntax::Plain, Syntax::Braces, Syntax::Dollar, Syntax::Editor, Syntax::Windsurf] {
                let text = with(syntax, &written);
                if !written.contains('$') {
                    prop_assert_eq!(&text.value, &written);
                }
                prop_assert_eq!(text.written, written.clone());
            }
        }
    }
}
