//! The first half of a login: which authorization server there is, and whether it may be used.

use url::Url;

use super::{Fetch, Flow, Out, Stage, told, tried};
use crate::mcp::auth::Grant;
use crate::mcp::auth::metadata::{self, Resource, Server};
use crate::mcp::auth::scopes;
use crate::mcp::http::Verb;

/// Redirects of a document that are followed.
const HOPS: u8 = 3;

impl Flow {
    pub(super) fn document(&mut self, url: Url, why: &'static str, out: &mut Out) {
        self.hops = 0;
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        // 2025-03-26 `basic/authorization`, Metadata Discovery: which revision asks. Later ones do not mind.
        headers.push((
            "mcp-protocol-version".to_owned(),
            if self.fallback {
                "2025-03-26"
            } else {
                crate::mcp::revision::Revision::NEWEST_LEGACY.as_str()
            }
            .to_owned(),
        ));
        let fetch = Fetch {
            verb: Verb::Get,
            url,
            headers,
            body: None,
            why,
        };
        self.fetch(fetch, out);
    }

    /// A document is not where it might be: on to the next place.
    pub(super) fn missed(
        &mut self,
        asked: &Fetch,
        exchange: Option<u32>,
        what: &str,
        mut out: Out,
    ) -> Out {
        tried(asked, exchange.unwrap_or(0), what, false, None, &mut out);
        if self.stage == Stage::Resource {
            self.next_resource(&mut out);
        } else {
            self.next_server(&mut out);
        }
        out
    }

    pub(super) fn hop(&self, from: &Url, location: &str) -> Result<Url, String> {
        let to = from
            .join(location)
            .map_err(|_| "it leads nowhere".to_owned())?;
        if self.hops >= HOPS {
            return Err(format!("it leads on and on, after {HOPS} times to {to}"));
        }
        metadata::may_ask(&to, from).map_err(|why| format!("not followed: {why}"))?;
        Ok(to)
    }

    pub(super) fn next_resource(&mut self, out: &mut Out) {
        while let Some(url) = self.places.pop_front() {
            match metadata::may_ask(&url, &self.setup.server) {
                Ok(()) => return self.document(url, "resource metadata", out),
                Err(why) => {
                    told(
                        "resource metadata",
                        &format!("not asked for: {why}"),
                        false,
                        out,
                    );
                }
            }
        }
        if self.doubtful {
            return self.fail(
                "the server's metadata cannot be had, so where to log in is unknown",
                Some("see what was tried above; try again, or send a token: --header 'Authorization: Bearer TOKEN'"),
                out,
            );
        }
        // 2025-03-26: the server is its own authorization server.
        self.fallback = true;
        self.stage = Stage::Server;
        self.issuer = metadata::issuer_of(&self.setup.server);
        self.places = metadata::server_places(&self.issuer)
            .unwrap_or_default()
            .into();
        told(
            "authorization server",
            &format!(
                "no metadata of the resource, so {} is taken for its own authorization server, as 2025-03-26 has it",
                self.issuer
            ),
            true,
            out,
        );
        self.next_server(out);
    }

    pub(super) fn found_resource(&mut self, found: Resource, out: &mut Out) {
        if !found.covers(&self.setup.server) {
            let name = found.name.as_deref().unwrap_or_default();
            let what = format!(
                "the metadata are of {}, which is not {}",
                crate::json::quote(name),
                metadata::canonical(&self.setup.server)
            );
            return self.fail(
                what,
                Some("a token for one server must not go to another; is this the server's own address?"),
                out,
            );
        }
        if found.servers.is_empty() {
            told(
                "resource metadata",
                "no authorization server is named there",
                false,
                out,
            );
            return self.next_resource(out);
        }
        // One that knows us already is as good as the first.
        let server = metadata::canonical(&self.setup.server);
        let (known, new): (Vec<String>, Vec<String>) = found
            .servers
            .iter()
            .cloned()
            .partition(|issuer| self.setup.keys.tokens_of(issuer, &server).is_some());
        self.issuers = known.into_iter().chain(new).collect();
        self.resource = Some(found);
        self.stage = Stage::Server;
        self.places.clear();
        self.next_server(out);
    }

    pub(super) fn next_server(&mut self, out: &mut Out) {
        loop {
            if let Some(url) = self.places.pop_front() {
                return self.document(url, "authorization server metadata", out);
            }
            if self.fallback {
                told(
                    "authorization server",
                    "no metadata of it either, so /authorize, /token and /register are taken, as 2025-03-26 has it",
                    true,
                    out,
                );
                let assumed = Server::assumed(&self.setup.server);
                return self.found_server(0, assumed, out);
            }
            let Some(issuer) = self.issuers.pop_front() else {
                let what = format!(
                    "nothing usable is known of the authorization server {}",
                    self.issuer
                );
                let places = metadata::server_places(&self.issuer).unwrap_or_default();
                let places: Vec<&str> = places.iter().map(url::Url::as_str).collect();
                let hint = if places.is_empty() {
                    "its name is no address that metadata could be at".to_owned()
                } else {
                    format!(
                        "its metadata must be at {}, and call it by exactly that name; Traffic has what was tried",
                        places.join(" or ")
                    )
                };
                return self.fail(what, Some(&hint), out);
            };
            let places = metadata::server_places(&issuer)
                .ok_or_else(|| format!("{issuer} is no address"))
                .and_then(|places| {
                    let first = places.first().cloned();
                    let first = first.ok_or_else(|| "it has no place".to_owned())?;
                    metadata::may_ask(&first, &self.setup.server).map(|()| places)
                });
            self.issuer.clone_from(&issuer);
            match places {
                Ok(places) => {
                    told(
                        "authorization server",
                        &format!("the server names {issuer}"),
                        true,
                        out,
                    );
                    self.places = places.into();
                }
                Err(why) => told(
                    "authorization server",
                    &format!("passed over: {why}"),
                    false,
                    out,
                ),
            }
        }
    }

    pub(super) fn found_server(&mut self, now: i64, found: Server, out: &mut Out) {
        let is_code = self.setup.settings.grant == Grant::Code;
        let lacks = if found.token.is_none() {
            Some("no token_endpoint")
        } else if is_code && found.authorize.is_none() {
            Some("no authorization_endpoint")
        } else {
            None
        };
        if let Some(lacks) = lacks {
            let what = format!("the metadata of {} name {lacks}", self.issuer);
            return self.fail(what, Some("a fault of the authorization server"), out);
        }
        let reach = [&found.authorize, &found.token, &found.register];
        let bad = reach
            .into_iter()
            .flatten()
            .find_map(|url| metadata::may_ask(url, &self.setup.server).err())
            .or_else(|| found.unsafe_endpoint().filter(|_| !found.assumed));
        if let Some(bad) = bad {
            let what = format!(
                "the authorization server {} cannot be used: {bad}",
                self.issuer
            );
            return self.fail(what, Some("what goes there is secret"), out);
        }
        let s256 = |listed: &Vec<String>| listed.iter().any(|word| word == "S256");
        let proves = found.challenges.as_ref().map_or(self.fallback, s256);
        if is_code && !proves {
            let how = match &found.challenges {
                None => {
                    "does not say that it knows PKCE (code_challenge_methods_supported)".to_owned()
                }
                Some(listed) => format!("knows PKCE only as {}", listed.join(", ")),
            };
            let what = format!("the authorization server {} {how}", self.issuer);
            return self.fail(
                what,
                Some("without S256 a client must not go on (basic/authorization)"),
                out,
            );
        }
        if self.fallback && !found.issuer.is_empty() {
            self.issuer.clone_from(&found.issuer);
        }
        self.server = found;
        let name = metadata::canonical(&self.setup.server);
        let listed = self
            .resource
            .as_ref()
            .map(|resource| resource.scopes.clone());
        let weak = self.setup.weak.clone();
        let (scope, why) = scopes::choose(scopes::Choice {
            given: self.setup.settings.scope.as_deref(),
            challenged: self
                .setup
                .challenge
                .as_ref()
                .and_then(|one| one.get("scope")),
            listed: &listed.unwrap_or_default(),
            before: weak.as_ref().and_then(|weak| weak.requested.as_deref()),
            server: &self.server.scopes,
            refreshes: is_code && self.server.gives("refresh_token"),
        });
        let what = scope
            .as_deref()
            .map_or_else(|| why.to_owned(), |scope| format!("{scope} ({why})"));
        told("scope", &what, true, out);
        self.scope = scope;
        let kept = self.setup.keys.tokens_of(&self.issuer, &name).cloned();
        let kept = kept.filter(|_| is_code && weak.is_none() && self.setup.refreshes);
        match kept
            .as_ref()
            .and_then(|kept| Some((kept, kept.refresh.as_ref()?)))
        {
            Some((kept, _)) if self.known(&kept.client).is_some() => self.renew(now, kept, out),
            _ => self.identify(now, out),
        }
    }
}
