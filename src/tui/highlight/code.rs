//! Code, read by syntect's patterns: its scopes become roles of the theme.
//!
//! Owns the set of syntaxes, loaded when the first text wants one, and the table from scopes to roles. Themes of
//! syntect's are not used.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::{Span, paint};
use crate::tui::theme::Role;

/// So many scopes around a place are asked what it is: a server can nest as deep as it likes.
const DEEP: usize = 64;

/// Every syntax in the binary. Loading takes about a millisecond; their patterns are compiled when first tried.
pub(super) fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(SyntaxSet::load_defaults_newlines)
}

/// What a scope means here. The longest name that a scope begins with counts; a scope in no row is asked of the scope
/// around it, but what is text is plain whatever is around it.
const SCOPES: &[(&str, Role)] = &[
    ("comment", Role::CodeComment),
    ("punctuation.definition.comment", Role::CodeComment),
    ("string", Role::CodeString),
    ("punctuation.definition.string", Role::CodeString),
    ("markup.raw", Role::CodeString),
    ("markup.underline.link", Role::CodeString),
    ("constant", Role::CodeNumber),
    ("punctuation.definition.constant", Role::CodeNumber),
    ("punctuation.definition.entity.html", Role::CodeNumber),
    ("keyword", Role::CodeKeyword),
    ("keyword.operator", Role::CodePunct),
    ("keyword.operator.word", Role::CodeKeyword),
    ("keyword.operator.logical.python", Role::CodeKeyword),
    ("keyword.other.unit", Role::CodeNumber),
    ("storage", Role::CodeKeyword),
    ("variable.language", Role::CodeKeyword),
    ("entity.name.tag", Role::CodeKeyword),
    ("entity.name.function", Role::CodeFunction),
    ("entity.name.macro", Role::CodeFunction),
    ("support.function", Role::CodeFunction),
    ("support.macro", Role::CodeFunction),
    ("variable.function", Role::CodeFunction),
    ("variable.annotation", Role::CodeFunction),
    ("entity.name", Role::CodeType),
    ("entity.name.section", Role::CodeHeading),
    ("entity.other", Role::CodeType),
    ("support", Role::CodeType),
    ("punctuation", Role::CodePunct),
    ("punctuation.definition.entity", Role::CodeType),
    ("markup.heading", Role::CodeHeading),
    ("markup.bold", Role::CodeEmphasis),
    ("markup.italic", Role::CodeEmphasis),
    ("markup.inserted", Role::DiffAdd),
    ("punctuation.definition.inserted", Role::DiffAdd),
    ("markup.deleted", Role::DiffDel),
    ("punctuation.definition.deleted", Role::DiffDel),
    ("meta.diff.header", Role::CodeHeading),
    ("meta.diff.range", Role::CodeType),
    ("source", Role::Text),
    ("text", Role::Text),
    ("meta.interpolation", Role::Text),
    ("meta.template.expression", Role::Text),
];

/// [`SCOPES`], ready to be compared.
static TABLE: LazyLock<Vec<(Scope, Role)>> = LazyLock::new(|| {
    SCOPES
        .iter()
        .filter_map(|(name, role)| Some((Scope::new(name).ok()?, *role)))
        .collect()
});

/// What the table says of a scope; nothing if it is in no row.
fn meaning(scope: Scope) -> Option<Role> {
    TABLE
        .iter()
        .filter(|(row, _)| row.is_prefix_of(scope))
        .max_by_key(|(row, _)| row.len())
        .map(|(_, role)| *role)
}

/// A text in one language, so far.
#[derive(Debug)]
pub(super) struct Code {
    state: ParseState,
    stack: ScopeStack,
    meanings: HashMap<Scope, Option<Role>>,
    line: String,
}

impl Code {
    pub(super) fn new(syntax: &'static SyntaxReference) -> Code {
        Code {
            state: ParseState::new(syntax),
            stack: ScopeStack::new(),
            meanings: HashMap::new(),
            line: String::new(),
        }
    }

    /// Paints a line that starts at byte `at`. False if the syntax came to an end that it should not have.
    pub(super) fn line(&mut self, text: &str, at: usize, spans: &mut Vec<Span>) -> bool {
        // The patterns want lines with their ends.
        self.line.clear();
        self.line.push_str(text);
        self.line.push('\n');
        let Ok(changes) = self.state.parse_line(&self.line, syntaxes()) else {
            return false;
        };
        let mut from = 0;
        for (to, change) in changes {
            let to = to.min(text.len());
            if to > from {
                self.paint(at + from..at + to, spans);
                from = to;
            }
            if self.stack.apply(&change).is_err() {
                return false;
            }
        }
        self.paint(at + from..at + text.len(), spans);
        true
    }

    fn paint(&mut self, range: std::ops::Range<usize>, spans: &mut Vec<Span>) {
        let meanings = &mut self.meanings;
        let role = self
            .stack
            .as_slice()
            .iter()
            .rev()
            .take(DEEP)
            .find_map(|scope| *meanings.entry(*scope).or_insert_with(|| meaning(*scope)));
        if let Some(role) = role.filter(|role| *role != Role::Text) {
            paint(spans, range, role);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_scope() {
        assert_eq!(TABLE.len(), SCOPES.len());
        for (name, role) in SCOPES {
            let scope = Scope::new(&format!("{name}.x")).expect("a scope");
            assert_eq!(meaning(scope), Some(*role), "{name}");
        }
        assert_eq!(
            meaning(Scope::new("meta.block").expect("a scope")),
            None,
            "left to what is around it"
        );
    }
}
