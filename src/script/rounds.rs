//! Replies that come with a request, to the questions of the round before (2026-07-28): held against what was replied
//! when it was recorded.

use std::sync::Arc;

use super::player::{Act, Matching, Player};
use super::told::Told;
use super::{SceneIndex, masked, nearest};
use crate::json;

impl Player {
    /// Tells when the replies in a request are not those of its scene. Gives it in words where nothing but the recorded
    /// ones will do.
    pub(super) fn check_replies(&mut self, scene: SceneIndex, message: &[u8]) -> Option<String> {
        let script = Arc::clone(&self.script);
        let recorded = &script.scenes[scene];
        let is_strict = self.rules.matching == Matching::Strict;
        let [was, is] = [&recorded.message[..], message]
            .map(|message| json::get(message, &["params", "inputResponses"]));
        // Who begins anew what was recorded once replies to nothing.
        if is.is_none() && !is_strict {
            return None;
        }
        let [was, is] = [was, is].map(|replies| replies.unwrap_or(b"{}"));
        if masked::takes(was, is) {
            return None;
        }
        let differences = nearest::differences(was, is);
        let told = Told::Differs {
            method: recorded.name(),
            differences: differences.iter().map(nearest::told).collect(),
        };
        self.tally.differing += 1;
        let sentence = told.sentence();
        self.acts.push(Act::Told(told));
        if is_strict {
            // It is still what comes next.
            self.strict = scene;
        }
        is_strict.then_some(sentence)
    }
}
