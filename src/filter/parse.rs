//! From text to a filter: a reader that goes through once, from left to right, and never panics.

use super::amount::{self, Moment, NoAmount, Span};
use super::key::{KEYS, Key, Subject, Takes, meant};
use super::path::Path;
use super::pattern::{Pattern, Regex, raw_end};
use super::term::{Compare, Json, Match, Name, Since, Term, words_of};
use super::{Expr, Fault};
use crate::session::level::Level;

/// Groups in groups, and minuses before minuses.
const DEEPEST: usize = 60;

/// What may stand between a key and its value, longest first.
const SIGNS: [&str; 7] = [">=", "<=", ">", "<", ":", "=", "~"];

/// Reads a filter of these.
pub fn parse(text: &str, of: Subject) -> Result<Expr, Fault> {
    let mut reader = Reader {
        text,
        of,
        at: 0,
        depth: 0,
    };
    reader.space();
    if reader.rest().is_empty() {
        return Ok(Expr::All(Vec::new()));
    }
    let expr = reader.either()?;
    if reader.rest().is_empty() {
        Ok(expr)
    } else {
        // Only a parenthesis ends a group before the text does.
        Err(reader.wrong(reader.at, reader.at + 1, "a ) without its ("))
    }
}

struct Reader<'a> {
    text: &'a str,
    /// What it is a filter of.
    of: Subject,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn fault(&self, from: usize, to: usize, what: impl Into<String>, incomplete: bool) -> Fault {
        Fault {
            at: from..to,
            what: what.into(),
            meant: None,
            // What is wrong in the middle stays wrong.
            incomplete: incomplete && to == self.text.len(),
        }
    }

    fn wrong(&self, from: usize, to: usize, what: impl Into<String>) -> Fault {
        self.fault(from, to, what, false)
    }

    /// What is missing here; it is still being typed when the text ends here.
    fn missing(&self, what: &str) -> Fault {
        self.fault(self.at, self.at, format!("{what} is missing"), true)
    }

    fn either(&mut self) -> Result<Expr, Fault> {
        let mut parts = vec![self.all()?];
        while self.peek() == Some('|') {
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(Expr::any(parts))
    }

    fn all(&mut self) -> Result<Expr, Fault> {
        let mut parts = Vec::new();
        loop {
            self.space();
            match self.peek() {
                None | Some(')' | '|') if parts.is_empty() => return Err(self.missing("a term")),
                None | Some(')' | '|') => return Ok(Expr::all(parts)),
                Some(_) => parts.push(self.one()?),
            }
        }
    }

    fn one(&mut self) -> Result<Expr, Fault> {
        if self.depth > DEEPEST {
            return Err(self.wrong(self.at, self.text.len(), "too many groups in each other"));
        }
        match self.peek() {
            Some('-') => {
                self.at += 1;
                if self
                    .peek()
                    .is_none_or(|letter| letter.is_whitespace() || ")|".contains(letter))
                {
                    return Err(self.missing("what to leave out"));
                }
                self.depth += 1;
                let inner = self.one()?;
                self.depth -= 1;
                Ok(Expr::Not(Box::new(inner)))
            }
            Some('(') => {
                let from = self.at;
                self.at += 1;
                self.depth += 1;
                let inner = self.either()?;
                self.depth -= 1;
                if self.peek() != Some(')') {
                    return Err(self.fault(from, self.at, "a ) is missing", true));
                }
                self.at += 1;
                Ok(inner)
            }
            _ => self.term().map(Expr::Term),
        }
    }

    fn term(&mut self) -> Result<Term, Fault> {
        let from = self.at;
        let rest = self.rest();
        if rest.starts_with("$.") || rest.starts_with("$[") {
            if self.of == Subject::Sessions {
                let what = "paths are of messages; a session has none";
                return Err(self.wrong(from, self.text.len(), what));
            }
            return self.path();
        }
        let letters = rest
            .find(|letter: char| !letter.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let sign = SIGNS
            .into_iter()
            .find(|sign| letters > 0 && rest[letters..].starts_with(sign));
        let Some(sign) = sign else {
            let pattern = self.pattern(true)?;
            return Ok(Term::Bare(pattern));
        };
        let name = &rest[..letters];
        let Some(key) = Key::named(name, self.of) else {
            return Err(self.unknown(from, name));
        };
        self.at += letters + sign.len();
        self.keyed(key, sign, from)
    }

    /// There is no key of that name, which stands at `from`.
    fn unknown(&self, from: usize, name: &str) -> Fault {
        let names = self.of.keys().map(|row| row.name);
        let names = names.filter(|name| *name != "$");
        let elsewhere = KEYS.iter().any(|row| row.name.eq_ignore_ascii_case(name));
        let meant = meant(name, names.clone()).filter(|_| !elsewhere);
        let what = if elsewhere && self.of == Subject::Rows {
            format!("\"{name}\" is asked of sessions only")
        } else if elsewhere {
            let names: Vec<&str> = names.collect();
            format!("a session has no {name}; it has {}", names.join(", "))
        } else if meant.is_some() {
            format!("unknown key \"{name}\"")
        } else {
            format!("unknown key \"{name}\"; as text it needs quotes")
        };
        Fault {
            meant: meant.map(str::to_owned),
            ..self.wrong(from, from + name.len(), what)
        }
    }

    fn keyed(&mut self, key: Key, sign: &'static str, from: usize) -> Result<Term, Fault> {
        let takes = key.row().takes;
        let compares = matches!(takes, Takes::Durations | Takes::Sizes | Takes::Counts);
        let like = matches!(takes, Takes::Names | Takes::Numbers | Takes::Text);
        let fits = match sign {
            ":" | "=" => true,
            "~" => like,
            _ => compares,
        };
        if !fits {
            let signs = match (like, compares) {
                (true, _) => ": or ~",
                (_, true) => ": > >= < or <=",
                _ => ":",
            };
            let what = format!("after {} comes {signs}", key.name());
            return Err(self.wrong(from, self.at, what));
        }
        if sign == "~" {
            let regex = self.regex()?;
            return Ok(match takes {
                Takes::Text => Term::Text(Match::Regex(regex)),
                _ => Term::NameLike(key, regex),
            });
        }
        Ok(match takes {
            Takes::Names => Term::Names(key, self.list(Reader::glob)?),
            Takes::Numbers => Term::Names(key, self.list(Reader::number)?),
            Takes::Words(_) => Term::Words(key, self.list(|reader| reader.word(key))?),
            Takes::Levels => Term::Levels(self.list(Reader::levels)?),
            Takes::Durations => Term::Time(self.compare(sign, amount::duration)?),
            Takes::Sizes => Term::Size(self.compare(sign, amount::size)?),
            Takes::Counts => Term::Count(key, self.compare(sign, amount::count)?),
            Takes::Moments => {
                Term::At(self.list(|reader| reader.amount(|text| Span::read(text, Moment::read)))?)
            }
            Takes::Since => {
                let value = self.at;
                let since = self.amount(since)?;
                if matches!((self.of, since), (Subject::Sessions, Since::Entry(_))) {
                    let what = "sessions have no numbers; since:7d or since:2026-11-21";
                    return Err(self.wrong(value, self.at, what));
                }
                Term::Since(since)
            }
            Takes::Text => Term::Text(Match::Any(self.list(|reader| reader.pattern(false))?)),
            // `$` is no letter, so that no key of letters takes this.
            Takes::Json => return Err(self.missing("a path")),
        })
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let mut values = Vec::new();
        loop {
            if self
                .peek()
                .is_none_or(|letter| letter.is_whitespace() || ",)|".contains(letter))
            {
                return Err(self.missing("a value"));
            }
            values.push(one(self)?);
            if self.peek() != Some(',') {
                return Ok(values);
            }
            self.at += 1;
        }
    }

    /// A text with stars and quotes; as a value it ends at a comma too.
    fn pattern(&mut self, bare: bool) -> Result<Pattern, Fault> {
        let mut pattern = Pattern::default();
        let mut depth = 0_usize;
        while let Some(letter) = self.peek() {
            match letter {
                '"' => {
                    let text = self.quoted()?;
                    pattern.push(&text);
                    continue;
                }
                '*' => pattern.push_star(),
                ',' if !bare => break,
                ')' | '|' if depth == 0 => break,
                _ if letter.is_whitespace() => break,
                _ => {
                    match letter {
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                    pattern.push(letter.encode_utf8(&mut [0; 4]));
                }
            }
            self.at += letter.len_utf8();
        }
        Ok(pattern)
    }

    /// A text in quotes, which stands here.
    fn quoted(&mut self) -> Result<String, Fault> {
        let from = self.at;
        let mut out = String::new();
        let mut letters = self.text[from..].char_indices().skip(1).peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at = from + at + 1;
                    return Ok(out);
                }
                '\\' => match letters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, next)) => out.push(next),
                    None => out.push('\\'),
                },
                _ => out.push(letter),
            }
        }
        Err(self.fault(from, self.text.len(), "the quote is not closed", true))
    }

    fn regex(&mut self) -> Result<Regex, Fault> {
        let from = self.at;
        let source = if self.peek() == Some('"') {
            self.quoted()?
        } else {
            let end = raw_end(self.rest());
            let source = &self.rest()[..end];
            self.at += end;
            source.to_owned()
        };
        if source.is_empty() {
            return Err(self.missing("a regular expression"));
        }
        Regex::new(&source).map_err(|what| {
            let typing = what.starts_with("unclosed") || what.contains("incomplete");
            let what = format!("no regular expression: {what}");
            self.fault(from, self.at, what, typing)
        })
    }

    fn glob(&mut self) -> Result<Name, Fault> {
        self.pattern(false).map(Name::Glob)
    }

    fn number(&mut self) -> Result<Name, Fault> {
        let from = self.at;
        let pattern = self.pattern(false)?;
        let raw = &self.text[from..self.at];
        let span = raw
            .contains("..")
            .then(|| Span::read(raw, |text| text.parse::<i64>().map_err(|_| ())).ok())
            .flatten();
        Ok(span.map_or(Name::Glob(pattern), Name::Numbers))
    }

    /// The raw text of a value that is no pattern.
    fn raw(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|letter: char| letter.is_whitespace() || ",()|\"".contains(letter))
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn word(&mut self, key: Key) -> Result<u8, Fault> {
        let from = self.at;
        let word = self.raw();
        let words = words_of(key);
        let same = |(known, _): &(&str, &str)| known.eq_ignore_ascii_case(word);
        if let Some(place) = words.iter().position(same) {
            return Ok(place as u8);
        }
        let known = words.iter().map(|word| word.0);
        Err(self.no_word(from, key.name(), word, known))
    }

    fn no_word<'w>(
        &self,
        from: usize,
        key: &str,
        word: &str,
        words: impl Iterator<Item = &'w str> + Clone,
    ) -> Fault {
        let lower = word.to_lowercase();
        let typing = words.clone().any(|known| known.starts_with(&lower));
        let at_it = typing && self.at == self.text.len();
        let what = if at_it {
            format!("the {key} is not complete")
        } else if key == "is" {
            format!("there is no is:{word}")
        } else {
            format!("no {key} is called \"{word}\"")
        };
        Fault {
            meant: meant(word, words).filter(|_| !at_it).map(str::to_owned),
            ..self.fault(from, self.at, what, typing)
        }
    }

    fn levels(&mut self) -> Result<Span<Level>, Fault> {
        let from = self.at;
        let raw = self.raw();
        Span::read(raw, |word| Level::of_word(word).ok_or(word)).map_err(|word| {
            let known = Level::ALL.into_iter().map(Level::word);
            self.no_word(from, "level", word, known)
        })
    }

    fn amount<T>(&mut self, read: impl Fn(&str) -> Result<T, NoAmount>) -> Result<T, Fault> {
        let from = self.at;
        let raw = self.raw();
        read(raw).map_err(|problem| self.fault(from, self.at, problem.what, problem.incomplete))
    }

    fn compare(
        &mut self,
        sign: &str,
        one: fn(&str) -> Result<u64, NoAmount>,
    ) -> Result<Compare, Fault> {
        Ok(match sign {
            ">" => Compare::More(self.amount(one)?),
            ">=" => Compare::Least(self.amount(one)?),
            "<" => Compare::Less(self.amount(one)?),
            "<=" => Compare::Most(self.amount(one)?),
            _ => Compare::Within(self.amount(|text| Span::read(text, one))?),
        })
    }

    fn path(&mut self) -> Result<Term, Fault> {
        let from = self.at;
        let (path, length) = Path::read(self.rest()).map_err(|problem| {
            let end = (from + problem.at).min(self.text.len());
            // Up to the end of what belongs to it, so that one being typed is seen as such.
            let to = end
                + self.text[end..]
                    .find(char::is_whitespace)
                    .unwrap_or(self.text.len() - end);
            self.fault(from, to, problem.what, true)
        })?;
        self.at += length;
        let sign = SIGNS.into_iter().find(|sign| self.rest().starts_with(sign));
        let Some(sign) = sign else {
            return if self
                .peek()
                .is_none_or(|letter| letter.is_whitespace() || ")|".contains(letter))
            {
                Ok(Term::Path(path, Json::There))
            } else {
                Err(self.wrong(from, self.at, "after a path comes = ~ > >= < or <="))
            };
        };
        self.at += sign.len();
        let json = match sign {
            "~" => Json::Is(Match::Regex(self.regex()?)),
            ":" | "=" => Json::Is(Match::Any(self.list(|reader| reader.pattern(false))?)),
            sign => {
                let start = self.at;
                let raw = self.raw().to_owned();
                if raw.is_empty() || raw == "-" {
                    return Err(self.fault(start, self.at, "a number is missing", true));
                }
                if raw.parse::<f64>().is_err() {
                    let what = format!("\"{raw}\" is no number");
                    return Err(self.wrong(start, self.at, what));
                }
                Json::Number(sign, raw)
            }
        };
        Ok(Term::Path(path, json))
    }
}

fn since(text: &str) -> Result<Since, NoAmount> {
    if let Some(number) = text.strip_prefix('#') {
        return number.parse().map(Since::Entry).map_err(|_| NoAmount {
            what: "an entry's number is wanted after #".to_owned(),
            incomplete: number.is_empty(),
        });
    }
    if text.contains([':', 'T', '-']) {
        return Moment::read(text).map(Since::Moment);
    }
    amount::duration(text)
        .map(Since::Ago)
        .map_err(|problem| NoAmount {
            what: if text.is_empty() {
                "how long ago is missing: 5m, #120 or 14:02".to_owned()
            } else {
                problem.what
            },
            ..problem
        })
}
