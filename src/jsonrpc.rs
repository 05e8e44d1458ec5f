//! JSON-RPC envelopes, read leniently.
