//! Tests of probes.
#![expect(clippy::unwrap_used, reason = "tests")]
