//! What is wrong with servers that work, or is worth knowing of them.

use super::super::Kind;
use super::super::far::End;
use super::words::within;
use super::{Cause, DOWNLOADS, Seen, Weight, seconds, seen};
use crate::mcp::types::List;
use crate::session::timeline::Listed;

/// The rows.
pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "downloads-first",
        at: &[Kind::FirstByte],
        weight: Weight::Remark,
        what: "it downloaded something before it started: {0}",
        advice: "install it once (npm install -g, uv tool install, docker pull): clients give up after a limit of their own",
        seen: |case| {
            let course = &case.course;
            seconds(course.spawned, course.first, 1)?;
            let before = |us: u64| course.first.is_some_and(|first| us <= first);
            let line = course
                .stderr
                .iter()
                .find(|line| before(line.us) && within(&line.text, DOWNLOADS))?;
            Some(Seen {
                words: vec![line.text.trim().to_owned()],
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "slow-runner",
        at: &[Kind::FirstByte],
        weight: Weight::Remark,
        what: "it takes long to start: {0} looks for what it starts on the network, and downloads it where it is new",
        advice: "install it once and start that: clients give up after 10 s or less",
        seen: |case| {
            seconds(case.course.spawned, case.course.first, 5)?;
            Some(seen([case.around.program.as_ref()?.fetches()?]))
        },
    },
    Cause {
        name: "slow-start",
        at: &[Kind::FirstByte],
        weight: Weight::Remark,
        what: "it takes long to start",
        advice: "some clients give up after 10 s or less: load what is big after the handshake",
        seen: |case| {
            let program = case.around.program.as_ref();
            seconds(case.course.spawned, case.course.first, 5)
                .filter(|_| program.is_none_or(|program| program.fetches().is_none()))
                .map(|_| Seen::default())
        },
    },
    Cause {
        name: "noise-on-stdout",
        at: &[Kind::Json],
        weight: Weight::Flaw,
        what: "line {0} of stdout is no JSON-RPC: {1}",
        advice: "write logs to stderr: strict clients fail on such a line; look for prints, also in what it depends on",
        seen: |case| {
            let line = case.course.junk.first()?;
            let text = match line.text.trim() {
                "" => "(empty)",
                text => text,
            };
            Some(Seen {
                words: vec![line.number.to_string(), text.to_owned()],
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "no-json-at-all",
        at: &[Kind::Json],
        weight: Weight::Fails,
        what: "line {0} of stdout, and all others, are no JSON-RPC: {1}",
        advice: "is it an MCP server on stdin and stdout?",
        seen: |case| {
            let line = case.course.junk.first()?;
            Some(Seen {
                words: vec![line.number.to_string(), line.text.trim().to_owned()],
                entry: Some(line.seq),
            })
        },
    },
    Cause {
        name: "ignores-end-of-stdin",
        at: &[Kind::StdinClose],
        weight: Weight::Flaw,
        what: "it went on after its stdin was closed: {0} ended it",
        advice: "end when stdin ends: where a client goes away without a signal, the server stays for ever",
        seen: |case| {
            let course = &case.course;
            course.terminated.filter(|_| course.closed.is_some())?;
            Some(seen([if course.killed {
                "only SIGKILL"
            } else {
                "SIGTERM"
            }]))
        },
    },
    Cause {
        name: "fails-at-the-end",
        at: &[Kind::Exit],
        weight: Weight::Flaw,
        what: "it ends badly although it was only asked to leave",
        advice: "treat the end of stdin as the normal way out, with code 0",
        seen: |case| {
            let course = &case.course;
            let left = course
                .left
                .as_ref()
                .filter(|_| course.closed.is_some() && course.terminated.is_none())?;
            (left.code != Some(0)).then(|| Seen {
                words: Vec::new(),
                entry: Some(left.seq),
            })
        },
    },
    Cause {
        name: "leaves-orphans",
        at: &[Kind::Orphans],
        weight: Weight::Flaw,
        what: "when it was gone, processes it had started ran on",
        advice: "start the server without a wrapper, let the wrapper exec it, or end children before leaving",
        seen: |case| {
            let entry = case.course.left_behind?;
            Some(Seen {
                words: Vec::new(),
                entry: Some(entry),
            })
        },
    },
    Cause {
        name: "leaves-far-process",
        at: &[Kind::Orphans],
        weight: Weight::Flaw,
        what: "{0} is gone, and the server in {1} runs on: {2}",
        advice: "end it by hand; let it end with its stdin, and give docker run --rm and --init",
        seen: |case| {
            let far = case.around.program.as_ref()?.far.as_ref()?;
            let End::Left(what) = &far.end else {
                return None;
            };
            Some(seen([&far.tool, &far.place(), what]))
        },
    },
    Cause {
        name: "login-server-unknown",
        at: &[Kind::WellKnown],
        weight: Weight::Fails,
        what: "the authorization server that it names cannot be asked: {0}",
        advice: "the address has to be corrected where the server names it, or its metadata served there; --header 'Authorization: Bearer TOKEN' sends a token that you have",
        seen: |case| Some(seen([&case.course.lost_directions()?.what])),
    },
    Cause {
        name: "login-without-directions",
        at: &[Kind::WellKnown],
        weight: Weight::Flaw,
        what: "it wants a login, and does not say where: nothing of what was asked for is there",
        advice: "serve /.well-known/oauth-protected-resource, and name it in WWW-Authenticate (resource_metadata)",
        seen: |case| {
            let tried = &case.course.documents;
            (!tried.is_empty() && tried.iter().all(|tried| !tried.ok)).then(Seen::default)
        },
    },
    Cause {
        name: "list-unknown",
        at: &[Kind::Lists],
        weight: Weight::Flaw,
        what: "it offers {0}, but does not know {1}",
        advice: "leave the capability out, or answer with an empty list",
        seen: |case| {
            let refused =
                |list: &List| case.connection.list(*list).listed == Listed::Refused(-32601);
            // Templates are often left out by servers that have resources.
            let list = List::ALL
                .into_iter()
                .filter(|list| *list != List::Templates)
                .find(refused)?;
            Some(seen([list.capability(), list.method()]))
        },
    },
];
