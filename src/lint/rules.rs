//! RULES: the one table of rules, put together from its groups.

use std::sync::LazyLock;

use super::rule::Rule;

mod asking;
mod auth;
mod content;
mod errors;
mod extensions;
mod http;
mod life;
mod lifecycle;
mod listen;
mod logging;
mod paging;
mod progress;
mod quality;
mod resources;
mod schemas;
mod stdio;
mod tasks;
mod tools;
mod wire;

/// Every rule, group by group.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    [
        wire::RULES,
        errors::RULES,
        lifecycle::RULES,
        stdio::RULES,
        life::RULES,
        http::RULES,
        auth::RULES,
        tools::RULES,
        schemas::RULES,
        content::RULES,
        resources::RULES,
        paging::RULES,
        progress::RULES,
        logging::RULES,
        asking::RULES,
        tasks::RULES,
        listen::RULES,
        extensions::RULES,
        quality::RULES,
    ]
    .into_iter()
    .flatten()
    .collect()
});
