//! How a connection opens, for every kind of server and every wish of the user.

use std::time::Duration;

use mcpscope::mcp::client::{EraChoice, Options};
use mcpscope::mcp::revision::Revision;
use mcpscope::session::timeline::LinkState;

use super::peer::{Peer, options, run};

/// One row: what the user wants, what the server does, what must come of it.
struct Row {
    era: EraChoice,
    flags: &'static [&'static str],
    /// The revision in use, or part of why there is none.
    outcome: Result<Revision, &'static str>,
    /// Part of the evidence of the verdict.
    evidence: &'static str,
}

const fn row(
    era: EraChoice,
    flags: &'static [&'static str],
    outcome: Result<Revision, &'static str>,
    evidence: &'static str,
) -> Row {
    Row {
        era,
        flags,
        outcome,
        evidence,
    }
}

#[rustfmt::skip]
const TABLE: &[Row] = {
    use EraChoice::{Auto, Legacy, Modern};
    use Revision::{V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};
    &[
        row(Auto, &[], Ok(V2025_06_18), "refused with -32601"),
        row(Auto, &["--probe-error", "-32000"], Ok(V2025_06_18), "refused with -32000"),
        row(Auto, &["--revision", "2024-11-05"], Ok(V2024_11_05), "refused with -32601"),
        row(Auto, &["--modern"], Ok(V2026_07_28), "server/discover lists 2026-07-28"),
        row(Auto, &["--dual"], Ok(V2026_07_28), "server/discover lists 2026-07-28, 2025-11-25, 2025-06-18"),
        row(Auto, &["--dual-pinned"], Ok(V2026_07_28), "server/discover lists"),
        row(Auto, &["--discover-versions", "2025-11-25,2025-06-18", "--revision", "2025-11-25"], Ok(V2025_11_25), "lists only 2025-11-25, 2025-06-18"),
        row(Auto, &["--discover-versions", "2031-01-01"], Err("the server speaks 2031-01-01"), ""),
        row(Auto, &["--refuse-version", "2025-06-18"], Ok(V2025_06_18), "refused with -32022 lists only 2025-06-18"),
        row(Auto, &["--refuse-version", "2031-01-01"], Err("the server speaks 2031-01-01"), ""),
        row(Auto, &["--modern", "--refuse-version-once", "2026-07-28"], Ok(V2026_07_28), "server/discover lists 2026-07-28"),
        row(Auto, &["--modern", "--refuse-version", "2026-07-28"], Err("refuses 2026-07-28 and lists it as supported"), ""),
        row(Auto, &["--exit-on-probe"], Ok(V2025_06_18), "the process exited on server/discover"),
        row(Auto, &["--exit-on-probe", "--signal", "KILL"], Ok(V2025_06_18), "the process exited on server/discover"),
        row(Auto, &["--silent-probe"], Ok(V2025_06_18), "no answer to server/discover within 0.3 s"),
        row(Auto, &["--probe-after-initialize"], Ok(V2026_07_28), "server/discover answered late"),
        row(Auto, &["--probe-stderr", "200"], Ok(V2025_06_18), "refused with -32601"),
        row(Auto, &["--slow-start", "100"], Ok(V2025_06_18), "refused with -32601"),
        row(Auto, &["--revision", "2031-01-01"], Err("version \"2031-01-01\""), "refused with -32601"),
        row(Legacy, &[], Ok(V2025_06_18), "asked for"),
        row(Legacy, &["--exit-on-probe"], Ok(V2025_06_18), "asked for"),
        row(Legacy, &["--dual-pinned"], Ok(V2025_06_18), "asked for"),
        row(Legacy, &["--modern"], Err("initialize was refused with -32022"), "asked for"),
        row(Legacy, &["--revision", "2026-07-28"], Err("version \"2026-07-28\""), "asked for"),
        row(Modern, &["--modern"], Ok(V2026_07_28), "server/discover lists"),
        row(Modern, &["--dual"], Ok(V2026_07_28), "server/discover lists"),
        row(Modern, &[], Err("not a 2026-07-28 server"), ""),
    ]
};

#[test]
fn every_server_is_met_in_its_own_era() {
    for Row {
        era,
        flags,
        outcome,
        evidence,
    } in TABLE
    {
        run(async {
            let mut peer = Peer::new(
                flags,
                Options {
                    probe_wait: Duration::from_millis(300),
                    ..options(*era)
                },
            );
            let opened = peer.opened().await;
            let session = peer.end().await;
            let connection = session.timeline.state().connection(1).unwrap();
            let case = format!(
                "{era:?} {flags:?}: {:?} {:?} {:?}",
                connection.revision, connection.verdict, connection.link
            );
            match outcome {
                Ok(revision) => assert!(opened && connection.revision == Some(*revision), "{case}"),
                Err(why) => {
                    let LinkState::Failed { what, .. } = &connection.link else {
                        panic!("{case}")
                    };
                    assert!(!opened && what.contains(why), "{case}");
                }
            }
            let found = connection
                .verdict
                .as_ref()
                .map_or("", |(_, evidence)| evidence);
            assert!(found.contains(evidence), "{case}");
            if *era == EraChoice::Legacy {
                assert!(
                    !session.methods().contains(&"server/discover".to_owned()),
                    "{case}"
                );
            }
        });
    }
}

#[test]
fn a_server_that_exits_on_the_probe_is_started_once_more_and_not_again() {
    run(async {
        let mut peer = Peer::new(
            &["--exit-on-probe", "--crash-on", "initialize"],
            options(EraChoice::Auto),
        );
        assert!(!peer.opened().await);
        let session = peer.end().await;
        assert_eq!(session.methods(), ["server/discover", "initialize"]);
        let starts = session
            .entries
            .iter()
            .filter(|entry| entry.text().starts_with("{\"event\":\"spawn\""))
            .count();
        assert_eq!(starts, 2);
    });
}

#[test]
fn the_handshake_proposes_what_the_user_wants() {
    for (revision, proposed) in [
        (None, "2025-11-25"),
        (Some(Revision::V2025_03_26), "2025-03-26"),
    ] {
        run(async {
            let mut peer = Peer::new(
                &[],
                Options {
                    revision,
                    ..options(EraChoice::Legacy)
                },
            );
            assert!(peer.opened().await);
            let first = peer.wire().remove(0);
            assert!(
                first.contains(&format!("\"protocolVersion\":\"{proposed}\"")),
                "{first}"
            );
            let session = peer.end().await;
            assert_eq!(
                session.methods(),
                ["initialize", "notifications/initialized"]
            );
        });
    }
}

#[test]
fn modern_requests_carry_the_revision_themselves() {
    run(async {
        let mut peer = Peer::new(&["--modern"], options(EraChoice::Auto));
        assert!(peer.opened().await);
        peer.call("echo", r#"{"text":"x"}"#).await;
        for frame in peer.wire().iter().filter(|frame| frame.starts_with('>')) {
            assert!(
                frame.contains("\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\""),
                "{frame}"
            );
        }
        let session = peer.end().await;
        assert_eq!(
            session.methods(),
            ["server/discover", "tools/call"],
            "no handshake, no farewell"
        );
    });
}
