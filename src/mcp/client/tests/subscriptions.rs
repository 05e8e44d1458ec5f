//! Subscriptions in both eras: who is asked, what an acknowledgement means, and what becomes of streams.

use super::*;
use crate::jsonrpc::Id;
use crate::mcp::http::LossKind;

const OFFERS: &str = r#"{"tools":{"listChanged":true},"resources":{"subscribe":true}}"#;

fn discovered(capabilities: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":"mcpscope-probe-1","result":{{"supportedVersions":["2026-07-28"],"capabilities":{capabilities}}}}}"#
    )
}

fn modern(over: Over, follow_lists: bool) -> (Play, Vec<String>) {
    let mut play = Play::new(Options {
        over,
        follow_lists,
        ..quiet()
    });
    play.put(Input::Started);
    let out = play.frame(&discovered(OFFERS));
    (play, out)
}

fn subscribe(play: &mut Play, uri: &str, on: bool) -> Vec<String> {
    play.put(Input::Subscribe { uri, on })
}

fn acknowledge(play: &mut Play, id: &str, filter: &str) -> Vec<String> {
    play.frame(&format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{{"notifications":{filter},"_meta":{{"io.modelcontextprotocol/subscriptionId":{id}}}}}}}"#
    ))
}

fn told(play: &mut Play, method: &str, id: &str, member: &str) -> Vec<String> {
    play.frame(&format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/{method}","params":{{{member}"_meta":{{"io.modelcontextprotocol/subscriptionId":{id}}}}}}}"#
    ))
}

fn sent_params(play: &mut Play, input: Input<'_>) -> Vec<String> {
    play.client
        .handle(play.now, input)
        .iter()
        .filter_map(|output| match output {
            Output::Send { frame, .. } => Some(
                String::from_utf8_lossy(json::get(frame.as_bytes(), &["params"]).unwrap())
                    .into_owned(),
            ),
            _ => None,
        })
        .collect()
}

#[test]
fn lists_are_followed_by_default_where_they_are_offered() {
    let (_, out) = modern(Over::Pipe, true);
    assert_eq!(out.last().unwrap(), "> subscriptions/listen 1");
    let (_, out) = modern(Over::Pipe, false);
    assert_eq!(out.last().unwrap(), "Ready", "not when that is turned off");
    let mut play = Play::new(Options {
        follow_lists: true,
        ..quiet()
    });
    play.put(Input::Started);
    let out = play.frame(DISCOVERED);
    assert_eq!(out.last().unwrap(), "Ready", "not when nothing is offered");
    let mut play = legacy();
    assert_eq!(
        play.put(Input::FollowLists(true)),
        [""; 0],
        "older servers tell unasked"
    );
}

#[test]
fn obligation_17_the_acknowledgement_is_compared_with_the_request() {
    let (mut play, _) = modern(Over::Pipe, true);
    assert_eq!(
        acknowledge(&mut play, "1", r#"{"toolsListChanged":true}"#),
        [""; 0]
    );
    assert_eq!(
        acknowledge(&mut play, "1", "{}"),
        ["* the subscription 1 was acknowledged twice"]
    );
    let (mut play, _) = modern(Over::Pipe, false);
    subscribe(&mut play, "a:b", true);
    assert_eq!(
        acknowledge(&mut play, "1", r#"{"promptsListChanged":true}"#),
        [
            "* the server is not going to tell: a:b",
            "* the server is going to tell unasked: changes of prompts"
        ]
    );
    assert_eq!(
        acknowledge(&mut play, "\"1\"", "{}"),
        ["* a subscription was acknowledged that there is not: \"1\""],
        "an id of another type is another id"
    );
}

#[test]
fn obligation_17_notifications_are_told_apart_by_their_subscription() {
    let (mut play, _) = modern(Over::Pipe, true);
    assert_eq!(
        told(&mut play, "tools/list_changed", "1", ""),
        [
            "* notifications/tools/list_changed came before the subscription 1 was acknowledged",
            "> tools/list 2"
        ]
    );
    acknowledge(&mut play, "1", r#"{"toolsListChanged":true}"#);
    play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#);
    assert_eq!(
        told(&mut play, "tools/list_changed", "1", ""),
        ["> tools/list 3"]
    );
    assert_eq!(
        told(&mut play, "resources/updated", "1", r#""uri":"a:b","#),
        ["* notifications/resources/updated came with the subscription 1, which is not for it"]
    );
    assert_eq!(
        told(
            &mut play,
            "progress",
            "1",
            r#""progressToken":9,"progress":1,"#
        ),
        ["* notifications/progress must not come with a subscription, and came with 1"]
    );
    let out = told(&mut play, "prompts/list_changed", "7", "");
    assert_eq!(
        out,
        [
            "* notifications/prompts/list_changed came for the subscription 7, which there is not",
            "> prompts/list 4"
        ],
        "said, and heeded: a list that changed has changed"
    );
    let out = play.frame(
        r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:b"}}"#,
    );
    assert_eq!(
        out,
        ["* notifications/resources/updated came without the subscription it belongs to"]
    );
    let again = told(&mut play, "resources/updated", "1", r#""uri":"a:b","#);
    assert_eq!(again, [""; 0], "nothing is remarked twice");
}

#[test]
fn another_resource_is_another_stream_and_nothing_is_missed_between() {
    let (mut play, _) = modern(Over::Pipe, false);
    let uri = |uri| Input::Subscribe { uri, on: true };
    let params = sent_params(&mut play, uri("a:b"));
    assert!(
        params[0].contains(r#""notifications":{"resourceSubscriptions":["a:b"]}"#),
        "{params:?}"
    );
    acknowledge(&mut play, "1", r#"{"resourceSubscriptions":["a:b"]}"#);
    assert_eq!(subscribe(&mut play, "a:b", true), [""; 0], "it is open");
    let params = sent_params(&mut play, uri("c:d"));
    assert!(params[0].contains(r#"["a:b","c:d"]"#), "{params:?}");
    assert_eq!(
        acknowledge(&mut play, "2", r#"{"resourceSubscriptions":["a:b","c:d"]}"#),
        ["> notifications/cancelled"],
        "the old one goes when the new one stands"
    );
    assert_eq!(
        told(&mut play, "resources/updated", "1", r#""uri":"a:b","#),
        [""; 0],
        "on its way"
    );
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#),
        [""; 0]
    );
    subscribe(&mut play, "a:b", false);
    assert_eq!(
        acknowledge(&mut play, "3", r#"{"resourceSubscriptions":["c:d"]}"#),
        ["> notifications/cancelled"]
    );
    assert_eq!(
        subscribe(&mut play, "c:d", false),
        ["> notifications/cancelled"]
    );
    assert_eq!(play.client.deadline(), None, "nothing is waited for");
}

#[test]
fn an_open_stream_never_times_out_and_a_silent_one_does() {
    let (mut play, _) = modern(Over::Pipe, true);
    acknowledge(&mut play, "1", r#"{"toolsListChanged":true}"#);
    assert_eq!(play.client.deadline(), None);
    let (mut play, _) = modern(Over::Pipe, true);
    assert_eq!(
        play.wait(60),
        [
            "* request 1 not answered within 60000 ms",
            "> notifications/cancelled",
            "* subscriptions/listen was neither acknowledged nor refused"
        ]
    );
    assert_eq!(play.client.deadline(), None);
}

#[test]
fn a_refusal_is_said_and_what_was_open_stays() {
    let (mut play, _) = modern(Over::Pipe, false);
    subscribe(&mut play, "a:b", true);
    acknowledge(&mut play, "1", r#"{"resourceSubscriptions":["a:b"]}"#);
    subscribe(&mut play, "c:d", true);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"unknown"}}"#),
        ["* subscriptions/listen was refused with -32602: unknown"]
    );
    assert_eq!(
        told(&mut play, "resources/updated", "1", r#""uri":"a:b","#),
        [""; 0],
        "the first one is open yet"
    );
    assert_eq!(
        subscribe(&mut play, "c:d", true),
        ["> subscriptions/listen 3"]
    );
}

#[test]
fn what_the_server_ends_in_order_is_not_opened_anew() {
    for end in [
        r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
    ] {
        let (mut play, _) = modern(Over::Pipe, true);
        acknowledge(&mut play, "1", r#"{"toolsListChanged":true}"#);
        let out = play.frame(end);
        assert_eq!(out.len(), 1, "{out:?}");
        assert!(
            out[0].contains("the stream that tells of changes of tools"),
            "{out:?}"
        );
        assert_eq!(play.client.deadline(), None);
        assert_eq!(
            play.put(Input::FollowLists(true)),
            ["> subscriptions/listen 2"],
            "but when somebody asks"
        );
    }
    let (mut play, _) = modern(Over::Pipe, false);
    play.call(7, "tools/call", "{}");
    assert_eq!(
        play.frame(
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
        ),
        ["* the server gave up request 1; it may do so only with streams"]
    );
}

#[test]
fn obligation_17_a_stream_that_breaks_off_is_opened_anew_with_patience() {
    let (mut play, _) = modern(Over::Http, true);
    acknowledge(&mut play, "1", r#"{"toolsListChanged":true}"#);
    let broken = Loss::new(LossKind::Broken, "the stream ended");
    let mut id = 1;
    for wait in [1, 2, 4, 8, 16] {
        assert_eq!(
            play.put(Input::Unanswered(&Id::Integer(id), &broken)),
            [""; 0]
        );
        assert_eq!(
            play.client.deadline(),
            Some(play.now + Duration::from_secs(wait))
        );
        id += 1;
        assert_eq!(play.wait(wait), [format!("> subscriptions/listen {id}")]);
    }
    assert_eq!(
        play.put(Input::Unanswered(&Id::Integer(id), &broken)),
        ["* there is no stream of changes any more: the stream ended"]
    );
    assert_eq!(play.client.deadline(), None);

    let (mut play, _) = modern(Over::Http, false);
    subscribe(&mut play, "a:b", true);
    play.put(Input::Unanswered(&Id::Integer(1), &broken));
    assert_eq!(
        subscribe(&mut play, "a:b", true),
        ["> subscriptions/listen 2"],
        "who asks again need not wait"
    );

    let (mut play, _) = modern(Over::Http, true);
    let refused = Loss::new(LossKind::NeedsLogin, "401");
    assert_eq!(
        play.put(Input::Unanswered(&Id::Integer(1), &refused)),
        ["* there is no stream of changes any more: 401"],
        "a login does not come by itself"
    );
}

#[test]
fn over_http_a_stream_is_given_up_by_hanging_up() {
    let (mut play, _) = modern(Over::Http, true);
    acknowledge(&mut play, "1", r#"{"toolsListChanged":true}"#);
    let out = play.put(Input::FollowLists(false));
    assert_eq!(
        out,
        [
            "* request 1 given up: no longer wanted",
            "Abandon(Integer(1))"
        ]
    );
}

#[test]
fn the_handshake_eras_subscribe_one_by_one() {
    let mut play = legacy();
    assert_eq!(
        subscribe(&mut play, "a:b", true),
        ["> resources/subscribe 2"]
    );
    play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#);
    assert_eq!(subscribe(&mut play, "a:b", true), [""; 0]);
    assert_eq!(
        subscribe(&mut play, "a:b", false),
        ["> resources/unsubscribe 3"]
    );
    assert_eq!(
        subscribe(&mut play, "c:d", true),
        ["> resources/subscribe 4"]
    );
    play.frame(r#"{"jsonrpc":"2.0","id":4,"error":{"code":-32602,"message":"no"}}"#);
    assert_eq!(
        subscribe(&mut play, "c:d", true),
        ["> resources/subscribe 5"],
        "what was refused can be asked for again"
    );
}

#[test]
fn obligation_17_a_restart_takes_up_what_was_subscribed() {
    let options = Options {
        era: EraChoice::Legacy,
        subscribed: vec!["a:b".to_owned()],
        ..quiet()
    };
    let mut play = Play::new(options.clone());
    play.put(Input::Started);
    let out = play.frame(
        r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"resources":{"subscribe":true}}}}"#,
    );
    assert_eq!(out.last().unwrap(), "> resources/subscribe 2");
    // A session that the server forgot takes its subscriptions along.
    let out = {
        play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#);
        play.call(7, "tools/call", "{}");
        play.frame(r#"{"jsonrpc":"2.0","id":3,"result":{"content":[]}}"#);
        play.put(Input::SessionEnded);
        play.frame(
            r#"{"jsonrpc":"2.0","id":4,"result":{"protocolVersion":"2025-11-25","capabilities":{"resources":{"subscribe":true}}}}"#,
        )
    };
    assert_eq!(out.last().unwrap(), "> resources/subscribe 5");
    let mut play = Play::new(options);
    play.put(Input::Started);
    let out = play.frame(&initialized(1, "2025-11-25"));
    assert_eq!(
        out.last().unwrap(),
        "* the server offers no subscriptions any more; none is taken up again"
    );
    let mut play = Play::new(Options {
        subscribed: vec!["a:b".to_owned()],
        ..quiet()
    });
    play.put(Input::Started);
    let out = play.frame(&discovered(OFFERS));
    assert_eq!(out.last().unwrap(), "> subscriptions/listen 1");
}
