//! The table `[pager]`: which program shows what kind of text.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Config, PAGER, Pagers, Problem};

/// Reads the table `[pager]`, or says what is wrong where.
pub(super) fn pagers(table: &Spanned<DeValue<'_>>) -> Result<Pagers, (Range<usize>, Problem)> {
    let wrong = |span: Range<usize>, key, expected| (span, Problem::BadValue { key, expected });
    let lines = table.get_ref().as_table().ok_or_else(|| {
        let expected = "a table: [pager], and below it lines such as json = \"jless\"";
        wrong(table.span(), PAGER, expected)
    })?;
    let pager = |(kind, command): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let kind: &std::borrow::Cow<'_, str> = kind.get_ref();
        if let Some(key) = Config::names().find(|setting| *setting == kind) {
            return Err((command.span(), Problem::Misplaced { key }));
        }
        let words = command
            .get_ref()
            .as_str()
            .filter(|words| !words.trim().is_empty());
        let words = words.ok_or_else(|| {
            wrong(
                command.span(),
                "a pager",
                "a command line such as \"jless\" or \"less -S\"",
            )
        })?;
        Ok((kind.to_string(), words.to_owned()))
    };
    lines.iter().map(pager).collect()
}
