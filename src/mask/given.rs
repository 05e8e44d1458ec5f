//! What a person gives for a server: variables, headers, and what stands in its command line or address.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use url::Url;

use super::rules::is_public;
use super::{Masker, Rule};
use crate::mcp::http::headers;

/// How the names of arguments end whose values are secrets; `_`, `-` and case do not count. Files, which many programs
/// take under such names, end otherwise.
const TELLING: &[&str] = &[
    "token",
    "apikey",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "accesskey",
    "secretkey",
    "connectionstring",
];

impl Masker {
    /// Variables or headers were passed to the server of a connection.
    pub fn passed(&mut self, conn: u32, rule: Rule, pairs: &[(String, String)]) {
        for (name, value) in pairs {
            if rule == Rule::Variable && self.secrets.rules().is_plain(name) {
                continue;
            }
            // What follows the scheme of an `Authorization` is the secret.
            let (_, secret) = headers::scheme(value);
            self.pass(conn, rule, name, secret);
            // Of an address the password alone is one, too: servers complain about it.
            if let Ok(url) = Url::parse(secret) {
                self.address(conn, rule, name, &url);
            }
        }
    }

    /// A server is started with these arguments: those of options with a telling name are secrets, and passwords in
    /// addresses.
    pub fn started(&mut self, conn: u32, arguments: &[String]) {
        for told in secrets_in(arguments) {
            let text = &arguments[told.argument];
            if let Ok(url) = Url::parse(&text[told.value..]) {
                self.address(conn, Rule::Variable, "argument", &url);
            }
            self.pass(conn, Rule::Variable, &told.name, text[told.place].trim());
        }
    }

    /// The server is at this address: its password, and what the user's part of it becomes in a header.
    pub fn address(&mut self, conn: u32, rule: Rule, name: &str, url: &Url) {
        let Some(password) = url.password().filter(|password| !password.is_empty()) else {
            return;
        };
        let (user, plain) = (decoded(url.username()), decoded(password));
        let basic = BASE64.encode(format!("{user}:{plain}"));
        self.pass(conn, rule, &format!("{name}.password"), &plain);
        self.pass(conn, rule, &format!("{name}.password"), password);
        self.pass(conn, rule, &format!("{name}.basic"), &basic);
    }

    fn pass(&mut self, conn: u32, rule: Rule, name: &str, value: &str) {
        let server = self.server(conn);
        // What is shorter, or a word of the protocol, is not looked for; see `Needles`.
        if value.chars().nth(3).is_none() || is_public(value) {
            return;
        }
        self.secrets.hide(name, rule, value, &server);
        // A line of stderr has one line of it at most.
        for line in value
            .lines()
            .filter(|line| line.len() < value.len() && line.len() >= 16)
        {
            self.secrets.hide(name, rule, line, &server);
        }
    }
}

/// A secret in a command line.
struct Told {
    /// Which argument.
    argument: usize,
    /// Where the argument's own value begins: behind `NAME=`.
    value: usize,
    /// Where the secret stands in it.
    place: Range<usize>,
    /// What it is called.
    name: String,
}

fn secrets_in(arguments: &[String]) -> Vec<Told> {
    let mut found = Vec::new();
    let mut option: Option<&str> = None;
    for (argument, text) in arguments.iter().enumerate() {
        let bare = text.trim_start_matches('-');
        let is_option = bare.len() < text.len();
        let (name, value) = match bare.split_once('=') {
            // The address of something, with parameters.
            Some((name, _)) if name.contains("://") => (None, text.as_str()),
            Some((name, value)) => (Some(name), value),
            None if is_option => (None, ""),
            None => (option, bare),
        };
        let from = text.len() - value.len();
        let mut tell = |name: &str, place: Range<usize>| {
            if !place.is_empty() {
                found.push(Told {
                    argument,
                    value: from,
                    place,
                    name: name.to_owned(),
                });
            }
        };
        if let Some(name) = name.filter(|name| is_telling(name)) {
            tell(name, from..text.len());
        } else if let Some(place) = password_in(value) {
            tell("argument.password", from + place.start..from + place.end);
        }
        option = is_option.then_some(bare).filter(|bare| !bare.contains('='));
    }
    found
}

/// Where a password stands in an address.
fn password_in(text: &str) -> Option<Range<usize>> {
    let start = text.find("://")? + 3;
    let rest = &text[start..];
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let user = &authority[..authority.rfind('@')?];
    let colon = user.find(':')? + 1;
    Some(start + colon..start + user.len())
}

/// The words of a command line as they may be shown and handed on.
pub fn masked_arguments(arguments: &[String]) -> Vec<String> {
    let mut shown = arguments.to_vec();
    for told in secrets_in(arguments) {
        shown[told.argument].replace_range(told.place, &super::placeholder(&told.name));
    }
    shown
}

fn is_telling(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    TELLING.iter().any(|end| plain.ends_with(end))
}

/// A part of an address as it was before it became one.
fn decoded(part: &str) -> String {
    // A plus is itself here, and a space in forms.
    let form = part
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    pairs
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Seen;

    fn shown(masker: &mut Masker, text: &str) -> String {
        let masked = masker.mask(1, Seen::Line, text.as_bytes());
        masked.map_or_else(
            || text.to_owned(),
            |masked| String::from_utf8_lossy(&masked.body).into_owned(),
        )
    }

    #[test]
    fn what_stands_in_a_command_line_is_masked() {
        let mut it = Masker::default();
        let arguments = [
            "--api-key",
            "hunter2-hunter2",
            "--token=abcdefgh1",
            "-e",
            "MY_SECRET=zyxwvuts9",
            "--author",
            "somebody else",
            "postgres://me:p%40ss%2Bword1@db/x",
            "--token-file",
            "/a/file/of/mine",
            "--secret",
            "--verbose-output",
        ];
        let arguments = arguments.map(str::to_owned);
        it.started(1, &arguments);
        let told = masked_arguments(&arguments).join(" ");
        assert_eq!(
            told,
            "--api-key ‹masked:api-key› --token=‹masked:token› -e MY_SECRET=‹masked:MY_SECRET› --author somebody else \
             postgres://me:‹masked:argument.password›@db/x --token-file /a/file/of/mine --secret --verbose-output"
        );
        for (text, masked) in [
            ("with hunter2-hunter2.", "with ‹masked:api-key›."),
            ("--token=abcdefgh1", "--token=‹masked:token›"),
            ("zyxwvuts9", "‹masked:MY_SECRET›"),
            ("no p@ss+word1!", "no ‹masked:argument.password›!"),
            (
                "postgres://me:p%40ss%2Bword1@db/x",
                "postgres://me:‹masked:argument.password.url›@db/x",
            ),
            ("somebody else", "somebody else"),
            ("/a/file/of/mine", "/a/file/of/mine"),
            ("--verbose-output", "--verbose-output"),
        ] {
            assert_eq!(shown(&mut it, text), masked);
        }
    }

    #[test]
    fn a_password_of_an_address_is_masked_alone_and_as_a_header() {
        let mut it = Masker::default();
        let value = "https://me:hunter2-hunter2@h/x".to_owned();
        it.passed(1, Rule::Variable, &[("URL".to_owned(), value)]);
        assert_eq!(
            shown(&mut it, "hunter2-hunter2 is no password"),
            "‹masked:URL.password› is no password"
        );
        let basic = BASE64.encode("me:hunter2-hunter2");
        assert_eq!(
            shown(&mut it, &format!("Basic {basic}")),
            "Basic ‹masked:URL.basic›"
        );
    }
}
