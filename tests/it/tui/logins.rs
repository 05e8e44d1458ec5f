//! A server that wants a login: what is shown, what can be done about it, and what the token turns out to be.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::auth::Secret;
use mcpscope::note::Note;
use mcpscope::note::login::Hop;
use mcpscope::transport::http::{self, Address};
use mcpscope::tui::action::Action;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::update;

use crate::support::screen::{SIZES, Screen};

const PAGE: &str = "https://id.example/authorize?client_id=me&state=S3CRET";

fn tried(step: &str, what: &str, ok: bool) -> Note {
    Note::Login(Hop::Tried {
        step: step.into(),
        what: what.into(),
        ok,
        exchange: None,
        sent: None,
        got: None,
    })
}

/// A server that was refused, up to the page that somebody has to open.
fn waiting(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size);
    let address = Address::new(http::address("https://tracker.example/mcp").unwrap());
    let target = mcpscope::transport::Target::Address(address);
    let place = update::push_server(&mut screen.model, "tracker", target, "command line");
    screen.model.world.current = place;
    drop(update::connect(&mut screen.model, place));
    screen.note(&Note::Connect {
        name: "tracker".into(),
        transport: "http".into(),
        era: "auto".into(),
    });
    screen.note(&Note::Address {
        url: "https://tracker.example/mcp".into(),
        transport: "auto".into(),
        headers: Vec::new(),
        insecure: false,
        everywhere: None,
    });
    screen.note(&Note::Login(Hop::Begin {
        attempt: 1,
        why: "the server answered 401, invalid_token".into(),
    }));
    screen.note(&tried(
        "resource metadata",
        "GET https://tracker.example/.well-known/oauth-protected-resource/mcp: 404",
        false,
    ));
    screen.note(&tried(
        "resource metadata",
        "GET https://tracker.example/.well-known/oauth-protected-resource: found",
        true,
    ));
    screen.note(&tried(
        "scope",
        "read write (all that the resource lists)",
        true,
    ));
    screen.note(&Note::Login(Hop::Visit {
        issuer: "https://id.example".into(),
        url: PAGE.replace("S3CRET", "masked"),
        redirect: "http://127.0.0.1:4711/callback".into(),
    }));
    screen.update(Update::Visit {
        conn: 1,
        url: Some(Secret::new(PAGE)),
    });
    screen
}

fn engine(screen: &Screen) -> Vec<String> {
    let told = |command: &Command| match command {
        Command::CameBack { conn, address } => format!("{conn} came back {}", address.reveal()),
        other => format!("{other:?}"),
    };
    screen.sent.iter().map(told).collect()
}

#[test]
fn a_server_that_wants_a_login_says_where_and_what_was_tried() {
    for size in SIZES {
        let screen = waiting(size);
        for words in [
            "! needs login",
            "401 id.example",
            "Open browser",
            "Paste redirect",
        ] {
            assert!(screen.contains(words), "{words}\n{}", screen.text());
        }
        assert!(
            screen
                .status()
                .contains("tracker needs a login at https://id.example"),
            "{}",
            screen.status()
        );
        assert_snapshot!(format!("login-{}x{}", size.0, size.1), screen.text());
        screen.is_sound("a login");
    }
}

#[test]
fn the_page_is_opened_copied_or_its_end_pasted() {
    let mut screen = waiting(SIZES[1]);
    screen.press("o");
    assert_eq!(
        screen.orders,
        [Effect::Browse {
            asker: 0,
            address: PAGE.to_owned()
        }]
    );
    screen.press("y y");
    assert_eq!(screen.copied, [PAGE]);
    screen.press("p \"http://127.0.0.1:4711/callback?code=x&state=y\" Enter");
    let back = "1 came back http://127.0.0.1:4711/callback?code=x&state=y";
    assert_eq!(engine(&screen), [back]);
    // What is pasted while somebody is waited for is that address.
    screen.event(Event::Paste(
        "http://127.0.0.1:4711/callback?code=z\n".into(),
    ));
    assert!(screen.contains("redirect:"), "{}", screen.text());
    screen.press("Esc");
    assert!(!screen.contains("redirect:"), "{}", screen.text());
    assert_eq!(engine(&screen).len(), 1);
}

#[test]
fn the_buttons_can_be_clicked() {
    for size in SIZES {
        let mut screen = waiting(size);
        for button in ["Open browser", "Copy URL", "Paste redirect"] {
            let words = format!("[ {button}");
            let row = (0..size.1)
                .find(|y| screen.line(*y).contains(&words))
                .unwrap();
            let line = screen.line(row);
            let before = &line[..line.find(button).unwrap()];
            screen.event(Event::Mouse(MouseEvent {
                kind: MouseEventKind::Down(MouseButton::Left),
                column: mcpscope::text::width(before) as u16,
                row,
                modifiers: KeyModifiers::NONE,
            }));
        }
        assert_eq!(
            screen.orders,
            [Effect::Browse {
                asker: 0,
                address: PAGE.to_owned()
            }]
        );
        assert_eq!(screen.copied, [PAGE]);
        assert!(screen.contains("redirect:"), "{}", screen.text());
    }
}

#[test]
fn when_it_is_over_nothing_is_left_to_open() {
    let mut screen = waiting(SIZES[1]);
    screen.note(&Note::Login(Hop::Token {
        issuer: "https://id.example".into(),
        how: "token".into(),
        scope: Some("read write".into()),
        expires: Some(1_795_269_729),
        refreshable: true,
        jwt: Some(r#"{"header":{"alg":"RS256","kid":"1"},"claims":{"iss":"https://id.example","aud":["https://tracker.example/mcp"],"sub":"42","exp":1795269729}}"#.into()),
    }));
    screen.note(&Note::Ready {
        revision: "2025-11-25".into(),
    });
    screen.update(Update::Visit { conn: 1, url: None });
    screen.act(Action::ViewServers);
    assert!(!screen.contains("needs a login"), "{}", screen.text());
    assert!(!screen.contains("needs login"), "{}", screen.text());
    for words in [
        "● connected",
        "of https://id.example (token),",
        "scope read write, can be refreshed",
        "RS256, signature ••••",
        "2026-11-21 14:02:09 UTC",
        r#"["https://tracker.example/mcp"]"#,
    ] {
        assert!(screen.contains(words), "{words}\n{}", screen.text());
    }
    screen.press("o");
    assert_eq!(screen.orders, []);
    assert!(
        screen.status().contains("no login waits here"),
        "{}",
        screen.status()
    );
    assert_snapshot!("login-done-120x36", screen.text());
}

#[test]
fn a_login_that_failed_says_why_and_stays_a_login() {
    let mut screen = waiting(SIZES[1]);
    screen.note(&Note::Login(Hop::Failed {
        what: "https://id.example says access_denied".into(),
        hint: None,
    }));
    screen.update(Update::Visit { conn: 1, url: None });
    screen.note(&Note::Unanswered {
        id: "1".into(),
        kind: "needs-login".into(),
        status: Some(401),
        what: "it wants a login; https://id.example says access_denied".into(),
        hint: Some("log in".into()),
    });
    screen.note(&Note::Failed {
        what: "it wants a login; https://id.example says access_denied".into(),
        hint: Some("log in".into()),
    });
    screen.note(&Note::Closed { what: None });
    for words in [
        "! needs login",
        "! it wants a login; https://id.example says",
        "✗ resource metadata",
    ] {
        assert!(screen.contains(words), "{words}\n{}", screen.text());
    }
    assert!(!screen.contains("[ Open browser"));
}
