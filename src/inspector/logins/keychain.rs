//! The keychain of the platform: the Keychain of macOS, the Secret Service (GNOME Keyring, KWallet …) elsewhere.
//!
//! One item holds all logins. Asking may wait until a person has unlocked it; nothing else of ours is in it.

use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};

use super::StoreError;

/// What the item is called where keychains are listed.
const SERVICE: &str = "mcpscope";
/// Its account.
const ACCOUNT: &str = "logins";

/// The text that is kept; none when there is no item yet.
pub fn read() -> Result<Vec<u8>, StoreError> {
    read_from(&store()?)
}

/// Keeps a text in place of what was kept.
pub fn replace(text: &[u8]) -> Result<(), StoreError> {
    replace_in(&store()?, text)
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>, StoreError> {
    Ok(apple_native_keyring_store::keychain::Store::new().map_err(told)?)
}

#[cfg(not(target_os = "macos"))]
fn store() -> Result<Arc<CredentialStore>, StoreError> {
    Ok(zbus_secret_service_keyring_store::Store::new().map_err(told)?)
}

fn read_from(store: &Arc<CredentialStore>) -> Result<Vec<u8>, StoreError> {
    match entry(store)?.get_secret() {
        Ok(text) => Ok(text),
        Err(Error::NoEntry) => Ok(Vec::new()),
        Err(error) => Err(told(error)),
    }
}

fn replace_in(store: &Arc<CredentialStore>, text: &[u8]) -> Result<(), StoreError> {
    entry(store)?.set_secret(text).map_err(told)
}

fn entry(store: &Arc<CredentialStore>) -> Result<Entry, StoreError> {
    store.build(SERVICE, ACCOUNT, None).map_err(told)
}

fn told(error: Error) -> StoreError {
    StoreError::Keychain(match error {
        // These carry the item's bytes.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "its item is not ours".to_owned(),
        other => other.to_string(),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_at_first_and_then_what_was_kept_last() {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        assert_eq!(read_from(&store).unwrap(), b"");
        replace_in(&store, b"{\"version\":1}").unwrap();
        replace_in(&store, "{\"é\":2}".as_bytes()).unwrap();
        assert_eq!(read_from(&store).unwrap(), "{\"é\":2}".as_bytes());
    }

    #[test]
    fn a_keychain_that_fails_says_what_to_do_and_repeats_no_secret() {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        replace_in(&store, b"kept").unwrap();
        let item = entry(&store).unwrap();
        let mock: &keyring_core::mock::Cred = item.as_any().downcast_ref().unwrap();
        mock.set_error(Error::BadEncoding(b"s3cret".to_vec()));
        let error = read_from(&store).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot use the keychain: its item is not ours"
        );
        assert_eq!(error.hint().unwrap(), "unlock it, or set logins = \"file\"");
    }
}
