//! One client that is served: what it says goes to the player, and what is not in the recording to the live server.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::live::{Live, News};
use super::{Book, Serving, complain};
use crate::json;
use crate::note::Note;
use crate::script::{Act, Heard, Player, Rules, Script};
use crate::transport::{LinkEvent, Target, stdio::StdioOptions};

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) conn: u32,
    pub(super) player: Player,
    live: Option<Live>,
}

/// What every client of a served recording gets.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) script: Arc<Script>,
    pub(super) rules: Rules,
    pub(super) told: String,
    live: Option<(Target, StdioOptions)>,
    news: mpsc::UnboundedSender<News>,
}

impl Offer {
    /// Of these, with the book, and where news of live servers come.
    pub(super) fn of(serving: Serving) -> (Self, Book, mpsc::UnboundedReceiver<News>) {
        let (news, hears) = mpsc::unbounded_channel();
        let offer = Self {
            script: serving.script,
            rules: serving.rules,
            told: serving.told,
            live: serving.live,
            news,
        };
        (offer, Book::new(serving.recorder), hears)
    }

    /// The live server that stands behind the recording.
    pub(super) fn live(&self) -> Option<&Target> {
        self.live.as_ref().map(|(target, _)| target)
    }

    /// The longest that a live server takes to leave.
    pub(super) fn patience(&self) -> Duration {
        let options = self.live.as_ref().map(|(_, options)| *options);
        options.unwrap_or_default().longest()
    }

    /// A new client.
    pub(super) fn client(&self, conn: u32) -> Client {
        let live = self.live.clone();
        Client {
            conn,
            player: Player::new(Arc::clone(&self.script), self.rules),
            live: live.map(|(target, options)| Live::new(conn, target, options, self.news.clone())),
        }
    }
}

/// The messages of a frame: one, or those of a batch; none when it is no JSON.
pub(super) fn messages(frame: &[u8]) -> Option<Vec<&[u8]>> {
    json::check(frame).ok()?;
    Some(match json::kind(frame) {
        json::Kind::Array => json::elements(frame).collect(),
        _ => vec![frame],
    })
}

impl Client {
    /// Takes one message.
    pub(super) fn hear(&mut self, message: &[u8], now: u64) -> Heard {
        let heard = self.player.hear(message, now);
        if let Some(live) = &mut self.live {
            live.overhear(message);
            if heard.is_stray {
                live.reply(message);
            }
        }
        heard
    }

    /// What happened at the live server.
    pub(super) fn news(&mut self, event: LinkEvent) -> Vec<Act> {
        match &mut self.live {
            Some(live) => live.take(event, &mut self.player),
            None => vec![],
        }
    }

    /// Nobody waits for the answer to this request any more, which cancels it.
    pub(super) fn gone(&mut self, run: u64, now: u64) {
        self.player.cancel(run, now);
        if let Some(live) = &mut self.live {
            live.abandon(run);
        }
    }

    /// Whether a live server runs for it.
    pub(super) fn is_live(&self) -> bool {
        self.live.as_ref().is_some_and(Live::runs)
    }

    /// What is to be done by now, as far as it is for the world; the rest is done here.
    pub(super) fn acts(&mut self, book: &mut Book) -> Vec<Act> {
        let mut acts = Vec::new();
        for act in self.player.acts() {
            match act {
                Act::Told(told) => {
                    let what = told.sentence();
                    complain(&what);
                    book.note(self.conn, &Note::Remark { what });
                }
                Act::Forward { run, message } => {
                    if let Some(live) = &mut self.live {
                        acts.extend(live.send(run, &message));
                    }
                }
                act => acts.push(act),
            }
        }
        acts
    }

    /// Whether the live server owes this client an answer.
    pub(super) fn owes(&self) -> bool {
        self.live.as_ref().is_some_and(Live::owes)
    }

    /// Ends what runs for this client; whether a live server is on its way out now, and its end to come.
    pub(super) fn leave(&mut self) -> bool {
        self.live.as_mut().is_some_and(Live::leave)
    }
}
