//! An MCP server behind a login, and its authorization server, both on loopback: tokens, codes and secrets it gives out
//! all contain [`CANARY`], so that a test can look for them where they must not be.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use super::LIMIT;
use super::web::{Asked, Reply, Web, behave_modern};

/// Stands in every secret.
pub const CANARY: &str = "CANARY";

/// How it behaves, and what has happened so far.
#[derive(Debug, Default)]
pub struct State {
    /// How long tokens live, in seconds.
    pub expires_in: i64,
    /// Whether it refuses every token.
    pub refuses_all: bool,
    /// The scope that `tools/call` needs.
    pub call_needs: Option<&'static str>,
    /// Whether it gives refresh tokens.
    pub refreshes: bool,
    /// Whether it takes none.
    pub refuses_refresh: bool,
    /// Whether clients may ask for themselves.
    pub takes_clients: bool,
    /// Whether it has moved: to the same path with a slash behind it.
    pub moved: bool,
    /// Tokens that are good, with their scope.
    pub good: Vec<(String, String)>,
    /// Codes that can be used, with their scope and challenge.
    codes: Vec<(String, String)>,
    given: u32,
}

/// See the module.
pub struct Guarded {
    pub web: Web,
    pub state: Arc<Mutex<State>>,
}

impl Guarded {
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State {
            expires_in: 3600,
            refreshes: true,
            ..State::default()
        }));
        let theirs = Arc::clone(&state);
        let web = Web::new(move |asked, reply| serve(&theirs, asked, reply));
        Self { web, state }
    }

    pub fn url(&self) -> String {
        self.web.url("/mcp")
    }

    /// No token is good any more.
    pub fn expire(&self) {
        self.state.lock().unwrap().good.clear();
    }

    pub fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    /// What was asked of it, beside the stream of the handshake era: method and path, or the message's method.
    pub fn lines(&self) -> Vec<String> {
        let asked = self.web.asked();
        let line = |asked: &Asked| match asked.rpc().as_str() {
            "" => format!(
                "{} {}",
                asked.method,
                asked.path.split('?').next().unwrap_or_default()
            ),
            rpc => rpc.to_owned(),
        };
        asked.iter().map(line).collect()
    }

    /// How often something was asked.
    pub fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|other| *other == line).count()
    }
}

/// What a browser does: opens the page, and follows where it is sent, unless `stays`. Gives the address it ends at.
pub fn browse(url: &str, stays: bool) -> String {
    let (status, location) = get(url);
    assert_eq!(status, 302, "{url}");
    if !stays {
        assert_eq!(get(&location).0, 200);
    }
    location
}

fn get(url: &str) -> (u16, String) {
    let url = url::Url::parse(url).unwrap();
    let at = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let target = url[url::Position::BeforePath..].to_owned();
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nhost: {}:{}\r\nconnection: close\r\n\r\n",
        at.0, at.1
    )
    .unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the page is cut");
        answer.extend_from_slice(&piece[..count]);
    }
    let head = String::from_utf8_lossy(&answer).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let location = head
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    (status, location.unwrap_or_default().to_owned())
}

fn serve(state: &Mutex<State>, asked: &Asked, reply: &mut Reply) {
    let state = &mut *state.lock().unwrap();
    let base = format!("http://{}", asked.header("host").unwrap_or_default());
    let path = asked.path.split('?').next().unwrap_or_default();
    let json = [("content-type", "application/json")];
    match (asked.method.as_str(), path) {
        (_, "/mcp") if state.moved => reply.send(307, &[("location", "/mcp/")], ""),
        (_, "/mcp" | "/mcp/") => guard(state, &base, asked, reply),
        (_, "/.well-known/oauth-protected-resource/mcp") => reply.send(
            200,
            &json,
            &format!(r#"{{"resource":"{base}/mcp","authorization_servers":["{base}/as"],"scopes_supported":["read"]}}"#),
        ),
        (_, "/.well-known/oauth-authorization-server/as") => reply.send(
            200,
            &json,
            &format!(
                r#"{{"issuer":"{base}/as","authorization_endpoint":"{base}/as/authorize","token_endpoint":"{base}/as/token","registration_endpoint":"{base}/as/register","code_challenge_methods_supported":["S256"],"token_endpoint_auth_methods_supported":["client_secret_post"]}}"#
            ),
        ),
        ("POST", "/as/register") => reply.send(
            201,
            &json,
            &format!(r#"{{"client_id":"client-1","client_secret":"secret-{CANARY}","token_endpoint_auth_method":"client_secret_post"}}"#),
        ),
        ("GET", "/as/authorize") => authorize(state, asked, reply),
        ("POST", "/as/token") => token(state, asked, reply),
        _ => reply.send(404, &[], ""),
    }
}

fn guard(state: &mut State, base: &str, asked: &Asked, reply: &mut Reply) {
    let sent = asked
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let good = state
        .good
        .iter()
        .find(|(token, _)| Some(token.as_str()) == sent);
    let scope = good
        .filter(|_| !state.refuses_all)
        .map(|(_, scope)| scope.clone());
    let place = format!("resource_metadata=\"{base}/.well-known/oauth-protected-resource/mcp\"");
    let needs = state.call_needs.filter(|_| asked.rpc() == "tools/call");
    match (scope, needs) {
        (None, _) => {
            let value = format!("Bearer error=\"invalid_token\", {place}");
            reply.send(401, &[("www-authenticate", &value)], "");
        }
        (Some(scope), Some(needs)) if !scope.split(' ').any(|word| word == needs) => {
            let value = format!("Bearer error=\"insufficient_scope\", scope=\"{needs}\", {place}");
            reply.send(403, &[("www-authenticate", &value)], "");
        }
        _ => behave_modern(asked, reply),
    }
}

fn parameter(form: &[u8], name: &str) -> String {
    let found = url::form_urlencoded::parse(form).find(|(other, _)| other == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn authorize(state: &mut State, asked: &Asked, reply: &mut Reply) {
    let query = asked.path.split_once('?').unwrap_or_default().1.as_bytes();
    let get = |name: &str| parameter(query, name);
    state.given += 1;
    let code = format!("code-{CANARY}-{}", state.given);
    state.codes.push((code.clone(), get("scope")));
    let to = format!("{}?code={code}&state={}", get("redirect_uri"), get("state"));
    reply.send(302, &[("location", &to)], "");
}

fn token(state: &mut State, asked: &Asked, reply: &mut Reply) {
    let json = [("content-type", "application/json")];
    let get = |name: &str| parameter(&asked.body, name);
    let scope = match get("grant_type").as_str() {
        "authorization_code" => {
            let code = get("code");
            let found = state.codes.iter().position(|(other, _)| *other == code);
            found.map(|place| state.codes.remove(place).1)
        }
        "refresh_token" if get("refresh_token").contains(CANARY) && !state.refuses_refresh => {
            Some("read".to_owned())
        }
        "client_credentials" if state.takes_clients => Some(get("scope")),
        _ => None,
    };
    let Some(scope) = scope.filter(|_| get("client_secret").contains(CANARY)) else {
        return reply.send(400, &json, r#"{"error":"invalid_grant"}"#);
    };
    state.given += 1;
    let claims = format!(r#"{{"aud":"here","n":{}}}"#, state.given);
    // A JWT, so that what is shown of it can be told from what must not be.
    let token = format!(
        "{}.{}.signature-{CANARY}",
        BASE64.encode(r#"{"alg":"none"}"#),
        BASE64.encode(claims)
    );
    state.good.push((token.clone(), scope));
    let refresh = if state.refreshes {
        format!(r#","refresh_token":"refresh-{CANARY}-{}""#, state.given)
    } else {
        String::new()
    };
    let body = format!(
        r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{}{refresh}}}"#,
        state.expires_in
    );
    reply.send(200, &json, &body);
}
