//! `mcpscope raw`: lines as they are, everything that comes back, and how it ends.

use insta::assert_snapshot;

use crate::support::FAKE;
use crate::support::program::{Home, Run};

fn raw(options: &[&str], flags: &[&str], lines: &str) -> (Home, Run) {
    let home = Home::new();
    let arguments = [&["raw"], options, &["--", FAKE], flags].concat();
    let run = home.start_with(&arguments, lines.as_bytes()).end();
    (home, run)
}

const PING: &str = "{\"jsonrpc\": \"2.0\",\"id\":1.0e0,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\"}";

#[test]
fn lines_go_out_as_they_are_without_a_handshake() {
    let lines = "{\"jsonrpc\":\"2.0\",  \"id\":\"a\",\"method\":\"ping\"}\nnot json at all\n";
    let (home, run) = raw(&[], &["--junk-first", "hello"], lines);
    assert_snapshot!("raw", run);
    let session = home.session();
    assert!(!session.methods().contains(&"initialize".to_owned()));
    let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    assert!(
        text.contains("{\"jsonrpc\":\"2.0\",  \"id\":\"a\",\"method\":\"ping\"}"),
        "{text}"
    );
    assert!(text.contains("not json at all"), "{text}");
}

#[test]
fn a_file_can_hold_the_lines() {
    let home = Home::new();
    std::fs::write(home.path("frames.jsonl"), PING).unwrap();
    let run = home.run(&["raw", "frames.jsonl", "--step", "--", FAKE]);
    assert_eq!(
        (run.stdout.lines().count(), run.code),
        (2, Some(0)),
        "{run}"
    );
    assert_snapshot!(home.run(&["raw", "nowhere.jsonl", "--demo"]), @"
    --- stderr
    error: cannot read nowhere.jsonl: No such file or directory (os error 2)
     hint: a file of lines, or - for stdin; the server stands behind --
    --- exit 2
    ");
    assert_eq!(home.run(&["raw", "."]).code, Some(2));
}

#[test]
fn what_is_not_answered_is_named() {
    let lines = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}\n";
    let (_home, run) = raw(&["--wait", "200ms"], &["--hang-on", "ping"], lines);
    assert_snapshot!("raw-unanswered", run);
    let (_home, run) = raw(&[], &["--crash-on", "ping", "--exit", "3"], lines);
    assert_snapshot!("raw-crashed", run);
    let run = Home::new().run(&["raw", "--", "no-such-server"]);
    assert_eq!(run.code, Some(3), "{run}");
    let run = Home::new().run(&["raw"]);
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn programs_get_objects() {
    let lines = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}\njunk\n";
    for form in ["--json", "--ndjson"] {
        let (_home, run) = raw(&[form, "--no-record"], &["--stderr", "started"], lines);
        assert_eq!(run.code, Some(0), "{run}");
        for line in run.stdout.lines() {
            assert!(mcpscope::json::check(line.as_bytes()).is_ok(), "{run}");
        }
        for part in [
            r#""direction":"out","json":{"jsonrpc":"2.0","id":7,"method":"ping"}"#,
            r#""direction":"in","json":{"#,
            r#""direction":"out","text":"junk""#,
            r#"{"event":"stderr","#,
            r#"{"event":"exit","#,
            r#""unanswered":[]"#,
        ] {
            assert!(run.stdout.contains(part), "{part}: {run}");
        }
    }
}

#[test]
fn a_line_with_a_mask_nobody_can_lift_ends_it() {
    let lines = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\",\"params\":{\"a\":\"‹masked:KEY›\"}}\n";
    let (_home, run) = raw(&["--step"], &[], lines);
    assert_snapshot!(run.stderr, @"
    note: The frame was not sent: the value of KEY is masked and not known here; type it anew, or start mcpscope with --secret KEY=VALUE (--secret KEY takes it from the environment)
    error: line 2 was not sent: the value of KEY is masked and not known here
     hint: type it anew, or start mcpscope with --secret KEY=VALUE (--secret KEY takes it from the environment)
    ");
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn what_is_masked_in_the_recording_is_shown_as_it_came() {
    let line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"say-CANARY-1\"}}}\n";
    let (home, run) = raw(&["--json", "--env", "KEY=say-CANARY-1"], &[], line);
    assert_eq!(run.stdout.matches("say-CANARY-1").count(), 2, "{run}");
    let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    assert!(
        text.contains("‹masked:KEY›") && !text.contains("CANARY"),
        "{text}"
    );
}

#[test]
fn an_address_where_nobody_listens_is_told_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let home = Home::new();
    std::fs::write(home.path("frames.jsonl"), PING).unwrap();
    let url = format!("http://{address}/mcp");
    let run = home.run(&["raw", "frames.jsonl", "--wait", "10min", "--url", &url]);
    assert_eq!(run.code, Some(4), "{run}");
    let refused = format!("nothing listens at {address} (connection refused)");
    assert!(run.stderr.contains(&refused), "{run}");
    assert!(!run.stderr.contains("exited"), "{run}");
}
