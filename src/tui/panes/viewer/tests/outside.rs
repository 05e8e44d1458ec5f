//! What goes out of a document and what comes back: effects of every such action, and the lines they are asked in.

use super::*;
use crate::tui::event::Event;
use crate::tui::outside::pipe::Output;
use crate::tui::outside::query::Answer;
use crate::tui::outside::save::Unsaved;

const PICTURE: &str = r#"{"content":[{"type":"image","mimeType":"image/png","data":"iVBORw0KGgoAAAAN"},{"odd/name":"x\ny"}]}"#;

impl Stage {
    /// Types into the line that is open, and presses the key.
    fn type_in(&mut self, text: &str, key: KeyCode) -> Reply {
        for letter in text.chars() {
            self.with(|viewer, ctx| viewer.key(KeyEvent::from(KeyCode::Char(letter)), ctx));
        }
        self.with(|viewer, ctx| viewer.key(KeyEvent::from(key), ctx))
    }

    fn hears(&mut self, event: Event) -> Vec<Effect> {
        self.viewer.heard(&event).unwrap_or_default()
    }
}

fn text_of_part(part: &crate::tui::outside::part::Part) -> String {
    String::from_utf8(part.bytes().into_owned()).unwrap()
}

fn answer(json: &str, told: &str) -> Answer {
    Answer {
        body: Some(tree("", json).body),
        told: told.to_owned(),
        ..Answer::default()
    }
}

#[test]
fn every_family_copies_and_prints() {
    let mut stage = stage(vec![tree("JSON", PICTURE)], 60, 12);
    stage.press("G");
    for (key, text, what) in [
        ("y", r#""x\ny""#, "value"),
        ("Y", r#""x\ny""#, "value on one line"),
        ("s", "x\ny", "text"),
        ("k", "odd/name", "name"),
        ("p", r#"$.content[1]["odd/name"]"#, "path"),
        ("b", r#"["content"][1]["odd/name"]"#, "path"),
        ("q", r#".content[1]["odd/name"]"#, "path"),
        ("j", "/content/1/odd~1name", "path"),
        ("a", PICTURE, "document"),
    ] {
        let copied = stage.copied(&format!("y {key}"));
        assert_eq!(copied, (text.to_owned(), what.to_owned()));
        let reply = stage.press(&format!("p {key}"));
        let [Effect::Print(part)] = &reply.effects[..] else {
            panic!("p {key}: {reply:?}")
        };
        assert_eq!(text_of_part(part), text);
    }
}

#[test]
fn one_line_is_without_white_space_and_a_scalar_document_has_no_path() {
    let mut stage = stage(
        vec![tree("JSON", "{\"a\": [1.0, {} ]}"), tree("N", "7")],
        40,
        6,
    );
    assert_eq!(stage.copied("y Y").0, "[1.0,{}]");
    assert_eq!(stage.copied("y y").0, "[1.0, {} ]");
    stage.press("]");
    assert_eq!(stage.copied("y q").0, ".");
    assert!(said(&stage.press("y j")).contains("empty path"));
}

#[test]
fn too_much_is_not_printed() {
    let mut stage = stage(vec![plain("Raw", &[b'x'; 1_000_001])], 40, 8);
    assert_eq!(
        said(&stage.press("p a")),
        "Not printed: 1.0 MB is too much to select from; W writes it to a file"
    );
}

#[test]
fn a_value_goes_through_a_command_and_its_output_is_shown_till_esc() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 60, 8);
    stage.press("j !");
    assert!(stage.viewer.takes_text());
    let last = stage.seen().lines().last().unwrap().to_owned();
    assert!(
        last.starts_with("Pipe value to: ") && last.ends_with(" Tab: the whole document"),
        "{last}"
    );
    let reply = stage.type_in("jq .", KeyCode::Enter);
    let [
        Effect::Pipe {
            asker,
            part,
            command,
        },
    ] = &reply.effects[..]
    else {
        panic!("{reply:?}")
    };
    assert_eq!(command, "jq .");
    assert!(text_of_part(part).starts_with(r#"{"name""#));
    assert_eq!(said(&reply), "running jq . (Esc stops it)");
    let asker = *asker;
    let piped = |asker| Event::Piped {
        asker,
        result: Ok(Output {
            body: plain("", b"out \x1b[31m").body,
            told: "exit 3".to_owned(),
        }),
    };
    assert_eq!(stage.viewer.heard(&piped(asker + 1)), None);
    let told = stage.hears(piped(asker));
    assert!(
        matches!(&told[..], [Effect::Tell { sentence, bad: false }] if sentence == "jq .: exit 3")
    );
    assert_eq!(stage.seen(), "! jq .   exit 3\nout ^[[31m");
    assert_eq!(stage.copied("y a").0, "out \x1b[31m");
    assert!(said(&stage.press("\\")).contains("Esc goes back"));
    assert_eq!(stage.press("Esc"), Reply::done());
    assert_eq!(stage.viewer.remark(), "$.params", "the place is as it was");
    assert_eq!(stage.press("Esc"), Reply::ignored());
}

#[test]
fn a_command_is_stopped_by_esc_or_by_the_next_one() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 60, 8);
    let first = |reply: &Reply| match reply.effects[..] {
        [Effect::Pipe { asker, .. }] => asker,
        ref other => panic!("{other:?}"),
    };
    stage.press("!");
    let asker = first(&stage.type_in("sleep 9", KeyCode::Enter));
    stage.press("!");
    let next = stage.type_in("sleep 8", KeyCode::Enter).effects;
    assert_eq!(next[0], Effect::Stop(asker));
    assert_eq!(stage.press("Esc").effects, [Effect::Stop(asker + 1)]);
    stage.press("!");
    assert_eq!(stage.type_in("x", KeyCode::Esc), Reply::done());
    assert!(!stage.viewer.takes_text());
    stage.press("!");
    assert_eq!(stage.type_in("", KeyCode::Enter).effects, []);
}

#[test]
fn a_value_is_written_under_a_name_of_its_kind_and_never_over_a_file_unasked() {
    let mut stage = stage(vec![tree("JSON", PICTURE)], 70, 12);
    stage.press("j j j j W");
    assert!(
        stage.seen().contains("Write value to: data.png"),
        "{}",
        stage.seen()
    );
    let save = |stage: &mut Stage| {
        let reply = stage.type_in("", KeyCode::Enter);
        match &reply.effects[..] {
            [
                Effect::Save {
                    asker,
                    part,
                    path,
                    overwrite,
                },
            ] => (*asker, part.bytes().into_owned(), path.clone(), *overwrite),
            _ => panic!("{reply:?}"),
        }
    };
    let (asker, bytes, path, overwrite) = save(&mut stage);
    assert_eq!(bytes, b"\x89PNG\r\n\x1a\n\0\0\0\r", "decoded");
    assert_eq!((path.as_str(), overwrite), ("data.png", false));
    assert_eq!(
        stage.type_in("", KeyCode::Enter).effects,
        [],
        "one at a time"
    );
    let exists = |asker| Event::Saved {
        asker,
        result: Err(Unsaved::Exists("it is there".to_owned())),
    };
    let told = stage.hears(exists(asker));
    assert!(matches!(&told[..], [Effect::Tell { bad: true, .. }]));
    assert!(stage.viewer.takes_text(), "it is asked again");
    // Another name was not asked about.
    stage.type_in("", KeyCode::Backspace);
    let (asker, _, path, overwrite) = save(&mut stage);
    assert_eq!((path.as_str(), overwrite), ("data.pn", false));
    stage.hears(exists(asker));
    let (asker, _, _, overwrite) = save(&mut stage);
    assert!(overwrite);
    let told = stage.hears(Event::Saved {
        asker,
        result: Ok("wrote 12 B".to_owned()),
    });
    assert!(matches!(&told[..], [Effect::Tell { bad: false, .. }]));
    assert!(!stage.viewer.takes_text());
    // Tab takes the whole document, and its name if the other was not changed.
    stage.press("W");
    stage.type_in("", KeyCode::Tab);
    let (_, bytes, path, _) = save(&mut stage);
    assert_eq!(
        (bytes, path.as_str()),
        (PICTURE.as_bytes().to_vec(), "json.json")
    );
}

#[test]
fn names_of_files_are_ours_whatever_members_are_called() {
    let mut stage = stage(
        vec![tree(
            "JSON",
            r#"{"../../etc/Pass wd":"x","a":{"data":"no base64 here"}}"#,
        )],
        60,
        8,
    );
    stage.press("W");
    assert!(
        stage.seen().contains("Write value to: etc-pass-wd.txt"),
        "{}",
        stage.seen()
    );
    stage.type_in("", KeyCode::Esc);
    stage.press("G W");
    assert!(stage.seen().contains("data.txt"), "{}", stage.seen());
}

#[test]
fn what_is_shown_outside_is_a_text_a_picture_or_the_document() {
    let mut stage = stage(vec![tree("JSON", PICTURE), plain("Text", b"hello")], 60, 12);
    let shown = |stage: &mut Stage, keys: &str| match &stage.press(keys).effects[..] {
        [Effect::Page { part, kind }] => format!("pager {kind} {}", part.size()),
        [Effect::Open { part, kind }] => format!("desktop {kind} {}", part.bytes().len()),
        other => panic!("{other:?}"),
    };
    let whole = format!("pager application/json {}", PICTURE.len());
    assert_eq!(shown(&mut stage, "o"), whole);
    assert_eq!(shown(&mut stage, "j j j j o"), "desktop image/png 12");
    assert_eq!(shown(&mut stage, "G o"), "pager text/plain 6");
    stage.settings.pagers = vec![("image".to_owned(), "chafa".to_owned())];
    assert_eq!(shown(&mut stage, "g g j j j j o"), "pager image/png 18");
    assert_eq!(shown(&mut stage, "] o"), "pager text/plain 5");
}

#[test]
fn a_query_is_live_and_only_the_newest_counts() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 60, 8);
    stage.press("j z M j");
    let before = stage.seen();
    stage.press("\\");
    let first = stage.type_in(".i", KeyCode::Char('d')).effects;
    let [
        Effect::Stop(old),
        Effect::Query {
            asker,
            document,
            filter,
        },
    ] = &first[..]
    else {
        panic!("{first:?}")
    };
    assert!(*old < *asker);
    assert_eq!(
        (filter.as_str(), text_of_part(document).as_str()),
        (".id", DOCUMENT)
    );
    let asker = *asker;
    assert!(stage.seen().contains("running…"), "{}", stage.seen());
    let event = |asker, result| Event::Queried { asker, result };
    assert_eq!(stage.viewer.heard(&event(*old, answer("0", ""))), None);
    stage.hears(event(asker, answer("[1.0,2]", "1 output")));
    assert_eq!(
        stage.seen(),
        "Query: .id                                          1 output\n▸  [0] 1.0\n   [1] 2"
    );
    // What is wrong with the next letter stands below the line, and the last good result below that.
    let reply = stage.type_in("", KeyCode::Char('|'));
    let [Effect::Query { asker, .. }] = reply.effects[..] else {
        panic!("{reply:?}")
    };
    let wrong = Answer {
        problem: Some("expected term, but it ends".to_owned()),
        ..Answer::default()
    };
    stage.hears(event(asker, wrong));
    assert_eq!(
        stage.seen(),
        "Query: .id|\n✗ expected term, but it ends\n▸  [0] 1.0\n   [1] 2"
    );
    // Esc: as if nothing had been.
    assert_eq!(stage.type_in("", KeyCode::Esc), Reply::done());
    assert_eq!(stage.seen(), before);
    assert_eq!(stage.viewer.remark(), "$[\"odd name\"]");
}

#[test]
fn a_kept_result_has_the_keys_until_esc() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 60, 8);
    stage.press("\\");
    let reply = stage.type_in("", KeyCode::Char('.'));
    let [Effect::Query { asker, .. }] = reply.effects[..] else {
        panic!("{reply:?}")
    };
    stage.type_in("", KeyCode::Enter);
    assert!(!stage.viewer.takes_text());
    let result = answer("{\"x\":{\"y\":1}}", "1 output");
    stage.hears(Event::Queried { asker, result });
    assert!(
        stage.seen().starts_with("Query: .   1 output"),
        "{}",
        stage.seen()
    );
    stage.press("j");
    assert_eq!(stage.viewer.remark(), "$.x.y");
    assert_eq!(stage.copied("y a").0, "{\"x\":{\"y\":1}}");
    stage.press("\\");
    assert!(stage.viewer.takes_text(), "it is edited on");
    stage.type_in("", KeyCode::Backspace);
    assert_eq!(
        stage.type_in("", KeyCode::Enter),
        Reply::effects(Vec::new())
    );
    assert_eq!(stage.viewer.remark(), "$.id", "without a filter it is left");
    stage.press("\\");
    stage.type_in(".", KeyCode::Enter);
    // What still runs is stopped with it.
    let left = stage.press("Esc").effects;
    assert!(matches!(left[..], [Effect::Stop(_)]), "{left:?}");
    assert_eq!(stage.press("Esc"), Reply::ignored());
}

#[test]
fn no_output_is_an_empty_result_and_text_has_no_query() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT), plain("Text", b"x")], 60, 8);
    stage.press("\\");
    let reply = stage.with(|viewer, ctx| viewer.paste("empty", ctx));
    let [
        Effect::Query {
            asker, ref filter, ..
        },
    ] = reply.effects[..]
    else {
        panic!("{reply:?}")
    };
    assert_eq!(filter, "empty");
    let result = Answer {
        told: "0 outputs".to_owned(),
        ..Answer::default()
    };
    stage.hears(Event::Queried { asker, result });
    assert_eq!(
        stage.seen().trim_end(),
        "Query: empty                                       0 outputs"
    );
    stage.type_in("", KeyCode::Esc);
    stage.press("]");
    assert_eq!(
        said(&stage.press("\\")),
        "A query needs JSON: see the tabs that are trees."
    );
    let big = format!("\"{}\"", "x".repeat(9 << 20));
    stage.show(2, vec![tree("JSON", &big)]);
    assert_eq!(
        said(&stage.press("\\")),
        "9.4 MB is too big for a query, the most is 8.4 MB: ! pipes it to a program such as jq."
    );
}

#[test]
fn another_document_ends_what_was_about_the_old_one() {
    let mut stage = stage(vec![tree("JSON", DOCUMENT)], 60, 8);
    stage.press("\\");
    stage.show(2, vec![tree("JSON", DOCUMENT)]);
    assert!(stage.viewer.takes_text(), "it is the same");
    stage.show(3, vec![tree("JSON", "[]")]);
    assert!(!stage.viewer.takes_text());
    assert_eq!(stage.seen(), "▸  []");
}
