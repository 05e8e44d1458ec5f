//! Asking a keychain, which may wait for a person: on threads of their own, and no longer than [`PATIENCE`].
//!
//! The engine and its links never wait for it. What it holds is heard once a connection, before anything is sent there,
//! and is known from then on; what is kept is written behind, one after the other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{StoreError, change, read};
use crate::mcp::auth::Keys;
use crate::transport::LinkEvent;
use crate::transport::http::Store;
use crate::transport::http::login::Opening;

/// How long a keychain is waited for: as long as it takes to look up a password and type it.
const PATIENCE: Duration = Duration::from_secs(60);

/// After so long it is said what is waited for.
const SOON: Duration = Duration::from_secs(1);

/// How long the end of the engine waits for what is still being written.
const AT_THE_END: Duration = Duration::from_secs(5);

/// Something that happened on a connection.
type Events = mpsc::Sender<(u32, LinkEvent)>;

/// The keychain as the engine knows it.
#[derive(Debug, Default)]
pub struct Keychain {
    /// What it holds, as far as it was heard.
    heard: Arc<Mutex<Keys>>,
    /// One is written at a time, in the order they came.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// How often something was to be kept.
    kept: Arc<AtomicU64>,
    writing: JoinSet<()>,
}

impl Keychain {
    /// What it holds, as it was heard last.
    pub fn heard(&self) -> impl Fn() -> Keys + Send + Sync + use<> {
        let heard = Arc::clone(&self.heard);
        move || lock(&heard).clone()
    }

    /// Asks what it holds, for a connection that begins.
    pub fn open(&self, store: Store, conn: u32, events: Events) -> Opening {
        let (heard, turn) = (Arc::clone(&self.heard), Arc::clone(&self.turn));
        let kept = Arc::clone(&self.kept);
        Box::pin(async move {
            let asked = async {
                loop {
                    let before = kept.load(Ordering::Acquire);
                    let turn = turn.lock().await;
                    let store = store.clone();
                    let told = asked(PATIENCE, move || read(&store)).await;
                    drop(turn);
                    // What is to be kept meanwhile is newer than what was read.
                    if told.is_err() || kept.load(Ordering::Acquire) == before {
                        break told;
                    }
                }
            };
            tokio::pin!(asked);
            let told = tokio::select! {
                told = &mut asked => told,
                () = sleep(SOON) => {
                    let what = "waiting for the keychain; it may want to be unlocked".to_owned();
                    // Whoever is gone need not know.
                    let _ = events.send((conn, LinkEvent::Remark(what))).await;
                    asked.await
                }
            };
            match told {
                Ok(keys) => {
                    *lock(&heard) = keys;
                    None
                }
                Err(error) => Some(format!("{error}; earlier logins are not known")),
            }
        })
    }

    /// Changes what it holds, and says so on the connection when that cannot be.
    pub fn keep(
        &mut self,
        store: Store,
        conn: u32,
        events: Events,
        what: impl Fn(&mut Keys) + Send + 'static,
    ) {
        what(&mut lock(&self.heard));
        self.kept.fetch_add(1, Ordering::AcqRel);
        let turn = Arc::clone(&self.turn);
        self.writing.spawn(async move {
            let _turn = turn.lock().await;
            let kept = asked(PATIENCE, move || change(&store, what)).await;
            if let Err(error) = kept {
                let what = super::forgotten(&error);
                let _ = events.send((conn, LinkEvent::Remark(what))).await;
            }
        });
        // Those that are done.
        while self.writing.try_join_next().is_some() {}
    }

    /// Waits for what is being written, but not for long.
    pub async fn close(&mut self) {
        let all = async { while self.writing.join_next().await.is_some() {} };
        // Who did not unlock it by now has had the time.
        let _ = timeout(AT_THE_END, all).await;
    }
}

fn lock(heard: &Mutex<Keys>) -> std::sync::MutexGuard<'_, Keys> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does work that may wait for a person on a thread of its own; it goes on there when nobody waits any more.
async fn asked<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (done, told) = oneshot::channel();
    let thread = std::thread::Builder::new().name("keychain".to_owned());
    // Nobody may be listening any more.
    let started = thread.spawn(move || drop(done.send(work())));
    if let Err(error) = started {
        return Err(StoreError::Keychain(error.to_string()));
    }
    match timeout(patience, told).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(StoreError::Keychain("asking it failed".to_owned())),
        Err(_) => Err(silent(patience)),
    }
}

/// The same where nothing else waits.
pub fn asked_here<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (done, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || drop(done.send(work())));
    told.recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Err(silent(PATIENCE)))
}

fn silent(patience: Duration) -> StoreError {
    let seconds = patience.as_secs();
    StoreError::Keychain(format!("it did not answer within {seconds} s"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::inspector::logins::tests::tokens;

    #[tokio::test(flavor = "current_thread")]
    async fn a_keychain_that_says_nothing_is_given_up() {
        let (unlock, locked) = std::sync::mpsc::channel::<()>();
        let asking = asked(Duration::from_millis(1), move || {
            let _ = locked.recv();
            Ok(())
        });
        let error = asking.await.unwrap_err();
        let told = error.to_string();
        assert!(
            told.starts_with("cannot use the keychain: it did not answer within"),
            "{told}"
        );
        assert!(error.hint().unwrap().contains("unlock it"));
        drop(unlock);
    }

    /// A file stands in for the keychain: what is kept is known at once, written in order, and heard again.
    #[tokio::test(flavor = "current_thread")]
    async fn what_is_kept_is_known_at_once_and_heard_by_the_next() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::File(home.path().join("logins.json"));
        let (events, mut told) = mpsc::channel(8);
        let mut keychain = Keychain::default();
        for server in ["https://a/", "https://b/", "https://a/"] {
            keychain.keep(store.clone(), 1, events.clone(), move |keys| {
                keys.put_tokens(tokens(server));
            });
        }
        let known = keychain.heard();
        assert!(known().tokens("https://b/").is_some());
        keychain.close().await;
        let next = Keychain::default();
        assert!(next.heard()().tokens("https://a/").is_none());
        let remark = next.open(store.clone(), 2, events.clone()).await;
        assert_eq!(remark, None);
        assert_eq!(next.heard()(), known());
        assert!(told.try_recv().is_err(), "nothing to tell");
        // What cannot be read is told, and so is what cannot be kept.
        std::fs::write(home.path().join("logins.json"), "{ mine").unwrap();
        let remark = next.open(store.clone(), 2, events.clone()).await.unwrap();
        assert!(
            remark.ends_with("; earlier logins are not known"),
            "{remark}"
        );
        keychain.keep(store, 1, events, |_| {});
        keychain.close().await;
        let (conn, LinkEvent::Remark(what)) = told.recv().await.unwrap() else {
            panic!("something else was told");
        };
        assert!(conn == 1 && what.contains("is forgotten"), "{what}");
    }
}
