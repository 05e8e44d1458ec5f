//! A server whose program changes: a script that runs the fake server with some flags, and then with others.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::FAKE;
use super::program::Home;

/// What to call it in a home.
pub const SERVER: &str = "./server.sh";

/// Writes it anew, as editors do: beside, and then in its place.
pub fn write(home: &Home, flags: &str) {
    let path = home.path("server.sh");
    let new = home.path("server.sh~");
    fs::write(&new, format!("#!/bin/sh\nexec '{FAKE}' {flags}\n")).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o700)).unwrap();
    fs::rename(new, path).unwrap();
}
