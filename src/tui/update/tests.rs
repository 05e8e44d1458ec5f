//! What happens while a session is opened over another, is read or is being kept.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::chips::Chip;
use crate::config::Settings;
use crate::filter::Subject;
use crate::library::Meta;
use crate::mcp::client;
use crate::recording::{PIPE, Recording};
use crate::session::recorded::{Place, Recorded};
use crate::session::timeline::EntryIndex;
use crate::session::timeline::Timeline;
use crate::session::{Channel, Direction, Entry};
use crate::tap::running::Running;
use crate::tui::clock::Clock;
use crate::tui::effect::exporting::Told;
use crate::tui::event::OpenedSession;
use crate::tui::runtime::opening;
use crate::tui::theme::{Depth, Theme};

fn demo() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions/demo.jsonl")
}

fn model(keeping: Keeping) -> Model {
    let mut model = Model::new(
        Settings::default(),
        Theme::load("dark", Depth::Rgb).unwrap(),
        keeping,
        client::Options::default(),
        Clock::in_zone(TimeZone::UTC),
    );
    model.size = (120, 36);
    model
}

/// What came out of a file or a pipe, read whole.
fn opened(path: &str) -> Model {
    let mut model = model(Keeping::Opened {
        path: path.into(),
        bytes: (0, 0),
        following: false,
    });
    model.view = View::Traffic;
    let recording = Recording::open(&demo()).unwrap();
    let loaded = recording.load(|entries, read| {
        let bytes = (read, read);
        update(&mut model, Event::Loading { entries, bytes }, 0);
        true
    });
    update(&mut model, Event::Loaded(loaded.unwrap(), None), 0);
    place(&mut model);
    model
}

fn live() -> Model {
    model(Keeping::Recording {
        path: "/sessions/now.jsonl".into(),
        since: Timestamp::UNIX_EPOCH,
    })
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = keys.chars();
    keys.flat_map(|key| {
        let code = match key {
            '⏎' => KeyCode::Enter,
            key => KeyCode::Char(key),
        };
        update(model, Event::Key(KeyEvent::from(code)), 0)
    })
    .collect()
}

/// A session without entries comes over what is shown.
fn put_over(model: &mut Model, path: &str) {
    let effects = replay::open(model, path.into());
    let [Effect::OpenSession { session, .. }] = effects[..] else {
        panic!("{effects:?}");
    };
    let opened = OpenedSession {
        log: false,
        path: path.into(),
        size: 0,
        following: false,
        meta: Meta::default(),
    };
    let event = Event::SessionOpened(Box::new(opened));
    update(model, Event::Of(session, Box::new(event)), 0);
    assert_eq!(model.session, session);
}

/// What a tap that runs records counts on with the clock while somebody waits there, and only then.
#[test]
fn the_time_of_a_tap_goes_on_while_its_client_waits() {
    let path = "/taps/t.jsonl";
    let mut model = model(Keeping::Opened {
        path: path.into(),
        bytes: (0, 0),
        following: true,
    });
    let began = Timestamp::from_second(1_000).unwrap();
    model.world.began = Some(began);
    let comes = |model: &mut Model, lines: &[(u64, Channel, Direction, &str)]| {
        let entries: Vec<Recorded> = lines
            .iter()
            .map(|(seq, channel, direction, body)| {
                let entry = Entry {
                    seq: *seq,
                    us: seq * 1_000_000,
                    // The tap is two seconds older than the screen.
                    at: Timestamp::from_second(998 + seq.cast_signed()).unwrap(),
                    conn: 1,
                    channel: channel.clone(),
                    direction: *direction,
                    aux: false,
                    body: body.as_bytes().to_vec(),
                    ending: "\n".into(),
                    extra: None,
                };
                Recorded::of(&entry, Place::default())
            })
            .collect();
        let bytes = (0, 0);
        update(model, Event::Loading { entries, bytes }, 0);
    };
    let connect = r#"{"event":"connect","name":"it","transport":"stdio","era":"tap"}"#;
    let asks = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#;
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    comes(
        &mut model,
        &[
            (1, Channel::Note, Direction::Here, connect),
            (2, Channel::Wire, Direction::Out, asks),
        ],
    );
    update(&mut model, Event::Second, 30_000_000);
    assert_eq!((model.world.now_us, model.is_waiting()), (2_000_000, false));
    let tap = Running {
        pid: 7,
        server: "it".to_owned(),
        serves: false,
        file: Some(path.into()),
        listens: None,
        control: None,
        since: began,
        lost: 0,
    };
    update(&mut model, Event::Taps(vec![tap]), 30_000_000);
    assert!(model.is_waiting());
    update(&mut model, Event::Second, 31_000_000);
    assert_eq!(model.world.now_us, 33_000_000);
    comes(&mut model, &[(3, Channel::Wire, Direction::In, answer)]);
    assert!(!model.is_waiting());
}

#[test]
fn marks_of_a_pipe_stand_beside_no_file() {
    let mut model = opened(PIPE);
    assert_eq!(press(&mut model, "ma"), []);
    let said = model.status.as_ref().unwrap().1.as_str();
    assert!(said.contains("is not recorded"), "{said}");
    assert!(!model.world.marks.is_empty());
    assert_eq!(opening::read_meta(Path::new(PIPE)), Meta::default());
    let mut model = opened("/somewhere/s.jsonl");
    assert!(matches!(press(&mut model, "ma")[..], [Effect::Library(_)]));
}

#[test]
fn a_filter_that_is_kept_is_told_of_over_an_opened_session_too() {
    let mut model = live();
    put_over(&mut model, "/s.jsonl");
    let kept = |chips| {
        Event::Stored(Stored::Filters {
            of: Subject::Rows,
            chips,
            saved: Some("slow".to_owned()),
        })
    };
    update(&mut model, kept(Ok(Vec::<Chip>::new())), 0);
    let (tone, said) = model.status.take().unwrap();
    assert_eq!(
        (tone, &*said),
        (Tone::Info, "The filter is kept as \"slow\".")
    );
    update(&mut model, kept(Err("no room".to_owned())), 0);
    assert_eq!(model.status, Some((Tone::Error, "no room".to_owned())));
}

#[test]
fn an_export_of_an_opened_session_is_heard_of() {
    let mut model = live();
    put_over(&mut model, "/s.jsonl");
    let effects = press(&mut model, "gx");
    let asker = effects.iter().find_map(|effect| match effect {
        Effect::Of(_, effect) => match &**effect {
            Effect::Export(work) => Some(work.asker),
            _ => None,
        },
        _ => None,
    });
    let told = Told::Done("wrote it".to_owned());
    let asker = asker.unwrap();
    update(&mut model, Event::Exporting { asker, told }, 0);
    // It is said as it is, and not to be of the session underneath.
    assert_eq!(model.status, Some((Tone::Info, "wrote it".to_owned())));
    assert!(model.overlays.is_empty());
}

#[test]
fn what_was_typed_over_a_session_is_not_for_the_next() {
    let mut model = live();
    let effects = replay::open(&mut model, "/s.jsonl".into());
    assert!(matches!(effects[..], [Effect::OpenSession { .. }]));
    press(&mut model, "gx");
    assert_eq!(model.overlays.len(), 1);
    put_over(&mut model, "/s.jsonl");
    assert!(model.overlays.is_empty());
}

#[test]
fn the_file_it_was_started_with_is_shown_when_it_is_opened_again() {
    let mut model = opened("/first.jsonl");
    model.view = View::Sessions;
    put_over(&mut model, "/second.jsonl");
    let effects = replay::open(&mut model, "/first.jsonl".into());
    assert!(matches!(effects[..], [Effect::CloseSession(1)]));
    assert_eq!((model.session, model.view), (0, View::Traffic));
}

#[test]
fn a_fold_that_is_being_kept_is_not_copied() {
    let mut model = opened("/s.jsonl");
    model.replay.lent = true;
    let lent: Arc<Timeline> = Arc::clone(&model.world.timeline);
    let arrive = |model: &Model, at| {
        let bodies = Recording::open(&demo()).unwrap().bodies();
        let approach = model.world.timeline.approach(at).unwrap();
        opening::arrive(approach, &bodies)
    };
    // To the end, where it is.
    replay::to(&mut model, lent.entries().len() as EntryIndex - 1);
    let effects = replay::to(&mut model, 3);
    assert!(matches!(effects[..], [Effect::Approach(_)]));
    let read = arrive(&model, 3);
    update(&mut model, Event::Arrived(read), 0);
    // What is wanted meanwhile waits with it.
    assert_eq!(replay::to(&mut model, 5), []);
    assert!(Arc::ptr_eq(&lent, &model.world.timeline));
    assert_eq!(model.world.timeline.moment(), None);
    drop(lent);
    let effects = update(&mut model, Event::FoldKept, 0);
    assert_eq!(model.world.timeline.moment(), Some(3));
    assert!(matches!(effects[..], [Effect::Approach(_)]), "{effects:?}");
    let read = arrive(&model, 5);
    update(&mut model, Event::Arrived(read), 0);
    assert_eq!(model.world.timeline.moment(), Some(5));
}

#[test]
fn time_is_that_of_the_session_that_is_looked_at() {
    let mut model = opened("/s.jsonl");
    let late = |model: &Model| model.world.timeline.entries().last().unwrap().us();
    let whole = late(&model);
    let effects = replay::to(&mut model, 3);
    assert!(matches!(effects[..], [Effect::Approach(_)]));
    let bodies = Recording::open(&demo()).unwrap().bodies();
    let read = opening::arrive(model.world.timeline.approach(3).unwrap(), &bodies);
    update(&mut model, Event::Arrived(read), 0);
    assert_eq!(model.world.now_us, late(&model));
    let last = model.world.timeline.whole().len() as EntryIndex - 1;
    replay::to(&mut model, last);
    assert_eq!((model.world.now_us, late(&model)), (whole, whole));
    // What happens underneath happens then, and is drawn over by what does not.
    let mut model = live();
    put_over(&mut model, "/s.jsonl");
    update(&mut model, Event::Update(Update::Recorded(Vec::new())), 77);
    assert_eq!((model.clock_us, model.world.now_us), (77, 0));
}

#[test]
fn columns_that_were_picked_are_those_of_the_next_session() {
    let mut model = opened("/s.jsonl");
    press(&mut model, "C");
    assert!(model.pane().takes_text(), "{:?}", model.status);
    let before = model.world.settings.columns.clone();
    let effects = press(&mut model, " q");
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::Store(Store::KeepColumns(columns)) => Some(columns.clone()),
        _ => None,
    });
    assert_ne!(kept, Some(before));
    assert_eq!(kept.as_ref(), Some(&model.world.settings.columns));
}
