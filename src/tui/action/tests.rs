//! The table is well-formed, and its keys do not clash.

use super::*;
use crate::tui::keymap::Chord;

#[test]
fn table_is_well_formed() {
    for (index, row) in ACTIONS.iter().enumerate() {
        assert_eq!(row.action as usize, index);
        assert!(
            ACTIONS[..index].iter().all(|other| other.name != row.name),
            "{} twice",
            row.name
        );
        assert!(
            row.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{}",
            row.name
        );
        assert!(
            !row.doc.ends_with('.') && !row.doc.is_empty(),
            "{}",
            row.name
        );
        for keys in row.keys {
            for chord in keys.split(' ') {
                assert!(Chord::named(chord).is_some(), "{}: {chord}", row.name);
            }
        }
    }
}

#[test]
fn keys_of_a_scope_do_not_clash() {
    for (index, row) in ACTIONS.iter().enumerate() {
        for other in &ACTIONS[..index] {
            if other.scope != row.scope {
                continue;
            }
            for mine in row.keys {
                for theirs in other.keys {
                    let prefix = |a: &str, b: &str| a == b || a.starts_with(&format!("{b} "));
                    assert!(
                        !prefix(mine, theirs) && !prefix(theirs, mine),
                        "{} and {}",
                        row.name,
                        other.name
                    );
                }
            }
        }
    }
}

#[test]
fn printable_keys_suffice() {
    for row in ACTIONS {
        // Suspending and redrawing are about the terminal itself and live on its own control keys.
        if matches!(row.action, Action::Suspend | Action::Redraw) {
            continue;
        }
        assert!(
            row.keys.iter().any(|keys| !keys.contains("C-")),
            "{}",
            row.name
        );
    }
}
