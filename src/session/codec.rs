//! Entries to and from the lines of a session file. Format 1:
//!
//! ```text
//! {"mcpscope":1,"created":"2026-11-21T10:30:00Z","by":"mcpscope 0.1.0"}
//! {"seq":1,"us":812,"at":"2026-11-21T10:30:00.000812Z","conn":1,"ch":"wire","dir":"out","json":{"jsonrpc":…}}
//! ```
//!
//! * `json`: the body, when it is one JSON text on one line, byte for byte; so `jq .json` and `rg` see the wire.
//! * `text`: the body, when it is UTF-8 but not that. `b64`: the body, when it is not even UTF-8.
//! * `pad`: white space before and after a `json` body, when there is any. `end`: the line ending, unless `\n`.
//! * `aux`: true for what mcpscope sent for itself.
//! * `http`: with which exchange a frame came, and which request it answers when HTTP knows better than the frame.
//! * `mask`: what was masked in the body, `[{"at":31,"len":18,"name":"pin","rule":"argument"}]`, places in bytes of the
//!   body; see the module `mask`.
//! * Reserved for later versions, kept when found: `stream`, `mark`. Any other member is kept too.
//!
//! The body comes last, so that a line cut off by a crash still shows what it was.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;

use super::{Channel, Direction, Entry, Header};
use crate::json;

/// Why a line of a session file is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// Not JSON at all; the last line of a file that was being written when the machine stopped, often.
    #[error("not JSON: {0}")]
    NotJson(json::Problem),
    /// A member is missing or of the wrong type.
    #[error("member \"{0}\" is missing or odd")]
    Member(&'static str),
}

/// The header as a line, newline included.
pub fn write_header(header: &Header) -> String {
    format!(
        "{{\"mcpscope\":{},\"created\":\"{}\",\"by\":{}}}\n",
        header.format,
        header.created,
        json::quote(&header.by)
    )
}

/// Reads the first line of a file; nothing when it is something else. Of a later format all that is known here is read.
pub fn read_header(line: &[u8]) -> Option<Header> {
    let format = json::get(line, &["mcpscope"])
        .and_then(json::integer)
        .and_then(|number| u32::try_from(number).ok())?;
    Some(Header {
        format,
        created: json::string_at(line, &["created"])
            .and_then(|text| text.parse().ok())
            .unwrap_or(Timestamp::UNIX_EPOCH),
        by: json::string_at(line, &["by"]).unwrap_or_default(),
    })
}

/// What a line ends with, after its body.
pub const END: &[u8] = b"}\n";

/// Appends the entry as one line, newline included, to `out`.
pub fn write(entry: &Entry, out: &mut Vec<u8>) {
    if write_but_body(entry, false, out) {
        out.extend_from_slice(&entry.body);
    }
    out.extend_from_slice(END);
}

/// Appends the line of the entry up to its body. If the body is one JSON text that can stand in the line as it is,
/// this is true, and body and [`END`] are to follow; so a huge frame need not be copied. Otherwise the body has been
/// written too, and only [`END`] is to follow.
///
/// `is_json` says that the body is known to be one JSON text, so that it need not be checked again.
pub fn write_but_body(entry: &Entry, is_json: bool, out: &mut Vec<u8>) -> bool {
    use std::io::Write as _;
    let written = write!(
        out,
        "{{\"seq\":{},\"us\":{},\"at\":\"{:.6}\",\"conn\":{},\"ch\":{},\"dir\":\"{}\"",
        entry.seq,
        entry.us,
        entry.at,
        entry.conn,
        json::quote(entry.channel.word()),
        entry.direction.word(),
    );
    debug_assert!(written.is_ok(), "a Vec takes any bytes");
    if entry.aux {
        out.extend_from_slice(b",\"aux\":true");
    }
    if entry.ending != "\n" {
        out.extend_from_slice(b",\"end\":");
        out.extend_from_slice(json::quote(&entry.ending).as_bytes());
    }
    if let Some(extra) = &entry.extra {
        out.push(b',');
        out.extend_from_slice(extra.as_bytes());
    }
    write_body(&entry.body, is_json, out)
}

fn write_body(body: &[u8], is_json: bool, out: &mut Vec<u8>) -> bool {
    let core = body.trim_ascii();
    if memchr::memchr2(b'\n', b'\r', core).is_none() && (is_json || json::check(core).is_ok()) {
        let lead = body.len() - body.trim_ascii_start().len();
        let trail = body.len() - lead - core.len();
        if lead + trail > 0 {
            let (before, after) = (&body[..lead], &body[body.len() - trail..]);
            out.extend_from_slice(b",\"pad\":[");
            out.extend_from_slice(json::quote(&String::from_utf8_lossy(before)).as_bytes());
            out.push(b',');
            out.extend_from_slice(json::quote(&String::from_utf8_lossy(after)).as_bytes());
            out.push(b']');
        }
        out.extend_from_slice(b",\"json\":");
        if core.len() == body.len() {
            return true;
        }
        out.extend_from_slice(core);
    } else if let Ok(text) = std::str::from_utf8(body) {
        out.extend_from_slice(b",\"text\":");
        out.extend_from_slice(json::quote(text).as_bytes());
    } else {
        out.extend_from_slice(b",\"b64\":\"");
        out.extend_from_slice(BASE64.encode(body).as_bytes());
        out.push(b'"');
    }
    false
}

/// Reads one line (with or without its newline).
pub fn read(line: &[u8]) -> Result<Entry, LineProblem> {
    let (mut entry, embedded) = parse(line)?;
    if let Some(place) = embedded {
        entry.body = line[place].to_vec();
    }
    Ok(entry)
}

/// The same without a copy of a body that stands in the line as it is: the line becomes the body. Also says whether
/// the body is such a one, and with that one JSON text.
pub fn read_owned(mut line: Vec<u8>) -> Result<(Entry, bool), LineProblem> {
    let (mut entry, embedded) = parse(&line)?;
    let is_json = embedded.is_some();
    if let Some(place) = embedded {
        line.truncate(place.end);
        line.drain(..place.start);
        entry.body = line;
    }
    Ok((entry, is_json))
}

/// As [`read_owned`], of a line that was checked before: nothing is looked at twice.
pub fn read_checked(mut line: Vec<u8>) -> Result<Entry, LineProblem> {
    let (mut entry, embedded) = parse_checked(&line)?;
    if let Some(place) = embedded {
        line.truncate(place.end);
        line.drain(..place.start);
        entry.body = line;
    }
    Ok(entry)
}

/// Reads the beginning of a line that [`write_but_body`] wrote: the entry without its body, and where that begins. It
/// ends where [`END`] does. Nothing when the body does not stand in the line as it is, or the beginning is too short.
pub fn read_head(head: &[u8]) -> Option<(Entry, usize)> {
    let (_, value) = json::members(head)
        .take_while(|(key, _)| !matches!(&**key, "pad" | "text" | "b64"))
        .find(|(key, _)| key == "json")?;
    let start = json::place_of(value, head).start;
    let mut line = head[..start].to_vec();
    line.extend_from_slice(b"null}");
    let (entry, _) = parse(&line).ok()?;
    Some((entry, start))
}

/// The entry, and where in the line its body is to be found when that is one JSON text; then it is still empty.
fn parse(line: &[u8]) -> Result<(Entry, Option<Range<usize>>), LineProblem> {
    json::check(line).map_err(LineProblem::NotJson)?;
    parse_checked(line)
}

fn parse_checked(line: &[u8]) -> Result<(Entry, Option<Range<usize>>), LineProblem> {
    let mut entry = Entry {
        seq: 0,
        us: 0,
        at: Timestamp::UNIX_EPOCH,
        conn: 0,
        channel: Channel::Note,
        direction: Direction::Here,
        aux: false,
        body: Vec::new(),
        ending: Cow::Borrowed("\n"),
        extra: None,
    };
    let (mut channel, mut pad, mut extra) = (None, None, Vec::new());
    let mut embedded: Option<&[u8]> = None;
    for (key, value) in json::members(line) {
        match &*key {
            "seq" => entry.seq = unsigned(value).ok_or(LineProblem::Member("seq"))?,
            "us" => entry.us = unsigned(value).unwrap_or(0),
            "at" => {
                entry.at = json::text(value)
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(Timestamp::UNIX_EPOCH);
            }
            "conn" => entry.conn = unsigned(value).unwrap_or(0).try_into().unwrap_or(0),
            "ch" => channel = json::text(value).map(|word| Channel::of_word(&word)),
            "dir" => {
                entry.direction = match value {
                    b"\"out\"" => Direction::Out,
                    b"\"in\"" => Direction::In,
                    _ => Direction::Here,
                }
            }
            "aux" => entry.aux = value == b"true",
            "end" => entry.ending = Cow::Owned(json::string(value).unwrap_or_default()),
            "pad" => pad = Some(value),
            "json" => embedded = Some(value),
            "text" => {
                embedded = None;
                entry.body = json::string(value)
                    .ok_or(LineProblem::Member("text"))?
                    .into_bytes();
            }
            "b64" => {
                embedded = None;
                entry.body = json::string(value)
                    .and_then(|text| BASE64.decode(text).ok())
                    .ok_or(LineProblem::Member("b64"))?;
            }
            other => extra.push(format!(
                "{}:{}",
                json::quote(other),
                String::from_utf8_lossy(value)
            )),
        }
    }
    if let Some(pad) = pad {
        let mut sides = json::elements(pad).filter_map(json::string);
        let mut body = sides.next().unwrap_or_default().into_bytes();
        body.extend_from_slice(embedded.take().unwrap_or(&entry.body));
        body.extend(sides.next().unwrap_or_default().into_bytes());
        entry.body = body;
    }
    entry.channel = channel.ok_or(LineProblem::Member("ch"))?;
    if !extra.is_empty() {
        entry.extra = Some(extra.join(",").into());
    }
    if entry.seq == 0 {
        return Err(LineProblem::Member("seq"));
    }
    Ok((entry, embedded.map(|body| json::place_of(body, line))))
}

fn unsigned(raw: &[u8]) -> Option<u64> {
    std::str::from_utf8(raw).ok()?.parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(body: &[u8]) -> Entry {
        Entry {
            seq: 7,
            us: 1_234_567,
            at: "2026-11-21T10:30:00.000812Z".parse().unwrap(),
            conn: 1,
            channel: Channel::Wire,
            direction: Direction::In,
            aux: false,
            body: body.to_vec(),
            ending: Cow::Borrowed("\n"),
            extra: None,
        }
    }

    fn line(entry: &Entry) -> String {
        let mut out = Vec::new();
        write(entry, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_frame_stands_in_its_line_as_it_was_on_the_wire() {
        assert_eq!(
            line(&entry(br#"{"jsonrpc": "2.0",  "id":1.0}"#)),
            "{\"seq\":7,\"us\":1234567,\"at\":\"2026-11-21T10:30:00.000812Z\",\"conn\":1,\"ch\":\"wire\",\"dir\":\"in\",\"json\":{\"jsonrpc\": \"2.0\",  \"id\":1.0}}\n"
        );
    }

    #[test]
    fn other_bodies_find_their_member() {
        for (body, member) in [
            (&b"  {} "[..], ",\"pad\":[\"  \",\" \"],\"json\":{}}"),
            (b"{\n}", ",\"text\":\"{\\n}\"}"),
            (b"Server ready!", ",\"text\":\"Server ready!\"}"),
            (b"\xff\xfe", ",\"b64\":\"//4=\"}"),
            (b"", ",\"text\":\"\"}"),
        ] {
            let entry = entry(body);
            assert!(line(&entry).contains(member), "{}", line(&entry));
            assert_eq!(read(line(&entry).as_bytes()).unwrap(), entry);
        }
    }

    #[test]
    fn unknown_members_and_channels_survive() {
        let text = r#"{"seq":1,"us":1,"at":"2026-11-21T10:30:00.000000Z","conn":2,"ch":"http","dir":"out","aux":true,"end":"","mark":{"by":"me"},"x":[1.0],"json":{}}"#;
        let entry = read(text.as_bytes()).unwrap();
        assert_eq!(
            entry.extra.as_deref(),
            Some(r#""mark":{"by":"me"},"x":[1.0]"#)
        );
        assert_eq!(line(&entry).trim_end(), text);
    }

    /// What the body is taken from, and whether it counts as checked JSON.
    #[test]
    fn of_several_bodies_the_last_counts() {
        for (members, body, is_json) in [
            (r#""text":"a","json":{}"#, "{}", true),
            (r#""json":{},"text":"a""#, "a", false),
            (r#""json":{},"b64":"YQ==""#, "a", false),
            (r#""pad":["x","y"],"json":{}"#, "x{}y", false),
            (r#""json":{},"pad":["x"]"#, "x{}", false),
        ] {
            let line = format!(r#"{{"seq":1,"ch":"wire",{members}}}"#);
            let (entry, known) = read_owned(line.clone().into_bytes()).unwrap();
            assert_eq!((&*entry.text(), known), (body, is_json), "{line}");
            assert_eq!(read(line.as_bytes()).unwrap(), entry);
        }
    }

    #[test]
    fn broken_lines_say_why() {
        assert!(matches!(
            read(br#"{"seq":1,"json":{"#),
            Err(LineProblem::NotJson(_))
        ));
        assert_eq!(read(b"{}"), Err(LineProblem::Member("ch")));
        assert_eq!(read(br#"{"ch":"wire"}"#), Err(LineProblem::Member("seq")));
        assert_eq!(read_header(b"{}"), None);
        assert_eq!(read_header(br#"{"mcpscope":-1}"#), None);
        assert_eq!(read_header(br#"{"mcpscope":99}"#).unwrap().format, 99);
    }

    /// The document about the format shows lines as they are written, and names every channel and member.
    #[test]
    fn the_format_document_shows_what_is_written() {
        let document = include_str!("../../sessions/FORMAT.md");
        let example = document.split("```jsonl\n").nth(1).unwrap();
        let mut lines = example.split("```").next().unwrap().split_inclusive('\n');
        let header = lines.next().unwrap();
        let read_back = read_header(header.as_bytes()).unwrap();
        assert_eq!(read_back.format, crate::session::FORMAT);
        assert_eq!(write_header(&read_back), header);
        let mut members = std::collections::BTreeSet::new();
        let mut channels = std::collections::BTreeSet::new();
        for text in lines {
            let entry = read(text.as_bytes()).unwrap();
            assert_eq!(line(&entry), text);
            members.extend(json::members(text.as_bytes()).map(|(name, _)| name.into_owned()));
            channels.insert(entry.channel.word().to_owned());
        }
        channels.extend(["process", "http", "note"].map(str::to_owned));
        for name in members.iter().chain(&channels).chain(&["mask".to_owned()]) {
            assert!(
                document.contains(&format!("| `{name}` |")),
                "{name} is missing"
            );
        }
        assert_eq!((members.len(), channels.len()), (13, 6));
        for word in &channels {
            assert!(!matches!(Channel::of_word(word), Channel::Other(_)));
        }
    }

    proptest! {
        #[test]
        fn any_body_survives(body: Vec<u8>, ending in "(\n|\r\n|)", aux: bool) {
            let mut entry = entry(&body);
            entry.ending = Cow::Owned(ending);
            entry.aux = aux;
            let text = line(&entry);
            prop_assert_eq!(text.matches('\n').count(), 1);
            prop_assert_eq!(read(text.as_bytes()).unwrap(), entry.clone());
            prop_assert_eq!(read_owned(text.into_bytes()).unwrap().0, entry);
        }

        #[test]
        fn any_json_body_is_embedded(text in r#" ?(\{"a": ?[1-9][0-9]{0,30}\}|\[1,"é"\]|true) ?"#) {
            let entry = entry(text.as_bytes());
            let written = line(&entry);
            prop_assert!(written.contains(text.trim()));
            prop_assert_eq!(read(written.as_bytes()).unwrap(), entry.clone());
            let mut known = Vec::new();
            let apart = write_but_body(&entry, true, &mut known);
            prop_assert_eq!(apart, text == text.trim());
            if apart {
                known.extend_from_slice(&entry.body);
            }
            known.extend_from_slice(END);
            prop_assert_eq!(std::str::from_utf8(&known).unwrap(), &*written);
            prop_assert_eq!(read_owned(known.clone()).unwrap(), (entry.clone(), apart));
            prop_assert_eq!(read_checked(known.clone()).unwrap(), entry.clone());
            let head = read_head(&known).map(|(head, start)| {
                (Entry { body: known[start..known.len() - END.len()].to_vec(), ..head }, true)
            });
            prop_assert_eq!(head.unwrap_or((entry.clone(), false)), (entry, apart));
        }

        #[test]
        fn any_line_is_survived(bytes: Vec<u8>) {
            prop_assert_eq!(
                read(&bytes),
                read_owned(bytes.clone()).map(|(entry, _)| entry)
            );
            let _ = read_header(&bytes);
        }
    }
}
