//! The buttons below the fields.

use super::*;

const BUTTONS: &[Button] = &[
    Button {
        label: "Cancel",
        action: Action::CancelCall,
    },
    Button {
        label: "Copy as…",
        action: Action::CopyList,
    },
    Button {
        label: "History",
        action: Action::History,
    },
];

fn with_buttons() -> FormPane {
    let mut pane = one(r#"{"type":"string"}"#, false);
    pane.set_buttons(BUTTONS);
    pane
}

#[test]
fn enter_presses_what_the_arrows_go_to() {
    let mut pane = with_buttons();
    assert_eq!(pane.on_button(), None);
    press(&mut pane, "⏎");
    assert_eq!(pane.on_button(), Some("Cancel"));
    assert_eq!(press(&mut pane, "⏎"), FormReply::Press(Action::CancelCall));
    press(&mut pane, "→→→");
    assert_eq!(pane.on_button(), Some("History"));
    assert_eq!(press(&mut pane, "⏎"), FormReply::Press(Action::History));
    // Fewer buttons now: the focus stays on one there is.
    pane.set_buttons(&BUTTONS[..2]);
    assert_eq!(press(&mut pane, "⏎"), FormReply::Press(Action::CopyList));
    press(&mut pane, "←");
    assert_eq!(pane.on_button(), Some("Cancel"));
    // Away and back: it is the first again.
    press(&mut pane, "→↑↓");
    assert_eq!(pane.on_button(), Some("Cancel"));
}

#[test]
fn letters_are_for_nobody_on_a_button() {
    let mut pane = with_buttons();
    press(&mut pane, "⏎");
    assert!(!pane.takes_letters() && !pane.is_between_fields());
    assert_eq!(press(&mut pane, "q"), FormReply::Ignored);
    assert_eq!(pane.arguments().to_string(), "{}");
}

#[test]
fn actions_go_between_buttons_and_out_of_the_form() {
    let mut pane = with_buttons();
    press(&mut pane, "⎋");
    pane.action(Action::Bottom);
    assert_eq!(pane.action(Action::NextOption), FormReply::Moved);
    assert_eq!(
        pane.action(Action::TypeIntoField),
        FormReply::Press(Action::CopyList)
    );
    assert_eq!(pane.action(Action::PreviousOption), FormReply::Moved);
    // The list of tools is to the left of the first.
    assert_eq!(pane.action(Action::PreviousOption), FormReply::Ignored);
}

#[test]
fn a_click_presses_and_the_cursor_is_on_the_button() {
    let mut pane = with_buttons();
    assert_eq!(
        click(&mut pane, "[ History ]", "History"),
        FormReply::Press(Action::History)
    );
    let (screen, cursor) = draw(&mut pane, 100, 24);
    let line = screen.lines().nth(usize::from(cursor.unwrap().y)).unwrap();
    let before: String = line.chars().take(usize::from(cursor.unwrap().x)).collect();
    assert!(before.ends_with("[ Copy as… ]  ["), "{before}");
}

#[test]
fn what_has_no_room_is_left_out() {
    let mut pane = with_buttons();
    let (screen, _) = draw(&mut pane, 30, 8);
    let line = screen.lines().find(|line| line.contains("Cancel")).unwrap();
    assert_eq!(line.trim(), "[ Cancel ]  [ Copy as… ]");
}
