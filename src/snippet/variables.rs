//! The variables that stand for secrets: what they are called, and where they stand.

use super::{Listed, Server};

/// Names that are taken.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<String>);

impl Names {
    /// A name for a variable after `word`, numbered if there is one of that name.
    pub fn take(&mut self, word: &str) -> String {
        let mut base: String = word
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        if base.trim_matches('_').is_empty() || base.starts_with(|c: char| c.is_ascii_digit()) {
            base.insert_str(0, "SECRET_");
        }
        // What a shell or the programs it starts read themselves must not be asked for under its own name.
        if matches!(
            base.as_str(),
            "PATH" | "HOME" | "IFS" | "PWD" | "USER" | "SHELL" | "TERM" | "LANG"
        ) {
            base.insert_str(0, "ARG_");
        }
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let name = std::iter::once(base.clone())
            .chain(numbered)
            .find(|name| !self.0.contains(name))
            .unwrap_or(base);
        self.0.push(name.clone());
        name
    }

    /// The name itself, where a shell can have a variable of that name.
    fn keep(&mut self, name: &str) -> String {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if plain && !self.0.iter().any(|other| other == name) {
            self.0.push(name.to_owned());
            return name.to_owned();
        }
        self.take(name)
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Plain(String),
    /// What a variable holds.
    Variable(String),
    /// What a variable holds, as the inside of a JSON string.
    Escaped(String),
}

/// The variables of a server.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// For each variable passed in: its name, and the one that holds its value here.
    pub env: Vec<(String, String)>,
    /// For each header that was given: its name, and the variable that holds its value.
    pub headers: Vec<(String, String)>,
    /// For each input that the server's client asks for: its name, and the variable that holds it.
    pub inputs: Vec<(String, String)>,
    /// The address.
    pub url: Vec<Piece>,
}

impl Variables {
    pub fn of(server: &Server, names: &mut Names) -> Self {
        match server {
            Server::Process { env, .. } => Self {
                env: env
                    .iter()
                    .map(|name| (name.clone(), names.keep(name)))
                    .collect(),
                ..Self::default()
            },
            Server::Address { url, headers, .. } => Self {
                headers: headers
                    .iter()
                    .map(|name| (name.clone(), names.take(name)))
                    .collect(),
                url: address(url, names),
                ..Self::default()
            },
        }
    }

    /// Of one that is named: what its settings say needs none.
    pub fn of_listed(listed: &Listed, names: &mut Names) -> Self {
        let mut all = |words: &[String], keep: bool| -> Vec<(String, String)> {
            let pairs = words.iter().map(|word| {
                let variable = if keep {
                    names.keep(word)
                } else {
                    names.take(word)
                };
                (word.clone(), variable)
            });
            pairs.collect()
        };
        Self {
            env: all(&listed.env, true),
            headers: all(&listed.headers, false),
            inputs: all(&listed.inputs, false),
            url: Vec::new(),
        }
    }

    pub fn count(&self) -> usize {
        let of_url = self
            .url
            .iter()
            .filter(|piece| !matches!(piece, Piece::Plain(_)));
        self.env.len() + self.headers.len() + self.inputs.len() + of_url.count()
    }
}

/// What stands in an address in the place of a secret.
const MASKED: &str = "masked";

/// An address with variables where it is masked: a password, values in its query.
fn address(url: &str, names: &mut Names) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut put = |plain: &mut String, variable: String| {
        pieces.push(Piece::Plain(std::mem::take(plain)));
        pieces.push(Piece::Variable(variable));
    };
    let (head, query) = match url.split_once('?') {
        Some((head, query)) => (head, Some(query)),
        None => (url, None),
    };
    let start = head.find("://").map_or(0, |at| at + 3);
    let host = head[start..]
        .find('/')
        .map_or(head.len(), |slash| start + slash);
    match head[start..host].rsplit_once('@') {
        Some((user, _)) if user == MASKED || user.ends_with(":masked") => {
            let secret = start + user.len() - MASKED.len();
            plain.push_str(&head[..secret]);
            put(&mut plain, names.take("url_password"));
            plain.push_str(&head[start + user.len()..]);
        }
        _ => plain.push_str(head),
    }
    if let Some(query) = query {
        let (query, rest) = match query.split_once('#') {
            Some((query, rest)) => (query, Some(rest)),
            None => (query, None),
        };
        for (index, pair) in query.split('&').enumerate() {
            plain.push(if index == 0 { '?' } else { '&' });
            match pair.split_once('=') {
                Some((name, MASKED)) => {
                    plain.push_str(name);
                    plain.push('=');
                    put(&mut plain, names.take(name));
                }
                _ => plain.push_str(pair),
            }
        }
        if let Some(rest) = rest {
            plain.push('#');
            plain.push_str(rest);
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_variables_a_shell_can_have() {
        let mut names = Names::default();
        let taken: Vec<String> = ["api-key", "api.key", "", "9", "token", "Ünï", "path"]
            .map(|word| names.take(word))
            .into();
        let wanted = [
            "API_KEY",
            "API_KEY_2",
            "SECRET_",
            "SECRET_9",
            "TOKEN",
            "_N_",
            "ARG_PATH",
        ];
        assert_eq!(taken, wanted);
        assert_eq!(names.keep("Mixed_1"), "Mixed_1");
        assert_eq!(names.keep("a.b"), "A_B");
        assert_eq!(names.keep("TOKEN"), "TOKEN_2");
    }

    #[test]
    fn masked_parts_of_an_address_are_variables() {
        let told = |url: &str| -> String {
            address(url, &mut Names::default())
                .into_iter()
                .map(|piece| match piece {
                    Piece::Plain(text) => text,
                    Piece::Variable(name) | Piece::Escaped(name) => format!("<{name}>"),
                })
                .collect()
        };
        for (url, wanted) in [
            ("https://h/mcp", "https://h/mcp"),
            ("https://u:masked@h/mcp", "https://u:<URL_PASSWORD>@h/mcp"),
            ("https://masked@h", "https://<URL_PASSWORD>@h"),
            (
                "http://h/a?x=1&api_key=masked&token=masked#f",
                "http://h/a?x=1&api_key=<API_KEY>&token=<TOKEN>#f",
            ),
            ("http://h/masked?masked", "http://h/masked?masked"),
        ] {
            assert_eq!(told(url), wanted);
        }
    }
}
