//! Content as it is read: verdicts, what is behind each block, Markdown, pictures.

use crate::tui::widgets::spot::{Held, Spot, Target};

use super::*;

fn listed(schema: &str) -> Subject {
    let tool = format!(r#"{{"name":"t","outputSchema":{schema}}}"#);
    Subject::ToolResult(SOURCE, Some(tool.into()))
}

/// The first line of Content.
fn verdict(subject: &Subject, json: &str) -> String {
    let shown = shown(&result(subject, json), "Content");
    shown.lines().next().unwrap_or_default().to_owned()
}

fn document<'t>(tabs: &'t [Tab], name: &str) -> &'t Document {
    let tab = tabs.iter().find(|tab| tab.name == name).unwrap();
    match &tab.body {
        TabBody::Text(document) => document,
        other => panic!("{name} is no text: {other:?}"),
    }
}

fn spots(tabs: &[Tab], name: &str) -> Vec<Spot> {
    document(tabs, name).spots().to_vec()
}

fn held(spot: &Spot) -> (String, Vec<u8>) {
    let held: &Held = spot.held.as_ref().unwrap();
    (held.name.clone(), held.bytes().unwrap().into_owned())
}

#[test]
fn structured_content_is_held_against_the_schema_and_the_text() {
    let schema = r#"{"type":"object","properties":{"temp":{"type":"number"},"at":{"type":"array","items":{"type":"integer"}}},"required":["temp"]}"#;
    let tool = listed(schema);
    assert_eq!(
        verdict(
            &tool,
            r#"{"content":[{"type":"text","text":"{\"temp\": 1.0}"}],"structuredContent":{"temp":1}}"#
        ),
        "structured content matches the output schema · same data as the text"
    );
    let line = verdict(
        &tool,
        r#"{"content":[{"type":"text","text":"warm"}],"structuredContent":{"temp":"warm"}}"#,
    );
    assert!(
        line.starts_with("structured content fails the output schema at $.temp: ")
            && line.contains("number")
            && line.ends_with(" · the text is not JSON"),
        "{line}"
    );
    let line = verdict(
        &tool,
        r#"{"content":[],"structuredContent":{"temp":1,"at":[1,"x"]}}"#,
    );
    assert!(
        line.contains(" at $.at[1]: ") && line.ends_with(" · no text beside it"),
        "{line}"
    );
    assert_eq!(
        verdict(
            &tool,
            r#"{"content":[{"type":"text","text":"{\"temp\":2}"}],"structuredContent":{"temp":1}}"#
        ),
        "structured content matches the output schema · other data than the text: first at $.temp"
    );
    assert_eq!(
        verdict(&tool, r#"{"content":[]}"#),
        "the tool declares an output schema but sent no structured content"
    );
    // A tool that failed need not.
    assert_eq!(
        verdict(&tool, r#"{"content":[],"isError":true}"#),
        "tool error: the tool ran and says that it failed (isError)"
    );
    let plain = Subject::ToolResult(SOURCE, Some(r#"{"name":"t"}"#.into()));
    assert_eq!(
        verdict(&plain, r#"{"content":[],"structuredContent":[1]}"#),
        "structured content: sent without a schema · no text beside it"
    );
    assert_eq!(verdict(&plain, r#"{"content":[]}"#), "content is empty");
    let line = verdict(&listed("7"), r#"{"content":[],"structuredContent":{}}"#);
    assert!(
        line.starts_with("structured content: the output schema cannot be used: "),
        "{line}"
    );
}

#[test]
fn every_violation_is_told_where_it_is() {
    let schema = r#"{"type":"object","required":["a","b/c"],"additionalProperties":false}"#;
    let tabs = result(
        &listed(schema),
        r#"{"content":[],"structuredContent":{"\u001b[31m":1}}"#,
    );
    let shown = shown(&tabs, "Content");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines[0],
        "structured content fails the output schema: 3 problems · no text beside it"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("  $.a: ")),
        "{shown}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("  $[\"b/c\"]: ")),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let behind = Target::Tab("Structured".to_owned());
    assert!(
        spots(&tabs, "Content")
            .iter()
            .all(|spot| spot.target == behind)
    );
}

#[test]
fn what_is_behind_each_block_and_what_it_stands_for() {
    let tabs = tool(
        r#"{"content":[
            {"type":"text","text":"a\u001bb"},
            {"type":"text","text":"{\"x\":1}"},
            {"type":"audio","mimeType":"audio/wav","data":"AAEC"},
            {"type":"image","mimeType":"image/png","data":"%"},
            {"type":"resource_link","uri":"demo://x","name":"x"},
            {"type":"resource_link","name":"no uri"},
            {"type":"resource","resource":{"uri":"demo://a/notes.md","text":"hi"}},
            {"type":"resource","resource":{"uri":"demo://b","mimeType":"image/gif","blob":"AAEC"}},
            {"type":"odd","x":1}
        ]}"#,
    );
    let spots = spots(&tabs, "Content");
    let tab = |name: &str| Target::Tab(name.to_owned());
    let targets: Vec<&Target> = spots.iter().map(|spot| &spot.target).collect();
    assert_eq!(
        targets,
        [
            &Target::Nothing,
            &tab("Text as JSON"),
            &tab("Hex"),
            &Target::Nothing,
            &Target::Resource("demo://x".to_owned()),
            &Target::Nothing,
            &Target::Block(6),
            &Target::Block(7),
            &Target::Nothing,
        ]
    );
    assert_eq!(
        held(&spots[0]),
        ("block-1.txt".to_owned(), b"a\x1bb".to_vec())
    );
    assert_eq!(held(&spots[2]), ("block-3.wav".to_owned(), vec![0, 1, 2]));
    let broken = spots[3].held.as_ref().unwrap();
    assert_eq!(broken.bytes(), None, "no base64");
    assert_eq!(spots[4].held, None, "a link holds nothing");
    assert_eq!(held(&spots[6]), ("notes.md".to_owned(), b"hi".to_vec()));
    assert_eq!(held(&spots[7]), ("b.gif".to_owned(), vec![0, 1, 2]));
    assert_eq!(
        held(&spots[8]),
        (
            "block-9.json".to_owned(),
            br#"{"type":"odd","x":1}"#.to_vec()
        )
    );
}

#[test]
fn an_embedded_resource_stands_alone() {
    let body = br#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"a"},
        {"type":"resource","resource":{"uri":"a:b","mimeType":"application/json","text":"[1]"}}]}}"#;
    let alone = |prompt, block| {
        let subject = Subject::Embedded {
            source: SOURCE,
            prompt,
            block,
        };
        tabs(&subject, &entry(Channel::Wire, body), None, Pictures::OFF)
    };
    let tabs = alone(false, 1);
    assert_eq!(names(&tabs), ["Text", "JSON", "Result", "Raw"]);
    assert_eq!(shown(&tabs, "Text"), "a:b application/json 3 B\n[1]");
    assert_eq!(shown(&tabs, "JSON"), "[1]");
    // What is not there is no reason to fall over.
    assert_eq!(names(&alone(false, 0)), ["Result", "Raw"]);
    assert_eq!(names(&alone(true, 9)), ["Result", "Raw"]);
}

#[test]
fn markdown_is_laid_out_and_its_source_is_a_tab_away() {
    let tabs = tool(
        r##"{"content":[{"type":"text","text":"# Title\nSee [docs](https://a.b/c) and [x](demo://x) or [y](y.md).\n- **one**"}]}"##,
    );
    assert_eq!(names(&tabs), ["Content", "Source", "JSON", "Raw"]);
    assert_eq!(
        shown(&tabs, "Content"),
        "[0] text 75 B\nTitle\nSee docs[1] and x[2] or y[3].\n• one\n  → [1] docs  https://a.b/c\n  \
         → [2] x  demo://x\n  → [3] y  y.md"
    );
    let targets: Vec<Target> = spots(&tabs, "Content")
        .into_iter()
        .map(|spot| spot.target)
        .collect();
    assert_eq!(
        targets,
        [
            Target::Nothing,
            Target::Page("https://a.b/c".to_owned()),
            Target::Resource("demo://x".to_owned()),
            Target::Nothing
        ]
    );
    assert!(shown(&tabs, "Source").contains("# Title\nSee [docs]("));
    // Copied is what the server wrote.
    assert!(held(&spots(&tabs, "Content")[0]).1.starts_with(b"# Title"));
    // What says it is plain is plain.
    let tabs = result(
        &Subject::ResourceResult(SOURCE),
        r##"{"contents":[{"uri":"a:b","mimeType":"text/plain","text":"# A\n## B\n- c"}]}"##,
    );
    assert_eq!(names(&tabs), ["Text", "Result", "Raw"]);
}

#[test]
fn what_the_server_still_wants_to_know_is_listed() {
    let shown = shown(
        &tool(
            r#"{"resultType":"input_required","requestState":"s","inputRequests":{
            "ok":{"method":"elicitation/create","params":{"message":"Sure?","requestedSchema":{}}},
            "roots":{"method":"roots/list"},"bad":7}}"#,
        ),
        "Content",
    );
    assert_eq!(
        shown,
        "input required: the server asks before it goes on\n  ok: elicitation/create\nSure?\n  \
         roots: roots/list\n  bad: no method"
    );
    let again = tool(r#"{"resultType":"input_required","requestState":"s"}"#);
    assert!(super::shown(&again, "Content").starts_with("input required: nothing is asked"));
}

#[test]
fn annotations_and_meta_are_in_the_heading() {
    assert_eq!(
        shown(
            &tool(
                r#"{"content":[{"type":"text","text":"x","annotations":{"audience":["user","assistant"],
                "priority":1,"lastModified":"2025-01-12T15:00:58Z"},"_meta":{"a":1,"b\u001b":2}}]}"#
            ),
            "Content"
        ),
        "[0] text 1 B · for user and assistant · priority 1 · modified 2025-01-12T15:00:58Z · _meta: a, b^[\nx"
    );
}

#[test]
fn more_blocks_than_anybody_reads_are_counted() {
    let blocks = vec![r#"{"type":"text","text":"x"}"#; 2_003].join(",");
    let tabs = tool(&format!(r#"{{"content":[{blocks}]}}"#));
    assert_eq!(
        shown(&tabs, "Content").lines().last(),
        Some("… and 3 more: see the tab JSON")
    );
    assert_eq!(spots(&tabs, "Content").len(), 2_000);
}

#[cfg(feature = "images")]
#[test]
fn pictures_stand_below_their_cards() {
    use base64::Engine as _;
    let picture = base64::engine::general_purpose::STANDARD
        .encode(include_bytes!("../../../demo/picture.png"));
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[
        {{"type":"image","mimeType":"image/jpeg","data":"{picture}"}},
        {{"type":"image","mimeType":"image/png","data":"{}"}},
        {{"type":"text","text":"after"}}]}}}}"#,
        &picture[..40]
    );
    let drawn = |pictures| {
        let first = entry(Channel::Wire, body.as_bytes());
        let tabs = tabs(&Subject::ToolResult(SOURCE, None), &first, None, pictures);
        shown(&tabs, "Content")
    };
    let card = drawn(Pictures::OFF);
    let lines: Vec<&str> = card.lines().collect();
    assert_eq!(lines.len(), 4, "{card}");
    assert!(
        lines[0].starts_with("[0] image image/jpeg ")
            && lines[0].ends_with(" · says image/jpeg, is image/png"),
        "{card}"
    );
    let with = drawn(Pictures::half_blocks(Depth::Rgb));
    let lines: Vec<&str> = with.lines().collect();
    assert!(lines.len() > 4 && lines[1].is_empty(), "{with}");
    let broken = lines.iter().find(|line| line.starts_with("[1]")).unwrap();
    assert!(
        broken.ends_with(" · not drawn: broken: it cannot be decoded"),
        "{broken}"
    );
    assert_eq!(lines[lines.len() - 2..], ["[2] text 5 B", "after"]);
}
