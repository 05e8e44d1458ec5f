//! Logging in from the command line: the options that say how, the address a person is told, and the verbs `login` and
//! `logout`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::headless::Headless;
use super::lines::Lines;
use super::output::Output;
use super::target::TargetArgs;
use super::{Exit, Outcome, OutputArgs};
use crate::config::{self, Config, Logins};
use crate::inspector::{Update, logins};
use crate::mcp::auth::{Grant, Key, Person, Secret, Settings};
use crate::paths::Paths;
use crate::text;
use crate::transport::http::Store;
use crate::transport::{Target, http};

/// How to log in when a server wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct LoginArgs {
    /// Who mcpscope is to the authorization server, when it was registered there by hand
    #[arg(long, value_name = "ID", requires = "url", help_heading = "Login")]
    client_id: Option<String>,
    /// The variable that holds the client's secret
    #[arg(
        long,
        value_name = "VARIABLE",
        requires = "client_id",
        help_heading = "Login"
    )]
    client_secret_env: Option<String>,
    /// The client's private key (PEM, PKCS#8), to prove who it is with signed assertions
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_id",
        help_heading = "Login"
    )]
    client_key: Option<PathBuf>,
    /// Where a document about this client is published (client id metadata document)
    #[arg(long, value_name = "URL", value_parser = document, requires = "url", help_heading = "Login")]
    client_metadata_url: Option<url::Url>,
    /// Ask for this scope, whatever the server says
    #[arg(long, value_name = "SCOPE", requires = "url", help_heading = "Login")]
    scope: Option<String>,
    /// The port of this machine that the browser comes back to; any by default
    #[arg(long, value_name = "PORT", requires = "url", help_heading = "Login")]
    callback_port: Option<u16>,
    /// How to get a token: in a browser (code), or for the client itself (client-credentials)
    #[arg(long, value_name = "GRANT", value_parser = grant(), requires = "url", help_heading = "Login")]
    grant: Option<Granted>,
    /// Log in: always waits for somebody to do it; never fails instead; auto waits where there is a terminal
    #[arg(long, value_name = "WHEN", value_enum, requires = "url", num_args = 0..=1, default_missing_value = "always", help_heading = "Login")]
    login: Option<When>,
}

/// The grants that the command line knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Granted {
    Code,
    ClientCredentials,
}

/// Whether somebody is there to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

fn grant() -> impl clap::builder::TypedValueParser<Value = Granted> {
    PossibleValuesParser::new(["code", "client-credentials"]).map(|word| match word.as_str() {
        "client-credentials" => Granted::ClientCredentials,
        _ => Granted::Code,
    })
}

fn document(text: &str) -> Result<url::Url, String> {
    let url = url::Url::parse(text).map_err(|error| format!("no address: {error}"))?;
    if url.scheme() != "https" || url.path() == "/" {
        return Err("it must be https and have a path".to_owned());
    }
    Ok(url)
}

impl LoginArgs {
    /// How to log in; none when it is not wanted.
    pub fn login(&self, store: Option<Store>) -> Result<Option<Box<http::Login>>, Failure> {
        let person = match self.login {
            Some(When::Never) => return Ok(None),
            Some(When::Always) => Person::Asked,
            _ if io::stderr().is_terminal() => Person::Asked,
            _ => Person::Nobody,
        };
        let client_secret = match &self.client_secret_env {
            None => None,
            Some(name) => match std::env::var(name) {
                Ok(value) if !value.is_empty() => Some(Secret::new(value)),
                _ => {
                    return Err(
                        Failure::usage(format!("the variable {name} holds no secret"))
                            .hint(format!("set it first, as in {name}=… mcpscope …")),
                    );
                }
            },
        };
        let key = match &self.client_key {
            None => None,
            Some(path) => {
                let pem = std::fs::read_to_string(path).map_err(|error| {
                    Failure::usage(format!("cannot read {}: {error}", path.display()))
                })?;
                Some(Key {
                    pem: Secret::new(pem),
                    algorithm: None,
                    id: None,
                })
            }
        };
        Ok(Some(Box::new(http::Login {
            settings: Settings {
                client_id: self.client_id.clone(),
                client_secret,
                key,
                client_metadata_url: self.client_metadata_url.clone(),
                scope: self.scope.clone(),
                callback_port: self.callback_port,
                grant: match self.grant {
                    Some(Granted::ClientCredentials) => Grant::ClientCredentials,
                    _ => Grant::Code,
                },
                person,
            },
            store,
        })))
    }
}

/// Where the settings say that logins are kept; nowhere when this user has no place for files.
pub fn store(paths: Option<&Paths>, settings: &config::Settings) -> Option<Store> {
    let file = paths?.logins_file();
    Some(match settings.logins {
        Logins::File => Store::File(file),
        Logins::Keychain => Store::Keychain(file),
    })
}

/// Where a token is kept, and how safe that is.
fn where_kept() -> Option<String> {
    let paths = Paths::from_env().ok()?;
    let config = Config::load(&paths).ok()?;
    Some(match store(Some(&paths), &config.settings)? {
        Store::File(file) => format!(
            "it is kept in {} in plain text, which only this user can read; mcpscope logout forgets it",
            file.display()
        ),
        Store::Keychain(_) => {
            "it is kept in the keychain of this machine; mcpscope logout forgets it".to_owned()
        }
    })
}

/// Waits for a person to log in: tells them where, and reads what they paste.
#[derive(Debug, Default)]
pub struct Door {
    /// What is typed; whoever asks something else meanwhile has it.
    pub(super) typed: Option<Lines>,
    /// Whether somebody else reads them meanwhile.
    pub(super) lent: bool,
    open: bool,
}

impl Door {
    /// A person has to open `url`, which issuer and redirect are of; nobody has to any longer when there is none.
    pub fn visit(&mut self, url: Option<&Secret>, issuer: &str, redirect: &str) -> Option<String> {
        self.open = url.is_some();
        let url = url?;
        let types = io::stdin().is_terminal();
        if types && self.typed.is_none() && !self.lent {
            self.typed = Some(Lines::of(io::stdin()));
        }
        let paste = if types {
            ", or for the address it ends at, pasted here"
        } else {
            ""
        };
        Some(format!(
            "login: {} wants to be told that this is allowed. Open in a browser:\n\n  {}\n\nwaiting for it to come back to {}{paste}\n",
            text::sanitize(issuer),
            text::sanitize(url.reveal()),
            text::sanitize(redirect),
        ))
    }

    /// The next line that is pasted while somebody is waited for.
    pub async fn pasted(&mut self) -> String {
        let Some(lines) = self.typed.as_mut().filter(|_| self.open) else {
            return std::future::pending().await;
        };
        loop {
            match lines.next().await {
                Some(line) if line.trim_ascii().is_empty() => {}
                Some(line) => return String::from_utf8_lossy(&line).into_owned(),
                // stdin is closed: only the browser can still come back.
                None => return std::future::pending().await,
            }
        }
    }
}

/// Log in to a server, and keep the tokens
///
/// Connects to the server, goes through its login if it wants one, and says what the token is good for. Tokens and
/// registered clients are kept in plain text in logins.json in the data directory, readable by this user only; with
/// logins = "keychain" in the settings, in the keychain of the platform.
#[derive(Debug, Clone, Args)]
pub struct VerbArgs {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// Forget the tokens for a server
#[derive(Debug, Clone, Args)]
pub struct LogoutArgs {
    /// The server: its address
    #[arg(long, value_name = "URL", value_parser = http::address)]
    url: url::Url,
}

/// Runs `login`.
pub fn run(args: &VerbArgs) -> Exit {
    let target = args.target.target(&[]).and_then(|target| {
        let connect = target.server("login")?;
        if matches!(connect.target, Target::Process(_)) {
            let what = "a server that is a process needs no login";
            return Err(Failure::usage(what).hint("--url URL".to_owned()));
        }
        Ok((target, connect))
    });
    super::session(target, &args.output, async |session, output| {
        work(session, output).await
    })
}

async fn work(session: &mut Headless, output: &mut Output) -> Outcome {
    while !session.connection().is_ready() {
        if let Update::Ready { .. } = session.next().await? {
            break;
        }
    }
    let token = session.connection().login.token.clone();
    let mut document = session.document();
    let (told, raw) = match &token {
        None => (
            format!("{} wants no login", session.name()),
            "null".to_owned(),
        ),
        Some(token) => {
            let optional = |text: &Option<Box<str>>| {
                text.as_deref()
                    .map_or_else(|| "null".to_owned(), crate::json::quote)
            };
            let scope = token
                .scope
                .as_deref()
                .map_or_else(String::new, |scope| format!(", scope {scope}"));
            let told = format!("logged in to {} by {}{scope}", session.name(), token.issuer);
            let raw = format!(
                r#"{{"issuer":{},"scope":{},"expires":{},"refreshable":{},"jwt":{}}}"#,
                crate::json::quote(&token.issuer),
                optional(&token.scope),
                token
                    .expires
                    .map_or_else(|| "null".to_owned(), |at| at.to_string()),
                token.refreshable,
                token.jwt.as_deref().unwrap_or("null"),
            );
            (told, raw)
        }
    };
    if let Some(words) = token.as_ref().and_then(|_| where_kept()) {
        session.console.note(&words);
    }
    if output.json {
        document.raw("token", &raw);
        output.document(&document)?;
    } else {
        output.line(&text::sanitize(&told))?;
    }
    Ok(Exit::Ok)
}

/// Runs `logout`.
pub fn forget(args: &LogoutArgs) -> Exit {
    let forgotten = Paths::from_env()
        .map_err(|error| Failure::usage(error.to_string()))
        .and_then(|paths| {
            let config = Config::load(&paths)
                .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
            let Some(store) = store(Some(&paths), &config.settings) else {
                return Ok(0);
            };
            logins::forget(&store, &args.url)
                .map_err(|error| Failure::new(Exit::Internal, error.to_string()).hint(error.hint()))
        });
    match forgotten {
        Ok(count) => {
            let tokens = text::plural(count, "token");
            // Nobody may be reading; the exit code says it too.
            let _ = writeln!(io::stderr(), "{tokens} forgotten; the server was not told");
            Exit::Ok
        }
        Err(failure) => super::report(&failure),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_document_must_be_somewhere_public() {
        assert!(document("https://me.example/client.json").is_ok());
        for bad in [
            "http://me.example/client.json",
            "https://me.example/",
            "client.json",
        ] {
            assert!(document(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_given_is_passed_on_and_a_missing_secret_is_told() {
        let args = LoginArgs {
            client_id: Some("me".into()),
            grant: Some(Granted::ClientCredentials),
            login: Some(When::Always),
            ..LoginArgs::default()
        };
        let login = args.login(None).unwrap().unwrap();
        assert_eq!(login.settings.client_id.as_deref(), Some("me"));
        assert_eq!(
            (&login.settings.grant, login.settings.person),
            (&Grant::ClientCredentials, Person::Asked)
        );
        assert_eq!(login.store, None);
        let missing = LoginArgs {
            client_secret_env: Some("MCPSCOPE_NO_SUCH_VARIABLE".into()),
            ..args.clone()
        };
        assert!(
            missing
                .login(None)
                .unwrap_err()
                .what
                .contains("MCPSCOPE_NO_SUCH_VARIABLE")
        );
        let never = LoginArgs {
            login: Some(When::Never),
            ..args
        };
        assert_eq!(never.login(None).unwrap(), None);
    }
}
