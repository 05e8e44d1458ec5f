//! Values as literals: JSON, Python, TypeScript. Numbers keep their value, strings show nothing that is invisible.

use std::fmt::Write as _;

use super::node::{Node, Secret};
use super::variables::Piece;
use crate::form::number::Decimal;
use crate::json;
use crate::text;

/// Literals longer than this take several lines.
const WIDE: usize = 88;
/// A whole number with more digits than this is not written out: Python reads none longer than 4300.
const LONGEST: i64 = 4000;

/// A language to write values in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python 3.
    Python,
    /// TypeScript, and so that it is JavaScript too.
    TypeScript,
}

impl Language {
    /// A value, `level` levels in. Several lines when it is long.
    pub fn value(self, node: &Node, level: usize) -> Result<String, String> {
        let line = self.write(node, None)?;
        if line.chars().count() + level * self.indent().len() <= WIDE {
            return Ok(line);
        }
        self.write(node, Some(level))
    }

    /// A string.
    pub fn string(self, text: &str) -> String {
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if is_odd(c) => {
                    let code = u32::from(c);
                    // Writing to a string cannot fail.
                    let _ = match (self, code) {
                        (_, 0..=0xff) => write!(out, "\\x{code:02x}"),
                        (_, 0..=0xffff) => write!(out, "\\u{code:04x}"),
                        (Self::Python, _) => write!(out, "\\U{code:08x}"),
                        (Self::TypeScript, _) => write!(out, "\\u{{{code:x}}}"),
                    };
                }
                c => out.push(c),
            }
        }
        out.push('"');
        out
    }

    /// The value of a variable.
    pub fn variable(self, name: &str) -> String {
        match self {
            Self::Python => format!("os.environ[\"{name}\"]"),
            Self::TypeScript => format!("process.env.{name}"),
        }
    }

    /// A text out of parts.
    pub fn text(self, pieces: &[Piece]) -> String {
        let parts: Vec<String> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) => self.string(text),
                Piece::Variable(name) | Piece::Escaped(name) => self.variable(name),
            })
            .collect();
        parts.join(" + ")
    }

    /// A program, and an array of its arguments.
    pub fn command(self, words: &[Vec<Piece>]) -> (String, String) {
        let mut words = words.iter().map(|word| self.text(word));
        let program = words.next().unwrap_or_else(|| self.string(""));
        let arguments: Vec<String> = words.collect();
        (program, format!("[{}]", arguments.join(", ")))
    }

    const fn indent(self) -> &'static str {
        match self {
            Self::Python => "    ",
            Self::TypeScript => "  ",
        }
    }

    fn secret(self, secret: &Secret) -> String {
        let value = self.variable(&secret.variable);
        match (secret.is_text, self) {
            (true, _) => value,
            (false, Self::Python) => format!("json.loads({value})"),
            (false, Self::TypeScript) => format!("JSON.parse({value})"),
        }
    }

    fn key(self, name: &str) -> String {
        match (self, name) {
            // Otherwise it would set the prototype.
            (Self::TypeScript, "__proto__") => "[\"__proto__\"]".to_owned(),
            _ => self.string(name),
        }
    }

    fn number(self, spelling: &str) -> Result<String, String> {
        let whole = spelling
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
        let kept = fits_double(spelling);
        match self {
            Self::TypeScript if kept => Ok(spelling.to_owned()),
            Self::TypeScript => Ok(format!("JSON.rawJSON(\"{spelling}\")")),
            Self::Python if whole && spelling.len() <= LONGEST as usize => Ok(spelling.to_owned()),
            Self::Python if kept => Ok(spelling.to_owned()),
            Self::Python => exact(spelling).ok_or_else(|| {
                let start: String = spelling.chars().take(24).collect();
                let dots = if start == spelling { "" } else { "…" };
                format!("Python's mcp package cannot send the number {start}{dots} exactly; yx can")
            }),
        }
    }

    fn write(self, node: &Node, level: Option<usize>) -> Result<String, String> {
        let (open, close, parts) = match node {
            Node::Null if self == Self::Python => return Ok("None".to_owned()),
            Node::Null => return Ok("null".to_owned()),
            Node::Bool(value) if self == Self::Python => {
                return Ok(if *value { "True" } else { "False" }.to_owned());
            }
            Node::Bool(value) => return Ok(value.to_string()),
            Node::Number(spelling) => return self.number(spelling),
            Node::String(text) => return Ok(self.string(text)),
            Node::Secret(secret) => return Ok(self.secret(secret)),
            Node::Text(pieces) => return Ok(self.text(pieces)),
            Node::Array(items) => {
                let parts: Result<Vec<String>, String> = items
                    .iter()
                    .map(|item| self.write(item, level.map(|level| level + 1)))
                    .collect();
                ('[', ']', parts?)
            }
            Node::Object(members) => {
                let parts: Result<Vec<String>, String> = members
                    .iter()
                    .map(|(key, value)| {
                        let value = self.write(value, level.map(|level| level + 1))?;
                        Ok(format!("{}: {value}", self.key(key)))
                    })
                    .collect();
                ('{', '}', parts?)
            }
        };
        let mut out = String::from(open);
        match level {
            Some(level) if !parts.is_empty() => {
                let line = |out: &mut String, level: usize| {
                    out.push('\n');
                    out.extend(std::iter::repeat_n(self.indent(), level));
                };
                for part in parts {
                    line(&mut out, level + 1);
                    out.push_str(&part);
                    out.push(',');
                }
                line(&mut out, level);
            }
            _ if self == Self::TypeScript && open == '{' && !parts.is_empty() => {
                out.push(' ');
                out.push_str(&parts.join(", "));
                out.push(' ');
            }
            _ => out.push_str(&parts.join(", ")),
        }
        out.push(close);
        Ok(out)
    }
}

/// Whether a double holds exactly this value, and spells it so again.
fn fits_double(spelling: &str) -> bool {
    let Ok(double) = spelling.parse::<f64>() else {
        return false;
    };
    let again = Decimal::parse(&format!("{double:e}"));
    double.is_finite() && again.is_some() && again == Decimal::parse(spelling)
}

/// A whole number that no double holds, as whole numbers of Python: `15 * 10**399`.
fn exact(spelling: &str) -> Option<String> {
    let (mantissa, power) = spelling.split_once(['e', 'E']).unwrap_or((spelling, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let power = power.parse::<i64>().ok()? - i64::try_from(fraction.len()).ok()?;
    let digits = format!("{whole}{fraction}");
    let sign = if digits.starts_with('-') { "-" } else { "" };
    let digits = digits.trim_start_matches('-').trim_start_matches('0');
    let length = i64::try_from(digits.len()).ok()?;
    if !(0..=LONGEST).contains(&power) || length + power > LONGEST {
        return None;
    }
    Some(match power {
        0 => format!("{sign}{digits}"),
        _ => format!("{sign}{digits} * 10**{power}"),
    })
}

/// Writes a value as JSON on one line; `pieces` ends with a plain one.
pub fn json(node: &Node, pieces: &mut Vec<Piece>) {
    let push = |pieces: &mut Vec<Piece>, text: &str| match pieces.last_mut() {
        Some(Piece::Plain(plain)) => plain.push_str(text),
        _ => pieces.push(Piece::Plain(text.to_owned())),
    };
    match node {
        Node::Null => push(pieces, "null"),
        Node::Bool(value) => push(pieces, if *value { "true" } else { "false" }),
        Node::Number(spelling) => push(pieces, spelling),
        Node::String(text) => push(pieces, &json_string(text)),
        Node::Array(items) => {
            push(pieces, "[");
            for (index, item) in items.iter().enumerate() {
                push(pieces, if index > 0 { "," } else { "" });
                json(item, pieces);
            }
            push(pieces, "]");
        }
        Node::Object(members) => {
            push(pieces, "{");
            for (index, (key, value)) in members.iter().enumerate() {
                push(pieces, if index > 0 { "," } else { "" });
                push(pieces, &json_string(key));
                push(pieces, ":");
                json(value, pieces);
            }
            push(pieces, "}");
        }
        Node::Secret(secret) if secret.is_text => {
            push(pieces, "\"");
            pieces.push(Piece::Escaped(secret.variable.clone()));
            push(pieces, "\"");
        }
        Node::Secret(secret) => pieces.push(Piece::Variable(secret.variable.clone())),
        Node::Text(parts) => {
            push(pieces, "\"");
            for part in parts {
                match part {
                    Piece::Plain(text) => {
                        let quoted = json_string(text);
                        push(pieces, &quoted[1..quoted.len() - 1]);
                    }
                    Piece::Variable(name) | Piece::Escaped(name) => {
                        pieces.push(Piece::Escaped(name.clone()));
                    }
                }
            }
            push(pieces, "\"");
        }
    }
}

/// A string as JSON, with invisible characters escaped.
pub fn json_string(text: &str) -> String {
    spelled(&json::quote(text))
}

/// JSON with the invisible characters in its strings escaped; its lines stay.
pub fn spelled(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        if c != '\n' && is_odd(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character is better spelled out: it shows as nothing, or as something else.
fn is_odd(c: char) -> bool {
    c.is_control() || text::is_unsafe(c)
}
