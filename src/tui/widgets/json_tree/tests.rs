//! What a tree shows and how one moves in it.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::widgets::testing::text_of;

const DOC: &str = r#"{
  "jsonrpc": "2.0", "id": 1.0,
  "params": {"mode": "form", "schema": {"type": "object", "properties": {"a b": null}, "required": ["x", true]}, "none": {}},
  "big": 1152921504606846976, "esc": "\u00e9\n"
}"#;

fn tree(s: &str) -> Tree {
    Tree::parse(s.as_bytes().into()).unwrap()
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
       type: "object"
     ▾ properties {1}
         "a b": null
     ▾ required [2]
         [0] "x"
         [1] true
     none: {}
   big: 1152921504606846976
   esc: "\u00e9\n"

"#
    );
    assert_eq!(at, Some(Position::new(0, 0)));
}

#[test]
fn folds_show_a_preview_and_keep_the_selection() {
    let tree = tree(DOC);
    let mut state = TreeState::new(&tree);
    state.down(7);
    assert_eq!(
        tree.path(state.selected()),
        r#"$.params.schema.properties["a b"]"#
    );
    state.fold_to_level(&tree, 1);
    assert_eq!(tree.path(state.selected()), "$.params.schema");
    let (text, _) = screen(&tree, &state, 44, 5);
    assert_eq!(
        text,
        "   jsonrpc: \"2.0\"\n   id: 1.0\n ▾ params {3}\n     mode: \"form\"\n\
         ▸  ▸ schema: {3} {type: \"object\", propertie…\n"
    );
    state.unfold_or_child(&tree);
    state.unfold_or_child(&tree);
    assert_eq!(tree.path(state.selected()), "$.params.schema.type");
    state.next_sibling(&tree);
    state.next_sibling(&tree);
    state.previous_sibling(&tree);
    assert_eq!(tree.path(state.selected()), "$.params.schema.properties");
    state.fold_or_parent(&tree);
    assert_eq!(tree.path(state.selected()), "$.params.schema");
    state.parent(&tree);
    state.parent(&tree);
    assert_eq!(tree.path(state.selected()), "$.params");
    state.fold_all(&tree);
    assert_eq!(state.visible_len(), 5);
    state.unfold_all(&tree);
    assert_eq!(state.visible_len(), tree.len() - 1);
}

#[test]
fn values_and_paths_come_from_the_bytes() {
    let tree = tree(r#" [ {"k":[1e0, "\ud800"]} , 7 ] "#);
    let row = tree.row_at(10);
    assert_eq!(
        (tree.path(row).as_str(), tree.value_bytes(row)),
        ("$[0].k[0]", &b"1e0"[..])
    );
    assert_eq!(tree.path(0), "$");
    assert_eq!(tree.value(2), r#"[1e0, "\ud800"]"#);
    let scalar = self::tree("\"only\"");
    assert_eq!(
        screen(&scalar, &TreeState::new(&scalar), 12, 1).0,
        "▸  \"only\"\n"
    );
    let empty = self::tree("{}");
    assert_eq!(screen(&empty, &TreeState::new(&empty), 12, 1).0, "▸  {}\n");
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
        "▸  ‹U+202E›k: \"a‹U+009B›b\"\n   s: \"xxxxxxxxxxxxxxxxxxxxxxxxx… 5.0 kB\n"
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
    let mut state = TreeState::new(&tree);
    state.fold_all(&tree);
    assert!(state.find(&tree, Term::new("name").unwrap()));
    assert_eq!(tree.path(state.selected()), "$.a.Name");
    assert_eq!(state.found().unwrap().label(), "[1/3]");
    assert!(state.find_next(&tree));
    assert_eq!(tree.path(state.selected()), "$.b.y");
    assert!(state.is_folded(1), "left behind, folded again");
    assert!(state.find_next(&tree) && state.find_next(&tree));
    assert_eq!(
        (tree.path(state.selected()).as_str(), state.visible_len()),
        ("$.a.Name", 4)
    );
    assert!(state.find_previous(&tree));
    assert_eq!(state.found().unwrap().label(), "[3/3]");
    assert!(!state.find(&tree, Term::new("nowhere").unwrap()));

    let theme = Theme::load("dark", Depth::Rgb).unwrap();
    state.find(&tree, Term::new("name").unwrap());
    let mut buf = Buffer::empty(Rect::new(0, 0, 20, 4));
    draw(&tree, &state, true, buf.area, &mut buf, &theme);
    let marked = |role| {
        let bg = theme.style(role).bg.unwrap();
        buf.content.iter().filter(|c| c.bg == bg).count()
    };
    assert_eq!(
        (marked(Role::MatchCurrent), marked(Role::Match)),
        (4, 0),
        "other hits are in folds"
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
    ] {
        let e = Tree::parse(doc.as_bytes().into()).unwrap_err();
        assert_eq!((e.at, e.what), (at, what), "{doc}");
    }
    assert_eq!(
        Tree::parse(b"[\"\xff\"]"[..].into()).unwrap_err().what,
        "not UTF-8"
    );
}

#[test]
fn depth_costs_no_stack() {
    let doc = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let tree = tree(&doc);
    let mut state = TreeState::new(&tree);
    state.last();
    assert_eq!(tree.depth(state.selected()), 100_000);
    let (text, _) = screen(&tree, &state, 30, 3);
    assert_eq!(text.lines().last(), Some("▸…         [0] 1"));
    state.fold_all(&tree);
    assert_eq!(state.visible_len(), 1);
}

#[test]
fn a_million_rows_are_no_burden() {
    let mut doc = String::from("[");
    for i in 0..250_000 {
        if i > 0 {
            doc.push(',');
        }
        write!(doc, "{{\"id\":{i},\"tags\":[\"t\"]}}").unwrap();
    }
    doc.push(']');
    let tree = tree(&doc);
    assert_eq!(tree.len(), 1_000_001);
    assert!(size_of::<Row>() <= 40);
    let mut state = TreeState::new(&tree);
    state.last();
    assert_eq!(tree.path(state.selected()), "$[249999].tags[0]");
    state.fold_all(&tree);
    state.last();
    let (text, at) = screen(&tree, &state, 40, 2);
    assert_eq!(
        text.lines().last(),
        Some("▸▸ [249999] {2} {id: 249999, tags: […]}")
    );
    assert_eq!(at, Some(Position::new(0, 1)));
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
        prop_assert_eq!(Tree::parse(bytes.as_bytes().into()).is_ok(), serde, "{}", bytes);
    }

    #[test]
    fn rows_are_the_values(value in json()) {
        let tree = tree(&serde_json::to_string_pretty(&value).unwrap());
        for row in 0..tree.len() as u32 {
            let own: serde_json::Value = serde_json::from_str(tree.value(row)).unwrap();
            let members = own.as_array().map(Vec::len).or(own.as_object().map(serde_json::Map::len));
            prop_assert_eq!(tree.count(row), members.unwrap_or(0));
            prop_assert_eq!(tree.row_at(tree.span(row).start), row);
            if let Some(next) = tree.next_sibling(row) {
                prop_assert_eq!(tree.previous_sibling(next), Some(row));
            }
        }
    }

    #[test]
    fn moves_keep_to_visible_rows(
        value in json(), height in 1_usize..6, width in 0_u16..30, moves in prop::collection::vec(0_u8..16, 0..25),
    ) {
        let tree = tree(&value.to_string());
        let mut state = TreeState::new(&tree);
        for m in moves {
            match m {
                0 => state.up(1),
                1 => state.down(2),
                2 => state.page_down(height),
                3 => state.fold_or_parent(&tree),
                4 => state.unfold_or_child(&tree),
                5 => state.toggle(&tree),
                6 => state.next_sibling(&tree),
                7 => state.previous_sibling(&tree),
                8 => state.fold_siblings(&tree, true, false),
                9 => state.fold_siblings(&tree, false, true),
                10 => state.fold_to_level(&tree, 1),
                11 => state.unfold_all(&tree),
                12 => { state.find(&tree, Term::new("a").unwrap()); }
                13 => { state.find_next(&tree); }
                14 => state.fold_all(&tree),
                _ => state.reveal(&tree, tree.len() as u32 - 1),
            }
            state.clamp(height);
            prop_assert!(!state.visible.is_empty());
            prop_assert!(state.list.selected < state.visible.len());
            for pair in state.visible.windows(2) {
                let next = if state.is_folded(pair[0]) { tree.after(pair[0]) } else { pair[0] + 1 };
                prop_assert_eq!(pair[1], next);
            }
            screen(&tree, &state, width, height as u16);
        }
    }
}
