//! What the tools of the demo server do: arguments in, a plan of what is said and when out.
//! Never waits and never writes; a plan only says how long after the call each thing is due.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::able::Able;
use super::message::{self, Fault, INTERNAL_ERROR, Level};
use super::resources;
use super::revision::Revision;

pub(super) const SKIES: [&str; 5] = ["clear", "cloudy", "fog", "rain", "snow"];
pub(super) const WINDS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/// One call that passed the checks.
pub(super) struct Call {
    pub(super) revision: Revision,
    /// The arguments, defaults filled in.
    pub(super) args: Value,
    /// The token to report progress with, when the client gave one.
    pub(super) progress: Option<Value>,
    /// The lowest level the client wants to hear; `None` when it may not be sent any log.
    pub(super) log: Option<Level>,
    /// What the client can be asked.
    pub(super) able: Able,
}

/// One thing said before the answer.
pub(super) enum Said {
    Message(Value),
    Stderr(String),
}

/// The course of one call.
pub(super) struct Played {
    pub(super) before: Vec<(Duration, Said)>,
    pub(super) after: Duration,
    pub(super) answer: Result<Value, Fault>,
}

impl Played {
    pub(super) fn at_once(answer: Result<Value, Fault>) -> Self {
        Self {
            before: Vec::new(),
            after: Duration::ZERO,
            answer,
        }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::at_once(Ok(text_result(&text.into())))
    }

    /// The tool failed, and says so where a model can read it.
    pub(super) fn failed(text: &str) -> Self {
        let mut body = text_result(text);
        body["isError"] = json!(true);
        Self::at_once(Ok(body))
    }
}

pub(super) fn text_result(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}]})
}

pub(super) fn echo(call: &Call) -> Played {
    Played::text(string(&call.args["text"]))
}

pub(super) fn book_table(call: &Call) -> Played {
    let args = &call.args;
    let guests = whole(&args["guests"]);
    let name = string(&args["name"]);
    let day = args["date"].as_str().unwrap_or("the next free evening");
    let place = if args["terrace"] == true {
        "on the terrace"
    } else {
        "inside"
    };
    let table = 1 + scatter(name) % 20;
    let mut text = format!(
        "Table {table} {place} for {guests}, booked for {name} on {day}.\nMenu: {}. Budget: {} euros a person.",
        string(&args["menu"]),
        args["budget"],
    );
    if let Some(note) = args["note"].as_str() {
        text.push_str("\nThe kitchen has read: ");
        text.push_str(note);
    }
    Played::text(text)
}

pub(super) fn plan_trip(call: &Call) -> Played {
    let traveller = &call.args["traveller"];
    let mut lines = vec![format!(
        "A trip for {}, who gets a seat at the {}.",
        string(&traveller["name"]),
        string(&traveller["seat"])
    )];
    let mut total = 0;
    for stop in call.args["stops"].as_array().into_iter().flatten() {
        let nights = whole(&stop["nights"]);
        total += nights;
        let visits: Vec<_> = stop["visits"]
            .as_array()
            .into_iter()
            .flatten()
            .map(string)
            .collect();
        let colon = if visits.is_empty() { "" } else { ": " };
        lines.push(format!(
            "- {}, {nights} night{}{colon}{}",
            string(&stop["city"]),
            plural(nights),
            visits.join(", ")
        ));
    }
    lines.push(format!("{total} night{} in all.", plural(total)));
    Played::text(lines.join("\n"))
}

pub(super) fn divide(call: &Call) -> Played {
    let dividend = call.args["dividend"].as_f64().unwrap_or_default();
    let divisor = call.args["divisor"].as_f64().unwrap_or_default();
    if divisor == 0.0 {
        return Played::failed("Nothing can be divided by zero. Try another divisor.");
    }
    let quotient = dividend / divisor;
    if !quotient.is_finite() {
        return Played::failed(
            "The quotient is too large for a number. Try a divisor further from zero.",
        );
    }
    Played::text(quotient.to_string())
}

pub(super) fn refuse(call: &Call) -> Played {
    let code = if call.args["kind"] == "application" {
        4242
    } else {
        INTERNAL_ERROR
    };
    let fault = Fault::new(code, "refused, as this tool always does").with_data(json!({
        "reason": "You called a tool that only exists to show an error.",
        "retry": false,
        "seeAlso": ["divide"]
    }));
    Played::at_once(Err(fault))
}

pub(super) fn weather(call: &Call) -> Played {
    let place = string(&call.args["place"]);
    let chance = scatter(place);
    let pick = |shift: u32, count: usize| (chance >> shift) as usize % count;
    let celsius = pick(8, 400) as f64 / 10.0 - 6.0;
    let sky = match SKIES[pick(4, SKIES.len())] {
        "snow" if celsius > 2.0 => "rain",
        sky => sky,
    };
    let report = json!({
        "place": place,
        "sky": sky,
        "celsius": (celsius * 10.0).round() / 10.0,
        "humidity": 30 + pick(16, 71),
        "wind": {"from": WINDS[pick(24, WINDS.len())], "metresPerSecond": pick(28, 16)}
    });
    if !call.revision.has_titles() {
        return Played::text(format!(
            "{place}: {sky}, {} degrees, humidity {} per cent, wind from {} at {} m/s.",
            report["celsius"],
            report["humidity"],
            string(&report["wind"]["from"]),
            report["wind"]["metresPerSecond"],
        ));
    }
    // The text holds the same JSON, for clients that do not read structured content.
    let mut body = text_result(&report.to_string());
    body["structuredContent"] = report;
    Played::at_once(Ok(body))
}

pub(super) fn countdown(call: &Call) -> Played {
    let steps = whole(&call.args["steps"]);
    let step = Duration::from_secs_f64(
        call.args["seconds"]
            .as_f64()
            .unwrap_or_default()
            .clamp(0.0, 60.0),
    );
    let due = |count: u64| step * count as u32;
    let mut before = Vec::new();
    if let Some(token) = &call.progress {
        for count in 1..=steps {
            let mut params = json!({"progressToken": token, "progress": count, "total": steps});
            if call.revision.has_tool_annotations() {
                params["message"] = match steps - count {
                    0 => json!("lift-off"),
                    left => json!(format!("{left} to go")),
                };
            }
            before.push((
                due(count),
                Said::Message(message::notification("notifications/progress", params)),
            ));
        }
    }
    let total = due(steps);
    let text = format!(
        "Counted {steps} step{} in {} seconds.",
        plural(steps),
        total.as_secs_f64()
    );
    Played {
        before,
        after: total,
        answer: Ok(text_result(&text)),
    }
}

pub(super) fn chatter(call: &Call) -> Played {
    let lines = whole(&call.args["lines"]);
    let mut before = Vec::new();
    let mut sent = 0;
    for (line, level) in (1..=lines).zip(Level::ALL.into_iter().cycle()) {
        before.push((
            Duration::ZERO,
            Said::Stderr(format!("chatter {line} of {lines}: said on stderr")),
        ));
        if call.log.is_some_and(|least| level >= least) {
            sent += 1;
            let params = json!({
                "level": level.as_str(),
                "logger": "chatter",
                "data": {"line": line, "of": lines, "text": format!("said at level {}", level.as_str())}
            });
            before.push((
                Duration::ZERO,
                Said::Message(message::notification("notifications/message", params)),
            ));
        }
    }
    let why = match call.log {
        Some(level) => format!("The level in force is {}.", level.as_str()),
        None => "No log level came with the request, so no notification may be sent.".to_owned(),
    };
    let text = format!(
        "Wrote {lines} line{} to stderr and sent {sent} log notification{}. {why}",
        plural(lines),
        plural(sent)
    );
    Played {
        before,
        after: Duration::ZERO,
        answer: Ok(text_result(&text)),
    }
}

/// What the tool is for that comes and goes.
pub(super) fn surprise(_: &Call) -> Played {
    Played::text("Here I am. Not for long, perhaps.")
}

pub(super) fn show_blocks(call: &Call) -> Played {
    let mut blocks = vec![
        json!({
            "type": "text",
            "text": "This is a text block. The ones below hold other things.",
            "annotations": {"audience": ["user"], "priority": 1.0}
        }),
        json!({"type": "image", "data": STANDARD.encode(resources::PICTURE), "mimeType": "image/png"}),
    ];
    if call.revision.has_tool_annotations() {
        blocks.push(
            json!({"type": "audio", "data": STANDARD.encode(tone()), "mimeType": "audio/wav"}),
        );
    }
    blocks.push(
        json!({"type": "resource", "resource": resources::embedded("demo://guide/frames.md")}),
    );
    if call.revision.has_titles() {
        blocks.push(resources::link(call.revision, "demo://notes/welcome.txt"));
    }
    Played::at_once(Ok(json!({"content": blocks})))
}

/// A WAV file: one twentieth of a second of a 400 Hz square wave, 8 bits, 8000 samples a second.
fn tone() -> Vec<u8> {
    const RATE: u32 = 8000;
    let samples: Vec<u8> = (0..RATE / 20)
        .map(|sample| if sample / 10 % 2 == 0 { 112 } else { 144 })
        .collect();
    let size = samples.len() as u32;
    let mut file = Vec::with_capacity(44 + samples.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + size).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel, then rate, bytes a second, bytes a frame, bits a sample.
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&8_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&size.to_le_bytes());
    file.extend_from_slice(&samples);
    file
}

/// The same large number for the same text, today and in every build (FNV-1a).
pub(super) fn scatter(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

pub(super) fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A whole number the schema has already bounded to small positive values; 2.0 counts.
pub(super) fn whole(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| value.as_f64().unwrap_or_default() as u64)
}

pub(super) fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
