//! The requests of OAuth as values: registration, the address that people open, what comes back from there, tokens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use ring::digest;
use url::{Url, form_urlencoded};

use super::jwt::{self, Claims, Key};
use super::keys::{ClientId, Method, Source, Tokens};
use super::metadata::Server;
use super::secret::Secret;
use crate::json::{self, quote};

/// Parameters of a form, in order.
pub type Form = Vec<(String, String)>;

/// What a login needs that nobody can guess, made of bytes that nobody can guess.
#[derive(Clone)]
pub struct Chance {
    /// Ties the answer to the question.
    pub state: String,
    /// Ties the token to the question (PKCE).
    pub verifier: String,
    /// For what has to be unique.
    pub unique: String,
}

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    /// Makes them of random bytes.
    pub fn of(bytes: &[u8; 80]) -> Self {
        Self {
            state: BASE64.encode(&bytes[..32]),
            // 43 characters, the least there may be (RFC 7636 §4.1); 256 bits.
            verifier: BASE64.encode(&bytes[32..64]),
            unique: BASE64.encode(&bytes[64..]),
        }
    }

    /// What the verifier is announced by.
    pub(super) fn challenge(&self) -> String {
        BASE64.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()))
    }
}

/// The body of a dynamic registration (RFC 7591).
pub fn registration(server: &Server, redirect: &str, scope: Option<&str>) -> String {
    let method = match &server.methods {
        None => Method::None,
        Some(listed) => Method::ALL[..3]
            .iter()
            .copied()
            .find(|method| listed.iter().any(|word| word == method.word()))
            .unwrap_or_default(),
    };
    let scope = scope.map_or_else(String::new, |scope| format!(",\"scope\":{}", quote(scope)));
    // 2026-07-28 wants `application_type`; a program of the person's own is native.
    format!(
        concat!(
            "{{\"client_name\":\"mcpscope\",\"application_type\":\"native\",\"redirect_uris\":[{}],",
            "\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],",
            "\"token_endpoint_auth_method\":\"{}\"{}}}"
        ),
        quote(redirect),
        method.word(),
        scope
    )
}

/// Who we are according to the answer to a registration.
pub fn registered(body: &[u8], redirect: &str) -> Option<ClientId> {
    let secret = json::string_at(body, &["client_secret"]).filter(|secret| !secret.is_empty());
    let method = json::string_at(body, &["token_endpoint_auth_method"]);
    let method = match (method.and_then(|word| Method::of_word(&word)), &secret) {
        (Some(method), _) => method,
        (None, Some(_)) => Method::Basic,
        (None, None) => Method::None,
    };
    Some(ClientId {
        id: json::string_at(body, &["client_id"])?,
        secret: secret.map(Secret::new),
        method,
        redirect: Some(redirect.to_owned()),
        source: Source::Registered,
    })
}

/// Who we are when a person says so: how that is proved depends on what they gave, and on what the server takes.
pub fn given(server: &Server, id: &str, secret: Option<&Secret>, key: bool) -> ClientId {
    let takes = |method: Method| {
        server
            .methods
            .as_ref()
            .is_none_or(|listed| listed.iter().any(|word| word == method.word()))
    };
    let method = match (key, secret) {
        (true, _) => Method::Jwt,
        (false, None) => Method::None,
        (false, Some(_)) if takes(Method::Basic) || !takes(Method::Post) => Method::Basic,
        (false, Some(_)) => Method::Post,
    };
    ClientId {
        id: id.to_owned(),
        secret: secret.cloned(),
        method,
        redirect: None,
        source: Source::Given,
    }
}

/// The address where a person allows it.
pub fn authorize(
    endpoint: &Url,
    client: &ClientId,
    redirect: &str,
    scope: Option<&str>,
    resource: Option<&str>,
    chance: &Chance,
) -> Url {
    let mut url = endpoint.clone();
    url.set_fragment(None);
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", redirect)
            .append_pair("state", &chance.state)
            .append_pair("code_challenge", &chance.challenge())
            .append_pair("code_challenge_method", "S256");
        if let Some(scope) = scope {
            query.append_pair("scope", scope);
            if super::scopes::words(scope).contains(&"offline_access") {
                // OpenID Connect §11 gives offline access only when the person is asked.
                query.append_pair("prompt", "consent");
            }
        }
        if let Some(resource) = resource {
            query.append_pair("resource", resource);
        }
    }
    url
}

/// What came of asking a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// They allowed it.
    Code(Secret),
    /// It is not the answer to our question: nothing is to be done but to go on waiting.
    Stray(String),
    /// It came to nothing; holds why, in words.
    Refused(String),
}

/// Reads the address people were sent back to, or its query alone, as they paste it.
///
/// RFC 9207 §2.4 and 2026-07-28 `basic/authorization`, Authorization Response Validation: the issuer is compared as it
/// is spelled, before anything else is looked at; what a stranger says is not shown.
pub fn answer(text: &str, chance: &Chance, server: &Server) -> Answer {
    let text = text.trim();
    let query = match Url::parse(text) {
        Ok(url) => url.query().unwrap_or_default().to_owned(),
        Err(_) => text
            .split_once('?')
            .map_or(text, |(_, query)| query)
            .split('#')
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    let pairs: Form = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let get = |name: &str| {
        pairs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    };
    match get("state") {
        None if get("code").is_none() && get("error").is_none() => {
            return Answer::Stray("that is no answer: it has neither code nor error; paste the whole address the browser was sent to".to_owned());
        }
        state if state != Some(chance.state.as_str()) => {
            return Answer::Stray(
                "an answer with another state is not the answer to this login; it is passed over"
                    .to_owned(),
            );
        }
        _ => {}
    }
    match get("iss") {
        Some(issuer) if issuer != server.issuer && !server.assumed => {
            return Answer::Refused(format!(
                "the answer says it comes from {}, and the question was for {}",
                quote(issuer),
                quote(&server.issuer)
            ));
        }
        None if server.says_issuer => {
            return Answer::Refused(format!(
                "the answer does not say who it comes from (iss), and {} says that its answers do",
                server.issuer
            ));
        }
        _ => {}
    }
    if let Some(error) = get("error") {
        let more = get("error_description").map_or_else(String::new, |text| format!(": {text}"));
        return Answer::Refused(format!("{} says {error}{more}", server.issuer));
    }
    match get("code") {
        Some(code) if !code.is_empty() => Answer::Code(Secret::new(code)),
        _ => Answer::Refused("the answer has no code".to_owned()),
    }
}

/// What proves who we are, put into a request for a token: parameters, and a header for some.
pub fn prove(
    client: &ClientId,
    key: Option<&Key>,
    claims: &Claims<'_>,
    form: &mut Form,
) -> Result<Option<Secret>, String> {
    let mut put = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
    match (client.method, &client.secret, key) {
        (Method::Basic, Some(secret), _) => {
            // Both are encoded as in a form first (RFC 6749 §2.3.1).
            let encode = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let pair = format!("{}:{}", encode(&client.id), encode(secret.reveal()));
            return Ok(Some(Secret::new(format!(
                "Basic {}",
                STANDARD.encode(pair)
            ))));
        }
        (Method::Post, Some(secret), _) => {
            put("client_id", &client.id);
            put("client_secret", secret.reveal());
        }
        (Method::Jwt, _, Some(key)) => {
            put("client_id", &client.id);
            put(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            );
            put("client_assertion", jwt::assertion(key, claims)?.reveal());
        }
        (Method::Jwt, _, None) => {
            return Err(
                "the authorization server wants a signed assertion, and there is no key to sign with"
                    .to_owned(),
            );
        }
        _ => put("client_id", &client.id),
    }
    Ok(None)
}

/// Reads the answer to a request for a token; `wanted` says what it is for.
pub fn tokens(body: &[u8], now: i64, wanted: Tokens) -> Result<Tokens, String> {
    let form: Form = form_urlencoded::parse(body).into_owned().collect();
    let get = |name: &str| {
        json::string_at(body, &[name]).or_else(|| {
            let found = form.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.clone())
        })
    };
    let access = get("access_token")
        .filter(|token| !token.is_empty())
        .ok_or("there is no access_token in the answer")?;
    let kind = get("token_type").unwrap_or_else(|| "Bearer".to_owned());
    let kind = ["Bearer", "DPoP"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(&kind))
        .ok_or_else(|| format!("a token of the type {} is of no use here", quote(&kind)))?;
    let lives = json::get(body, &["expires_in"])
        .and_then(|raw| json::integer(raw).or_else(|| json::string(raw)?.parse().ok()))
        .or_else(|| get("expires_in")?.parse().ok());
    Ok(Tokens {
        access: Secret::new(access),
        kind: kind.to_owned(),
        // A server that gives no new one goes on taking the old one (RFC 6749 §6).
        refresh: get("refresh_token").map(Secret::new).or(wanted.refresh),
        expires: lives.map(|seconds| now.saturating_add(seconds)),
        granted: get("scope").or(wanted.granted),
        ..wanted
    })
}

/// What an OAuth error says (RFC 6749 §5.2), in words.
pub fn error(status: u16, body: &[u8]) -> String {
    let more = json::string_at(body, &["error_description"])
        .map_or_else(String::new, |text| format!(": {text}"));
    match json::string_at(body, &["error"]) {
        Some(error) => format!("refused with {status} {error}{more}"),
        None => format!("answered {status}"),
    }
}
