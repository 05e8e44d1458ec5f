//! `mcpscope replay`: the same server answers the same, in both eras and over both transports; a changed one does not,
//! and what changed is told exactly.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use insta::assert_snapshot;
use mcpscope::json;

use crate::support::program::{Home, Run};
use crate::support::web::{Asked, Reply, Web, behave, behave_modern};

const RULES: &str = r#"[{"kind": "elicitation", "tool": "fill-*", "answer": {"name": "Ada", "guests": 2}},
    {"kind": "elicitation", "answer": "defaults"},
    {"kind": "sampling", "answer": "forty-two"},
    {"kind": "url", "answer": "accept"},
    {"kind": "roots", "answer": ["/srv/project"]}]"#;

/// Lists, errors of both kinds, progress, notifications, everything that is asked back, rounds and a task.
const TOUR: &str = "list tools
list resources
list prompts
call echo text=hello
call divide dividend=1 divisor=0
call refuse
call countdown seconds=1
call chatter lines=3
call fill-form
call ask-model
call show-roots
call order-dinner
call open-page
call bake-bread seconds=1 --task
call nosuch --no-validate
read demo://notes/welcome.txt
call sign-guest-book name=Ada
call change-list list=tools
list tools
";

/// A home with a recording of these lines, against what the rest names.
fn recorded(lines: &str, target: &[&str]) -> Home {
    let home = Home::new();
    fs::write(home.path("rules.json"), RULES).unwrap();
    let shell = ["shell", "--record", "r.jsonl", "--answer", "rules.json"];
    let run = home.start_with(&[&shell, target].concat(), lines.as_bytes());
    run.end();
    home
}

fn replay(home: &Home, arguments: &[&str]) -> Run {
    home.run(&[&["replay", "r.jsonl", "-q"], arguments].concat())
}

fn counts(run: &Run) -> String {
    let counts = json::get(run.stdout.as_bytes(), &["counts"]);
    String::from_utf8_lossy(counts.unwrap_or_default()).into_owned()
}

#[test]
fn the_same_server_answers_the_same_in_both_eras() {
    for era in ["legacy", "modern"] {
        let home = recorded(TOUR, &["--era", era, "--demo"]);
        let run = replay(&home, &["--json", "--demo"]);
        let told = format!("{era}: {run}");
        assert_eq!(run.code, Some(0), "{told}");
        // How often a list is fetched because it changed depends on who is quicker.
        let calls = counts(&run);
        assert!(
            ["{\"same\":20}", "{\"same\":21}"].contains(&calls.as_str()),
            "{told}"
        );
        assert!(!run.stderr.contains("warning"), "{told}");
        // It is a session like any other, and can be sent again itself.
        let again = home.sessions();
        let name = again.last().unwrap().to_string_lossy().into_owned();
        let run = home.run(&["replay", &name, "-q", "--json", "--demo"]);
        assert_eq!(counts(&run), calls, "{run}");
    }
}

#[test]
fn each_call_is_an_object_of_its_own_where_lines_are_wanted() {
    let home = recorded(
        "call echo text=one\ncall refuse\n",
        &["--era", "legacy", "--demo"],
    );
    let run = replay(&home, &["--ndjson", "--demo"]);
    assert_eq!(run.code, Some(0), "{run}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    let compared: Vec<String> = lines
        .iter()
        .filter(|line| json::string_at(line.as_bytes(), &["event"]).as_deref() == Some("compared"))
        .filter_map(|line| json::string_at(line.as_bytes(), &["row", "name"]))
        .collect();
    assert!(compared.contains(&"tools/call echo".to_owned()), "{run}");
    let last = json::get(lines.last().unwrap().as_bytes(), &["counts"]).unwrap();
    let same = format!("{{\"same\":{}}}", compared.len());
    assert_eq!(String::from_utf8_lossy(last), same, "{run}");
}

#[test]
fn a_crash_is_the_same_crash() {
    let home = Home::new();
    let fake = [
        "--",
        crate::support::FAKE,
        "--crash-on",
        "tools/call",
        "--exit",
        "3",
    ];
    let call = ["call", "echo", "text=hi", "--record", "r.jsonl"];
    assert_eq!(home.run(&[&call[..], &fake].concat()).code, Some(9));
    let run = replay(&home, &[&["--json"][..], &fake].concat());
    assert_eq!(
        (run.code, counts(&run).as_str()),
        (Some(0), "{\"same\":2}"),
        "{run}"
    );
    // One that does not crash any more is another one.
    let run = replay(&home, &["--json", "--", crate::support::FAKE]);
    assert_eq!(counts(&run), "{\"same\":1,\"changed\":1}", "{run}");
}

#[test]
fn what_changed_is_told_exactly_and_accepted_when_wanted() {
    let lines = "call echo text=one\ncall echo text=two\ncall divide dividend=6 divisor=3\n";
    let home = recorded(lines, &["--era", "legacy", "--demo"]);
    let file = home.path("r.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    // As if the server had answered otherwise then.
    let answer = r#""type":"text","text":"two""#;
    assert_eq!(text.matches(answer).count(), 1);
    let old = text.replace(answer, r#""type":"text","text":"deux""#);
    fs::write(&file, &old).unwrap();
    let forms = ["--json", "--markdown", "--junit"].map(|form| replay(&home, &[form, "--demo"]));
    for run in &forms {
        assert_eq!(run.code, Some(10), "{run}");
        assert!(run.stdout.contains("$.content[0].text"), "{run}");
    }
    assert_eq!(counts(&forms[0]), "{\"same\":3,\"changed\":1}");
    assert!(forms[1].stdout.contains("3 same"), "{}", forms[1]);
    assert!(
        forms[2].stdout.contains("tests=\"4\" failures=\"1\""),
        "{}",
        forms[2]
    );
    let run = replay(
        &home,
        &["--ignore", "$.content[0].text", "--json", "--demo"],
    );
    assert_eq!(counts(&run), "{\"same\":4}", "{run}");
    let run = replay(
        &home,
        &[
            "--filter",
            "time<10h text~one tool:echo",
            "--json",
            "--demo",
        ],
    );
    assert_eq!(counts(&run), "{\"same\":1}", "{run}");
    let run = replay(&home, &["--accept", "--json", "--demo"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(fs::read_to_string(home.path("r.jsonl.bak")).unwrap(), old);
    let run = replay(&home, &["--json", "--demo"]);
    assert_eq!(counts(&run), "{\"same\":4}", "{run}");
}

static MADE: AtomicU32 = AtomicU32::new(1000);

/// A server of issues: each one that is made has a number of its own, and only the newest can be had or deleted.
fn issues(asked: &Asked, reply: &mut Reply) {
    let text = |path: &[&str]| json::string_at(&asked.body, path).unwrap_or_default();
    let newest = || format!("issue-{}", MADE.load(Ordering::SeqCst));
    match (asked.rpc().as_str(), text(&["params", "name"]).as_str()) {
        ("tools/list", _) => reply.json(&asked.result(
            r#"{"tools":[{"name":"make","inputSchema":{"type":"object"}},
                {"name":"get","inputSchema":{"type":"object"}},
                {"name":"delete","inputSchema":{"type":"object"},"annotations":{"destructiveHint":true}}]}"#,
        )),
        ("tools/call", "make") => {
            MADE.fetch_add(1, Ordering::SeqCst);
            let id = newest();
            reply.json(&asked.result(&format!(
                r#"{{"content":[],"structuredContent":{{"id":"{id}"}}}}"#
            )));
        }
        ("tools/call", _) => {
            let issue = text(&["params", "arguments", "issue"]);
            let known = issue == newest();
            reply.json(&asked.result(&format!(
                r#"{{"content":[{{"type":"text","text":"done with {issue}."}}],"isError":{}}}"#,
                !known
            )));
        }
        _ => behave(asked, reply),
    }
}

#[test]
fn values_of_the_new_server_are_used_and_what_destroys_is_asked_about() {
    let web = Web::new(issues);
    let url = web.url("/mcp");
    let lines = "call make\ncall get issue=issue-1001\n";
    let home = recorded(lines, &["--url", &url]);
    let run = replay(&home, &["--json", "--url", &url]);
    assert_eq!(
        (run.code, counts(&run).as_str()),
        (Some(0), "{\"same\":3}"),
        "{run}"
    );
    // Where another answer repeats it, it is the same; and counted.
    assert!(run.stdout.contains("\"carried\":"), "{run}");
    let told = "note: tools/call get $.arguments.issue: \"issue-1002\" carried over from $.structuredContent.id";
    assert!(run.stderr.contains(told), "{run}");
    let session = fs::read_to_string(home.sessions().last().unwrap()).unwrap();
    assert!(session.contains("carried over from"), "{session}");
    // Without the call that it came from, the value is sent as it was, and that is said.
    let run = replay(&home, &["--filter", "tool:get", "--url", &url]);
    assert_eq!(run.code, Some(10), "{run}");
    assert!(
        run.stderr
            .contains("which was not sent again (add tool:make to the filter); sent as it was"),
        "{run}"
    );

    let home = recorded("call delete issue=issue-1\n", &["--url", &url]);
    let run = replay(&home, &["--url", &url]);
    assert_snapshot!("replay-destroys", tidy(run, &web));
    let run = replay(&home, &["--yes", "--json", "--url", &url]);
    assert_eq!(
        (run.code, counts(&run).as_str()),
        (Some(0), "{\"same\":2}"),
        "{run}"
    );
}

fn tidy(mut run: Run, web: &Web) -> Run {
    let host = web.url("").replace("http://", "");
    run.stderr = run.stderr.replace(&host, "WEB");
    run
}

#[test]
fn over_http_it_is_the_same_in_both_eras() {
    for web in [Web::new(behave), Web::new(behave_modern)] {
        let url = web.url("/mcp");
        let lines = "call echo text=x\nlist tools\nrequest no/such\n";
        let home = recorded(lines, &["--url", &url]);
        let run = replay(&home, &["--json", "--url", &url]);
        assert_eq!(
            (run.code, counts(&run).as_str()),
            (Some(0), "{\"same\":3}"),
            "{run}"
        );
    }
}

#[test]
fn another_era_is_no_difference_by_itself() {
    let home = recorded(
        "list tools\ncall echo text=x\ncall fill-form\n",
        &["--era", "modern", "--demo"],
    );
    let run = replay(
        &home,
        &[
            "--json",
            "--era",
            "legacy",
            "--filter",
            "method:tools/call",
            "--demo",
        ],
    );
    assert_eq!(
        (run.code, counts(&run).as_str()),
        (Some(0), "{\"same\":2}"),
        "{run}"
    );
}

#[test]
fn what_cannot_be_sent_again_is_said() {
    let home = recorded("call echo text=x\n", &["--era", "legacy", "--demo"]);
    assert_snapshot!(
        "replay-nothing",
        replay(&home, &["--filter", "tool:none", "--demo"])
    );
    assert_snapshot!("replay-no-server", replay(&home, &[]));
    fs::write(home.path("x.txt"), "x\n").unwrap();
    assert_snapshot!(
        "replay-no-session",
        home.run(&["replay", "x.txt", "--demo"])
    );
    assert_snapshot!(
        "replay-accept-part",
        replay(&home, &["--accept", "--filter", "tool:echo", "--demo"])
    );
    let file = home.path("r.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let masked = text.replace(
        r#""arguments":{"text":"x"}"#,
        r#""arguments":{"text":"‹masked:TOKEN›"}"#,
    );
    assert_ne!(masked, text);
    fs::write(&file, masked).unwrap();
    assert_snapshot!("replay-masked", replay(&home, &["--demo"]));
    let run = replay(&home, &["--secret", "TOKEN=x", "--json", "--demo"]);
    assert!(run.code == Some(0) || run.code == Some(10), "{run}");
}
