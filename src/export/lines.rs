//! Plain JSON, one object a line. Members, in this order, absent where there is nothing to say:
//!
//! ```text
//! {"type":"request","seq":7,"at":"…Z","server":"demo","conn":1,"dir":"out","aux":true,"method":"tools/call",
//!  "subject":"echo","id":3,"status":"ok","failed":false,"took_us":812,"person_us":0,"request":{…},"response":{…},
//!  "rounds":[{"id":3,"request":{…},"response":{…}},…]}
//! {"type":"notification",…,"method":"notifications/progress","message":{…}}
//! {"type":"stray" | "junk",…,"status":"late","message":{…} or "text":"…" or "base64":"…"}
//! {"type":"stderr",…,"text":"…"}
//! {"type":"event",…,"event":"exit","words":"exited with code 3","note":{…}}
//! ```
//!
//! `request`, `response` and `message` are the server's and client's own JSON, token for token. `rounds` is there when a
//! conversation took more than one request; `request` is then its first and `response` its last.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::item::{Item, ItemKind};
use super::{Fault, Job};
use crate::json::{self, quote};

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    job.items(|job, item| {
        let mut line = object(&item, job.server(item.conn));
        line.push(b'\n');
        job.written += 1;
        job.put(line)
    })
}

/// One row as an object on one line.
pub(super) fn object(item: &Item, server: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut put = |name: &str, raw: &[u8]| {
        out.push(if out.is_empty() { b'{' } else { b',' });
        out.extend_from_slice(quote(name).as_bytes());
        out.push(b':');
        out.extend_from_slice(raw);
    };
    put("type", quote(item.kind.word()).as_bytes());
    put("seq", item.seq.to_string().as_bytes());
    put("at", quote(&item.at.to_string()).as_bytes());
    if item.conn > 0 {
        put("server", quote(server).as_bytes());
        put("conn", item.conn.to_string().as_bytes());
    }
    put("dir", quote(item.direction.word()).as_bytes());
    if item.aux {
        put("aux", b"true");
    }
    let name = if item.kind == ItemKind::Event {
        "event"
    } else {
        "method"
    };
    for (name, text) in [
        (name, &item.name),
        ("subject", &item.subject),
        ("words", &item.words),
    ] {
        if !text.is_empty() {
            put(name, quote(text).as_bytes());
        }
    }
    if let Some(first) = item.rounds.first() {
        put("id", first.id.as_bytes());
    }
    if !item.status.is_empty() {
        put("status", quote(&item.status).as_bytes());
        put("failed", item.failed.to_string().as_bytes());
    }
    if let Some((took, person)) = item.took {
        put("took_us", took.to_string().as_bytes());
        if person > 0 {
            put("person_us", person.to_string().as_bytes());
        }
    }
    if let Some(first) = item.rounds.first() {
        put("request", &plain(&first.request));
    }
    if let Some(answer) = item.answer() {
        put("response", &plain(answer));
    }
    if item.rounds.len() > 1 {
        let rounds = item.rounds.iter().map(|round| {
            let mut one = format!("{{\"id\":{},\"request\":", round.id).into_bytes();
            one.extend(plain(&round.request));
            if let Some(response) = &round.response {
                one.extend_from_slice(b",\"response\":");
                one.extend(plain(response));
            }
            one.push(b'}');
            one
        });
        let rounds = rounds.collect::<Vec<_>>().join(&b","[..]);
        put("rounds", &[&b"["[..], &rounds, b"]"].concat());
    }
    if item.kind != ItemKind::Request {
        let is_json = json::check(&item.body).is_ok();
        match (item.kind, is_json, std::str::from_utf8(&item.body)) {
            (ItemKind::Event, true, _) => put("note", &json::one_line(&item.body)),
            (ItemKind::Notification | ItemKind::Stray, true, _) => {
                put("message", &json::one_line(&item.body));
            }
            (_, _, Ok(text)) => put("text", quote(text).as_bytes()),
            _ => put("base64", quote(&BASE64.encode(&item.body)).as_bytes()),
        }
    }
    out.push(b'}');
    out
}

/// A frame as JSON on one line; as a string if it is none.
pub(super) fn plain(frame: &[u8]) -> Vec<u8> {
    match json::check(frame) {
        Ok(()) => json::one_line(frame),
        Err(_) => quote(&String::from_utf8_lossy(frame)).into_bytes(),
    }
}
