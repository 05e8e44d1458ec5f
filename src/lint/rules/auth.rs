//! Logins: challenges, and what the steps of a login found.

use std::collections::{BTreeSet, HashMap};

use crate::json;
use crate::lint::rule::{Check, Grade, Rule, Watch};
use crate::lint::seen::{Seen, Told};
use crate::mcp::auth::{Challenge, challenges};
use crate::mcp::revision::Revision::{self, V2025_11_25, V2026_07_28};
use crate::note::Note;
use crate::note::http::Step;
use crate::note::login::Hop;

use super::http::is_here;

/// See the module. Nobody knows the revision yet when the first challenge comes; its request's header tells.
pub const RULES: &[Rule] = &[
    Rule {
        name: "refusal-has-a-challenge",
        checks: &[177],
        section: "basic/authorization",
        what: "A 401 has a `WWW-Authenticate` header.",
        why: "Clients do not learn how to log in, and show the status only.",
        fix: "Answer `WWW-Authenticate: Bearer resource_metadata=\"https://…/.well-known/oauth-protected-resource\"`.",
        check: Check::Entry(challenged),
        ..Rule::ROW
    },
    Rule {
        name: "challenge-names-its-scope",
        checks: &[181],
        grade: Grade::WARNING,
        section: "basic/authorization Scope Challenge Handling",
        what: "A challenge says which `scope` is needed; one for a wider scope also `resource_metadata`.",
        why: "Clients ask for all scopes or for none, and are refused again.",
        fix: "Add `scope=\"…\"` to the challenge.",
        check: Check::Entry(scoped),
        ..Rule::ROW
    },
    Rule {
        name: "scopes-come-at-once",
        checks: &[182],
        grade: Grade::WARNING,
        section: "basic/authorization Scope Challenge Handling",
        what: "One challenge names all scopes that a request needs; the same request is not refused for another one.",
        why: "People log in again and again for one call, and clients give up after a few times.",
        fix: "Name every scope that the operation needs in its first challenge.",
        check: Check::Watch(|| Box::new(Scopes::default())),
        ..Rule::ROW
    },
    Rule {
        name: "no-offline-access-in-challenges",
        checks: &[183],
        grade: Grade::WARNING,
        section: "basic/authorization Refresh Tokens",
        what: "`offline_access` is in no challenge and no `scopes_supported` of the resource.",
        why: "It is no permission of the server; whether to stay logged in is the client's business.",
        fix: "Take it out; the authorization server lists it.",
        check: Check::Entry(offline),
        ..Rule::ROW
    },
    Rule {
        name: "resource-metadata-is-whole",
        checks: &[178],
        section: "basic/authorization Authorization Server Location",
        what: "The metadata of a protected resource names the resource and at least one authorization server.",
        why: "Clients do not know where to log in, or refuse to send a token elsewhere.",
        fix: "Answer `{\"resource\": \"https://…/mcp\", \"authorization_servers\": [\"https://…\"]}`.",
        check: Check::Entry(resource_metadata),
        ..Rule::ROW
    },
    Rule {
        name: "login-has-pkce",
        checks: &[180],
        section: "basic/authorization Security Considerations",
        what: "The authorization server offers the code challenge S256, and its endpoints are https.",
        why: "Clients must not go on without.",
        fix: "List `\"code_challenge_methods_supported\": [\"S256\"]`.",
        check: Check::Entry(pkce),
        ..Rule::ROW
    },
    Rule {
        name: "login-takes-new-clients",
        checks: &[186],
        grade: Grade::WARNING,
        section: "basic/authorization Client Registration",
        what: "The authorization server takes client metadata documents, or registers clients.",
        why: "Clients that the server does not know beforehand cannot log in.",
        fix: "Support `client_id_metadata_document_supported`, or a `registration_endpoint`.",
        check: Check::Entry(registers),
        ..Rule::ROW
    },
];

/// A refused request: its status, its challenges, whether there were any at all, and the revision it spoke.
struct Refused {
    status: u16,
    bearer: Option<Challenge>,
    any: bool,
    revision: Option<Revision>,
}

fn refused(seen: &Seen<'_>) -> Option<Refused> {
    let Some(Step::Response {
        status: status @ (401 | 403),
        headers,
        ..
    }) = seen.step()
    else {
        return None;
    };
    let values = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
        .map(|(_, value)| value.as_str());
    let found = challenges(values);
    Some(Refused {
        status: *status,
        any: !found.is_empty(),
        bearer: found.into_iter().find(|one| one.is("Bearer")),
        revision: seen
            .revision()
            .or_else(|| seen.hop().and_then(|hop| hop.revision)),
    })
}

fn challenged(seen: &Seen<'_>, told: &mut Told) {
    if let Some(refused) = refused(seen).filter(|refused| refused.status == 401) {
        told.demand(refused.any, "", || {
            "401 without WWW-Authenticate".to_owned()
        });
    }
}

fn scoped(seen: &Seen<'_>, told: &mut Told) {
    let Some(refused) = refused(seen) else { return };
    let Some(bearer) = &refused.bearer else {
        return;
    };
    if refused
        .revision
        .is_none_or(|revision| revision < V2025_11_25)
    {
        return;
    }
    let widens = bearer.get("error") == Some("insufficient_scope");
    if refused.status == 403 && !widens {
        return;
    }
    told.demand(bearer.get("scope").is_some(), "", || {
        format!("the challenge of {} names no scope", refused.status)
    });
    if widens && bearer.get("resource_metadata").is_none() {
        told.wrong("", "insufficient_scope without resource_metadata");
    }
}

/// Operations that are remembered.
const REMEMBERED: usize = 1_000;

/// The scopes that challenges named, by connection, method, and what it is about.
#[derive(Default)]
struct Scopes {
    named: HashMap<(u32, Box<str>, Box<str>), BTreeSet<String>>,
}

impl Watch for Scopes {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let Some(refused) = refused(seen) else { return };
        let modern = refused.revision == Some(V2026_07_28);
        let carried = seen.hop().and_then(|hop| hop.carries.as_ref());
        let scope = refused
            .bearer
            .as_ref()
            .and_then(|bearer| bearer.get("scope"));
        let (Some(carried), Some(scope), true) = (carried, scope, modern) else {
            return;
        };
        let scopes: BTreeSet<String> = scope.split_whitespace().map(str::to_owned).collect();
        let what = carried.named.clone().unwrap_or_default();
        let operation = (seen.entry.conn, carried.method.clone(), what);
        if self.named.len() >= REMEMBERED {
            self.named.clear();
        }
        let before = self
            .named
            .entry(operation)
            .or_insert_with(|| scopes.clone());
        let new: Vec<&str> = scopes.difference(before).map(String::as_str).collect();
        let words = format!("{} needs {} too", carried.method, new.join(" "));
        told.demand(new.is_empty(), "", || words);
        before.extend(scopes);
    }
}

/// What a step of a login got, when it went well and its name has this word.
fn got<'a>(seen: &'a Seen<'_>, word: &str) -> Option<&'a str> {
    match seen.note()? {
        Note::Login(Hop::Tried {
            step,
            got: Some(got),
            ..
        }) if step.contains(word) => Some(got)
            .filter(|got| json::check(got.as_bytes()).is_ok())
            .map(String::as_str),
        _ => None,
    }
}

fn resource(seen: &Seen<'_>) -> Option<Vec<u8>> {
    got(seen, "resource metadata").map(|got| got.as_bytes().to_vec())
}

/// The metadata of an authorization server; they are known by their endpoints.
fn server(seen: &Seen<'_>) -> Option<Vec<u8>> {
    let raw = got(seen, "metadata")?.as_bytes();
    json::get(raw, &["authorization_endpoint"])?;
    Some(raw.to_vec())
}

fn offline(seen: &Seen<'_>, told: &mut Told) {
    let has = |list: &str| {
        list.split_whitespace()
            .any(|scope| scope == "offline_access")
    };
    if let Some(refused) = refused(seen)
        && refused.revision == Some(V2026_07_28)
        && let Some(bearer) = &refused.bearer
    {
        let asks = bearer.get("scope").is_some_and(has);
        told.demand(!asks, "", || {
            "the challenge names offline_access".to_owned()
        });
    }
    if let Some(raw) = resource(seen) {
        let scopes = json::get(&raw, &["scopes_supported"]).unwrap_or_default();
        let lists = json::elements(scopes)
            .filter_map(json::string)
            .any(|scope| scope == "offline_access");
        told.demand(!lists, "", || {
            "the resource's scopes_supported has offline_access".to_owned()
        });
    }
}

fn resource_metadata(seen: &Seen<'_>, told: &mut Told) {
    let Some(raw) = resource(seen) else { return };
    let servers = json::get(&raw, &["authorization_servers"]).unwrap_or_default();
    let named = json::string_at(&raw, &["resource"]).is_some();
    let fits = named && json::elements(servers).next().is_some();
    told.demand(fits, "", || {
        "the metadata lacks resource or authorization_servers".to_owned()
    });
}

fn pkce(seen: &Seen<'_>, told: &mut Told) {
    let Some(raw) = server(seen) else { return };
    let methods = json::get(&raw, &["code_challenge_methods_supported"]).unwrap_or_default();
    let offers = json::elements(methods)
        .filter_map(json::string)
        .any(|method| method == "S256");
    told.demand(offers, "", || "S256 is not offered".to_owned());
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "registration_endpoint",
    ] {
        let Some(text) = json::string_at(&raw, &[name]) else {
            continue;
        };
        let safe = url::Url::parse(&text)
            .is_ok_and(|url| url.scheme() == "https" || url.host_str().is_some_and(is_here));
        if !safe {
            told.wrong("", format!("{name} is {text}"));
        }
    }
}

fn registers(seen: &Seen<'_>, told: &mut Told) {
    let Some(raw) = server(seen) else { return };
    let documents = json::get(&raw, &["client_id_metadata_document_supported"])
        .and_then(json::boolean)
        == Some(true);
    let registers = json::get(&raw, &["registration_endpoint"]).is_some();
    told.demand(documents || registers, "", || {
        "neither client metadata documents nor registration".to_owned()
    });
}
