//! RULES: the one table of rules, put together from its groups.

use std::sync::LazyLock;

use super::rule::Rule;

mod stdio;
mod tools;
mod wire;

/// Every rule, group by group.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    [wire::RULES, stdio::RULES, tools::RULES]
        .into_iter()
        .flatten()
        .collect()
});
