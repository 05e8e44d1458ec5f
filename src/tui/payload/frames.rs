//! Frames as they were on the wire: request and answer in one tree, exact bytes with what ended them, hex.

use super::{About, Payload, TabBody, WHOLE, tree};
use crate::json;
use crate::session::Channel;
use crate::tui::widgets::plain::Document;
use crate::tui::widgets::slice::Slice;

/// The exact bytes of a frame and what ended it on the wire. Of a big one, only the beginning.
fn framed(payload: &Payload<'_>, bytes: &Slice, ending: &str) -> TabBody {
    if is_wire(payload) && !ending.is_empty() && bytes.len() <= WHOLE {
        return raw_tab(&[bytes, ending.as_bytes()].concat().into());
    }
    raw_tab(bytes)
}

/// Exact bytes, as text that can be looked at as hex. Of many, only the beginning.
pub fn raw_tab(bytes: &Slice) -> TabBody {
    if bytes.len() <= WHOLE {
        return TabBody::Text(Document::new(bytes.clone()).into());
    }
    let mut sheet = super::Sheet::new(super::PART, super::Budget::SHOWN);
    sheet.bytes(bytes);
    sheet.finish()
}

fn is_wire(payload: &Payload<'_>) -> bool {
    matches!(payload.about, About::Request | About::Entry)
        && matches!(
            payload.first.channel,
            Channel::Wire | Channel::Stdout | Channel::Stderr
        )
}

/// The exact bytes of the only entry.
pub fn raw(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Request => Vec::new(),
        _ => vec![framed(payload, payload.first_bytes, payload.endings[0])],
    }
}

/// Those of the request.
pub fn raw_request(payload: &Payload<'_>) -> Vec<TabBody> {
    match payload.about {
        About::Request => vec![framed(payload, payload.first_bytes, payload.endings[0])],
        _ => Vec::new(),
    }
}

/// Those of the answer.
pub fn raw_response(payload: &Payload<'_>) -> Vec<TabBody> {
    let bytes = payload.second_bytes.into_iter();
    bytes
        .map(|bytes| framed(payload, bytes, payload.endings[1]))
        .collect()
}

/// The bytes of all of it in hex, one frame after the other. Of the traffic only; elsewhere text has its own hex.
pub fn hex(payload: &Payload<'_>) -> Vec<TabBody> {
    let second: &[u8] = payload.second_bytes.map_or(&[], |bytes| bytes);
    if !is_wire(payload) || payload.first_bytes.len() + second.len() > WHOLE {
        return Vec::new();
    }
    let [first_ending, second_ending] = payload.endings;
    let parts: [&[u8]; 4] = [
        payload.first_bytes,
        first_ending.as_bytes(),
        second,
        second_ending.as_bytes(),
    ];
    vec![TabBody::Bytes(Document::new(parts.concat()).into())]
}

/// Request and answer in one tree.
pub fn both(payload: &Payload<'_>) -> Vec<TabBody> {
    let (About::Request, Some(second)) = (payload.about, payload.second_bytes) else {
        return Vec::new();
    };
    let first: &[u8] = payload.first_bytes;
    let whole = |bytes: &[u8]| json::check(bytes).is_ok();
    if first.len() + second.len() > WHOLE || !whole(first) || !whole(second) {
        return Vec::new();
    }
    let parts: [&[u8]; 5] = [b"{\"request\":", first, b",\"response\":", second, b"}"];
    tree(parts.concat().into()).into_iter().collect()
}
