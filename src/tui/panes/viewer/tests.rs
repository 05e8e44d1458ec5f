//! Keys over small documents, and what is seen and copied then.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::Cell;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use proptest::prelude::*;

use super::*;
use crate::config::Settings;
use crate::json::steps::{self, Notation};
use crate::lint::findings::Findings;
use crate::session::marks::Marks;
use crate::session::recorded::Place;
use crate::session::timeline::Timeline;
use crate::tui::action::ACTIONS;
use crate::tui::effect::Source;
use crate::tui::keymap::{Chord, Keymap, Meaning};
use crate::tui::payload::{self, TabBody};
use crate::tui::previews::Previews;
use crate::tui::theme::Depth;
use crate::tui::widgets::json_tree::Tree;
use crate::tui::widgets::plain::Document;
use crate::tui::widgets::testing::text_of;

mod outside;

const DOCUMENT: &str =
    r#"{"id":1.0,"params":{"name":"a\u00e9\n\u001b[31m","list":[1,{"x":null}]},"odd name":true}"#;

mod following;
mod table;

/// A viewer with what it needs around it.
struct Stage {
    viewer: Viewer,
    timeline: Timeline,
    previews: Previews,
    marks: Marks,
    lint: Findings,
    settings: Settings,
    theme: Theme,
    keys: Keymap,
    tickets: Cell<u64>,
    area: Rect,
}

fn subject(seq: u64) -> Subject {
    let source = Source {
        seq,
        place: Place::default(),
        revealed: false,
    };
    Subject::ToolResult(source, None)
}

fn tree(name: &str, json: &str) -> Tab {
    Tab {
        name: name.to_owned(),
        body: TabBody::Tree(Arc::new(Tree::parse(json.as_bytes()).unwrap())),
    }
}

fn plain(name: &str, text: &[u8]) -> Tab {
    Tab {
        name: name.to_owned(),
        body: TabBody::Text(Arc::new(Document::new(text))),
    }
}

fn stage(tabs: Vec<Tab>, width: u16, height: u16) -> Stage {
    let mut stage = Stage {
        viewer: Viewer::empty("Nothing was called yet."),
        timeline: Timeline::default(),
        previews: Previews::default(),
        marks: Marks::default(),
        lint: Findings::default(),
        settings: Settings::default(),
        theme: Theme::load("mono", Depth::None).unwrap(),
        keys: Keymap::default(),
        tickets: Cell::new(0),
        area: Rect::new(0, 0, width, height),
    };
    let area = stage.area;
    stage.with(|viewer, ctx| viewer.place(area, ctx));
    if !tabs.is_empty() {
        stage.show(1, tabs);
    }
    stage
}

impl Stage {
    /// Shows another document; false if it was shown already.
    fn show(&mut self, seq: u64, tabs: Vec<Tab>) -> bool {
        let effect = self.with(|viewer, ctx| viewer.show(subject(seq), ctx));
        let Some(Effect::Build { viewer, .. }) = effect else {
            return false;
        };
        self.viewer.built(viewer, &Ok(tabs))
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut Viewer, &Ctx<'_>) -> T) -> T {
        let ctx = Ctx {
            timeline: &self.timeline,
            servers: &[],
            current: 0,
            reach: &crate::tui::pane::Reach::Own,
            live: true,
            rerun: None,
            taps: &[],
            tap: None,
            revealed: false,
            now_us: 0,
            previews: &self.previews,
            marks: &self.marks,
            lint: &self.lint,
            settings: &self.settings,
            theme: &self.theme,
            keys: &self.keys,
            tickets: &self.tickets,
        };
        work(&mut self.viewer, &ctx)
    }

    fn click(&mut self, at: Position, double: bool) -> Reply {
        self.with(|viewer, ctx| viewer.click(at, double, ctx))
    }

    fn act(&mut self, action: Action) -> Reply {
        self.with(|viewer, ctx| viewer.action(action, ctx))
    }

    /// Presses keys, named and separated by spaces, as the loop does; gives the last reply.
    fn press(&mut self, keys: &str) -> Reply {
        let mut reply = Reply::ignored();
        let mut chords = Vec::new();
        for name in keys.split(' ') {
            if self.viewer.takes_text() {
                let code = match name {
                    "Enter" => KeyCode::Enter,
                    "Esc" => KeyCode::Esc,
                    letter => KeyCode::Char(letter.chars().next().unwrap()),
                };
                reply = self.with(|viewer, ctx| viewer.key(KeyEvent::from(code), ctx));
                continue;
            }
            chords.push(Chord::named(name).unwrap());
            let table = self.viewer.inner_scope().filter(|it| *it == Scope::Table);
            let scopes = [Scope::Viewer, Scope::Move, Scope::Global];
            let scopes: Vec<Scope> = table.into_iter().chain(scopes).collect();
            match self.keys.meaning(&chords, &scopes) {
                Meaning::Action(action) => {
                    chords.clear();
                    reply = self.act(action);
                }
                Meaning::Prefix(_) => {}
                Meaning::Nothing => panic!("{name} in {keys} means nothing"),
            }
        }
        reply
    }

    fn draw(&mut self) -> (String, Option<Position>) {
        let area = self.area;
        self.with(|viewer, ctx| {
            let mut buf = Buffer::empty(area);
            let cursor = viewer.draw(area, &mut buf, ctx, true);
            (text_of(&buf), cursor)
        })
    }

    fn seen(&mut self) -> String {
        self.draw().0.trim_end().to_owned()
    }

    /// What is copied by `keys`.
    fn copied(&mut self, keys: &str) -> (String, String) {
        let reply = self.press(keys);
        match &reply.effects[..] {
            [Effect::CopyPart { part, what }] => (
                String::from_utf8_lossy(&part.bytes()).into_owned(),
                what.clone(),
            ),
            _ => panic!("{keys}: {reply:?}"),
        }
    }
}

fn said(reply: &Reply) -> &str {
    reply.say.as_deref().unwrap_or_default()
}

#[test]
fn a_tree_is_moved_through_and_folded() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 40, 8);
    assert_eq!(
        stage.seen(),
        "▸  id: 1.0\n\
         \u{20}▾ params {2}\n\
         \u{20}    name: \"a\\u00e9\\n\\u001b[31m\"\n\
         \u{20}  ▾ list [2]\n\
         \u{20}  │   [0] 1\n\
         \u{20}  │ ▾ [1] {1}\n\
         \u{20}  │ │   x: null\n\
         \u{20}  \"odd name\": true"
    );
    assert_eq!(stage.draw().1, Some(Position::new(0, 0)));
    stage.press("j j j");
    assert_eq!(stage.viewer.remark(), "$.params.list");
    assert_eq!(stage.draw().1, Some(Position::new(0, 3)));
    stage.press("Space");
    assert!(
        stage.seen().contains("▸ list: [2] [1, {…}]"),
        "{}",
        stage.seen()
    );
    stage.press("l l l j l");
    assert_eq!(stage.viewer.remark(), "$.params.list[1].x");
    stage.press("H H H J");
    assert_eq!(stage.viewer.remark(), "$[\"odd name\"]");
    stage.press("K z M");
    assert_eq!(stage.seen().lines().count(), 3);
    stage.press("z R G");
    assert_eq!(stage.viewer.remark(), "$[\"odd name\"]");
    stage.press("g g");
    assert_eq!(stage.viewer.remark(), "$.id");
    // At the root of everything there is nothing left to leave.
    assert_eq!(stage.press("h"), Reply::ignored());
    assert_eq!(stage.press("j h"), Reply::done());
    assert_eq!(stage.press("h"), Reply::ignored());
    assert_eq!(stage.press("Esc"), Reply::ignored());
}

#[test]
fn values_are_copied_as_they_are_spelled() {
    let mut stage = stage(
        vec![tree("JSON", DOCUMENT), plain("Raw", b"a\xffb\nc")],
        40,
        8,
    );
    let pair = |text: &str, what: &str| (text.to_owned(), what.to_owned());
    assert_eq!(stage.copied("y y"), pair("1.0", "value"));
    assert_eq!(
        said(&stage.press("y s")),
        "This is no string: yy copies the value as it is."
    );
    assert_eq!(
        stage.copied("j j y y"),
        pair(r#""a\u00e9\n\u001b[31m""#, "value")
    );
    assert_eq!(stage.copied("y s"), pair("aé\n\u{1b}[31m", "text"));
    assert_eq!(stage.copied("y p"), pair("$.params.name", "path"));
    assert_eq!(stage.copied("y k"), pair("name", "name"));
    assert_eq!(stage.copied("y a"), pair(DOCUMENT, "document"));
    assert!(said(&stage.press("j j y k")).starts_with("This has no name"));
    stage.press("]");
    assert_eq!(stage.copied("y a").0, "a\u{fffd}b\nc");
    assert_eq!(
        said(&stage.press("y p")),
        "Text has no paths and names: see the tabs that are trees."
    );
}

#[test]
fn text_scrolls_wraps_and_turns_to_hex() {
    let text: Vec<u8> = (0..20)
        .flat_map(|i| format!("line {i}\n").into_bytes())
        .collect();
    let mut stage = stage(
        vec![plain("Text", &text), plain("Raw", b"0123456789 abcdefghij")],
        16,
        3,
    );
    assert_eq!(stage.seen(), "line 0\nline 1\nline 2");
    stage.press("j PgDn");
    assert_eq!(stage.seen(), "line 3\nline 4\nline 5");
    assert_eq!(stage.viewer.remark(), "14%");
    assert_eq!(
        stage.copied("y y"),
        ("line 3".to_owned(), "line".to_owned())
    );
    stage.press("G");
    assert_eq!(stage.seen(), "line 17\nline 18\nline 19");
    assert!(said(&stage.press("Space")).contains("nothing to fold in text"));
    assert_eq!(stage.press("h"), Reply::ignored());
    stage.press("]");
    assert_eq!(stage.viewer.tabs(), (vec!["Text", "Raw"], 1));
    assert_eq!(stage.seen(), "0123456789\nabcdefghij");
    assert_eq!(stage.viewer.remark(), "");
    stage.press("w");
    assert_eq!(stage.seen(), "0123456789 abcd…");
    assert_eq!(stage.viewer.remark(), "no wrap");
    // No further than to the end.
    stage.press("l l l");
    assert_eq!(stage.seen(), "89 abcdefghij");
    assert_eq!(stage.press("h"), Reply::done());
    assert_eq!(stage.press("h"), Reply::ignored());
    stage.press("g h");
    assert!(
        stage.seen().starts_with("00000000  30 31"),
        "{}",
        stage.seen()
    );
    assert_eq!(said(&stage.press("w")), "Hex does not wrap.");
    // Wrapping is one choice for all tabs, the place is each tab's own.
    stage.press("g h [");
    assert_eq!(stage.seen(), "line 17\nline 18\nline 19");
    assert!(stage.viewer.remark().starts_with("no wrap"));
}

#[test]
fn the_find_line_takes_text_and_its_hits_are_walked() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 40, 6);
    stage.press("j z M /");
    assert!(stage.viewer.takes_text());
    stage.press("N a m e");
    let (seen, cursor) = stage.draw();
    assert_eq!(seen.lines().nth(5), Some("Find: Name"));
    assert_eq!(cursor, Some(Position::new(10, 5)));
    // A capital counts.
    assert_eq!(said(&stage.press("Enter")), "Not found: Name");
    assert_eq!(stage.viewer.remark(), "$.params  [0/0]");
    assert!(!stage.viewer.takes_text());
    stage.press("/ n a m e Enter");
    assert_eq!(stage.viewer.remark(), "$.params.name  [1/2]");
    stage.press("n");
    assert_eq!(stage.viewer.remark(), "$[\"odd name\"]  [2/2]");
    stage.press("n");
    assert_eq!(stage.viewer.remark(), "$.params.name  [1/2]");
    stage.press("N");
    assert_eq!(stage.viewer.remark(), "$[\"odd name\"]  [2/2]");
    // Esc closes the line, then clears the hits, then is somebody else's.
    stage.press("/ x");
    assert_eq!(stage.press("Esc"), Reply::done());
    assert!(stage.viewer.has_found());
    assert_eq!(stage.press("Esc"), Reply::done());
    assert!(!stage.viewer.has_found());
    assert_eq!(stage.press("Esc"), Reply::ignored());
    assert_eq!(said(&stage.press("n")), "Nothing was searched for yet.");
}

#[test]
fn a_large_document_is_searched_elsewhere() {
    let mut bytes = vec![b'x'; SEARCHED + 1];
    bytes.extend(b"\nneedle\nneedle");
    let mut stage = stage(vec![plain("Raw", &bytes)], 40, 6);
    let reply = stage.press("/ n e e d l e Enter");
    let [
        Effect::FindIn {
            viewer, body, text, ..
        },
    ] = &reply.effects[..]
    else {
        panic!("{reply:?}")
    };
    assert_eq!(said(&reply), "looking for needle…");
    assert!(!stage.viewer.has_found());
    let hits = body.search(&Term::new(text).unwrap(), None);
    assert!(!stage.viewer.found_in(viewer + 1, text, &hits));
    assert!(stage.viewer.found_in(*viewer, text, &hits));
    assert!(
        stage.viewer.remark().contains("[1/2]"),
        "{}",
        stage.viewer.remark()
    );
    assert!(!stage.viewer.found_in(*viewer, text, &hits), "once only");
}

#[test]
fn a_string_opens_alone_and_is_left_again() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 40, 8);
    stage.press("j j Enter");
    assert_eq!(stage.seen(), "aé\n^[[31m");
    assert_eq!(stage.viewer.remark(), "$.params.name");
    assert_eq!(stage.copied("y a").0, "aé\n\u{1b}[31m");
    assert_eq!(stage.copied("y y").0, r#""a\u00e9\n\u001b[31m""#);
    assert_eq!(stage.copied("y p").0, "$.params.name");
    stage.press("/ 3 1 Enter");
    assert_eq!(stage.viewer.remark(), "$.params.name  [1/1]");
    stage.press("Esc");
    assert_eq!(stage.seen(), "aé\n^[[31m");
    stage.press("Esc");
    assert!(stage.seen().contains("▾ params"));
    for leave in ["h", "Enter"] {
        stage.press("l");
        assert_eq!(stage.seen(), "aé\n^[[31m");
        assert_eq!(stage.press(leave), Reply::done());
        assert!(stage.seen().contains("▾ params"));
    }
}

#[test]
fn a_huge_string_is_opened_elsewhere() {
    let document = format!(r#"{{"a":1,"text":"{}"}}"#, "word ".repeat(300_000));
    let mut stage = stage(vec![tree("JSON", &document)], 40, 4);
    let asked = |stage: &mut Stage| match &stage.press("j j Enter").effects[..] {
        [
            Effect::OpenValue {
                viewer,
                body,
                byte,
                opening,
            },
        ] => (*viewer, payload::open(body, *byte, *opening).unwrap()),
        other => panic!("{other:?}"),
    };
    let (viewer, result) = asked(&mut stage);
    assert!(!stage.viewer.opened(viewer + 1, &result), "another's");
    assert!(stage.seen().contains("text: \"word"), "{}", stage.seen());
    assert!(stage.viewer.opened(viewer, &result));
    assert!(stage.seen().starts_with("word word"), "{}", stage.seen());
    assert_eq!(stage.copied("y a").0.len(), 5 * 300_000);
    stage.press("Esc");
    assert!(stage.seen().contains("text: \"word"), "{}", stage.seen());
}

#[test]
fn trees_are_cut_at_the_edge_and_texts_wrap_until_somebody_wants_it_otherwise() {
    let long = format!(r#"{{"text":"{}end"}}"#, "word ".repeat(10));
    let mut stage = stage(
        vec![tree("JSON", &long), plain("Raw", long.as_bytes())],
        30,
        6,
    );
    assert!(!stage.seen().contains("end"), "{}", stage.seen());
    stage.press("w");
    assert!(stage.seen().contains("end"), "{}", stage.seen());
    stage.press("]");
    assert!(stage.seen().contains("end"), "{}", stage.seen());
    stage.press("w");
    assert!(!stage.seen().contains("end"), "{}", stage.seen());
    stage.press("[");
    assert!(stage.seen().contains("end"), "of its own");
}

#[test]
fn tabs_are_remembered_by_name() {
    let mut stage = stage(vec![tree("JSON", "[1]"), plain("Raw", b"[1]")], 40, 4);
    assert!(!stage.show(1, Vec::new()), "it is shown already");
    stage.press("[");
    assert_eq!(stage.viewer.tabs().1, 1);
    assert!(stage.show(
        2,
        vec![
            plain("Error", b"x"),
            tree("JSON", "[2]"),
            plain("Raw", b"[2]")
        ]
    ));
    assert_eq!(stage.viewer.tabs(), (vec!["Error", "JSON", "Raw"], 2));
    assert_eq!(stage.seen(), "[2]");
    // A name that is missing once is still remembered.
    assert!(stage.show(3, vec![plain("Text", b"other")]));
    assert_eq!(stage.seen(), "other");
    assert!(stage.show(4, vec![tree("JSON", "[4]"), plain("Raw", b"[4]")]));
    assert_eq!(stage.seen(), "[4]");
    stage.viewer.choose(0);
    assert_eq!(stage.viewer.tabs().1, 0);
}

#[test]
fn an_arriving_answer_leaves_the_place_in_the_request() {
    let mut stage = stage(vec![tree("Request", DOCUMENT)], 40, 8);
    stage.press("G");
    stage.show(2, vec![tree("Request", DOCUMENT), tree("Response", "{}")]);
    assert_eq!(stage.viewer.remark(), "$[\"odd name\"]");
    stage.show(3, vec![tree("Request", r#"{"id":2}"#)]);
    assert_eq!(stage.viewer.remark(), "$.id");
}

#[test]
fn only_the_last_document_asked_for_is_taken() {
    let mut stage = stage(Vec::new(), 40, 3);
    assert_eq!(stage.seen(), "Nothing was called yet.");
    assert!(stage.viewer.is_empty());
    let build =
        |stage: &mut Stage, seq| match stage.with(|viewer, ctx| viewer.show(subject(seq), ctx)) {
            Some(Effect::Build { viewer, .. }) => viewer,
            other => panic!("{other:?}"),
        };
    let first = build(&mut stage, 1);
    assert_eq!(stage.seen(), "reading…");
    let second = build(&mut stage, 2);
    assert!(!stage.viewer.built(first, &Ok(vec![plain("Raw", b"1")])));
    assert!(stage.viewer.built(second, &Ok(vec![plain("Raw", b"2")])));
    assert_eq!(stage.seen(), "2");
    // The old one stays until the next is there, and a failure is told.
    let third = build(&mut stage, 3);
    assert_eq!(stage.seen(), "2");
    stage.viewer.built(third, &Err("no \u{1b} file".to_owned()));
    assert_eq!(stage.seen(), "no ^[ file");
    stage.viewer.clear("Empty.");
    assert!(stage.viewer.is_empty());
    assert_eq!(stage.seen(), "Empty.");
    assert_eq!(stage.press("y y").effects, []);
}

#[test]
fn the_mouse_selects_toggles_and_scrolls() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 40, 4);
    stage.click(Position::new(5, 1), false);
    assert_eq!(stage.viewer.remark(), "$.params");
    stage.click(Position::new(5, 1), true);
    assert_eq!(stage.seen().lines().count(), 3);
    stage.click(Position::new(5, 1), true);
    stage.viewer.wheel(3);
    assert_eq!(stage.viewer.remark(), "$.params.list");
    assert_eq!(stage.draw().1, Some(Position::new(0, 0)));
    assert_eq!(stage.click(Position::new(5, 9), false), Reply::ignored());
}

proptest! {
    #[test]
    fn no_keys_break_it(
        steps in prop::collection::vec(0_usize..ACTIONS.len() + 6, 0..60),
        width in 0_u16..30, height in 0_u16..8,
    ) {
        let hex = Tab {
            name: "Hex".to_owned(),
            body: TabBody::Bytes(Arc::new(Document::new(&b"\0\xff1"[..]))),
        };
        let tabs = vec![tree("JSON", DOCUMENT), plain("Text", "a\u{202e}日本\nb\n\nc".as_bytes()), hex, tree("Number", "7")];
        let mut stage = stage(tabs, width, height);
        for step in steps {
            match ACTIONS.get(step) {
                Some(row) => { stage.act(row.action); }
                None if step % 3 == 0 => { stage.click(Position::new(3, 2), true); }
                None if step % 3 == 1 => stage.viewer.wheel(step as isize - 90),
                None => {
                    let keys = [KeyCode::Char('1'), KeyCode::Enter];
                    for key in keys {
                        stage.with(|viewer, ctx| viewer.key(KeyEvent::from(key), ctx));
                    }
                }
            }
            let (_, cursor) = stage.draw();
            prop_assert!(cursor.is_none_or(|at| stage.area.contains(at)));
            let _ = stage.viewer.remark();
        }
    }
}

#[test]
fn keys_fold_number_and_turn_a_tree_into_lines() {
    let doc = r#"{"a":{"x":[1]},"b":{"y":"{\"z\":2}"}}"#;
    for (keys, seen) in [
        ("c", "▸▸ a: {1} {x: […]}\n ▸ b: {1} {y: \"{\\\"z\\\":2}\"}"),
        (
            "C e",
            "▸▾ a {1}\n   ▸ x: [1] [1]\n ▾ b {1}\n     y: \"{\\\"z\\\":2}\"  JSON inside",
        ),
        (
            "z 1",
            "▸▾ a {1}\n   ▸ x: [1] [1]\n ▾ b {1}\n     y: \"{\\\"z\\\":2}\"  JSON inside",
        ),
        (
            "z M %",
            " ▸ a: {1} {x: […]}\n▸▸ b: {1} {y: \"{\\\"z\\\":2}\"}",
        ),
        (
            "z M #",
            "▸1 ▸ a: {1} {x: […]}\n 4 ▸ b: {1} {y: \"{\\\"z\\\":2}\"}",
        ),
        (
            "z M M",
            " ▾ {\n▸  ▸ \"a\": {1} {x: […]},\n   ▸ \"b\": {1} {y: \"{\\\"z\\\":2}\"}\n   }",
        ),
        (
            "z M e J j z j",
            " ▾ a {1}\n   ▸ x: [1] [1]\n ▾ b {1}\n▸  ▾ y {1} was a string\n   │   z: 2",
        ),
        (
            "z M J e j z j z j",
            " ▾ a {1}\n   ▸ x: [1] [1]\n ▾ b {1}\n▸    y: \"{\\\"z\\\":2}\"  JSON inside",
        ),
    ] {
        let mut stage = stage(vec![tree("JSON", doc)], 44, 8);
        stage.press(keys);
        assert_eq!(stage.seen(), seen, "{keys}");
    }
}

#[test]
fn a_big_tree_asks_for_its_index_once_and_says_how_far_it_is() {
    let doc = format!("[1,\"{}\",2]", "x".repeat(5 << 20));
    let mut stage = stage(vec![tree("JSON", &doc)], 40, 5);
    let area = stage.area;
    let Some(Effect::Index { viewer, body }) = stage.with(|viewer, ctx| viewer.place(area, ctx))
    else {
        panic!("no index was asked for");
    };
    assert_eq!(stage.with(|viewer, ctx| viewer.place(area, ctx)), None);
    assert_eq!(stage.viewer.remark(), "$[0]  indexing 79 %");
    assert!(said(&stage.press("G")).starts_with("indexing 79 %"));
    let mut parts = Vec::new();
    crate::tui::payload::index(body, |part| parts.push(part));
    let last = parts.pop().unwrap();
    assert!(!stage.viewer.indexed(viewer + 1, &last), "somebody else's");
    assert!(stage.viewer.indexed(viewer, &last));
    stage.press("G");
    assert_eq!(stage.viewer.remark(), "$[2]");
}

#[test]
fn a_value_is_known_by_its_way_in_its_frame() {
    let doc = r#"{"id":1.0,"params":{"n":"a","t":"{\"z\":2}"}}"#;
    let told = |stage: &Stage| match stage.viewer.value() {
        Ok((steps, raw)) => {
            let path = steps::path(&steps, Notation::JsonPath);
            format!("{path} {}", String::from_utf8_lossy(raw))
        }
        Err(why) => why.to_owned(),
    };
    for (tab, keys, value) in [
        ("Request", "G k", "$.params.n \"a\""),
        ("JSON", "g g", "$.id 1.0"),
        ("Response", "j", r#"$.params {"n":"a","t":"{\"z\":2}"}"#),
        (
            "Request",
            "G z j j",
            "This stands within a text; text~ finds it.",
        ),
        (
            "Structured",
            "G",
            "Only values of a frame can be asked for: in Request, Response or JSON.",
        ),
    ] {
        let mut stage = stage(vec![tree(tab, doc)], 44, 8);
        stage.press(keys);
        assert_eq!(told(&stage), value, "{tab} {keys}");
    }
    let both = format!(r#"{{"request":{doc},"response":{doc}}}"#);
    let mut stage = stage(vec![tree("Both", &both)], 44, 20);
    assert_eq!(told(&stage), "Select a value in it first.");
    stage.press("j");
    assert_eq!(told(&stage), "$.id 1.0");
    assert_eq!(
        told(&self::stage(vec![plain("Raw", b"x")], 44, 8)),
        "Only values of a frame can be asked for: in Request, Response or JSON."
    );
}
