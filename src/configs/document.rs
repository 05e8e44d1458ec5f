//! A file of settings, JSON with comments or TOML, looked at in the same way: parts, their members, their places.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::jsonc;
use crate::json;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON; comments and trailing commas are read whether or not the client reads them.
    Json,
    /// TOML.
    Toml,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Line, from 1; 0 when it is about the whole file.
    pub line: usize,
    /// Column, from 1; 0 when it is about the whole line.
    pub column: usize,
    /// In words.
    pub what: String,
}

/// A file that was read.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    body: Body<'a>,
}

#[derive(Debug)]
enum Body<'a> {
    Json(jsonc::Plain),
    Toml(Box<Spanned<DeValue<'a>>>),
}

impl<'a> Document<'a> {
    /// Reads the text of a file.
    pub fn read(text: &'a str, format: Format) -> Result<Self, Trouble> {
        let body = match format {
            Format::Json => Body::Json(jsonc::plain(text).map_err(|problem| Trouble {
                line: problem.line,
                column: problem.column,
                what: problem.what,
            })?),
            Format::Toml => {
                let table = DeTable::parse(text).map_err(|error| {
                    let (line, column) = place(text, error.span().map_or(0, |span| span.start));
                    let what = error.message().lines().next();
                    Trouble {
                        line,
                        column,
                        what: what.unwrap_or("not valid TOML").to_owned(),
                    }
                })?;
                let span = table.span();
                Body::Toml(Box::new(Spanned::new(
                    span,
                    DeValue::Table(table.into_inner()),
                )))
            }
        };
        Ok(Self { text, body })
    }

    /// The whole of it.
    pub fn root(&self) -> Part<'_> {
        match &self.body {
            Body::Json(plain) => Part::Json {
                whole: &plain.bytes,
                raw: &plain.bytes,
            },
            Body::Toml(value) => Part::Toml(value),
        }
    }

    /// The line of a part, from 1.
    pub fn line(&self, part: Part<'_>) -> usize {
        place(self.text, part.at()).0
    }

    /// The line of the first comment or trailing comma, if it is JSON and there is one.
    pub fn relaxed(&self) -> Option<usize> {
        match &self.body {
            Body::Json(plain) => plain.first.map(|at| place(self.text, at).0),
            Body::Toml(_) => None,
        }
    }
}

/// A value in a file.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// Of JSON.
    Json {
        /// The whole file, without comments.
        whole: &'a [u8],
        /// The value.
        raw: &'a [u8],
    },
    /// Of TOML.
    Toml(&'a Spanned<DeValue<'a>>),
}

impl Part<'_> {
    /// Where it begins, in bytes.
    pub fn at(self) -> usize {
        match self {
            Self::Json { whole, raw } => json::place_of(raw, whole).start,
            Self::Toml(value) => value.span().start,
        }
    }

    /// The bytes it is written in.
    pub fn span(self) -> std::ops::Range<usize> {
        match self {
            Self::Json { whole, raw } => json::place_of(raw, whole),
            Self::Toml(value) => value.span(),
        }
    }

    /// The value of this member; of several the last.
    pub fn get(self, name: &str) -> Option<Self> {
        match self {
            Self::Json { whole, raw } => Some(Self::Json {
                whole,
                raw: json::get(raw, &[name])?,
            }),
            Self::Toml(value) => value.get_ref().as_table()?.get(name).map(Self::Toml),
        }
    }

    /// The value at a path.
    pub fn find(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |part, name| part.get(name))
    }

    /// The members in the order of the file; none when it is no object. Of a name that stands twice the last counts.
    pub fn members(self) -> Vec<(String, Self)> {
        let mut members: Vec<(String, Self)> = match self {
            Self::Json { whole, raw } => json::members(raw)
                .map(|(name, raw)| (name.into_owned(), Self::Json { whole, raw }))
                .collect(),
            Self::Toml(value) => {
                let table = value.get_ref().as_table();
                let members = table.into_iter().flatten();
                members
                    .map(|(name, value)| (name.get_ref().to_string(), Self::Toml(value)))
                    .collect()
            }
        };
        let mut seen = std::collections::HashSet::new();
        let mut kept: Vec<bool> = members
            .iter()
            .rev()
            .map(|(name, _)| seen.insert(name.clone()))
            .collect();
        members.retain(|_| kept.pop().unwrap_or(false));
        members.sort_by_key(|(_, part)| part.at());
        members
    }

    /// The items, when it is a list.
    pub fn items(self) -> Option<Vec<Self>> {
        match self {
            Self::Json { whole, raw } => (json::kind(raw) == json::Kind::Array).then(|| {
                json::elements(raw)
                    .map(|raw| Self::Json { whole, raw })
                    .collect()
            }),
            Self::Toml(value) => {
                let items = value.get_ref().as_array()?;
                Some(items.iter().map(Self::Toml).collect())
            }
        }
    }

    /// The text, when it is one.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Json { raw, .. } => json::string(raw),
            Self::Toml(value) => value.get_ref().as_str().map(str::to_owned),
        }
    }

    /// A text, or what stands for one in an environment: numbers and truth values as they are spelled.
    pub fn scalar(self) -> Option<String> {
        match self {
            Self::Json { raw, .. } => match json::kind(raw) {
                json::Kind::Number | json::Kind::Bool => {
                    Some(String::from_utf8_lossy(raw.trim_ascii()).into_owned())
                }
                _ => self.text(),
            },
            Self::Toml(value) => match value.get_ref() {
                DeValue::Boolean(flag) => Some(flag.to_string()),
                DeValue::Integer(number) => Some(number.to_string()),
                _ => self.text(),
            },
        }
    }

    /// `true` or `false`, when it is one of them.
    pub fn flag(self) -> Option<bool> {
        match self {
            Self::Json { raw, .. } => json::boolean(raw),
            Self::Toml(value) => value.get_ref().as_bool(),
        }
    }

    /// Whether it has members.
    pub fn is_table(self) -> bool {
        match self {
            Self::Json { raw, .. } => json::kind(raw) == json::Kind::Object,
            Self::Toml(value) => value.get_ref().is_table(),
        }
    }

    /// The texts of a list of texts; what is no text is left out.
    pub fn texts(self) -> Vec<String> {
        let items = self.items().unwrap_or_default();
        items.into_iter().filter_map(Part::text).collect()
    }
}

/// Line and column (in characters) of a byte, both from 1.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line..].chars().count() + 1,
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn both_formats_read_alike() {
        let json = "// mine\n{\"servers\": {\n  \"b\": {\"n\": 1, \"t\": \"x\"},\n  \"a\": {\"l\": [\"p\", 7], \"f\": true,},\n}}";
        let toml =
            "# mine\n\n[servers.b]\nn = 1\nt = \"x\"\n[servers.a]\nl = [\"p\", 7]\nf = true\n";
        for (text, format, lines) in [(json, Format::Json, [3, 4]), (toml, Format::Toml, [3, 6])] {
            let document = Document::read(text, format).unwrap();
            let servers = document.root().get("servers").unwrap();
            let members = servers.members();
            let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["b", "a"], "{text}");
            let found: Vec<usize> = members
                .iter()
                .map(|(_, part)| document.line(*part))
                .collect();
            assert_eq!(found, lines, "{text}");
            let (b, a) = (members[0].1, members[1].1);
            assert_eq!(b.get("n").unwrap().scalar().as_deref(), Some("1"));
            assert_eq!(b.get("n").unwrap().text(), None);
            assert_eq!(b.get("t").unwrap().text().as_deref(), Some("x"));
            assert_eq!(a.get("l").unwrap().texts(), ["p"]);
            assert_eq!(a.get("f").unwrap().flag(), Some(true));
            assert!(a.is_table() && !a.get("f").unwrap().is_table());
            assert!(document.root().find(&["servers", "c"]).is_none());
        }
    }

    #[test]
    fn of_a_name_that_stands_twice_the_last_counts() {
        let document = Document::read("{\"a\": 1, \"b\": 2, \"a\": 3}", Format::Json).unwrap();
        let members = document.root().members();
        let told: Vec<String> = members
            .iter()
            .map(|(name, part)| format!("{name}{}", part.scalar().unwrap()))
            .collect();
        assert_eq!(told, ["b2", "a3"]);
    }

    #[test]
    fn a_broken_file_names_its_place() {
        let trouble = Document::read("a = 1\nb = = 2\n", Format::Toml).unwrap_err();
        assert_eq!((trouble.line, trouble.column), (2, 5));
        let trouble = Document::read("{\n\"a\": tru\n}", Format::Json).unwrap_err();
        assert_eq!(trouble.line, 2);
    }
}
