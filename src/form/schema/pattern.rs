//! The regular expressions that schemas commonly hold, matched anywhere in a text as JSON Schema asks.
//!
//! Only what can be done simply and in bounded time: literals, `.`, classes, groups, alternatives, repetition,
//! anchors. Anything else is not guessed at: the answer is none, and the full validator has the word.

/// Steps before an expression is given up.
const STEPS: usize = 50_000;
/// How deep groups may nest.
const DEPTH: usize = 32;

/// Whether `expression` matches somewhere in `text`; none when it cannot be told here.
pub fn matches(expression: &str, text: &str) -> Option<bool> {
    let mut parser = Parser {
        rest: expression.chars().collect(),
        at: 0,
    };
    let tree = parser.alternatives(0)?;
    if parser.at < parser.rest.len() {
        return None;
    }
    let text: Vec<char> = text.chars().collect();
    let mut steps = STEPS;
    for start in 0..=text.len() {
        if run(&tree, &text, start, &mut steps, &mut |_, _| Some(true))? {
            return Some(true);
        }
    }
    Some(false)
}

#[derive(Debug, Clone)]
enum Part {
    Start,
    End,
    Any,
    Class(bool, Vec<(char, char)>),
    Group(Vec<Vec<Part>>),
    Repeat(Box<Part>, usize, usize),
}

struct Parser {
    rest: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn alternatives(&mut self, depth: usize) -> Option<Vec<Vec<Part>>> {
        if depth > DEPTH {
            return None;
        }
        let mut all = vec![Vec::new()];
        while let Some(next) = self.peek() {
            match next {
                ')' => break,
                '|' => {
                    self.at += 1;
                    all.push(Vec::new());
                }
                _ => {
                    let part = self.part(depth)?;
                    let part = self.repeated(part)?;
                    all.last_mut()?.push(part);
                }
            }
        }
        Some(all)
    }

    fn part(&mut self, depth: usize) -> Option<Part> {
        Some(match self.take()? {
            '^' => Part::Start,
            '$' => Part::End,
            '.' => Part::Any,
            '(' => {
                if self.peek() == Some('?') {
                    self.at += 1;
                    if self.take()? != ':' {
                        return None;
                    }
                }
                let inner = self.alternatives(depth + 1)?;
                (self.take()? == ')').then_some(())?;
                Part::Group(inner)
            }
            '[' => self.class()?,
            '\\' => match self.take()? {
                c @ ('d' | 'w' | 's' | 'D' | 'W' | 'S') => {
                    Part::Class(c.is_uppercase(), shorthand(c.to_ascii_lowercase()))
                }
                c => one(escape(c)?),
            },
            '*' | '+' | '?' | '{' => return None,
            c => one(c),
        })
    }

    fn repeated(&mut self, part: Part) -> Option<Part> {
        let (min, max) = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => {
                let end = self.rest[self.at..].iter().position(|c| *c == '}')? + self.at;
                let inner: String = self.rest[self.at + 1..end].iter().collect();
                self.at = end;
                match inner.split_once(',') {
                    None => {
                        let count = inner.parse().ok()?;
                        (count, count)
                    }
                    Some((min, "")) => (min.parse().ok()?, usize::MAX),
                    Some((min, max)) => (min.parse().ok()?, max.parse().ok()?),
                }
            }
            _ => return Some(part),
        };
        self.at += 1;
        // Lazy repetition matches the same texts.
        if self.peek() == Some('?') {
            self.at += 1;
        }
        if matches!(self.peek(), Some('*' | '+' | '{')) {
            return None;
        }
        Some(Part::Repeat(Box::new(part), min, max))
    }

    fn class(&mut self) -> Option<Part> {
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let mut ranges = Vec::new();
        loop {
            let low = match self.take()? {
                ']' => return Some(Part::Class(negated, ranges)),
                '\\' => match self.take()? {
                    c @ ('d' | 'w' | 's') => {
                        ranges.extend(shorthand(c));
                        continue;
                    }
                    c => escape(c)?,
                },
                c => c,
            };
            if self.peek() == Some('-') && self.rest.get(self.at + 1).is_some_and(|c| *c != ']') {
                self.at += 1;
                let high = match self.take()? {
                    '\\' => escape(self.take()?)?,
                    c => c,
                };
                ranges.push((low, high));
            } else {
                ranges.push((low, low));
            }
        }
    }
}

fn one(c: char) -> Part {
    Part::Class(false, vec![(c, c)])
}

fn escape(c: char) -> Option<char> {
    Some(match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        c if c.is_ascii_alphanumeric() => return None,
        c => c,
    })
}

fn shorthand(c: char) -> Vec<(char, char)> {
    match c {
        'd' => vec![('0', '9')],
        'w' => vec![('0', '9'), ('a', 'z'), ('A', 'Z'), ('_', '_')],
        _ => vec![(' ', ' '), ('\t', '\r'), ('\u{a0}', '\u{a0}')],
    }
}

type Then<'a> = &'a mut dyn FnMut(usize, &mut usize) -> Option<bool>;

/// Whether one of the alternatives matches at `at` and what follows does too.
fn run(
    all: &[Vec<Part>],
    text: &[char],
    at: usize,
    steps: &mut usize,
    then: Then<'_>,
) -> Option<bool> {
    for parts in all {
        if sequence(parts, text, at, steps, then)? {
            return Some(true);
        }
    }
    Some(false)
}

fn sequence(
    parts: &[Part],
    text: &[char],
    at: usize,
    steps: &mut usize,
    then: Then<'_>,
) -> Option<bool> {
    *steps = steps.checked_sub(1)?;
    let Some((first, rest)) = parts.split_first() else {
        return then(at, steps);
    };
    match first {
        Part::Start => {
            if at == 0 {
                sequence(rest, text, at, steps, then)
            } else {
                Some(false)
            }
        }
        Part::End => {
            if at == text.len() {
                sequence(rest, text, at, steps, then)
            } else {
                Some(false)
            }
        }
        Part::Any | Part::Class(..) => {
            if text.get(at).is_some_and(|c| takes(first, *c)) {
                sequence(rest, text, at + 1, steps, then)
            } else {
                Some(false)
            }
        }
        Part::Group(all) => run(all, text, at, steps, &mut |at, steps| {
            sequence(rest, text, at, steps, then)
        }),
        Part::Repeat(part, min, max) => {
            // Plain characters repeat in a loop; a recursion as deep as the text is long would not be safe.
            if matches!(**part, Part::Any | Part::Class(..)) {
                let most = text[at..]
                    .iter()
                    .take(*max)
                    .take_while(|c| takes(part, **c))
                    .count();
                for count in (*min..=most).rev() {
                    if sequence(rest, text, at + count, steps, then)? {
                        return Some(true);
                    }
                }
                return Some(false);
            }
            groups(part, *min, *max, rest, text, at, 0, steps, then)
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one recursive step of a matcher, private to it"
)]
fn groups(
    part: &Part,
    min: usize,
    max: usize,
    rest: &[Part],
    text: &[char],
    at: usize,
    done: usize,
    steps: &mut usize,
    then: Then<'_>,
) -> Option<bool> {
    // Deep recursion ends here; no key or identifier has so many groups in a row.
    if done > 200 {
        return None;
    }
    if done < max {
        let found = sequence(
            std::slice::from_ref(part),
            text,
            at,
            steps,
            &mut |next, steps| {
                if next == at && done >= min {
                    return Some(false);
                }
                groups(part, min, max, rest, text, next, done + 1, steps, then)
            },
        )?;
        if found {
            return Some(true);
        }
    }
    if done >= min {
        return sequence(rest, text, at, steps, then);
    }
    Some(false)
}

fn takes(part: &Part, c: char) -> bool {
    match part {
        Part::Any => c != '\n' && c != '\r',
        Part::Class(negated, ranges) => {
            ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_expressions() {
        for (expression, yes, no) in [
            ("^[a-z_][a-z0-9_]*$", "a_1", "1a"),
            ("^x-", "x-a", "ax-"),
            ("foo|bar", "a bar", "baz"),
            (r"^\d{4}-\d{2}$", "2026-11", "2026-1"),
            ("^(a|bc)+$", "abcbca", "abcb"),
            ("^(?:a?){3}$", "aa", "aaaa"),
            (r"^[^/\s]+$", "abc", "a/b"),
            (r"\.json$", "a.json", "ajson"),
            ("^$", "", "a"),
            ("^.{2,3}$", "äöü", "a"),
        ] {
            assert_eq!(matches(expression, yes), Some(true), "{expression}");
            assert_eq!(matches(expression, no), Some(false), "{expression}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for expression in ["(?=a)", r"\p{L}", r"\bfoo", "(", "a**", "[a", r"(a)\1"] {
            assert_eq!(matches(expression, "aaaa"), None, "{expression}");
        }
        assert_eq!(matches("^(a*)*b$", &"a".repeat(500)), None);
    }

    proptest::proptest! {
        #[test]
        fn anything_is_survived(expression in r"[a-c.|()*+?\[\]^$\\{}0-9,]{0,20}", text in "[a-c]{0,30}") {
            let _ = matches(&expression, &text);
        }
    }
}
