//! Streams of notifications (2026-07-28).

use super::*;

#[test]
fn a_stream_for_lists_alone_ends_no_other() {
    let mut recorded = Made::ready();
    for (id, wanted) in [
        (1, r#"{"resourceSubscriptions":["a:1"]}"#),
        (2, r#"{"toolsListChanged":true}"#),
        (
            3,
            r#"{"toolsListChanged":true,"resourceSubscriptions":["a:1","a:2"]}"#,
        ),
        (4, r#"{"resourceSubscriptions":["a:2"]}"#),
    ] {
        recorded.send(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"subscriptions/listen","params":{{"notifications":{wanted}}}}}"#
        ));
    }
    let stage = Stage::new(&recorded, Speed::None);
    assert_eq!(
        stage.said,
        [
            Do::Follow("a:1".to_owned(), true),
            Do::FollowLists,
            Do::Follow("a:2".to_owned(), true),
            Do::FollowLists,
            Do::Follow("a:1".to_owned(), false),
            Do::Over,
        ]
    );
}
