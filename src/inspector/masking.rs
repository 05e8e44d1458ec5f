//! Masks and the engine: what is passed to a server is told to the recorder, and masks in what is to be sent give way
//! to what they hide. A mask whose secret is not known, or is another server's, is not sent: that stops, with a word.

use super::{Connect, Engine};
use crate::mask::Missing;
use crate::mcp::asked::Reply;
use crate::mcp::client::Call;
use crate::mcp::completion::Ask;
use crate::note::Note;

impl Engine {
    /// What is passed to a server is not recorded, whoever repeats it.
    pub(super) fn passes(&mut self, connect: &Connect) {
        self.recorder.connects(connect.conn, &connect.name);
        self.recorder.passes(connect.conn, &connect.target);
    }

    /// The server a connection is to; only what it knows already may go there.
    fn server_of(&self, conn: u32) -> Option<&str> {
        self.connections
            .get(&conn)
            .map(|live| live.connect.name.as_str())
    }

    async fn stop(&mut self, conn: u32, what: &str, missing: &Missing) {
        let what = format!("{what} was not sent: {missing}; {}", missing.hint());
        self.note(conn, &Note::Remark { what }).await;
    }

    /// Replaces the masks in a call; false when it cannot be sent.
    pub(super) async fn unmask_call(&mut self, conn: u32, call: &mut Call) -> bool {
        let (Some(params), Some(server)) = (&call.params, self.server_of(conn)) else {
            return true;
        };
        let secrets = self.recorder.secrets();
        match secrets.restore(params.as_bytes(), Some(server)) {
            Ok(std::borrow::Cow::Borrowed(_)) => true,
            Ok(std::borrow::Cow::Owned(params)) => {
                call.params = Some(String::from_utf8_lossy(&params).into_owned());
                true
            }
            Err(missing) => {
                let method = call.method.clone();
                self.stop(conn, &method, &missing).await;
                false
            }
        }
    }

    /// The same of a frame that was typed.
    pub(super) async fn unmasked_frame(&mut self, conn: u32, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let secrets = self.recorder.secrets();
        let restored = secrets
            .restore(&bytes, self.server_of(conn))
            .map(std::borrow::Cow::into_owned);
        match restored {
            Ok(bytes) => Some(bytes),
            Err(missing) => {
                self.stop(conn, "The frame", &missing).await;
                None
            }
        }
    }

    /// The same of an answer.
    pub(super) async fn unmasked_reply(&mut self, conn: u32, reply: Reply) -> Option<Reply> {
        let Reply::Result(raw) = reply else {
            return Some(reply);
        };
        let bytes = self.unmasked_frame(conn, raw.into_bytes()).await?;
        Some(Reply::Result(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The same of a text.
    pub(super) async fn unmasked_text(&mut self, conn: u32, text: String) -> Option<String> {
        let secrets = self.recorder.secrets();
        let restored = secrets
            .text(&text, self.server_of(conn))
            .map(std::borrow::Cow::into_owned);
        match restored {
            Ok(text) => Some(text),
            Err(missing) => {
                self.stop(conn, "It", &missing).await;
                None
            }
        }
    }

    /// The same of a wish for suggestions: a value that is not known is asked about as it stands.
    pub(super) fn unmask_ask(&self, conn: u32, ask: &mut Ask) {
        let secrets = self.recorder.secrets();
        let server = self.server_of(conn);
        let context = ask.context.iter_mut().map(|(_, value)| value);
        for value in context.chain([&mut ask.value]) {
            if let Ok(std::borrow::Cow::Owned(text)) = secrets.text(value, server) {
                *value = text;
            }
        }
    }
}
