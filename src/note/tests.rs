//! Every note is read back as it was.

use super::tapped::Fate;
use super::*;

/// One of every kind, with odd texts.
fn notes() -> Vec<Note> {
    let text = || "a \"b\"\n".to_owned();
    vec![
        Note::Connect {
            name: text(),
            transport: "stdio".into(),
            era: "auto".into(),
        },
        Note::Spawn {
            pid: 7,
            command: vec!["a".into(), text()],
            cwd: Some("/x".into()),
            env: vec!["K".into()],
        },
        Note::StartFailed {
            what: text(),
            hint: None,
        },
        Note::Step {
            step: "kill".into(),
        },
        Note::Usage {
            cpu_ms: 12,
            rss: 34,
            processes: 2,
        },
        Note::WriteFailed { what: text() },
        Note::Exit {
            code: Some(3),
            signal: None,
        },
        Note::Exit {
            code: None,
            signal: Some(9),
        },
        Note::Probe { wait_ms: 3000 },
        Note::Verdict {
            era: "legacy".into(),
            evidence: text(),
        },
        Note::Ready {
            revision: "2025-11-25".into(),
        },
        Note::Failed {
            what: text(),
            hint: Some(text()),
        },
        Note::Timeout {
            id: "\"a\"".into(),
            after_ms: 5,
        },
        Note::Decided(Decided::KnownEra {
            era: "legacy".into(),
            since: "2026-11-21".into(),
            evidence: text(),
            skips: true,
        }),
        Note::Decided(Decided::Doubted { why: text() }),
        Note::Decided(Decided::Downgraded {
            since: "2026-11-21".into(),
            evidence: text(),
        }),
        Note::Decided(Decided::ByHand {
            frame: 7,
            odd: None,
        }),
        Note::Decided(Decided::ByHand {
            frame: 7,
            odd: Some(text()),
        }),
        Note::Decided(Decided::Extended {
            id: "7".into(),
            more_ms: Some(60_000),
        }),
        Note::Decided(Decided::Extended {
            id: "\"x\"".into(),
            more_ms: None,
        }),
        Note::Decided(Decided::Settings { what: text() }),
        Note::Decided(Decided::Served { what: text() }),
        Note::Decided(Decided::Replay { what: text() }),
        Note::Decided(Decided::Probing {
            probe: text(),
            step: text(),
            revision: text(),
        }),
        Note::Decided(Decided::Probed {
            probe: text(),
            why: Some(text()),
        }),
        Note::ListCut {
            method: text(),
            pages: 3,
            why: text(),
        },
        Note::Address {
            url: text(),
            transport: "auto".into(),
            headers: vec!["authorization".into()],
            insecure: true,
            everywhere: Some(true),
        },
        Note::Unanswered {
            id: "1".into(),
            kind: "refused".into(),
            status: Some(404),
            what: text(),
            hint: Some(text()),
        },
        Note::Abandoned {
            id: "1".into(),
            why: text(),
        },
        Note::Closed { what: Some(text()) },
        Note::Http(Step::Request {
            exchange: 1,
            verb: "POST".into(),
            url: text(),
            headers: vec![("a".into(), text()), ("a".into(), String::new())],
            size: 3,
            frame: Some(7),
            why: text(),
            follows: Some(9),
        }),
        Note::Http(Step::Response {
            exchange: 1,
            status: 307,
            version: "HTTP/1.1".into(),
            headers: vec![("location".into(), text())],
            remote: Some(text()),
            dns: Some(1),
            connect: None,
            tls: None,
            first_byte: 3,
        }),
        Note::Http(Step::Event {
            exchange: 1,
            at: 5,
            kind: text(),
            id: Some(text()),
            retry: Some(1),
            size: None,
            dropped: 3,
            comments: vec![text()],
            ignored: vec![text()],
        }),
        Note::Http(Step::End {
            exchange: 1,
            size: 2,
            took: 3,
            error: Some(text()),
            excerpt: Some(text()),
        }),
        Note::Http(Step::Wait {
            exchange: 1,
            ms: 2,
            why: text(),
        }),
        Note::Login(Hop::Begin {
            attempt: 2,
            why: text(),
        }),
        Note::Login(Hop::Tried {
            step: text(),
            what: text(),
            ok: true,
            exchange: Some(3),
            sent: None,
            got: Some(text()),
        }),
        Note::Login(Hop::Visit {
            issuer: text(),
            url: text(),
            redirect: text(),
        }),
        Note::Login(Hop::Token {
            issuer: text(),
            how: text(),
            scope: Some(text()),
            expires: Some(-4),
            refreshable: true,
            jwt: Some(text()),
        }),
        Note::Login(Hop::Failed {
            what: text(),
            hint: None,
        }),
        Note::Asking(Asking::Asked {
            question: r#"{"id":7}"#.into(),
            call: Some("\"a\"".into()),
        }),
        Note::Asking(Asking::Asked {
            question: r#"{"of":7,"key":"a"}"#.into(),
            call: None,
        }),
        Note::Asking(Asking::Answered {
            question: r#"{"id":7}"#.into(),
            by: "policy".into(),
            rule: Some("stub".into()),
            how: "result".into(),
        }),
        Note::Asking(Asking::Withdrawn {
            question: r#"{"id":7}"#.into(),
            why: text(),
        }),
        Note::Asking(Asking::Round {
            id: "2".into(),
            of: "\"1\"".into(),
            round: 2,
        }),
        Note::Asking(Asking::Capabilities {
            capabilities: r#"{"roots":{}}"#.into(),
            waits: true,
        }),
        Note::Tapped(Deed::Rules {
            rules: vec![text(), "drop".into()],
        }),
        Note::Tapped(Deed::Struck {
            frame: 12,
            rule: text(),
            what: text(),
            instead: Some(13),
        }),
        Note::Tapped(Deed::Struck {
            frame: 12,
            rule: text(),
            what: text(),
            instead: None,
        }),
        Note::Tapped(Deed::Held {
            frame: 12,
            rule: text(),
        }),
        Note::Tapped(Deed::LetGo {
            frame: 12,
            fate: Fate::Changed,
            why: None,
            instead: Some(13),
        }),
        Note::Tapped(Deed::LetGo {
            frame: 12,
            fate: Fate::Released,
            why: Some(text()),
            instead: None,
        }),
        Note::Remark { what: text() },
        Note::ClientSaid {
            level: Some(text()),
            what: text(),
        },
        Note::Gap { lost: 3 },
        Note::Unknown {
            name: "later".into(),
        },
    ]
}

#[test]
fn every_note_is_read_back() {
    for note in notes() {
        assert_eq!(Note::read(note.to_json().as_bytes()), note);
        assert!(!note.sentence().is_empty());
    }
}

/// The document about the format shows every note as it is written, in the section of its channel.
#[test]
fn the_format_document_shows_every_note() {
    let document = include_str!("../../sessions/FORMAT.md");
    let mut shown = std::collections::BTreeSet::new();
    let mut section = "";
    for line in document.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            section = title;
        }
        if !line.starts_with("{\"event\":") {
            continue;
        }
        let note = Note::read(line.as_bytes());
        assert!(!matches!(note, Note::Unknown { .. }), "{line}");
        assert_eq!(note.to_json(), line, "as it is written");
        let channel = match (note.is_process(), note.is_http()) {
            (true, _) => "Channel `process`",
            (_, true) => "Channel `http`",
            _ => "Channel `note`",
        };
        assert_eq!(section, channel, "{line}");
        shown.insert(note.name().to_owned());
    }
    for note in notes() {
        if !matches!(note, Note::Unknown { .. }) {
            assert!(shown.contains(note.name()), "{} is missing", note.name());
        }
    }
}
