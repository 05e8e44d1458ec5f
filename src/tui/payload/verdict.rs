//! Whether structured content is what the tool promised, and what the text beside it says, in words.
//!
//! 2025-06-18, server/tools, "Structured Content": a tool with an output schema must send structured content that
//! matches it, and should send the same as serialised JSON in a text block.

use super::members::Members;
use super::sheet::Sheet;
use crate::json;
use crate::text;
use crate::tui::widgets::spot::Target;
use crate::validity::{Twin, Validator, Verdict, twin};

/// Larger content is neither checked nor compared: it would take many times its size in memory.
const CHECKED: usize = 8 << 20;

/// Violations that are told one by one.
const TOLD: usize = 20;

/// Writes the verdict on the structured content of a result, when there is something to say. `tool` is the raw tool as
/// it was listed.
pub(super) fn write(sheet: &mut Sheet, result: &Members<'_>, tool: Option<&[u8]>) {
    let schema = tool.and_then(|tool| json::get(tool, &["outputSchema"]));
    let failed = result.get("isError").and_then(json::boolean) == Some(true);
    let Some(structured) = result.get("structuredContent") else {
        if schema.is_some() && !failed {
            sheet.heading("the tool declares an output schema but sent no structured content");
        }
        return;
    };
    let behind = || Target::Tab("Structured".to_owned());
    if structured.len() > CHECKED {
        let size = text::size(structured.len() as u64);
        let heading = format!("structured content: {size}, too much to be checked");
        return sheet.spot(&heading, behind(), None);
    }
    let same = same_as_text(result, structured);
    let Some(schema) = schema else {
        let why = match tool {
            Some(_) => "sent without a schema",
            None => "not checked, for the tool is not listed",
        };
        return sheet.spot(
            &format!("structured content: {why} · {same}"),
            behind(),
            None,
        );
    };
    let validator = match Validator::compile(schema) {
        Ok(validator) => validator,
        Err(refusal) => {
            let heading =
                format!("structured content: the output schema cannot be used: {refusal} · {same}");
            return sheet.spot(&heading, behind(), None);
        }
    };
    let verdict = validator.check_text(structured);
    let heading = format!("structured content {} · {same}", judged(&verdict));
    sheet.spot(&heading, behind(), None);
    if verdict.violations.len() > 1 {
        for violation in verdict.violations.iter().take(TOLD) {
            let place = json_path(&violation.pointer);
            sheet.spot(&format!("  {place}: {}", violation.words), behind(), None);
        }
        let more = verdict.violations.len().saturating_sub(TOLD);
        if more > 0 || verdict.more {
            let least = if verdict.more { "at least " } else { "" };
            sheet.heading(&format!("  … and {least}{more} more"));
        }
    }
    for remark in validator
        .remarks()
        .iter()
        .chain(&verdict.remarks)
        .take(TOLD)
    {
        sheet.heading(&format!("  note: {remark}"));
    }
}

fn judged(verdict: &Verdict) -> String {
    let unchecked = |violation: &&crate::validity::Violation| violation.is_unchecked();
    match &*verdict.violations {
        [] => "matches the output schema".to_owned(),
        [one] if one.is_unchecked() => format!("cannot be checked: {}", one.words),
        [one] => format!(
            "fails the output schema at {}: {}",
            json_path(&one.pointer),
            one.words
        ),
        many => {
            let open = many.iter().filter(unchecked).count();
            let least = if verdict.more { "at least " } else { "" };
            if open == many.len() {
                return "cannot be checked".to_owned();
            }
            let count = text::plural(many.len() - open, "problem");
            format!("fails the output schema: {least}{count}")
        }
    }
}

/// Whether a text block of the result holds the same data; of several, the one that comes nearest.
fn same_as_text(result: &Members<'_>, structured: &[u8]) -> String {
    let content = result.get("content").unwrap_or_default();
    let mut best: Option<Twin> = None;
    let mut room = CHECKED;
    for block in json::elements(content) {
        let is_text = json::string_at(block, &["type"]).as_deref() == Some("text");
        let Some(raw) = json::get(block, &["text"]).filter(|_| is_text) else {
            continue;
        };
        let Some(left) = room.checked_sub(raw.len()) else {
            break;
        };
        room = left;
        let Some(text) = json::string(raw) else {
            continue;
        };
        match (twin(structured, text.as_bytes()), &best) {
            (Twin::Same, _) => return "same data as the text".to_owned(),
            (Twin::Wrapped, _) => return "its result is what the text says".to_owned(),
            (found @ Twin::Different(_), None | Some(Twin::NotJson)) => best = Some(found),
            (found, None) => best = Some(found),
            _ => {}
        }
    }
    match best {
        Some(Twin::Different(at)) => {
            format!("other data than the text: first at {}", json_path(&at))
        }
        Some(_) => "the text is not JSON".to_owned(),
        None => "no text beside it".to_owned(),
    }
}

/// A JSON pointer as a path: `/a/0/b c` is `$.a[0]["b c"]`.
fn json_path(pointer: &str) -> String {
    let mut path = "$".to_owned();
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) {
            path.extend(["[", &name, "]"]);
        } else if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.is_empty() {
            path.push('.');
            path.push_str(&name);
        } else {
            path.extend(["[", &json::quote(&name), "]"]);
        }
    }
    path
}
