//! What is answered when a server asks: forms are accepted as they stand when they open, defaults filled in; a policy
//! takes care of the rest.

use std::collections::HashSet;

use super::super::asked::as_it_opens;
use super::super::headless::Headless;
use crate::inspector::Command;
use crate::mcp::asked::{AskKind, Capabilities, Policies, Policy};
use crate::mcp::client::Options;

/// Whoever plays a scenario can be asked everything a person at the screen can.
pub(super) fn attend(options: &mut Options) {
    options.capabilities = Capabilities::interactive();
    options.policies = Policies {
        sampling: Policy::Stub("I am no model; mcpscope answers for one".to_owned()),
        url: Policy::Decline,
        roots: Policy::Roots(Vec::new()),
        form: Policy::Ask,
    };
}

/// Answers every form that waits for a person and is not among `answered`, by number; these are, then.
pub(super) fn answer(session: &Headless, answered: &mut HashSet<u32>) {
    for question in session.timeline.questions().waiting() {
        if question.kind == AskKind::Form && answered.insert(question.number) {
            let params = session.question(question).unwrap_or_default();
            session.send(Command::Answer {
                conn: 1,
                question: question.which.clone(),
                reply: as_it_opens(&params),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::asked::reply;

    #[test]
    fn a_form_is_accepted_with_its_defaults() {
        let params = br#"{"message":"?","requestedSchema":{"type":"object","properties":{
            "name":{"type":"string","default":"John"},
            "age":{"type":"integer","default":30},
            "score":{"type":"number","default":95.5},
            "status":{"type":"string","enum":["active","inactive"],"default":"active"},
            "ok":{"type":"boolean","default":true},
            "many":{"type":"array","items":{"type":"string","enum":["a","b"]},"default":["b"]},
            "free":{"type":"string"}}}}"#;
        let content =
            r#"{"name":"John","age":30,"score":95.5,"status":"active","ok":true,"many":["b"]}"#;
        assert_eq!(as_it_opens(params), reply::accept(Some(content)));
        assert_eq!(as_it_opens(b"{}"), reply::accept(Some("{}")));
    }
}
