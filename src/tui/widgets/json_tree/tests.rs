//! What a tree shows and how one moves in it.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::fmt::Write as _;

use super::folds::Folds;
use super::place::View;
use super::*;
use crate::json::steps::{self, Notation, Step};
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::widgets::find::Term;
use crate::tui::widgets::testing::text_of;

mod model;

const DOC: &str = r#"{
  "jsonrpc": "2.0", "id": 1.0,
  "params": {"mode": "form", "schema": {"type": "object", "properties": {"a b": null}, "required": ["x", true]}, "none": {}},
  "big": 1152921504606846976, "esc": "\u00e9\n"
}"#;

fn tree(s: &str) -> Tree {
    Tree::parse(s.as_bytes()).unwrap()
}

/// So fine that small documents have records, waymarks and groups.
const GRAIN: Grain = Grain {
    small: 12,
    group: 3,
};

/// A document with a fine index of about so many bytes.
fn fine(s: &str, limit: usize) -> Tree {
    Tree::parse_part(s.as_bytes().into(), limit, GRAIN).unwrap()
}

/// A state for a screen of this size.
fn sized(tree: &Tree, width: u16, height: u16) -> TreeState {
    let mut state = TreeState::new(tree);
    state.fit(tree, Rect::new(0, 0, width, height), false);
    state
}

/// Where the state stands.
fn at(tree: &Tree, state: &TreeState) -> String {
    tree.path(state.selected())
}

fn screen(tree: &Tree, state: &TreeState, width: u16, height: u16) -> (String, Option<Position>) {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let theme = Theme::load("mono", Depth::None).unwrap();
    let at = draw(tree, state, true, buf.area, &mut buf, &theme);
    (text_of(&buf), at)
}

#[test]
fn rows_read_as_in_the_document() {
    let tree = tree(DOC);
    let (text, at) = screen(&tree, &TreeState::new(&tree), 40, 15);
    assert_eq!(
        text,
        r#"▸  jsonrpc: "2.0"
   id: 1.0
 ▾ params {3}
     mode: "form"
   ▾ schema {3}
   │   type: "object"
   │ ▾ properties {1}
   │ │   "a b": null
   │ ▾ required [2]
   │ │   [0] "x"
   │ │   [1] true
     none: {}
   big: 1152921504606846976 !
   esc: "\u00e9\n"

"#
    );
    assert_eq!(at, Some(Position::new(0, 0)));
}

#[test]
fn folds_show_a_preview_and_keep_the_selection() {
    let tree = tree(DOC);
    let mut state = sized(&tree, 44, 5);
    state.down(&tree, 7);
    assert_eq!(at(&tree, &state), r#"$.params.schema.properties["a b"]"#);
    state.fold_to_level(&tree, Some(1));
    assert_eq!(at(&tree, &state), "$.params.schema");
    state.first(&tree);
    state.down(&tree, 4);
    let (text, _) = screen(&tree, &state, 44, 5);
    assert_eq!(
        text,
        "   jsonrpc: \"2.0\"                          ┃\n   id: 1.0                                 ┃\n ▾ params {3}                              ┃\n     mode: \"form\"                          ┃\n\
         ▸  ▸ schema: {3} {type: \"object\", properti…\n"
    );
    state.unfold_or_child(&tree);
    state.unfold_or_child(&tree);
    assert_eq!(at(&tree, &state), "$.params.schema.type");
    state.next_sibling(&tree);
    state.next_sibling(&tree);
    state.previous_sibling(&tree);
    assert_eq!(at(&tree, &state), "$.params.schema.properties");
    state.fold_or_parent(&tree);
    assert_eq!(at(&tree, &state), "$.params.schema");
    state.parent(&tree);
    state.parent(&tree);
    assert_eq!(at(&tree, &state), "$.params");
    state.fold_to_level(&tree, Some(0));
    assert_eq!(rows(&tree, &state).len(), 5);
    state.fold_to_level(&tree, None);
    assert_eq!(rows(&tree, &state).len(), tree.values() - 1);
}

/// The paths of all rows that can be seen.
fn rows(tree: &Tree, state: &TreeState) -> Vec<String> {
    let mut place = Place::first(state.view(tree));
    let mut rows = vec![tree.path(&place)];
    while place.forward(state.view(tree)) {
        rows.push(tree.path(&place));
    }
    rows
}

#[test]
fn values_and_paths_come_from_the_bytes() {
    let tree = tree(r#" [ {"k":[1e0, "\ud800"]} , 7 ] "#);
    let row = tree.place_at(10);
    assert_eq!(
        (tree.path(&row).as_str(), tree.value_bytes(&row)),
        ("$[0].k[0]", &b"1e0"[..])
    );
    let root = tree.place_at(1);
    assert_eq!(tree.path(&root), "$");
    assert_eq!(tree.value(&tree.place_at(5)), r#"[1e0, "\ud800"]"#);
    let scalar = self::tree("\"only\"");
    assert_eq!(
        screen(&scalar, &TreeState::new(&scalar), 12, 1).0,
        "▸  \"only\"\n"
    );
    let empty = self::tree("{}");
    assert_eq!(screen(&empty, &TreeState::new(&empty), 12, 1).0, "▸  {}\n");
}

#[test]
fn the_way_down_is_told_in_decoded_names() {
    let tree = tree(r#"{"a":[0,{"b c/~\"\u0041":1}]}"#);
    let row = tree.place_at(tree.bytes().len() - 5);
    let step = |name: &str| Step::Key(name.to_owned());
    assert_eq!(
        tree.steps(&row),
        [step("a"), Step::Index(1), step("b c/~\"A")]
    );
    let root = self::tree("[[5]]");
    assert_eq!(
        root.steps(&root.place_at(2)),
        [Step::Index(0), Step::Index(0)]
    );
    assert_eq!(root.steps(&root.place_at(0)), []);
}

#[test]
fn hostile_and_long_text_is_shown_safely() {
    let tree = tree(&format!(
        "{{\"\u{202e}k\":\"a\u{9b}b\",\"s\":\"{}\"}}",
        "x".repeat(5000)
    ));
    let (text, _) = screen(&tree, &TreeState::new(&tree), 40, 2);
    assert_eq!(
        text,
        "▸  ‹U+202E›k: \"a‹U+009B›b\"\n   s: \"xxxxxxxxxxxxxxxxxxxxxxxx… 5.0 kB\n"
    );
}

#[test]
fn a_cut_value_always_tells_its_size() {
    // `…` has as many bytes as the character it replaces.
    for cols in 1..20 {
        let (text, cut) = clip("日本日本日本", cols);
        assert_eq!(cut, cols < 12, "{cols} {text}");
        assert_eq!(cut, text.ends_with('…'), "{cols} {text}");
    }
}

#[test]
fn search_unfolds_where_it_arrives_and_folds_again() {
    let tree = tree(r#"{"a":{"Name":"x"},"b":{"y":"the name"},"name":1}"#);
    let mut state = sized(&tree, 20, 4);
    state.fold_to_level(&tree, Some(0));
    assert!(state.find(&tree, Term::new("name").unwrap()));
    assert_eq!(at(&tree, &state), "$.a.Name");
    assert_eq!(state.found().unwrap().label(), "[1/3]");
    assert!(state.find_next(&tree));
    assert_eq!(at(&tree, &state), "$.b.y");
    assert_eq!(rows(&tree, &state), ["$.a", "$.b", "$.b.y", "$.name"]);
    assert!(state.find_next(&tree) && state.find_next(&tree));
    assert_eq!(at(&tree, &state), "$.a.Name");
    assert_eq!(rows(&tree, &state), ["$.a", "$.a.Name", "$.b", "$.name"]);
    assert!(state.find_previous(&tree));
    assert_eq!(state.found().unwrap().label(), "[3/3]");
    assert!(!state.find(&tree, Term::new("nowhere").unwrap()));
    assert!(state.find(&tree, Term::new("k:name").unwrap()));
    assert_eq!(state.found().unwrap().label(), "[2/2]");

    let theme = Theme::load("dark", Depth::Rgb).unwrap();
    state.first(&tree);
    state.find(&tree, Term::new("name").unwrap());
    let mut buf = Buffer::empty(Rect::new(0, 0, 20, 4));
    draw(&tree, &state, true, buf.area, &mut buf, &theme);
    let marked = |role| {
        let bg = theme.style(role).bg.unwrap();
        buf.content.iter().filter(|c| c.bg == bg).count()
    };
    assert_eq!(
        (marked(Role::MatchCurrent), marked(Role::Match)),
        (4, 4),
        "one hit is in a fold"
    );
}

#[test]
fn broken_documents_say_where() {
    for (doc, at, what) in [
        ("", 0, "ends too early"),
        ("{\"a\":1,}", 7, "expected a member name"),
        ("[1 2]", 3, "expected , or ]"),
        ("[1}", 2, "expected , or ]"),
        ("01", 1, "text after the value"),
        ("{\"a\" 1}", 5, "expected :"),
        ("\"a\nb\"", 2, "control character in a string"),
        ("\"\\x\"", 2, "unknown escape"),
        ("[tru]", 1, "expected a value"),
        ("1.", 2, "ends too early"),
        ("[\"abc", 5, "ends too early"),
    ] {
        let e = Tree::parse(doc.as_bytes()).unwrap_err();
        assert_eq!((e.at, e.what), (at, what), "{doc}");
    }
}

#[test]
fn what_is_odd_is_marked_and_counted() {
    let doc = b"{\"a\":1,\"\\u0061\":\"x\xff\",\"b\":[\"\\ud83d\\ude00\",\"\\ud83d\"],\"c\":9007199254740993,\"d\":1e400,\"e\":1.5}";
    let tree = Tree::parse(&doc[..]).unwrap();
    assert_eq!(
        tree.index().flags().to_string(),
        "1 invalid UTF-8, 1 lone surrogate, 1 repeated name, 2 inexact numbers"
    );
    let (text, _) = screen(&tree, &TreeState::new(&tree), 60, 9);
    assert_eq!(
        text,
        r#"▸  a: 1
   \u0061: "x�" ! name used before ! invalid UTF-8
 ▾ b [2]
     [0] "\ud83d\ude00"
     [1] "\ud83d" ! lone surrogate
   c: 9007199254740993 ! inexact as a float
   d: 1e400 ! inexact as a float
   e: 1.5

"#
    );
}

#[test]
fn depth_costs_no_stack() {
    let doc = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let tree = tree(&doc);
    let mut state = sized(&tree, 30, 3);
    state.last(&tree);
    assert_eq!(state.selected().depth(), 100_000);
    let (text, _) = screen(&tree, &state, 30, 3);
    assert!(
        text.lines().last().unwrap().starts_with("▸…         [0] 1"),
        "{text}"
    );
    state.fold_to_level(&tree, Some(0));
    assert_eq!(rows(&tree, &state).len(), 1);
    let absurd = "[".repeat(1 << 20);
    assert!(Tree::parse(absurd.as_bytes()).is_err());
}

/// `{"id":0,"tags":["t"]}` a quarter of a million times.
fn long() -> String {
    let mut doc = String::from("[");
    for i in 0..250_000 {
        if i > 0 {
            doc.push(',');
        }
        write!(doc, "{{\"id\":{i},\"tags\":[\"t\"]}}").unwrap();
    }
    doc.push(']');
    doc
}

#[test]
fn a_million_rows_are_no_burden() {
    let doc = long();
    let tree = Tree::parse_whole(doc.as_bytes()).unwrap();
    assert_eq!(tree.values(), 1_000_001);
    assert!(
        tree.index().size() < doc.len() / 100,
        "{}",
        tree.index().size()
    );
    let mut state = sized(&tree, 40, 3);
    let (text, _) = screen(&tree, &state, 40, 2);
    assert_eq!(
        text,
        "▸▸ [0…999] [{…}, {…}, {…}, {…}, {…}, {…┃\n ▸ [1000…1999] [{…}, {…}, {…}, {…}, {……\n"
    );
    state.last(&tree);
    assert_eq!(at(&tree, &state), "$[249000:250000]");
    state.unfold_or_child(&tree);
    state.fold_to_level(&tree, None);
    state.last(&tree);
    assert_eq!(at(&tree, &state), "$[249999].tags[0]");
    assert_eq!(tree.number(state.selected()), 1_000_001);
    state.fold_siblings(&tree, true, false);
    state.parent(&tree);
    state.fold_siblings(&tree, true, false);
    assert_eq!(at(&tree, &state), "$[249999].tags");
    state.parent(&tree);
    state.fold_siblings(&tree, true, false);
    state.last(&tree);
    let (text, cursor) = screen(&tree, &state, 40, 2);
    assert!(
        text.lines()
            .last()
            .unwrap()
            .starts_with("▸  ▸ [249999] {2} {id: 249999, tags:"),
        "{text}"
    );
    assert_eq!(cursor, Some(Position::new(0, 1)));
}

#[test]
fn a_growing_index_leaves_the_reader_in_place() {
    let doc = long();
    let whole = Tree::parse_whole(doc.as_bytes()).unwrap();
    let early = Tree::parse_part(doc.as_bytes().into(), 20_000, Grain::default()).unwrap();
    assert!(early.values() < 4_000, "not grouped yet");
    let mut state = sized(&early, 40, 8);
    state.down(&early, 5);
    assert_eq!(at(&early, &state), "$[1].id");
    let offset = state.offset;
    state.refresh(&whole);
    assert_eq!(
        (at(&whole, &state).as_str(), state.offset),
        ("$[1].id", offset)
    );
    state.last(&early);
    let byte = state.selected().start();
    assert!((19_000..20_000).contains(&byte), "{byte}");
}

#[test]
fn lines_are_valid_json() {
    let tree = tree(DOC);
    let mut state = sized(&tree, 60, 30);
    state.toggle_lines(&tree);
    let (text, _) = screen(&tree, &state, 60, 30);
    let json: String = text
        .lines()
        .map(|line| {
            let line = line
                .replace(['▸', '▾', '│'], " ")
                .replace(" ! inexact as a float", "");
            line.trim().to_owned()
        })
        .collect();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json).unwrap(),
        serde_json::from_str::<serde_json::Value>(DOC).unwrap()
    );
    // From bracket to bracket and back.
    state.first(&tree);
    state.other_end(&tree);
    let last = rows(&tree, &state).len() as u16 - 1;
    assert_eq!(
        screen(&tree, &state, 60, 30).1,
        Some(Position::new(0, last))
    );
    state.other_end(&tree);
    assert_eq!(screen(&tree, &state, 60, 30).1, Some(Position::new(0, 0)));
    state.last(&tree);
    state.toggle_lines(&tree);
    assert_eq!(at(&tree, &state), "$.jsonrpc");
}

#[test]
fn json_in_a_string_opens_in_place_and_closes_again() {
    let doc = r#"{"a":[1],"s":" {\"b\":[true,\"[2]\"]} ","z":0}"#;
    let plain = tree(doc);
    let mut state = sized(&plain, 60, 12);
    state.fold_to_level(&plain, Some(0));
    state.down(&plain, 1);
    let swapped = plain.toggle_decoded(state.selected()).unwrap();
    state.swapped(&swapped);
    let opened = swapped.tree;
    state.fold_to_level(&opened, None);
    let (text, _) = screen(&opened, &state, 60, 9);
    assert_eq!(
        text,
        " ▾ a [1]\n     [0] 1\n▸▾ s {1} was a string\n   ▾ b [2]\n   │   [0] true\n   │   [1] \"[2]\"  JSON inside\n   z: 0\n\n\n"
    );
    assert_eq!(opened.written(), doc.as_bytes());
    assert_eq!(
        opened.value_bytes(state.selected()),
        br#"" {\"b\":[true,\"[2]\"]} ""#
    );
    state.down(&opened, 1);
    assert_eq!(opened.value_bytes(state.selected()), br#"[true,"[2]"]"#);
    // One more inside, then both are closed from within.
    state.down(&opened, 2);
    let twice = opened.toggle_decoded(state.selected()).unwrap();
    state.swapped(&twice);
    // jq finds all of it in what was sent; the string itself is no text yet.
    let jq = |tree: &Tree, row: &Place| steps::path(&tree.steps(row), Notation::Jq);
    let place = twice.tree.bytes().windows(3).position(|at| at == b"[2]");
    let inmost = twice.tree.place_at(place.unwrap() + 1);
    assert_eq!(jq(&twice.tree, &inmost), ".s|fromjson|.b[1]|fromjson|.[0]");
    assert_eq!(jq(&twice.tree, state.selected()), ".s|fromjson|.b[1]");
    assert_eq!(twice.tree.value_bytes(state.selected()), br#""[2]""#);
    assert_eq!(twice.tree.written(), doc.as_bytes());
    let inner = twice.tree.decoded_around(state.selected());
    let back = twice.tree.toggle_decoded(&inner).unwrap();
    assert_eq!(**back.tree.bytes(), **opened.bytes());
    let outer = back.tree.decoded_around(&inner);
    let back = back.tree.toggle_decoded(&outer).unwrap().tree;
    assert_eq!(&**back.bytes(), doc.as_bytes());
    assert!(!back.is_decoded(&outer));
    let no = back.toggle_decoded(&back.place_at(6)).unwrap_err();
    assert_eq!(no, "This is no string that could hold JSON.");
}

#[test]
fn long_strings_wrap_and_containers_stay_on_top() {
    let tree = tree(
        r#"{"a":{"b":{"c":"one two three four five six","d":1,"e":2,"f":3,"g":4,"h":5,"i":6,"j":7,"k":8,"l":9}}}"#,
    );
    let mut state = TreeState::new(&tree);
    let area = Rect::new(0, 0, 22, 10);
    state.fit(&tree, area, true);
    let (text, _) = screen(&tree, &state, 22, 10);
    assert_eq!(
        text.lines().take(5).collect::<Vec<_>>(),
        [
            "▸▾ a {1}             ┃",
            "   ▾ b {10}          ┃",
            "   │   c: \"one two th┃",
            "         ree four fiv┃",
            "         e six\"      ┃"
        ]
    );
    state.last(&tree);
    let (text, cursor) = screen(&tree, &state, 22, 10);
    let shown: Vec<&str> = text
        .lines()
        .map(|line| line.trim_end_matches(['┃', ' ']))
        .collect();
    assert_eq!(
        shown[..4],
        [" ▾ a {1}", "   ▾ b {10}", "   │   f: 3", "   │   g: 4"]
    );
    assert_eq!(cursor.unwrap().y, 8);
    let sticky = state.row_at(&tree, Position::new(3, 1), area).unwrap();
    assert_eq!(tree.path(&sticky), "$.a.b");
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,4}", inner), 0..5)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn accepts_what_serde_json_accepts(bytes in "[\\[\\]{},:\"\\\\a1\\-.e0 untrfls]{0,12}") {
        let serde = serde_json::from_str::<serde::de::IgnoredAny>(&bytes).is_ok();
        prop_assert_eq!(Tree::parse(bytes.as_bytes()).is_ok(), serde, "{}", bytes);
    }

    #[test]
    fn moves_keep_to_what_can_be_seen(
        value in json(), height in 1_u16..16, width in 0_u16..30, moves in prop::collection::vec(0_u8..22, 0..25),
    ) {
        let tree = fine(&value.to_string(), usize::MAX);
        let mut state = sized(&tree, width, height);
        for m in moves {
            match m {
                0 => state.up(&tree, 1),
                1 => state.down(&tree, 2),
                2 => state.page_down(&tree),
                3 => state.fold_or_parent(&tree),
                4 => state.unfold_or_child(&tree),
                5 => state.toggle(&tree),
                6 => state.next_sibling(&tree),
                7 => state.previous_sibling(&tree),
                8 => state.fold_siblings(&tree, true, false),
                9 => state.fold_siblings(&tree, false, true),
                10 => state.fold_to_level(&tree, Some(1)),
                11 => state.fold_to_level(&tree, None),
                12 => { state.find(&tree, Term::new("a").unwrap()); }
                13 => { state.find_next(&tree); }
                14 => state.fold_to_level(&tree, Some(0)),
                15 => state.reveal_byte(&tree, tree.bytes().len() - 1),
                16 => state.toggle_lines(&tree),
                17 => state.other_end(&tree),
                18 => state.last(&tree),
                19 => state.page_up(&tree),
                20 => state.scroll(&tree, 2),
                _ => state.scroll(&tree, -2),
            }
            // What is selected is one of the rows.
            let view = state.view(&tree);
            let mut place = Place::first(view);
            let mut before = 0;
            while place != *state.selected() {
                before += 1;
                prop_assert!(place.forward(view), "move {} hides {}", m, tree.path(state.selected()));
            }
            prop_assert!(state.offset < usize::from(height));
            prop_assert!(state.offset <= before);
            let mut after = 0;
            while place.forward(view) {
                after += 1;
            }
            let room = usize::from(height) - state.offset - 1;
            prop_assert!(room <= after || state.offset == before, "empty room below");
            let cursor = screen(&tree, &state, width, height).1;
            prop_assert_eq!(cursor.is_some(), width > 0);
        }
    }
}
