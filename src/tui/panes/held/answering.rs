//! What is answered by hand, and what an answer may begin as.

use super::method;
use crate::json::quote;
use crate::mcp::asked::{AskKind, Which};
use crate::session::timeline::{About, ExchangeIndex, FrameKind, Status};
use crate::tui::pane::Ctx;

/// What the answer to a held frame may begin as; none when nothing answers it: only a request, and a result that wants
/// input, are answered.
pub(super) fn template(frame: u64, ctx: &Ctx<'_>) -> Option<String> {
    match method(frame, ctx) {
        Some("elicitation/create") => Some(of(AskKind::Form).to_owned()),
        Some("roots/list") => Some(of(AskKind::Roots).to_owned()),
        Some("sampling/createMessage") => Some(of(AskKind::Sampling).to_owned()),
        Some("tools/call") => {
            Some("{\"content\": [{\"type\": \"text\", \"text\": \"\"}]}".to_owned())
        }
        Some(_) => Some("{}".to_owned()),
        None => inputs(frame, ctx),
    }
}

fn of(kind: AskKind) -> &'static str {
    match kind {
        AskKind::Form => "{\"action\": \"accept\", \"content\": {}}",
        AskKind::Url => "{\"action\": \"accept\"}",
        AskKind::Roots => "{\"roots\": []}",
        AskKind::Sampling => {
            "{\"role\": \"assistant\", \"model\": \"none\", \"content\": {\"type\": \"text\", \"text\": \"\"}}"
        }
    }
}

/// The exchange that a held frame answers.
fn answered(frame: u64, ctx: &Ctx<'_>) -> Option<ExchangeIndex> {
    let entry = ctx.timeline.with_seq(frame)?;
    let frames = ctx.timeline.frames();
    let at = frames.partition_point(|frame| frame.entry < entry);
    let row = frames.get(at).filter(|frame| frame.entry == entry)?;
    match row.kind {
        FrameKind::Response(exchange) => Some(exchange),
        FrameKind::Request(_) | FrameKind::Single(_) => None,
    }
}

/// What a held frame is, in words: `tools/call echo`, `answer to elicitation/create (#16)`.
pub(super) fn what(frame: u64, ctx: &Ctx<'_>) -> String {
    match ctx.timeline.about(frame) {
        // What it asks stands beside it.
        Some(about)
            if AskKind::ALL
                .iter()
                .any(|kind| kind.method() == about.method) =>
        {
            About {
                subject: "",
                ..about
            }
            .to_string()
        }
        Some(about) => about.to_string(),
        None => "a message".to_owned(),
    }
}

/// A member for each thing that a result wants.
fn inputs(frame: u64, ctx: &Ctx<'_>) -> Option<String> {
    let exchange = answered(frame, ctx)?;
    let status = ctx.timeline.exchange(exchange)?.status;
    if status != Status::InputRequired {
        return None;
    }
    let asked = ctx.timeline.questions().of_call(exchange);
    let members = asked.filter_map(|question| match &question.which {
        Which::Input { key, .. } => Some(format!("  {}: {}", quote(key), of(question.kind))),
        _ => None,
    });
    let members: Vec<String> = members.collect();
    Some(format!("{{\n{}\n}}", members.join(",\n")))
}
