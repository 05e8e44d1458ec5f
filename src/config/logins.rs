//! The setting `logins`: where clients and tokens of logins are kept.

use toml::de::DeValue;

/// Where logins are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logins {
    /// In `logins.json` in the data directory, in plain text, for this user alone.
    File,
    /// In the keychain of the platform.
    Keychain,
}

/// Reads it. A build without the keychain takes it for a wrong value, rather than keeping logins somewhere else.
pub(super) fn logins(value: &DeValue<'_>) -> Result<Logins, &'static str> {
    let known = cfg!(feature = "keychain");
    match value.as_str() {
        Some("file") => Ok(Logins::File),
        Some("keychain") if known => Ok(Logins::Keychain),
        _ if known => Err("\"file\" or \"keychain\""),
        _ => Err("\"file\" (this mcpscope is built without the feature keychain)"),
    }
}
