//! One login, from the refusal to the token: what to do next, told what happened.

use std::collections::VecDeque;
use std::sync::Arc;

use url::Url;

use super::challenge::Challenge;
use super::jwt::{Proof, Proofs};
use super::keys::{ClientId, Keys, Source, Tokens};
use super::metadata::{self, Resource, Server};
use super::requests::{self, Chance};
use super::secret::{Secret, masked_body, masked_url};
use super::{Hop, Person, Settings};
use crate::mcp::http::headers::{self, Headers};
use crate::mcp::http::{Verb, redirects};
use crate::mcp::stand_in;

mod discovery;
mod grants;

pub use grants::noted;

/// Bytes of a document that are noted.
const NOTED: usize = 16 * 1024;

/// A request to be made. Redirects are not followed by whoever makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// GET or POST.
    pub verb: Verb,
    /// Where.
    pub url: Url,
    /// Headers; the value of `authorization` is a secret, as everywhere.
    pub headers: Headers,
    /// The body, with all its secrets.
    pub body: Option<Secret>,
    /// What it is for, in words.
    pub why: &'static str,
}

/// What to do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Record this.
    Hop(Hop),
    /// Make this request, then say [`Flow::answered`] or [`Flow::unreachable`].
    Fetch(Fetch),
    /// Be ready for people who are sent back here, at this port if it is to be had; then say [`Flow::listening`].
    Listen(Option<u16>),
    /// A person has to open this address; what comes of it is for [`Flow::came_back`].
    Visit(Url),
    /// Keep who we are to an issuer, or forget it.
    Client(String, Option<ClientId>),
    /// There is a token; the login is over.
    Done(Box<Tokens>),
    /// There will be none; the login is over.
    Failed {
        /// Why.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

/// What a login begins with.
#[derive(Debug)]
pub struct Setup {
    /// The MCP server.
    pub server: Url,
    /// What a person gave.
    pub settings: Settings,
    /// What is kept of earlier logins.
    pub keys: Keys,
    /// The status of the refusal: 401 or 403; 0 when there was none, and a token is only to be renewed in time.
    pub status: u16,
    /// What the refusal says of where to log in.
    pub challenge: Option<Challenge>,
    /// The token that was refused for being too weak (403), or none.
    pub weak: Option<Tokens>,
    /// Whether a token may be had without a person by refreshing the old one.
    pub refreshes: bool,
    /// Which login it is on this connection, from 1.
    pub attempt: u32,
    /// What nobody can guess.
    pub chance: Chance,
    /// What tokens can be bound to, when both sides know how.
    pub proofs: Option<Arc<Proofs>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// Looking for what the resource says of itself.
    Resource,
    /// Looking for what the authorization server says of itself.
    Server,
    /// Renewing a token.
    Refresh,
    /// Waiting for where people are sent back to.
    Listen,
    /// Registering.
    Register,
    /// Waiting for a person.
    Visit,
    /// Getting a token.
    Token,
    /// Getting the statement of an identity provider.
    Provider,
    Over,
}

/// See the module.
pub struct Flow {
    setup: Setup,
    stage: Stage,
    /// Where to look next.
    places: VecDeque<Url>,
    /// Whom to look for next.
    issuers: VecDeque<String>,
    issuer: String,
    /// The request that is on its way.
    asked: Option<Fetch>,
    hops: u8,
    /// Whether something was unreachable or at fault, so that its absence proves nothing.
    doubtful: bool,
    /// Whether the server was taken for its own authorization server (2025-03-26).
    fallback: bool,
    resource: Option<Resource>,
    server: Server,
    client: Option<ClientId>,
    scope: Option<String>,
    redirect: String,
    /// A DPoP nonce was asked for already.
    nonced: bool,
    refreshed: bool,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nothing of what it holds.
        f.debug_struct("Flow").field("stage", &self.stage).finish()
    }
}

type Out = Vec<Output>;

impl Flow {
    /// A flow that has not begun.
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            stage: Stage::Resource,
            places: VecDeque::new(),
            issuers: VecDeque::new(),
            issuer: String::new(),
            asked: None,
            hops: 0,
            doubtful: false,
            fallback: false,
            resource: None,
            server: Server::default(),
            client: None,
            scope: None,
            redirect: String::new(),
            nonced: false,
            refreshed: false,
        }
    }

    /// The authorization server, as soon as it is known.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether what it ended in came of a refresh token, and nobody was asked.
    pub fn has_refreshed(&self) -> bool {
        self.refreshed
    }

    /// Whether it waits for a person.
    pub fn is_waiting(&self) -> bool {
        self.stage == Stage::Visit
    }

    /// The first steps.
    pub fn begin(&mut self) -> Out {
        let mut out = Vec::new();
        let challenge = self.setup.challenge.clone();
        let get = |name: &str| challenge.as_ref().and_then(|challenge| challenge.get(name));
        let mut why = match self.setup.status {
            0 => "the token expires soon".to_owned(),
            status => format!("the server answered {status}"),
        };
        for (name, word) in [
            ("error", ""),
            ("error_description", ""),
            ("scope", "scope "),
        ] {
            if let Some(value) = get(name) {
                why.extend([", ", word, value]);
            }
        }
        out.push(Output::Hop(Hop::Begin {
            attempt: self.setup.attempt,
            why,
        }));
        self.places = metadata::resource_places(&self.setup.server).into();
        match get("resource_metadata") {
            None if self.setup.status == 0 => {}
            None if self.setup.challenge.is_none() => told(
                "challenge",
                "the refusal does not say where to log in (no WWW-Authenticate for Bearer)",
                false,
                &mut out,
            ),
            None => told(
                "challenge",
                "it does not say where its metadata are (no resource_metadata)",
                // Since 2025-11-25 it need not.
                true,
                &mut out,
            ),
            Some(place) => match Url::parse(place) {
                Ok(url) => {
                    self.places.retain(|other| *other != url);
                    self.places.push_front(url);
                }
                Err(_) => told(
                    "challenge",
                    &format!("resource_metadata is no address: {place}"),
                    false,
                    &mut out,
                ),
            },
        }
        self.next_resource(&mut out);
        out
    }

    pub(super) fn fail(&mut self, what: impl Into<String>, hint: Option<&str>, out: &mut Out) {
        let (what, hint) = (what.into(), hint.map(str::to_owned));
        self.stage = Stage::Over;
        out.push(Output::Hop(Hop::Failed {
            what: what.clone(),
            hint: hint.clone(),
        }));
        out.push(Output::Failed { what, hint });
    }

    pub(super) fn fetch(&mut self, fetch: Fetch, out: &mut Out) {
        self.asked = Some(fetch.clone());
        out.push(Output::Fetch(fetch));
    }

    /// A response came, whole.
    pub fn answered(
        &mut self,
        now: i64,
        exchange: u32,
        status: u16,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Out {
        let mut out = Vec::new();
        let Some(asked) = self.asked.take() else {
            return out;
        };
        let is_document = matches!(self.stage, Stage::Resource | Stage::Server);
        if is_document && redirects(status) {
            let location = headers::value(headers, "location").unwrap_or_default();
            match self.hop(&asked.url, location) {
                Ok(url) => {
                    self.hops += 1;
                    let fetch = Fetch { url, ..asked };
                    self.fetch(fetch, &mut out);
                    return out;
                }
                Err(what) => return self.missed(&asked, Some(exchange), &what, out),
            }
        }
        let noted = |body: &[u8]| {
            // Cut, so without what only the whole of it means.
            let shown = stand_in::plain(&masked_body(body));
            let mut cut = NOTED.min(shown.len());
            while !shown.is_char_boundary(cut) {
                cut -= 1;
            }
            let more = if cut < shown.len() { "…" } else { "" };
            Some(format!("{}{more}", &shown[..cut])).filter(|shown| !shown.is_empty())
        };
        match self.stage {
            Stage::Resource => match (status, Resource::read(body)) {
                (200, Some(found)) => {
                    tried(&asked, exchange, "found", true, noted(body), &mut out);
                    self.found_resource(found, &mut out);
                }
                (200, None) => {
                    return self.missed(
                        &asked,
                        Some(exchange),
                        "what is there is no JSON object",
                        out,
                    );
                }
                (status, _) => {
                    self.doubtful |= status >= 500;
                    return self.missed(&asked, Some(exchange), &status.to_string(), out);
                }
            },
            Stage::Server => match (status, Server::read(body)) {
                (200, Some(found)) if found.issuer == self.issuer || self.fallback => {
                    tried(&asked, exchange, "found", true, noted(body), &mut out);
                    self.found_server(now, found, &mut out);
                }
                (200, Some(found)) => {
                    let what = format!(
                        "passed over: it calls itself {}, and {} was asked for",
                        crate::json::quote(&found.issuer),
                        crate::json::quote(&self.issuer)
                    );
                    return self.missed(&asked, Some(exchange), &what, out);
                }
                (200, None) => {
                    return self.missed(
                        &asked,
                        Some(exchange),
                        "what is there is no JSON object",
                        out,
                    );
                }
                (status, _) => {
                    return self.missed(&asked, Some(exchange), &status.to_string(), out);
                }
            },
            _ => self.granted(now, &asked, exchange, status, headers, body, &mut out),
        }
        out
    }

    /// No response came.
    pub fn unreachable(&mut self, now: i64, exchange: u32, what: &str) -> Out {
        let mut out = Vec::new();
        let Some(asked) = self.asked.take() else {
            return out;
        };
        if matches!(self.stage, Stage::Resource | Stage::Server) {
            self.doubtful = true;
            return self.missed(&asked, Some(exchange), what, out);
        }
        tried(&asked, exchange, what, false, None, &mut out);
        if self.stage == Stage::Refresh {
            self.identify(now, &mut out);
        } else {
            self.fail(format!("{}: {what}", asked.why), None, &mut out);
        }
        out
    }

    /// The name that tokens are asked for by; older servers have none.
    pub(super) fn named(&self) -> Option<String> {
        let resource = self.resource.as_ref()?;
        let name = resource.name.clone();
        Some(name.unwrap_or_else(|| metadata::canonical(&self.setup.server)))
    }

    /// Who we are by that id to this issuer.
    pub(super) fn known(&self, id: &str) -> Option<ClientId> {
        let settings = &self.setup.settings;
        if settings.client_id.as_deref() == Some(id) {
            let secret = settings.client_secret.as_ref();
            return Some(requests::given(
                &self.server,
                id,
                secret,
                settings.key.is_some(),
            ));
        }
        if settings.client_metadata_url.as_ref().map(Url::as_str) == Some(id) {
            return Some(self.documented(id));
        }
        let kept = self.setup.keys.client(&self.issuer);
        kept.filter(|client| client.id == id).cloned()
    }

    pub(super) fn documented(&self, id: &str) -> ClientId {
        let key = self.setup.settings.key.is_some();
        ClientId {
            source: Source::Document,
            ..requests::given(&self.server, id, None, key)
        }
    }

    /// The proof that goes with a request for a token, when tokens are to be bound.
    pub(super) fn proof(&self, now: i64, url: &Url, nonce: Option<&str>) -> Option<String> {
        let proofs = self.setup.proofs.as_ref()?;
        let id = format!(
            "{}-{now}-{}",
            self.setup.chance.unique,
            u8::from(nonce.is_some())
        );
        proofs.header(&Proof {
            verb: "POST",
            url,
            token: None,
            nonce,
            now,
            id: &id,
        })
    }

    /// Whether somebody can be asked.
    pub(super) fn has_person(&self) -> bool {
        self.setup.settings.person != Person::Nobody
    }
}

/// Something was decided.
fn told(step: &str, what: &str, ok: bool, out: &mut Out) {
    out.push(Output::Hop(Hop::Tried {
        step: step.to_owned(),
        what: what.to_owned(),
        ok,
        exchange: None,
        sent: None,
        got: None,
    }));
}

/// Something was asked for.
fn tried(asked: &Fetch, exchange: u32, what: &str, ok: bool, got: Option<String>, out: &mut Out) {
    let sent = asked
        .body
        .as_ref()
        .map(|body| masked_body(body.reveal().as_bytes()));
    let verb = asked.verb.word();
    out.push(Output::Hop(Hop::Tried {
        step: asked.why.to_owned(),
        what: format!("{verb} {}: {what}", masked_url(&asked.url)),
        ok,
        exchange: Some(exchange),
        sent,
        got,
    }));
}
