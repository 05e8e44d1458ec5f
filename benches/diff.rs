//! What it costs to compare two results of 100 MB: nothing differs, little does, every item does; and the same laid out in
//! other words, which is what it takes at most: every value is looked at. Against reading both as JSON, which nobody can
//! do without. Prints figures and judges none of them.

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use mcpscope::diff::{Diff, Options, Part, diff};
use mcpscope::json::{self, Value};

mod figures;
mod memory;

use figures::{figure, heading};
use memory::{memory, mib};

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    compare(if quick { 10 << 20 } else { 100 << 20 });
    ExitCode::SUCCESS
}

/// A result of about so many bytes: a list of things with names, and numbers, texts and lists in them. `text` says what
/// the text of a thing is.
fn result(size: usize, text: impl Fn(usize) -> String) -> Vec<u8> {
    let mut body = String::with_capacity(size + 1_024);
    body.push_str("{\"structuredContent\":{\"items\":[");
    let mut number = 0;
    while body.len() < size {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            body,
            "{comma}{{\"name\":\"thing-{number}\",\"size\":{},\"tags\":[\"a\",\"b{}\"],\"open\":{},\"text\":\"{}\"}}",
            number * 7 % 1_000,
            number % 13,
            number % 2 == 0,
            text(number)
        );
        number += 1;
    }
    body.push_str("]},\"content\":[],\"isError\":false}");
    body.into_bytes()
}

/// The text of a thing, about a hundred bytes.
fn plain(number: usize) -> String {
    format!(
        "{number:08} the quick brown fox jumps over the lazy dog, and the lazy dog goes on to sleep until noon"
    )
}

fn seconds(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

fn compare(size: usize) {
    let a = Part::from(result(size, plain));
    heading(&format!("two results of {}", mib(a.bytes().len() as u64)));
    let checked = seconds(|| {
        for part in [&a, &a] {
            assert!(black_box(json::check(part.bytes())).is_ok());
        }
    });
    figure(
        "both read as JSON, nothing kept",
        &format!("{:.0} ms", checked * 1e3),
    );
    let parsed = seconds(|| {
        for part in [&a, &a] {
            drop(black_box(Value::parse(part.bytes())));
        }
    });
    figure(
        "both read into values",
        &format!("{:.0} ms, {:.1}x", parsed * 1e3, parsed / checked),
    );
    let few = |number: usize| {
        if number.is_multiple_of(50_000) {
            "another".to_owned()
        } else {
            plain(number)
        }
    };
    let others: [(&str, Vec<u8>); 5] = [
        ("the same bytes", result(size, plain)),
        ("a thing in 50,000 has another text", result(size, few)),
        (
            "every thing has another text",
            result(size, |number| plain(number).replace("fox", "cat")),
        ),
        ("the same, laid out with spaces", spaced(a.bytes())),
        ("the things in reverse", reversed(&a)),
    ];
    let pid = std::process::id().to_string();
    for (what, other) in others {
        let b = Part::from(other);
        let before = memory(&pid, "VmRSS").unwrap_or_default();
        let mut found = Diff::default();
        let took = seconds(|| found = diff(&a, &b, &Options::default()));
        let more = memory(&pid, "VmRSS")
            .unwrap_or_default()
            .saturating_sub(before);
        figure(
            what,
            &format!(
                "{:.0} ms, {:.1}x, {} found, {} more in memory",
                took * 1e3,
                took / checked,
                found.counts.differences(),
                mib(more)
            ),
        );
    }
}

/// A space behind each comma between values; those in texts stay, for each has one already.
fn spaced(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    text.replace(",\"", ", \"").into_bytes()
}

fn reversed(body: &Part) -> Vec<u8> {
    let items = json::get(body.bytes(), &["structuredContent", "items"]).unwrap_or_default();
    let mut all: Vec<&[u8]> = json::elements(items).collect();
    all.reverse();
    let head = b"{\"structuredContent\":{\"items\":[".as_slice();
    let tail = b"]},\"content\":[],\"isError\":false}".as_slice();
    [head, &all.join(&b','), tail].concat()
}
