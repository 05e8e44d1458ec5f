//! Reads `messages.shapes`: text to definitions. It knows the notation, nothing of any message.

use super::super::revision::Revision;

/// The revisions that something holds in, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub since: Revision,
    /// The last.
    pub until: Revision,
}

impl Span {
    /// In all of them.
    const ALL: Self = Self {
        since: Revision::ALL[0],
        until: Revision::ALL[4],
    };

    /// Whether it holds in a revision.
    pub fn has(self, revision: Revision) -> bool {
        (self.since..=self.until).contains(&revision)
    }

    /// `C..`, `..D`, `C..D` or `D`.
    fn of(word: &str) -> Option<Self> {
        let letter = |text: &str| {
            let [letter @ b'A'..=b'E'] = text.as_bytes() else {
                return None;
            };
            Some(Revision::ALL[usize::from(letter - b'A')])
        };
        let (since, until) = match word.split_once("..") {
            None => (letter(word)?, letter(word)?),
            Some(("", until)) => (Self::ALL.since, letter(until)?),
            Some((since, "")) => (letter(since)?, Self::ALL.until),
            Some((since, until)) => (letter(since)?, letter(until)?),
        };
        Some(Self { since, until })
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A word such as `string`, or the name of a definition.
    Named(Box<str>),
    /// That very string.
    Literal(Box<str>),
    /// An array of it.
    Array(Box<Self>),
    /// An object all members of which are it.
    Map(Box<Self>),
    /// An object with these members, and others.
    Members(Vec<Member>),
    /// One of them.
    OneOf(Vec<(Self, Span)>),
}

/// A member of an object, or the members of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name; none for the members of another definition, which its type names.
    pub name: Option<Box<str>>,
    /// Whether it may be absent.
    pub optional: bool,
    /// What it must be.
    pub shape: Type,
    /// The revisions that have it.
    pub span: Span,
}

/// One definition of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The name; `tools/call` for what goes with a method and `tools/call <` for its result.
    pub name: String,
    /// Whether it may be left out altogether (`>?`).
    pub optional: bool,
    /// What it is.
    pub shape: Type,
}

/// Reads the whole text.
///
/// # Errors
/// The line and what is wrong there; the file is part of the program, so a test meets it first.
pub fn read(text: &str) -> Result<Vec<Definition>, String> {
    let mut reader = Reader {
        words: words(text)?,
        at: 0,
    };
    let mut definitions = Vec::new();
    loop {
        while reader.took("\n") {}
        if reader.peek().is_none() {
            return Ok(definitions);
        }
        definitions.push(reader.definition()?);
    }
}

/// The words of the text, with their lines; what parts words is no word, but for the end of a line.
fn words(text: &str) -> Result<Vec<(&str, usize)>, String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        let mut rest = line.trim();
        while !rest.is_empty() {
            let length = match rest.as_bytes()[0] {
                b'"' => rest[1..].find('"').map(|end| end + 2),
                b'{' | b'}' | b'[' | b']' | b'|' | b',' | b'?' | b':' | b'=' | b'<' | b'>' => {
                    Some(1)
                }
                _ => rest
                    .find(|letter: char| {
                        !(letter.is_ascii_alphanumeric() || "_$./-".contains(letter))
                    })
                    .or(Some(rest.len()))
                    .filter(|length| *length > 0),
            };
            let length = length.ok_or_else(|| format!("line {number}: \"{rest}\" is no word"))?;
            found.push((&rest[..length], number));
            rest = rest[length..].trim_start();
        }
        found.push(("\n", number));
    }
    Ok(found)
}

struct Reader<'a> {
    words: Vec<(&'a str, usize)>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).map(|(word, _)| *word)
    }

    fn took(&mut self, word: &str) -> bool {
        let is = self.peek() == Some(word);
        self.at += usize::from(is);
        is
    }

    fn next(&mut self) -> Result<&'a str, String> {
        let word = self.peek().ok_or("the end comes too early")?;
        self.at += 1;
        Ok(word)
    }

    fn wrong<T>(&self, wanted: &str) -> Result<T, String> {
        let last = self.words.len().saturating_sub(1);
        let (word, line) = self.words[self.at.saturating_sub(1).min(last)];
        Err(format!("line {line}: {wanted} is wanted, not {word:?}"))
    }

    fn definition(&mut self) -> Result<Definition, String> {
        let mut name = self.next()?.to_owned();
        let optional = match self.next()? {
            "=" => false,
            ">" => self.took("?"),
            "<" => {
                name.push_str(" <");
                false
            }
            _ => return self.wrong("=, > or <"),
        };
        let shape = self.alternatives()?;
        if !self.took("\n") {
            self.at += 1;
            return self.wrong("the end of the line");
        }
        Ok(Definition {
            name,
            optional,
            shape,
        })
    }

    /// One type or several; whatever follows the last of several says where that one holds.
    fn alternatives(&mut self) -> Result<Type, String> {
        let first = self.one()?;
        let alone = self.at;
        let span = self.span();
        if self.peek() != Some("|") {
            // It says where the member holds.
            self.at = alone;
            return Ok(first);
        }
        let mut all = vec![(first, span.unwrap_or(Span::ALL))];
        while self.took("|") {
            let next = self.one()?;
            all.push((next, self.span().unwrap_or(Span::ALL)));
        }
        Ok(Type::OneOf(all))
    }

    fn span(&mut self) -> Option<Span> {
        let span = self.peek().and_then(Span::of)?;
        self.at += 1;
        Some(span)
    }

    fn one(&mut self) -> Result<Type, String> {
        match self.next()? {
            "[" => {
                let item = self.alternatives()?;
                if !self.took("]") {
                    return self.wrong("]");
                }
                Ok(Type::Array(Box::new(item)))
            }
            "{" if self.is_map() => {
                let value = self.alternatives()?;
                if !self.took("}") {
                    return self.wrong("}");
                }
                Ok(Type::Map(Box::new(value)))
            }
            "{" => self.members().map(Type::Members),
            word if word.starts_with('"') => Ok(Type::Literal(word.trim_matches('"').into())),
            word if word.starts_with(|letter: char| letter.is_ascii_alphabetic()) => {
                Ok(Type::Named(word.into()))
            }
            _ => self.wrong("a type"),
        }
    }

    /// Whether the brace that was just read opens a map: a type follows, and no name of a member.
    fn is_map(&self) -> bool {
        let second = self.words.get(self.at + 1).map(|(word, _)| *word);
        let first = self.peek().unwrap_or_default();
        !first.starts_with("...") && first != "\n" && !matches!(second, Some(":" | "?"))
    }

    fn members(&mut self) -> Result<Vec<Member>, String> {
        let mut members = Vec::new();
        loop {
            while self.took(",") || self.took("\n") {}
            if self.took("}") {
                return Ok(members);
            }
            let word = self.next()?;
            let (name, optional, shape) = if let Some(other) = word.strip_prefix("...") {
                (None, false, Type::Named(other.into()))
            } else {
                let optional = self.took("?");
                if !self.took(":") {
                    return self.wrong(":");
                }
                (Some(word.into()), optional, self.alternatives()?)
            };
            members.push(Member {
                name,
                optional,
                shape,
                span: self.span().unwrap_or(Span::ALL),
            });
        }
    }
}
