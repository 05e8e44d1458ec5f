//! An address that a server wants opened: what of it people should look at before they do.
//!
//! Nothing is fetched or opened here.

use url::{Host, Url};

use crate::text;

/// See the module. All texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// All of it, as the server wrote it.
    pub whole: String,
    /// Its host, with the port when it is not the usual one; none when it is no address.
    pub host: Option<String>,
    /// What would be opened; none when it is nothing that is.
    pub opens: Option<String>,
    /// What is odd about it, in words.
    pub warnings: Vec<String>,
}

impl Address {
    /// Reads what a server wrote.
    pub fn read(raw: &str) -> Self {
        let whole = text::sanitize(raw).into_owned();
        let mut warnings = Vec::new();
        let Ok(url) = Url::parse(raw.trim()) else {
            return Self {
                whole,
                host: None,
                opens: None,
                warnings: vec!["this is no address".to_owned()],
            };
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let is_page = matches!(url.scheme(), "http" | "https") && host.is_some();
        if !is_page {
            let scheme = text::sanitize(url.scheme()).into_owned();
            warnings.push(format!("only http and https are opened, not {scheme}"));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            warnings.push("not encrypted: http to another machine".to_owned());
        }
        if let Some(host) = host
            && host.split('.').any(|label| label.starts_with("xn--"))
        {
            let as_written = raw.split("//").nth(1).unwrap_or_default();
            let as_written = as_written.split(['/', '?', '#']).next().unwrap_or_default();
            let also = if as_written.is_ascii() {
                String::new()
            } else {
                format!(" (written {})", text::sanitize(as_written))
            };
            warnings.push(format!(
                "punycode: letters of other scripts may look like a host you know{also}"
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            warnings.push("what stands before the @ is a name and no host".to_owned());
        }
        Self {
            whole,
            host: host.map(|host| {
                let host = text::sanitize(host).into_owned();
                url.port()
                    .map_or(host.clone(), |port| format!("{host}:{port}"))
            }),
            opens: is_page.then(|| url.to_string()),
            warnings,
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(raw: &str, of: &str) -> bool {
        let address = Address::read(raw);
        address.warnings.iter().any(|words| words.contains(of))
    }

    #[test]
    fn the_host_is_told_apart() {
        let plain = Address::read("https://id.example:8443/login?next=%2F#x");
        assert_eq!(plain.host.as_deref(), Some("id.example:8443"));
        assert_eq!(plain.whole, "https://id.example:8443/login?next=%2F#x");
        assert_eq!(plain.opens.as_deref(), Some(plain.whole.as_str()));
        assert!(plain.warnings.is_empty());
        let fooled = Address::read("https://bank.example@evil.example/");
        assert_eq!(fooled.host.as_deref(), Some("evil.example"));
        assert!(warned("https://bank.example@evil.example/", "before the @"));
    }

    #[test]
    fn hosts_in_other_scripts_are_told() {
        // The first letter is Cyrillic.
        let lookalike = "https://\u{430}pple.example/";
        let address = Address::read(lookalike);
        assert_eq!(address.host.as_deref(), Some("xn--pple-43d.example"));
        assert!(warned(lookalike, "punycode"));
        assert!(warned(lookalike, "(written \u{430}pple.example)"));
        assert!(warned("https://xn--pple-43d.example/", "punycode"));
        assert!(!warned("https://example.xn/", "punycode"));
    }

    #[test]
    fn what_is_no_page_is_never_opened() {
        for raw in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "x",
            "",
            "https://",
        ] {
            assert_eq!(Address::read(raw).opens, None, "{raw}");
            assert!(!Address::read(raw).warnings.is_empty(), "{raw}");
        }
        assert!(warned("http://example.com/", "not encrypted"));
        assert!(!warned("http://127.0.0.1:3000/", "not encrypted"));
        assert!(!warned("http://localhost/", "not encrypted"));
        assert!(
            !Address::read("https://a.b/\u{202e}c")
                .whole
                .contains('\u{202e}')
        );
    }
}
