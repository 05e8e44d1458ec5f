//! What is masked and what is not, in every spelling; and that nothing else changes.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::json::Value;

const KEY: &str = "s3cr3t/värde\"1";

fn masker() -> Masker {
    let mut masker = Masker::default();
    masker.connects(1, "it");
    masker
}

/// One that was passed variables.
fn passed(pairs: &[(&str, &str)]) -> Masker {
    let mut masker = masker();
    let pairs: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    masker.passed(1, Rule::Variable, &pairs);
    masker
}

fn text(masker: &mut Masker, seen: Seen, body: &str) -> String {
    let masked = masker.mask(1, seen, body.as_bytes());
    let Some(masked) = masked else {
        return body.to_owned();
    };
    for mark in &masked.marks {
        let part = std::str::from_utf8(&masked.body[mark.at..mark.at + mark.len]).unwrap();
        assert!(
            [
                placeholder(&mark.name),
                format!("\"{}\"", placeholder(&mark.name)),
                // In JSON that stands in a text.
                format!("\\\"{}\\\"", placeholder(&mark.name)),
            ]
            .iter()
            .any(|mask| mask == part),
            "{part}"
        );
    }
    let again = masker.mask(1, seen, &masked.body);
    assert_eq!(again, None, "masking twice is masking once");
    String::from_utf8(masked.body).unwrap()
}

#[test]
fn the_table_is_in_the_order_of_the_rules() {
    for row in RULES {
        assert_eq!(row.rule.row().word, row.word);
        assert_eq!(Rule::of_word(row.word), Some(row.rule));
    }
}

#[test]
fn masks_in_a_text_are_told_from_the_rest() {
    let found = |text| -> Vec<String> { masks(text).map(|(_, name)| name.to_owned()).collect() };
    assert_eq!(found("a ‹masked:A.2› and ‹masked:b›"), ["A.2", "b"]);
    assert_eq!(found("‹masked:› ‹masked:a b› ‹masked:x"), [""; 0]);
    assert!(is_mask("‹masked:x›") && !is_mask("‹masked:x› ") && !is_mask("‹masked:x"));
}

#[test]
fn marks_stand_in_the_entry() {
    let marks = vec![Mark {
        at: 3,
        len: 9,
        name: "pin.2".into(),
        rule: Rule::Argument,
    }];
    let member = Mark::member(&marks);
    assert_eq!(
        member,
        r#""mask":[{"at":3,"len":9,"name":"pin.2","rule":"argument"}]"#
    );
    assert_eq!(Mark::of(Some(&format!("\"http\":{{}},{member}"))), marks);
    assert_eq!(Mark::of(None), []);
    assert_eq!(Mark::of(Some(r#""mask":[{"at":"x"},7]"#)), []);
}

#[test]
fn members_of_json_within_a_text_are_masked_by_their_names() {
    let mut it = masker();
    for (body, masked) in [
        (
            r#"{"content":[{"type":"text","text":"{\"access_token\": \"a\\\"b-hunter2\", \"password\":1234, \"n\":null}"}]}"#,
            r#"{"content":[{"type":"text","text":"{\"access_token\": \"‹masked:access_token›\", \"password\":\"‹masked:password›\", \"n\":null}"}]}"#,
        ),
        // The same secret reads the same, wherever it stands.
        (
            r#"{"api_key":"hunter2-hunter2","text":" [{\"apiKey\":\"hunter2-hunter2\"}] ","of":"{\"text\":\"hunter2-hunter2\"}"}"#,
            r#"{"api_key":"‹masked:api_key›","text":" [{\"apiKey\":\"‹masked:api_key›\"}] ","of":"{\"text\":\"‹masked:api_key›\"}"}"#,
        ),
        (
            r#"{"text":"{\"password\": not JSON}","more":"{\"progressToken\":\"x\",\"secret\":\"\"}"}"#,
            r#"{"text":"{\"password\": not JSON}","more":"{\"progressToken\":\"x\",\"secret\":\"\"}"}"#,
        ),
    ] {
        let found = it.mask(1, Seen::Came, body.as_bytes());
        if let Some(found) = found {
            json::check(&found.body).unwrap();
            let back = it.secrets().originals(&found.body, &found.marks).unwrap();
            assert_eq!(String::from_utf8(back).unwrap(), body);
        }
        assert_eq!(text(&mut it, Seen::Came, body), masked);
    }
}

#[test]
fn what_stands_for_headers_and_logins_gets_the_names_of_their_secrets() {
    use crate::mcp::stand_in::{self, Whose};
    let mut it = passed(&[("TOKEN", "hunter2-hunter2")]);
    let of = |whose, name, secret| stand_in::of(whose, name, secret);
    let note = |text: &str| format!("{{\"event\":\"x\",\"a\":{}}}", json::quote(text));
    let known = of(Whose::Header, "authorization", "hunter2-hunter2");
    let (one, two) = (
        of(Whose::Header, "cookie", "a=1"),
        of(Whose::Header, "cookie", "a=2"),
    );
    let code = of(Whose::Login, "code", "a=1");
    for (line, masked) in [
        (format!("Bearer {known}"), "Bearer ‹masked:TOKEN›"),
        (one.clone(), "‹masked:cookie›"),
        (two, "‹masked:cookie.2›"),
        (
            format!("{{\"code\":\"{code}\"}} é {one}"),
            "{\"code\":\"‹masked:cookie›\"} é ‹masked:cookie›",
        ),
    ] {
        assert_eq!(text(&mut it, Seen::Note, &note(&line)), note(masked));
    }
    let marks = it
        .mask(1, Seen::Note, note(&code).as_bytes())
        .unwrap()
        .marks;
    assert_eq!((&*marks[0].name, marks[0].rule), ("cookie", Rule::Login));
    // A frame or a line is nobody's note.
    let frame = note(&one);
    assert_eq!(text(&mut it, Seen::Came, &frame), frame);
}

#[test]
fn values_that_were_passed_are_found_wherever_they_are_repeated() {
    let mut it = passed(&[
        ("KEY", KEY),
        ("PIN", "four"),
        ("PATH", "/usr/bin:/bin"),
        ("N", "7"),
    ]);
    for (seen, body, masked) in [
        (
            Seen::Came,
            r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"it is s3cr3t/värde\"1!"}]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"it is ‹masked:KEY›!"}]}}"#,
        ),
        // Spelled otherwise, in a name, in JSON inside of a text.
        (
            Seen::Came,
            r#"{"\u00733cr3t\/v\u00E4rde\u00221": [ 1.0,"s3cr3t/v\u00e4rde\"1\ud83d\ude00"]}"#,
            r#"{"‹masked:KEY›": [ 1.0,"‹masked:KEY›\ud83d\ude00"]}"#,
        ),
        (
            Seen::Came,
            r#"{"text":"{\"key\":\"s3cr3t/värde\\\"1\"}"}"#,
            r#"{"text":"{\"key\":\"‹masked:KEY.json›\"}"}"#,
        ),
        // Short ones are a whole value or nothing; those that say where something runs are no secret.
        (
            Seen::Sent,
            r#"{"a":"four","b":"fourteen","c":"/usr/bin:/bin","d":"7","e":7}"#,
            r#"{"a":"‹masked:PIN›","b":"fourteen","c":"/usr/bin:/bin","d":"7","e":7}"#,
        ),
        (
            Seen::Line,
            "starting with s3cr3t/värde\"1",
            "starting with ‹masked:KEY›",
        ),
        (
            Seen::Line,
            "GET /?k=s3cr3t%2Fv%C3%A4rde%221 {\"s3cr3t/värde\\\"1\"",
            "GET /?k=‹masked:KEY.url› {\"‹masked:KEY.json›\"",
        ),
        (
            Seen::Came,
            r#"not JSON: "s3cr3t/värde"1""#,
            r#"not JSON: "‹masked:KEY›""#,
        ),
        (
            Seen::Note,
            r#"{"event":"four","command":["a","four"]}"#,
            r#"{"event":"four","command":["a","‹masked:PIN›"]}"#,
        ),
    ] {
        assert_eq!(text(&mut it, seen, body), masked);
    }
}

#[test]
fn numbers_become_marked_texts_and_ids_stay() {
    let mut it = passed(&[("ACCOUNT", "12345678")]);
    assert_eq!(
        text(
            &mut it,
            Seen::Came,
            r#"{"jsonrpc":"2.0","id":12345678,"result":{"n":12345678,"m":1234567}}"#
        ),
        r#"{"jsonrpc":"2.0","id":12345678,"result":{"n":"‹masked:ACCOUNT›","m":1234567}}"#
            .replace("ACCOUNT", "ACCOUNT.2")
    );
}

#[test]
fn what_is_typed_as_a_method_or_an_id_is_masked_too() {
    let key = "A1b2C3d4E5f6G7h8I9j0";
    let mut masker = passed(&[("API_KEY", key)]);
    let body = format!(
        r#"{{"jsonrpc":"{key}","id":"of {key}","method":"x/{key}","params":{{"_meta":{{"progressToken":1}}}}}}"#
    );
    assert_eq!(
        text(&mut masker, Seen::Sent, &body),
        r#"{"jsonrpc":"‹masked:API_KEY›","id":"of ‹masked:API_KEY›","method":"x/‹masked:API_KEY›","params":{"_meta":{"progressToken":1}}}"#
    );
    let list = format!(r#"[{{"jsonrpc":"2.0","id":1,"method":"sk-proj-{key}"}}]"#);
    assert_eq!(
        text(&mut masker, Seen::Sent, &list),
        r#"[{"jsonrpc":"2.0","id":1,"method":"‹masked:api_key›"}]"#
    );
}

#[test]
fn words_of_the_protocol_are_no_secret() {
    let mut it = passed(&[
        ("A", "notifications"),
        ("B", "2025-11-25"),
        ("C", "arguments"),
        ("D", "text"),
    ]);
    let body = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"type":"text","arguments":"2025-11-25"}}"#;
    assert_eq!(text(&mut it, Seen::Came, body), body);
}

const LISTED: &str = r##"{"jsonrpc":"2.0","id":2,"result":{"tools":[
    {"name":"login","inputSchema":{"type":"object","properties":{
        "user":{"type":"string"},
        "code":{"type":"string","format":"password"},
        "pin":{"type":"integer","writeOnly":true},
        "more":{"type":"array","items":{"$ref":"#/$defs/s"}},
        "password":{"type":"string","default":"not one"}
    },"$defs":{"s":{"writeOnly":true,"type":"object"}}}}]}}"##;

#[test]
fn schemas_say_which_arguments_are_secret() {
    let mut it = masker();
    assert_eq!(
        it.mask(1, Seen::Came, LISTED.as_bytes()),
        None,
        "schemas are untouched"
    );
    let call = r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"login","arguments":{"user":"me","code":"open sesame","pin":1.50,"more":[{"a":1},null]}}}"#;
    assert_eq!(
        text(&mut it, Seen::Sent, call),
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"login","arguments":{"user":"me","code":"‹masked:code›","pin":"‹masked:pin›","more":["‹masked:more›",null]}}}"#
    );
    // Repeated by the server.
    assert_eq!(
        text(
            &mut it,
            Seen::Came,
            r#"{"jsonrpc":"2.0","id":3,"result":{"said":"open sesame, me"}}"#
        ),
        r#"{"jsonrpc":"2.0","id":3,"result":{"said":"‹masked:code›, me"}}"#
    );
    // Of another tool, nothing is said; the same value stays the same secret.
    assert_eq!(
        text(&mut it, Seen::Sent, &call.replace("login", "other"))
            .matches("masked")
            .count(),
        1
    );
    let again = it.secrets().restore(
        r#"{"code":"‹masked:code›","pin":"‹masked:pin›","x":"a ‹masked:code› b"}"#.as_bytes(),
        Some("it"),
    );
    assert_eq!(
        String::from_utf8(again.unwrap().into_owned()).unwrap(),
        r#"{"code":"open sesame","pin":1.50,"x":"a open sesame b"}"#
    );
}

#[test]
fn answers_to_questions_are_masked_in_both_eras() {
    let mut it = masker();
    let schema = r#"{"type":"object","properties":{"word":{"type":"string","format":"password"}}}"#;
    let legacy = format!(
        r#"{{"jsonrpc":"2.0","id":"q1","method":"elicitation/create","params":{{"message":"?","requestedSchema":{schema}}}}}"#
    );
    assert_eq!(text(&mut it, Seen::Came, &legacy), legacy);
    assert_eq!(
        text(
            &mut it,
            Seen::Sent,
            r#"{"jsonrpc":"2.0","id":"q1","result":{"action":"accept","content":{"word":"abc"}}}"#
        ),
        r#"{"jsonrpc":"2.0","id":"q1","result":{"action":"accept","content":{"word":"‹masked:word›"}}}"#
    );
    let modern = format!(
        r#"{{"jsonrpc":"2.0","id":5,"result":{{"resultType":"input_required","inputRequests":{{"k":{{"method":"elicitation/create","params":{{"message":"?","requestedSchema":{schema}}}}}}}}}}}"#
    );
    assert_eq!(text(&mut it, Seen::Came, &modern), modern);
    assert_eq!(
        text(
            &mut it,
            Seen::Sent,
            r#"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"x","inputResponses":{"k":{"action":"accept","content":{"word":"def"}}}}}"#
        ),
        r#"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"x","inputResponses":{"k":{"action":"accept","content":{"word":"‹masked:word.2›"}}}}}"#
    );
}

#[test]
fn telling_names_and_keys_are_masked_by_themselves() {
    let mut it = masker();
    let token = format!("ghp_{}", "aB3".repeat(12));
    assert_eq!(
        text(
            &mut it,
            Seen::Came,
            &format!(
                r#"{{"result":{{"API-Key":"x","apiKey":17,"password":null,"secret":true,"token":"t","properties":{{"password":{{"a":1}}}},"text":"use {token} now"}}}}"#
            )
        ),
        r#"{"result":{"API-Key":"‹masked:API-Key›","apiKey":"‹masked:apiKey›","password":null,"secret":"‹masked:secret›","token":"t","properties":{"password":{"a":1}},"text":"use ‹masked:github_token› now"}}"#
    );
    assert_eq!(
        text(&mut it, Seen::Line, &format!("token={token}")),
        "token=‹masked:github_token›"
    );
    let mut rules = Rules::default();
    rules.only_named();
    let mut it = Masker::new(rules);
    let body = format!(r#"{{"password":"x","text":"{token}"}}"#);
    assert_eq!(text(&mut it, Seen::Came, &body), body);
}

#[test]
fn the_settings_name_members_and_texts() {
    let mut rules = Rules::default();
    for member in ["*_token", "$.params.arguments.pin", "$.params.list[*].who"] {
        rules.add_member(member).unwrap();
    }
    rules.add_text(r"card (\d{4} \d{4})").unwrap();
    rules.add_plain("MY_*");
    assert!(rules.is_plain("MY_PORT") && rules.is_plain("LC_ALL") && !rules.is_plain("MINE"));
    let mut it = Masker::new(rules);
    assert_eq!(
        text(
            &mut it,
            Seen::Sent,
            r#"{"params":{"arguments":{"pin":{"a":[1]},"b_token":"x"},"pin":5,"list":[{"who":"me"},{"who":2}]}}"#
        ),
        r#"{"params":{"arguments":{"pin":"‹masked:pin›","b_token":"‹masked:b_token›"},"pin":5,"list":[{"who":"‹masked:who›"},{"who":"‹masked:who.2›"}]}}"#
    );
    assert_eq!(
        text(&mut it, Seen::Line, "a card 1234 5678 of mine"),
        "a card ‹masked:text› of mine"
    );
    // What a schema says of it is no secret; what is known to be one is masked there too.
    it.passed(1, Rule::Variable, &[("KEY".into(), "open sesame".into())]);
    assert_eq!(
        text(
            &mut it,
            Seen::Came,
            r#"{"result":{"tools":[{"outputSchema":{"enum":["card 1234 5678 of open sesame"]},"title":"card 1234 5678"}]}}"#
        ),
        r#"{"result":{"tools":[{"outputSchema":{"enum":["card 1234 5678 of ‹masked:KEY›"]},"title":"card ‹masked:text›"}]}}"#
    );
    let mut rules = Rules::default();
    for bad in ["$", "$.a..b", "**"] {
        assert!(rules.add_member(bad).is_err(), "{bad}");
    }
    for bad in ["(", ".*"] {
        assert!(rules.add_text(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_mask_is_given_back_only_to_who_knows_it() {
    let mut it = passed(&[("KEY", "the key of it")]);
    it.connects(2, "other");
    let body = r#"{"a":"‹masked:KEY› \u2039masked:KEY› ‹masked:NONE›"}"#;
    let secrets = it.secrets().clone();
    let missing = secrets.restore(body.as_bytes(), Some("other")).unwrap_err();
    assert_eq!(missing.names, ["KEY", "NONE"]);
    assert_eq!(
        missing.to_string(),
        "the value of KEY, NONE is masked and not known here"
    );
    assert_eq!(
        secrets
            .restore(body.as_bytes(), Some("it"))
            .unwrap_err()
            .names,
        ["NONE"]
    );
    secrets.give("NONE", "by \"hand\"");
    let restored = secrets.restore(body.as_bytes(), Some("it")).unwrap();
    assert_eq!(
        std::str::from_utf8(&restored).unwrap(),
        r#"{"a":"the key of it the key of it by \"hand\""}"#
    );
    assert_eq!(names_in(body.as_bytes()), ["KEY", "NONE"]);
}

#[test]
fn a_tally_tells_rules_and_places_and_no_values() {
    let mut it = masker();
    let mut tally = Tally::default();
    for body in [
        r#"{"params":{"arguments":{"password":"one"}}}"#,
        r#"[{"password":"two"}]"#,
        r#"[{"password":"two"}]"#,
    ] {
        let masked = it.mask(1, Seen::Came, body.as_bytes()).unwrap();
        tally.add(&masked.marks, &masked.body, "a line");
    }
    let rows: Vec<String> = tally
        .rows()
        .map(|row| {
            format!(
                "{} {} {} {}",
                row.rule.word(),
                row.name,
                row.place,
                row.count
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "member password $.params.arguments.password 1",
            "member password.2 $[0].password 2"
        ]
    );
    assert_eq!(tally.by_rule(), [(Rule::Member, 3)]);
}

/// JSON with secrets in it, and the same without: built side by side.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?[1-9][0-9]{0,12}(\\.[0-9]{1,3})?".prop_map(Value::Number),
        "[ -~é😀\\n\"\\\\]{0,20}".prop_map(Value::String),
        ("[a-z ]{0,5}", "[a-z ]{0,5}").prop_map(|(a, b)| Value::String(format!("{a}{KEY}{b}"))),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec(
                (
                    prop_oneof![
                        Just("password".to_owned()),
                        Just(KEY.to_owned()),
                        "[a-zé]{1,6}"
                    ],
                    inner
                ),
                0..5
            )
            .prop_map(Value::Object),
        ]
    })
}

/// Spells some of the characters of a JSON text as escapes.
fn escaped(text: &str, which: &[bool]) -> String {
    let mut out = String::new();
    let (mut inside, mut skip) = (false, false);
    for (at, c) in text.chars().enumerate() {
        let change = which[at % which.len()];
        if skip {
            skip = false;
        } else if c == '\\' {
            skip = true;
        } else if c == '"' {
            inside = !inside;
        } else if inside && change && !c.is_control() {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04X}");
            }
            continue;
        }
        out.push(c);
    }
    out
}

/// Whether a secret is in a value, however it was spelled.
fn tells(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(KEY),
        Value::Array(items) => items.iter().any(tells),
        Value::Object(members) => members.iter().any(|(name, value)| {
            name.contains(KEY)
                || tells(value)
                || (name == "password" && matches!(value, Value::Number(_) | Value::Bool(_))
                    || value.as_str().is_some_and(|text| {
                        name == "password" && !text.is_empty() && !is_mask(text)
                    }))
        }),
        _ => false,
    }
}

proptest! {
    #[test]
    fn nothing_secret_is_left_and_nothing_else_changes(
        tree in tree(),
        which in prop::collection::vec(any::<bool>(), 1..40),
        plain: bool,
    ) {
        let mut it = passed(&[("KEY", KEY)]);
        let body = if plain { tree.to_string() } else { escaped(&tree.to_string(), &which) };
        let masked = it.mask(1, Seen::Came, body.as_bytes());
        let (after, marks) = match &masked {
            Some(masked) => (masked.body.clone(), masked.marks.clone()),
            None => (body.clone().into_bytes(), Vec::new()),
        };
        let read = Value::parse(&after).unwrap();
        prop_assert!(!tells(&read), "{}", String::from_utf8_lossy(&after));
        prop_assert_eq!(tells(&tree), masked.is_some());
        // Twice is once.
        prop_assert_eq!(it.mask(1, Seen::Came, &after), None);
        // What stands between the masks is what stood between the secrets.
        let mut rest = body.as_str();
        let mut from = 0;
        for mark in &marks {
            let between = std::str::from_utf8(&after[from..mark.at]).unwrap();
            let found = rest.find(between);
            prop_assert!(found.is_some(), "{between} in {rest}");
            rest = &rest[found.unwrap() + between.len()..];
            from = mark.at + mark.len;
        }
        prop_assert!(rest.ends_with(std::str::from_utf8(&after[from..]).unwrap()));
        // And back.
        let restored = it.secrets().restore(&after, None).unwrap();
        prop_assert_eq!(Value::parse(&restored).unwrap(), tree.clone());
        let originals = it.secrets().originals(&after, &marks).unwrap();
        prop_assert_eq!(Value::parse(&originals).unwrap(), tree);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, note: bool) {
        let mut it = passed(&[("KEY", KEY)]);
        let seen = if note { Seen::Note } else { Seen::Sent };
        let masked = it.mask(1, seen, &bytes);
        prop_assert!(masked.is_none_or(|masked| masked.body != bytes));
        let _ = it.secrets().restore(&bytes, None);
    }
}
