//! Every format over kept and made-up sessions; nothing that anybody says breaks out of one.

use super::*;
use crate::session::codec;

/// A session given as its file, and a reader of its entries.
struct Taken {
    material: Material,
    entries: Vec<(Entry, Place)>,
}

impl Taken {
    fn of(file: &str) -> Self {
        let mut lines = file.split_inclusive('\n');
        let header = codec::read_header(lines.next().unwrap().as_bytes()).unwrap();
        let mut taken = Self {
            material: Material::new(header, "demo"),
            entries: Vec::new(),
        };
        let mut offset = 0;
        for line in lines {
            let place = Place {
                offset,
                length: line.len() as u64,
            };
            offset += line.len() as u64;
            let entry = codec::read(line.as_bytes()).unwrap();
            let recorded = crate::session::recorded::Recorded::of(&entry, place);
            taken.material.push(&recorded, entry.extra.as_deref());
            taken.entries.push((entry, place));
        }
        taken
    }

    fn kept(name: &str) -> Self {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
        Self::of(&std::fs::read_to_string(root.join(name)).unwrap())
    }

    fn export(&self, format: Format, chosen: &Chosen) -> String {
        String::from_utf8(self.bytes(format, chosen).0).unwrap()
    }

    fn bytes(&self, format: Format, chosen: &Chosen) -> (Vec<u8>, Written) {
        let mut out = Vec::new();
        let mut read = |seq: u64, place: Place| {
            let found = self
                .entries
                .iter()
                .find(|(entry, at)| entry.seq == seq && *at == place);
            Ok(found.unwrap().0.clone())
        };
        let mut told = |_| true;
        let job = Job::new(&self.material, chosen, &mut read, &mut out, &mut told);
        let written = job.run(format).unwrap();
        (out, written)
    }
}

#[test]
fn the_table_is_in_the_order_of_the_formats_and_names_are_found() {
    for (place, row) in FORMATS.iter().enumerate() {
        assert_eq!(row.format as usize, place);
        assert_eq!(Format::named(row.name), Some(row.format));
        assert_eq!(
            Format::of_file(&format!("a/b.{}", row.extension)),
            Some(row.format)
        );
    }
    assert_eq!(Format::of_file("x.OTLP.jsonl"), Some(Format::Otlp));
    assert_eq!(Format::of_file(".har"), None);
    assert_eq!(Format::of_file("har"), None);
}

#[test]
fn a_session_exported_whole_is_the_session() {
    for name in [
        "demo.jsonl",
        "crash.jsonl",
        "results.jsonl",
        "trouble.jsonl",
    ] {
        let taken = Taken::kept(name);
        let again = Taken::of(&taken.export(Format::Session, &Chosen::All));
        assert!(taken.material.header == again.material.header, "{name}");
        let entries = |taken: &Taken| -> Vec<Entry> {
            taken
                .entries
                .iter()
                .map(|(entry, _)| entry.clone())
                .collect()
        };
        assert!(entries(&taken) == entries(&again), "{name}");
    }
}

/// The one row whose title this is.
fn row(taken: &Taken, title: &str) -> Row {
    let timeline = &taken.material.timeline;
    let mut found = timeline.rows().iter().filter(|row| {
        let Row::Exchange(index) = row else {
            return false;
        };
        let exchange = timeline.exchange(*index).unwrap();
        let method = timeline.word(exchange.method);
        format!("{method} {}", timeline.word(exchange.subject)) == title
    });
    *found.next().unwrap()
}

/// A session over stdio in which everything happens that formats treat in their own way.
fn eventful() -> Taken {
    let wire = |seq: u32, dir: &str, json: &str| {
        format!(
            "{{\"seq\":{seq},\"us\":{us},\"at\":\"2026-11-21T11:00:00.{us:06}Z\",\"conn\":1,\"ch\":\"wire\",\"dir\":\"{dir}\",\"json\":{json}}}\n",
            us = seq * 1_000
        )
    };
    let note = |seq: u32, ch: &str, body: &str| {
        format!(
            "{{\"seq\":{seq},\"us\":{us},\"at\":\"2026-11-21T11:00:00.{us:06}Z\",\"conn\":1,\"ch\":\"{ch}\",\"dir\":\"here\",\"json\":{body}}}\n",
            us = seq * 1_000
        )
    };
    let trace = r#""_meta":{"progressToken":"p","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","tracestate":"a=b"}"#;
    let lines = [
        r#"{"mcpscope":1,"created":"2026-11-21T11:00:00Z","by":"mcpscope 0.1.0"}"#.to_owned()
            + "\n",
        note(
            1,
            "note",
            r#"{"event":"connect","name":"shelf <b>","transport":"stdio","era":"legacy"}"#,
        ),
        note(2, "note", r#"{"event":"ready","revision":"2025-11-25"}"#),
        wire(
            3,
            "out",
            &format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"look","arguments":{{"n":1.50}},{trace}}}}}"#
            ),
        ),
        wire(
            4,
            "in",
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1,"total":2,"message":"half"}}"#,
        ),
        wire(
            5,
            "in",
            r#"{"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":{"messages":[],"maxTokens":5}}"#,
        ),
        wire(
            7,
            "out",
            r#"{"jsonrpc":"2.0","id":"s1","result":{"role":"assistant","model":"m","content":{"type":"text","text":"x"}}}"#,
        ),
        wire(
            8,
            "in",
            r#"{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[{"type":"text","text":"</script><!-- ]]>"}]}}"#,
        ),
        wire(
            9,
            "out",
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"wait","arguments":{}}}"#,
        ),
        note(10, "stderr", r#""said on stderr""#),
        note(11, "stdout", r#""no message""#),
        wire(
            12,
            "out",
            r#"{"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"greet"}}"#,
        ),
        wire(
            13,
            "in",
            r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"no such prompt"}}"#,
        ),
    ];
    Taken::of(&lines.concat())
}

#[test]
fn spans_follow_the_conventions() {
    let text = eventful().export(Format::Otlp, &Chosen::All);
    assert_eq!(text.lines().count(), 1);
    let value = crate::json::Value::parse(text.as_bytes()).unwrap();
    let spans = crate::json::get(text.as_bytes(), &["resourceSpans"]).unwrap();
    let first = crate::json::elements(spans).next().unwrap();
    let scope = crate::json::get(first, &["scopeSpans"]).unwrap();
    let scope = crate::json::elements(scope).next().unwrap();
    let spans: Vec<&[u8]> =
        crate::json::elements(crate::json::get(scope, &["spans"]).unwrap()).collect();
    insta::assert_snapshot!(value.pretty());
    // The question of the server's is below the call it was asked in, which is below the trace that was recorded.
    let at = |span: &[u8], name: &str| crate::json::string_at(span, &[name]).unwrap_or_default();
    assert_eq!(at(spans[0], "name"), "tools/call look");
    assert_eq!(at(spans[0], "parentSpanId"), "00f067aa0ba902b7");
    assert_eq!(at(spans[1], "name"), "sampling/createMessage");
    assert_eq!(at(spans[1], "parentSpanId"), at(spans[0], "spanId"));
    assert_eq!(at(spans[1], "traceId"), "4bf92f3577b34da6a3ce929d0e0e4736");
    // Sent twice it is the same trace.
    assert!(text == eventful().export(Format::Otlp, &Chosen::All));
}

#[test]
fn every_format_of_an_eventful_session() {
    let taken = eventful();
    for (name, format) in [
        ("json-lines", Format::Lines),
        ("har", Format::Har),
        ("markdown", Format::Markdown),
        ("junit", Format::Junit),
    ] {
        insta::assert_snapshot!(name, taken.export(format, &Chosen::All));
    }
}

#[test]
fn a_choice_of_rows_is_all_that_is_told() {
    let taken = Taken::kept("demo.jsonl");
    let chosen = Chosen::rows(
        vec![row(&taken, "tools/call divide")],
        "1 selected".to_owned(),
    );
    for format in [
        Format::Lines,
        Format::Har,
        Format::Markdown,
        Format::Html,
        Format::Otlp,
        Format::Junit,
    ] {
        let text = taken.export(format, &chosen);
        assert!(text.contains("divi"), "{format:?}");
        assert!(!text.contains("countdown"), "{format:?}");
    }
    // As a session it opens: the server has its name and era, and only that call is there.
    let excerpt = Taken::of(&taken.export(Format::Session, &chosen));
    let timeline = &excerpt.material.timeline;
    let connection = timeline.state().connection(1).unwrap();
    assert_eq!(&*connection.name, "mcpscope");
    assert!(connection.revision.is_some() && connection.opening.is_some());
    let methods: Vec<&str> = timeline
        .exchanges()
        .iter()
        .map(|one| timeline.word(one.method))
        .collect();
    assert_eq!(methods, ["server/discover", "tools/call"]);
    let last = excerpt.entries.last().unwrap().0.text().into_owned();
    assert!(
        last.contains("an excerpt: ") && last.contains("1 selected"),
        "{last}"
    );
}

#[test]
fn secrets_are_masked_on_the_way_out_and_counted() {
    let taken = Taken::of(concat!(
        "{\"mcpscope\":1,\"created\":\"2026-11-21T11:00:00Z\",\"by\":\"another tool\"}\n",
        r#"{"seq":1,"us":1,"at":"2026-11-21T11:00:00Z","conn":1,"ch":"note","dir":"here","json":{"event":"connect","name":"h","transport":"http","era":"tap"}}"#,
        "\n",
        r#"{"seq":2,"us":2,"at":"2026-11-21T11:00:00Z","conn":1,"ch":"http","dir":"here","json":{"event":"http-request","exchange":1,"method":"POST","url":"https://h/mcp?api_key=s3cr3t-1","why":"message","frame":3,"follows":null,"size":1,"headers":[["authorization","Bearer s3cr3t-2"],["accept","*/*"]]}}"#,
        "\n",
        r#"{"seq":3,"us":3,"at":"2026-11-21T11:00:00Z","conn":1,"ch":"wire","dir":"out","http":{"exchange":1},"json":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"password":"s3cr3t-3"}}}}"#,
        "\n",
    ));
    for row in FORMATS {
        let (bytes, written) = taken.bytes(row.format, &Chosen::All);
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("s3cr3t"), "{}: {text}", row.name);
        if row.format == Format::Session {
            assert_eq!(
                written.masked.rules(),
                [("address", 1), ("header", 1), ("member", 1)]
            );
            // What is masked already is not masked again.
            let again = Taken::of(&text).bytes(Format::Session, &Chosen::All);
            assert!(again.0 == text.as_bytes());
            assert_eq!(again.1.masked.total(), 0);
        }
    }
}

#[test]
fn it_can_be_called_off() {
    let taken = Taken::kept("demo.jsonl");
    let mut read = |_, _| Ok(taken.entries[0].0.clone());
    let (mut out, mut told) = (Vec::new(), |_| false);
    let job = Job::new(
        &taken.material,
        &Chosen::All,
        &mut read,
        &mut out,
        &mut told,
    );
    assert!(matches!(job.run(Format::Lines), Err(Fault::Cancelled)));
}

/// The blocks of data and script of a page.
fn scripts(page: &str) -> Vec<&str> {
    let parts = page.split("<script").skip(1);
    parts
        .map(|part| {
            part.split_once('>')
                .unwrap()
                .1
                .split_once("</script>")
                .unwrap()
                .0
        })
        .collect()
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    /// A session whose every word is somebody else's.
    fn session(words: &str, body: &str) -> Taken {
        let words = crate::json::quote(words);
        let text = crate::json::quote(body);
        let head = r#""at":"2026-11-21T11:00:00Z","conn":1"#;
        Taken::of(&format!(
            "{{\"mcpscope\":1,\"created\":\"2026-11-21T11:00:00Z\",\"by\":{words}}}\n\
             {{\"seq\":1,\"us\":1,{head},\"ch\":\"note\",\"dir\":\"here\",\"json\":{{\"event\":\"connect\",\"name\":{words},\"transport\":\"stdio\",\"era\":\"auto\"}}}}\n\
             {{\"seq\":2,\"us\":2,{head},\"ch\":\"wire\",\"dir\":\"out\",\"json\":{{\"jsonrpc\":\"2.0\",\"id\":{words},\"method\":\"tools/call\",\"params\":{{\"name\":{words},\"x\":{text}}}}}}}\n\
             {{\"seq\":3,\"us\":3,{head},\"ch\":\"wire\",\"dir\":\"in\",\"json\":{{\"jsonrpc\":\"2.0\",\"id\":{words},\"error\":{{\"code\":1,\"message\":{text}}}}}}}\n\
             {{\"seq\":4,\"us\":4,{head},\"ch\":\"wire\",\"dir\":\"in\",\"text\":{text}}}\n\
             {{\"seq\":5,\"us\":5,{head},\"ch\":\"stdout\",\"dir\":\"in\",\"text\":{text}}}\n\
             {{\"seq\":6,\"us\":6,{head},\"ch\":\"stderr\",\"dir\":\"in\",\"text\":{text}}}\n\
             {{\"seq\":7,\"us\":7,{head},\"ch\":\"wire\",\"dir\":\"out\",\"json\":{{\"jsonrpc\":\"2.0\",\"method\":{words},\"params\":{{\"y\":{text}}}}}}}\n"
        ))
    }

    fn nasty() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "<",
            ">",
            "&",
            "\"",
            "'",
            "</script>",
            "<script>alert(1)</script>",
            "<!--",
            "-->",
            "]]>",
            "<![CDATA[",
            "\u{2028}",
            "\u{202E}",
            "\u{0}",
            "\u{1b}[31m",
            "\\",
            "\\u003c",
            "`",
            "```\n",
            "|",
            "\n",
            "\r\n",
            "{}",
            "\u{FFFE}",
            "é",
            "x",
            "&#60;",
            "<img src=x onerror=alert(1)>",
            "data:",
            "#",
        ]);
        prop_oneof![
            prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()),
            any::<String>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn nothing_breaks_out(words in nasty(), body in nasty()) {
            let taken = session(&words, &body);
            for row in FORMATS {
                let text = taken.export(row.format, &Chosen::All);
                match row.format {
                    Format::Session | Format::Lines | Format::Otlp => {
                        for line in text.lines() {
                            prop_assert!(crate::json::check(line.as_bytes()).is_ok(), "{}: {line}", row.name);
                        }
                    }
                    Format::Har => prop_assert!(crate::json::check(text.as_bytes()).is_ok()),
                    Format::Junit => xml(&text)?,
                    Format::Html => page(&text)?,
                    Format::Markdown => fences(&text)?,
                }
            }
        }
    }

    /// One well-formed document: every tag is one of ours and is closed, no bare ampersand, no character XML forbids.
    fn xml(text: &str) -> Result<(), TestCaseError> {
        let mut open = Vec::new();
        let mut rest = text
            .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
            .unwrap();
        prop_assert!(rest.chars().all(|c| c >= ' ' || c == '\n'));
        let forbidden = rest.contains(['\u{FFFE}', '\u{FFFF}']);
        prop_assert!(!forbidden);
        while let Some(at) = rest.find(['<', '&']) {
            rest = &rest[at..];
            if let Some(entity) = rest.strip_prefix('&') {
                let end = entity.find(';');
                prop_assert!(end.is_some_and(|end| matches!(
                    &entity[..end],
                    "amp" | "lt" | "gt" | "quot" | "apos" | "#10"
                )));
                rest = entity;
                continue;
            }
            let end = rest.find('>').unwrap();
            let tag = &rest[1..end];
            let name = tag
                .trim_start_matches('/')
                .split([' ', '/'])
                .next()
                .unwrap();
            prop_assert!(
                ["testsuites", "testsuite", "testcase", "failure", "skipped"].contains(&name),
                "{tag}"
            );
            prop_assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
            if tag.starts_with('/') {
                prop_assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            rest = &rest[end + 1..];
        }
        prop_assert!(open.is_empty());
        Ok(())
    }

    /// The tags of a page are ours, in our number, and its data is JSON.
    fn page(text: &str) -> Result<(), TestCaseError> {
        let blocks = scripts(text);
        prop_assert_eq!(blocks.len(), 2);
        prop_assert!(crate::json::check(blocks[0].as_bytes()).is_ok());
        prop_assert!(!blocks[0].contains(['<', '>', '&']));
        prop_assert_eq!(blocks[1], include_str!("html/page.js"));
        let own = include_str!("html/page.js").matches('<').count()
            + include_str!("html/page.css").matches('<').count();
        let harmless = session("x", "y").export(Format::Html, &Chosen::All);
        prop_assert_eq!(text.matches('<').count(), harmless.matches('<').count());
        prop_assert!(harmless.matches('<').count() > own);
        Ok(())
    }

    /// Outside fences and spans of code, nothing that Markdown or HTML would act on.
    fn fences(text: &str) -> Result<(), TestCaseError> {
        let mut fence: Option<&str> = None;
        for line in text.split('\n') {
            let ticks = line.len() - line.trim_start_matches('`').len();
            match fence {
                Some(open) if line == open => fence = None,
                Some(_) => {}
                None if ticks >= 3 => fence = Some(&line[..ticks]),
                None if !line.contains('`') => {
                    prop_assert!(!line.contains('<') && !line.contains("!["), "{line}");
                }
                None => {}
            }
        }
        prop_assert!(fence.is_none());
        Ok(())
    }
}

#[test]
fn a_page_forbids_everything_but_itself() {
    let page = Taken::kept("demo.jsonl").export(Format::Html, &Chosen::All);
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"));
    assert!(!policy.contains("unsafe") && !policy.contains('*'));
    for way in [
        "src=",
        "href=",
        "url(",
        "@import",
        "fetch(",
        "XMLHttpRequest",
        "innerHTML",
        "eval(",
    ] {
        let own = page.replace(scripts(&page)[0], "");
        assert!(!own.contains(way), "{way}");
    }
}
