//! `mcpscope conformance`, as the suite starts it. What the suite itself finds is `.ci/conformance`'s affair.

use std::process::Output;

use crate::support::program::Home;
use crate::support::web::{Asked, Reply, Web, behave, behave_modern};

/// Starts the verb as the suite does: the address last, the rest in the environment.
fn played(home: &Home, web: &Web, scenario: &str, version: &str, context: &str) -> Output {
    let mut command = home.command(&["conformance", &web.url("/mcp")]);
    command
        .env("MCP_CONFORMANCE_SCENARIO", scenario)
        .env("MCP_CONFORMANCE_PROTOCOL_VERSION", version)
        .env("MCP_CONFORMANCE_CONTEXT", context);
    command.output().unwrap()
}

fn calls(web: &Web) -> Vec<String> {
    let asked = web.asked();
    let calls = asked.iter().filter(|asked| asked.rpc() == "tools/call");
    calls
        .map(|asked| {
            let params = mcpscope::json::get(&asked.body, &["params"]).unwrap();
            let member = |name| mcpscope::json::get(params, &[name]).unwrap_or_default();
            format!(
                "{} {}",
                String::from_utf8_lossy(member("name")),
                String::from_utf8_lossy(member("arguments"))
            )
        })
        .collect()
}

#[test]
fn the_environment_says_what_to_do_and_in_which_era() {
    for (version, answer, opening) in [
        ("2025-11-25", behave as fn(&Asked, &mut Reply), "initialize"),
        ("2026-07-28", behave_modern, "server/discover"),
    ] {
        let (home, web) = (Home::new(), Web::new(answer));
        let run = played(&home, &web, "tools_call", version, "");
        assert!(run.status.success(), "{run:?}");
        assert_eq!(run.stdout, b"", "nothing is printed");
        assert_eq!(web.asked()[0].rpc(), opening, "the era is not asked for");
        assert_eq!(calls(&web), [r#""add_numbers" {"a":5,"b":3}"#]);
        assert_eq!(home.sessions().len(), 1, "recorded as every session is");
    }
}

#[test]
fn the_context_lists_calls() {
    let (home, web) = (Home::new(), Web::new(behave_modern));
    let context = r#"{"name":"http-custom-headers","toolCalls":[{"name":"echo","arguments":{"text":" é ","n":1.50}}]}"#;
    let run = played(&home, &web, "http-custom-headers", "2026-07-28", context);
    assert!(run.status.success(), "{run:?}");
    assert_eq!(
        calls(&web),
        [r#""echo" {"text":" é ","n":1.50}"#],
        "as spelled"
    );
    let asked = web.asked();
    assert_eq!(
        asked.last().unwrap().header("mcp-param-text"),
        Some("=?base64?IMOpIA==?=")
    );
}

#[test]
fn a_step_without_a_result_is_no_success() {
    let (home, web) = (
        Home::new(),
        Web::new(
            |asked: &Asked, reply: &mut Reply| match asked.rpc().as_str() {
                "tools/call" => reply.json(&asked.error(-32602)),
                _ => behave(asked, reply),
            },
        ),
    );
    let run = played(&home, &web, "tools_call", "2025-11-25", "");
    assert_eq!(run.status.code(), Some(6), "{run:?}");
}

#[test]
fn without_a_scenario_it_says_who_runs_it() {
    let home = Home::new();
    let run = home.run(&["conformance", "http://127.0.0.1:1/mcp"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("MCP_CONFORMANCE_SCENARIO"), "{run}");
    assert!(
        !home.run(&["--help"]).stdout.contains("conformance"),
        "it is hidden"
    );
}
