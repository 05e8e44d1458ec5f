//! The user's own keys in the place of the table's: taken whole, or refused with the first thing that is wrong.

use std::cmp::Ordering;

use super::{Chord, KeyError, KeyProblem, Keymap, label_of};
use crate::config::{UserKeys, Written, nearest};
use crate::tui::action::{ACTIONS, Action, Row, Scope};

/// Keys that always mean the same: no setting may lock anybody in.
const FIXED: [(Chord, Action); 2] = [
    (Chord::ESC, Action::Back),
    (Chord::CTRL_C, Action::CancelCall),
];

/// Keys of an action, and where the user wrote them if so.
struct Bound<'a> {
    row: &'static Row,
    chords: Vec<Chord>,
    written: Option<&'a Written>,
}

impl Keymap {
    /// The table's keys with the user's in their place.
    pub fn new(user: &UserKeys) -> Result<Self, KeyError> {
        let refuse = |at: &Written, problem| KeyError {
            file: user.file.clone(),
            line: at.line,
            column: at.column,
            problem,
        };
        let mut keymap = Self::default();
        let mut written: Vec<(Action, usize, &Written)> = Vec::new();
        for binding in &user.bindings {
            let row =
                named(&binding.action.text).map_err(|problem| refuse(&binding.action, problem))?;
            let own = &mut keymap.keys[row.action as usize];
            own.clear();
            for keys in &binding.keys {
                let chords = chords(&keys.text, row).map_err(|problem| refuse(keys, problem))?;
                if !own.contains(&chords) {
                    written.push((row.action, own.len(), keys));
                    own.push(chords);
                }
            }
            for (chord, owner) in FIXED {
                if owner == row.action && !own.contains(&vec![chord]) {
                    own.push(vec![chord]);
                }
            }
        }
        let bound: Vec<Bound<'_>> = ACTIONS
            .iter()
            .flat_map(|row| {
                keymap
                    .of(row.action)
                    .iter()
                    .enumerate()
                    .map(move |keys| (row, keys))
            })
            .map(|(row, (index, chords))| Bound {
                row,
                chords: chords.clone(),
                written: written
                    .iter()
                    .find(|(action, place, _)| (*action, *place) == (row.action, index))
                    .map(|(.., written)| *written),
            })
            .collect();
        let mut mine: Vec<&Bound<'_>> =
            bound.iter().filter(|keys| keys.written.is_some()).collect();
        mine.sort_by_key(|keys| keys.written.map(|at| (at.line, at.column)));
        for keys in mine {
            let clash = bound.iter().find_map(|other| {
                // Of two of the user's own, the later one is too much.
                let later = other.written.is_none_or(|at| {
                    keys.written
                        .is_some_and(|mine| (at.line, at.column) < (mine.line, mine.column))
                });
                clash(keys, other).filter(|_| later)
            });
            if let (Some(problem), Some(at)) = (clash, keys.written) {
                return Err(refuse(at, problem));
            }
        }
        Ok(keymap)
    }
}

fn named(name: &str) -> Result<&'static Row, KeyProblem> {
    let row = ACTIONS.iter().find(|row| row.name == name);
    row.ok_or_else(|| KeyProblem::UnknownAction {
        name: name.to_owned(),
        nearest: nearest(name, ACTIONS.iter().map(|row| row.name)),
    })
}

fn chords(keys: &str, row: &'static Row) -> Result<Vec<Chord>, KeyProblem> {
    let chords = keys.split_whitespace().map(|name| {
        Chord::named(name).ok_or_else(|| {
            let (why, nearest) = Chord::why_not(name);
            KeyProblem::UnknownKey {
                key: name.to_owned(),
                why,
                nearest,
            }
        })
    });
    let chords: Vec<Chord> = chords.collect::<Result<_, _>>()?;
    if chords.is_empty() {
        return Err(KeyProblem::UnknownKey {
            key: keys.to_owned(),
            why: "it names no key",
            nearest: (!keys.is_empty()).then(|| "Space".to_owned()),
        });
    }
    for (fixed, owner) in FIXED {
        if chords.contains(&fixed) && (owner != row.action || chords.len() > 1) {
            return Err(KeyProblem::Fixed {
                key: fixed.to_string(),
                action: row.name,
                owner: owner.row().name,
            });
        }
    }
    Ok(chords)
}

/// Whether there is a place on the screen where both apply.
fn meet(one: Scope, other: Scope) -> bool {
    let everywhere = |scope| matches!(scope, Scope::Global | Scope::Move);
    let beside = |scope| matches!(scope, Scope::Viewer | Scope::Traffic | Scope::Logs);
    let streams = [Scope::Traffic, Scope::Logs];
    // Wherever a request can be looked at.
    let asked = |scope| !matches!(scope, Scope::Servers | Scope::Logs);
    let request = |one, other| one == Scope::Request && asked(other);
    let takes = |scope| matches!(scope, Scope::Catalogue | Scope::Form);
    one == other
        || request(one, other)
        || request(other, one)
        || everywhere(one)
        || everywhere(other)
        // What takes arguments, and its list or form.
        || (one == Scope::Arguments && takes(other))
        || (other == Scope::Arguments && takes(one))
        // A row of Traffic or Logs, and the document that shows it.
        // A document made of blocks.
        || (one == Scope::Content && other == Scope::Viewer)
        || (one == Scope::Viewer && other == Scope::Content)
        // One that is shown as a table, wherever that is.
        || (one == Scope::Table && beside(other))
        || (beside(one) && other == Scope::Table)
        || (beside(one) && beside(other) && !(streams.contains(&one) && streams.contains(&other)))
}

fn clash(mine: &Bound<'_>, other: &Bound<'_>) -> Option<KeyProblem> {
    let (short, long) = match mine.chords.len().cmp(&other.chords.len()) {
        Ordering::Equal => {
            // In different scopes the inner one decides, as it does by default.
            let same = mine.chords == other.chords
                && mine.row.scope == other.row.scope
                && mine.row.action != other.row.action;
            return same.then(|| KeyProblem::Twice {
                keys: label_of(&mine.chords),
                action: mine.row.name,
                other: other.row.name,
                by_default: other.written.is_none(),
            });
        }
        Ordering::Less => (mine, other),
        Ordering::Greater => (other, mine),
    };
    let begins = long.chords.starts_with(&short.chords) && meet(short.row.scope, long.row.scope);
    begins.then(|| KeyProblem::Begins {
        short: label_of(&short.chords),
        of_short: short.row.name,
        long: label_of(&long.chords),
        of_long: long.row.name,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;

    use super::*;
    use crate::config::{Config, DEFAULT_TOML};
    use crate::tui::keymap::Meaning;

    fn keymap(lines: &str) -> Result<Keymap, KeyError> {
        let text = format!("[keys]\n{lines}\n");
        let config = Config::parse(&text, Path::new("config.toml")).unwrap();
        Keymap::new(&config.settings.keys)
    }

    fn refuse(lines: &str) -> (String, String) {
        let error = keymap(lines).unwrap_err();
        (error.to_string(), error.hint())
    }

    fn meaning(keymap: &Keymap, keys: &str, scopes: &[Scope]) -> Meaning {
        keymap.meaning(&crate::tui::keymap::sequence(keys), scopes)
    }

    #[test]
    fn own_keys_take_the_place_of_the_tables() {
        let keymap = keymap("restart = [\"g  z\", \"F5\"]\nsuspend = []\nclose = [\"X\"]").unwrap();
        let all = [Scope::Move, Scope::Global];
        for keys in ["g z", "F5"] {
            assert_eq!(
                meaning(&keymap, keys, &all),
                Meaning::Action(Action::Restart)
            );
        }
        for keys in ["R", "C-z", "q"] {
            assert_eq!(meaning(&keymap, keys, &all), Meaning::Nothing, "{keys}");
        }
        assert_eq!(meaning(&keymap, "Q", &all), Meaning::Action(Action::Quit));
        assert_eq!(keymap.labels(Action::Restart), "gz F5");
        assert_eq!(keymap.word(Action::Restart), "gz");
        assert_eq!(keymap.word(Action::Suspend), "suspend");
        assert_eq!(keymap.word_in(Action::Suspend, &all), None);
    }

    #[test]
    fn nothing_written_changes_nothing() {
        assert_eq!(Keymap::new(&UserKeys::default()), Ok(Keymap::default()));
        assert_eq!(keymap(""), Ok(Keymap::default()));
        let same = ACTIONS
            .iter()
            .map(|row| format!("{} = {:?}\n", row.name, row.keys));
        // So the table itself has no two keys of which one begins the other.
        assert_eq!(keymap(&same.collect::<String>()), Ok(Keymap::default()));
    }

    #[test]
    fn the_example_in_the_reference_works() {
        let (_, example) = DEFAULT_TOML.split_once("# [keys]\n").unwrap();
        let keymap = keymap(&example.replace("# ", "")).unwrap();
        assert_ne!(keymap, Keymap::default());
    }

    #[test]
    fn an_inner_scope_may_use_a_key_of_an_outer_one() {
        let keymap = keymap("hex = [\"R\"]").unwrap();
        let scopes = [Scope::Viewer, Scope::Global];
        assert_eq!(meaning(&keymap, "R", &scopes), Meaning::Action(Action::Hex));
        assert_eq!(keymap.word_in(Action::Restart, &scopes), None);
        assert_eq!(
            keymap.word_in(Action::Restart, &[Scope::Global]).as_deref(),
            Some("R")
        );
    }

    #[test]
    fn names_that_do_not_exist_are_told_with_the_nearest() {
        let (error, hint) = refuse("quit = [\"X\"]\n re-start = [\"F5\"]");
        assert_eq!(error, "config.toml:3:2: unknown action \"re-start\"");
        assert_eq!(hint, "did you mean restart?");
        let (error, hint) = refuse("make-coffee = []");
        assert_eq!(error, "config.toml:2:1: unknown action \"make-coffee\"");
        assert!(hint.starts_with("README's tables"), "{hint}");

        let (error, hint) = refuse("quit = [\"X\", \"g ENTER\"]");
        assert_eq!(
            error,
            "config.toml:2:14: \"ENTER\" cannot be bound: there is no such key"
        );
        assert_eq!(hint, "did you mean \"Enter\"?");
        let (error, hint) = refuse("quit = [\"C-i\"]");
        assert_eq!(
            error,
            "config.toml:2:9: \"C-i\" cannot be bound: terminals send it for Tab"
        );
        assert!(hint.starts_with("keys are characters"), "{hint}");
        let (error, _) = refuse("quit = [\"\"]");
        assert!(
            error.ends_with("\"\" cannot be bound: it names no key"),
            "{error}"
        );
        let (_, hint) = refuse("quit = [\" \"]");
        assert_eq!(hint, "did you mean \"Space\"?");
    }

    #[test]
    fn two_actions_of_a_scope_cannot_share_keys() {
        let (error, hint) = refuse("quit = [\"q\"]");
        assert_eq!(
            error,
            "config.toml:2:9: \"q\" is bound to both quit and close"
        );
        assert!(hint.ends_with("or none: close = []"), "{hint}");
        assert!(keymap("quit = [\"q\"]\nclose = []").is_ok());
        let swapped = keymap("quit = [\"q\"]\nclose = [\"Q\"]").unwrap();
        assert_eq!(swapped.word(Action::Close), "Q");

        let (error, hint) = refuse("zoom = [\"Z\"]\nredraw = [\"Z\"]");
        assert_eq!(
            error,
            "config.toml:3:11: \"Z\" is bound to both redraw and zoom"
        );
        assert_eq!(hint, "leave it to one of them");
    }

    #[test]
    fn keys_that_begin_others_are_refused() {
        for (lines, sentence) in [
            ("zoom = [\"g\"]", "\"g\" (zoom) begins \"g"),
            ("zoom = [\"R t\"]", "\"R\" (restart) begins \"Rt\" (zoom)"),
            (
                "zoom = [\"Z\", \"Z Z\"]",
                "\"Z\" (zoom) begins \"ZZ\" (zoom)",
            ),
            // Elsewhere it would work; in a document it would not.
            ("zoom = [\"y\"]", "\"y\" (zoom) begins \"y"),
            (
                "follow-traffic = [\"w\"]\nwrap = [\"w w\"]",
                "\"w\" (follow-traffic) begins \"ww\" (wrap)",
            ),
        ] {
            let (error, _) = refuse(lines);
            assert!(error.contains(sentence), "{lines}: {error}");
        }
        // They never apply at the same place.
        assert!(keymap("follow-traffic = [\"w\"]\nlevel = [\"w w\"]\nwrap = []").is_ok());
    }

    #[test]
    fn the_ways_out_stay() {
        let (error, _) = refuse("quit = [\"Esc\"]");
        assert_eq!(
            error,
            "config.toml:2:9: Esc cannot be bound to quit: it is always back"
        );
        for lines in [
            "quit = [\"C-c\"]",
            "quit = [\"g Esc\"]",
            "back = [\"Esc Esc\"]",
            "quit = [\"C-[\"]",
        ] {
            refuse(lines);
        }
        let keymap = keymap("back = [\"B\"]\ncancel-call = []").unwrap();
        assert_eq!(keymap.labels(Action::Back), "B Esc");
        assert_eq!(keymap.labels(Action::CancelCall), "Ctrl-c");
    }
}
