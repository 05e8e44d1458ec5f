//! Scripts that are about HTTP itself: verbs, headers, sessions, logins.

use super::NOBODY;
use super::known::Known;
use super::modern::NEVER;
use super::script::{Edit, Sends, Step};
use crate::mcp::http::Verb;

/// A page of somebody else's.
const FOREIGN: &str = "mcpscope.example";

fn harmless(known: &Known, name: &str) -> Step {
    let (method, params) = known.harmless();
    Step::ask(name, method, params)
}

fn set(name: &str, value: impl Into<String>) -> Edit {
    Edit::Set(name.to_owned(), value.into())
}

fn drop(name: &str) -> Edit {
    Edit::Drop(name.to_owned())
}

pub fn get_stream(_: &Known) -> Vec<Step> {
    vec![Step::new("get", vec![Sends::Verb(Verb::Get)])]
}

pub fn old_verbs(known: &Known) -> Vec<Step> {
    // A server of both eras keeps them for the other one.
    if known.both != Some(false) {
        return Vec::new();
    }
    vec![
        Step::new("get", vec![Sends::Verb(Verb::Get)]),
        Step::new("delete", vec![Sends::Verb(Verb::Delete)]),
    ]
}

pub fn bad_version_header(known: &Known) -> Vec<Step> {
    vec![harmless(known, "ask").with(set("mcp-protocol-version", NEVER))]
}

pub fn no_version_header(known: &Known) -> Vec<Step> {
    vec![harmless(known, "ask").with(drop("mcp-protocol-version"))]
}

pub fn no_session(known: &Known) -> Vec<Step> {
    let other = set("mcp-session-id", NOBODY);
    vec![
        harmless(known, "none").with(drop("mcp-session-id")),
        harmless(known, "another's").with(other),
    ]
}

pub fn ended_session(known: &Known) -> Vec<Step> {
    vec![
        Step::new("delete", vec![Sends::Verb(Verb::Delete)]),
        harmless(known, "then"),
    ]
}

pub fn foreign_origin(known: &Known) -> Vec<Step> {
    let origin = set("origin", format!("http://{FOREIGN}"));
    vec![harmless(known, "ask").with(origin)]
}

pub fn foreign_host(known: &Known) -> Vec<Step> {
    if !known.local {
        return Vec::new();
    }
    vec![harmless(known, "ask").with(set("host", FOREIGN))]
}

pub fn wrong_types(known: &Known) -> Vec<Step> {
    vec![
        harmless(known, "text/plain").with(set("content-type", "text/plain")),
        harmless(known, "text/html").with(set("accept", "text/html")),
    ]
}

pub fn garbage_token(known: &Known) -> Vec<Step> {
    if !known.token {
        return Vec::new();
    }
    let token = set("authorization", format!("Bearer {NOBODY}"));
    vec![
        harmless(known, "none").with(Edit::Anonymous),
        harmless(known, "garbage").with(Edit::Anonymous).with(token),
    ]
}
