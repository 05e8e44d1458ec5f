//! Marks and the lines that are filled in over the screen: which entry they are about, and where they are kept.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};

use super::{Model, clientlogs, configs, go, linting, replay, replaying, say, tapping};
use crate::library::tags_of;
use crate::session::marks::{Mark, Marks};
use crate::session::timeline::{EntryIndex, EntryRow};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, MetaChange, Shelving};
use crate::tui::keymap::Chord;
use crate::tui::model::{Overlay, Purpose, Tone};
use crate::tui::overlays::sheet::{Filled, Sheet};
use crate::tui::pane::{Go, View};

/// Does an action about marks; none when it is not one.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    let effects = match action {
        Action::Mark => match here(model) {
            Some(seq) => {
                model.overlays.push(Overlay::Letters(Some(seq)));
                Vec::new()
            }
            None => say(model, "no entry is selected here that could be marked"),
        },
        Action::GoMark => {
            model.overlays.push(Overlay::Letters(None));
            Vec::new()
        }
        Action::Annotate => match here(model) {
            Some(seq) => {
                let note = model.world.marks.get(seq).map(|mark| mark.note.clone());
                let sheet = Sheet::new(format!("NOTE at #{seq}"), "keep").with(
                    "note",
                    &note.unwrap_or_default(),
                    "empty takes it away",
                );
                model
                    .overlays
                    .push(Overlay::Sheet(sheet, Purpose::Note(seq)));
                Vec::new()
            }
            None => say(model, "no entry is selected here that could have a note"),
        },
        _ => return None,
    };
    Some(effects)
}

/// The entry that the selected row begins with.
pub(super) fn here(model: &Model) -> Option<u64> {
    let ctx = model.world.ctx();
    let entry = model.pane().moment(&ctx)?;
    ctx.timeline.entry(entry).map(EntryRow::seq)
}

/// A letter was typed after `m` or `'`, or something else that gives it up.
pub(super) fn letter(model: &mut Model, key: KeyEvent, at: Option<u64>) -> Vec<Effect> {
    let typed = match key.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Char(letter) if Chord::from(key) != Chord::CTRL_C => letter,
        _ => return Vec::new(),
    };
    let Some(seq) = at else {
        return jump(model, typed);
    };
    if !Marks::is_letter(typed) {
        return say(model, "a mark is a letter or a digit");
    }
    let stands = model.world.marks.toggle(seq, typed);
    let sentence = if stands {
        let back = model.world.keys.word(Action::GoMark);
        format!("#{seq} is marked {typed}; {back}{typed} comes back to it")
    } else {
        format!("the mark {typed} is taken away")
    };
    model.status = Some((Tone::Info, sentence));
    keep(model)
}

fn jump(model: &mut Model, typed: char) -> Vec<Effect> {
    let target = if typed == '\'' {
        let Some(seq) = model.jumped_from else {
            return say(model, "nothing was jumped from yet");
        };
        seq
    } else {
        let Some(seq) = model.world.marks.of_letter(typed) else {
            let typed = text::sanitize(typed.encode_utf8(&mut [0; 4])).into_owned();
            return say(model, &format!("no entry is marked {typed}"));
        };
        seq
    };
    let Some(entry) = model.world.timeline.with_seq(target) else {
        return say(model, &format!("#{target} is not read yet"));
    };
    jump_to(model, entry)
}

/// Goes to the row of an entry, and keeps where that was left from. What lies later than the moment that is shown is
/// shown with its own moment.
pub(super) fn jump_to(model: &mut Model, entry: EntryIndex) -> Vec<Effect> {
    model.jumped_from = here(model).or(model.jumped_from);
    let shown = model.world.timeline.moment();
    if shown.is_some_and(|moment| moment < entry) {
        model.replay.reveal = Some(entry);
        return replay::to(model, entry);
    }
    reveal(model, entry)
}

/// Goes to the row of an entry, in Logs when that is where one is.
pub(super) fn reveal(model: &mut Model, entry: EntryIndex) -> Vec<Effect> {
    let target = match model.view {
        View::Logs => Go::Logs(entry),
        _ => Go::Traffic(entry),
    };
    go(model, target)
}

/// Writes the marks beside the session, where it has a file.
fn keep(model: &mut Model) -> Vec<Effect> {
    match model.keeping.file() {
        Some(path) => {
            vec![Effect::Library(Shelving::Change {
                path: path.to_owned(),
                change: MetaChange::Marks(model.world.marks.clone()),
            })]
        }
        None => {
            let sentence = "marked; this session is not recorded, so it is kept no longer than it";
            model.status = Some((Tone::Warn, sentence.to_owned()));
            Vec::new()
        }
    }
}

/// Asks for the name, tags and note of a session.
pub(super) fn ask_words(model: &mut Model, path: PathBuf) -> Vec<Effect> {
    let meta = model.panes.sessions.meta(&path).cloned();
    let meta = meta.unwrap_or_default();
    let title = format!("SESSION {}", replay::name_of(&path));
    let sheet = Sheet::new(title, "keep")
        .with("name", &meta.name, "what to find it by")
        .with("tags", &meta.tags.join(" "), "words with blanks between")
        .with("note", &meta.note, "");
    model
        .overlays
        .push(Overlay::Sheet(sheet, Purpose::Words(path)));
    Vec::new()
}

/// A key for the lines that are filled in.
pub(super) fn sheet_key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Sheet(sheet, _)) = model.overlays.last_mut() else {
        return Vec::new();
    };
    let filled = if Chord::from(key) == Chord::CTRL_C {
        Filled::Left
    } else {
        sheet.key(key)
    };
    filled_in(model, filled)
}

/// What became of the lines.
pub(super) fn filled_in(model: &mut Model, filled: Filled) -> Vec<Effect> {
    match filled {
        Filled::Going => Vec::new(),
        Filled::Left => match model.overlays.pop() {
            Some(Overlay::Sheet(_, Purpose::Anyway(asker))) => {
                vec![replaying::anyway(asker, "no")]
            }
            Some(Overlay::Sheet(_, Purpose::Inputs(place, _))) => {
                configs::refused(model, place);
                Vec::new()
            }
            _ => Vec::new(),
        },
        Filled::Kept => {
            let Some(Overlay::Sheet(mut sheet, purpose)) = model.overlays.pop() else {
                return Vec::new();
            };
            match kept(model, sheet.texts(), &purpose) {
                Ok(effects) => effects,
                Err(problem) => {
                    sheet.refuse(problem);
                    model.overlays.push(Overlay::Sheet(sheet, purpose));
                    Vec::new()
                }
            }
        }
    }
}

fn kept(model: &mut Model, texts: Vec<String>, purpose: &Purpose) -> Result<Vec<Effect>, String> {
    let mut texts = texts.into_iter();
    let mut next = || texts.next().unwrap_or_default();
    Ok(match purpose {
        Purpose::Place => {
            let effects = replay::go_to(model, &next())?;
            return Ok(replay::of(model.session, effects));
        }
        Purpose::Replay(path) => {
            let path = path.clone();
            return replaying::begin(model, path, [next(), next(), next()]);
        }
        Purpose::Anyway(asker) => vec![replaying::anyway(*asker, &next())],
        Purpose::Hold => return tapping::hold(model, &next()),
        Purpose::Log => return clientlogs::named(model, &next()),
        Purpose::Break => return tapping::ruled(model, next()),
        Purpose::Note(seq) => {
            let note = next();
            let before = model.world.marks.get(*seq).map(|mark: &Mark| &mark.note);
            if before.map_or("", String::as_str) == note {
                return Ok(Vec::new());
            }
            model.world.marks.annotate(*seq, &note);
            model.status = Some((Tone::Info, format!("the note at #{seq} is kept")));
            keep(model)
        }
        Purpose::Inputs(place, then) => {
            return configs::inputs::given(model, *place, then.clone(), texts.collect());
        }
        Purpose::Findings => return linting::report(model, &next()),
        Purpose::Except(exception) => return linting::kept(exception, next(), &next()),
        Purpose::Words(path) => {
            let change = MetaChange::Words {
                name: next(),
                tags: tags_of([next().as_str()]),
                note: next(),
            };
            vec![Effect::Library(Shelving::Change {
                path: path.clone(),
                change,
            })]
        }
    })
}
