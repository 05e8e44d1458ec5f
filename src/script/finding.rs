//! Which scene is played for what a client says.

use super::{Matching, Player, Scene, SceneIndex, key, masked};
use crate::json;
use crate::mcp::meta;

/// What was found for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// This scene, which was not played yet.
    Fresh(SceneIndex),
    /// This scene, again: there are no more of its kind.
    Again(SceneIndex),
    /// None; in the recorded order this one would be next.
    None(Option<SceneIndex>),
}

impl Player {
    pub(super) fn find(
        &mut self,
        method: &str,
        subject: &str,
        message: &[u8],
        is_request: bool,
    ) -> Found {
        // Whatever the rules, everybody opens a connection in a way of their own.
        let matching = if is_request && !is_opening(method) {
            self.rules.matching
        } else {
            Matching::Arguments
        };
        if matching == Matching::Strict {
            return self.find_strictly(method, message);
        }
        let (key, of) = if matching == Matching::Sequence {
            (key::name(method, subject), &self.script.names)
        } else {
            let params = json::get(message, &["params"]);
            {
                let key = self.script.key_of(method, params, &self.tally.played);
                (key, &self.script.keys)
            }
        };
        let Some(scenes) = of.get(&key) else {
            return Found::None(None);
        };
        let next = self.next.entry(key).or_default();
        while scenes.get(*next).is_some_and(|at| self.tally.played[*at]) {
            *next += 1;
        }
        let mut fresh = scenes[*next..]
            .iter()
            .copied()
            .filter(|at| !self.tally.played[*at]);
        let chosen = fresh.next().map(|first| {
            // Seldom is there a choice, and then the one that was answered in the same way comes first.
            let wanted = asked_with(message);
            let same = |at: &SceneIndex| asked_with(&self.script.scenes[*at].message) == wanted;
            if wanted.is_none() || same(&first) {
                return first;
            }
            fresh.find(same).unwrap_or(first)
        });
        if let Some(chosen) = chosen {
            return Found::Fresh(chosen);
        }
        if matching == Matching::Sequence {
            return Found::None(None);
        }
        // The last that was answered says how things stand at the end.
        let answered = scenes
            .iter()
            .rev()
            .find(|at| self.script.scenes[**at].is_answered);
        Found::Again(*answered.unwrap_or(&scenes[scenes.len() - 1]))
    }

    /// Nothing but the next of the recording will do.
    fn find_strictly(&mut self, method: &str, message: &[u8]) -> Found {
        let scenes = &self.script.scenes;
        let passed =
            |scene: &Scene| !scene.is_request || scene.left_out || is_opening(&scene.method);
        while scenes.get(self.strict).is_some_and(passed) {
            self.strict += 1;
        }
        let Some(next) = scenes.get(self.strict) else {
            return Found::None(None);
        };
        let params = |message| json::get(message, &["params"]);
        let asked = params(message);
        if next.method == method
            && (key::of(method, params(&next.message)) == key::of(method, asked)
                || masked::asks_for(next, asked))
        {
            self.strict += 1;
            return Found::Fresh(self.strict - 1);
        }
        Found::None(Some(self.strict))
    }
}

/// Whether a method says nothing of what a client is about.
pub(super) fn is_opening(method: &str) -> bool {
    matches!(method, "initialize" | "server/discover" | "ping")
}

/// What else tells requests with the same key apart: the version a connection is opened in, and what was answered to
/// the questions of the round before.
fn asked_with(message: &[u8]) -> Option<Vec<u8>> {
    let params = json::get(message, &["params"])?;
    let told = json::get(params, &["inputResponses"])
        .or_else(|| json::get(params, &["protocolVersion"]))
        .or_else(|| json::get(params, &["_meta", meta::PROTOCOL_VERSION]))?;
    Some(key::canonical(told))
}
