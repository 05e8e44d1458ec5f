//! The end of a child process, and what it shows of the address it listens on.

use std::collections::HashMap;

use crate::lint::rule::{Check, Grade, Rule, Watch};
use crate::lint::seen::{Seen, Told};
use crate::mcp::revision::Revision::V2026_07_28;
use crate::note::{LEFT_BEHIND, Note};
use crate::session::Channel;

/// A server that ends later than this after its stdin was closed keeps people waiting, in microseconds.
const SLOW_US: u64 = 1_000_000;
/// One that runs on for so long does not mind it at all.
const DEAF_US: u64 = 2_000_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "ends-with-its-stdin",
        checks: &[50],
        grade: Grade::WARNING,
        until: V2026_07_28,
        section: "basic/lifecycle Shutdown",
        what: "A server ends when its stdin is closed.",
        why: "It stays behind when its client crashes, and every start leaves another one.",
        fix: "End the process when reading stdin comes to its end; stop timers and close connections there.",
        lines: &[
            (
                "TypeScript",
                "process.stdin.on(\"end\", () => process.exit(0))",
            ),
            ("Go", "if err == io.EOF { return nil }"),
        ],
        check: Check::Watch(|| Box::new(Ladder::of(Step::Stdin))),
        ..Rule::ROW
    },
    Rule {
        name: "ends-when-told",
        grade: Grade::WARNING,
        what: "A server ends when it is told to (SIGTERM).",
        why: "It has to be killed, and cannot save what it holds.",
        fix: "Do not catch the signal, or end the process in its handler.",
        check: Check::Watch(|| Box::new(Ladder::of(Step::Term))),
        ..Rule::ROW
    },
    Rule {
        name: "ends-soon",
        grade: Grade::NOTE,
        what: "A server ends within a second after its stdin was closed, and before somebody has to tell it.",
        why: "Clients wait for it when they are closed or restart it, or terminate it.",
        fix: "Close connections and caches without waiting for them.",
        check: Check::Watch(|| Box::new(Ladder::of(Step::Soon))),
        ..Rule::ROW
    },
    Rule {
        name: "leaves-nothing-behind",
        grade: Grade::WARNING,
        what: "What a server starts ends with it.",
        why: "Processes pile up, and keep ports and files.",
        fix: "End children in the handler of the end; a package runner that does not pass signals on is best left out.",
        check: Check::Watch(|| Box::new(Ladder::of(Step::Family))),
        ..Rule::ROW
    },
    Rule {
        name: "listens-at-home",
        checks: &[65],
        grade: Grade::WARNING,
        section: "basic/transports Security Warning",
        what: "A local server listens on 127.0.0.1, not on all addresses.",
        why: "Everybody in the network can use it, and so can web pages.",
        fix: "Bind to 127.0.0.1.",
        lines: &[
            ("Python", "mcp.run(transport=\"http\", host=\"127.0.0.1\")"),
            ("TypeScript", "app.listen(port, \"127.0.0.1\")"),
            ("Go", "http.ListenAndServe(\"127.0.0.1:8080\", handler)"),
        ],
        check: Check::Entry(at_home),
        ..Rule::ROW
    },
];

/// What of the ladder a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Whether it had to be told, though its stdin was closed.
    Stdin,
    /// Whether it had to be killed, though it was told.
    Term,
    /// How long it took.
    Soon,
    /// Whether anything was killed after it.
    Family,
}

/// Where processes stand on the way out.
struct Ladder {
    looks: Step,
    /// By connection.
    at: HashMap<u32, Way>,
}

/// When its stdin was closed, whether it was told to end, and whether it left others behind.
#[derive(Default)]
struct Way {
    closed: Option<u64>,
    told: bool,
    left: bool,
}

impl Ladder {
    fn of(looks: Step) -> Self {
        Self {
            looks,
            at: HashMap::new(),
        }
    }
}

impl Watch for Ladder {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let Some(note) = seen.note() else { return };
        let us = seen.entry.us;
        let way = self.at.entry(seen.entry.conn).or_default();
        match note {
            Note::Spawn { .. } => *way = Way::default(),
            Note::Step { step } => {
                let looks = self.looks;
                match step.as_str() {
                    "stdin closed" => way.closed = way.closed.or(Some(us)),
                    "terminate" => {
                        let closed = way.closed.filter(|_| !way.left);
                        let after = closed.map(|closed| us.saturating_sub(closed));
                        match (looks, after) {
                            (Step::Stdin, Some(after)) if after >= DEAF_US => {
                                told.wrong("", waited(after));
                            }
                            (Step::Soon, Some(after)) => told.wrong("", waited(after)),
                            _ => {}
                        }
                        way.told = true;
                    }
                    "kill" if looks == Step::Term && way.told && !way.left => {
                        told.wrong("", "it was told to end, and had to be killed");
                    }
                    _ => {}
                }
            }
            // The server itself is gone by then: what is told to end after it are others.
            Note::Remark { what } if what == LEFT_BEHIND => {
                way.left = true;
                if self.looks == Step::Family {
                    told.wrong("", "it ended, and left processes that had to be ended too");
                }
            }
            Note::Exit { .. } => {
                let Some(closed) = way.closed else { return };
                match self.looks {
                    Step::Soon if !way.told && !way.left => {
                        let took = us.saturating_sub(closed);
                        told.demand(took <= SLOW_US, "", || {
                            format!("it ended {} ms after its stdin was closed", took / 1000)
                        });
                    }
                    Step::Stdin if !way.told || way.left => told.looked(),
                    Step::Family => told.looked(),
                    Step::Term if way.told && !way.left => told.looked(),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn waited(us: u64) -> String {
    format!(
        "it had not ended {} ms after its stdin was closed, and was terminated",
        us / 1000
    )
}

/// How addresses of all networks are written in logs.
const EVERYWHERE: &[&str] = &["0.0.0.0", "[::]:", "http://:::", "on :::"];

fn at_home(seen: &Seen<'_>, told: &mut Told) {
    if let Some(Note::Address {
        url, everywhere, ..
    }) = seen.note()
    {
        // An address of this machine only says how it was reached; where else it listens, the system knows.
        if let Some(everywhere) = everywhere {
            told.demand(!everywhere, "", || {
                format!("what listens at {url} listens on all addresses of this machine")
            });
        } else if EVERYWHERE.iter().any(|text| url.contains(text)) {
            told.wrong("", format!("its address is {url}"));
        }
        return;
    }
    if seen.entry.channel != Channel::Stderr {
        return;
    }
    let text = seen.entry.text();
    let lower = text.to_ascii_lowercase();
    // A line that names an address and says what is done there.
    let listens = [
        "listen",
        "running on",
        "started",
        "serving",
        "bound",
        "bind",
    ];
    if EVERYWHERE.iter().any(|address| lower.contains(address))
        && listens.iter().any(|word| lower.contains(word))
    {
        told.wrong("", "stderr says that it listens on all addresses");
    } else if lower.contains("127.0.0.1") || lower.contains("localhost") {
        told.looked();
    }
}
