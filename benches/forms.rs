//! What forms cost: long lists of tools, forms of thousands of fields, long arrays, and the checks beside them.
//!
//! `cargo bench --bench forms`, or with `-- --quick` a fifth of the rounds. The model is driven in this process, as the
//! loop in `tui.rs` does. What is pressed often is judged: a key whose median takes longer than a frame of 16 ms is a
//! failure (the 99th of 100 is told, since it is the machine's too); what is done once (opening, unfolding all) may take longer, and is told.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mcpscope::config::Settings;
use mcpscope::inspector::Update;
use mcpscope::mcp::client;
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::recording::Bodies;
use mcpscope::session::{Channel, Direction};
use mcpscope::transport::Spawn;
use mcpscope::tui::clock::Clock;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::model::{Keeping, Model};
use mcpscope::tui::theme::{Depth, Theme};
use mcpscope::tui::widgets::picture::Pictures;
use mcpscope::tui::{runtime, update, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

mod figures;
mod times;

use figures::{figure, heading};
use times::{at, milliseconds, spread};

const COLUMNS: u16 = 120;
const ROWS: u16 = 36;
/// What a key may take until its frame is drawn.
const FRAME: Duration = Duration::from_millis(16);
/// What may be waited for once: opening, unfolding all, pasting.
const ONCE: Duration = Duration::from_millis(250);
const FIELDS: usize = 2_000;
const ITEMS: usize = 10_000;
const TOOLS: usize = 5_000;

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 40 } else { 200 };
    let mut late = Vec::new();
    tools(rounds, &mut late);
    fields(rounds, &mut late);
    items(rounds, &mut late);
    checks(rounds, &mut late);
    for what in &late {
        println!("  FAILED: {what}");
    }
    if late.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A live model with one server, and the screen it is drawn on.
struct Bench {
    model: Model,
    recorder: Recorder,
    bodies: Bodies,
    shown: Buffer,
    /// Whether checks of arguments are made on the spot; else they are left to [`checks`].
    checked: bool,
    left: Vec<Effect>,
}

impl Bench {
    /// A model whose server lists these tools: a JSON array.
    fn new(tools: &str) -> Self {
        let recorder = Recorder::unnamed().expect("a new file");
        let keeping = Keeping::Recording {
            path: "session.jsonl".into(),
            since: Timestamp::UNIX_EPOCH,
        };
        let theme = Theme::load("dark", Depth::Rgb).expect("a bundled theme");
        let (options, clock) = (client::Options::default(), Clock::in_zone(TimeZone::UTC));
        let mut model = Model::new(Settings::default(), theme, keeping, options, clock);
        model.size = (COLUMNS, ROWS);
        let spawn = Spawn::new("some-server", ["--stdio"]);
        update::push_server(&mut model, "some-server", spawn, "command line");
        let mut bench = Self {
            model,
            bodies: recorder.bodies(),
            recorder,
            shown: Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS)),
            checked: true,
            left: Vec::new(),
        };
        bench.step(vec![key(KeyCode::Enter)]);
        bench.connects(tools);
        bench
    }

    fn connects(&mut self, tools: &str) {
        let frames = [
            (Channel::Note, Direction::Here, r#"{"event":"connect","name":"some-server","transport":"stdio","era":"auto"}"#.to_owned()),
            (Channel::Note, Direction::Here, r#"{"event":"spawn","pid":7,"command":["some-server"]}"#.to_owned()),
            (Channel::Wire, Direction::Out, r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#.to_owned()),
            (Channel::Wire, Direction::In, r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"w"}}}"#.to_owned()),
            (Channel::Note, Direction::Here, r#"{"event":"ready","revision":"2025-11-25"}"#.to_owned()),
            (Channel::Wire, Direction::Out, r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#.to_owned()),
            (Channel::Wire, Direction::In, format!(r#"{{"jsonrpc":"2.0","id":2,"result":{{"tools":{tools}}}}}"#)),
        ];
        for (channel, direction, body) in frames {
            let draft = Draft {
                conn: 1,
                channel,
                direction,
                aux: false,
                body: body.into(),
                ending: "\n",
                extra: None,
            };
            let entries = self.recorder.append(draft, None);
            self.step(vec![Event::Update(Update::Recorded(entries))]);
        }
        self.step(vec![Event::Update(Update::Ready { conn: 1 })]);
    }

    /// Takes events and draws one frame, then the frames of what workers answer; how long the first took, and the
    /// longest of the others.
    fn step(&mut self, events: Vec<Event>) -> (Duration, Duration) {
        let (took, mut effects) = self.frame(events);
        let mut longest = Duration::ZERO;
        while !effects.is_empty() {
            let mut answers = Vec::new();
            for effect in effects {
                if !self.checked && matches!(effect, Effect::Validate { .. }) {
                    self.left.push(effect);
                } else {
                    answers.extend(runtime::answer(effect, &self.bodies, Pictures::OFF));
                }
            }
            if answers.is_empty() {
                break;
            }
            let (more, next) = self.frame(answers);
            longest = longest.max(more);
            effects = next;
        }
        (took, longest)
    }

    fn frame(&mut self, events: Vec<Event>) -> (Duration, Vec<Effect>) {
        let mut next = Buffer::empty(self.shown.area);
        let began = Instant::now();
        let mut effects = Vec::new();
        for event in events {
            effects.extend(update::update(&mut self.model, event, 0));
        }
        effects.extend(update::place(&mut self.model));
        self.model.areas = view::view(&self.model, &mut next).1;
        std::hint::black_box(self.shown.diff(&next).len());
        let took = began.elapsed();
        self.shown = next;
        (took, effects)
    }

    /// What is on the screen, to see that it is what is to be measured.
    fn shows(&self, what: &str) {
        let text: String = self
            .shown
            .content()
            .chunks(usize::from(COLUMNS))
            .map(|row| {
                row.iter()
                    .map(ratatui::buffer::Cell::symbol)
                    .collect::<String>()
                    + "\n"
            })
            .collect();
        assert!(text.contains(what), "no {what} in\n{text}");
    }

    /// Presses keys one by one, round and round, and tells how long they took.
    fn often(&mut self, what: &str, keys: &[Event], rounds: usize, late: &mut Vec<String>) {
        let (mut times, mut after) = (Vec::new(), Vec::new());
        // Whole rounds, so that no sequence of keys is left in the middle.
        for round in 0..rounds.next_multiple_of(keys.len()) {
            let (took, more) = self.step(vec![again(&keys[round % keys.len()])]);
            times.push(took);
            after.push(more);
        }
        judge(what, &mut times, late);
        if after.iter().any(|more| !more.is_zero()) {
            judge(&format!("{what}: what workers answered"), &mut after, late);
        }
    }

    /// Types a letter and lets the pause after it end: what looks at the whole form is asked for then.
    fn pause(&mut self, what: &str, late: &mut Vec<String>) {
        let (_, effects) = self.frame(letters("d"));
        let waits = |effect: &Effect| match effect {
            Effect::Wake { asker, .. } => Some(*asker),
            _ => None,
        };
        let asker = effects.iter().find_map(waits);
        let asker = asker.expect("a big form is waited for");
        let (took, effects) = self.frame(vec![Event::Woken { asker }]);
        let checks = |effect: &Effect| matches!(effect, Effect::Validate { .. });
        assert!(effects.iter().any(checks), "nothing is checked");
        figure(what, &milliseconds(took));
        if took > ONCE {
            late.push(format!("{what} took {}", milliseconds(took)));
        }
    }

    /// Does something once, and tells how long it took.
    fn once(&mut self, what: &str, events: Vec<Event>, late: &mut Vec<String>) {
        let (took, more) = self.step(events);
        let both = took.max(more);
        figure(what, &milliseconds(both));
        if both > ONCE {
            late.push(format!("{what} took {}", milliseconds(both)));
        }
    }
}

fn again(event: &Event) -> Event {
    match event {
        Event::Key(key) => Event::Key(*key),
        other => unreachable!("only keys are pressed often: {other:?}"),
    }
}

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn letters(letters: &str) -> Vec<Event> {
    letters.chars().map(|c| key(KeyCode::Char(c))).collect()
}

/// A tool with this schema.
fn tool(name: &str, schema: &str) -> String {
    format!(
        r#"{{"name":"{name}","description":"Does {name} with great care","inputSchema":{schema}}}"#
    )
}

/// Five thousand tools: a key in the list, a filter, a form that opens.
fn tools(rounds: usize, late: &mut Vec<String>) {
    heading(&format!(
        "{TOOLS} tools, {COLUMNS}x{ROWS}: median and 99th of 100"
    ));
    let schema = r#"{"type":"object","properties":{"path":{"type":"string"},"kind":{"enum":["a","b"]}},"required":["path"]}"#;
    let all: Vec<String> = (0..TOOLS)
        .map(|n| tool(&format!("server-{}-tool-{n}", n % 40), schema))
        .collect();
    let began = Instant::now();
    let mut bench = Bench::new(&format!("[{}]", all.join(",")));
    let took = began.elapsed();
    figure("listed, folded and drawn", &milliseconds(took));
    bench.shows("server-0-tool-0");
    bench.often("list: down", &letters("j"), rounds, late);
    bench.often("list: to the end and back", &letters("Ggg"), rounds, late);
    bench.step(letters("/"));
    let (typed, back) = (letters("tool1234"), key(KeyCode::Backspace));
    let keys: Vec<Event> = typed
        .into_iter()
        .chain((0..8).map(|_| again(&back)))
        .collect();
    bench.often("filter: a letter", &keys, rounds, late);
    bench.step(vec![key(KeyCode::Esc)]);
    bench.step(vec![key(KeyCode::Enter)]);
    bench.shows("Tab next");
    bench.step(vec![key(KeyCode::Esc), key(KeyCode::Esc)]);
    bench.often(
        "open a form and leave it",
        &[
            key(KeyCode::Enter),
            key(KeyCode::Esc),
            key(KeyCode::Esc),
            key(KeyCode::Char('j')),
        ],
        rounds,
        late,
    );
}

/// The schema of a form with [`FIELDS`] fields in objects of fifty, of several kinds.
fn wide() -> String {
    let mut groups = Vec::new();
    for group in 0..FIELDS / 50 {
        let mut members = String::new();
        for n in 0..50 {
            let schema = match n % 5 {
                0 => r#"{"type":"string","maxLength":20,"description":"Some text, rather short"}"#,
                1 => r#"{"type":"integer","minimum":1,"default":3}"#,
                2 => r#"{"type":"boolean"}"#,
                3 => r#"{"enum":["low","normal","high"]}"#,
                _ => r#"{"type":"array","items":{"type":"string"}}"#,
            };
            let comma = if n == 0 { "" } else { "," };
            write!(members, r#"{comma}"f{n}":{schema}"#).expect("a String takes any text");
        }
        groups.push(format!(
            r#""g{group}":{{"type":"object","properties":{{{members}}},"required":["f0"]}}"#
        ));
    }
    let names: Vec<String> = (0..groups.len()).map(|n| format!(r#""g{n}""#)).collect();
    format!(
        r#"{{"type":"object","properties":{{"first":{{"type":"string"}},{}}},"required":[{}]}}"#,
        groups.join(","),
        names.join(",")
    )
}

/// A form of two thousand fields.
fn fields(rounds: usize, late: &mut Vec<String>) {
    heading(&format!(
        "A form of {FIELDS} fields: median and 99th of 100"
    ));
    let mut bench = Bench::new(&format!("[{}]", tool("wide", &wide())));
    bench.once("open", vec![key(KeyCode::Enter)], late);
    bench.shows("first");
    bench.often("a letter in a field, folded", &letters("a"), rounds, late);
    bench.step(vec![key(KeyCode::Esc)]);
    bench.once("unfold all", letters("zR"), late);
    bench.step(letters("G"));
    bench.shows("f49");
    bench.step(letters("gg"));
    bench.step(letters("i"));
    bench.often("a letter in a field, unfolded", &letters("b"), rounds, late);
    bench.often("Tab", &[key(KeyCode::Tab)], rounds, late);
    bench.step(vec![key(KeyCode::Esc)]);
    bench.often("next problem", &letters("gp"), rounds, late);
    bench.often("down", &letters("j"), rounds, late);
    bench.often("unset and undo", &letters("du"), rounds, late);
    bench.once("fold all", letters("zM"), late);
}

/// A form that holds an array of ten thousand objects.
fn items(rounds: usize, late: &mut Vec<String>) {
    heading(&format!(
        "An array of {ITEMS} objects in a form: median and 99th of 100"
    ));
    let schema = r#"{"type":"object","properties":{"rows":{"type":"array","uniqueItems":true,"items":{"type":"object",
        "properties":{"id":{"type":"integer"},"name":{"type":"string"}},"required":["id"]}},"title":{"type":"string"}}}"#;
    let schema: String = schema.split('\n').map(str::trim).collect();
    let mut bench = Bench::new(&format!("[{}]", tool("long", &schema)));
    bench.step(vec![key(KeyCode::Enter)]);
    let rows: Vec<String> = (0..ITEMS)
        .map(|n| format!(r#"{{"id":{n},"name":"row {n}"}}"#))
        .collect();
    let pasted = format!(r#"{{"title":"t","rows":[{}]}}"#, rows.join(","));
    bench.step(vec![key(KeyCode::Esc)]);
    bench.step(letters("G"));
    bench.once(
        "paste them as all arguments",
        vec![Event::Paste(pasted)],
        late,
    );
    bench.step(vec![key(KeyCode::Esc)]);
    bench.step(letters("gg"));
    bench.shows("10000 items");
    bench.often("down and up", &letters("jk"), rounds, late);
    bench.once("unfold all", letters("zR"), late);
    bench.often("down, unfolded", &letters("j"), rounds, late);
    bench.step(letters("G"));
    bench.step(letters("k"));
    bench.step(letters("i"));
    bench.often("a letter in a field beside it", &letters("c"), rounds, late);
    bench.pause("the pause after it: checked and kept", late);
}

/// Keys in a form of two thousand fields while every state of it is checked by another thread.
fn checks(rounds: usize, late: &mut Vec<String>) {
    heading(&format!(
        "{FIELDS} fields checked by another thread meanwhile: median and 99th of 100"
    ));
    let mut bench = Bench::new(&format!("[{}]", tool("wide", &wide())));
    bench.checked = false;
    bench.step(vec![key(KeyCode::Enter)]);
    let (work, todo) = mpsc::channel::<Effect>();
    let (answer, answers) = mpsc::channel::<Event>();
    let bodies = bench.bodies.clone();
    let worker = std::thread::spawn(move || {
        let mut checked = Vec::new();
        while let Ok(effect) = todo.recv() {
            // Of several states only the newest matters, as in `checker`.
            let newest = todo.try_iter().last().unwrap_or(effect);
            let began = Instant::now();
            let event = runtime::answer(newest, &bodies, Pictures::OFF);
            checked.push(began.elapsed());
            if event.is_none_or(|event| answer.send(event).is_err()) {
                break;
            }
        }
        checked
    });
    let (mut keys, mut told) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        keys.push(bench.step(letters("a")).0);
        for effect in bench.left.drain(..) {
            // A worker that is gone is seen when it is waited for.
            let _ = work.send(effect);
        }
        for event in answers.try_iter() {
            told.push(bench.step(vec![event]).0);
        }
    }
    drop(work);
    if let Ok(event) = answers.recv() {
        told.push(bench.step(vec![event]).0);
    }
    let mut checked = worker.join().expect("the worker ends well");
    judge("a letter in a field", &mut keys, late);
    judge("what was said of the arguments, drawn", &mut told, late);
    figure(
        &format!("one check with its compilation, {} of them", checked.len()),
        &spread(&mut checked),
    );
}

fn judge(what: &str, times: &mut [Duration], late: &mut Vec<String>) {
    let told = spread(times);
    figure(what, &told);
    if at(times, 0.5) > FRAME {
        late.push(format!("{what}: {told}, more than {}", milliseconds(FRAME)));
    }
}
