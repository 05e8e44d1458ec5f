//! Logins on a running connection: what waits, what is sent again and how often, what is kept and what is not written.

use std::path::Path;

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::auth::{Keys, Person, Secret, Settings};
use mcpscope::mcp::client::{EraChoice, Options};
use mcpscope::mcp::types::List;
use mcpscope::session::timeline::login::Stage;
use mcpscope::session::timeline::{LinkState, Status};
use mcpscope::transport::Target;
use mcpscope::transport::http::{self, Address, Login, Store};

use super::peer::{Peer, options, run};
use crate::support::oauth::{CANARY, Guarded, browse};

/// A connection to a guarded server, by somebody who can log in.
fn peer(guarded: &Guarded, person: Person, store: Option<&Path>) -> Peer {
    peer_with(guarded, person, store, options(EraChoice::Modern))
}

fn peer_with(guarded: &Guarded, person: Person, store: Option<&Path>, options: Options) -> Peer {
    let mut address = Address::new(http::address(&guarded.url()).unwrap());
    address.login = Some(Box::new(Login {
        settings: Settings {
            person,
            ..Settings::default()
        },
        store: store.map(|path| Store::File(path.to_owned())),
    }));
    Peer::to(Target::Address(address), options)
}

/// A browser is a program of its own.
async fn browsed(page: String, stays: bool) -> String {
    let browser = tokio::task::spawn_blocking(move || browse(&page, stays));
    browser.await.unwrap()
}

impl Peer {
    /// Waits until somebody has to open a page; gives its address.
    async fn page(&mut self) -> String {
        self.until(|update, _| match update {
            Update::Visit { url: Some(url), .. } => Some(url.reveal().to_owned()),
            _ => None,
        })
        .await
    }
}

#[test]
fn a_refused_request_waits_for_the_login_and_is_sent_once_more() {
    run(async {
        let guarded = Guarded::new();
        let mut peer = peer(&guarded, Person::Asked, None);
        let page = peer.page().await;
        assert_eq!(peer.connection().login.stage, Stage::Waiting);
        assert_eq!(peer.connection().link, LinkState::Opening);
        browsed(page, false).await;
        assert!(peer.opened().await);
        assert_eq!(peer.connection().login.stage, Stage::Done);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(
            guarded.lines(),
            [
                "server/discover",
                "GET /.well-known/oauth-protected-resource/mcp",
                "GET /.well-known/oauth-authorization-server/as",
                "POST /as/register",
                "GET /as/authorize",
                "POST /as/token",
                "server/discover",
                "tools/call"
            ]
        );
        let session = peer.end().await;
        let login = &session.timeline.state().connection(1).unwrap().login;
        let token = login.token.as_ref().unwrap();
        assert_eq!(&*token.issuer, guarded.web.url("/as").as_str());
        assert!(token.jwt.as_ref().unwrap().contains(r#""aud":"here""#));
    });
}

#[test]
fn every_header_body_and_address_is_recorded_masked() {
    run(async {
        let guarded = Guarded::new();
        let mut peer = peer(&guarded, Person::Asked, None);
        browsed(peer.page().await, false).await;
        assert!(peer.opened().await);
        let session = peer.end().await;
        let bodies: Vec<String> = session
            .entries
            .iter()
            .map(|entry| entry.text().into_owned())
            .collect();
        let all = bodies.join("\n");
        assert!(!all.contains(CANARY), "a secret is recorded");
        for told in [
            "client_secret=‹masked",
            "code=‹masked",
            "code_verifier=‹masked",
            r#"\"access_token\":\"‹masked"#,
            r#"\"refresh_token\":\"‹masked"#,
            r#"\"client_id\":\"client-1\""#,
            "Bearer ‹masked",
            "state=masked",
        ] {
            assert!(all.contains(told), "{told} is missing in\n{all}");
        }
    });
}

#[test]
fn what_is_refused_at_once_shares_one_login() {
    run(async {
        let guarded = Guarded::new();
        let mut peer = peer(&guarded, Person::Follow, None);
        assert!(peer.opened().await);
        guarded.set(|state| state.refreshes = false);
        guarded.expire();
        let tickets: Vec<u64> = (0..3).map(|_| peer.begin("echo", "{}")).collect();
        let mut over = Vec::new();
        while over.len() < tickets.len() {
            let ticket = peer.until(|update, _| match update {
                Update::Finished { ticket, .. } => Some(*ticket),
                _ => None,
            });
            over.push(ticket.await);
        }
        assert_eq!(peer.connection().login.attempt, 2);
        // Each was sent twice at the most.
        assert!(guarded.count("tools/call") <= 6, "{:?}", guarded.lines());
        let failed = peer
            .timeline
            .exchanges()
            .iter()
            .filter(|one| one.status.is_failure());
        assert_eq!(failed.count(), 0);
        peer.end().await;
    });
}

#[test]
fn a_refused_token_is_refreshed_without_a_person() {
    run(async {
        let guarded = Guarded::new();
        let mut peer = peer(&guarded, Person::Follow, None);
        assert!(peer.opened().await);
        guarded.expire();
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(guarded.count("GET /as/authorize"), 1);
        assert_eq!(guarded.count("POST /as/token"), 2);
        assert_eq!(
            &*peer.connection().login.token.as_ref().unwrap().how,
            "refresh"
        );
        peer.end().await;
    });
}

#[test]
fn a_token_that_expires_soon_is_renewed_before_anything_is_sent() {
    run(async {
        let guarded = Guarded::new();
        guarded.set(|state| state.expires_in = 5);
        let mut peer = peer(&guarded, Person::Follow, None);
        assert!(peer.opened().await);
        guarded.set(|state| state.expires_in = 3600);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(guarded.count("POST /as/token"), 2);
        // Nothing was refused on the way.
        assert_eq!(guarded.count("tools/call"), 2);
        peer.end().await;
    });
}

#[test]
fn tokens_that_never_live_long_are_renewed_in_time_once_and_then_used_up() {
    run(async {
        let guarded = Guarded::new();
        guarded.set(|state| state.expires_in = 5);
        let mut peer = peer(&guarded, Person::Follow, None);
        assert!(peer.opened().await);
        for _ in 0..3 {
            assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        }
        // The login, and one renewal.
        assert_eq!(guarded.count("POST /as/token"), 2);
        peer.end().await;
    });
}

#[test]
fn a_token_that_cannot_be_renewed_in_time_is_used_up() {
    run(async {
        let guarded = Guarded::new();
        guarded.set(|state| state.expires_in = 5);
        let mut peer = peer(&guarded, Person::Asked, None);
        browsed(peer.page().await, false).await;
        assert!(peer.opened().await);
        // Only a person could help; while the old one does, nobody is bothered.
        guarded.set(|state| state.refuses_refresh = true);
        for _ in 0..2 {
            assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        }
        assert_eq!(guarded.count("GET /as/authorize"), 1);
        assert_eq!(guarded.count("POST /as/token"), 2);
        peer.end().await;
    });
}

#[test]
fn a_fresh_token_that_is_refused_ends_it() {
    run(async {
        let guarded = Guarded::new();
        guarded.set(|state| state.refuses_all = true);
        let mut peer = peer(&guarded, Person::Follow, None);
        assert!(!peer.opened().await);
        let why = match &peer.connection().link {
            LinkState::Failed { what, .. } => what.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(why.contains("has just given"), "{why}");
        assert_eq!(guarded.count("GET /as/authorize"), 1);
        assert_eq!(guarded.count("server/discover"), 2);
        peer.end().await;
    });
}

#[test]
fn a_missing_scope_is_asked_for_once_with_what_was_there() {
    run(async {
        let guarded = Guarded::new();
        guarded.set(|state| state.call_needs = Some("write"));
        let mut peer = peer(&guarded, Person::Follow, None);
        assert!(peer.opened().await);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        let asked = guarded.web.asked();
        let pages: Vec<&str> = asked
            .iter()
            .filter(|asked| asked.path.starts_with("/as/authorize"))
            .map(|asked| asked.path.as_str())
            .collect();
        assert_eq!(pages.len(), 2);
        assert!(
            pages[0].contains("scope=read&") && pages[1].contains("scope=read+write&"),
            "{pages:?}"
        );
        // One registration serves both.
        assert_eq!(guarded.count("POST /as/register"), 1);
        // What even that token may not do is not asked for again.
        guarded.set(|state| {
            for (_, scope) in &mut state.good {
                *scope = "read".to_owned();
            }
        });
        assert!(matches!(
            peer.call("echo", "{}").await.status,
            Status::Http(_)
        ));
        assert_eq!(guarded.count("GET /as/authorize"), 2);
        peer.end().await;
    });
}

#[test]
fn the_address_can_be_pasted_and_a_stranger_s_changes_nothing() {
    run(async {
        let guarded = Guarded::new();
        let mut peer = peer(&guarded, Person::Asked, None);
        let end = browsed(peer.page().await, true).await;
        let paste = |address: &str| Command::CameBack {
            conn: 1,
            address: Secret::new(address),
        };
        peer.send(paste("http://127.0.0.1/callback?code=evil&state=evil"));
        peer.send(paste("nonsense"));
        peer.send(paste(&end));
        assert!(peer.opened().await);
        assert_eq!(guarded.count("POST /as/token"), 1);
        peer.end().await;
    });
}

#[test]
fn nobody_who_logs_in_is_a_failure_with_a_way_out() {
    run(async {
        for person in [Person::Asked, Person::Nobody] {
            let guarded = Guarded::new();
            let mut peer = peer(&guarded, person, None);
            if person == Person::Asked {
                peer.page().await;
                peer.send(Command::NoLogin { conn: 1 });
            }
            assert!(!peer.opened().await);
            let LinkState::Failed { what, hint } = peer.connection().link.clone() else {
                panic!("{:?}", peer.connection().link);
            };
            assert!(what.contains("401") && hint.is_some(), "{what}");
            assert!(matches!(
                peer.connection().login.stage,
                Stage::Failed { .. }
            ));
            assert_eq!(guarded.count("POST /as/token"), 0);
            peer.end().await;
        }
    });
}

#[test]
fn time_limits_stand_still_while_somebody_is_waited_for() {
    run(async {
        let guarded = Guarded::new();
        let limits = Options {
            probe_wait: std::time::Duration::from_millis(1),
            request_wait: std::time::Duration::from_millis(1500),
            ..options(EraChoice::Modern)
        };
        let mut peer = peer_with(&guarded, Person::Asked, None, limits);
        let page = peer.page().await;
        let began = std::time::Instant::now();
        // Longer than a request may take; nothing can be waited for, since nothing must happen.
        while began.elapsed() < std::time::Duration::from_millis(1700) {
            let quiet = tokio::time::timeout(std::time::Duration::from_millis(50), peer.next());
            if let Ok(Some(update)) = quiet.await {
                assert!(!matches!(update, Update::Failed { .. }), "{update:?}");
            }
        }
        browsed(page, false).await;
        assert!(peer.opened().await);
        peer.end().await;
    });
}

#[test]
fn a_token_that_a_person_gave_is_the_only_one() {
    run(async {
        let guarded = Guarded::new();
        let mut address = Address::new(http::address(&guarded.url()).unwrap());
        address.headers = vec![("authorization".into(), "Bearer mine".into())];
        address.login = Some(Box::default());
        let mut peer = Peer::to(Target::Address(address), options(EraChoice::Modern));
        assert!(!peer.opened().await);
        assert_eq!(guarded.lines(), ["server/discover"]);
        assert_eq!(
            guarded.web.asked()[0].header("authorization"),
            Some("Bearer mine")
        );
        peer.end().await;
    });
}

#[test]
fn tokens_are_kept_for_the_next_time_and_shared() {
    run(async {
        let home = tempfile::tempdir().unwrap();
        let store = home.path().join("logins.json");
        let guarded = Guarded::new();
        let mut first = peer(&guarded, Person::Follow, Some(&store));
        assert!(first.opened().await);
        let mut second = peer(&guarded, Person::Nobody, Some(&store));
        assert!(second.opened().await);
        assert_eq!(guarded.count("GET /as/authorize"), 1);
        assert_eq!(
            &*second.connection().login.token.as_ref().unwrap().how,
            "kept"
        );
        // One renews it; the other takes what is kept then, and asks for nothing.
        guarded.expire();
        assert_eq!(first.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(second.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(guarded.count("POST /as/token"), 2);
        first.end().await;
        second.end().await;
        let keys = Keys::read(&std::fs::read(&store).unwrap()).unwrap();
        assert!(
            keys.tokens(&guarded.url())
                .unwrap()
                .access
                .reveal()
                .contains(CANARY)
        );
        assert_eq!(keys.client(&guarded.web.url("/as")).unwrap().id, "client-1");
    });
}

#[test]
fn the_lists_of_a_new_connection_come_after_the_login() {
    run(async {
        let guarded = Guarded::new();
        let all = Options {
            lists: vec![List::Tools],
            ..options(EraChoice::Auto)
        };
        let mut peer = peer_with(&guarded, Person::Follow, None, all);
        peer.listed(List::Tools).await;
        assert_eq!(peer.connection().list(List::Tools).items.len(), 1);
        let (era, _) = peer.connection().verdict.clone().unwrap();
        // A refusal for want of a login says nothing of the era.
        assert_eq!(&*era, "modern");
        peer.end().await;
    });
}
