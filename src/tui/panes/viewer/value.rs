//! The value of a frame that somebody stands on, for filters that ask for it.

use super::Viewer;
use crate::json::steps::Step;

/// Tabs that show a frame as it is, so that paths in them are those of the frame.
const FRAMES: [&str; 3] = ["Request", "Response", "JSON"];
/// The tab that shows two of them, each as a member.
const BOTH: &str = "Both";

impl Viewer {
    /// The way to the value in its frame, and its bytes; or why there is none.
    pub fn value(&self) -> Result<(Vec<Step>, &[u8]), &'static str> {
        let page = self.page().ok_or("There is no document yet.")?;
        let is_ours = self.query.is_none() && self.output.is_none();
        let both = page.name() == BOTH;
        if !is_ours || !(both || FRAMES.contains(&page.name())) {
            return Err("Only values of a frame can be asked for: in Request, Response or JSON.");
        }
        let (tree, row) = page.row().ok_or("Select a value first.")?;
        if tree.decoded_around(row) != *row || tree.is_decoded(row) {
            return Err("This stands within a text; text~ finds it.");
        }
        let mut steps = tree.steps(row);
        if both && !steps.is_empty() {
            // Which of the two it is in.
            steps.remove(0);
        }
        if steps.is_empty() {
            return Err("Select a value in it first.");
        }
        Ok((steps, tree.value_bytes(row)))
    }
}
