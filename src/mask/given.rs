//! What a person gives for a server: variables, headers, and what stands in its command line or address.

use std::cmp::Reverse;
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

    /// A server is started with these arguments: those of options with a telling name are secrets, headers with one,
    /// and in addresses passwords and parameters.
    pub fn started(&mut self, conn: u32, arguments: &[String]) {
        for told in secrets_in(arguments) {
            let text = &arguments[told.argument];
            if let Ok(url) = Url::parse(&text[told.value..]) {
                self.address(conn, Rule::Variable, "argument", &url);
            }
            let secret = text[told.place].trim();
            self.pass(conn, Rule::Variable, &told.name, secret);
            // In an address it may be written otherwise than it is.
            let plain = decoded(secret);
            if text.contains("://") && plain != secret {
                self.pass(conn, Rule::Variable, &told.name, &plain);
            }
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
            // The address of something, with parameters, or a header.
            Some((name, _)) if !is_option && (name.contains("://") || is_header(name)) => {
                (option, bare)
            }
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
                    place: from + place.start..from + place.end,
                    name: name.to_owned(),
                });
            }
        };
        if let Some(name) = name.filter(|name| is_telling(name)) {
            tell(name, 0..value.len());
        } else if let Some((header, place)) = header_in(value, name) {
            tell(header, place);
        } else {
            if let Some(place) = password_in(value) {
                tell("argument.password", place);
            }
            for (name, place) in parameters_in(value) {
                tell(name, place);
            }
        }
        option = is_option.then_some(bare).filter(|bare| !bare.contains('='));
    }
    found
}

/// Whether what stands before a `=` is the beginning of a header: the `=` is in its value.
fn is_header(text: &str) -> bool {
    let name = text.split_once(':').map(|(name, _)| name);
    name.is_some_and(|name| is_token(name) && headers::is_secret(name))
}

fn is_token(name: &str) -> bool {
    let is_in = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(is_in)
}

/// A header that is a secret, and where its secret stands. Behind an option that takes headers no space has to follow
/// the colon.
fn header_in<'a>(text: &'a str, option: Option<&str>) -> Option<(&'a str, Range<usize>)> {
    let (name, value) = text.split_once(':')?;
    let takes = option.is_some_and(|option| {
        option == "H"
            || option
                .to_ascii_lowercase()
                .trim_end_matches('s')
                .ends_with("header")
    });
    if !(takes || value.starts_with(' ')) || !is_header(text) {
        return None;
    }
    let (_, secret) = headers::scheme(value);
    let start = name.len() + 1 + value.rfind(secret)?;
    // What the program itself puts in there is no secret yet.
    let is_variable = secret.starts_with("${") && secret.ends_with('}');
    (!is_variable).then_some((name, start..start + secret.len()))
}

/// The parameters of an address that are secrets, and where their values stand.
fn parameters_in(text: &str) -> Vec<(&str, Range<usize>)> {
    let Some(query) = text.find("://").and_then(|_| text.find('?')) else {
        return Vec::new();
    };
    let end = text.find('#').unwrap_or(text.len());
    let mut found = Vec::new();
    let mut at = query + 1;
    for pair in text.get(at..end).unwrap_or_default().split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && headers::is_secret(name)
        {
            let start = at + name.len() + 1;
            found.push((name, start..start + value.len()));
        }
        at += pair.len() + 1;
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
    let mut found = secrets_in(arguments);
    found.sort_by_key(|told| (told.argument, told.place.start, Reverse(told.place.end)));
    // What looks like an address with a password may be the value of a parameter: such are one.
    found.dedup_by(|told, last| {
        let overlap = told.argument == last.argument && told.place.start < last.place.end;
        if overlap {
            last.place.end = last.place.end.max(told.place.end);
        }
        overlap
    });
    // From the back, so that places before stay what they are.
    for told in found.into_iter().rev() {
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

/// Values of so many letters stand in other words by chance.
const SHORT: usize = 3;

/// A text in which what variables and inputs put in stands by their names again, as it is or as addresses spell it.
pub fn unfilled(text: &str, secrets: &[(String, String)]) -> String {
    let mut all: Vec<_> = secrets
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    // The longer one may hold the shorter one.
    all.sort_by_key(|(_, value)| Reverse(value.len()));
    // Names that were put in are looked for nothing any more.
    let mut pieces = vec![Piece::Text(text.to_owned())];
    for (name, value) in all {
        let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        for spelled in [value.clone(), form.replace('+', "%20"), form] {
            pieces = pieces
                .into_iter()
                .flat_map(|piece| match piece {
                    Piece::Text(text) => named(&text, name, &spelled),
                    Piece::Name(name) => vec![Piece::Name(name)],
                })
                .collect();
        }
    }
    pieces.iter().fold(String::new(), |mut text, piece| {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Name(name) => {
                text.push_str("${");
                text.push_str(name);
                text.push('}');
            }
        }
        text
    })
}

/// A piece of a text in which names are put for values.
enum Piece<'a> {
    Text(String),
    Name(&'a str),
}

/// A text with a name wherever the value stands; one of a few letters stands only where it is a word of its own.
fn named<'a>(text: &str, name: &'a str, value: &str) -> Vec<Piece<'a>> {
    let is_short = value.chars().nth(SHORT).is_none();
    let inner = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(value) {
        let end = at + value.len();
        let within = inner(text[..at].chars().next_back()) || inner(text[end..].chars().next());
        if is_short && within {
            continue;
        }
        pieces.push(Piece::Text(text[from..at].to_owned()));
        pieces.push(Piece::Name(name));
        from = end;
    }
    pieces.push(Piece::Text(text[from..].to_owned()));
    pieces
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
    fn what_stands_in_the_addresses_and_headers_of_a_command_line_is_masked() {
        let mut it = Masker::default();
        let arguments = [
            "mcp-remote",
            "https://me:pass-word-1@h/mcp?api_key=first%2Bkey&page=2&sig=second-key#top",
            "--url=https://x/?tavilyApiKey=third-key",
            "--header",
            "Authorization: Bearer fourth-key==",
            "--header=X-Api-Key:fifth-key",
            "-H",
            "Cookie:sixth-key",
            "Accept: text/plain",
            "--header",
            "Authorization:${AUTH_HEADER}",
            "--header",
            "Accept: text/html",
            "C:/author/x",
        ]
        .map(str::to_owned);
        it.started(1, &arguments);
        assert_eq!(
            masked_arguments(&arguments).join(" "),
            "mcp-remote https://me:‹masked:argument.password›@h/mcp?api_key=‹masked:api_key›&page=2&sig=‹masked:sig›#top \
             --url=https://x/?tavilyApiKey=‹masked:tavilyApiKey› --header Authorization: Bearer ‹masked:Authorization› \
             --header=X-Api-Key:‹masked:X-Api-Key› -H Cookie:‹masked:Cookie› Accept: text/plain \
             --header Authorization:${AUTH_HEADER} --header Accept: text/html C:/author/x"
        );
        for secret in [
            "pass-word-1",
            "first%2Bkey",
            "first+key",
            "second-key",
            "third-key",
            "fourth-key==",
            "fifth-key",
            "sixth-key",
        ] {
            let told = shown(&mut it, &format!("it is {secret} here"));
            assert!(
                !told.contains(secret) && told.contains("‹masked:"),
                "{told}"
            );
        }
        let plain = "Accept: text/html, text/plain, page=2, C:/author/x";
        assert_eq!(shown(&mut it, plain), plain);
    }

    #[test]
    fn secrets_that_overlap_are_one() {
        let text = "?key=?key=?key=://: Bearer @".to_owned();
        let shown = masked_arguments(&[text]).concat();
        assert!(
            shown.contains("‹masked:") && !shown.contains("Bearer"),
            "{shown}"
        );
    }

    proptest::proptest! {
        /// However an argument looks, it is cut at its letters, and what is no secret stays.
        #[test]
        fn any_argument_can_be_masked(
            arguments in proptest::collection::vec("(-{0,2}[aHk:é]{0,3}(header|token|://|\\?key=|&sig=|: Bearer |=|#|@){0,6}[bc]{0,3}){0,2}", 0..4),
        ) {
            let shown = masked_arguments(&arguments);
            proptest::prop_assert_eq!(shown.len(), arguments.len());
            let mut it = Masker::default();
            it.started(1, &arguments);
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

    #[test]
    fn what_inputs_put_in_stands_by_their_names_however_it_is_spelled() {
        let secrets = [
            ("key".to_owned(), "a b&c".to_owned()),
            ("long".to_owned(), "a b&cd".to_owned()),
            ("none".to_owned(), String::new()),
            ("a".to_owned(), "8".to_owned()),
            ("e".to_owned(), "key".to_owned()),
        ];
        for (text, told) in [
            ("--token=a b&c", "--token=${key}"),
            ("https://h/a%20b%26c/mcp", "https://h/${key}/mcp"),
            ("https://h/mcp?k=a+b%26cd", "https://h/mcp?k=${long}"),
            ("nothing", "nothing"),
            ("--port=8 --to 8080 -a8", "--port=${a} --to 8080 -a8"),
            ("key monkey a b&c", "${e} monkey ${key}"),
        ] {
            assert_eq!(unfilled(text, &secrets), told);
        }
    }
}
