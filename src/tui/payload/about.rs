//! What is said of a listed item, as a document: the description laid out when it is Markdown, and what else there is.

use super::block::markdown_of;
use super::markdown;
use super::sheet::Sheet;
use crate::json::quote;
use crate::tui::highlight::Budget;
use crate::tui::highlight::Hint;
use crate::tui::widgets::plain::Document;

use std::sync::Arc;
use std::time::Duration;

/// Lines of ours, of which some are descriptions the server wrote: each is laid out if it looks like Markdown. Quick:
/// code in them stays plain.
pub fn about(stretches: &[(String, bool)]) -> Arc<Document> {
    let budget = Budget {
        time: Duration::ZERO,
        ..Budget::SHOWN
    };
    let mut sheet = Sheet::new(usize::MAX, budget);
    for (text, described) in stretches {
        let text = text.trim_end_matches('\n');
        let laid_out = *described && text.len() <= markdown::LARGEST;
        match laid_out.then(|| markdown_of(quote(text).as_bytes(), Hint::default())) {
            Some(Some(markdown)) => sheet.markdown(&markdown),
            _ => sheet.bytes(text.as_bytes()),
        }
    }
    Arc::new(sheet.document())
}
