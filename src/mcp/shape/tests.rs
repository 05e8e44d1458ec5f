//! What is said of messages that are right, and of those that are not.

use super::*;
use crate::mcp::method::METHODS;
use Revision::{V2024_11_05, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};

fn told(faults: &[Fault]) -> Vec<String> {
    let line = |fault: &Fault| format!("{}: {}", fault.pointer, fault.words);
    faults.iter().map(line).collect()
}

fn result_of(method: &str, revision: Revision, text: &str) -> Vec<String> {
    told(&result(method, revision, text.as_bytes()).expect("the method is there"))
}

#[test]
fn the_file_is_read_and_every_name_in_it_is_found() {
    for revision in Revision::ALL {
        let _ = Table::of(revision);
    }
}

#[test]
fn every_method_has_its_params_and_every_request_its_result() {
    for method in METHODS {
        for revision in [method.since, method.until] {
            assert!(
                params(method.name, revision, None).is_some(),
                "{}",
                method.name
            );
            if method.kind == MethodKind::Request {
                let found = result(method.name, revision, b"{}");
                assert!(found.is_some(), "{} <", method.name);
            }
        }
    }
    assert_eq!(params("ping", V2026_07_28, None), None);
    assert_eq!(params("no/such", V2025_11_25, None), None);
}

#[test]
fn a_member_that_is_missing_is_named_where_it_is_missing() {
    let found = result_of("tools/list", V2025_11_25, r#"{"tools":[{"name":"a"}]}"#);
    assert_eq!(found, ["/tools/0: inputSchema is missing"]);
}

#[test]
fn a_block_is_looked_at_as_what_it_says_it_is() {
    let found = result_of(
        "tools/call",
        V2025_11_25,
        r#"{"content":[{"type":"image","data":"AA=="}]}"#,
    );
    assert_eq!(found, ["/content/0: mimeType is missing"]);
}

#[test]
fn a_block_of_a_later_revision_is_none_of_those_there_are() {
    let audio = r#"{"content":[{"type":"audio","data":"","mimeType":"audio/wav"}]}"#;
    let found = result_of("tools/call", V2024_11_05, audio);
    assert_eq!(
        found,
        [r#"/content/0/type: must be "text", "image" or "resource", not "audio""#]
    );
    assert_eq!(result_of("tools/call", V2025_03_26, audio), [] as [&str; 0]);
}

#[test]
fn a_result_that_wants_input_is_looked_at_as_such() {
    let text = r#"{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"m"}}}}"#;
    let found = result_of("tools/call", V2026_07_28, text);
    assert_eq!(
        found,
        ["/inputRequests/a/params: requestedSchema is missing"]
    );
}

#[test]
fn types_values_and_ranges_are_told_apart() {
    let text = r#"{"resources":[{"uri":1,"name":"n","size":1.5,"annotations":{"priority":2,"audience":["robot"]}}]}"#;
    assert_eq!(
        result_of("resources/list", V2025_06_18, text),
        [
            "/resources/0/uri: must be a string, not 1",
            "/resources/0/size: must be an integer, not 1.5",
            r#"/resources/0/annotations/audience/0: must be "user" or "assistant", not "robot""#,
            "/resources/0/annotations/priority: must be from 0 to 1",
        ]
    );
}

#[test]
fn what_only_the_stateless_revision_demands_is_demanded_there_alone() {
    let list = r#"{"tools":[]}"#;
    assert_eq!(result_of("tools/list", V2025_11_25, list), [] as [&str; 0]);
    assert_eq!(
        result_of("tools/list", V2026_07_28, list),
        [
            ": ttlMs is missing",
            ": cacheScope is missing",
            ": resultType is missing"
        ]
    );
    let bare = params("tools/list", V2026_07_28, Some(b"{}")).expect("a method");
    assert_eq!(told(&bare), [": _meta is missing"]);
}

#[test]
fn the_envelope_is_looked_at_by_what_it_seems_to_be() {
    let found = |text: &str, revision| told(&envelope(text.as_bytes(), revision));
    assert_eq!(
        found(r#"{"jsonrpc":"1.0","id":null,"result":[]}"#, V2025_11_25),
        [
            r#"/jsonrpc: must be "2.0", not "1.0""#,
            "/id: must be a string or an integer, not null",
            "/result: must be an object, not an array"
        ]
    );
    assert_eq!(
        found(r#"{"jsonrpc":"2.0","method":"tools/list"}"#, V2025_11_25),
        [": id is missing"]
    );
    let batch = r#"[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2}]"#;
    assert_eq!(found(batch, V2025_03_26), ["/1: result is missing"]);
    assert_eq!(
        found(batch, V2025_06_18),
        [": must be an object, not an array"]
    );
}

#[test]
fn a_hostile_message_is_told_of_in_bounds() {
    let many = vec!["1"; 10_000].join(",");
    let text = format!(r#"{{"content":[{many}]}}"#);
    let found = result("tools/call", V2025_11_25, text.as_bytes()).expect("a method");
    assert_eq!(found.len(), MOST);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_looked_at(bytes: Vec<u8>, at in 0..5usize) {
        let revision = Revision::ALL[at];
        for method in ["tools/call", "initialize", "elicitation/create", "notifications/cancelled"] {
            let _ = params(method, revision, Some(&bytes));
            let _ = result(method, revision, &bytes);
        }
        let _ = envelope(&bytes, revision);
    }
}
