//! Sessions in the formats of others, and the recordings of others as sessions, by the program itself.

use std::fs;
use std::path::PathBuf;

use mcpscope::export::FORMATS;

use crate::support::program::Home;
use crate::support::web::Web;

fn demo() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sessions/demo.jsonl")
}

fn kept(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    folder.join(name)
}

#[test]
fn every_format_is_told_by_the_name_of_its_file() {
    let home = Home::new();
    let demo = demo();
    for row in FORMATS {
        let path = home.path(&format!("out.{}", row.extension));
        let to = path.to_str().unwrap();
        let run = home.run(&["export", demo.to_str().unwrap(), "-o", to]);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(
            run.stderr.contains(row.name) && run.stdout.is_empty(),
            "{run}"
        );
        let printed = home.run(&["export", demo.to_str().unwrap(), "-f", row.name, "-o", "-"]);
        assert!(
            printed.stdout == fs::read_to_string(&path).unwrap(),
            "{}",
            row.name
        );
        let again = home.run(&["export", demo.to_str().unwrap(), "-o", to]);
        assert_eq!(again.code, Some(2), "{again}");
        assert!(again.stderr.contains("--force replaces it"), "{again}");
        let forced = home.run(&["export", demo.to_str().unwrap(), "-o", to, "--force", "-q"]);
        assert_eq!((forced.code, &*forced.stderr), (Some(0), ""), "{forced}");
    }
}

#[test]
fn a_session_is_found_by_name_and_filtered() {
    let home = Home::new();
    assert_eq!(home.fake("call echo text=x", &[]).code, Some(0));
    let name = home
        .session()
        .path
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let run = home.run(&["export", &name, "-f", "json-lines", "--filter", "tool:echo"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
    assert!(run.stdout.contains(r#""subject":"echo""#), "{run}");
    let run = home.run(&["export", &name, "-f", "json-lines", "--filter", "metod:x"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("method"), "{run}");
    let run = home.run(&["export", "nothing-of-that-name", "-f", "har"]);
    assert_eq!(run.code, Some(2), "{run}");
    let run = home.run(&["export", &name]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("say --format"), "{run}");
}

#[test]
fn traces_go_to_a_collector_and_what_it_refuses_is_told() {
    let busy = std::sync::atomic::AtomicBool::new(true);
    let web = Web::new(move |_, reply| {
        if busy.swap(false, std::sync::atomic::Ordering::SeqCst) {
            reply.send(503, &[("retry-after", "0")], "");
        } else {
            let said = r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}"#;
            reply.json(said);
        }
    });
    let home = Home::new();
    let demo = demo();
    let url = web.url("");
    let run = home.run(&[
        "export",
        demo.to_str().unwrap(),
        "--push",
        &url,
        "--header",
        "x-key: s3cret-1",
    ]);
    assert_eq!(run.code, Some(6), "{run}");
    assert!(
        run.stderr
            .contains("the collector refused 2 spans: too old"),
        "{run}"
    );
    assert!(!run.stderr.contains("s3cret"), "{run}");
    let asked = web.asked();
    // Asked again with the same when it was busy.
    assert_eq!(asked.len(), 2);
    assert!(asked[0].body == asked[1].body);
    let asked = &asked[1];
    assert_eq!((&*asked.method, &*asked.path), ("POST", "/v1/traces"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("x-key"), Some("s3cret-1"));
    assert!(String::from_utf8_lossy(&asked.body).starts_with(r#"{"resourceSpans":[{"resource""#));
}

#[test]
fn a_collector_that_is_not_there_or_refuses_is_an_error_in_words() {
    let home = Home::new();
    let demo = demo();
    let run = home.run(&[
        "export",
        demo.to_str().unwrap(),
        "--push",
        "http://127.0.0.1:1",
    ]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(
        run.stderr
            .contains("the collector at http://127.0.0.1:1/v1/traces: "),
        "{run}"
    );
    let web = Web::new(|_, reply| reply.send(401, &[], "{\"message\":\"who \\u001b[31mare you\"}"));
    let run = home.run(&[
        "export",
        demo.to_str().unwrap(),
        "--push",
        &web.url("/otlp?token=s3cret"),
    ]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(
        run.stderr
            .contains("answered 401 Unauthorized: who ^[[31mare you"),
        "{run}"
    );
    assert!(!run.stderr.contains("s3cret"), "{run}");
    let run = home.run(&[
        "export",
        demo.to_str().unwrap(),
        "--push",
        &web.url(""),
        "-f",
        "har",
    ]);
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn recordings_of_others_are_imported_and_exported_as_they_are() {
    let home = Home::new();
    let path = home.path("harbour.jsonl");
    let to = path.to_str().unwrap();
    let source = kept("chromium.har");
    let run = home.run(&["import", source.to_str().unwrap(), "-o", to]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.stderr
            .contains("38 entries from har; 1 left out, the first is 1: GET"),
        "{run}"
    );
    let imported = home.run(&["export", to, "-f", "json-lines"]);
    let direct = home.run(&["export", source.to_str().unwrap(), "-f", "json-lines"]);
    assert_eq!(direct.code, Some(0), "{direct}");
    assert!(imported.stdout == direct.stdout);
    assert!(
        imported.stdout.contains(r#""subject":"count""#),
        "{imported}"
    );
    let readme = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let run = home.run(&["import", readme.to_str().unwrap(), "-o", "-"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.stderr
            .contains("it reads those of mcpsnoop, mcp-rec, mcporter, har, client-log"),
        "{run}"
    );
}
