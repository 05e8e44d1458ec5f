//! Lines as the clients wrote them; each names where it was seen.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Line {
    Reader::default().read(text.as_bytes())
}

fn frame(text: &str) -> Option<(Direction, String)> {
    match read(text).said {
        Said::Frame(direction, json) => Some((direction, String::from_utf8_lossy(&json).into())),
        _ => None,
    }
}

/// Claude Desktop in June 2025 (`mcp.log`), in March 2025 and in February 2026 (`mcp-server-NAME.log`).
#[test]
fn claude_desktop_names_level_and_server_in_either_order() {
    for line in [
        r#"2025-06-27T07:58:07.774Z [info] [weather] Message from client: {"method":"ping","jsonrpc":"2.0","id":0}"#,
        r#"2025-03-07T09:43:35.882Z [weather] [info] Message from client: {"method":"ping","jsonrpc":"2.0","id":0}"#,
        r#"2026-02-09T04:43:03.078Z [weather] [info] Message from client: {"method":"ping","jsonrpc":"2.0","id":0} { metadata: undefined }"#,
    ] {
        let told = read(line);
        assert_eq!(told.server.as_deref(), Some("weather"), "{line}");
        assert_eq!(told.level.as_deref(), Some("info"), "{line}");
        assert!(told.timestamp().is_some(), "{line}");
        let ping = r#"{"method":"ping","jsonrpc":"2.0","id":0}"#;
        assert_eq!(frame(line), Some((Direction::Out, ping.to_owned())));
    }
}

/// VS Code in March 2025, and 1.129.1.
#[test]
fn vs_code_writes_frames_in_both_ways_and_stderr() {
    for (line, expected) in [
        (
            r#"2025-03-23 16:38:00.970 [info] [Client Says] {"jsonrpc":"2.0","id":4}"#,
            Direction::Out,
        ),
        (
            r#"2025-03-23 16:38:00.989 [info] [Server Says] {"jsonrpc":"2.0","id":4}"#,
            Direction::In,
        ),
        (
            r#"2026-07-24 02:03:14.089 [debug] [editor -> server] {"jsonrpc":"2.0","id":4}"#,
            Direction::Out,
        ),
        (
            r#"2026-07-24 02:03:14.151 [debug] [server -> editor] {"jsonrpc":"2.0","id":4}"#,
            Direction::In,
        ),
    ] {
        assert_eq!(frame(line).map(|(way, _)| way), Some(expected), "{line}");
        assert_eq!(read(line).server, None, "{line}");
        assert!(read(line).timestamp().is_some(), "{line}");
    }
    let line = read("2026-07-24 02:03:14.090 [warning] [server stderr] starting up");
    assert_eq!(line.said, Said::Stderr("starting up".to_owned()));
    let line = read("2026-07-24 02:03:14.089 [info] Connection state: Running");
    assert_eq!(line.said, Said::Client("Connection state: Running".into()));
}

/// Claude Code 2.1, `mcp-logs-NAME/*.jsonl`.
#[test]
fn claude_code_writes_an_object_a_line() {
    let line = read(
        r#"{"error":"Server stderr: INFO starting","timestamp":"2026-08-11T06:19:23.467Z","sessionId":"s","cwd":"/w"}"#,
    );
    assert_eq!(line.said, Said::Stderr("INFO starting".to_owned()));
    assert_eq!(line.level.as_deref(), Some("error"));
    let line =
        read(r#"{"debug":"Calling MCP tool: search","timestamp":"2026-07-02T06:02:05.127Z"}"#);
    assert_eq!(line.said, Said::Client("Calling MCP tool: search".into()));
}

#[test]
fn lines_without_a_time_are_stderr_but_within_an_object_of_the_client() {
    let mut reader = Reader::default();
    let mut said = |line: &str| reader.read(line.as_bytes()).said;
    assert_eq!(said("Traceback"), Said::Stderr("Traceback".into()));
    assert!(matches!(
        said("2025-11-11T04:00:02.758Z [info] [nexus] Using MCP server command: nexus with {"),
        Said::Client(_)
    ));
    assert!(matches!(said("  args: [ [length]: 0 ],"), Said::Client(_)));
    assert!(matches!(said("}"), Said::Client(_)));
    assert!(matches!(said("  File \"x.py\", line 1"), Said::Stderr(_)));
}

#[test]
fn a_frame_that_was_cut_is_what_the_client_says() {
    let cut = r#"2025-06-27T07:58:07.774Z [info] [w] Message from server: {"jsonrpc":"2.0","#;
    assert!(matches!(read(cut).said, Said::Client(_)));
}

#[test]
fn logs_are_told_from_other_files() {
    for log in [
        "x\n2025-06-27T07:58:07.774Z [info] [w] Message from client: {}\n",
        "{\"debug\":\"x\",\"timestamp\":\"2026-07-02T06:02:05.127Z\"}\n",
        "2026-07-24 02:03:14.089 [debug] [editor -> server] {}\n",
    ] {
        assert!(is_log(log.as_bytes()), "{log}");
    }
    for other in [
        "",
        "hello\n",
        "2025-06-27T07:58:07.774Z [info] started\n",
        "{\"jsonrpc\":\"2.0\",\"debug\":\"x\",\"timestamp\":\"2026-07-02T06:02:05.127Z\"}\n",
        "{\"debug\":1,\"timestamp\":\"2026-07-02T06:02:05.127Z\"}\n",
        "2025-06-27T07:58:07.774Z Message from client: {}\n",
    ] {
        assert!(!is_log(other.as_bytes()), "{other}");
    }
}

proptest! {
    /// Nothing that a server writes is left out, whatever it looks like.
    #[test]
    fn no_line_is_lost(text in "\\PC*") {
        let told = read(&text);
        match told.said {
            Said::Frame(_, json) => prop_assert!(json::check(&json).is_ok()),
            Said::Stderr(said) | Said::Client(said) => {
                prop_assert!(said.len() <= text.len());
                if told.at.is_none() {
                    prop_assert_eq!(said, text.trim_end_matches('\r'));
                }
            }
        }
    }

    #[test]
    fn what_is_marked_as_a_frame_is_read_as_one(id in any::<u32>(), server in "[a-z][a-z -]{0,12}") {
        let json = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id}}}");
        let server = server.trim();
        let line = format!("2026-02-09T04:43:03.078Z [{server}] [info] Message from server: {json}{TAIL}");
        prop_assert_eq!(frame(&line), Some((Direction::In, json)));
    }
}
