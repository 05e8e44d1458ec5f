//! Scripts that are about 2026-07-28 only.

use super::NOBODY;
use super::asks::handshake;
use super::known::Known;
use super::script::{Edit, Meta, Step};
use crate::json::quote;
use crate::mcp::http::headers;
use crate::mcp::meta;
use crate::mcp::revision::Revision;
use crate::mcp::types::List;

/// A version that never was.
pub const NEVER: &str = "1999-12-31";

pub fn discover(_: &Known) -> Vec<Step> {
    vec![Step::ask("discover", "server/discover", "{}")]
}

pub fn initialize(_: &Known) -> Vec<Step> {
    let params = handshake(Revision::NEWEST_LEGACY.as_str());
    vec![Step::ask("initialize", "initialize", params).meta(Meta::Nothing)]
}

/// A list that is there, or what always is.
fn any(known: &Known) -> &'static str {
    known
        .declared()
        .next()
        .map_or("server/discover", List::method)
}

pub fn missing_meta(known: &Known) -> Vec<Step> {
    let method = any(known);
    let ask = |name: &str, meta| Step::ask(name, method, "{}").meta(meta);
    let mut steps = vec![
        ask("no version", Meta::Without(meta::PROTOCOL_VERSION)),
        ask("no capabilities", Meta::Without(meta::CLIENT_CAPABILITIES)),
    ];
    // A server of both eras takes such a request for one of the other era.
    if known.both == Some(false) {
        steps.push(ask("nothing", Meta::Nothing));
    } else if !known.http {
        steps.remove(0);
    }
    steps
}

pub fn no_client_info(known: &Known) -> Vec<Step> {
    let without = Meta::Without(meta::CLIENT_INFO);
    vec![Step::ask("ask", any(known), "{}").meta(without)]
}

pub fn unsupported_version(known: &Known) -> Vec<Step> {
    vec![Step::ask("ask", any(known), "{}").meta(Meta::Version(NEVER))]
}

pub fn undeclared_task(known: &Known) -> Vec<Step> {
    if !known.has_tasks() {
        return Vec::new();
    }
    let params = format!("{{\"taskId\":{}}}", quote(NOBODY));
    vec![
        Step::ask("undeclared", "tasks/get", params.clone()),
        Step::ask("result", "tasks/result", params).meta(Meta::Tasks),
    ]
}

pub fn header_mismatch(known: &Known) -> Vec<Step> {
    let method = any(known);
    let ask = |name: &str, edit| Step::ask(name, method, "{}").with(edit);
    let mut steps = vec![
        ask(
            "another version",
            Edit::Set("mcp-protocol-version".to_owned(), "2025-11-25".to_owned()),
        ),
        ask(
            "another method",
            Edit::Set(
                "mcp-method".to_owned(),
                "mcpscope/no-such-method".to_owned(),
            ),
        ),
        ask("no method", Edit::Drop("mcp-method".to_owned())),
    ];
    // A server of both eras goes by the header.
    if known.both != Some(false) {
        steps.remove(0);
    }
    if known.both == Some(false) {
        steps.push(ask(
            "no version",
            Edit::Drop("mcp-protocol-version".to_owned()),
        ));
    }
    if known.has("tools") {
        let params = format!("{{\"name\":{},\"arguments\":{{}}}}", quote(NOBODY));
        let call = |name: &str, edit| Step::ask(name, "tools/call", params.clone()).with(edit);
        let other = Edit::Set("mcp-name".to_owned(), "another-thing".to_owned());
        steps.push(call("another name", other));
        steps.push(call("no name", Edit::Drop("mcp-name".to_owned())));
    }
    steps
}

pub fn header_case(known: &Known) -> Vec<Step> {
    vec![Step::ask("ask", any(known), "{}").with(Edit::Dress)]
}

pub fn method_case(known: &Known) -> Vec<Step> {
    let method = any(known);
    let shouted = Edit::Set("mcp-method".to_owned(), method.to_ascii_uppercase());
    vec![Step::ask("ask", method, "{}").with(shouted)]
}

pub fn encoded_name(known: &Known) -> Vec<Step> {
    if !known.has("tools") {
        return Vec::new();
    }
    let name = format!("{NOBODY}-größe");
    let params = format!("{{\"name\":{},\"arguments\":{{}}}}", quote(&name));
    vec![Step::ask("call", "tools/call", params)]
}

pub fn argument_header(known: &Known) -> Vec<Step> {
    let marked = known.callable().find_map(|tool| {
        let params = headers::params(tool.input_schema()).ok()?;
        let param = params.into_iter().find(|param| param.path.len() == 1)?;
        Some((tool, param))
    });
    let Some((tool, param)) = marked else {
        return Vec::new();
    };
    let (value, other) = match param.kind.as_str() {
        "integer" => ("7", "8"),
        "boolean" => ("true", "false"),
        _ => ("\"mcpscope\"", "another"),
    };
    // Nothing else is given, so that what takes it all the same has nothing to work with.
    let params = format!(
        "{{\"name\":{},\"arguments\":{{{}:{value}}}}}",
        quote(&tool.name),
        quote(&param.path[0])
    );
    let header = param.header.to_ascii_lowercase();
    let call = |name: &str, edit| Step::ask(name, "tools/call", params.clone()).with(edit);
    vec![
        call("another value", Edit::Set(header.clone(), other.to_owned())),
        call("no header", Edit::Drop(header)),
    ]
}
