//! What a frame says that its carrier must know.

use crate::jsonrpc::{self, Envelope, Frame, Id, Kind};
use crate::mcp::http::headers;

/// What a frame says that its carrier must know.
#[derive(Debug, Default)]
pub(super) struct Carried {
    pub ids: Vec<Id>,
    pub opens: bool,
    pub discovers: bool,
    pub is_modern: bool,
}

impl Carried {
    pub fn read(body: &[u8]) -> Self {
        let mut told = Self::default();
        for message in messages(&jsonrpc::read(body)) {
            if message.kind != Kind::Request {
                continue;
            }
            told.ids.extend(message.id.clone());
            told.opens |= message.method.as_deref() == Some("initialize");
            told.discovers |= message.method.as_deref() == Some("server/discover");
            let params = message.params.unwrap_or_default();
            told.is_modern |= headers::version_in(params).is_some();
        }
        told
    }
}

pub(super) fn messages<'a, 'b>(frame: &'a Frame<'b>) -> &'a [Envelope<'b>] {
    match frame {
        Frame::One(message) => std::slice::from_ref(message),
        Frame::Batch(messages) => messages,
        Frame::Junk(_) => &[],
    }
}
