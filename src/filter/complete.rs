//! What may stand at the caret: keys, the words of a key, and real values, which whoever asks has.

use std::ops::Range;

use super::key::{Key, Row, Subject, Takes};
use super::pattern::Pattern;
use crate::session::level::Level;

/// Something to put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is put in.
    pub insert: String,
    /// What is shown.
    pub label: String,
    /// What it says.
    pub doc: String,
}

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// What of the text is replaced.
    pub at: Range<usize>,
    /// The best first.
    pub all: Vec<Choice>,
}

/// The most that are offered.
const MOST: usize = 200;

/// What may stand at the caret of a filter of these, a byte of the text; `values` has the values a key has really had, most usual first.
pub fn complete(
    of: Subject,
    text: &str,
    caret: usize,
    values: &dyn Fn(Key) -> Vec<String>,
) -> Choices {
    let caret = (0..=caret.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    let start = term_start(&text[..caret]);
    let term = &text[start..caret];
    let letters = term
        .find(|letter: char| !letter.is_ascii_alphabetic())
        .unwrap_or(term.len());
    let key = Key::named(&term[..letters], of).filter(|_| term[letters..].starts_with([':', '=']));
    let Some(key) = key else {
        let all = if term[letters..].is_empty() {
            keys(of, term)
        } else {
            Vec::new()
        };
        return Choices {
            at: start..caret,
            all,
        };
    };
    let typed_from = value_start(text, start + letters + 1, caret);
    let typed = &text[typed_from..caret];
    let wanted = typed.trim_matches('"').to_lowercase();
    let row = key.row();
    let mut all: Vec<Choice> = match row.takes {
        Takes::Words(words) => words.iter().map(|(word, doc)| plain(word, doc)).collect(),
        Takes::Levels => Level::ALL
            .iter()
            .flat_map(|level| {
                let worse = plain(&format!("{level}.."), &format!("{level} and worse"));
                [worse, plain(level.word(), "just this level")]
            })
            .collect(),
        _ => values(key)
            .into_iter()
            .map(|value| Choice {
                insert: Pattern::literal(&value).written(false),
                doc: String::new(),
                label: value,
            })
            .collect(),
    };
    // What begins like it comes first, and what only has it in it after that.
    all.retain(|choice| choice.label.to_lowercase().contains(&wanted) && choice.insert != typed);
    all.sort_by_key(|choice| !choice.label.to_lowercase().starts_with(&wanted));
    all.truncate(MOST);
    Choices {
        at: typed_from..caret,
        all,
    }
}

fn plain(word: &str, doc: &str) -> Choice {
    Choice {
        insert: word.to_owned(),
        label: word.to_owned(),
        doc: doc.to_owned(),
    }
}

fn keys(of: Subject, typed: &str) -> Vec<Choice> {
    let typed = typed.to_lowercase();
    let begins = |row: &&'static Row| row.name.starts_with(&typed);
    of.keys()
        .filter(begins)
        .map(|row| Choice {
            insert: format!("{}{}", row.name, row.sign),
            label: format!("{}{}", row.name, row.sign),
            doc: format!("{}, {}", row.doc, row.example),
        })
        .collect()
}

/// Where the term that ends here begins: after a space that is in no quotes, a parenthesis, a bar, a minus.
fn term_start(text: &str) -> usize {
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            ' ' | '\t' | '\n' => start = at + letter.len_utf8(),
            '(' | '|' | '-' if start == at => start = at + 1,
            _ => {}
        }
    }
    start
}

/// Where the value that is being typed begins: after the last comma that is in no quotes.
fn value_start(text: &str, from: usize, caret: usize) -> usize {
    let (mut start, mut quoted, mut escaped) = (from, false, false);
    for (at, letter) in text[from..caret].char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => start = from + at + 1,
            _ => {}
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(text: &str) -> (Range<usize>, Vec<String>) {
        let values = |key| match key {
            Key::Tool => vec![
                "echo".to_owned(),
                "my tool".to_owned(),
                "get echo".to_owned(),
            ],
            _ => Vec::new(),
        };
        let choices = complete(Subject::Rows, text, text.len(), &values);
        (
            choices.at,
            choices
                .all
                .into_iter()
                .map(|choice| choice.insert)
                .collect(),
        )
    }

    #[test]
    fn what_may_stand_here_is_offered() {
        for (text, at, expected) in [
            ("met", 0..3, &["method:"][..]),
            (
                "time>1s -s",
                9..10,
                &["srv:", "status:", "size>=", "since:"],
            ),
            ("status:to", 7..9, &["tool-error"]),
            ("status:ok,no", 10..12, &["no-reply"]),
            ("tool:", 5..5, &["echo", "\"my tool\"", "\"get echo\""]),
            ("tool:ec", 5..7, &["echo", "\"get echo\""]),
            ("tool:\"my t", 5..10, &["\"my tool\""]),
            ("(tool:ec", 6..8, &["echo", "\"get echo\""]),
            ("level:wa", 6..8, &["warning..", "warning"]),
            ("time>1", 0..6, &[]),
            ("text~fo", 0..7, &[]),
            ("say tool", 4..8, &["tool:"]),
        ] {
            let expected: Vec<String> = expected.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(labels(text), (at, expected), "{text}");
        }
        assert_eq!(labels("").1.len(), Subject::Rows.keys().count());
        let of_sessions = complete(Subject::Sessions, "ta is:m", 7, &|_| Vec::new());
        let words: Vec<&str> = of_sessions.all.iter().map(|one| &*one.insert).collect();
        assert_eq!(words, ["marked", "masked", "damaged"]);
        let keys = complete(Subject::Sessions, "t", 1, &|_| Vec::new());
        let keys: Vec<&str> = keys.all.iter().map(|one| &*one.insert).collect();
        assert_eq!(keys, ["time>", "tag:"]);
    }

    proptest! {
        #[test]
        fn any_caret_in_any_text_will_do(text in "[a-z:,\"\\\\( |é-]{0,20}", caret in 0_usize..24) {
            let choices = complete(Subject::Rows, &text, caret, &|_| vec!["é \"".to_owned()]);
            prop_assert!(text.get(choices.at).is_some());
        }
    }
}
