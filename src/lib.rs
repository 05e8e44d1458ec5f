//! mcpscope: a terminal-native inspector for MCP (Model Context Protocol) servers. This page is the map.
//!
//! # Bird's eye
//!
//! mcpscope starts a server, talks to it, shows everything that passes and records all of it. Whatever happens is an
//! *entry* of a *session*: a frame either way, a line of stderr, a process that exits, a decision of ours. Entries are
//! written to the session file first and acted on afterwards. Everything shown anywhere is read off one fold over
//! these entries, the [`Timeline`](session::timeline::Timeline); a live session, an opened file and a test all run
//! the same fold, so a bug report is a file, and a file can be a test.
//!
//! # Data flow
//!
//! ```text
//!                    Outgoing                     Command
//!   server <-> Link <-------- inspector::Engine <---------- cli, or tui's effects
//!   (process,  |   LinkEvent   |   |      ^ sans-io
//!    address)  |               |   |      |
//!              +-------------->|   |      +-- mcp::client (ids, eras, paging, time limits)
//!                              v   |
//!                   recorder (write returns)          Update::Recorded, Sent, Finished …
//!                              |   +------------------------------> Timeline::push (the fold)
//!                              v                                        |
//!                       session.jsonl ---- recording::load -----------> | (an opened file)
//!                              ^                                        v
//!                              +------ recording::Bodies::read ---- cli output, tui panes
//! ```
//!
//! The screen is one loop over four nouns: an [`Event`](tui::event::Event) happened; an
//! [`Action`](tui::action::Action) is what a person wants, bound to keys in one table; an
//! [`Effect`](tui::effect::Effect) is work for outside, plain data that tests compare; an
//! [`Entry`](session::Entry) is one recorded line. `tui::update` alone changes the model.
//!
//! # Layers
//!
//! A file uses only what stands above its own line (`tests/it/architecture.rs` holds us to it):
//!
//! ```text
//! values     json, text          lossless JSON, text made safe for terminals
//!            pack                values to compact bytes and back, for what we keep for ourselves
//!            query               jq filters over JSON (only with the screen)
//!            jsonrpc             envelopes, read leniently
//!            sse                 event streams, read incrementally
//!            note                bodies of our own entries: spawned, verdict, timeout, HTTP steps …
//!            form                argument forms: JSON Schema -> value tree -> arguments
//!            validity            full JSON Schema validation, in words at the member
//!            mcp                 revisions, METHODS, facts of messages, typed views, the sans-io client, and what
//!                                HTTP and its authorization demand of one (mcp::http, mcp::auth, sans-io too)
//!            session             entry, file format, levels, the fold
//!            mask                what is never written down, and what stands there instead
//!            probe               PROBES: what a server is sent only to see what it makes of it
//!            lint                RULES over a session: what is wrong with a server, or its client
//!            doctor              STEPS on the way to a server, and the causes of why one fails
//!            filter              the language that rows are chosen with, and which rows it chooses
//!            snippet             what reproduces a request: command lines, programs, settings, reports
//!            export              sessions in the formats of others: HAR, HTML, OTLP, Markdown, JUnit
//!            logbook             lines of the logs that clients keep of their servers
//!            import              recordings of other tools as sessions: mcpsnoop, mcp-rec, mcporter, HAR, logs of clients
//!            diff                what differs between two documents, two calls, two catalogues
//!            bench               a load on a server: what is sent when, and what came of it
//!            replay              a recording as a client that sends everything again: the plan, and going through it
//!            script              a recording as scenes that can be played again, and who plays them
//!            demo                the demo server
//! the world  transport           links: child processes (stdio), addresses (http), memory
//!            listen              an HTTP listener that knows nothing of MCP
//!            paths               where files go
//!            recorder, recording the two ends of a session file: reading it in order, on while it is written, out of a
//!                                pipe, and by the index beside it (sessions/FORMAT.md describes the file)
//!            config, logging     settings, our own log
//!            exporting           exports on their way to a file or a collector
//!            history             runs with their arguments; what a server is; files several of us write
//!            library             the sessions somebody has: names, tags, marks, limits, the trash
//!            presets, drafts     arguments as files of the user's; what is being typed
//!            ignores             what comparisons ignore, and what lint does, as files of the user's
//!            kept                what the screen keeps in the user's settings
//!            chips               filters with a name
//!            unfinished          tasks that had not ended
//!            configs             the servers that clients have in their settings; what was agreed to be run
//!            watch               files that match patterns: what changed, once it is quiet
//!            clientlogs, tail    the logs that clients keep of their servers, and files that others write, read on (such
//!                                a log as a session that grows)
//!            surroundings        what is around a server: its command in PATH, the way to its address
//!            inspector           the engine that drives clients over links and records
//!            replaying           recordings sent again: read, compared with what came of it, accepted as baseline
//!            serve               a recording as a server, on stdin and stdout or on an address
//!            tap                 between a client and its server, or its address: passes bytes on, records what
//!                                passes, breaks what rules say, holds what somebody wants to see first
//! front ends cli | tui           never mention each other; main.rs picks one
//! inside tui theme, widgets -> highlight -> payload -> action, keymap, outside, event, effect, deeds, examined, pace -> pane -> panes, overlays, replay -> model -> update, view -> runtime -> tui.rs
//! ```
//!
//! # Invariants
//!
//! * Values know no tokio, no clock, no file and no terminal. The library builds without the feature `tui`, which
//!   alone pulls terminal crates.
//! * A frame is recorded before it is interpreted or passed on; but for those of a load, of which a note tells how many
//!   there were (`inspector/load.rs`). Nothing is mended, dropped or reordered, but by the rules somebody gives a tap,
//!   whose every deed is a note with the original beside it; what is no JSON-RPC is an entry like any other.
//! * Probes are sent on connections of their own, after somebody agreed to the list, and call no tool that does not say
//!   it only reads unless that was said too.
//! * What a server asks is answered by a person or a policy, never by itself; every answer of a policy is a note. A
//!   call that waits for a person does not run out of time, and is sent again with the server's state byte for byte.
//! * No line of a session file stops its reading: what is no entry is a row of its own and is counted. The index beside
//!   a file is a copy of the fold, read only by the build that wrote it, and not when anything about it is odd.
//! * Bodies are not resident. The fold keeps well under 200 bytes an entry; bodies are read back from the file.
//! * The drawing thread reads no file and parses no frame over 64 KiB; documents are built on worker threads. Two
//!   threads have a runtime, each with one thread: the engine's (links, recording) and the screen's; headless verbs run
//!   the engine on their own. Whatever else is slow is a blocking effect.
//! * Rules of lint look at every entry once, on a thread of their own that reads it back; the screen shows what came of
//!   it so far and says how far that is.
//! * Arguments are checked on a thread of their own, the newest only; what is kept of them is written by another.
//! * Nothing ticks. Without news nothing is computed and nothing is written to the terminal; only a pending call
//!   counts, once a second, be it ours or that of a tap that runs.
//! * The terminal is asked nothing: what it can do is told by its name, the system and the settings. Pictures are
//!   decoded on worker threads within limits of size and memory, and are the only bytes of servers that are.
//! * Server text never reaches a terminal raw: [`text::sanitize`] stands in between, for screen, stdout and stderr.
//! * No value of a variable or header passed to a server that [`mask`] takes for a secret is recorded, logged or part
//!   of an error, whoever repeats it. The recorder masks every entry on its way in; headers and bodies of logins are
//!   replaced by stand-ins ([`mcp::stand_in`]) before they become a note, and the recorder names these. Of addresses the
//!   telling parameters and the password are masked. What is exported or imported is masked once more, by the rules of
//!   the settings. Tokens and registered clients stand in one file, `logins.json`, or in the keychain, and nowhere else
//!   (`inspector::logins`). What masks hide is in memory only, and goes to no server that does not know it.
//! * Over HTTP a frame names the exchange it came with (`http` of its entry), an exchange the frame it carries; what
//!   a frame answers is decided once, by `mcp::http`, and stands in the entry where the frame itself does not say.
//! * What is known of a server's era from before is said with its date whenever it is counted on; a server known as
//!   modern is never taken for an older one without a word (`mcp/client/known.rs`). Headless verbs count on nothing, and
//!   declare nothing that `--answers` or `--answer` has no answer for.
//! * A frame typed by a person goes out as it is, recorded and said to be theirs; nothing else leaves us unread.
//! * No process outlives us: every way out goes through the shutdown ladder or `kill_everything`.
//!
//! # Where to add what
//!
//! | add | edit |
//! |---|---|
//! | a key or an action | one row in `tui/action.rs`, its arm in the pane; help, palette, hints and README follow |
//! | a way to look at a body | one row in `tui/payload.rs`'s PAYLOAD_VIEWS |
//! | a kind of content block | `tui/payload/block.rs`; what is behind it in `tui/widgets/part.rs` |
//! | a way to draw pictures | a [`Way`](tui::widgets::picture::Way), its choice there, its cells in `tui/widgets/picture/decode.rs` |
//! | a protocol method | one row in `mcp/method.rs`, what it looks like in `mcp/shape/messages.shapes` |
//! | a kind of question servers ask | [`AskKind`](mcp::asked::AskKind), its replies beside it; who answers is a [`Policy`](mcp::asked::Policy) |
//! | a revision | `mcp/revision.rs`, and the predicates there |
//! | something to record | a variant in `note.rs` |
//! | what the log of actions (`@`) says of an effect | its arm in `tui/update/deeds/telling.rs` |
//! | what the fold derives | `session/timeline/`; what is resident derives serde for the index, which [`pack`] writes |
//! | a number of the file format | [`FORMAT`](session::FORMAT), the step in `session/codec.rs`, a file in `tests/formats/`, `sessions/FORMAT.md` |
//! | a recording that comes with mcpscope | a file in `sessions/`, its row in `sessions/README.md` |
//! | what people add to a session | a member of [`Meta`](library::Meta) |
//! | a figure of a session | [`Summary`](library::Summary) |
//! | a key of the filter language | one row in `filter/key.rs`, what it asks in `filter/row.rs`, of sessions in `library/choosing.rs` |
//! | what is ignored when documents are compared | one row in `diff/rules.rs`, its looks in `diff/shapes.rs` |
//! | a form to copy a request in | a file in `snippet/`, its row in SNIPPETS |
//! | a scenario of the conformance suite | one row in `cli/conformance/scenario.rs`; what cannot pass, with its reason, in `tests/conformance/` |
//! | an obligation of the protocol | a test named after it in `tests/it/obligations/` |
//! | a client whose logs are found | one row in `clientlogs.rs`'s LOGS; the shape of its lines in `logbook.rs` |
//! | a recording of another tool | a file in `import/`, its row in IMPORTS, a file the tool wrote in `tests/import/` |
//! | a format sessions are exported in | a file in `export/`, its row in FORMATS |
//! | a figure of a load | `bench/figures.rs`, its words in `cli/bench/report.rs` |
//! | a headless verb | a file in `cli/`; its row in `cli/live.rs` when it works on a connection (then the shell has it too), else in `cli.rs` |
//! | a word that has a colour in what is printed | one row in `cli/tone.rs` |
//! | a policy of answers without a person | `cli/asked.rs`, for files of them `cli/asked/file.rs` |
//! | what is done with a session on the screen | `tui/panes/sessions.rs`, its work in [`Shelving`](tui::effect::Shelving) |
//! | a way through a recording | a row in `tui/action.rs`, its arm in `tui/update/replay.rs` |
//! | how a server words a refusal of arguments | one row in `form/refusal.rs` |
//! | what is said of a broken schema keyword | `validity/words.rs` |
//! | a setting | `config.rs` and `config/default.toml` |
//! | a client whose settings are read | one row in `configs/client.rs`, a file in `tests/configs/` |
//! | a shape in which pieces of settings are pasted | `configs/pasted.rs`; what a command line puts on top of settings, `configs/over.rs` |
//! | what a tap in a client's settings looks like | `configs/tapped.rs`, its bytes in `configs/edit/between.rs` |
//! | a sub-tab of the Inbox | a [`Section`](tui::panes::inbox::Section) in `tui/panes/inbox/`, its place in `Tab` |
//! | how a kind of question is answered on the screen | `tui/payload/question.rs`, `tui/panes/inbox/waiting/answer.rs` |
//! | what a piece of code looks like | a role in `tui/theme.rs`, its scopes in `tui/highlight/code.rs` |
//! | a theme | a file in `themes/`, its line in `tui/theme.rs` |
//! | how a request finds what is played for it | [`Matching`](script::Matching), its way in `script/finding.rs` |
//! | something recorded servers do | [`Does`](script::Does), where it is read in `script/reading.rs`, played in `script/run.rs` |
//! | what a tap does to bytes | `tap/pump.rs`; over HTTP `tap/http.rs`, what is recorded of it `tap/http/exchange.rs` |
//! | a fault on purpose | one row in `tap/faults.rs`, its arms in `tap/pump/ruled.rs` and `tap/http/gate.rs` |
//! | something a tap that runs can be told | a [`Command`](tap::control::words::Command), its arm in `tap/desk/orders.rs`, its word in `cli/tap/control.rs` |
//! | what is done with frames that are held on the screen | a row in `tui/action.rs`, its arm in `tui/panes/held.rs` |
//! | a transport | a file in `transport/` that makes a [`Link`](transport::Link), a variant of [`Target`](transport::Target) |
//! | a cause that doctor knows | a row below `doctor/causes/`; what it is told from: `doctor/course.rs`, `surroundings.rs`; its fault in `tests/it/cli/doctor.rs` |
//! | a probe | a row in `probe.rs`, its script below; the rules that judge it, in `lint/rules/probed.rs` and below |
//! | a rule of lint | a row in a group of `lint/rules/`, its fault in `tests/it/lint.rs`, which its example is made of (`UPDATE_EXAMPLES=1`); of a client in `lint/rules/clients/` |
//! | a question of lint's report, a way to write it | QUESTIONS and FORMS in `lint/report.rs`, a file beside it |
//! | a header that is a secret | `mcp/http/headers.rs` |
//! | what of a recording is sent again | `replay/plan.rs`; what is carried over from new results, `replay/carry.rs` |
//! | a reason to mask something | a row in `mask.rs`'s RULES, where it is found in `mask/masker.rs` |
//! | a name that tells of a secret, a variable that is none | `mask/rules.rs`; of an argument of a command line `mask/given.rs` |
//! | a kind of key that is known by its looks | one row in `mask/shapes.rs` |
//! | what can be filled in for a request by hand | `mcp/hand.rs` |
//! | a list of the traffic | `tui/panes/traffic/subs.rs` |
//! | a column of the traffic | `tui/panes/traffic/columns.rs`, its cell in `draw.rs` there, its name in `config.rs` |
//! | an order of the traffic | `tui/panes/traffic/sorted.rs` |
//! | what stands on the time line | `tui/panes/traffic/waterfall/chart.rs`, its lane in `lanes.rs` there |
//! | a decision about eras or limits | a variant in `note/decided.rs` |
//! | a rule of logging in | `mcp/auth/flow/`, its transcript in `mcp/auth/tests/` |
//! | a parameter or member of OAuth that is a secret | `mcp/auth/secret.rs` |

pub mod bench;
pub mod chips;
pub mod cli;
pub mod clientlogs;
pub mod config;
pub mod configs;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod drafts;
pub mod export;
pub mod exporting;
pub mod filter;
pub mod form;
pub mod history;
pub mod ignores;
pub mod import;
pub mod inspector;
pub mod json;
pub mod jsonrpc;
pub mod kept;
pub mod library;
pub mod lint;
pub mod listen;
pub mod logbook;
pub mod logging;
pub mod mask;
pub mod mcp;
pub mod note;
pub mod pack;
pub mod paths;
pub mod presets;
pub mod probe;
#[cfg(feature = "tui")]
pub mod query;
pub mod recorder;
pub mod recording;
pub mod replay;
pub mod replaying;
pub mod script;
pub mod serve;
pub mod session;
pub mod snippet;
pub mod sse;
pub mod surroundings;
pub mod tail;
pub mod tap;
pub mod text;
pub mod transport;
#[cfg(feature = "tui")]
pub mod tui;
pub mod unfinished;
pub mod validity;
pub mod watch;
