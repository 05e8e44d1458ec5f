//! What is kept of logins: clients by their issuer, tokens by issuer and server. Values only; the file is written by
//! `transport::http::login`.

use super::secret::Secret;
use crate::json::{self, Value, quote};

/// How a client proves who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Not at all: it is public.
    #[default]
    None,
    /// Id and secret in a header.
    Basic,
    /// Id and secret in the body.
    Post,
    /// A signed assertion.
    Jwt,
}

impl Method {
    /// All of them, those we like best first.
    pub const ALL: [Self; 4] = [Self::None, Self::Basic, Self::Post, Self::Jwt];

    /// Its name in metadata.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::Jwt => "private_key_jwt",
        }
    }

    /// The method of a name.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}

/// How we came to a client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A person gave it.
    Given,
    /// It is the address of a document (CIMD).
    Document,
    /// The authorization server gave it (DCR).
    Registered,
}

impl Source {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Document => "document",
            Self::Registered => "registered",
        }
    }
}

/// Who we are to an authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId {
    /// Its name there.
    pub id: String,
    /// What proves it.
    pub secret: Option<Secret>,
    /// How it is proved.
    pub method: Method,
    /// Where people are sent back to, when that was registered.
    pub redirect: Option<String>,
    /// How we came to it.
    pub source: Source,
}

/// A token, and what is needed to get the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Who gave it.
    pub issuer: String,
    /// The server it is for, by its address.
    pub server: String,
    /// The client it was given to.
    pub client: String,
    /// The token.
    pub access: Secret,
    /// `Bearer`, or `DPoP`.
    pub kind: String,
    /// What gets the next one.
    pub refresh: Option<Secret>,
    /// When it expires, in seconds since 1970.
    pub expires: Option<i64>,
    /// What was asked for.
    pub requested: Option<String>,
    /// What it is good for, when that was said.
    pub granted: Option<String>,
}

impl Tokens {
    /// Whether it is worth sending at `now` (seconds since 1970).
    pub fn is_fresh(&self, now: i64) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

/// Everything that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// Clients that were registered, by issuer.
    clients: Vec<(String, ClientId)>,
    /// Tokens, the newest last.
    tokens: Vec<Tokens>,
}

impl Keys {
    /// Who we are to this issuer, if it registered us.
    pub fn client(&self, issuer: &str) -> Option<&ClientId> {
        let found = self.clients.iter().find(|(other, _)| other == issuer);
        found.map(|(_, client)| client)
    }

    /// Keeps who we are to an issuer.
    pub fn put_client(&mut self, issuer: &str, client: ClientId) {
        self.drop_client(issuer);
        self.clients.push((issuer.to_owned(), client));
    }

    /// Forgets who we are to an issuer, and what it gave us.
    pub fn drop_client(&mut self, issuer: &str) {
        self.clients.retain(|(other, _)| other != issuer);
    }

    /// Takes over the clients of others for issuers that have none here.
    pub fn fill(&mut self, others: &Self) {
        for (issuer, client) in &others.clients {
            if self.client(issuer).is_none() {
                self.put_client(issuer, client.clone());
            }
        }
    }

    /// The newest token for a server.
    pub fn tokens(&self, server: &str) -> Option<&Tokens> {
        self.tokens.iter().rev().find(|one| one.server == server)
    }

    /// The token of an issuer for a server.
    pub fn tokens_of(&self, issuer: &str, server: &str) -> Option<&Tokens> {
        let fits = |one: &&Tokens| one.server == server && one.issuer == issuer;
        self.tokens.iter().rev().find(fits)
    }

    /// Keeps a token instead of what the same issuer gave for the same server.
    pub fn put_tokens(&mut self, tokens: Tokens) {
        let same = |one: &Tokens| one.server == tokens.server && one.issuer == tokens.issuer;
        self.tokens.retain(|one| !same(one));
        self.tokens.push(tokens);
    }

    /// Forgets every token for a server; gives how many there were.
    pub fn drop_tokens(&mut self, server: &str) -> usize {
        let before = self.tokens.len();
        self.tokens.retain(|one| one.server != server);
        before - self.tokens.len()
    }

    /// Reads them; what cannot be read as a client or a token is passed over.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        json::check(text).map_err(|problem| problem.to_string())?;
        let list = |name: &str| json::elements(json::get(text, &[name]).unwrap_or_default());
        let clients = list("clients").filter_map(|raw| {
            let text = |name: &str| json::string_at(raw, &[name]);
            let client = ClientId {
                id: text("id")?,
                secret: text("secret").map(Secret::new),
                method: Method::of_word(&text("method")?)?,
                redirect: text("redirect"),
                source: Source::Registered,
            };
            Some((text("issuer")?, client))
        });
        let tokens = list("tokens").filter_map(|raw| {
            let text = |name: &str| json::string_at(raw, &[name]);
            Some(Tokens {
                issuer: text("issuer")?,
                server: text("server")?,
                client: text("client")?,
                access: Secret::new(text("access")?),
                kind: text("kind")?,
                refresh: text("refresh").map(Secret::new),
                expires: json::get(raw, &["expires"]).and_then(json::integer),
                requested: text("requested"),
                granted: text("granted"),
            })
        });
        Ok(Self {
            clients: clients.collect(),
            tokens: tokens.collect(),
        })
    }

    /// As they are kept, secrets and all.
    pub fn to_json(&self) -> String {
        let text = |value: Option<&str>| value.map_or_else(|| "null".to_owned(), quote);
        let secret = |value: &Option<Secret>| text(value.as_ref().map(Secret::reveal));
        let clients: Vec<String> = self
            .clients
            .iter()
            .map(|(issuer, client)| {
                format!(
                    r#"{{"issuer":{},"id":{},"secret":{},"method":{},"redirect":{}}}"#,
                    quote(issuer),
                    quote(&client.id),
                    secret(&client.secret),
                    quote(client.method.word()),
                    text(client.redirect.as_deref()),
                )
            })
            .collect();
        let tokens: Vec<String> = self
            .tokens
            .iter()
            .map(|one| {
                format!(
                    r#"{{"issuer":{},"server":{},"client":{},"access":{},"kind":{},"refresh":{},"expires":{},"requested":{},"granted":{}}}"#,
                    quote(&one.issuer),
                    quote(&one.server),
                    quote(&one.client),
                    quote(one.access.reveal()),
                    quote(&one.kind),
                    secret(&one.refresh),
                    one.expires
                        .map_or_else(|| "null".to_owned(), |at| at.to_string()),
                    text(one.requested.as_deref()),
                    text(one.granted.as_deref()),
                )
            })
            .collect();
        let whole = format!(
            "{{\"version\":1,\"clients\":[{}],\"tokens\":[{}]}}",
            clients.join(","),
            tokens.join(",")
        );
        Value::parse(whole.as_bytes()).map_or(whole, |value| value.pretty())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(issuer: &str, server: &str, access: &str) -> Tokens {
        Tokens {
            issuer: issuer.into(),
            server: server.into(),
            client: "c".into(),
            access: Secret::new(access),
            kind: "Bearer".into(),
            refresh: None,
            expires: None,
            requested: None,
            granted: None,
        }
    }

    #[test]
    fn each_issuer_has_its_own() {
        let mut keys = Keys::default();
        keys.put_tokens(tokens("a", "s", "1"));
        keys.put_tokens(tokens("b", "s", "2"));
        keys.put_tokens(tokens("a", "t", "3"));
        keys.put_tokens(tokens("a", "s", "4"));
        let access = |found: Option<&Tokens>| found.map(|one| one.access.reveal().to_owned());
        assert_eq!(access(keys.tokens_of("b", "s")).as_deref(), Some("2"));
        assert_eq!(access(keys.tokens_of("b", "t")), None);
        // The newest first.
        assert_eq!(access(keys.tokens("s")).as_deref(), Some("4"));
        assert_eq!(keys.drop_tokens("s"), 2);
        assert_eq!(access(keys.tokens("s")), None);
        assert!(keys.tokens("t").is_some());
    }

    #[test]
    fn a_broken_file_is_told_and_an_empty_one_is_none() {
        assert_eq!(Keys::read(b" "), Ok(Keys::default()));
        assert!(Keys::read(b"{").is_err());
        assert_eq!(
            Keys::read(br#"{"version":9,"clients":[7,{"id":1}],"tokens":{}}"#),
            Ok(Keys::default())
        );
    }

    prop_compose! {
        fn any_keys()(parts in prop::collection::vec((".{0,5}", ".{0,5}", prop::option::of(".{0,5}"), prop::option::of(any::<i64>()), 0..4usize), 0..4)) -> Keys {
            let mut keys = Keys::default();
            for (one, two, three, at, method) in parts {
                keys.put_client(&one, ClientId {
                    id: two.clone(), secret: three.clone().map(Secret::new), method: Method::ALL[method],
                    redirect: three.clone(), source: Source::Registered,
                });
                keys.put_tokens(Tokens { refresh: three.clone().map(Secret::new), expires: at, granted: three, ..tokens(&one, &two, "x") });
            }
            keys
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back(keys in any_keys()) {
            prop_assert_eq!(Keys::read(keys.to_json().as_bytes()).unwrap(), keys);
        }
    }
}
