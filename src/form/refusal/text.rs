//! Refusals as text, each way of wording one by its own reader.

use super::{Blame, Refused, steps};

/// What stands before the words of TypeScript SDKs.
const HEADS: &[&str] = &[
    "Invalid arguments for tool ",
    "Invalid arguments for prompt ",
];

/// What libraries call the whole of the arguments, before a path.
const ROOTS: &[&str] = &[
    "data",
    "instance",
    "arguments",
    "args",
    "params",
    "input",
    "value",
    "body",
    "$",
];

/// What stands before a bare name.
const NOUNS: &[&str] = &[
    "field",
    "argument",
    "parameter",
    "property",
    "member",
    "key",
    "param",
];

/// pydantic: a line with the dotted path, then an indented one with the words and `[type=…, input_value=…]`.
pub fn pydantic(refused: &Refused<'_>) -> Vec<Blame> {
    let mut lines = refused.message.lines();
    let heads = |line: &str| {
        line.contains(" validation error for ") || line.contains(" validation errors for ")
    };
    if !lines.any(heads) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut path: Option<&str> = None;
    for line in lines {
        if !line.starts_with(' ') {
            path = Some(line.trim_end());
        } else if let Some(path) = path.take() {
            let words = line.split(" [type=").next().unwrap_or(line);
            found.push(Blame {
                path: steps(path),
                words: words.trim().to_owned(),
            });
        }
    }
    found
}

/// One issue a line, with its path at the end: `Invalid input: expected number, received string at edits[0].oldText`;
/// or the path on a line of its own, behind an arrow.
pub fn at_path(refused: &Refused<'_>) -> Vec<Blame> {
    let message = HEADS
        .iter()
        .find_map(|head| refused.message.split_once(head))
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(refused.message, |(_, rest)| rest);
    let mut found = Vec::new();
    let mut before = "";
    for line in message.lines() {
        let arrow = line.trim_start().strip_prefix("→ at ");
        let (words, path) = match (arrow, line.rsplit_once(" at ")) {
            (Some(path), _) => (before.trim_start_matches(['✖', ' ']), path),
            (None, Some((words, path))) => (words, path),
            (None, None) => {
                before = line;
                continue;
            }
        };
        if !path.contains(' ') {
            found.push(Blame {
                path: steps(path),
                words: words.to_owned(),
            });
        }
    }
    found
}

/// `data/foo/0 must be number, data must have required property 'x'`, also `/foo must …`, `instance.foo[0] is not …`.
pub fn rooted(refused: &Refused<'_>) -> Vec<Blame> {
    let message = refused.message;
    let starts: Vec<(usize, &str)> = message
        .split_inclusive([' ', '\n'])
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len();
            Some((start, word.trim_end()))
        })
        .filter(|(start, word)| {
            let first = *start == 0
                || message[..*start]
                    .trim_end()
                    .ends_with([',', ':', ';', '\n', '.']);
            first && root(word).is_some()
        })
        .collect();
    let mut found = Vec::new();
    for (index, (start, word)) in starts.iter().enumerate() {
        let end = starts
            .get(index + 1)
            .map_or(message.len(), |(next, _)| *next);
        let words = message[start + word.len()..end]
            .trim_matches([' ', ',', ';', '\n', ':'])
            .to_owned();
        let mut path = steps(root(word).unwrap_or_default());
        if let Some((_, name)) = words.split_once("required property ") {
            path.extend(quotes(name).into_iter().take(1).map(str::to_owned));
        }
        if !path.is_empty() && !words.is_empty() {
            found.push(Blame { path, words });
        }
    }
    found
}

/// The path behind the root, when a word is one.
fn root(word: &str) -> Option<&str> {
    let word = word.trim_end_matches([':', ',']);
    if word.len() > 1 && word.starts_with('/') && !word.starts_with("//") {
        return Some(word);
    }
    ROOTS
        .iter()
        .find_map(|name| word.strip_prefix(name))
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', '.', '[']))
}

/// Python's jsonschema prints the place last; its first line are the words.
pub fn on_instance(refused: &Refused<'_>) -> Vec<Blame> {
    let place = refused.message.lines().find_map(|line| {
        let line = line.trim();
        line.strip_prefix("On instance")?.strip_suffix(':')
    });
    let words = refused.message.lines().next().unwrap_or_default();
    let Some(place) = place else {
        return Vec::new();
    };
    let mut path = steps(place);
    if words.contains("is a required property") || words.contains("unexpected)") {
        path.extend(quotes(words).into_iter().take(1).map(str::to_owned));
    }
    vec![Blame {
        path,
        words: words
            .trim_start_matches("Input validation error: ")
            .to_owned(),
    }]
}

/// Names in quotes, whatever else is said; or a name right after a noun for one: `missing field x`.
pub fn quoted(refused: &Refused<'_>) -> Vec<Blame> {
    let line = refused.message.trim().lines().next().unwrap_or_default();
    // Here quotes hold the value that is wrong, not the name of its member.
    const VALUES: &[&str] = &[
        " is not of type ",
        " is not one of ",
        " does not match ",
        " is too ",
        " is not a ",
    ];
    if VALUES.iter().any(|words| line.contains(words)) {
        return Vec::new();
    }
    let mut names: Vec<&str> = quotes(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    for pair in words.windows(2) {
        let noun = pair[0]
            .trim_end_matches(['s', ':', '(', ')'])
            .to_ascii_lowercase();
        if NOUNS.contains(&noun.as_str()) {
            names.push(pair[1].trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
        }
    }
    names
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(|name| Blame {
            path: steps(name),
            words: line.to_owned(),
        })
        .collect()
}

/// What stands in quotes of any kind, left to right.
fn quotes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['\'', '"', '`', '“', '‘']) {
        let quote = rest[open..].chars().next().unwrap_or('"');
        let close = match quote {
            '“' => '”',
            '‘' => '’',
            same => same,
        };
        let inside = &rest[open + quote.len_utf8()..];
        let Some(end) = inside.find(close) else {
            break;
        };
        found.push(&inside[..end]);
        rest = &inside[end + close.len_utf8()..];
    }
    found
}
