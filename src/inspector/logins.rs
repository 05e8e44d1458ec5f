//! Logins on the engine's side: their steps are recorded, what they end in is kept in a file of the user's.
//!
//! The file is `logins.json` in the data directory: clients and tokens in plain text, for this user alone (0600),
//! replaced as a whole under a lock. A keychain of the platform is not used: it would need a daemon and a prompt on
//! each system, and a terminal over ssh often has neither.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Connect, Engine, Update};
use crate::history::file::{self, FileError, Lock};
use crate::mask::{Rule, Secrets};
use crate::mcp::auth::{ClientId, Keys, Tokens};
use crate::mcp::client::Input;
use crate::note::Note;
use crate::transport::http::login::{Keep, Shelf};
use crate::transport::http::{Address, OpenError};
use crate::transport::{Link, LinkEvent, Target, http};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// What is kept in the file; nothing when there is none, or none that can be read.
fn read(path: &Path) -> Result<Keys, FileError> {
    let bytes = file::read(path, LARGEST)?;
    Keys::read(&bytes).map_err(|what| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        file::failed("read", path)(source)
    })
}

/// Changes what is kept.
fn change<T>(path: &Path, change: impl FnOnce(&mut Keys) -> T) -> Result<T, FileError> {
    let _lock = Lock::of(path)?;
    let mut keys = read(path)?;
    let found = change(&mut keys);
    file::replace(path, keys.to_json().as_bytes())?;
    Ok(found)
}

/// Forgets every token for a server; gives how many there were.
pub fn forget(path: &Path, server: &url::Url) -> Result<usize, FileError> {
    if !path.exists() {
        return Ok(0);
    }
    let server = crate::mcp::auth::canonical(server);
    change(path, |keys| keys.drop_tokens(&server))
}

impl Engine {
    /// A link to an address, with what is kept of earlier logins. What is taken from there is masked like what was given.
    pub(super) fn link(&self, connect: &Connect, address: &Address) -> Result<Link, OpenError> {
        let store = address.login.as_ref().and_then(|login| login.store.clone());
        let canonical = crate::mcp::auth::canonical(&address.url);
        let (secrets, name) = (self.recorder.secrets().clone(), connect.name.clone());
        let shelf = store.map(|path| {
            Shelf(Arc::new(move || {
                let keys = read(&path).unwrap_or_default();
                if let Some(tokens) = keys.tokens(&canonical) {
                    hide(&secrets, &name, tokens);
                }
                keys
            }))
        });
        http::start_with(address, shelf)
    }

    /// Something of a login happened; gives back what is none of it.
    pub(super) async fn login(&mut self, conn: u32, event: LinkEvent) -> Option<LinkEvent> {
        match event {
            LinkEvent::Login(hop) => self.note(conn, &Note::Login(hop)).await,
            LinkEvent::Visit(url) => self.tell(Update::Visit { conn, url }).await,
            LinkEvent::Held(held) => self.put(conn, Input::Held(held), None).await,
            LinkEvent::Keep(keep) => self.keep(conn, keep).await,
            other => return Some(other),
        }
        None
    }

    fn store(&self, conn: u32) -> Option<PathBuf> {
        match &self.connections.get(&conn)?.connect.target {
            Target::Address(address) => address.login.as_ref()?.store.clone(),
            Target::Process(_) => None,
        }
    }

    async fn keep(&mut self, conn: u32, keep: Keep) {
        if let Some(live) = self.connections.get(&conn) {
            let (secrets, name) = (self.recorder.secrets(), &live.connect.name);
            match &keep {
                Keep::Tokens(tokens) => hide(secrets, name, tokens),
                Keep::Client(
                    _,
                    Some(ClientId {
                        secret: Some(secret),
                        ..
                    }),
                ) => {
                    secrets.hide("client_secret", Rule::Header, secret.reveal(), name);
                }
                Keep::Client(..) => {}
            }
        }
        let Some(path) = self.store(conn) else { return };
        let kept = change(&path, |keys| match keep {
            Keep::Client(issuer, Some(client)) => keys.put_client(&issuer, client),
            Keep::Client(issuer, None) => keys.drop_client(&issuer),
            Keep::Tokens(tokens) => keys.put_tokens(*tokens),
        });
        if let Err(error) = kept {
            let what = format!("{error}; the login is forgotten when this connection ends");
            self.note(conn, &Note::Remark { what }).await;
        }
    }
}

/// Lets tokens be masked wherever they are repeated.
fn hide(secrets: &Secrets, server: &str, tokens: &Tokens) {
    secrets.hide("access_token", Rule::Header, tokens.access.reveal(), server);
    if let Some(refresh) = &tokens.refresh {
        secrets.hide("refresh_token", Rule::Header, refresh.reveal(), server);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::mcp::auth::{Method, Secret, Source};

    fn tokens(server: &str) -> Tokens {
        Tokens {
            issuer: "https://as".into(),
            server: server.into(),
            client: "c".into(),
            access: Secret::new("tok"),
            kind: "Bearer".into(),
            refresh: None,
            expires: None,
            requested: None,
            granted: None,
        }
    }

    #[test]
    fn the_file_is_the_users_alone_and_changes_add_up() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data").join("logins.json");
        let server = url::Url::parse("https://h/mcp").unwrap();
        assert_eq!(forget(&path, &server).unwrap(), 0);
        assert!(!path.exists());
        change(&path, |keys| keys.put_tokens(tokens("https://h/mcp"))).unwrap();
        let client = ClientId {
            id: "c".into(),
            secret: None,
            method: Method::None,
            redirect: None,
            source: Source::Registered,
        };
        change(&path, |keys| keys.put_client("https://as", client.clone())).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            assert_eq!(mode(path.parent().unwrap()), 0o700);
        }
        let keys = read(&path).unwrap();
        assert_eq!(keys.tokens("https://h/mcp"), Some(&tokens("https://h/mcp")));
        assert_eq!(keys.client("https://as"), Some(&client));
        assert_eq!(forget(&path, &server).unwrap(), 1);
        assert_eq!(forget(&path, &server).unwrap(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("logins.json");
        std::fs::write(&path, "{ mine").unwrap();
        let error = change(&path, |keys| keys.put_tokens(tokens("s"))).unwrap_err();
        assert!(error.to_string().contains("logins.json"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ mine");
    }
}
