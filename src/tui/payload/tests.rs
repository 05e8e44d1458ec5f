//! Every view over ordinary and odd bodies.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::recording::Shared;
use crate::session::Direction;
use crate::session::recorded::Place;
use crate::tui::effect::Source;
use crate::tui::theme::Depth;
use crate::tui::widgets::plain::Span;

mod content;

const SOURCE: Source = Source {
    seq: 1,
    place: Place {
        offset: 0,
        length: 0,
    },
    revealed: false,
};

fn entry(channel: Channel, body: &[u8]) -> Entry {
    Entry {
        seq: 1,
        us: 0,
        at: Timestamp::UNIX_EPOCH,
        conn: 1,
        channel,
        direction: Direction::In,
        aux: false,
        body: body.to_vec(),
        ending: "\n".into(),
        extra: None,
    }
}

fn single() -> Subject {
    Subject::Messages {
        first: SOURCE,
        second: None,
    }
}

/// As [`super::tabs`], of entries that are used again.
fn tabs(subject: &Subject, first: &Entry, second: Option<&Entry>, pictures: Pictures) -> Vec<Tab> {
    let second = second.cloned().map(Shared::from);
    super::tabs(subject, first.clone().into(), second, pictures)
}

fn wire(subject: &Subject, body: &str) -> Vec<Tab> {
    tabs(
        subject,
        &entry(Channel::Wire, body.as_bytes()),
        None,
        Pictures::OFF,
    )
}

/// The tabs of a result.
fn result(subject: &Subject, result: &str) -> Vec<Tab> {
    wire(
        subject,
        &format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#),
    )
}

/// The tabs of an entry, with its answer if there is one.
fn shown_of(first: &Entry, second: Option<&Entry>) -> Vec<Tab> {
    tabs(&single(), first, second, Pictures::OFF)
}

fn tool(content: &str) -> Vec<Tab> {
    result(&Subject::ToolResult(SOURCE, None), content)
}

fn names(tabs: &[Tab]) -> Vec<&str> {
    tabs.iter().map(|tab| tab.name.as_str()).collect()
}

/// The bytes of the tab `name`, as text.
fn shown(tabs: &[Tab], name: &str) -> String {
    let tab = tabs.iter().find(|tab| tab.name == name).unwrap();
    let bytes = match &tab.body {
        TabBody::Tree(tree) => tree.bytes(),
        TabBody::Text(document) | TabBody::Bytes(document) => document.bytes(),
    };
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn content_is_shown_block_by_block() {
    let tabs = tool(
        r#"{"content":[
            {"type":"text","text":"Created 8812\n[1] text\n","annotations":{"audience":["user"],"priority":0.9}},
            {"type":"image","mimeType":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAIAAAAD"},
            {"type":"audio","mimeType":"audio/wav","data":"%%%"},
            {"type":"resource_link","uri":"demo://x","mimeType":"text/plain","name":"x","size":1400},
            {"type":"resource","resource":{"uri":"demo://y","mimeType":"text/plain","text":"inside"}},
            {"type":"resource","resource":{"uri":"demo://z","blob":"AAEC"}}
        ],"structuredContent":{"id":8812},"_meta":{"m":1}}"#,
    );
    assert_eq!(
        names(&tabs),
        [
            "Content",
            "Structured",
            "Meta",
            "JSON",
            "Hex",
            "Hex 2",
            "Raw"
        ]
    );
    assert_eq!(
        shown(&tabs, "Content"),
        "structured content: not checked, for the tool is not listed · the text is not JSON\n\
         [0] text 22 B · for user · priority 0.9\n\
         Created 8812\n[1] text\n\n\
         [1] image image/png 2×3 24 B\n\
         [2] audio audio/wav 3 B that are no base64\n\
         [3] resource_link demo://x text/plain 1.4 kB\n\
         name: x\n\
         [4] resource demo://y text/plain 6 B\n\
         inside\n\
         [5] resource demo://z no type given 3 B"
    );
    assert_eq!(shown(&tabs, "Structured"), r#"{"id":8812}"#);
    assert_eq!(shown(&tabs, "Hex 2"), "\0\u{1}\u{2}");
    let TabBody::Text(content) = &tabs[0].body else {
        panic!()
    };
    // The second line that looks like a heading is the server's.
    assert_eq!(
        content.part_at(content.next_heading(0).unwrap()),
        b"Created 8812\n[1] text\n"
    );
}

#[test]
fn errors_and_failed_tools_are_told_apart() {
    let tabs = wire(
        &Subject::ToolResult(SOURCE, None),
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no \u001b[31m","data":{"a":1.0}}}"#,
    );
    assert_eq!(names(&tabs), ["Error", "JSON", "Raw"]);
    assert_eq!(
        shown(&tabs, "Error"),
        "protocol error -32602 (invalid params)\nno \u{1b}[31m\ndata\n{\n  \"a\": 1.0\n}"
    );
    let tabs = tool(r#"{"isError":true,"content":[{"type":"text","text":"disk full"}]}"#);
    assert_eq!(names(&tabs), ["Content", "JSON", "Raw"]);
    assert_eq!(
        shown(&tabs, "Content"),
        "tool error: the tool ran and says that it failed (isError)\n[0] text 9 B\ndisk full"
    );
}

#[test]
fn json_in_a_text_gets_a_tree() {
    let tabs =
        tool(r#"{"content":[{"type":"text","text":" {\"a\":[1]}"},{"type":"text","text":"{"}]}"#);
    assert_eq!(names(&tabs), ["Content", "Text as JSON", "JSON", "Raw"]);
    assert_eq!(shown(&tabs, "Text as JSON"), r#" {"a":[1]}"#);
}

#[test]
fn odd_results_are_named_not_refused() {
    for (body, expected) in [
        ("{}", "no content in this result"),
        (r#"{"content":[]}"#, "content is empty"),
        (
            r#"{"content":"x"}"#,
            "content is a string, not an array\n\"x\"",
        ),
        (
            r#"{"content":[{"type":"text","text":7}]}"#,
            "[0] text\nnot a string:\n7",
        ),
        (
            r#"{"content":[{"type":"text"}]}"#,
            "[0] text without text\n{\n  \"type\": \"text\"\n}",
        ),
        (
            r#"{"content":[{"type":"hologram"},null,{}]}"#,
            "[0] hologram: a type this version does not know\n{\n  \"type\": \"hologram\"\n}\n\
             [1] no block, but null\nnull\n[2] no type\n{}",
        ),
        (
            r#"{"content":[{"type":"image","data":5}]}"#,
            "[0] image no type given whose data is a number",
        ),
        (
            r#"{"content":[{"type":"resource"}]}"#,
            "[0] resource without a resource\n{\n  \"type\": \"resource\"\n}",
        ),
        (
            r#"{"resultType":"input_required","content":[]}"#,
            "input required, but neither inputRequests nor requestState says what\ncontent is empty",
        ),
        (
            r#"{"content":[{"type":"a\u001b\u202e\nb","x":1}]}"#,
            "[0] a^[‹U+202E›⏎b: a type this version does not know\n\
             {\n  \"type\": \"a\\u001b\u{202e}\\nb\",\n  \"x\": 1\n}",
        ),
    ] {
        assert_eq!(shown(&tool(body), "Content"), expected, "{body}");
    }
    // A batch (2025-03-26) is taken apart.
    let tabs = wire(
        &Subject::ToolResult(SOURCE, None),
        r#"[{"id":1,"result":{"content":[{"type":"text","text":"a"}]}},{"id":2,"error":7},3]"#,
    );
    assert_eq!(names(&tabs), ["Error", "Content", "JSON", "Raw"]);
    assert_eq!(shown(&tabs, "Content"), "[0] text 1 B\na");
    // No result at all.
    assert_eq!(
        names(&wire(&Subject::ToolResult(SOURCE, None), r#"{"id":1}"#)),
        ["JSON", "Raw"]
    );
    assert_eq!(
        names(&wire(&Subject::ToolResult(SOURCE, None), "nonsense")),
        ["Raw"]
    );
}

#[test]
fn resources_show_text_json_and_bytes() {
    let subject = Subject::ResourceResult(SOURCE);
    let tabs = result(
        &subject,
        r#"{"contents":[{"uri":"a:b","mimeType":"application/json","text":"{\"x\":1}"},
            {"uri":"a:c","mimeType":"image/gif","blob":"iVBORw0KGgo"}]}"#,
    );
    assert_eq!(names(&tabs), ["Text", "JSON", "Hex", "Result", "Raw"]);
    assert_eq!(
        shown(&tabs, "Text"),
        "a:b application/json 7 B\n{\"x\":1}\na:c image/gif 8 B · says image/gif, is image/png"
    );
    assert_eq!(shown(&tabs, "JSON"), r#"{"x":1}"#);
    let tabs = result(&subject, r#"{"contents":{"uri":1}}"#);
    assert_eq!(names(&tabs), ["Text", "Result", "Raw"]);
    assert_eq!(
        shown(&tabs, "Text"),
        "no contents in this result\n{\n  \"uri\": 1\n}"
    );
    let tabs = result(&subject, r#"{"contents":[4,{"uri":"u","text":null}]}"#);
    assert_eq!(
        shown(&tabs, "Text"),
        "no contents, but a number\n4\nu no type given 4 B\nnot a string:\nnull"
    );
}

/// `role:text` of what is highlighted in the tab `name`, however long it takes.
fn painted(subject: &Subject, result: &str, name: &str) -> Vec<String> {
    let means = Means {
        budget: Budget {
            time: Duration::MAX,
            ..Budget::SHOWN
        },
        pictures: Pictures::OFF,
    };
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
    let first = entry(Channel::Wire, body.as_bytes());
    let tabs = tabs_within(means, subject, first.into(), None);
    let tab = tabs.iter().find(|tab| tab.name == name).unwrap();
    let TabBody::Text(document) = &tab.body else {
        panic!("{name} is no text");
    };
    let text = |span: &Span| &document.bytes()[span.start as usize..span.end as usize];
    document
        .spans()
        .iter()
        .map(|s| format!("{}:{}", s.role.name(), String::from_utf8_lossy(text(s))))
        .collect()
}

#[test]
fn texts_in_a_language_are_highlighted() {
    assert_eq!(
        painted(
            &Subject::ResourceResult(SOURCE),
            r##"{"contents":[{"uri":"a:b.md","mimeType":"text/plain","text":"# One\ntwo"},
                {"uri":"a:c","mimeType":"text/plain","text":"# three\nfour"},
                {"uri":"a:d","mimeType":"application/json","text":"{\"x\":1}"},
                {"uri":"a:e","mimeType":"text/x-python","text":"return 5 # \u001b[31m\u202e"}]}"##,
            "Source"
        ),
        [
            "code.heading:# One",
            "json.punct:{",
            "json.key:\"x\"",
            "json.punct::",
            "json.number:1",
            "json.punct:}",
            "code.keyword:return",
            "code.number:5",
            "code.comment:# \u{1b}[31m\u{202e}",
        ]
    );
    let content = r#"[{"type":"text","text":"**plain**"},
        {"type":"text","text":"a\n```py\nNone\n```"},{"type":"text","text":"[1]"},{"type":"hologram"},
        {"type":"resource","resource":{"uri":"x.sh","text":"exit 1"}}]"#;
    assert_eq!(
        painted(
            &Subject::ToolResult(SOURCE, None),
            &format!(r#"{{"content":{content}}}"#),
            "Source"
        ),
        [
            "code.punct:```py",
            "code.number:None",
            "code.punct:```",
            "json.punct:[",
            "json.number:1",
            "json.punct:]",
            "json.punct:{",
            "json.key:\"type\"",
            "json.punct::",
            "json.string:\"hologram\"",
            "json.punct:}",
            "code.function:exit",
        ]
    );
    assert_eq!(
        painted(
            &Subject::PromptResult(SOURCE),
            r#"{"messages":[{"role":"user","content":{"type":"text","text":"~~~\n```\n[]\n"}}]}"#,
            "Source"
        ),
        ["code.punct:~~~"]
    );
}

#[test]
fn prompts_show_numbered_messages() {
    let subject = Subject::PromptResult(SOURCE);
    let tabs = result(
        &subject,
        r#"{"description":"Review","messages":[
            {"role":"user","content":{"type":"text","text":"Look at\nthis"}},
            {"role":"assistant","content":[{"type":"text","text":"ok"}]},
            {"role":"user"},{"content":"plain"}]}"#,
    );
    assert_eq!(names(&tabs), ["Messages", "JSON", "Raw"]);
    assert_eq!(
        shown(&tabs, "Messages"),
        "description\nReview\n1 user · text 12 B\nLook at\nthis\n2 assistant · [0] text 2 B\nok\n\
         3 user · no content\n{\n  \"role\": \"user\"\n}\n4 no role · no block, but a string\n\"plain\""
    );
    assert_eq!(
        shown(&result(&subject, "{}"), "Messages"),
        "messages: missing"
    );
    assert_eq!(
        shown(&result(&subject, r#"{"messages":[]}"#), "Messages"),
        "no messages in this prompt"
    );
}

#[test]
fn messages_are_trees_and_bytes_and_junk_says_why() {
    let request = entry(
        Channel::Wire,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
    );
    let answer = entry(Channel::Wire, br#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    let pair = shown_of(&request, Some(&answer));
    assert_eq!(
        names(&pair),
        [
            "Request",
            "Response",
            "Both",
            "Raw request",
            "Raw response",
            "Hex"
        ]
    );
    // While it waits, the tabs have the names they will have.
    assert_eq!(
        names(&shown_of(&request, None)),
        ["Request", "Raw request", "Hex"]
    );
    assert_eq!(names(&shown_of(&answer, None)), ["JSON", "Raw", "Hex"]);
    let junk = shown_of(&entry(Channel::Stdout, b"hi \xff"), None);
    assert_eq!(names(&junk), ["Text", "Raw", "Hex"]);
    assert_eq!(
        shown(&junk, "Text"),
        "on stdout, where only JSON-RPC belongs: not JSON: not UTF-8 at 1:4. Strict clients \
         fail here.\nhi \u{fffd}"
    );
    let junk = shown_of(&entry(Channel::Stdout, br#"{"msg":1}"#), None);
    assert_eq!(names(&junk), ["Text", "JSON", "Raw", "Hex"]);
    let line = shown_of(&entry(Channel::Stderr, b"12"), None);
    assert_eq!(names(&line), ["Text", "Raw", "Hex"]);
    let exit = shown_of(&entry(Channel::Process, br#"{"exit":{}}"#), None);
    assert_eq!(names(&exit), ["JSON", "Raw"]);
    assert_eq!(
        names(&shown_of(&entry(Channel::Stderr, b""), None)),
        ["Text", "Raw", "Hex"]
    );
}

#[test]
fn huge_bodies_are_cut_and_say_so() {
    let mut body =
        br#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":""#.to_vec();
    // Escapes where it is cut, so that the cut falls into one.
    body.resize(PART, b'a');
    body.extend_from_slice(&br"\u0041".repeat(100));
    body.resize(WHOLE + 1000, b'a');
    body.extend_from_slice(br#""}]}}"#);
    let tabs = tabs(
        &Subject::ToolResult(SOURCE, None),
        &entry(Channel::Wire, &body),
        None,
        Pictures::OFF,
    );
    assert_eq!(names(&tabs), ["Content", "JSON", "Raw"]);
    for name in ["Content", "Raw"] {
        let text = shown(&tabs, name);
        assert!(text.len() < PART + 200, "{name}: {}", text.len());
        let last = text.lines().last().unwrap();
        assert!(
            last.starts_with("… cut here: ") && last.ends_with(" of 17 MB shown"),
            "{last}"
        );
    }
    assert_eq!(shown(&tabs, "JSON").len(), body.len());
}

#[test]
fn a_big_tree_is_indexed_in_parts_until_nobody_looks_at_it() {
    let mut body = b"[0".to_vec();
    body.extend(b",0".repeat(4_000_000));
    body.push(b']');
    let built = shown_of(&entry(Channel::Wire, &body), None);
    let TabBody::Tree(tree) = built[0].body.clone() else {
        panic!("{:?}", names(&built));
    };
    assert!((50..60).contains(&tree.percent()), "{}", tree.percent());
    let mut parts = Vec::new();
    index(built[0].body.clone(), |part| parts.push(part));
    let Some(Indexed::Further(last)) = parts.last() else {
        panic!("{parts:?}");
    };
    assert!(parts.len() > 2, "{}", parts.len());
    let whole = tree.with_index(Arc::clone(last));
    assert_eq!((whole.percent(), whole.values()), (100, 4_000_002));
    // Of those who look, one lets go while it is being made.
    let mut left = Some((built, tree, whole));
    let body = left.as_ref().unwrap().0[0].body.clone();
    let mut told = 0;
    index(body, |_| {
        told += 1;
        left = None;
    });
    assert_eq!(told, 1);
}

#[test]
fn what_turns_out_to_be_no_json_is_text() {
    let mut body = b"[0".to_vec();
    body.extend(b",0".repeat(4_000_000));
    let built = shown_of(&entry(Channel::Stdout, &body), None);
    let tree = built.iter().find(|tab| tab.name == "JSON").unwrap();
    let mut last = None;
    index(tree.body.clone(), |part| last = Some(part));
    let Some(Indexed::Broken { body: text, why }) = last else {
        panic!("{last:?}");
    };
    assert_eq!(why, "not JSON at byte 8000002: ends too early");
    assert!(matches!(text, TabBody::Text(text) if **text.bytes() == body[..]));
}

/// Bodies made of what results are made of, whole and broken.
fn body() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        Just("null".to_owned()),
        Just("-1.50".to_owned()),
        Just("true".to_owned()),
        Just(r#""iVBORw0KGgo=""#.to_owned()),
        Just(r#""{\"a\":[1]}""#.to_owned()),
        Just(r#""\ud83d \u001b text""#.to_owned()),
        Just(r#""text""#.to_owned()),
        Just(r#""image""#.to_owned()),
        Just(r#""resource""#.to_owned()),
        Just("\"".to_owned()),
        Just(String::new()),
    ];
    let name = prop::sample::select(vec![
        "result",
        "error",
        "content",
        "contents",
        "messages",
        "type",
        "text",
        "data",
        "blob",
        "uri",
        "mimeType",
        "resource",
        "role",
        "isError",
        "structuredContent",
        "_meta",
        "code",
        "message",
        "annotations",
        "audience",
        "priority",
        "resultType",
        "id",
        "method",
        "jsonrpc",
    ]);
    atom.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|members| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_is_without_tabs(body in body(), cut in 0_usize..40, wrapped: bool) {
        let body = if wrapped { format!(r#"{{"id":1,"result":{{"content":{body},"contents":{body},"messages":{body}}}}}"#) } else { body };
        let mut bytes = body.into_bytes();
        if cut < 10 {
            bytes.truncate(bytes.len().saturating_sub(cut));
        }
        for subject in [
            Subject::ToolResult(SOURCE, None), Subject::ResourceResult(SOURCE), Subject::PromptResult(SOURCE), single(),
        ] {
            for channel in [Channel::Wire, Channel::Stdout, Channel::Stderr] {
                let first = entry(channel, &bytes);
                for second in [None, Some(&first)] {
                    let tabs = tabs(&subject, &first, second, Pictures::half_blocks(Depth::Rgb));
                    let raw = tabs.iter().rfind(|tab| tab.name.starts_with("Raw"));
                    prop_assert!(raw.is_some());
                    let raw = shown(&tabs, &raw.unwrap().name);
                    prop_assert!(raw.as_bytes().starts_with(&bytes));
                    // What is framed ends as it did on the wire, and nothing else is put to it.
                    prop_assert!(matches!(&raw.as_bytes()[bytes.len()..], b"" | b"\n"));
                    let mut names = names(&tabs);
                    names.sort_unstable();
                    names.dedup();
                    prop_assert_eq!(names.len(), tabs.len());
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        for subject in [Subject::ToolResult(SOURCE, None), single()] {
            prop_assert!(!tabs(&subject, &entry(Channel::Stdout, &bytes), None, Pictures::OFF).is_empty());
        }
    }
}

#[test]
fn what_a_later_version_noted_is_shown() {
    let mut entry = entry(Channel::Other("http".into()), b"{}");
    entry.extra = Some(r#""mark":{"by":"me"},"http":{"status":200}"#.into());
    let tabs = shown_of(&entry, None);
    assert_eq!(
        shown(&tabs, "Members"),
        r#"{"mark":{"by":"me"},"http":{"status":200}}"#
    );
    assert_eq!(tabs.last().unwrap().name, "Raw");
}
