//! Text that is too long to be read or written between two frames: what it is for, and what becomes of it once a worker
//! has done that.
//!
//! Whoever shows the form asks for an [`Errand`] before every frame, and hands back what came of it.

use super::json::SMALL;
use super::widget::json_box;
use super::{FormPane, FormReply};
use crate::form::NodeId;
use crate::json::{Problem, Value};
use crate::tui::effect::Effect;
use crate::tui::pane::Ctx;

/// Work that is not for the drawing thread.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Read this text as JSON; for [`FormPane::parsed`].
    Parse(String),
    /// Write the arguments as text, in the layout of this one if there is any; for [`FormPane::laid`].
    Lay(String, Value),
}

/// What text that is being read is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// It was pasted onto this field; without one, as all arguments.
    Pasted(Option<NodeId>),
    /// It is in the box of this field.
    Boxed(NodeId),
    /// It is the text of all arguments, as of so many edits to it.
    Whole(u64),
}

/// What is read by others now, by the numbers under which it was given away, and what is still to be given away.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    away: Vec<(u64, For)>,
    /// Fields whose text in their box nobody has read yet.
    boxes: Vec<NodeId>,
    /// The arguments that are being written as text: the number, and the state of the form.
    laying: Option<(u64, u64)>,
}

impl Readings {
    fn is_away(&self, of: For) -> bool {
        self.away.iter().any(|(_, away)| *away == of)
    }
}

impl FormPane {
    /// Work for others, under a number of theirs; none when there is nothing to do, or it is being done.
    pub fn errand(&mut self, asker: impl FnOnce() -> u64) -> Option<Errand> {
        let whole = For::Whole(self.json.typed);
        if self.json.is_due() && !self.readings.is_away(whole) {
            self.readings.away.push((asker(), whole));
            return Some(Errand::Parse(self.json.text()));
        }
        if self.json.is_stale() && self.readings.laying.is_none() {
            self.readings.laying = Some((asker(), self.revision));
            let before = self.json.layout();
            return Some(Errand::Lay(before, self.form.arguments()));
        }
        let waits = |id: &&NodeId| !self.readings.is_away(For::Boxed(**id));
        let id = *self.readings.boxes.iter().find(waits)?;
        self.readings.away.push((asker(), For::Boxed(id)));
        Some(Errand::Parse(self.form.json(id)))
    }

    /// The same as an effect, under a number of `ctx`.
    pub fn errand_effect(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let mut asker = 0;
        let errand = self.errand(|| {
            asker = ctx.ticket();
            asker
        })?;
        Some(match errand {
            Errand::Parse(text) => Effect::Parse { asker, text },
            Errand::Lay(before, arguments) => Effect::Lay {
                asker,
                before,
                arguments,
            },
        })
    }

    /// Whether text stands in it that is still to be read, so that it holds something else than what is seen.
    pub fn is_reading(&self) -> bool {
        self.json.is_unread() || !self.readings.boxes.is_empty()
    }

    /// Remembers under which number pasted text was given away to be read.
    pub fn parses_as(&mut self, asker: u64) {
        self.readings
            .away
            .push((asker, For::Pasted(self.focused())));
    }

    /// The text in a box is too long to be read here: it stands there unread.
    pub(super) fn keep_unread(&mut self, id: NodeId, text: &str) -> FormReply {
        let kept = self.form.hold_unread(id, text);
        if !self.readings.boxes.contains(&id) {
            self.readings.boxes.push(id);
        }
        self.edited(false);
        FormReply::of(kept)
    }

    /// Takes what a text reads as, and the text; gives a word for what was done, or why it was not. None when this form
    /// did not ask, or something else was typed meanwhile.
    pub fn parsed(
        &mut self,
        asker: u64,
        text: &str,
        result: &Result<Value, Problem>,
    ) -> Option<Result<&'static str, String>> {
        let at = self
            .readings
            .away
            .iter()
            .position(|(one, _)| *one == asker)?;
        match self.readings.away.remove(at).1 {
            For::Pasted(id) => Some(self.take_pasted(id, text, result).map(|()| "pasted")),
            For::Whole(typed) if typed == self.json.typed => Some(self.take_read(text, result)),
            For::Whole(_) => None,
            For::Boxed(id) => {
                if self.form.get(id).is_some() && self.form.json(id) != text {
                    // It is read again as it is now.
                    return None;
                }
                self.readings.boxes.retain(|one| *one != id);
                self.form.get(id)?;
                let kept = self.form.take_read(id, text, result.as_ref());
                self.edited(false);
                Some(kept.map(|()| "read"))
            }
        }
    }

    fn take_read(
        &mut self,
        text: &str,
        result: &Result<Value, Problem>,
    ) -> Result<&'static str, String> {
        let loaded = match result {
            Ok(value) => self.form.load_read(text, value),
            Err(problem) => Err(problem.clone()),
        };
        self.settled(loaded);
        self.json.words().map_or(Ok("read"), Err)
    }

    /// Takes the arguments written as text. False when this form did not ask.
    pub fn laid(&mut self, asker: u64, text: &str) -> bool {
        let Some((_, revision)) = self.readings.laying.take_if(|(one, _)| *one == asker) else {
            return false;
        };
        // Of another state of the form it is written again.
        if revision == self.revision && self.json.is_stale() {
            self.json.show(json_box(text), revision);
        }
        true
    }

    /// Text of another form, or of another time, is nothing to wait for.
    pub(super) fn forget_text(&mut self) {
        self.json.forget();
        self.readings.boxes.clear();
        self.readings.laying = None;
    }

    /// Whether a text is for others to read.
    pub(super) const fn is_long(text: &str) -> bool {
        text.len() > SMALL
    }
}
