//! What masks hide in a recording, what was used up, and answers that did not say whose they are.

use super::*;

#[test]
fn a_masked_argument_is_any_argument() {
    let masked = r#"{"key":"‹masked:key›","x":1}"#;
    let lines = [
        &format!(">{}", call("1", "a", masked)),
        r#"<{"jsonrpc":"2.0","id":1,"result":{"n":1}}"#,
        &format!(">{}", call("2", "a", r#"{"key":"known","x":1}"#)),
        r#"<{"jsonrpc":"2.0","id":2,"result":{"n":2}}"#,
        &format!(">{}", call("3", "a", masked)),
        r#"<{"jsonrpc":"2.0","id":3,"result":{"n":"‹masked:key›"}}"#,
    ];
    let ask = |player: &mut Player, key: &str, x: u8| {
        let arguments = format!(r#"{{"x":{x},"key":{key}}}"#);
        heard(player, &call("9", "a", &arguments)).join(" ")
    };
    let result = |n: &str| format!(r#"{{"jsonrpc":"2.0","id":9,"result":{{"n":{n}}}}}"#);
    let mut player = player(&lines, Matching::Arguments);
    assert_eq!(ask(&mut player, "\"b\"", 1), result("1"));
    // What was recorded as it is comes before what takes anything.
    assert_eq!(ask(&mut player, "\"known\"", 1), result("2"));
    assert_eq!(ask(&mut player, "5", 1), result("\"‹masked:key›\""));
    // The mask is no difference, the other argument is one.
    let unknown = call("9", "a", r#"{"x":2,"key":"b"}"#);
    let said = heard(&mut player, &unknown).remove(0);
    assert!(
        said.contains("where $.arguments.x 1 recorded, 2 asked"),
        "{said}"
    );
    assert!(!said.contains("arguments.key"), "{said}");
    let mut strict = super::player(&lines, Matching::Strict);
    assert_eq!(ask(&mut strict, "\"b\"", 1), result("1"));
    assert!(ask(&mut strict, "\"b\"", 1).contains("is not what comes next"));
}

#[test]
fn a_masked_reply_is_any_reply() {
    let lines = [
        &format!(">{}", call("1", "a", "{}")),
        r#"<{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{}}"#,
        r#">{"jsonrpc":"2.0","id":7,"result":{"action":"accept","content":{"password":"‹masked:password›"}}}"#,
        r#"<{"jsonrpc":"2.0","id":1,"result":{"content":["done"]}}"#,
    ];
    for (reply, differing) in [("accept", 0), ("decline", 1)] {
        let mut player = player(&lines, Matching::Arguments);
        heard(&mut player, &call("1", "a", "{}"));
        let reply = format!(
            r#"{{"jsonrpc":"2.0","id":7,"result":{{"action":"{reply}","content":{{"password":"mine"}}}}}}"#
        );
        let said = heard(&mut player, &reply).join(" ");
        assert!(said.contains("done") && !said.contains("mine"), "{said}");
        assert_eq!(player.tally.differing, differing);
    }
}

#[test]
fn in_sequence_what_was_given_out_is_called_so() {
    let lines = [
        &format!(">{}", call("1", "a", "{}")),
        r#"<{"jsonrpc":"2.0","id":1,"result":{}}"#,
        &format!(">{}", call("2", "a", "{}")),
        r#"<{"jsonrpc":"2.0","id":2,"result":{}}"#,
    ];
    let mut player = player(&lines, Matching::Sequence);
    let mut ask = || heard(&mut player, &call("9", "a", r#"{"x":1}"#)).join(" ");
    assert!(ask().contains("\"result\""));
    assert!(ask().contains("\"result\""));
    let said = ask();
    let words = "tools/call a was recorded 2 times, and each has been answered";
    assert!(said.starts_with(&format!("*{words} ")), "{said}");
}

#[test]
fn what_was_used_in_part_is_counted() {
    let lines = [
        &format!(">{}", call("1", "a", "{}")),
        r#"<{"jsonrpc":"2.0","id":1,"result":{}}"#,
        &format!(">{}", call("2", "a", "{}")),
        r#"<{"jsonrpc":"2.0","id":2,"result":{}}"#,
        &format!(">{}", call("3", "b", "{}")),
        r#"<{"jsonrpc":"2.0","id":3,"result":{}}"#,
    ];
    let mut player = player(&lines, Matching::Arguments);
    heard(&mut player, &call("9", "a", "{}"));
    player.tally.differing = 1;
    assert_eq!(
        player.tally.words(&player.script),
        "1 request answered from the recording, 1 reply not as recorded\n\
         unused: 2 recorded requests\n  tools/call a (1 of 2)\n  tools/call b"
    );
    player.tally.passes_by = true;
    player.tally.forwarded = 3;
    player.tally.differing = 0;
    assert_eq!(player.tally.words(&player.script), "3 requests forwarded");
}

/// An answer over HTTP that said of no request that it answers it, and a request that nobody was there for.
#[test]
fn what_only_http_says_is_said_without_it() {
    let mut entries = recorded(&[
        r#"*{"event":"connect","name":"s","transport":"http","era":"auto"}"#,
        r#">{"jsonrpc":"2.0","id":"p","method":"server/discover"}"#,
        r#"<{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}"#,
        r#">{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
        r#"*{"event":"unanswered","id":2,"kind":"unreachable","what":"connection refused"}"#,
    ]);
    entries[2].extra = Some(r#""http":{"exchange":1,"answers":"p"}"#.into());
    let script = script(&entries);
    let ask = |by_exchange, method: &str| {
        let rules = Rules {
            by_exchange,
            ..Rules::default()
        };
        let mut player = Player::new(Arc::clone(&script), rules);
        let message = format!(r#"{{"jsonrpc":"2.0","id":5,"method":"{method}"}}"#);
        heard(&mut player, &message)
    };
    let answer = |id: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32000,"message":"no"}}}}"#)
    };
    assert_eq!(ask(false, "server/discover"), [answer("5")]);
    assert_eq!(ask(true, "server/discover"), [answer("null")]);
    let lost = ask(false, "tools/list");
    assert!(lost[0].starts_with("Refuse"), "{lost:?}");
    let scene = script
        .scenes
        .iter()
        .find(|scene| scene.method == "tools/list");
    let error = String::from_utf8(refusal("5", scene.unwrap())).unwrap();
    assert!(error.contains("could not be reached"), "{error}");
}
