//! Logins on the engine's side: their steps are recorded, what they end in is kept where the settings say.
//!
//! By default that is `logins.json` in the data directory: clients and tokens in plain text, for this user alone (0600),
//! replaced as a whole under a lock. The platform's keychain holds the same text as one item; it is only asked when the
//! settings say so, for a terminal over ssh often has none, and unlocking it may wait for a person (`asking`).

mod asking;
#[cfg(feature = "keychain")]
mod keychain;

use std::sync::Arc;

pub(super) use asking::Keychain;

use super::{Connect, Engine, Update};
use crate::history::file::{self, FileError, Lock};
use crate::mask::{Rule, Secrets};
use crate::mcp::auth::{self, ClientId, Keys, Tokens};
use crate::mcp::client::Input;
use crate::note::Note;
use crate::transport::http::login::{self, Keep, Shelf};
use crate::transport::http::{Address, OpenError, Store};
use crate::transport::{Link, LinkEvent, Target, http};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Logins could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The keychain.
    #[error("cannot use the keychain: {0}")]
    Keychain(String),
}

impl StoreError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Keychain(_) => Some("unlock it, or set logins = \"file\"".to_owned()),
        }
    }
}

/// What is kept; nothing when nothing was kept yet.
fn read(store: &Store) -> Result<Keys, StoreError> {
    match store {
        Store::File(path) => {
            let bytes = file::read(path, LARGEST)?;
            Ok(Keys::read(&bytes).map_err(|what| {
                let source = std::io::Error::new(std::io::ErrorKind::InvalidData, what);
                file::failed("read", path)(source)
            })?)
        }
        Store::Keychain(_) => {
            let text = keychain::read()?;
            Keys::read(&text).map_err(StoreError::Keychain)
        }
    }
}

/// Changes what is kept.
fn change<T>(store: &Store, change: impl FnOnce(&mut Keys) -> T) -> Result<T, StoreError> {
    let (Store::File(path) | Store::Keychain(path)) = store;
    let _lock = Lock::of(path)?;
    let mut keys = read(store)?;
    let found = change(&mut keys);
    match store {
        Store::File(path) => file::replace(path, keys.to_json().as_bytes())?,
        Store::Keychain(_) => keychain::replace(keys.to_json().as_bytes())?,
    }
    Ok(found)
}

/// Forgets every token for a server; gives how many there were.
pub fn forget(store: &Store, server: &url::Url) -> Result<usize, StoreError> {
    if matches!(store, Store::File(path) if !path.exists()) {
        return Ok(0);
    }
    let server = crate::mcp::auth::canonical(server);
    match store {
        Store::File(_) => change(store, |keys| keys.drop_tokens(&server)),
        Store::Keychain(_) => {
            let store = store.clone();
            asking::asked_here(move || change(&store, |keys| keys.drop_tokens(&server)))
        }
    }
}

/// What is said of a login that cannot be kept.
fn forgotten(error: &StoreError) -> String {
    format!("{error}; the login is forgotten when this connection ends")
}

/// What stands in for the keychain where this build has none; the settings are refused before it is asked.
#[cfg(not(feature = "keychain"))]
mod keychain {
    use super::StoreError;

    fn none() -> StoreError {
        StoreError::Keychain("this mcpscope is built without it".to_owned())
    }

    pub fn read() -> Result<Vec<u8>, StoreError> {
        Err(none())
    }

    pub fn replace(_: &[u8]) -> Result<(), StoreError> {
        Err(none())
    }
}

impl Engine {
    /// A link to an address, with what is kept of earlier logins. What is taken from there is masked like what was given.
    pub(super) fn link(&self, connect: &Connect, address: &Address) -> Result<Link, OpenError> {
        let store = address.login.as_ref().and_then(|login| login.store.clone());
        let canonical = crate::mcp::auth::canonical(&address.url);
        let (secrets, name) = (self.recorder.secrets().clone(), connect.name.clone());
        let shelf = store.map(|store| {
            let (known, opening): (Box<dyn Fn() -> Keys + Send + Sync>, _) = match store {
                Store::File(_) => (Box::new(move || read(&store).unwrap_or_default()), None),
                Store::Keychain(_) => {
                    let events = self.event_queue.clone();
                    let opening = self.keychain.open(store, connect.conn, events);
                    (Box::new(self.keychain.heard()), Some(opening))
                }
            };
            let read = Arc::new(move || {
                let keys = known();
                if let Some(tokens) = keys.tokens(&canonical) {
                    hide(&secrets, &name, tokens);
                }
                keys
            });
            Shelf { read, opening }
        });
        http::start_with(address, shelf)
    }

    /// An address with the kept login of its server, for a link that logs in nowhere by itself; said in the recording.
    pub(super) async fn with_login(
        &mut self,
        conn: u32,
        connect: &Connect,
        address: &Address,
    ) -> Address {
        let mut address = address.clone();
        let is_given = |(name, _): &(String, String)| name.eq_ignore_ascii_case("authorization");
        let login = address.login.as_ref();
        let Some(store) = login
            .filter(|_| !address.headers.iter().any(is_given))
            .and_then(|login| login.store.clone())
        else {
            return address;
        };
        let keys = match &store {
            Store::File(_) => read(&store).unwrap_or_default(),
            // It was heard when the server was connected to; nobody waits for it here.
            Store::Keychain(_) => self.keychain.heard()(),
        };
        let settings = login.map(|login| &login.settings);
        let Some(tokens) = settings.and_then(|one| login::kept(&keys, &address.url, one)) else {
            return address;
        };
        hide(self.recorder.secrets(), &connect.name, &tokens);
        let bearer = format!("{} {}", tokens.kind, tokens.access.reveal());
        address.headers.push(("authorization".to_owned(), bearer));
        self.note(conn, &Note::Login(auth::noted(&tokens, "kept")))
            .await;
        address
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

    /// Waits for logins that are still being kept, at the end, and records what came of it.
    pub(super) async fn keep_the_last(&mut self) {
        self.keychain.close().await;
        while let Ok((conn, event)) = self.events.try_recv() {
            if let LinkEvent::Remark(what) = event {
                self.note(conn, &Note::Remark { what }).await;
            }
        }
    }

    fn store(&self, conn: u32) -> Option<Store> {
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
        let Some(store) = self.store(conn) else {
            return;
        };
        let put = move |keys: &mut Keys| match &keep {
            Keep::Client(issuer, Some(client)) => keys.put_client(issuer, client.clone()),
            Keep::Client(issuer, None) => keys.drop_client(issuer),
            Keep::Tokens(tokens) => keys.put_tokens((**tokens).clone()),
        };
        if matches!(store, Store::Keychain(_)) {
            let events = self.event_queue.clone();
            self.keychain.keep(store, conn, events, put);
        } else if let Err(error) = change(&store, put) {
            let what = forgotten(&error);
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
    use std::path::Path;

    use super::*;
    use crate::mcp::auth::{Method, Secret, Source};

    pub(super) fn tokens(server: &str) -> Tokens {
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
        let store = Store::File(path.clone());
        let server = url::Url::parse("https://h/mcp").unwrap();
        assert_eq!(forget(&store, &server).unwrap(), 0);
        assert!(!path.exists());
        change(&store, |keys| keys.put_tokens(tokens("https://h/mcp"))).unwrap();
        let client = ClientId {
            id: "c".into(),
            secret: None,
            method: Method::None,
            redirect: None,
            source: Source::Registered,
        };
        change(&store, |keys| keys.put_client("https://as", client.clone())).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            assert_eq!(mode(path.parent().unwrap()), 0o700);
        }
        let keys = read(&store).unwrap();
        assert_eq!(keys.tokens("https://h/mcp"), Some(&tokens("https://h/mcp")));
        assert_eq!(keys.client("https://as"), Some(&client));
        assert_eq!(forget(&store, &server).unwrap(), 1);
        assert_eq!(forget(&store, &server).unwrap(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("logins.json");
        let store = Store::File(path.clone());
        std::fs::write(&path, "{ mine").unwrap();
        let error = change(&store, |keys| keys.put_tokens(tokens("s"))).unwrap_err();
        assert!(error.to_string().contains("logins.json"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ mine");
    }
}
