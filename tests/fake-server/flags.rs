//! The flags of the fake server: one table that parses them and that `--help` prints.
//! Never acts on a flag; whoever misbehaves asks for it.

use std::fmt::Write as _;
use std::str::FromStr;

/// A flag: its name, what its value is called (empty for a switch), and what it does.
pub struct Flag(pub &'static str, pub &'static str, pub &'static str);

/// Where METHOD stands, a method is meant, or `tools/call:NAME` for one tool, or `*` for all.
pub const FLAGS: &[Flag] = &[
    Flag("--help", "", "print this list and exit"),
    // who it is
    Flag(
        "--revision",
        "X",
        "answer initialize with X, whatever was asked (2025-06-18)",
    ),
    Flag("--modern", "", "speak 2026-07-28 only"),
    Flag("--dual", "", "speak both eras in one process"),
    Flag(
        "--dual-pinned",
        "",
        "both eras, but after a successful discover initialize gets -32022",
    ),
    Flag(
        "--capabilities",
        "JSON",
        "advertise these instead of tools, resources, prompts and logging",
    ),
    Flag("--name", "TEXT", "serverInfo.name"),
    Flag(
        "--instructions",
        "TEXT",
        "instructions of initialize and discover",
    ),
    // the probe
    Flag(
        "--exit-on-probe",
        "",
        "exit (--exit, --signal) on any request before initialize",
    ),
    Flag("--silent-probe", "", "never answer server/discover"),
    Flag(
        "--probe-late",
        "MS",
        "answer discover MS later, refuse initialize after that with -32022",
    ),
    Flag(
        "--probe-after-initialize",
        "",
        "as --probe-late, but exactly when initialize has arrived",
    ),
    Flag(
        "--probe-error",
        "CODE",
        "the error code a legacy server answers discover with (-32601)",
    ),
    Flag(
        "--probe-stderr",
        "N",
        "write N lines to stderr when discover arrives",
    ),
    Flag(
        "--discover-versions",
        "A,B",
        "supportedVersions of the discover result",
    ),
    Flag(
        "--refuse-version",
        "A,B",
        "answer discover with -32022 that supports these, every time",
    ),
    Flag(
        "--refuse-version-once",
        "A,B",
        "the same, the first time only",
    ),
    // starting and noise
    Flag(
        "--slow-start",
        "MS",
        "wait before reading or writing anything",
    ),
    Flag(
        "--stderr",
        "TEXT",
        "write a line to stderr at the start (repeatable)",
    ),
    Flag(
        "--stderr-flood",
        "N",
        "write N numbered lines to stderr at the start",
    ),
    Flag(
        "--stderr-partial",
        "TEXT",
        "write TEXT to stderr at the start, without a newline",
    ),
    Flag(
        "--print-env",
        "NAME",
        "write NAME=value to stderr at the start (repeatable)",
    ),
    Flag(
        "--junk-first",
        "TEXT",
        "write a line that is no JSON to stdout at the start (repeatable)",
    ),
    Flag(
        "--junk-every",
        "N",
        "write such a line before every Nth frame",
    ),
    Flag(
        "--bad-utf8",
        "",
        "a line that is not UTF-8 on both streams, and a tool bad-utf8",
    ),
    Flag(
        "--received",
        "FILE",
        "append every byte read from stdin to FILE",
    ),
    // dying
    Flag(
        "--crash-on",
        "METHOD",
        "die when METHOD arrives (repeatable)",
    ),
    Flag(
        "--crash-after",
        "METHOD",
        "die when METHOD was answered (repeatable)",
    ),
    Flag("--crash-at", "N", "die when so many requests were answered"),
    Flag("--partial-on", "METHOD", "write half of the answer and die"),
    Flag("--exit", "N", "the exit code to die with (1)"),
    Flag(
        "--signal",
        "NAME",
        "the signal to die of instead: ABRT, KILL, SEGV, TERM",
    ),
    Flag(
        "--last-words",
        "TEXT",
        "write a line to stderr just before dying",
    ),
    // frames
    Flag("--split-writes", "", "flush every frame in small pieces"),
    Flag("--crlf", "", "end frames with CR LF"),
    Flag("--pad", "", "put blanks and tabs around frames"),
    Flag(
        "--batch",
        "",
        "send every answer in an array, behind a notification",
    ),
    // answers
    Flag("--hang-on", "METHOD", "never answer METHOD (repeatable)"),
    Flag(
        "--delay-on",
        "METHOD",
        "answer METHOD after --delay (repeatable)",
    ),
    Flag(
        "--wrong-id",
        "METHOD",
        "answer METHOD with an id nobody asked with",
    ),
    Flag(
        "--string-id",
        "METHOD",
        "answer METHOD with the id as the other JSON type",
    ),
    Flag("--duplicate-response", "METHOD", "answer METHOD twice"),
    Flag(
        "--null-id-error",
        "METHOD",
        "answer METHOD with an error whose id is null",
    ),
    Flag(
        "--no-id-error",
        "METHOD",
        "answer METHOD with an error without an id",
    ),
    Flag(
        "--deny-list",
        "METHOD",
        "answer METHOD with -32601 though it is advertised (repeatable)",
    ),
    Flag(
        "--no-result-type",
        "",
        "leave resultType out of modern results",
    ),
    // asking
    Flag(
        "--ask-same-id",
        "",
        "during tools/call ask ping and roots/list with ids of the client's, answer after",
    ),
    Flag(
        "--ask-on-shutdown",
        "",
        "send a ping when stdin ends; a tool finish that asks ping, then exits",
    ),
    // catalogue
    Flag("--tools", "N", "list N more tools"),
    Flag("--pages", "N", "give every list in N pages"),
    Flag("--page-loop", "", "every page names the same next cursor"),
    Flag("--page-endless", "", "every page names a new next cursor"),
    Flag(
        "--list-changed",
        "N",
        "send N list_changed notifications right after initialized",
    ),
    Flag(
        "--wild",
        "",
        "escapes, bidi and zero-width characters in names, descriptions and results",
    ),
    Flag("--schema-zoo", "", "list tools with odd input schemas"),
    Flag(
        "--echo-args",
        "",
        "echo returns its arguments as the very bytes received",
    ),
    // volume
    Flag(
        "--huge",
        "BYTES",
        "a tool huge whose answer is one line of BYTES bytes",
    ),
    Flag(
        "--rows",
        "N",
        "a tool rows whose answer is an array of N objects of about 100 bytes",
    ),
    Flag(
        "--flood",
        "N",
        "a tool flood that sends N log notifications before its answer",
    ),
    Flag(
        "--deep",
        "N",
        "a tool deep whose structured content is nested N levels",
    ),
    Flag(
        "--progress",
        "N",
        "how many steps the tool slow reports (5)",
    ),
    Flag("--delay", "MS", "how long one of those steps takes (20)"),
    Flag(
        "--ignore-cancel",
        "",
        "the tool slow answers although it was cancelled",
    ),
    // not leaving
    Flag(
        "--ignore-eof",
        "",
        "keep running when stdin ends (for five minutes)",
    ),
    Flag("--ignore-term", "", "ignore SIGTERM, grandchildren too"),
    Flag(
        "--fork",
        "",
        "leave a grandchild that holds stdout open and ignores EOF; its pid on stderr",
    ),
    Flag("--be-grandchild", "", "be that grandchild"),
];

/// The flags given, in order.
#[derive(Debug, Default, Clone)]
pub struct Options(Vec<(&'static str, String)>);

impl Options {
    /// Reads the command line, or says what is wrong with it.
    pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut given = Vec::new();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let Flag(name, value, _) = FLAGS
                .iter()
                .find(|flag| flag.0 == arg)
                .ok_or_else(|| format!("no such flag: {arg}"))?;
            let value = if value.is_empty() {
                String::new()
            } else {
                args.next().ok_or_else(|| format!("{name} needs {value}"))?
            };
            given.push((*name, value));
        }
        Ok(Self(given))
    }

    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    pub fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        debug_assert!(
            FLAGS.iter().any(|flag| flag.0 == name),
            "{name} is not in the table"
        );
        self.0
            .iter()
            .filter(move |(given, _)| *given == name)
            .map(|(_, value)| value.as_str())
    }

    /// The last value given for `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values(name).last()
    }

    /// The last value as a number; one that is none ends the process, as a test's mistake should.
    pub fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        let text = self.value(name)?;
        match text.parse() {
            Ok(number) => Some(number),
            Err(_) => crate::usage(&format!("{name} needs a number, not {text:?}")),
        }
    }

    /// Whether one of the METHOD values of `name` means this request.
    pub fn names(&self, name: &str, method: &str, tool: Option<&str>) -> bool {
        self.values(name).any(|value| {
            value == "*"
                || value == method
                || value
                    .strip_prefix(method)
                    .and_then(|rest| rest.strip_prefix(':'))
                    .is_some_and(|rest| Some(rest) == tool)
        })
    }
}

/// What `--help` prints.
pub fn help() -> String {
    let mut text =
        String::from("fake-mcp-server: an MCP server on stdio that misbehaves as told\n\n");
    for Flag(name, value, about) in FLAGS {
        let head = format!("{name} {value}");
        let _ = writeln!(text, "  {head:<28} {about}");
    }
    text.push_str("\nMETHOD is a method, tools/call:NAME for one tool, or * for all.\n");
    text
}
