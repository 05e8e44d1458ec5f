//! Values that are masked in the recording.

use super::*;

#[test]
fn what_was_masked_and_comes_anew_is_no_reason_to_stop_and_is_not_shown() {
    let mut recorded = Made::ready();
    recorded.call(1, "log_in", "{}");
    recorded.answer(
        1,
        r#"{"structuredContent":{"access_token":"‹masked:access_token›"}}"#,
    );
    recorded.call(2, "get", r#"{"access_token":"‹masked:access_token›"}"#);
    recorded.answer(2, "{}");
    recorded.call(3, "other", r#"{"key":"‹masked:key›"}"#);
    recorded.answer(3, "{}");
    let mut stage = Stage::new(&recorded, Speed::None);
    let [needed] = &stage.run.plan().masks()[..] else {
        panic!("{:?}", stage.run.plan().masks());
    };
    assert_eq!(needed.name, "key");
    assert!(
        matches!(&needed.calls[..], [call] if call.ends_with(" tools/call other")),
        "{needed:?}"
    );
    let (why, hint) = unknown(stage.run.plan().masks().as_slice()).unwrap();
    assert!(
        why.contains(" tools/call other") && hint.contains("--secret key="),
        "{why}\n{hint}"
    );
    stage.answer(0, r#"{"structuredContent":{"access_token":"a-new-token"}}"#);
    assert_eq!(stage.arguments(1), r#"{"access_token":"a-new-token"}"#);
    assert!(
        !format!("{:?}", stage.said).contains("a-new-token"),
        "{:?}",
        stage.said
    );
    let shown: Vec<String> = stage
        .run
        .calls()
        .flat_map(|(.., carried)| carried)
        .map(|one| one.is.to_string())
        .collect();
    assert_eq!(shown, ["\"‹masked:access_token›\""]);
}
