//! How a call went, in words: what is no plain success says so above everything else.

use super::members::Members;
use super::sheet::Sheet;
use crate::json::{self, Kind};
use crate::tui::widgets::spot::Target;

/// Requests for input that are listed.
const REQUESTS: usize = 20;

/// Writes what a result says of itself. False when it is not the final one.
pub(super) fn write(sheet: &mut Sheet, result: &Members<'_>) -> bool {
    let is_final = match result.get("resultType") {
        Some(raw) if json::string(raw).as_deref() != Some("complete") => {
            let spelled = String::from_utf8_lossy(raw);
            let word = json::string(raw).unwrap_or_else(|| spelled.into_owned());
            if word == "input_required" {
                input_required(sheet, result);
            } else {
                sheet.heading(&format!("resultType {word}: not the final result"));
            }
            false
        }
        _ => true,
    };
    if result.get("isError").and_then(json::boolean) == Some(true) {
        sheet.heading("tool error: the tool ran and says that it failed (isError)");
    }
    is_final
}

/// What the server wants to know before it goes on (2026-07-28, basic/patterns/mrtr).
fn input_required(sheet: &mut Sheet, result: &Members<'_>) {
    let requests = result.get("inputRequests");
    let state = result.get("requestState").is_some();
    let Some(requests) = requests.filter(|raw| json::kind(raw) == Kind::Object) else {
        sheet.heading(if state {
            "input required: nothing is asked, the call may simply be made again with its requestState"
        } else {
            "input required, but neither inputRequests nor requestState says what"
        });
        return;
    };
    sheet.heading("input required: the server asks before it goes on");
    let mut members = json::members(requests);
    for (name, request) in members.by_ref().take(REQUESTS) {
        let method = json::string_at(request, &["method"]);
        let method = method.as_deref().unwrap_or("no method");
        sheet.spot(&format!("  {name}: {method}"), Target::Nothing, None);
        match json::get(request, &["params", "message"]) {
            Some(message) if json::kind(message) == Kind::String => sheet.string(message),
            _ => {
                if let Some(params) = json::get(request, &["params"]) {
                    sheet.json(params);
                }
            }
        }
    }
    let more = members.count();
    if more > 0 {
        sheet.heading(&format!("  … and {more} more"));
    }
}
