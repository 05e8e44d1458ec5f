//! Arrays of objects as tables, by keys.

use super::*;

const ROWS: &str =
    r#"{"items":[{"id":10,"name":"b, c"},{"id":9,"name":"a","tags":[1]}],"none":[1]}"#;

/// The table as CSV.
fn csv(reply: &Reply) -> String {
    match &reply.effects[..] {
        [Effect::CopyTable(csv)] => csv.text(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_array_is_a_table_and_a_tree_again() {
    let mut stage = stage(vec![tree("JSON", ROWS)], 40, 8);
    stage.press("z R j j j");
    let before = stage.seen();
    assert_eq!(stage.viewer.remark(), "$.items[0].name");
    assert_eq!(stage.press("T"), Reply::done());
    assert_eq!(
        stage.seen(),
        "   id  name    tags\n▸  10  b, c\n    9  a       [1]"
            .trim_start_matches('\n')
            .trim_end()
    );
    assert_eq!(stage.viewer.remark(), "$.items[0].name  2 × 3");
    for leave in ["T", "Esc"] {
        stage.press("l j");
        assert_eq!(stage.press(leave), Reply::done());
        assert_eq!(stage.seen(), before, "the same place");
        stage.press("T");
    }
}

#[test]
fn cells_are_copied_like_values_of_the_tree() {
    let mut stage = stage(vec![tree("JSON", ROWS)], 40, 8);
    stage.press("z R j T l");
    assert_eq!(stage.copied("y y").0, r#""b, c""#);
    assert_eq!(stage.copied("y s").0, "b, c");
    assert_eq!(stage.copied("y p").0, "$.items[0].name");
    stage.press("l");
    assert!(said(&stage.press("y y")).contains("no such member"));
    assert!(said(&stage.press("y p")).contains("no such member"));
    assert!(said(&stage.press("Enter")).contains("no such member"));
    assert_eq!(stage.copied("y a").0, ROWS);
    stage.press("j Enter");
    assert_eq!(stage.viewer.remark(), "$.items[1].tags");
}

#[test]
fn a_table_is_sorted_and_copied_as_it_is_shown() {
    let mut stage = stage(vec![tree("JSON", ROWS)], 40, 8);
    stage.press("j T");
    assert_eq!(
        csv(&stage.press("y v")),
        "id,name,tags\r\n10,\"b, c\",\r\n9,a,[1]\r\n"
    );
    stage.press("O l C");
    assert_eq!(csv(&stage.press("y v")), "id,tags\r\n9,[1]\r\n10,\r\n");
    assert!(stage.viewer.remark().ends_with("2 × 3  1 hidden"));
    stage.press("T T");
    assert_eq!(stage.viewer.remark(), "$.items[0].id  2 × 3");
}

#[test]
fn what_cannot_be_is_said() {
    let mut stage = stage(vec![tree("JSON", ROWS), plain("Raw", b"x")], 40, 8);
    for action in [Action::SortTable, Action::CopyTable, Action::HideColumn] {
        assert!(said(&stage.act(action)).contains("no table here"));
    }
    stage.press("G");
    assert!(said(&stage.press("T")).contains("no objects"));
    stage.press("g g j T");
    for keys in ["w", "J", "z M", "M"] {
        assert!(!said(&stage.press(keys)).is_empty(), "{keys}");
    }
    stage.press("]");
    assert!(said(&stage.press("T")).contains("trees"));
    let mut stage = super::stage(vec![tree("JSON", r#"{"a":1}"#)], 40, 8);
    assert!(said(&stage.press("T")).contains("no array"));
}

#[test]
fn a_big_table_is_made_and_sorted_elsewhere() {
    let items: Vec<String> = (0..9000).map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    let document = format!("[{}]", items.join(","));
    let mut stage = stage(vec![tree("JSON", &document)], 40, 4);
    let carry = |stage: &mut Stage, keys: &str| match &stage.press(keys).effects[..] {
        [
            Effect::OpenValue {
                viewer,
                body,
                byte,
                opening,
            },
        ] => {
            let result = payload::open(body, *byte, *opening).unwrap();
            assert!(stage.viewer.opened(*viewer, &result));
        }
        other => panic!("{keys}: {other:?}"),
    };
    carry(&mut stage, "T");
    assert_eq!(stage.viewer.remark(), "$[0].n  9000 × 1");
    carry(&mut stage, "O");
    carry(&mut stage, "O");
    assert_eq!(stage.viewer.remark(), "$[8999].n  9000 × 1");
    assert_eq!(stage.seen(), "  n ↓\n▸8999\n 8998\n 8997");
    carry(&mut stage, "O");
    assert_eq!(stage.viewer.remark(), "$[0].n  9000 × 1");
}

const LETTERS: &str = r#"[{"a":"Xa","b":{"k":"xb"}},{"a":"ya","b":"Yb"},{"a":"xc","b":null}]"#;

#[test]
fn cells_are_searched_in_the_order_that_is_shown() {
    let mut stage = stage(vec![tree("JSON", LETTERS)], 40, 8);
    stage.press("T / x Enter");
    assert!(stage.viewer.remark().ends_with("3 × 2  [1/3]"));
    assert!(stage.viewer.remark().starts_with("$[0].a"));
    // What is nested counts for its cell.
    stage.press("n");
    assert!(stage.viewer.remark().starts_with("$[0].b"));
    // Sorted by `a`, backwards: ya, xc, Xa.
    stage.press("h O O");
    assert_eq!(stage.viewer.remark(), "$[1].a  3 × 2  [1/3]");
    let walked: Vec<String> = (0..4)
        .map(|_| {
            stage.press("n");
            let remark = stage.viewer.remark();
            remark.split("  ").next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(walked, ["$[2].a", "$[0].a", "$[0].b", "$[2].a"]);
    stage.press("N");
    assert!(stage.viewer.remark().starts_with("$[0].b"));
    // A hidden column has no hits.
    stage.press("C");
    assert!(
        stage.viewer.remark().ends_with("1 hidden  [2/2]"),
        "{}",
        stage.viewer.remark()
    );
    // Esc ends the search first, and leaves the table then.
    stage.press("Esc");
    assert!(stage.viewer.remark().ends_with("1 hidden"));
    stage.press("Esc");
    assert!(!stage.viewer.remark().contains('×'));
}

#[test]
fn a_search_without_hits_says_so_and_names_are_columns() {
    let mut stage = stage(vec![tree("JSON", LETTERS)], 40, 8);
    stage.press("T j");
    assert!(said(&stage.press("/ q Enter")).contains("Not found"));
    assert!(stage.viewer.remark().starts_with("$[1].a"));
    stage.press("/ k : b Enter");
    assert!(
        stage.viewer.remark().starts_with("$[0].b"),
        "{}",
        stage.viewer.remark()
    );
}

#[test]
fn a_big_table_is_searched_elsewhere() {
    let items: Vec<String> = (0..9000).map(|n| format!(r#"{{"n":"v{n}"}}"#)).collect();
    let document = format!("[{}]", items.join(","));
    let mut stage = stage(vec![tree("JSON", &document)], 40, 4);
    let reply = stage.press("T");
    let [
        Effect::OpenValue {
            viewer,
            body,
            byte,
            opening,
        },
    ] = &reply.effects[..]
    else {
        panic!("{reply:?}");
    };
    let result = payload::open(body, *byte, *opening).unwrap();
    assert!(stage.viewer.opened(*viewer, &result));
    let reply = stage.press("/ v 8 9 9 9 Enter");
    let [
        Effect::FindIn {
            viewer,
            body,
            array,
            text,
        },
    ] = &reply.effects[..]
    else {
        panic!("{reply:?}");
    };
    let hits = body.search(&Term::new(text).unwrap(), *array);
    assert_eq!(hits, [8999]);
    assert!(stage.viewer.found_in(*viewer, text, &hits));
    assert!(stage.viewer.remark().starts_with("$[8999].n"));
    // Back in the tree meanwhile: what was found of cells is of no use there.
    let reply = stage.press("/ v 7 Enter");
    let [Effect::FindIn { viewer, .. }] = &reply.effects[..] else {
        panic!("{reply:?}");
    };
    stage.press("Esc");
    stage.press("Esc");
    assert!(stage.viewer.found_in(*viewer, "v7", &hits));
    assert!(!stage.viewer.has_found());
}

#[test]
fn a_click_focuses_a_cell_and_the_wheel_scrolls() {
    let mut stage = stage(vec![tree("JSON", ROWS)], 40, 2);
    stage.press("j T");
    stage.click(Position::new(8, 1), false);
    assert_eq!(stage.viewer.remark(), "$.items[0].name  2 × 3");
    stage.viewer.wheel(1);
    assert_eq!(stage.viewer.remark(), "$.items[1].name  2 × 3");
    stage.click(Position::new(8, 1), true);
    assert_eq!(stage.viewer.remark(), "$.items[1].name");
}
