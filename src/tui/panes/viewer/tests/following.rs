//! Blocks, links, and the way back.

use super::*;
use crate::tui::widgets::spot::{Held, Spot, Target};

fn spot(at: u32, target: Target) -> Spot {
    Spot {
        at,
        target,
        held: Some(Held {
            value: b"\"AAEC\""[..].into(),
            base64: true,
            name: format!("block-{at}.bin"),
            mime: None,
        }),
    }
}

fn content(targets: Vec<Target>) -> Tab {
    let headings: Vec<String> = (0..targets.len()).map(|n| format!("[{n}]\n")).collect();
    let text = headings.concat();
    let spots = targets
        .into_iter()
        .enumerate()
        .map(|(index, target)| spot(index as u32 * 4, target))
        .collect();
    let document = Document::new(text.as_bytes()).with_spots(spots, Vec::new());
    Tab {
        name: "Content".to_owned(),
        body: TabBody::Text(Arc::new(document)),
    }
}

fn held(stage: &Stage) -> Option<String> {
    stage.viewer.held().map(|held| held.name)
}

/// A document whose only spot leads to this page.
fn page(url: &str) -> Stage {
    let content = content(vec![Target::Page(url.to_owned())]);
    stage(vec![content], 80, 12)
}

#[test]
fn a_page_is_opened_by_an_answer_only_and_seen_whole_before() {
    let url = format!("https://xn--e1awd7f.example:8443/{}?q=1", "a".repeat(90));
    let mut stage = page(&url);
    assert_eq!(stage.press("o"), Reply::done());
    assert!(stage.viewer.takes_text());
    assert_eq!(stage.viewer.open_keys()[0], ("Enter", "open"));
    let seen = stage.seen();
    let letters: String = seen.split_whitespace().collect();
    assert!(letters.contains(&"a".repeat(30)), "{seen}");
    assert!(seen.contains("host  xn--e1awd7f.example:8443"), "{seen}");
    assert!(seen.contains("! punycode"), "{seen}");
    // Any key but the one that says so opens nothing.
    for key in ["x", "Esc", "o"] {
        assert_eq!(stage.press(key).effects, [], "{key}");
        assert!(!stage.viewer.takes_text());
        stage.press("o");
    }
    let copied = stage.press("y");
    assert!(matches!(&copied.effects[..], [Effect::Copy { text, .. }] if *text == url));
    stage.press("o");
    let opened = stage.press("Enter");
    assert_eq!(
        opened.effects,
        [Effect::Browse {
            asker: 0,
            address: url
        }]
    );
    assert!(!stage.viewer.takes_text());
}

#[test]
fn what_cannot_be_seen_whole_is_not_opened() {
    let mut stage = page(&format!("https://a.b/{}", "x".repeat(2_000)));
    stage.press("o");
    assert!(stage.seen().contains("too long to be seen whole"));
    let reply = stage.press("Enter");
    assert_eq!(reply.effects, []);
    assert!(said(&reply).starts_with("not opened"));
    // A click gives it up.
    stage.press("o");
    stage.click(Position::new(3, 3), false);
    assert!(!stage.viewer.takes_text());
}

#[test]
fn enter_goes_to_what_is_behind_a_block() {
    let content = content(vec![
        Target::Nothing,
        Target::Tab("Hex".to_owned()),
        Target::Page("https://a.b/\u{202e}c".to_owned()),
        Target::Resource("HTTPS://a.b".to_owned()),
        Target::Resource("demo://x".to_owned()),
        Target::Block(7),
    ]);
    let hex = Tab {
        name: "Hex".to_owned(),
        body: TabBody::Bytes(Arc::new(Document::new(&b"\0\x01\x02"[..]))),
    };
    let mut stage = stage(vec![content, hex, plain("Raw", b"{}")], 40, 8);
    assert!(stage.viewer.has_spots());
    let reply = stage.act(Action::Follow);
    assert!(said(&reply).starts_with("There is nothing behind this"));
    assert_eq!(held(&stage).as_deref(), Some("block-0.bin"));
    stage.act(Action::NextBlock);
    assert_eq!(stage.act(Action::Follow), Reply::done());
    assert_eq!(stage.viewer.tabs().1, 1);
    assert_eq!(
        held(&stage).as_deref(),
        Some("block-4.bin"),
        "of the bytes shown"
    );
    stage.act(Action::NextTab);
    assert_eq!(held(&stage), None);
    stage.act(Action::NextTab);
    // A page outside is only ever opened by somebody who was asked.
    stage.act(Action::NextBlock);
    let reply = stage.act(Action::Follow);
    assert_eq!(
        said(&reply),
        "A page outside, o asks: https://a.b/‹U+202E›c"
    );
    assert_eq!(reply.effects, []);
    assert_eq!(stage.viewer.page_address(), Some("https://a.b/\u{202e}c"));
    assert_eq!(stage.viewer.link(), None);
    stage.act(Action::NextBlock);
    assert_eq!(stage.viewer.page_address(), Some("HTTPS://a.b"));
    assert_eq!(stage.viewer.link(), Some("HTTPS://a.b"));
    stage.act(Action::NextBlock);
    assert_eq!(stage.viewer.page_address(), None);
    assert_eq!(stage.viewer.link(), Some("demo://x"));
    stage.act(Action::NextBlock);
    let reply = stage.act(Action::Follow);
    let [
        Effect::Build {
            viewer,
            subject:
                Subject::Embedded {
                    prompt: false,
                    block: 7,
                    ..
                },
        },
    ] = reply.effects[..]
    else {
        panic!("{reply:?}")
    };
    // Until it is built there is nothing to show.
    assert!(stage.seen().contains("reading…"), "{}", stage.seen());
    assert!(
        stage
            .viewer
            .built(viewer, &Ok(vec![plain("Text", b"alone")]))
    );
    assert_eq!(stage.seen(), "Esc ‹ embedded resource\nalone");
    // Back, where it was left.
    assert_eq!(stage.press("Esc"), Reply::done());
    assert_eq!(held(&stage).as_deref(), Some("block-20.bin"));
    assert_eq!(stage.press("Esc"), Reply::ignored());
}

#[test]
fn an_answer_that_comes_too_late_is_not_shown() {
    let mut stage = stage(vec![content(vec![Target::Block(0)])], 40, 8);
    let reply = stage.act(Action::Follow);
    let [Effect::Build { viewer, .. }] = reply.effects[..] else {
        panic!("{reply:?}")
    };
    stage.press("h");
    assert!(
        !stage
            .viewer
            .built(viewer, &Ok(vec![plain("Text", b"late")]))
    );
    assert_eq!(stage.seen(), "[0]");
    // Another document is not gone back from.
    stage.act(Action::Follow);
    stage.show(2, vec![plain("Raw", b"other")]);
    assert_eq!(stage.press("Esc"), Reply::ignored());
    assert_eq!(stage.seen(), "other");
}

#[test]
fn a_block_is_chosen_by_a_click() {
    let targets = vec![Target::Nothing; 3];
    let mut stage = stage(vec![content(targets)], 40, 8);
    stage.click(Position::new(1, 2), false);
    assert_eq!(held(&stage).as_deref(), Some("block-8.bin"));
    let (_, cursor) = stage.draw();
    assert_eq!(cursor, Some(Position::new(0, 2)));
}

#[test]
fn what_leaves_is_what_the_block_stands_for() {
    let stage = stage(vec![content(vec![Target::Nothing])], 40, 8);
    let out = super::super::copy::block(stage.viewer.held().unwrap());
    assert_eq!(&*out.part.bytes(), [0, 1, 2]);
    assert_eq!(
        (&*out.name, &*out.kind),
        ("block-0.bin", "application/octet-stream")
    );
}

/// Its heading is ours, and nobody wants to paste that. A line is still the line, and a hit is in its line.
#[test]
fn what_is_copied_is_the_block_and_not_its_heading() {
    let mut stage = stage(vec![content(vec![Target::Nothing])], 40, 8);
    let taken = |text: &str, what: &str| (text.to_owned(), what.to_owned());
    assert_eq!(stage.copied("y y"), taken("AAEC", "block"));
    assert_eq!(stage.copied("y Y"), taken("[0]", "line"));
}
