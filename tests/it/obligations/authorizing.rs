//! Logging in: a flow played against an authorization server that is a table of answers.

use std::collections::VecDeque;

use mcpscope::json;
use mcpscope::mcp::auth::{
    Chance, Fetch, Flow, Keys, Output, Person, Secret, Settings, Setup, Tokens, challenges,
    of_oauth,
};
use mcpscope::mcp::http::Verb;
use url::Url;

const SERVER: &str = "https://h.example/mcp";
const ISSUER: &str = "https://as.example";
const BACK: &str = "http://127.0.0.1:5000/callback";

/// What the servers of a login say.
#[derive(Clone)]
struct World {
    resource: String,
    metadata: String,
}

impl World {
    fn new() -> Self {
        Self {
            resource: resource(SERVER, ISSUER),
            metadata: metadata(ISSUER, ""),
        }
    }

    fn answer(&self, fetch: &Fetch) -> (u16, String) {
        let path = fetch.url.path();
        match (fetch.verb, path) {
            (Verb::Get, "/.well-known/oauth-protected-resource/mcp") => (200, self.resource.clone()),
            (Verb::Get, "/.well-known/oauth-authorization-server") => (200, self.metadata.clone()),
            (Verb::Post, "/register") => (201, r#"{"client_id":"registered"}"#.to_owned()),
            (Verb::Post, "/token") => (
                200,
                r#"{"access_token":"the-token","token_type":"Bearer","expires_in":60,"refresh_token":"the-next"}"#
                    .to_owned(),
            ),
            _ => (404, String::new()),
        }
    }
}

fn resource(server: &str, issuer: &str) -> String {
    format!(
        r#"{{"resource":"{server}","authorization_servers":["{issuer}"],"scopes_supported":["read"]}}"#
    )
}

fn metadata(issuer: &str, more: &str) -> String {
    format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{ISSUER}/authorize","token_endpoint":"{ISSUER}/token","registration_endpoint":"{ISSUER}/register"{more},"code_challenge_methods_supported":["S256"]}}"#
    )
}

fn setup(keys: Keys) -> Setup {
    let challenge = challenges([r#"Bearer error="invalid_token""#]);
    let mut bytes = [0; 80];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = at as u8;
    }
    Setup {
        server: SERVER.parse().unwrap(),
        settings: Settings {
            person: Person::Asked,
            ..Settings::default()
        },
        keys,
        status: 401,
        challenge: of_oauth(&challenge).cloned(),
        weak: None,
        refreshes: true,
        attempt: 1,
        chance: Chance::of(&bytes),
        proofs: None,
    }
}

/// A login on its way.
struct Login {
    flow: Flow,
    world: World,
    /// What was asked of servers.
    asked: Vec<Fetch>,
    /// What a person was shown.
    visited: Option<Url>,
    /// Everything else that came of it.
    out: Vec<Output>,
}

impl Login {
    fn begin(world: World, setup: Setup) -> Self {
        let mut login = Self {
            flow: Flow::new(setup),
            world,
            asked: Vec::new(),
            visited: None,
            out: Vec::new(),
        };
        let first = login.flow.begin();
        login.go(first);
        login
    }

    fn go(&mut self, outputs: Vec<Output>) {
        let mut todo = VecDeque::from(outputs);
        while let Some(output) = todo.pop_front() {
            match output {
                Output::Fetch(fetch) => {
                    let (status, body) = self.world.answer(&fetch);
                    self.asked.push(fetch);
                    let number = self.asked.len() as u32;
                    todo.extend(self.flow.answered(0, number, status, &[], body.as_bytes()));
                }
                Output::Listen(_) => todo.extend(self.flow.listening(BACK)),
                Output::Visit(url) => self.visited = Some(url),
                other => self.out.push(other),
            }
        }
    }

    /// The person comes back with this query beside the state that was sent along.
    fn comes_back(&mut self, query: &str) {
        let state = self.parameter("state");
        let address = format!("{BACK}?state={state}&{query}");
        let next = self.flow.came_back(0, &address);
        self.go(next);
    }

    /// A parameter of the address the person was shown.
    fn parameter(&self, name: &str) -> String {
        let url = self.visited.as_ref().unwrap();
        let found = url.query_pairs().find(|(other, _)| other == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }

    /// A field of the newest request for a token.
    fn field(&self, name: &str) -> Option<String> {
        let fetch = self
            .asked
            .iter()
            .rfind(|fetch| fetch.url.path() == "/token")?;
        let body = fetch.body.as_ref().unwrap().reveal().to_owned();
        let pairs = url::form_urlencoded::parse(body.as_bytes());
        pairs
            .into_owned()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    fn tokens(&self) -> Option<&Tokens> {
        self.out.iter().find_map(|output| match output {
            Output::Done(tokens) => Some(&**tokens),
            _ => None,
        })
    }

    fn failed(&self) -> Option<&str> {
        self.out.iter().find_map(|output| match output {
            Output::Failed { what, .. } => Some(what.as_str()),
            _ => None,
        })
    }
}

#[test]
fn obligation_29_the_resource_is_named_when_asking_and_when_redeeming() {
    let mut login = Login::begin(World::new(), setup(Keys::default()));
    assert_eq!(login.parameter("resource"), SERVER);
    assert_eq!(login.parameter("client_id"), "registered");
    assert_eq!(login.parameter("scope"), "read", "what the resource lists");
    login.comes_back("code=c");
    assert_eq!(login.field("resource").as_deref(), Some(SERVER));
    assert_eq!(login.field("redirect_uri").as_deref(), Some(BACK));
    let tokens = login.tokens().unwrap();
    assert_eq!(
        (tokens.issuer.as_str(), tokens.server.as_str()),
        (ISSUER, SERVER)
    );
    assert_eq!(tokens.access, Secret::new("the-token"));
}

#[test]
fn obligation_29_pkce_is_s256_or_nothing() {
    let mut login = Login::begin(World::new(), setup(Keys::default()));
    assert_eq!(login.parameter("code_challenge_method"), "S256");
    let challenge = login.parameter("code_challenge");
    login.comes_back("code=c");
    let verifier = login.field("code_verifier").unwrap();
    assert!((43..=128).contains(&verifier.len()));
    assert_ne!(verifier, challenge);
    for methods in [r#"["plain"]"#, "[]"] {
        let mut world = World::new();
        world.metadata = world.metadata.replace(r#"["S256"]"#, methods);
        let login = Login::begin(world, setup(Keys::default()));
        assert!(login.failed().unwrap().contains("PKCE"), "{methods}");
        assert_eq!(login.visited, None);
    }
}

#[test]
fn obligation_29_the_answer_must_carry_the_state_that_was_sent() {
    for address in [
        format!("{BACK}?code=c"),
        format!("{BACK}?code=c&state="),
        format!("{BACK}?code=c&state=another"),
    ] {
        let mut login = Login::begin(World::new(), setup(Keys::default()));
        let next = login.flow.came_back(0, &address);
        login.go(next);
        assert_eq!(login.tokens(), None, "{address}");
        assert_eq!(login.field("code"), None, "the code goes nowhere");
    }
}

#[test]
fn obligation_29_the_answer_must_be_of_the_issuer_that_was_asked() {
    let advertised = r#","authorization_response_iss_parameter_supported":true"#;
    for (more, query, fine) in [
        (advertised, format!("code=c&iss={ISSUER}"), true),
        (advertised, "code=c".to_owned(), false),
        (advertised, format!("code=c&iss={ISSUER}/"), false),
        ("", format!("code=c&iss={ISSUER}"), true),
        ("", "code=c".to_owned(), true),
        ("", "code=c&iss=https://evil.example".to_owned(), false),
    ] {
        let world = World {
            metadata: metadata(ISSUER, more),
            ..World::new()
        };
        let mut login = Login::begin(world, setup(Keys::default()));
        login.comes_back(&query);
        assert_eq!(
            login.tokens().is_some(),
            fine,
            "{query}, advertised: {}",
            !more.is_empty()
        );
        assert_eq!(
            login.field("code").is_some(),
            fine,
            "a code goes to nobody else"
        );
    }
    // A stranger's words are not shown as if they were the server's.
    let mut login = Login::begin(World::new(), setup(Keys::default()));
    login
        .comes_back("error=access_denied&error_description=call+555-0100&iss=https://evil.example");
    assert!(
        !login.failed().unwrap().contains("555"),
        "{:?}",
        login.failed()
    );
}

#[test]
fn obligation_29_metadata_must_be_of_whom_they_were_asked_for() {
    let world = World {
        metadata: metadata("https://other.example", ""),
        ..World::new()
    };
    let login = Login::begin(world, setup(Keys::default()));
    assert_eq!(login.visited, None);
    assert!(login.failed().is_some());
    let world = World {
        resource: resource("https://other.example/mcp", ISSUER),
        ..World::new()
    };
    let login = Login::begin(world, setup(Keys::default()));
    assert!(login.failed().unwrap().contains("other.example"));
    assert_eq!(login.visited, None);
}

#[test]
fn obligation_29_what_one_issuer_gave_is_nothing_to_another() {
    let mut login = Login::begin(World::new(), setup(Keys::default()));
    login.comes_back("code=c");
    let mut keys = Keys::default();
    for output in &login.out {
        match output {
            Output::Client(issuer, Some(client)) => keys.put_client(issuer, client.clone()),
            Output::Done(tokens) => keys.put_tokens((**tokens).clone()),
            _ => {}
        }
    }
    assert!(keys.client(ISSUER).is_some());
    assert!(keys.client("https://other.example").is_none());
    // The same issuer renews it, without a person and without registering again.
    let again = Login::begin(World::new(), setup(keys.clone()));
    assert_eq!(again.field("refresh_token").as_deref(), Some("the-next"));
    assert_eq!(again.field("resource").as_deref(), Some(SERVER));
    assert!(again.tokens().is_some());
    assert_eq!(again.visited, None);
    // The server moved to another: all of it anew.
    let other = "https://other.example";
    let world = World {
        resource: resource(SERVER, other),
        metadata: metadata(other, ""),
    };
    let moved = Login::begin(world, setup(keys));
    assert!(
        moved
            .asked
            .iter()
            .any(|fetch| fetch.url.path() == "/register")
    );
    assert_eq!(moved.field("refresh_token"), None);
    assert!(moved.visited.is_some());
}

#[test]
fn obligation_29_no_secret_is_written_down() {
    let mut login = Login::begin(World::new(), setup(Keys::default()));
    let state = login.parameter("state");
    login.comes_back("code=the-code");
    let verifier = login.field("code_verifier").unwrap();
    let told: Vec<String> = login
        .out
        .iter()
        .filter_map(|output| match output {
            Output::Hop(hop) => Some(mcpscope::note::Note::Login(hop.clone()).to_json()),
            _ => None,
        })
        .collect();
    assert!(told.len() > 5, "each step is told");
    for note in told {
        assert!(json::check(note.as_bytes()).is_ok());
        for secret in ["the-token", "the-next", "the-code", &verifier, &state] {
            assert!(!note.contains(secret), "{note}");
        }
    }
}
