//! The second half of a login: who we are, the person's answer, and the requests that end in a token.

use url::Url;
use url::form_urlencoded;

use super::{Fetch, Flow, Out, Output, Stage, told, tried};
use crate::json;
use crate::mcp::auth::jwt::{Claims, decoded};
use crate::mcp::auth::keys::{ClientId, Source, Tokens};
use crate::mcp::auth::metadata::canonical;
use crate::mcp::auth::requests::{self, Answer, Form};
use crate::mcp::auth::secret::{Secret, masked_body, masked_url};
use crate::mcp::auth::{Grant, Hop, Provider};
use crate::mcp::http::Verb;
use crate::mcp::http::headers;
use crate::note::login::ANSWER;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const NO_LOGIN: &str = "it offers no way to log in (there are no OAuth metadata anywhere)";
const TOKEN: &str = "--header 'Authorization: Bearer TOKEN' sends a token that you have; its value is never recorded";
const TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type";

impl Flow {
    /// Finds out who we are to the authorization server, and goes on from there.
    pub(super) fn identify(&mut self, now: i64, out: &mut Out) {
        let settings = self.setup.settings.clone();
        if let Some(id) = &settings.client_id {
            // What was registered with one issuer means nothing to another (2026-07-28, SEP-2352).
            let name = canonical(&self.setup.server);
            let before = self.setup.keys.tokens(&name);
            if let Some(before) =
                before.filter(|one| one.client == *id && one.issuer != self.issuer)
            {
                let what = format!(
                    "the server names another authorization server than before: {}, not {}",
                    self.issuer, before.issuer
                );
                let hint = format!(
                    "the client id {id} is of the old one; register a client with the new one and give its id, or none at all (mcpscope logout forgets the old login)"
                );
                return self.fail(what, Some(&hint), out);
            }
            let secret = settings.client_secret.as_ref();
            let client = requests::given(&self.server, id, secret, settings.key.is_some());
            told(
                "client",
                &format!("{id}, as given ({})", client.method.word()),
                true,
                out,
            );
            self.client = Some(client);
        }
        match settings.grant {
            Grant::Code => self.ask_person(out),
            Grant::ClientCredentials => {
                let form = vec![pair("grant_type", "client_credentials")];
                self.token_for_client(now, form, out);
            }
            Grant::Assertion(assertion) => {
                let form = vec![
                    pair("grant_type", JWT_BEARER),
                    pair("assertion", assertion.reveal()),
                ];
                self.token_for_client(now, form, out);
            }
            Grant::Enterprise(provider) => self.vouch(&provider, out),
        }
    }

    fn ask_person(&mut self, out: &mut Out) {
        if !self.has_person() && self.server.assumed {
            return self.fail(NO_LOGIN, Some(TOKEN), out);
        }
        if !self.has_person() {
            let what = format!("somebody has to log in at {}", self.issuer);
            return self.fail(
                what,
                Some("run it in a terminal, or with --login; --header 'Authorization: Bearer TOKEN' sends a token that you have"),
                out,
            );
        }
        let settings = &self.setup.settings;
        let kept = self.setup.keys.client(&self.issuer);
        let port = kept
            .and_then(|client| Url::parse(client.redirect.as_deref()?).ok()?.port())
            .filter(|_| self.client.is_none());
        self.stage = Stage::Listen;
        out.push(Output::Listen(settings.callback_port.or(port)));
    }

    /// People can be sent back to this address.
    pub fn listening(&mut self, redirect: &str) -> Vec<Output> {
        let mut out = Vec::new();
        if self.stage != Stage::Listen {
            return out;
        }
        redirect.clone_into(&mut self.redirect);
        if self.client.is_some() {
            self.visit(&mut out);
            return out;
        }
        let document = self.setup.settings.client_metadata_url.clone();
        let kept = self.setup.keys.client(&self.issuer).cloned();
        if let Some(url) = document.filter(|_| self.server.takes_documents) {
            told(
                "client",
                &format!("{url}, known by its document"),
                true,
                &mut out,
            );
            self.client = Some(self.documented(url.as_str()));
            self.visit(&mut out);
        } else if let Some(kept) = kept.filter(|kept| kept.redirect.as_deref() == Some(redirect)) {
            told(
                "client",
                &format!("{}, registered earlier", kept.id),
                true,
                &mut out,
            );
            self.client = Some(kept);
            self.visit(&mut out);
        } else if let Some(endpoint) = self.server.register.clone() {
            self.stage = Stage::Register;
            let body = requests::registration(&self.server, redirect, self.scope.as_deref());
            let fetch = Fetch {
                verb: Verb::Post,
                url: endpoint,
                headers: vec![
                    ("accept".to_owned(), "application/json".to_owned()),
                    ("content-type".to_owned(), "application/json".to_owned()),
                ],
                body: Some(Secret::new(body)),
                why: "registration",
            };
            self.fetch(fetch, &mut out);
        } else {
            let documents = if self.server.takes_documents {
                " or the address of a document about you (--client-metadata-url)"
            } else {
                ""
            };
            let what = format!("{} registers nobody by itself", self.issuer);
            let hint = format!(
                "register a client there with the redirect http://127.0.0.1/callback, and give its id (--client-id){documents}"
            );
            self.fail(what, Some(&hint), &mut out);
        }
        out
    }

    fn visit(&mut self, out: &mut Out) {
        let (Some(client), Some(endpoint)) = (&self.client, &self.server.authorize) else {
            return self.fail("there is nobody to ask", None, out);
        };
        let url = requests::authorize(
            endpoint,
            client,
            &self.redirect,
            self.scope.as_deref(),
            self.named().as_deref(),
            &self.setup.chance,
        );
        out.push(Output::Hop(Hop::Visit {
            issuer: self.issuer.clone(),
            url: masked_url(&url),
            redirect: self.redirect.clone(),
        }));
        self.stage = Stage::Visit;
        out.push(Output::Visit(url));
    }

    /// Somebody was sent back here, or pasted where they were sent; holds the address or its query.
    pub fn came_back(&mut self, now: i64, text: &str) -> Vec<Output> {
        let mut out = Vec::new();
        if self.stage != Stage::Visit {
            return out;
        }
        match requests::answer(text, &self.setup.chance, &self.server) {
            Answer::Stray(what) => told(ANSWER, &what, false, &mut out),
            Answer::Refused(what) => {
                told(ANSWER, &what, false, &mut out);
                self.fail(what, None, &mut out);
            }
            Answer::Code(code) => {
                let from = if self.server.says_issuer {
                    "a code, from whom it was asked"
                } else {
                    "a code"
                };
                told(ANSWER, from, true, &mut out);
                let form = vec![
                    pair("grant_type", "authorization_code"),
                    pair("code", code.reveal()),
                    pair("redirect_uri", &self.redirect.clone()),
                    pair("code_verifier", &self.setup.chance.verifier.clone()),
                ];
                self.token(now, form, Stage::Token, "token", &mut out);
            }
        }
        out
    }

    /// Gives up waiting for a person.
    pub fn give_up(&mut self, what: &str) -> Vec<Output> {
        let mut out = Vec::new();
        if self.stage != Stage::Over {
            self.asked = None;
            self.fail(what, None, &mut out);
        }
        out
    }

    /// Renews a token.
    pub(super) fn renew(&mut self, now: i64, kept: &Tokens, out: &mut Out) {
        self.client = self.known(&kept.client);
        let Some(refresh) = &kept.refresh else { return };
        let form = vec![
            pair("grant_type", "refresh_token"),
            pair("refresh_token", refresh.reveal()),
        ];
        // It cannot widen what was granted, so no scope is named.
        self.token(now, form, Stage::Refresh, "refresh", out);
    }

    /// A token for the client itself.
    fn token_for_client(&mut self, now: i64, mut form: Form, out: &mut Out) {
        let is_assertion = matches!(self.setup.settings.grant, Grant::Assertion(_));
        if self.client.is_none() && !is_assertion {
            return self.fail(
                "a client that asks for itself needs an id",
                Some("--client-id, and a secret or a key"),
                out,
            );
        }
        if let Some(scope) = &self.scope {
            form.push(pair("scope", scope));
        }
        self.token(now, form, Stage::Token, "token", out);
    }

    /// A request to the token endpoint, which ends in `stage`.
    fn token(&mut self, now: i64, mut form: Form, stage: Stage, why: &'static str, out: &mut Out) {
        if let Some(resource) = self.named() {
            form.push(pair("resource", &resource));
        }
        let Some(endpoint) = self.server.token.clone() else {
            return self.fail("there is nowhere to get a token", None, out);
        };
        match self.fetch_token(now, endpoint, form, why) {
            Ok(fetch) => {
                self.stage = stage;
                self.fetch(fetch, out);
            }
            Err(what) => self.fail(what, Some("--client-key FILE names one (PKCS#8, PEM)"), out),
        }
    }

    fn fetch_token(
        &self,
        now: i64,
        url: Url,
        mut form: Form,
        why: &'static str,
    ) -> Result<Fetch, String> {
        let mut fetch = Fetch {
            verb: Verb::Post,
            headers: vec![
                ("accept".to_owned(), "application/json".to_owned()),
                (
                    "content-type".to_owned(),
                    "application/x-www-form-urlencoded".to_owned(),
                ),
            ],
            url,
            body: None,
            why,
        };
        if let Some(client) = &self.client {
            let claims = Claims {
                client: &client.id,
                audience: &self.issuer,
                now,
                id: &self.setup.chance.unique,
            };
            let key = self.setup.settings.key.as_ref();
            if let Some(header) = requests::prove(client, key, &claims, &mut form)? {
                let header = ("authorization".to_owned(), header.reveal().to_owned());
                fetch.headers.push(header);
            }
        }
        if let Some(proof) = self.proof(now, &fetch.url, None) {
            fetch.headers.push(("dpop".to_owned(), proof));
        }
        fetch.body = Some(Secret::new(encoded(&form)));
        Ok(fetch)
    }

    /// Asks the identity provider to vouch for the person (enterprise-managed authorization).
    fn vouch(&mut self, provider: &Provider, out: &mut Out) {
        if self.client.is_none() {
            return self.fail(
                "the authorization server has to know us beforehand",
                Some("--client-id, and a secret or a key"),
                out,
            );
        }
        let mut form = vec![
            pair(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            pair("requested_token_type", &format!("{TOKEN_TYPE}:id-jag")),
            pair("audience", &self.issuer.clone()),
            pair("subject_token", provider.id_token.reveal()),
            pair("subject_token_type", &format!("{TOKEN_TYPE}:id_token")),
        ];
        let resource = self
            .named()
            .unwrap_or_else(|| canonical(&self.setup.server));
        form.push(pair("resource", &resource));
        if let Some(scope) = &self.scope {
            form.push(pair("scope", scope));
        }
        form.push(pair("client_id", &provider.client_id));
        if let Some(secret) = &provider.client_secret {
            form.push(pair("client_secret", secret.reveal()));
        }
        let fetch = Fetch {
            verb: Verb::Post,
            url: provider.token_endpoint.clone(),
            headers: vec![
                ("accept".to_owned(), "application/json".to_owned()),
                (
                    "content-type".to_owned(),
                    "application/x-www-form-urlencoded".to_owned(),
                ),
            ],
            body: Some(Secret::new(encoded(&form))),
            why: "identity provider",
        };
        self.stage = Stage::Provider;
        self.fetch(fetch, out);
    }

    /// What a POST brought.
    #[expect(
        clippy::too_many_arguments,
        reason = "a response as it is; it has no better form here"
    )]
    pub(super) fn granted(
        &mut self,
        now: i64,
        asked: &Fetch,
        exchange: u32,
        status: u16,
        head: &[(String, String)],
        body: &[u8],
        out: &mut Out,
    ) {
        let is_fine = (200..300).contains(&status);
        let got = Some(masked_body(body)).filter(|shown| !shown.is_empty());
        if !is_fine && self.nonce(now, asked, exchange, head, body, out) {
            return;
        }
        if !is_fine {
            let what = requests::error(status, body);
            tried(asked, exchange, &what, false, got, out);
            return self.refused(now, asked, status, &what, body, out);
        }
        let outcome = match self.stage {
            Stage::Register => requests::registered(body, &self.redirect)
                .map(|client| self.registered(client, asked, exchange, got.clone(), out))
                .ok_or_else(|| "there is no client_id in the answer".to_owned()),
            Stage::Provider => json::string_at(body, &["access_token"])
                .ok_or_else(|| "there is no access_token in the answer".to_owned())
                .map(|statement| {
                    tried(asked, exchange, "it vouches", true, got.clone(), out);
                    let mut form = vec![
                        pair("grant_type", JWT_BEARER),
                        pair("assertion", &statement),
                    ];
                    if let Some(scope) = &self.scope {
                        form.push(pair("scope", scope));
                    }
                    self.token(now, form, Stage::Token, "token", out);
                }),
            _ => requests::tokens(body, now, self.wanted()).map(|tokens| {
                tried(asked, exchange, "given", true, got.clone(), out);
                self.done(tokens, asked.why, out);
            }),
        };
        if let Err(what) = outcome {
            tried(asked, exchange, &what, false, got, out);
            if self.stage == Stage::Refresh {
                return self.identify(now, out);
            }
            self.fail(
                format!("{}: {what}", asked.why),
                Some("a fault of the authorization server"),
                out,
            );
        }
    }

    fn registered(
        &mut self,
        client: ClientId,
        asked: &Fetch,
        exchange: u32,
        got: Option<String>,
        out: &mut Out,
    ) {
        let what = format!("registered as {} ({})", client.id, client.method.word());
        tried(asked, exchange, &what, true, got, out);
        out.push(Output::Client(self.issuer.clone(), Some(client.clone())));
        self.client = Some(client);
        self.visit(out);
    }

    fn refused(
        &mut self,
        now: i64,
        asked: &Fetch,
        status: u16,
        what: &str,
        body: &[u8],
        out: &mut Out,
    ) {
        if self.stage == Stage::Refresh {
            // It is worth nothing any more; what is left is to begin anew.
            return self.identify(now, out);
        }
        let error = json::string_at(body, &["error"]).unwrap_or_default();
        let is_ours = self
            .client
            .as_ref()
            .is_some_and(|client| client.source == Source::Registered);
        let hint = match (&self.stage, error.as_str()) {
            (Stage::Register, _) if self.server.assumed && matches!(status, 404 | 405) => {
                return self.fail(NO_LOGIN, Some(TOKEN), out);
            }
            (Stage::Register, _) => {
                Some("a client that is registered by hand can be given with --client-id")
            }
            (_, "invalid_client") if is_ours => {
                out.push(Output::Client(self.issuer.clone(), None));
                Some("the registration is forgotten; the next try makes a new one")
            }
            (_, "invalid_client") => {
                Some("are the client id and its secret those of this authorization server?")
            }
            (_, "invalid_grant") => Some("the code or token is used up or too old; try again"),
            _ => None,
        };
        self.fail(format!("{} {what}", whose(asked)), hint, out);
    }

    /// Repeats a request once with the nonce that is asked for (RFC 9449 §8).
    fn nonce(
        &mut self,
        now: i64,
        asked: &Fetch,
        exchange: u32,
        head: &[(String, String)],
        body: &[u8],
        out: &mut Out,
    ) -> bool {
        let wants = json::string_at(body, &["error"]).as_deref() == Some("use_dpop_nonce");
        let Some(nonce) = headers::value(head, "dpop-nonce").filter(|_| wants && !self.nonced)
        else {
            return false;
        };
        let Some(proof) = self.proof(now, &asked.url, Some(nonce)) else {
            return false;
        };
        self.nonced = true;
        tried(
            asked,
            exchange,
            "it wants its nonce in the proof",
            true,
            None,
            out,
        );
        let mut again = asked.clone();
        again.headers.retain(|(name, _)| name != "dpop");
        again.headers.push(("dpop".to_owned(), proof));
        self.fetch(again, out);
        true
    }

    /// What the token is for.
    fn wanted(&self) -> Tokens {
        let server = canonical(&self.setup.server);
        let kept = self.setup.keys.tokens_of(&self.issuer, &server);
        let blank = Tokens {
            issuer: self.issuer.clone(),
            client: self
                .client
                .as_ref()
                .map_or_else(String::new, |client| client.id.clone()),
            access: Secret::default(),
            kind: String::new(),
            refresh: None,
            expires: None,
            requested: self.scope.clone(),
            granted: None,
            server,
        };
        match kept.filter(|_| self.stage == Stage::Refresh) {
            Some(kept) => Tokens {
                expires: None,
                ..kept.clone()
            },
            None => blank,
        }
    }

    fn done(&mut self, tokens: Tokens, how: &str, out: &mut Out) {
        self.refreshed = self.stage == Stage::Refresh;
        self.stage = Stage::Over;
        out.push(Output::Hop(noted(&tokens, how)));
        out.push(Output::Done(Box::new(tokens)));
    }
}

/// A token, as it may be written down.
pub fn noted(tokens: &Tokens, how: &str) -> Hop {
    Hop::Token {
        issuer: tokens.issuer.clone(),
        how: how.to_owned(),
        scope: tokens.granted.clone().or_else(|| tokens.requested.clone()),
        expires: tokens.expires,
        refreshable: tokens.refresh.is_some(),
        jwt: decoded(tokens.access.reveal()),
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn encoded(form: &Form) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(form);
    text.finish()
}

/// Who answered, for sentences.
fn whose(asked: &Fetch) -> String {
    format!(
        "{} at {}:",
        asked.why,
        asked.url.host_str().unwrap_or_default()
    )
}
