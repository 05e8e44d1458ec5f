//! RULES: the one table of rules, put together from its groups.

use std::sync::LazyLock;

use super::rule::Rule;

mod asking;
mod auth;
mod clients;
mod content;
mod errors;
mod extensions;
mod http;
mod life;
mod lifecycle;
mod listen;
mod logging;
mod paging;
mod probed;
mod progress;
mod quality;
mod references;
mod resources;
mod sampling;
mod schemas;
mod stdio;
mod tasks;
mod tools;
mod wire;

/// Groups of rules: the file they stand in, and its rows.
pub static GROUPS: &[(&str, &[Rule])] = &[
    ("wire", wire::RULES),
    ("errors", errors::RULES),
    ("lifecycle", lifecycle::RULES),
    ("stdio", stdio::RULES),
    ("life", life::RULES),
    ("http", http::RULES),
    ("auth", auth::RULES),
    ("tools", tools::RULES),
    ("schemas", schemas::RULES),
    ("content", content::RULES),
    ("resources", resources::RULES),
    ("paging", paging::RULES),
    ("progress", progress::RULES),
    ("logging", logging::RULES),
    ("asking", asking::RULES),
    ("sampling", sampling::RULES),
    ("tasks", tasks::RULES),
    ("listen", listen::RULES),
    ("extensions", extensions::RULES),
    ("quality", quality::RULES),
    ("probed", probed::RULES),
    ("probed-http", probed::http::RULES),
    ("probed-modern", probed::modern::RULES),
    ("client", clients::RULES),
    ("client-order", clients::order::RULES),
    ("client-answers", clients::answers::RULES),
    ("client-fitting", clients::fitting::RULES),
    ("client-headers", clients::headers::RULES),
];

/// Every rule, group by group.
pub static RULES: LazyLock<Vec<&'static Rule>> =
    LazyLock::new(|| GROUPS.iter().flat_map(|(_, rules)| *rules).collect());
