//! Inside a line: emphasis, code and links. Linear in the length of the line: what was looked for in vain is not
//! looked for again.

/// A stretch of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inline {
    Plain(String),
    /// Emphasis of any strength.
    Strong(String),
    Code(String),
    Link {
        label: String,
        url: String,
    },
}

/// Longer lines stay as they were written.
const LONGEST: usize = 8_000;

/// So far the end of an address is looked for.
const ADDRESS: usize = 2_000;

impl Inline {
    /// The stretches of a line.
    pub fn of(text: &str) -> Vec<Self> {
        if text.len() > LONGEST {
            return vec![Self::Plain(text.to_owned())];
        }
        let mut line = Line {
            text,
            plain: String::new(),
            out: Vec::new(),
            missing: Vec::new(),
        };
        line.read();
        line.out
    }
}

struct Line<'t> {
    text: &'t str,
    plain: String,
    out: Vec<Inline>,
    /// Marks that do not close any more.
    missing: Vec<&'static str>,
}

impl Line<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            at += self.piece(at, rest);
        }
        self.flush();
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.out
                .push(Inline::Plain(std::mem::take(&mut self.plain)));
        }
    }

    fn push(&mut self, piece: Inline) {
        self.flush();
        self.out.push(piece);
    }

    /// Takes what begins here; gives how many bytes that was.
    fn piece(&mut self, at: usize, rest: &str) -> usize {
        let first = rest.chars().next().unwrap_or(' ');
        let taken = match first {
            '\\' => rest[1..]
                .chars()
                .next()
                .filter(char::is_ascii_punctuation)
                .map(|escaped| {
                    self.plain.push(escaped);
                    2
                }),
            '`' => self.code(rest),
            '*' | '_' | '~' => self.emphasis(at, rest),
            '!' if rest.starts_with("![") => self.link(&rest[1..]).map(|taken| taken + 1),
            '[' => self.link(rest),
            '<' => self.address(rest),
            'h' if !self.text[..at].ends_with(char::is_alphanumeric) => self.bare(rest),
            _ => None,
        };
        taken.unwrap_or_else(|| {
            self.plain.push(first);
            first.len_utf8()
        })
    }

    /// Where `mark` is next in `rest`; when it is nowhere, it need not be looked for again.
    fn find(&mut self, rest: &str, mark: &'static str) -> Option<usize> {
        if self.missing.contains(&mark) {
            return None;
        }
        let found = rest.find(mark);
        if found.is_none() {
            self.missing.push(mark);
        }
        found
    }

    fn code(&mut self, rest: &str) -> Option<usize> {
        const MARKS: [&str; 3] = ["`", "``", "```"];
        let run = rest.bytes().take_while(|b| *b == b'`').count();
        let mark = MARKS.get(run - 1)?;
        let inside = &rest[run..];
        let end = self.find(inside, mark)?;
        self.push(Inline::Code(inside[..end].trim().to_owned()));
        Some(run + end + run)
    }

    fn emphasis(&mut self, at: usize, rest: &str) -> Option<usize> {
        const MARKS: [&str; 8] = ["***", "___", "**", "__", "~~", "*", "_", "\u{0}"];
        let mark = MARKS.iter().find(|mark| rest.starts_with(**mark))?;
        let inside = &rest[mark.len()..];
        let opens = inside.starts_with(|c: char| !c.is_whitespace() && !mark.contains(c));
        let in_word = mark.starts_with('_') && self.text[..at].ends_with(char::is_alphanumeric);
        if !opens || in_word {
            return None;
        }
        let end = self.find(inside, mark)?;
        let after = &inside[end + mark.len()..];
        let goes_on = inside[..end].ends_with(char::is_whitespace)
            || after.starts_with(|c| mark.contains(c))
            || (mark.starts_with('_') && after.starts_with(char::is_alphanumeric));
        // Links and code in emphasis are more than emphasis.
        if goes_on || inside[..end].contains(['[', '`', '\\']) {
            return None;
        }
        self.push(Inline::Strong(inside[..end].to_owned()));
        Some(mark.len() * 2 + end)
    }

    /// `[label](address "title")`
    fn link(&mut self, rest: &str) -> Option<usize> {
        let end = self.find(rest, "](")?;
        let label = &rest[1..end];
        if label.contains('[') {
            return None;
        }
        let inside = &rest[end + 2..];
        // Parentheses in an address come in pairs.
        let mut depth = 0_usize;
        let close = inside.char_indices().take(ADDRESS).find_map(|(at, c)| {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => return Some(at),
                ')' => depth -= 1,
                _ => {}
            }
            None
        })?;
        let url = inside[..close].split_whitespace().next()?;
        let url = url.trim_start_matches('<').trim_end_matches('>');
        let label = label.replace(['*', '`'], "");
        let label = if label.trim().is_empty() {
            url.to_owned()
        } else {
            label
        };
        self.push(Inline::Link {
            label,
            url: url.to_owned(),
        });
        Some(end + 2 + close + 1)
    }

    /// `<address>`
    fn address(&mut self, rest: &str) -> Option<usize> {
        let end = self.find(rest, ">")?;
        let url = &rest[1..end];
        let scheme = url.split_once("://")?.0;
        if url.contains(char::is_whitespace) || !scheme.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        self.push(Inline::Link {
            label: url.to_owned(),
            url: url.to_owned(),
        });
        Some(end + 1)
    }

    /// An address that simply stands there.
    fn bare(&mut self, rest: &str) -> Option<usize> {
        if !rest.starts_with("http://") && !rest.starts_with("https://") {
            return None;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '|' | '`'))
            .unwrap_or(rest.len());
        let mut url = &rest[..end];
        while let Some(last) = url.chars().next_back() {
            let closes = last == ')' && url.matches(')').count() > url.matches('(').count();
            if !closes && !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | ']' | '*' | '\'') {
                break;
            }
            url = &url[..url.len() - last.len_utf8()];
        }
        let host = url.split_once("://")?.1;
        if host.is_empty() {
            return None;
        }
        self.push(Inline::Link {
            label: url.to_owned(),
            url: url.to_owned(),
        });
        Some(url.len())
    }
}
