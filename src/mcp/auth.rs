//! Authorization of HTTP servers, the client's side, sans-io (protocol.md §5, every revision): a [`Flow`] is told what
//! happened and says which request to make next, and why; each rule is a transcript in `auth/tests.rs`.
//!
//! It owns the order of discovery, what must hold of what is found, who we are to an authorization server, scopes,
//! PKCE, the checks of the answer, tokens and their renewal. It opens no connection, no browser and no file, and reads
//! no clock; `transport::http::login` does that for it.
//!
//! # Why not a library
//!
//! rmcp's `auth` module was weighed (3.9, on its own, with an HTTP client of ours in it). It covers the standard flow,
//! but it would hide what an inspector is for, and bar what it is used on:
//!
//! * it tells results and error texts; which documents were tried, which of them was passed over and why, which client
//!   and which scope were chosen for what reason, is decided inside. Here each of these is a [`Hop`];
//! * a registration always asks for `token_endpoint_auth_method: none`, and authorization servers on private addresses
//!   are refused unless the MCP server is on this machine: both fail on servers under development;
//! * its steps are async functions around one HTTP client, so that a rule can be tested only with a server that breaks
//!   it; and 14 crates (half a minute of building) come with it, chrono and a second rand among them.
//!
//! `oauth2` covers PKCE and token requests, which is the small part. SHA-256, signatures and random bytes are ring's,
//! which TLS brings along anyway.

mod challenge;
mod flow;
pub mod given;
mod jwt;
mod keys;
mod metadata;
mod requests;
mod scopes;
mod secret;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

pub use challenge::{Challenge, challenges, of_oauth};
pub use flow::{Fetch, Flow, Output, Setup, noted};
pub use jwt::{Key, Proof, Proofs, decoded};
pub use keys::{ClientId, Keys, Method, Source, Tokens};
pub use metadata::{canonical, is_loopback};
pub use requests::Chance;
pub use scopes::within;
pub use secret::{Secret, masked_body, masked_headers, masked_url};

use url::Url;

pub use crate::note::login::Hop;

/// What a person gave to log in with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Who we are to the authorization server, when it knows us beforehand.
    pub client_id: Option<String>,
    /// What proves it.
    pub client_secret: Option<Secret>,
    /// A key that proves it (`private_key_jwt`).
    pub key: Option<Key>,
    /// Where a document about us is published (CIMD).
    pub client_metadata_url: Option<Url>,
    /// What to ask for, whatever the server says.
    pub scope: Option<String>,
    /// The port of this machine where people are sent back to; any by default.
    pub callback_port: Option<u16>,
    /// How tokens are had.
    pub grant: Grant,
    /// Who opens the browser.
    pub person: Person,
}

/// How tokens are had.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Grant {
    /// A person allows it in a browser.
    #[default]
    Code,
    /// The client asks for itself (`io.modelcontextprotocol/oauth-client-credentials`).
    ClientCredentials,
    /// An identity provider vouches (`io.modelcontextprotocol/enterprise-managed-authorization`).
    Enterprise(Box<Provider>),
    /// A signed statement of somebody the authorization server trusts (workload identity, RFC 7523 §2.1).
    Assertion(Secret),
}

/// An identity provider, and what it knows of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Where tokens are exchanged.
    pub token_endpoint: Url,
    /// Who we are there.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Option<Secret>,
    /// Who the person is.
    pub id_token: Secret,
}

/// Who opens the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Person {
    /// Nobody is there: what needs a person fails.
    #[default]
    Nobody,
    /// Somebody who is told the address.
    Asked,
    /// Nobody, but the address answers at once: its redirect is the answer (conformance tests).
    Follow,
}
