//! The form as it is seen and typed into.
#![expect(clippy::unwrap_used, reason = "tests")]

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::text;
use crate::tui::action::Action;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::testing::text_of;

mod arrays;
mod buttons;
mod hints;
mod jsons;
mod reading;
mod typing;
mod widgets;

fn form(schema: &str) -> FormPane {
    FormPane::new(Form::from_schema(schema.as_bytes()))
}

fn one(schema: &str, required: bool) -> FormPane {
    let required = if required { r#","required":["x"]"# } else { "" };
    form(&format!(r#"{{"properties":{{"x":{schema}}}{required}}}"#))
}

fn draw(pane: &mut FormPane, width: u16, height: u16) -> (String, Option<Position>) {
    let theme = Theme::load("mono", Depth::None).unwrap();
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    pane.place(buf.area, buf.area);
    let cursor = pane.draw(&mut buf, &theme, true);
    let over = pane.draw_over(&mut buf, &theme);
    (text_of(&buf), over.or(cursor))
}

fn screen(pane: &mut FormPane) -> String {
    draw(pane, 100, 24).0
}

/// The line of the screen that has this in it.
fn line(pane: &mut FormPane, what: &str) -> String {
    let screen = screen(pane);
    let line = screen.lines().find(|line| line.contains(what));
    line.unwrap_or_else(|| panic!("no {what} in\n{screen}"))
        .to_owned()
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

fn focus(pane: &FormPane) -> Option<String> {
    pane.focused_pointer()
}

/// Where something is on the screen.
fn find(pane: &mut FormPane, row: &str, what: &str) -> Position {
    let screen = screen(pane);
    for (y, line) in screen.lines().enumerate() {
        if let (true, Some(at)) = (line.contains(row), line.find(what)) {
            return Position::new(text::width(&line[..at]) as u16, y as u16);
        }
    }
    panic!("no {what} beside {row} in\n{screen}");
}

fn click(pane: &mut FormPane, row: &str, what: &str) -> FormReply {
    let at = find(pane, row, what);
    pane.click(at, false)
}

/// What is kept of the tree from edit to edit is what a walk over all of it finds.
fn is_fresh(pane: &FormPane) {
    assert_eq!(pane.seen, pane.form.problems());
    let rows = pane.form.rows(|id| pane.folded.contains(&id));
    assert_eq!(pane.sheet.rows, rows);
    let problems = Problems::of(&pane.form, &pane.seen, &pane.said, &pane.refused);
    assert_eq!(pane.sheet.problems, problems);
}

proptest::proptest! {
    #[test]
    fn any_keys_and_actions_leave_a_form_that_draws(
        keys in "[a1\"\\[{⏎⇥⇤⌫↓↑←→⎋ ]{0,50}", width in 1_u16..130, height in 1_u16..20,
        acts in proptest::collection::vec(0_usize..28, 0..12),
    ) {
        const ALL: [Action; 28] = [
            Action::SetNull, Action::SetEmpty, Action::SetDefault, Action::Unset, Action::NextOption,
            Action::PreviousOption, Action::EditJson, Action::TypeIntoField, Action::AddAfter, Action::AddBefore,
            Action::Duplicate, Action::MoveDown, Action::MoveUp, Action::UndoEdit, Action::RedoEdit,
            Action::FoldField, Action::FoldFields, Action::UnfoldFields, Action::NextProblem, Action::PreviousProblem,
            Action::ToggleField, Action::ChangeKey, Action::AddMember, Action::Find, Action::Down, Action::Up,
            Action::Bottom, Action::Generate,
        ];
        let mut pane = form(widgets::RICH);
        for (index, c) in keys.chars().enumerate() {
            press(&mut pane, &c.to_string());
            if let Some(act) = acts.get(index % 13) {
                pane.action(ALL[*act]);
            }
            if index % 17 == 7 {
                pane.paste("{\"q\":\n1}\nz");
            }
            is_fresh(&pane);
            if index % 9 == 3 {
                pane.click(Position::new(width / 2, (index as u16) % height), index % 2 == 0);
            }
        }
        let (_, cursor) = draw(&mut pane, width, height);
        let cursor = cursor.unwrap();
        proptest::prop_assert!(cursor.x < width && cursor.y < height);
        // What is shown is what is sent.
        let again = form(widgets::RICH);
        let mut again = again;
        again.load(&pane.arguments());
        proptest::prop_assert_eq!(sent(&again), sent(&pane));
    }
}

#[test]
fn big_forms_cost_what_is_seen_and_open_folded() {
    let fields: Vec<String> = (0..2_000)
        .map(|n| format!(r#""f{n}":{{"type":"string","description":"the {n}th"}}"#))
        .collect();
    let mut pane = form(&format!(r#"{{"properties":{{{}}}}}"#, fields.join(",")));
    assert_eq!(draw(&mut pane, 80, 10).0.lines().count(), 10);
    pane.action(Action::Find);
    press(&mut pane, "1777th");
    assert!(
        screen(&mut pane).contains("▸ f1777"),
        "{}",
        screen(&mut pane)
    );
    press(&mut pane, "⏎");
    assert_eq!(focus(&pane).unwrap(), "/f1777");
    assert!(screen(&mut pane).contains("▸ f1777"));

    let groups: Vec<String> = (0..40)
        .map(|n| {
            let fields: Vec<String> = (0..9)
                .map(|k| format!(r#""k{k}":{{"type":"string"}}"#))
                .collect();
            format!(
                r#""g{n}":{{"type":"object","properties":{{{}}}}}"#,
                fields.join(",")
            )
        })
        .collect();
    let names: Vec<String> = (0..40).map(|n| format!("\"g{n}\"")).collect();
    let schema = format!(
        r#"{{"properties":{{{}}},"required":[{}]}}"#,
        groups.join(","),
        names.join(",")
    );
    let mut pane = form(&schema);
    assert!(!screen(&mut pane).contains("k0"));
    press(&mut pane, "⎋");
    pane.action(Action::Find);
    press(&mut pane, "g17.k3⏎");
    assert_eq!(focus(&pane).unwrap(), "/g17/k3");
}

#[test]
fn the_focus_stays_in_sight() {
    let fields: Vec<String> = (0..40)
        .map(|n| format!(r#""f{n}":{{"not":{{}}}}"#))
        .collect();
    let mut pane = form(&format!(r#"{{"properties":{{{}}}}}"#, fields.join(",")));
    for _ in 0..41 {
        let (screen, cursor) = draw(&mut pane, 80, 8);
        let marked = screen.lines().position(|line| line.starts_with('▸'));
        let cursor = cursor.unwrap();
        assert!(
            cursor.y < 8 && usize::from(cursor.y) >= marked.unwrap(),
            "{screen}"
        );
        assert!(screen.lines().all(|line| text::width(line) <= 80));
        press(&mut pane, "⇥");
    }
    assert!(draw(&mut pane, 80, 8).0.contains("▸ [ Run ]"));
    // While another tab is shown, the place is kept.
    let top = pane.top;
    pane.place(Rect::ZERO, Rect::ZERO);
    assert_eq!(pane.top, top);
    // The wheel scrolls without the focus; a key brings it back.
    pane.wheel(-30);
    assert!(!draw(&mut pane, 80, 8).0.contains("[ Run ]"));
    press(&mut pane, "⇤");
    assert!(draw(&mut pane, 80, 8).0.contains("▸ f39"));
}
