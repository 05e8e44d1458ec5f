//! What tables show, how they are sorted, and that their CSV holds what is in the cells.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::json::Value;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::testing::text_of;

fn table(json: &str) -> Arc<Table> {
    let bytes = Slice::from(json.as_bytes());
    Arc::new(Table::new(&bytes, 0..json.len()).unwrap())
}

fn refused(json: &str) -> String {
    let bytes = Slice::from(json.as_bytes());
    Table::new(&bytes, 0..json.len()).unwrap_err()
}

fn screen(table: &Table, state: &mut TableState, width: u16, height: u16) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let theme = Theme::load("mono", Depth::None).unwrap();
    state.fit(table, buf.area);
    let at = draw(table, state, true, buf.area, &mut buf, &theme).unwrap();
    assert!(buf.area.contains(at), "the focused cell is on screen");
    text_of(&buf)
}

const USERS: &str = r#"[
    {"name":"Zoë\u0020A","age":9,"tags":["a", 1]},
    {"age":10.50,"name":"b\u001b[31m","more":null},
    "odd",
    {"name":"","age":"ten"}
]"#;

#[test]
fn members_are_columns_in_the_order_they_are_first_seen() {
    let table = table(USERS);
    let mut state = TableState::new(&table, 0);
    assert_eq!(
        screen(&table, &mut state, 60, 5),
        " name     age    tags     more\n\
         ▸Zoë A        9  [\"a\",1]\n\
         \u{20}b^[[31m  10.50           null\n\
         \u{20}         ten\n\n"
    );
    assert_eq!(table.size(), "3 × 4 + 1 other item");
    assert_eq!(table.cell(1, 1), Some(&b"10.50"[..]));
    assert_eq!(table.cell(1, 2), None);
}

#[test]
fn what_is_no_table_is_said() {
    assert!(refused("[1,[2]]").contains("no objects"));
    assert!(refused("[]").contains("no objects"));
    assert!(refused("[{},{}]").contains("empty"));
}

#[test]
fn rows_and_columns_are_bounded_and_the_rest_is_counted() {
    let wide: Vec<String> = (0..70).map(|n| format!("\"c{n}\":{n}")).collect();
    let json = format!("[{{{}}},{{}},{{\"c69\":1}}]", wide.join(","));
    let bytes = Slice::from(json.as_bytes());
    let table = Table::within(&bytes, 0..json.len(), 2).unwrap();
    assert_eq!(table.size(), "2 × 64 + 1 more row + 6 more columns");
}

#[test]
fn of_a_member_that_comes_twice_the_last_counts() {
    assert_eq!(table(r#"[{"a":1,"a":2}]"#).cell(0, 0), Some(&b"2"[..]));
}

#[test]
fn the_header_stays_and_columns_scroll_to_the_focused_one() {
    let rows: Vec<String> = (0..30)
        .map(|n| format!("{{\"id\":{n},\"long name\":\"row {n}\",\"last\":true}}"))
        .collect();
    let table = table(&format!("[{}]", rows.join(",")));
    let mut state = TableState::new(&table, 0);
    state.end(true);
    assert_eq!(
        screen(&table, &mut state, 16, 3),
        "   id  long name\n   28  row 28\n▸  29  row 29\n"
    );
    state.sideways(&table, 2);
    assert_eq!(screen(&table, &mut state, 16, 3), "‹last\n true\n▸true\n");
    state.sideways(&table, -9);
    state.page(false);
    state.end(false);
    state.down(1);
    assert_eq!(
        screen(&table, &mut state, 16, 3),
        "   id  long name\n    0  row 0\n▸   1  row 1\n"
    );
    state.scroll(10);
    assert_eq!(state.focus(), (10, 0));
    assert!(state.click(&table, Position::new(8, 2), Rect::new(0, 0, 16, 3)));
    assert_eq!(state.focus(), (11, 1));
    assert!(!state.click(&table, Position::new(8, 3), Rect::new(0, 0, 16, 3)));
}

#[test]
fn it_starts_at_the_cell_somebody_looked_at() {
    let table = table(USERS);
    let at = USERS.find("10.50").unwrap();
    assert_eq!(TableState::new(&table, at).focus(), (1, 1));
    assert_eq!(
        TableState::new(&table, USERS.find(r#""a", 1"#).unwrap()).focus(),
        (0, 2)
    );
}

#[test]
fn orders_are_numeric_for_numbers_and_missing_is_last() {
    let table = table(
        r#"[{"n":10,"i":0},{"i":1},{"n":9,"i":2},{"n":"x","i":3},{"n":10.0,"i":4},{"n":-1e3}]"#,
    );
    let order = |descending| {
        table
            .order(Some(Sort {
                column: 0,
                descending,
            }))
            .to_vec()
    };
    assert_eq!(order(false), [5, 2, 0, 4, 3, 1]);
    assert_eq!(order(true), [3, 0, 4, 2, 5, 1], "equal ones as they came");
    assert_eq!(table.order(None).to_vec(), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn sorting_goes_round_and_hiding_stops_at_the_last_column() {
    let table = table(r#"[{"a":2,"b":1},{"a":1,"b":2}]"#);
    let mut state = TableState::new(&table, 0);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let sort = state.next_sort();
        state.reorder(sort, table.order(sort));
        seen.push(screen(&table, &mut state, 12, 2));
    }
    assert_eq!(
        seen,
        [
            " a ↑    b\n▸  1    2\n",
            " a ↓    b\n▸  2    1\n",
            "   a    b\n▸  2    1\n"
        ]
    );
    assert!(state.hide(&table));
    assert_eq!(screen(&table, &mut state, 12, 2), "   b\n▸  1\n");
    assert_eq!(state.hidden(&table), 1);
    assert_eq!(state.csv(&table).text(), "b\r\n1\r\n2\r\n");
    assert!(!state.hide(&table));
}

#[test]
fn long_values_are_cut_on_screen_and_whole_in_csv() {
    let long = "wörd ".repeat(1000);
    let table = table(&format!(r#"[{{"a":"{long}","b":{{"x": "y z"}}}}]"#));
    let mut state = TableState::new(&table, 0);
    let seen = screen(&table, &mut state, 60, 2);
    assert!(seen.contains("…  {\"x\":\"y z\"}"), "{seen}");
    let csv = state.csv(&table).text();
    assert_eq!(
        csv,
        format!("a,b\r\n{long},\"{{\"\"x\"\":\"\"y z\"\"}}\"\r\n")
    );
}

/// Reads CSV as RFC 4180 has it; a cell that is empty and not quoted is none.
fn read(csv: &str) -> Vec<Vec<Option<String>>> {
    let mut rest = csv;
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let mut line = Vec::new();
        loop {
            let cell = if let Some(inside) = rest.strip_prefix('"') {
                let mut cell = String::new();
                let mut left = inside;
                loop {
                    let (part, after) = left.split_once('"').unwrap();
                    cell.push_str(part);
                    match after.strip_prefix('"') {
                        Some(more) => {
                            cell.push('"');
                            left = more;
                        }
                        None => {
                            rest = after;
                            break;
                        }
                    }
                }
                Some(cell)
            } else {
                let end = rest.find([',', '\r']).unwrap();
                let cell = &rest[..end];
                rest = &rest[end..];
                (!cell.is_empty()).then(|| cell.to_owned())
            };
            line.push(cell);
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix("\r\n").unwrap();
        lines.push(line);
    }
    lines
}

proptest! {
    #[test]
    fn csv_holds_the_cells(rows in prop::collection::vec(
        prop::collection::btree_map("[ab\",\r\n]{0,2}", "[xy\",\r\n é\\\\]{0,4}", 1..4), 1..8)
    ) {
        let value = Value::Array(rows.iter().map(|row| Value::Object(
            row.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect(),
        )).collect());
        let table = table(&value.pretty());
        let lines = read(&TableState::new(&table, 0).csv(&table).text());
        let names: Vec<&String> = lines[0].iter().map(|name| name.as_ref().unwrap()).collect();
        prop_assert_eq!(lines.len(), rows.len() + 1);
        for (line, row) in lines[1..].iter().zip(&rows) {
            let cells: Vec<Option<&String>> = names.iter().map(|name| row.get(*name)).collect();
            prop_assert_eq!(line.iter().map(Option::as_ref).collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn any_table_can_be_drawn_anywhere(
        texts in prop::collection::vec(any::<String>(), 1..6),
        keys in prop::collection::vec(0..7_u8, 0..20),
        width in 1..40_u16,
        height in 2..6_u16,
    ) {
        let rows = texts.iter().map(|text| Value::Object(
            texts.iter().map(|name| (name.clone(), Value::String(text.clone()))).collect(),
        ));
        let table = table(&Value::Array(rows.collect()).pretty());
        let mut state = TableState::new(&table, 0);
        for key in keys {
            match key {
                0 => state.down(1),
                1 => state.page(true),
                2 => state.sideways(&table, 1),
                3 => state.sideways(&table, -1),
                4 => state.end(true),
                5 => state.scroll(-2),
                _ => {
                    state.hide(&table);
                }
            }
            // A cell is drawn from the second column of the screen on.
            let seen = screen(&table, &mut state, width + 1, height);
            prop_assert!(seen.contains(crate::tui::widgets::list::MARK));
        }
    }
}
