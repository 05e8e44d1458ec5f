//! The two documents of discovery: a protected resource's metadata (RFC 9728) and an authorization server's (RFC 8414,
//! OpenID Connect Discovery); where they are looked for, and what must hold of them (protocol.md §5.1, 2 to 5).

use url::{Host, Url};

use crate::json::{self, Kind};

/// What a protected resource says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource {
    /// What it calls itself; tokens are asked for by that name.
    pub name: Option<String>,
    /// Issuers of the authorization servers it trusts.
    pub servers: Vec<String>,
    /// Scopes it knows.
    pub scopes: Vec<String>,
}

impl Resource {
    /// Reads it; none when it is no JSON object.
    pub fn read(body: &[u8]) -> Option<Self> {
        is_object(body).then(|| Self {
            name: json::string_at(body, &["resource"]),
            servers: strings(body, "authorization_servers").unwrap_or_default(),
            scopes: strings(body, "scopes_supported").unwrap_or_default(),
        })
    }

    /// Whether what it calls itself covers a server's address: same origin, and a path above it or the same.
    pub fn covers(&self, server: &Url) -> bool {
        let Some(resource) = &self.name else {
            return true;
        };
        let Ok(resource) = Url::parse(resource) else {
            return false;
        };
        let above = resource.path().trim_end_matches('/');
        resource.origin() == server.origin()
            && server
                .path()
                .strip_prefix(above)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// What an authorization server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Server {
    /// Its name.
    pub issuer: String,
    /// Where people allow things.
    pub authorize: Option<Url>,
    /// Where tokens are had.
    pub token: Option<Url>,
    /// Where clients are registered.
    pub register: Option<Url>,
    /// Scopes it knows.
    pub scopes: Vec<String>,
    /// Ways a client may prove who it is; none when it does not say.
    pub methods: Option<Vec<String>>,
    /// Ways of PKCE; none when it does not say.
    pub challenges: Option<Vec<String>>,
    /// Grants it gives; none when it does not say.
    pub grants: Option<Vec<String>>,
    /// Whether a client may be known by the address of a document (CIMD).
    pub takes_documents: bool,
    /// Whether it says who it is in its redirects (RFC 9207).
    pub says_issuer: bool,
    /// Whether there is any document of it; without one, everything is where 2025-03-26 puts it.
    pub assumed: bool,
}

impl Server {
    /// Reads it; none when it is no JSON object.
    pub fn read(body: &[u8]) -> Option<Self> {
        let url = |name: &str| {
            json::string_at(body, &[name])
                .and_then(|text| Url::parse(&text).ok())
                .filter(is_web)
        };
        let flag = |name: &str| json::get(body, &[name]).and_then(json::boolean) == Some(true);
        is_object(body).then(|| Self {
            issuer: json::string_at(body, &["issuer"]).unwrap_or_default(),
            authorize: url("authorization_endpoint"),
            token: url("token_endpoint"),
            register: url("registration_endpoint"),
            scopes: strings(body, "scopes_supported").unwrap_or_default(),
            methods: strings(body, "token_endpoint_auth_methods_supported"),
            challenges: strings(body, "code_challenge_methods_supported"),
            grants: strings(body, "grant_types_supported"),
            takes_documents: flag("client_id_metadata_document_supported"),
            says_issuer: flag("authorization_response_iss_parameter_supported"),
            assumed: false,
        })
    }

    /// Where 2025-03-26 puts everything when there is no document (`basic/authorization`, Fallbacks).
    pub fn assumed(base: &Url) -> Self {
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(path);
            url.set_query(None);
            Some(url)
        };
        Self {
            issuer: issuer_of(base),
            authorize: at("/authorize"),
            token: at("/token"),
            register: at("/register"),
            assumed: true,
            ..Self::default()
        }
    }

    /// Whether it gives this grant, as far as it says.
    pub fn gives(&self, grant: &str) -> bool {
        self.grants
            .as_ref()
            .is_none_or(|grants| grants.iter().any(|other| other == grant))
    }

    /// What is wrong with its endpoints, if anything: what goes there is secret (protocol.md §5.4).
    pub fn unsafe_endpoint(&self) -> Option<String> {
        [&self.authorize, &self.token, &self.register]
            .into_iter()
            .flatten()
            .find(|url| url.scheme() != "https" && !is_loopback(url))
            .map(|url| format!("{url} is not https"))
    }
}

/// The origin of a server's address as an issuer: without a slash at its end.
pub fn issuer_of(server: &Url) -> String {
    server.origin().ascii_serialization()
}

/// The name of a server that tokens are asked for by: its address without fragment, and without a slash that stands
/// alone (protocol.md §5.1, 8).
pub fn canonical(server: &Url) -> String {
    let mut url = server.clone();
    url.set_fragment(None);
    let text = url.to_string();
    if url.path() == "/" && url.query().is_none() {
        text.trim_end_matches('/').to_owned()
    } else {
        text
    }
}

/// Where a resource's metadata are looked for, in order, when no challenge says where.
pub fn resource_places(server: &Url) -> Vec<Url> {
    let root = "/.well-known/oauth-protected-resource";
    let path = server.path().trim_end_matches('/');
    let mut places = vec![at_path(server, &format!("{root}{path}"))];
    if !path.is_empty() {
        places.push(at_path(server, root));
    }
    places
}

/// Where an authorization server's metadata are looked for, in order; none when its name is no address.
pub fn server_places(issuer: &str) -> Option<Vec<Url>> {
    let url = Url::parse(issuer).ok().filter(is_web)?;
    let path = url.path().trim_end_matches('/');
    let mut places = vec![
        at_path(
            &url,
            &format!("/.well-known/oauth-authorization-server{path}"),
        ),
        at_path(&url, &format!("/.well-known/openid-configuration{path}")),
    ];
    if !path.is_empty() {
        places.push(at_path(
            &url,
            &format!("{path}/.well-known/openid-configuration"),
        ));
    }
    Some(places)
}

fn at_path(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Whether an address that somebody else named may be asked from here: over HTTP, and not on this machine when the
/// server that named it is elsewhere (protocol.md §5.4).
pub fn may_ask(url: &Url, server: &Url) -> Result<(), String> {
    if !is_web(url) {
        return Err(format!("{url} is neither http nor https"));
    }
    if is_within(url) && !is_within(server) {
        return Err(format!(
            "{url} is on this machine, and the server that names it is not"
        ));
    }
    if url.scheme() == "http" && server.scheme() == "https" && !is_loopback(url) {
        return Err(format!("{url} is not https"));
    }
    Ok(())
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some()
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether an address is on this machine, or on the link it hangs on (where clouds keep their secrets).
fn is_within(url: &Url) -> bool {
    is_loopback(url)
        || match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_link_local() || ip.is_unspecified(),
            Some(Host::Ipv6(ip)) => {
                ip.is_unicast_link_local()
                    || ip.is_unspecified()
                    || ip.to_ipv4_mapped().is_some_and(|ip| {
                        ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
                    })
            }
            _ => false,
        }
}

fn is_object(body: &[u8]) -> bool {
    json::check(body).is_ok() && json::kind(body) == Kind::Object
}

fn strings(body: &[u8], name: &str) -> Option<Vec<String>> {
    let list = json::get(body, &[name]).filter(|raw| json::kind(raw) == Kind::Array)?;
    Some(json::elements(list).filter_map(json::string).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn texts(urls: Vec<Url>) -> Vec<String> {
        urls.into_iter().map(String::from).collect()
    }

    #[test]
    fn documents_are_looked_for_at_the_path_first_and_then_at_the_root() {
        assert_eq!(
            texts(resource_places(&url("https://h/public/mcp?x=1#y"))),
            [
                "https://h/.well-known/oauth-protected-resource/public/mcp",
                "https://h/.well-known/oauth-protected-resource"
            ]
        );
        assert_eq!(
            texts(resource_places(&url("https://h:8443/"))),
            ["https://h:8443/.well-known/oauth-protected-resource"]
        );
        assert_eq!(
            texts(server_places("https://as/t1").unwrap()),
            [
                "https://as/.well-known/oauth-authorization-server/t1",
                "https://as/.well-known/openid-configuration/t1",
                "https://as/t1/.well-known/openid-configuration"
            ]
        );
        for issuer in ["https://as", "https://as/"] {
            assert_eq!(
                texts(server_places(issuer).unwrap()),
                [
                    "https://as/.well-known/oauth-authorization-server",
                    "https://as/.well-known/openid-configuration"
                ]
            );
        }
        assert_eq!(server_places("id.example"), None);
        assert_eq!(server_places("file:///etc"), None);
    }

    #[test]
    fn a_resource_covers_what_is_below_it_and_nothing_else() {
        let server = url("https://h/a/mcp");
        for (resource, covers) in [
            ("https://h/a/mcp", true),
            ("https://h/a", true),
            ("https://h/a/", true),
            ("https://h", true),
            ("HTTPS://H:443/a/mcp", true),
            ("https://h/a/mc", false),
            ("https://h/a/mcp/x", false),
            ("https://other/a/mcp", false),
            ("http://h/a/mcp", false),
            ("mcp", false),
        ] {
            let metadata = Resource {
                name: Some(resource.to_owned()),
                ..Resource::default()
            };
            assert_eq!(metadata.covers(&server), covers, "{resource}");
        }
    }

    #[test]
    fn a_server_is_called_by_its_address() {
        for (server, name) in [
            ("HTTPS://Host.Example:443/MCP#x", "https://host.example/MCP"),
            ("https://h/", "https://h"),
            ("https://h/mcp/", "https://h/mcp/"),
            ("https://h/mcp?tenant=1", "https://h/mcp?tenant=1"),
        ] {
            assert_eq!(canonical(&url(server)), name);
        }
        assert_eq!(issuer_of(&url("http://h:8080/mcp")), "http://h:8080");
    }

    #[test]
    fn nobody_elsewhere_makes_us_ask_this_machine() {
        let (far, near) = (
            url("https://far.example/mcp"),
            url("http://127.0.0.1:3/mcp"),
        );
        for bad in [
            "http://127.0.0.1:80/x",
            "http://localhost/x",
            "https://[::1]/x",
            "http://169.254.169.254/latest",
            "https://[::ffff:127.0.0.1]/",
            "http://other.example/x",
            "file:///etc/passwd",
        ] {
            assert!(may_ask(&url(bad), &far).is_err(), "{bad}");
        }
        assert_eq!(may_ask(&url("https://other.example/x"), &far), Ok(()));
        assert_eq!(may_ask(&url("http://localhost:9/x"), &near), Ok(()));
        assert_eq!(may_ask(&url("http://other.example/x"), &near), Ok(()));
        assert!(may_ask(&url("javascript:alert(1)"), &near).is_err());
    }

    #[test]
    fn endpoints_must_be_https_but_on_this_machine() {
        let read = |token: &str| {
            let body = format!(r#"{{"issuer":"x","token_endpoint":"{token}"}}"#);
            Server::read(body.as_bytes()).unwrap()
        };
        assert_eq!(read("https://as/token").unsafe_endpoint(), None);
        assert_eq!(read("http://localhost:1/token").unsafe_endpoint(), None);
        assert!(read("http://as/token").unsafe_endpoint().is_some());
        // No address for people to open, nor for secrets to go to.
        assert_eq!(read("javascript:alert(1)").token, None);
    }

    proptest! {
        #[test]
        fn any_document_is_survived(body in r#"[\[\]{}:,"a-z_/]{0,80}"#) {
            let _ = (Resource::read(body.as_bytes()), Server::read(body.as_bytes()));
        }
    }
}
