//! Transcripts of logins, each rule of protocol.md §5 as one: a made-up world answers what the flow asks for, and what
//! it did is written down line by line.

use std::fmt::Write as _;

use url::Url;

use super::keys::{ClientId, Keys, Method, Source, Tokens};
use super::*;
use crate::mcp::http::Verb;

mod grants;
mod refusals;
mod rules;

const MCP: &str = "https://mcp.example/public/mcp";
const AS: &str = "https://as.example";
const NOW: i64 = 1_000_000;
const REDIRECT: &str = "http://127.0.0.1:4711/callback";
const HEADER: &str = r#"Bearer resource_metadata="https://mcp.example/prm""#;

/// A world: what is at which address, and what people bring back.
struct World {
    settings: Settings,
    keys: Keys,
    status: u16,
    challenge: Option<&'static str>,
    weak: Option<Tokens>,
    refreshes: bool,
    /// `(method and address, status, body)`; what is not there is 404.
    places: Vec<(String, u16, String)>,
    /// What the person comes back with, `STATE` standing for the state of the question.
    back: Vec<&'static str>,
    bound: bool,
}

/// What a login did.
struct Told {
    lines: Vec<String>,
    /// Requests, as `POST address form`, secrets and all.
    requests: Vec<String>,
    visited: Option<Url>,
    tokens: Option<Tokens>,
    failed: Option<(String, Option<String>)>,
    clients: Vec<(String, Option<ClientId>)>,
    hops: Vec<Hop>,
}

fn prm(resource: &str, issuer: &str, more: &str) -> String {
    format!(r#"{{"resource":"{resource}","authorization_servers":["{issuer}"]{more}}}"#)
}

fn server(issuer: &str, more: &str) -> String {
    format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/authorize","token_endpoint":"{issuer}/token","registration_endpoint":"{issuer}/register","code_challenge_methods_supported":["S256"]{more}}}"#
    )
}

const TOKEN: &str =
    r#"{"access_token":"T0KEN","token_type":"bearer","expires_in":60,"refresh_token":"R3FRESH"}"#;

impl World {
    /// A world in which everything is as it should be.
    fn new() -> Self {
        let mut world = Self {
            settings: Settings {
                person: Person::Asked,
                ..Settings::default()
            },
            keys: Keys::default(),
            status: 401,
            challenge: Some(HEADER),
            weak: None,
            refreshes: true,
            places: Vec::new(),
            back: vec!["http://127.0.0.1:4711/callback?code=C0DE&state=STATE"],
            bound: false,
        };
        world.at("GET https://mcp.example/prm", 200, &prm(MCP, AS, ""));
        world.at(
            "GET https://as.example/.well-known/oauth-authorization-server",
            200,
            &server(AS, ""),
        );
        world.at(
            "POST https://as.example/register",
            201,
            r#"{"client_id":"me"}"#,
        );
        world.at("POST https://as.example/token", 200, TOKEN);
        world
    }

    /// Puts something at a place, instead of what was there.
    fn at(&mut self, place: &str, status: u16, body: &str) -> &mut Self {
        self.places.retain(|(other, ..)| other != place);
        self.places
            .push((place.to_owned(), status, body.to_owned()));
        self
    }

    fn without(&mut self, place: &str) -> &mut Self {
        self.places.retain(|(other, ..)| other != place);
        self
    }

    fn login(&self) -> Told {
        let found = self.challenge.map(|value| challenges([value]));
        let mut flow = Flow::new(Setup {
            server: Url::parse(MCP).unwrap(),
            settings: self.settings.clone(),
            keys: self.keys.clone(),
            status: self.status,
            challenge: found.and_then(|found| of_oauth(&found).cloned()),
            weak: self.weak.clone(),
            refreshes: self.refreshes,
            attempt: 1,
            chance: Chance::of(&[7; 80]),
            proofs: self.bound.then(|| Proofs::new().unwrap().into()),
        });
        let mut told = Told {
            lines: Vec::new(),
            requests: Vec::new(),
            visited: None,
            tokens: None,
            failed: None,
            clients: Vec::new(),
            hops: Vec::new(),
        };
        let mut back = self.back.iter();
        let mut outputs = std::collections::VecDeque::from(flow.begin());
        let mut exchange = 0;
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Hop(hop) => {
                    told.lines
                        .push(crate::note::Note::Login(hop.clone()).sentence());
                    told.hops.push(hop);
                }
                Output::Fetch(fetch) => {
                    exchange += 1;
                    outputs.extend(self.fetch(&mut flow, exchange, &fetch, &mut told));
                }
                Output::Listen(port) => {
                    let redirect = port.map_or_else(
                        || REDIRECT.to_owned(),
                        |port| format!("http://127.0.0.1:{port}/callback"),
                    );
                    outputs.extend(flow.listening(&redirect));
                }
                Output::Visit(url) => {
                    assert!(flow.is_waiting());
                    let state = url.query_pairs().find(|(name, _)| name == "state");
                    let state = state.unwrap().1.into_owned();
                    told.visited = Some(url);
                    for text in back.by_ref() {
                        outputs.extend(flow.came_back(NOW + 5, &text.replace("STATE", &state)));
                    }
                }
                Output::Client(issuer, client) => told.clients.push((issuer, client)),
                Output::Done(tokens) => told.tokens = Some(*tokens),
                Output::Failed { what, hint } => told.failed = Some((what, hint)),
            }
        }
        // Whatever happens: nothing that is recorded holds a secret.
        let recorded = told
            .hops
            .iter()
            .map(|hop| crate::note::Note::Login(hop.clone()).to_json())
            .collect::<String>();
        let chance = Chance::of(&[7; 80]);
        for secret in [
            "T0KEN",
            "R3FRESH",
            "C0DE",
            "S3CRET",
            &chance.state,
            &chance.verifier,
        ] {
            assert!(!recorded.contains(secret), "{secret} in {recorded}");
        }
        told
    }

    fn fetch(&self, flow: &mut Flow, exchange: u32, fetch: &Fetch, told: &mut Told) -> Vec<Output> {
        let place = format!("{} {}", fetch.verb.word(), fetch.url);
        let mut request = place.clone();
        if let Some(body) = &fetch.body {
            write!(request, " {}", body.reveal()).unwrap();
        }
        for (name, value) in &fetch.headers {
            if name == "authorization" {
                write!(request, " [{value}]").unwrap();
            }
        }
        told.requests.push(request);
        assert_eq!(fetch.body.is_some(), fetch.verb == Verb::Post);
        let found = self.places.iter().find(|(other, ..)| *other == place);
        match found {
            Some((_, 0, what)) => flow.unreachable(NOW, exchange, what),
            Some((_, status @ 300..=399, to)) => {
                let headers = [("location".to_owned(), to.clone())];
                flow.answered(NOW, exchange, *status, &headers, b"")
            }
            Some((_, status, body)) => {
                let mut headers = Vec::new();
                if body.contains("use_dpop_nonce") {
                    headers.push(("DPoP-Nonce".to_owned(), "n0nce".to_owned()));
                }
                flow.answered(NOW, exchange, *status, &headers, body.as_bytes())
            }
            None => flow.answered(NOW, exchange, 404, &[], b""),
        }
    }
}

impl Told {
    /// Why it failed.
    fn why(&self) -> &str {
        let (what, _) = self.failed.as_ref().expect("it did not fail");
        assert!(self.tokens.is_none());
        what
    }

    /// The requests, only where they went.
    fn places(&self) -> Vec<&str> {
        let words = |request: &'_ String| {
            let end = request.match_indices(' ').nth(1).map(|(at, _)| at);
            end.unwrap_or(request.len())
        };
        self.requests.iter().map(|one| &one[..words(one)]).collect()
    }

    /// A parameter of the address that a person opened.
    fn asked(&self, name: &str) -> Option<String> {
        let pairs: Vec<_> = self.visited.as_ref()?.query_pairs().collect();
        let mut found = pairs.iter().filter(|(other, _)| other == name);
        let value = found.next().map(|(_, value)| value.clone().into_owned());
        assert!(found.next().is_none(), "{name} stands there twice");
        value
    }

    /// A parameter of the last form that was sent.
    fn sent(&self, name: &str) -> Option<String> {
        let request = self.requests.last()?;
        let body = request.splitn(3, ' ').nth(2)?.split(" [").next()?;
        url::form_urlencoded::parse(body.as_bytes())
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// A token from before.
fn old(issuer: &str, client: &str) -> Tokens {
    Tokens {
        issuer: issuer.into(),
        server: MCP.into(),
        client: client.into(),
        access: Secret::new("0LD"),
        kind: "Bearer".into(),
        refresh: Some(Secret::new("0LDR")),
        expires: Some(NOW - 1),
        requested: Some("read".into()),
        granted: None,
    }
}

fn registered(id: &str, port: u16) -> ClientId {
    ClientId {
        id: id.into(),
        secret: None,
        method: Method::None,
        redirect: Some(format!("http://127.0.0.1:{port}/callback")),
        source: Source::Registered,
    }
}
