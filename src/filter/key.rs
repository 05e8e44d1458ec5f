//! KEYS: the one table of what a filter can ask, of rows and of sessions. Reading, completion, help, "did you mean" and
//! the README are made from it.

/// What a filter chooses among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subject {
    /// Rows of a session: traffic, log lines.
    #[default]
    Rows,
    /// Sessions.
    Sessions,
}

impl Subject {
    /// The rows of the table that can be asked of it.
    pub fn keys(self) -> impl Iterator<Item = &'static Row> + Clone {
        KEYS.iter().filter(move |row| row.of.contains(&self))
    }
}

/// What a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The method.
    Method,
    /// The tool of `tools/call`.
    Tool,
    /// The URI of a resource.
    Uri,
    /// The prompt of `prompts/get`.
    Prompt,
    /// The server.
    Srv,
    /// The id of a request.
    Id,
    /// The code of an error.
    Code,
    /// The letter of a mark.
    Mark,
    /// Which way.
    Dir,
    /// What kind of entry.
    Kind,
    /// What became of it.
    Status,
    /// The level of a log line.
    Level,
    /// What else is true of it.
    Is,
    /// How long it took.
    Time,
    /// How big it is.
    Size,
    /// When it was.
    At,
    /// From when on.
    Since,
    /// What its bodies say.
    Text,
    /// What stands at a path of its bodies.
    Path,
    /// What a session is called.
    Name,
    /// A tag of a session.
    Tag,
    /// How a session went.
    Outcome,
    /// What else is true of a session.
    State,
    /// How many messages a session holds.
    Messages,
    /// How much went wrong in a session.
    Errors,
}

/// A word that a key takes, and what it says.
pub type Word = (&'static str, &'static str);

/// What values a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Text or glob, or a regular expression after `~`.
    Names,
    /// The same, or a range of whole numbers.
    Numbers,
    /// One of these words.
    Words(&'static [Word]),
    /// A level or a range of them.
    Levels,
    /// A duration.
    Durations,
    /// A number of bytes.
    Sizes,
    /// A number of things.
    Counts,
    /// A time of the day, or a moment.
    Moments,
    /// A duration before the end, an entry's number, a moment.
    Since,
    /// Text, or a regular expression after `~`.
    Text,
    /// Any value of JSON.
    Json,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The key.
    pub key: Key,
    /// As it is written, without what follows it.
    pub name: &'static str,
    /// What usually follows it.
    pub sign: &'static str,
    /// Its values.
    pub takes: Takes,
    /// One line.
    pub doc: &'static str,
    /// A term with it.
    pub example: &'static str,
    /// What it can be asked of.
    pub of: &'static [Subject],
}

const BOTH: &[Subject] = &[Subject::Rows, Subject::Sessions];

/// The words of `dir:`.
pub const DIRS: &[Word] = &[
    ("in", "from the server (S→C, S~)"),
    ("out", "to the server (C→S, C~)"),
];

/// The words of `kind:`.
pub const KINDS: &[Word] = &[
    ("request", "a request"),
    ("response", "a response, or a request that has one"),
    ("notification", "a notification"),
    ("junk", "bytes that are no JSON-RPC"),
    ("life", "the process, and decisions of mcpscope"),
    ("http", "steps of HTTP"),
    ("stderr", "a line of stderr"),
];

/// The words of `status:`.
pub const STATUSES: &[Word] = &[
    ("ok", "answered with a result"),
    ("pending", "not answered yet"),
    ("input", "the server wants input before it goes on"),
    ("task", "the server made a task of it"),
    ("cancelled", "cancelled"),
    ("error", "went wrong in any way"),
    ("rpc-error", "answered with an error"),
    ("tool-error", "a tool said that it failed"),
    ("odd-result", "a result of a type that nobody knows"),
    ("timeout", "mcpscope stopped waiting"),
    ("no-reply", "no answer came"),
];

/// The words of `is:`.
pub const TRAITS: &[Word] = &[
    ("aux", "sent by mcpscope for itself"),
    ("marked", "has a mark"),
    ("slow", "took a second or more"),
    ("lint", "breaks the protocol, or a rule of lint"),
    ("late", "an answer that nobody waited for any more"),
    ("replayed", "sent again, or typed by hand"),
    ("task", "about a task"),
];

/// The words of `status:`, of sessions.
pub const OUTCOMES: &[Word] = &[
    ("ok", "nothing went wrong in it"),
    ("error", "something went wrong in it"),
];

/// The words of `is:`, of sessions.
pub const STATES: &[Word] = &[
    ("kept", "stays whatever the limits say"),
    ("marked", "has marks"),
    ("noted", "has a note"),
    ("masked", "something in it is masked"),
    ("damaged", "has lines that are no entries"),
    ("recorded", "is still being recorded"),
];

/// The table.
pub const KEYS: &[Row] = &[
    row(
        Key::Method,
        "method",
        ":",
        Takes::Names,
        "the method",
        "method:tools/*",
    ),
    row(
        Key::Tool,
        "tool",
        ":",
        Takes::Names,
        "the tool that is called",
        "tool:echo",
    ),
    row(
        Key::Uri,
        "uri",
        ":",
        Takes::Names,
        "the resource's URI",
        "uri:file:*",
    ),
    row(
        Key::Prompt,
        "prompt",
        ":",
        Takes::Names,
        "the prompt that is asked for",
        "prompt:greet*",
    ),
    row(
        Key::Srv,
        "srv",
        ":",
        Takes::Names,
        "the server's name, or the number of its run",
        "srv:db,ev",
    )
    .of(BOTH),
    row(
        Key::Id,
        "id",
        ":",
        Takes::Numbers,
        "the request's id",
        "id:7",
    ),
    row(
        Key::Code,
        "code",
        ":",
        Takes::Numbers,
        "the error's code, or the HTTP status",
        "code:-32602",
    ),
    row(
        Key::Mark,
        "mark",
        ":",
        Takes::Names,
        "the letter of its mark",
        "mark:a",
    ),
    row(
        Key::Dir,
        "dir",
        ":",
        Takes::Words(DIRS),
        "which way it went",
        "dir:in",
    ),
    row(
        Key::Kind,
        "kind",
        ":",
        Takes::Words(KINDS),
        "what kind of entry",
        "kind:notification",
    ),
    row(
        Key::Status,
        "status",
        ":",
        Takes::Words(STATUSES),
        "what became of it",
        "status:error",
    ),
    row(
        Key::Level,
        "level",
        ":",
        Takes::Levels,
        "the level of a log line",
        "level:warning..",
    ),
    row(
        Key::Is,
        "is",
        ":",
        Takes::Words(TRAITS),
        "what else is true of it",
        "-is:aux",
    ),
    row(
        Key::Time,
        "time",
        ">",
        Takes::Durations,
        "how long it took",
        "time>100ms",
    )
    .of(BOTH),
    row(
        Key::Size,
        "size",
        ">=",
        Takes::Sizes,
        "its bytes; of a pair those of request and response together",
        "size>=10kB",
    )
    .of(BOTH),
    row(
        Key::At,
        "at",
        ":",
        Takes::Moments,
        "when it was going on",
        "at:14:02..14:05",
    )
    .of(BOTH),
    row(
        Key::Since,
        "since",
        ":",
        Takes::Since,
        "from when on: so long before the end (of sessions: before now), or from there",
        "since:5m",
    )
    .of(BOTH),
    row(
        Key::Text,
        "text",
        "~",
        Takes::Text,
        "what is said in it",
        "text~time.?out",
    ),
    row(
        Key::Path,
        "$",
        ".",
        Takes::Json,
        "a value at a path of the message",
        "$.params.arguments.city=Oslo",
    ),
    row(
        Key::Name,
        "name",
        ":",
        Takes::Names,
        "what it is called, or its file",
        "name:bug-*",
    )
    .of(SESSIONS),
    row(
        Key::Tag,
        "tag",
        ":",
        Takes::Names,
        "one of its tags",
        "tag:slow",
    )
    .of(SESSIONS),
    row(
        Key::Outcome,
        "status",
        ":",
        Takes::Words(OUTCOMES),
        "how it went",
        "status:error",
    )
    .of(SESSIONS),
    row(
        Key::State,
        "is",
        ":",
        Takes::Words(STATES),
        "what else is true of it",
        "-is:kept",
    )
    .of(SESSIONS),
    row(
        Key::Messages,
        "messages",
        ">",
        Takes::Counts,
        "how many messages it holds",
        "messages>100",
    )
    .of(SESSIONS),
    row(
        Key::Errors,
        "errors",
        ">",
        Takes::Counts,
        "how much went wrong in it",
        "errors>=3",
    )
    .of(SESSIONS),
];

const SESSIONS: &[Subject] = &[Subject::Sessions];

const fn row(
    key: Key,
    name: &'static str,
    sign: &'static str,
    takes: Takes,
    doc: &'static str,
    example: &'static str,
) -> Row {
    Row {
        key,
        name,
        sign,
        takes,
        doc,
        example,
        of: &[Subject::Rows],
    }
}

impl Row {
    const fn of(mut self, of: &'static [Subject]) -> Self {
        self.of = of;
        self
    }
}

impl Key {
    /// Its row of the table.
    pub fn row(self) -> &'static Row {
        KEYS.iter().find(|row| row.key == self).unwrap_or(&KEYS[0])
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The key of a name that can be asked of this, in any case; `server` is `srv` written out.
    pub fn named(name: &str, of: Subject) -> Option<Self> {
        if name.eq_ignore_ascii_case("server") {
            return Some(Self::Srv);
        }
        of.keys()
            .find(|row| row.name.eq_ignore_ascii_case(name))
            .map(|row| row.key)
    }
}

/// The table for people, in Markdown: the keys of rows, then those of sessions.
pub fn table() -> String {
    let rows = keys_of(Subject::Rows);
    let sessions = keys_of(Subject::Sessions);
    format!("{rows}\nOf sessions:\n\n{sessions}")
}

fn keys_of(subject: Subject) -> String {
    let mut out = "| Key | About | Values | Example |\n|---|---|---|---|\n".to_owned();
    for row in subject.keys() {
        let values = match row.takes {
            Takes::Words(words) => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                format!("`{}`", words.join("` `"))
            }
            Takes::Names => "text or glob; `~` expression".to_owned(),
            Takes::Numbers => "number, range `x..y`, glob; `~` expression".to_owned(),
            Takes::Levels => "`debug` … `emergency`, `warning..`".to_owned(),
            Takes::Durations => "`100ms`, `1.5s`, `x..y`, after `>` `>=` `<` `<=` `:`".to_owned(),
            Takes::Sizes => "`300`, `10kB`, `x..y`, after `>` `>=` `<` `<=` `:`".to_owned(),
            Takes::Counts => "`10`, `x..y`, after `>` `>=` `<` `<=` `:`".to_owned(),
            Takes::Moments => {
                "`14:02`, `14:02:09.120`, `2026-11-21`, `2026-11-21T14:02`, `x..y`".to_owned()
            }
            Takes::Since => "`5m`, `#120`, `14:02`".to_owned(),
            Takes::Text => "text; `~` expression".to_owned(),
            Takes::Json => "after `=` a text or glob, `~` an expression, `>` `>=` `<` `<=` a number; alone: it is there".to_owned(),
        };
        let name = match row.key {
            Key::Path => "$.path".to_owned(),
            _ => row.name.to_owned(),
        };
        // Nothing in the table has a bar, which would end its cell.
        let line = format!(
            "| `{name}` | {} | {values} | `{}` |\n",
            row.doc, row.example
        );
        out.push_str(&line);
    }
    out
}

/// Which of `words` was meant by `word`, if any is near enough.
pub fn meant<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let words: Vec<&str> = words.into_iter().collect();
    if let Some((distance, nearest)) = crate::text::nearest(word, words.iter().copied())
        && distance <= (nearest.len() / 3).clamp(1, 3)
    {
        return Some(nearest);
    }
    // Half of a word is far from the whole, and says which one all the same.
    let word = word.to_lowercase();
    let mut begun = words.into_iter().filter(|whole| whole.starts_with(&word));
    let one = begun.next().filter(|_| word.len() >= 3)?;
    // A word may be one of several lists.
    begun.all(|other| other == one).then_some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_near() {
        let keys = || KEYS.iter().map(|row| row.name).filter(|name| *name != "$");
        for (word, expected) in [
            ("metod", Some("method")),
            ("stauts", Some("status")),
            ("Levle", Some("level")),
            ("stat", Some("status")),
            ("st", Some("at")),
            ("sever", None),
            ("http", None),
            ("x", None),
        ] {
            assert_eq!(meant(word, keys()), expected, "{word}");
        }
        assert_eq!(
            meant("cancelld", STATUSES.iter().map(|word| word.0)),
            Some("cancelled")
        );
    }

    #[test]
    fn every_example_reads() {
        for row in KEYS {
            for subject in row.of {
                let filter = crate::filter::Filter::parse_for(*subject, row.example);
                assert!(filter.is_ok(), "{}: {filter:?}", row.example);
                assert_eq!(Key::named(row.name, *subject), Some(row.key));
            }
            assert_eq!(row.key.name(), row.name);
        }
    }
}
