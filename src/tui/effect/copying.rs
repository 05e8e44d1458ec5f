//! Requests that are copied.

use super::Source;
use crate::snippet::{self, Form};

/// A request to reproduce, and in which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyAs {
    /// The form.
    pub form: Form,
    /// To the normal screen instead of the clipboard.
    pub print: bool,
    /// What is known of it without reading: all, when it was not sent yet.
    pub subject: snippet::Subject,
    /// Where its message is; it says method and params.
    pub request: Option<Source>,
    /// Where its answer is.
    pub response: Option<Source>,
}
