//! The table `[mask]`: what is masked besides what always is.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Config, MASK, Problem, nearest};
use crate::mask::Rules;

const MEMBERS: &str = "members";
const TEXT: &str = "text";
const PLAIN: &str = "plain";
const BUILT_IN: &str = "built_in";

/// Reads the table, or says what is wrong where.
pub(super) fn rules(table: &Spanned<DeValue<'_>>) -> Result<Rules, (Range<usize>, Problem)> {
    let wrong = |span: Range<usize>, key, expected| (span, Problem::BadValue { key, expected });
    let lines = table.get_ref().as_table().ok_or_else(|| {
        let expected = "a table: [mask], and below it lines such as members = [\"*_token\"]";
        wrong(table.span(), MASK, expected)
    })?;
    let mut rules = Rules::default();
    for (name, value) in lines {
        let key: &str = name.get_ref();
        let (key, expected) = match key {
            MEMBERS => (MEMBERS, "a list of names or paths such as [\"*_token\"]"),
            TEXT => (TEXT, "a list of regular expressions"),
            PLAIN => (PLAIN, "a list of names of variables"),
            BUILT_IN => match value.get_ref().as_bool() {
                Some(true) => continue,
                Some(false) => {
                    rules.only_named();
                    continue;
                }
                None => return Err(wrong(value.span(), BUILT_IN, "true or false")),
            },
            other => {
                if let Some(key) = Config::names().find(|setting| *setting == other) {
                    return Err((name.span(), Problem::Misplaced { key }));
                }
                let nearest = nearest(other, [MEMBERS, TEXT, PLAIN, BUILT_IN]);
                let key = format!("mask.{other}");
                return Err((name.span(), Problem::UnknownKey { key, nearest }));
            }
        };
        let list = value.get_ref().as_array();
        let list = list.ok_or_else(|| wrong(value.span(), key, expected))?;
        for item in list {
            let word = item.get_ref().as_str();
            let word = word.ok_or_else(|| wrong(item.span(), key, expected))?;
            let added = match key {
                MEMBERS => rules.add_member(word),
                TEXT => rules.add_text(word),
                _ => {
                    rules.add_plain(word);
                    Ok(())
                }
            };
            added.map_err(|bad| (item.span(), Problem::BadMask(bad)))?;
        }
    }
    Ok(rules)
}
