//! Why servers come to nothing: they are not found, or do not get as far as agreeing with us.

use super::super::Kind;
use super::super::far::By;
use super::super::surroundings::is_unexpanded;
use super::words::{variable, within};
use super::{Cause, DOWNLOADS, Seen, Weight, says, seen};

/// Where servers that came to nothing show it.
const BEGIN: &[Kind] = &[Kind::FirstByte, Kind::Json, Kind::Negotiate];

/// The rows.
pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "directory-missing",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "the directory to run in is not there: {0}",
        advice: "create it or give another one; ~ and variables are not expanded there",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            Some(seen([program
                .cwd
                .as_deref()
                .filter(|_| !program.cwd_is_there)?]))
        },
    },
    Cause {
        name: "arguments-in-command",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "the program and its arguments stand in one word: {0}",
        advice: "write them apart: here without quotes around them, in a client's settings as \"command\" and \"args\"",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            let spaced = program.name.trim().contains(char::is_whitespace);
            Some(seen([
                Some(program.name.as_str()).filter(|_| spaced && program.file.is_none())?
            ]))
        },
    },
    Cause {
        name: "tilde-in-command",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "{0} is no path: only a shell expands ~ and variables, and none is between a client and its server",
        advice: "write the whole path",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            let shell = is_unexpanded(&program.name);
            Some(seen([
                Some(program.name.as_str()).filter(|_| shell && program.file.is_none())?
            ]))
        },
    },
    Cause {
        name: "not-in-path",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "{0} is installed, but not in {1}: it is {2}",
        advice: "give that whole path as the command, or put its directory into PATH; clients that are started from a desktop have a shorter PATH than a shell",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            let elsewhere = program
                .elsewhere
                .as_deref()
                .filter(|_| program.file.is_none())?;
            let path = if program.own_path {
                "the PATH that is given to it"
            } else {
                "PATH"
            };
            Some(seen([&program.name, path, elsewhere]))
        },
    },
    Cause {
        name: "no-such-file",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "there is no file {0}",
        advice: "check the path; a relative one is taken from the directory the server runs in",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            Some(seen([Some(program.name.as_str())
                .filter(|_| program.is_path && program.file.is_none())?]))
        },
    },
    Cause {
        name: "not-installed",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "there is no {0} in the {1} directories of PATH",
        advice: "install it, put its directory into PATH, or give its whole path",
        seen: |case| {
            let program = case
                .around
                .program
                .as_ref()
                .filter(|program| program.file.is_none())?;
            Some(seen([&program.name, &program.looked_in.to_string()]))
        },
    },
    Cause {
        name: "not-executable",
        at: &[Kind::Found],
        weight: Weight::Fails,
        what: "{0} may not be executed",
        advice: "make it executable (chmod +x), or start it through its interpreter",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            Some(seen([program
                .file
                .as_deref()
                .filter(|_| !program.executable)?]))
        },
    },
    Cause {
        name: "needs-terminal",
        at: BEGIN,
        weight: Weight::Fails,
        what: "{0} is told to make a terminal (-t), and frames do not pass through one unchanged",
        advice: "leave -t out, and keep -i",
        seen: |case| {
            let far = case.around.program.as_ref()?.far.as_ref()?;
            Some(seen([Some(far.tool.as_str()).filter(|_| far.terminal)?]))
        },
    },
    Cause {
        name: "stdin-not-passed",
        at: BEGIN,
        weight: Weight::Fails,
        what: "{0} does not pass stdin on to {1}, so the server sees its end at once",
        advice: "add -i",
        seen: |case| {
            let far = case.around.program.as_ref()?.far.as_ref()?;
            let place = far.place();
            Some(seen([
                Some(far.tool.as_str()).filter(|_| !far.stdin)?,
                &place,
            ]))
        },
    },
    Cause {
        name: "engine-down",
        at: BEGIN,
        weight: Weight::Fails,
        what: "the container engine cannot be reached: {0}",
        advice: "start it, and check that this user may use it",
        seen: |case| {
            says(
                case,
                &[
                    "cannot connect to the docker daemon",
                    "permission denied while trying to connect to the docker",
                    "cannot connect to podman",
                ],
            )
        },
    },
    Cause {
        name: "no-such-place",
        at: BEGIN,
        weight: Weight::Fails,
        what: "there is no such image, container or pod: {0}",
        advice: "check its name, and that it runs",
        seen: |case| {
            case.around.program.as_ref()?.far.as_ref()?;
            says(
                case,
                &[
                    "pull access denied",
                    "no such container",
                    "is not running",
                    "manifest unknown",
                    "(notfound)",
                ],
            )
        },
    },
    Cause {
        name: "far-unreachable",
        at: BEGIN,
        weight: Weight::Fails,
        what: "{0} does not reach {1}: {2}",
        advice: "check the name, and that {0} gets there by hand (VPN, port, the cluster's context)",
        seen: |case| {
            let far = case.around.program.as_ref()?.far.as_ref()?;
            let said = says(
                case,
                &[
                    "could not resolve hostname",
                    "connection refused",
                    "no route to host",
                    "connection timed out",
                    "operation timed out",
                    "unable to connect to the server",
                    "was refused - did you specify the right host or port",
                ],
            )
            .filter(|_| matches!(far.by, By::Ssh | By::Pod))?;
            let words = vec![far.tool.clone(), far.place(), said.words.concat()];
            Some(Seen { words, ..said })
        },
    },
    Cause {
        name: "far-login",
        at: BEGIN,
        weight: Weight::Fails,
        what: "the other machine does not let us in: {0}",
        advice: "log in once by hand, and let a key or an agent do it from then on: nobody can type a password here",
        seen: |case| {
            let far = case.around.program.as_ref()?.far.as_ref()?;
            says(
                case,
                &["permission denied (", "host key verification failed"],
            )
            .filter(|_| far.by == By::Ssh)
        },
    },
    Cause {
        name: "script-missing",
        at: BEGIN,
        weight: Weight::Fails,
        what: "there is no file {0}",
        advice: "check the path; a relative one is taken from the directory the server runs in, and neither ~ nor variables are expanded",
        seen: |case| Some(seen([case.around.program.as_ref()?.missing.as_deref()?])),
    },
    Cause {
        name: "module-missing",
        at: BEGIN,
        weight: Weight::Fails,
        what: "something it needs is not installed: {0}",
        advice: "install what it depends on (npm install, pip install, uv sync), or start it in its own environment",
        seen: |case| {
            says(
                case,
                &[
                    "cannot find module",
                    "cannot find package",
                    "no module named",
                    "modulenotfounderror",
                    "error while loading shared libraries",
                ],
            )
        },
    },
    Cause {
        name: "package-unknown",
        at: BEGIN,
        weight: Weight::Fails,
        what: "there is no such package: {0}",
        advice: "check its name and version",
        seen: |case| {
            says(
                case,
                &[
                    "npm error 404",
                    "npm err! 404",
                    "was not found in the package registry",
                    "no solution found when resolving",
                ],
            )
        },
    },
    Cause {
        name: "no-network",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it needs the network to start, and there is none: {0}",
        advice: "check the connection and proxies (HTTPS_PROXY), or install the package beforehand",
        seen: |case| {
            says(
                case,
                &[
                    " enotfound",
                    "eai_again",
                    "etimedout",
                    "dns error",
                    "network is unreachable",
                    "temporary failure in name resolution",
                ],
            )
        },
    },
    Cause {
        name: "variable-missing",
        at: BEGIN,
        weight: Weight::Fails,
        what: "the variable {0} is not set: {1}",
        advice: "set it: --env {0}=VALUE here, \"env\" in a client's settings; clients do not pass on all of a shell's variables",
        seen: |case| {
            let found = case
                .course
                .told()
                .find_map(|line| Some((variable(&line.text)?, line)));
            let (name, line) = found?;
            Some(Seen {
                words: vec![name.to_owned(), line.text.trim().to_owned()],
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "variable-hollow",
        at: BEGIN,
        weight: Weight::Fails,
        what: "the variable {0} has no value, or one that only stands for one",
        advice: "put the real value there",
        seen: |case| Some(seen([case.around.program.as_ref()?.hollow.first()?])),
    },
    Cause {
        name: "port-taken",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it wants a port that somebody has: {0}",
        advice: "end the one that has it (an earlier run?), or give it another port",
        seen: |case| {
            says(
                case,
                &["eaddrinuse", "address already in use", "address in use"],
            )
        },
    },
    Cause {
        name: "serves-http",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it serves HTTP, not stdin and stdout: {0}",
        advice: "start it by itself and try mcpscope doctor --url URL, or tell it to use stdio",
        seen: |case| {
            says(
                case,
                &[
                    "http://",
                    "https://",
                    "listening on port",
                    "running on port",
                ],
            )
            .filter(|seen| {
                within(
                    &seen.words[0],
                    &[
                        "listen",
                        "running on",
                        "running at",
                        "serving",
                        "started",
                        "available at",
                        "uvicorn",
                    ],
                )
            })
        },
    },
    Cause {
        name: "wants-answer",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it asks somebody at a keyboard, and nobody is there: {0}",
        advice: "npx -y does not ask; for others, answer once by hand",
        seen: |case| says(case, &["ok to proceed?", "(y/n)", "[y/n]", "password:"]),
    },
    Cause {
        name: "other-framing",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it frames messages with headers ({0}); MCP has one message a line",
        advice: "write each message on a line of its own, without headers",
        seen: |case| {
            let line = case
                .course
                .junk
                .iter()
                .find(|line| within(&line.text, &["content-length:"]))?;
            Some(Seen {
                words: vec![line.text.clone()],
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "many-lines",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it writes messages over several lines",
        advice: "write each message on one line: no indentation in what makes the JSON",
        seen: |case| {
            let line = case
                .course
                .junk
                .iter()
                .find(|line| matches!(line.text.trim(), "{" | "["))?;
            Some(Seen {
                words: Vec::new(),
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "held-back",
        at: BEGIN,
        weight: Weight::Fails,
        what: "its answers came only when it ended: it keeps what it writes in a buffer",
        advice: "flush stdout after each message (python3 -u, print(…, flush=True), fflush)",
        seen: |case| case.course.held_back.then(Seen::default),
    },
    Cause {
        name: "still-downloading",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it was still downloading when the time was up: {0}",
        advice: "--timeout 2min waits longer; install the package beforehand, for clients do not wait for ever",
        seen: |case| says(case, DOWNLOADS).filter(|_| !case.course.died()),
    },
    Cause {
        name: "unexpanded-argument",
        at: BEGIN,
        weight: Weight::Fails,
        what: "the argument {0} reaches the server as it is: only a shell expands ~ and variables",
        advice: "write the whole path or value",
        seen: |case| {
            let word = case.around.program.as_ref()?.unexpanded()?;
            // Some servers expand it themselves: then they do not name it as it was given.
            let named = case.course.told().any(|line| line.text.contains(word));
            (named || case.course.stderr.is_empty()).then(|| seen([word]))
        },
    },
    Cause {
        name: "ends-at-once",
        at: BEGIN,
        weight: Weight::Fails,
        what: "it ended by itself, without a word and without an error",
        advice: "is it an MCP server, and does it take stdio without being told? run it by itself",
        seen: |case| {
            let left = case.course.left.as_ref().filter(|_| case.course.died())?;
            let silent = case.course.stderr.is_empty() && case.course.noise == 0;
            (silent && left.code == Some(0)).then(|| Seen {
                words: Vec::new(),
                entry: Some(left.seq),
            })
        },
    },
    Cause {
        name: "ends-without-a-word",
        at: &[Kind::FirstByte, Kind::Negotiate, Kind::Lists],
        weight: Weight::Fails,
        what: "it {0}, and stderr says nothing of why",
        advice: "run it by itself with the same arguments, variables and folder: it does not say what it lacks",
        seen: |case| {
            let left = case.course.left.as_ref().filter(|_| case.course.died())?;
            let silent = case.course.told().all(|line| line.text.trim().is_empty());
            silent.then(|| Seen {
                words: vec![left.sentence()],
                entry: Some(left.seq),
            })
        },
    },
    Cause {
        name: "crashed",
        at: &[Kind::FirstByte, Kind::Json, Kind::Negotiate, Kind::Lists],
        weight: Weight::Fails,
        what: "it says last: {0}",
        advice: "run it by itself to see all it says",
        seen: |case| {
            let lines = &case.course.stderr;
            let line = lines
                .iter()
                .rev()
                .find(|line| !line.text.trim().is_empty())?;
            case.course.died().then(|| Seen {
                words: vec![line.text.trim().to_owned()],
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "may-be-downloading",
        at: &[Kind::FirstByte],
        weight: Weight::Fails,
        what: "it runs, but answers nothing: {0} may still be downloading what it starts, and says nothing of it",
        advice: "--timeout 2min waits longer; install it beforehand, for clients do not wait for ever",
        seen: |case| {
            let program = case.around.program.as_ref()?;
            let runner = program.fetches().filter(|_| !case.course.died())?;
            Some(seen([runner]))
        },
    },
    Cause {
        name: "silent",
        at: &[Kind::FirstByte],
        weight: Weight::Fails,
        what: "it runs, but answers nothing",
        advice: "is it an MCP server on stdin and stdout? --timeout DURATION waits longer",
        seen: |case| (!case.course.died()).then(Seen::default),
    },
];
