//! Words that servers use when they come to nothing.

/// Whether a line holds one of these, whatever its case. They are in small letters.
pub(super) fn within(line: &str, any: &[&str]) -> bool {
    let lower = line.to_lowercase();
    any.iter().any(|known| lower.contains(known))
}

/// How programs say that a variable is missing.
const MISSING: &[&str] = &[
    "environment variable",
    "env var",
    "not set",
    "must be set",
    "is required",
    "required",
    "missing",
    "keyerror",
    "undefined",
    "not provided",
    "not defined",
    "unset",
    "not found in environment",
];

/// The name of the variable that a line says is missing.
pub(super) fn variable(line: &str) -> Option<&str> {
    if !within(line, MISSING) {
        return None;
    }
    // A traceback names the variable alone.
    let alone = within(line, &["keyerror", "environment variable", "env var"]);
    line.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .find(|word| is_name(word, alone))
}

/// Whether a word looks like the name of a variable: `API_KEY`; where that is certain, `TOKEN` too.
fn is_name(word: &str, alone: bool) -> bool {
    word.len() >= 3
        && word.starts_with(|letter: char| letter.is_ascii_uppercase())
        && word
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
        && (word.contains('_')
            || (alone && !matches!(word, "ERROR" | "FATAL" | "WARN" | "WARNING" | "CRITICAL")))
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn the_variable_that_is_missing_is_found() {
        for (line, name) in [
            (
                "Error: BRAVE_API_KEY environment variable is required",
                Some("BRAVE_API_KEY"),
            ),
            ("KeyError: 'TOKEN'", Some("TOKEN")),
            ("ERROR: environment variable PORT is not set", Some("PORT")),
            (
                "Missing required GITHUB_PERSONAL_ACCESS_TOKEN.",
                Some("GITHUB_PERSONAL_ACCESS_TOKEN"),
            ),
            ("DATABASE_URL must be set", Some("DATABASE_URL")),
            ("ERROR: argument required", None),
            ("API_KEY is good", None),
            ("missing JSON", None),
        ] {
            assert_eq!(variable(line), name, "{line}");
        }
    }
}
