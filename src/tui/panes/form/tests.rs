//! The form as it is seen and typed into.
#![expect(clippy::unwrap_used, reason = "tests")]

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::testing::text_of;

const SCHEMA: &[u8] = br#"{"type":"object","required":["title","source"],"properties":{
    "title":{"type":"string","maxLength":80,"description":"Shown in\n lists"},
    "body":{"type":"string"},
    "priority":{"enum":["low","normal","high","urgent"],"default":"normal"},
    "estimate":{"type":"integer","minimum":1,"maximum":8},
    "level":{"enum":[1,2,3,4,5]},
    "draft":{"type":"boolean"},
    "labels":{"type":"array","items":{"type":"string"}},
    "source":{"oneOf":[{"type":"object"},{"type":"string"}]},
    "note":{"type":["string","null"],"default":null},
    "token":{"type":"string","format":"password"}}}"#;

fn pane() -> FormPane {
    FormPane::new(Form::from_schema(SCHEMA))
}

fn one(schema: &str, required: bool) -> FormPane {
    let required = if required { r#","required":["x"]"# } else { "" };
    let schema = format!(r#"{{"properties":{{"x":{schema}}}{required}}}"#);
    FormPane::new(Form::from_schema(schema.as_bytes()))
}

fn theme() -> Theme {
    Theme::load("mono", Depth::None).unwrap()
}

fn draw(pane: &FormPane, width: u16, height: u16) -> (String, Option<Position>) {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let cursor = pane.draw(buf.area, &mut buf, &theme(), true);
    (text_of(&buf), cursor)
}

/// Presses keys: letters as they are, and `⏎` Enter, `⇥` Tab, `⇤` Shift-Tab, `⌫` Backspace, `↓ ↑ ← →`, `⎋` Esc.
fn press(pane: &mut FormPane, keys: &str) -> FormReply {
    let mut reply = FormReply::Ignored;
    for c in keys.chars() {
        let code = match c {
            '⏎' => KeyCode::Enter,
            '⇥' => KeyCode::Tab,
            '⇤' => KeyCode::BackTab,
            '⌫' => KeyCode::Backspace,
            '↓' => KeyCode::Down,
            '↑' => KeyCode::Up,
            '←' => KeyCode::Left,
            '→' => KeyCode::Right,
            '⎋' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        reply = pane.key(KeyEvent::from(code));
    }
    reply
}

fn sent(pane: &FormPane) -> String {
    pane.arguments().to_string()
}

#[test]
fn letters_type_at_once_and_the_cursor_is_the_caret() {
    let mut pane = pane();
    assert!(pane.takes_letters());
    let (screen, cursor) = draw(&pane, 80, 15);
    let opening = screen.lines().next().unwrap().find('[').unwrap() - MARK_BYTES;
    assert_eq!(cursor, Some(Position::new(opening as u16 + 1, 0)));
    assert_eq!(press(&mut pane, "hjkl q日"), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"title":"hjkl q日"}"#);
    let (_, cursor) = draw(&pane, 80, 15);
    assert_eq!(cursor, Some(Position::new(opening as u16 + 9, 0)));
    // Without the focus of the pane there is no cursor.
    let mut buf = Buffer::empty(Rect::new(0, 0, 80, 15));
    assert_eq!(pane.draw(buf.area, &mut buf, &theme(), false), None);
}

/// `▸` is one column, but three bytes.
const MARK_BYTES: usize = "▸".len() - 1;

#[test]
fn a_one_argument_tool_takes_text_enter_enter() {
    let mut pane = one(r#"{"type":"string"}"#, true);
    assert_eq!(press(&mut pane, "Oslo⏎⏎"), FormReply::Run);
    assert_eq!(sent(&pane), r#"{"x":"Oslo"}"#);
    let mut pane = FormPane::new(Form::from_schema(b"{}"));
    assert_eq!(press(&mut pane, "⏎"), FormReply::Run);
}

#[test]
fn tab_and_arrows_walk_the_fields() {
    let mut pane = pane();
    let name = |pane: &FormPane| pane.focused_field().map(|field| field.name.clone());
    press(&mut pane, "a⇥b⇤⌫c↓↓");
    assert_eq!(name(&pane).as_deref(), Some("priority"));
    assert!(!pane.takes_letters());
    assert_eq!(sent(&pane), r#"{"title":"c","body":"b"}"#);
    press(&mut pane, "↑");
    assert_eq!(name(&pane).as_deref(), Some("body"));
    press(&mut pane, "⇥⇥⇥⇥⇥⇥⇥⇥⇥⇥⇥⇥");
    assert!(pane.on_run());
    // Arrows leave a box at its edges.
    press(&mut pane, "⇤⇤⇤⇤");
    assert_eq!(name(&pane).as_deref(), Some("labels"));
    press(&mut pane, "[1,⏎2]↑");
    assert_eq!(name(&pane).as_deref(), Some("labels"));
    press(&mut pane, "↑");
    assert_eq!(name(&pane).as_deref(), Some("draft"));
}

#[test]
fn choices_move_by_arrows_and_space() {
    let mut pane = pane();
    press(&mut pane, "⇥⇥→⇥⇥→→⇥ ");
    assert_eq!(sent(&pane), r#"{"priority":"high","level":2,"draft":true}"#);
    press(&mut pane, " ");
    assert!(sent(&pane).ends_with(r#""draft":false}"#));
    press(&mut pane, " ");
    assert_eq!(sent(&pane), r#"{"priority":"high","level":2}"#);
    // Letters there are not typing, so they are left to the actions.
    assert_eq!(press(&mut pane, "d"), FormReply::Ignored);
}

#[test]
fn what_goes_on_the_wire_is_chosen_and_shown() {
    let mut pane = pane();
    press(&mut pane, "⇥x⌫");
    assert_eq!(sent(&pane), "{}");
    press(&mut pane, "⎋");
    assert_eq!(pane.mode(), Mode::Navigation);
    assert_eq!(press(&mut pane, "x"), FormReply::Ignored);
    let row = |pane: &FormPane| draw(pane, 100, 15).0.lines().nth(1).unwrap().to_owned();
    assert!(row(&pane).ends_with("‹unset: not sent›"));
    pane.set_empty().unwrap();
    assert!(row(&pane).ends_with("‹\"\"›"), "{}", row(&pane));
    assert_eq!(sent(&pane), r#"{"body":""}"#);
    pane.set_null().unwrap();
    assert!(row(&pane).ends_with("✗ must not be null"));
    assert_eq!(sent(&pane), r#"{"body":null}"#);
    pane.unset().unwrap();
    assert_eq!(sent(&pane), "{}");
    assert_eq!(pane.set_default(), Err("the schema gives no default"));
    pane.last_field();
    assert_eq!(pane.unset(), Err(NO_FIELD));
    assert_eq!(pane.start_typing(), FormReply::Run);
}

#[test]
fn numbers_step_in_navigation_and_keep_bad_text() {
    let mut pane = one(r#"{"type":"number","multipleOf":0.5,"default":1.0}"#, true);
    assert_eq!(sent(&pane), r#"{"x":1.0}"#);
    press(&mut pane, "⌫⌫⌫-");
    assert_eq!(sent(&pane), "{}");
    assert_eq!(pane.problems(), 1);
    press(&mut pane, "⎋");
    assert!(draw(&pane, 80, 4).0.contains("[-  "));
    pane.start_typing();
    press(&mut pane, "⌫2⎋");
    pane.step(-1).unwrap();
    assert_eq!(sent(&pane), r#"{"x":1.5}"#);
    pane.set_default().unwrap();
    assert!(draw(&pane, 80, 4).0.contains("‹default 1.0: sent›"));
    assert_eq!(sent(&pane), r#"{"x":1.0}"#);
}

#[test]
fn json_is_edited_in_place_with_its_problem_below() {
    let mut pane = one(r#"{"type":"array"}"#, false);
    press(&mut pane, "[1,⏎1.50");
    let (screen, cursor) = draw(&pane, 80, 15);
    assert!(screen.contains("│ [1,\n"), "{screen}");
    assert!(screen.contains("✗ expected , or ] at 2:5"), "{screen}");
    assert_eq!(cursor.unwrap().y, 2);
    assert_eq!(sent(&pane), "{}");
    // A broken text stays when the field is left, and is there again on return.
    press(&mut pane, "⇥");
    assert!(draw(&pane, 80, 15).0.contains("[[1,⏎1.50"));
    press(&mut pane, "⇤]");
    assert_eq!(sent(&pane), r#"{"x":[1,1.50]}"#);
    // Enter behind complete JSON goes on.
    press(&mut pane, "⏎");
    assert!(pane.on_run());
    // Empty, it is unset, and Enter goes on too.
    let mut pane = one(r#"{"type":"array"}"#, false);
    press(&mut pane, "⏎");
    assert!(pane.on_run());
    assert_eq!(sent(&pane), "{}");
}

#[test]
fn any_field_takes_json_and_shows_it_truly() {
    let mut pane = one(r#"{"type":"boolean"}"#, false);
    pane.edit_json_in_place();
    press(&mut pane, "\"yes\"⎋");
    assert_eq!(sent(&pane), r#"{"x":"yes"}"#);
    assert!(draw(&pane, 80, 5).0.contains("[\"yes\"  "));
    assert!(draw(&pane, 80, 5).0.contains("✗ must be true or false"));
    // A text field with an array in it is not typed into as text.
    let mut pane = one(r#"{"type":"string"}"#, false);
    assert!(pane.load(&Value::parse(br#"{"x":["a"]}"#).unwrap()));
    assert!(pane.takes_lines());
    press(&mut pane, "⏎");
    assert_eq!(sent(&pane), r#"{"x":["a"]}"#);
}

#[test]
fn all_arguments_are_edited_as_json_on_the_run_row() {
    let mut pane = pane();
    press(&mut pane, "a");
    pane.last_field();
    pane.edit_json_in_place();
    let (screen, _) = draw(&pane, 80, 24);
    assert!(screen.contains("│   \"title\": \"a\""), "{screen}");
    press(&mut pane, "⌫,\"zz\":1.0");
    assert_eq!(sent(&pane), r#"{"title":"a"}"#);
    assert!(pane.hint().unwrap().starts_with("JSON has an error: "));
    press(&mut pane, "}⏎");
    assert!(!pane.takes_letters());
    assert_eq!(sent(&pane), r#"{"title":"a","zz":1.0}"#);
    assert!(draw(&pane, 80, 24).0.contains("  zz        JSON"));
}

#[test]
fn pasting_goes_where_the_focus_is() {
    let mut pane = pane();
    pane.paste("one\ntwo");
    assert!(pane.takes_lines());
    assert_eq!(sent(&pane), r#"{"title":"one\ntwo"}"#);
    press(&mut pane, "!⇥⇥");
    pane.paste("urgent\n");
    assert_eq!(sent(&pane), r#"{"title":"one\ntwo!","priority":"urgent"}"#);
    assert!(draw(&pane, 80, 15).0.contains("[one⏎two!  "));
    pane.last_field();
    assert_eq!(pane.paste(r#"{"body":"b","title":"t"}"#), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"body":"b","title":"t"}"#);
}

#[test]
fn server_text_and_secrets_stay_off_the_screen() {
    let mut pane = FormPane::new(Form::from_schema(
        "{\"properties\":{\"a\\u001b[31m\":{\"type\":\"string\",\"default\":\"x\u{202e}y\\u001b\",\"description\":\"d\\u0007\"},
          \"p\":{\"type\":\"string\",\"format\":\"password\"},
          \"j\":{\"default\":\"\u{202e}\"}}}"
            .as_bytes(),
    ));
    press(&mut pane, "⇥hunter2");
    let (screen, cursor) = draw(&pane, 100, 12);
    assert!(
        !screen.contains("hunter2") && screen.contains("[•••••••  "),
        "{screen}"
    );
    assert_eq!(cursor.unwrap().y, 1);
    assert!(screen.contains("x‹U+202E›y^["), "{screen}");
    press(&mut pane, "⇤");
    assert!(pane.hint().unwrap().contains("d^G"));
    press(&mut pane, "⇥⇥");
    let (screen, _) = draw(&pane, 100, 12);
    assert!(screen.contains("\"\\u202e\""), "{screen}");
    assert!(!screen.contains(['\u{202e}', '\u{1b}']));
}

#[test]
fn the_focus_stays_in_sight() {
    let fields: Vec<String> = (0..40)
        .map(|n| format!(r#""f{n}":{{"type":"array"}}"#))
        .collect();
    let schema = format!(r#"{{"properties":{{{}}}}}"#, fields.join(","));
    let mut pane = FormPane::new(Form::from_schema(schema.as_bytes()));
    for _ in 0..41 {
        let (screen, cursor) = draw(&pane, 80, 8);
        let marked = screen
            .lines()
            .position(|line| line.starts_with('▸'))
            .unwrap();
        let cursor = cursor.unwrap();
        assert!(cursor.y < 8 && usize::from(cursor.y) >= marked, "{screen}");
        assert!(screen.lines().all(|line| text::width(line) <= 80));
        press(&mut pane, "⇥");
    }
    assert!(draw(&pane, 80, 8).0.contains("▸ [ Run ]"));
    for (width, height) in [(1, 1), (5, 2), (20, 3), (300, 60)] {
        draw(&pane, width, height);
        pane.previous_field();
        draw(&pane, width, height);
        pane.edit_json_in_place();
        draw(&pane, width, height);
        pane.last_field();
    }
}

#[test]
fn hints_say_what_is_wrong_and_what_fits() {
    let mut pane = pane();
    assert_eq!(
        pane.hint().as_deref(),
        Some("✗ required · Shown in lists · up to 80 characters")
    );
    press(&mut pane, "⇥⇥⇥");
    assert_eq!(pane.hint().as_deref(), Some("1 to 8"));
    pane.last_field();
    assert_eq!(
        pane.hint().as_deref(),
        Some("title: required · source: required")
    );
    pane.next_problem().unwrap();
    pane.next_problem().unwrap();
    assert_eq!(pane.hint().as_deref(), Some("✗ required · as JSON: oneOf"));
}

#[test]
fn clicks_focus_pick_and_run() {
    let mut pane = pane();
    let area = Rect::new(0, 0, 120, 15);
    let (screen, _) = draw(&pane, 120, 15);
    let at = |line: usize, what: &str| {
        let row = screen.lines().nth(line).unwrap();
        let column = text::width(&row[..row.find(what).unwrap()]);
        Position::new(column as u16, line as u16)
    };
    assert_eq!(pane.click(at(2, "( ) high"), area), FormReply::Edited);
    assert_eq!(pane.click(at(5, "[-]"), area), FormReply::Edited);
    assert_eq!(pane.click(at(4, "▸"), area), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"priority":"high","level":1,"draft":true}"#);
    assert_eq!(pane.click(at(1, "body"), area), FormReply::Moved);
    assert!(pane.takes_letters());
    assert_eq!(pane.click(at(10, "Run"), area), FormReply::Run);
}

#[test]
fn the_form_at_eighty_columns() {
    let mut pane = pane();
    press(&mut pane, "Crash on start⇥⇥→⇥0⇥→⇥→⇥[1,⏎2");
    assert_eq!(format!("\n{}", draw(&pane, 80, 16).0), SMALL);
}

const SMALL: &str = r"
  title *   string       [Crash on start                ] 14/80
  body      string       [                              ] ‹unset: not sent›
  priority  enum         ◂ high ▸  3 of 4
  estimate  int          [0                             ] ✗ must be 1 or more
  level     enum         ◂ 1 ▸  1 of 5
  draft     bool         [x] true
▸ labels    array        as JSON
                       │ [1,
                       │ 2
                       │
                         ✗ expected , or ] at 2:2
  source *  oneOf        [                              ] ✗ required
  note      string|null  [null                          ] ‹default null›
  token     string       [                              ] ‹unset: not sent›
  [ Run ]  3 problems

";

#[test]
fn the_form_at_120_columns() {
    let mut pane = pane();
    press(&mut pane, "Crash on start⇥⇥⇥0⇥⇥→⇥⇥⇥⇥pw");
    assert_eq!(format!("\n{}", draw(&pane, 120, 12).0), WIDE);
}

const WIDE: &str = r#"
  title *   string       [Crash on start                                        ] 14/80
  body      string       [                                                      ] ‹unset: not sent›
  priority  enum         ( ) low  (•) normal  ( ) high  ( ) urgent                ‹default "normal"›
  estimate  int          [0                                                     ] ✗ must be 1 or more
  level     enum         ◂ – ▸  5 choices                                         ‹unset: not sent›
  draft     bool         [x] true
  labels    array        [                                                      ] ‹unset: not sent›
  source *  oneOf        [                                                      ] ✗ required
  note      string|null  [null                                                  ] ‹default null›
▸ token     string       [••                                                    ]
  [ Run ]  2 problems

"#;

proptest::proptest! {
    #[test]
    fn any_keys_leave_a_form_that_draws(
        keys in "[a1\"\\[{⏎⇥⇤⌫↓↑←→⎋ ]{0,60}", width in 1_u16..130, height in 1_u16..20,
        acts in proptest::collection::vec(0_u8..10, 0..6),
    ) {
        let mut pane = pane();
        for (index, c) in keys.chars().enumerate() {
            press(&mut pane, &c.to_string());
            match acts.get(index % 11) {
                Some(0) => drop(pane.set_null()),
                Some(1) => drop(pane.set_empty()),
                Some(2) => drop(pane.set_default()),
                Some(3) => drop(pane.unset()),
                Some(4) => drop(pane.step(1)),
                Some(5) => pane.edit_json_in_place(),
                Some(6) => drop(pane.start_typing()),
                Some(7) => drop(pane.paste("{\"q\":\n1}")),
                Some(8) => drop(pane.next_problem()),
                _ => {}
            }
        }
        let (_, cursor) = draw(&pane, width, height);
        let cursor = cursor.unwrap();
        proptest::prop_assert!(cursor.x < width && cursor.y < height);
    }
}

#[test]
fn typing_replaces_a_default_and_moving_first_edits_it() {
    let form = || Form::from_schema(br#"{"properties":{"guests":{"type":"integer","default":2}}}"#);
    let arguments = |keys: &[KeyCode]| {
        let mut pane = FormPane::new(form());
        for code in keys {
            pane.key(KeyEvent::new(*code, KeyModifiers::NONE));
        }
        pane.arguments().to_string()
    };
    assert_eq!(arguments(&[KeyCode::Char('4')]), r#"{"guests":4}"#);
    assert_eq!(
        arguments(&[KeyCode::Char('4'), KeyCode::Char('1')]),
        r#"{"guests":41}"#
    );
    assert_eq!(
        arguments(&[KeyCode::End, KeyCode::Char('4')]),
        r#"{"guests":24}"#
    );
}
