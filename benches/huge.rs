//! A document of 100 MB that is all there: how long it takes to record it, then how soon its beginning is seen once
//! somebody goes to it, how long its index takes, what a key costs meanwhile, memory. All in this process; from a
//! server's last byte to the screen is what `arriving` measures.

use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

use mcpscope::mcp::facts;
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::session::{Channel, Direction};
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::payload;
use mcpscope::tui::runtime;
use mcpscope::tui::widgets::picture::Pictures;

use super::figures::{figure, heading};
use super::memory::{memory, mib};
use super::{Bench, key, letter, milliseconds, spread};
use crossterm::event::KeyCode;

/// Records one message of about `size` bytes, opens it in Traffic and moves in it. Gives the memory it took beyond
/// what there was, and the bytes of the message.
pub fn run(file: &Path, size: usize) -> (u64, u64) {
    let pid = std::process::id().to_string();
    let mut bench = Bench::new(file);
    let before = memory(&pid, "RssAnon").unwrap_or(0);
    let body = message(size);
    let size = body.len() as u64;
    heading(&format!(
        "A message of {}: first screen, index, keys meanwhile, memory",
        mib(size)
    ));
    let began = Instant::now();
    record(&mut bench.recorder, &mut bench.model, body);
    figure("read and recorded", &milliseconds(began.elapsed()));
    // The detail follows the selected row, so the small message is what is shown first.
    bench.step(vec![letter('5')]);
    bench.step(vec![letter('g'), letter('g')]);

    let began = Instant::now();
    let (_, effects) = bench.frame(vec![letter('G'), key(KeyCode::Enter)]);
    let built: Vec<Event> = effects
        .into_iter()
        .filter_map(|effect| runtime::answer(effect, &bench.bodies, Pictures::OFF))
        .collect();
    figure("built", &milliseconds(began.elapsed()));
    assert!(!built.is_empty(), "the message is not shown");
    let (_, effects) = bench.frame(built);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Index { .. })),
        "it is not indexed"
    );
    figure("first screen", &milliseconds(began.elapsed()));

    // As the runtime does, but that the keys are pressed as fast as they are answered.
    let (sender, events) = mpsc::channel();
    let mut workers = Vec::new();
    for effect in effects {
        if let Effect::Index { viewer, body } = effect {
            let sender = sender.clone();
            workers.push(std::thread::spawn(move || {
                payload::index(body, |part| {
                    let _ = sender.send(Event::Indexed { viewer, part });
                });
            }));
        }
    }
    drop(sender);
    let (mut times, mut most, mut peak) = (Vec::new(), 0, 0);
    let keys = ['j', 'G', 'k', 'J', 'e', 'g', 'g', 'c', '%', 'l'];
    for pressed in keys.iter().cycle() {
        let mut happened: Vec<Event> = events.try_iter().collect();
        let parts = happened.len();
        happened.push(letter(*pressed));
        times.push(bench.step(happened).0);
        peak = peak.max(memory(&pid, "RssAnon").unwrap_or(0));
        most = most.max(parts);
        if workers.iter().all(std::thread::JoinHandle::is_finished) && times.len() >= 200 {
            break;
        }
    }
    figure(
        &format!(
            "{} keys while it was indexed, median and 99th of 100",
            times.len()
        ),
        &spread(&mut times),
    );
    figure("whole index after", &milliseconds(began.elapsed()));
    let after: Vec<Event> = events.try_iter().collect();
    bench.step(after);
    let mut times: Vec<_> = keys
        .iter()
        .cycle()
        .take(500)
        .map(|pressed| bench.step(vec![letter(*pressed)]).0)
        .collect();
    figure("500 keys afterwards", &spread(&mut times));
    peak = peak.max(memory(&pid, "RssAnon").unwrap_or(0));
    figure("memory taken", &mib(peak.saturating_sub(before)));
    bench.step(vec![letter('g'), letter('g')]);
    bench.step(vec![key(KeyCode::Esc)]);
    bench.step(vec![letter('g'), letter('g')]);
    figure(
        "memory left when another is shown",
        &mib(memory(&pid, "RssAnon").unwrap_or(0).saturating_sub(before)),
    );
    (peak.saturating_sub(before), size)
}

fn record(recorder: &mut Recorder, model: &mut mcpscope::tui::model::Model, body: Vec<u8>) {
    for body in [br#"{"jsonrpc":"2.0","method":"small"}"#.to_vec(), body] {
        let draft = Draft::wire(1, Direction::In, body);
        let (recorded, _) = recorder.append_frame(draft, Channel::Stdout, facts::of_frame);
        let event = Event::Update(mcpscope::inspector::Update::Recorded(recorded));
        mcpscope::tui::update::update(model, event, 0);
    }
}

/// A notification with an array of like objects.
fn message(size: usize) -> Vec<u8> {
    use std::io::Write as _;
    let mut body = br#"{"jsonrpc":"2.0","method":"rows","params":{"rows":["#.to_vec();
    let mut row = 0_u64;
    while body.len() < size {
        let comma = if row > 0 { "," } else { "" };
        let _ = write!(
            body,
            r#"{comma}{{"id":{row},"name":"row {row}","at":{},"ok":true,"tags":["a","b"],"of":{{"x":{}.5}}}}"#,
            1_760_000_000 + row,
            row % 100
        );
        row += 1;
    }
    body.extend(b"]}}");
    body
}
