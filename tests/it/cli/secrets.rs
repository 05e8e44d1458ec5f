//! What is never written down: values that were passed, marked as secret or repeated by a server are in no file of ours,
//! and the way back is asked for by name.

use std::fs;
use std::path::Path;

use mcpscope::json;
use mcpscope::mask::{Mark, Rule};
use mcpscope::session::Direction;

use crate::support::Session;
use crate::support::program::{Home, Run};
use crate::support::web::{Asked, Reply, Web, behave, behave_modern};

/// Nothing like it is written anywhere by itself; JSON, addresses and headers spell it in different ways.
const CANARY: &str = "CANARY/Ö \"x\"-9";

const ERAS: [&str; 2] = ["legacy", "modern"];

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

/// The secret is in no file of this user's, whatever spells it.
pub fn is_nowhere(home: &Home, secret: &str) {
    let quoted = json::quote(secret);
    let mut found = Vec::new();
    files(home.folder.path(), &mut found);
    assert!(!found.is_empty());
    for (path, text) in found {
        for spelled in [secret, &quoted[1..quoted.len() - 1], "CANARY"] {
            assert!(!text.contains(spelled), "{path} has {spelled}:\n{text}");
        }
    }
}

fn call(home: &Home, arguments: &[&str]) -> Run {
    let run = home.run(arguments);
    assert_eq!(run.code, Some(0), "{run}");
    run
}

/// All marks of a session; each stands where it says.
fn marks(session: &Session) -> Vec<Mark> {
    let mut all = Vec::new();
    for entry in &session.entries {
        for mark in Mark::of(entry.extra.as_deref()) {
            let part = String::from_utf8_lossy(&entry.body[mark.at..mark.at + mark.len]);
            let mask = format!("‹masked:{}›", mark.name);
            assert_eq!(part.trim_matches('"'), mask);
            all.push(mark);
        }
    }
    all
}

#[test]
fn a_variable_is_masked_wherever_it_is_repeated_and_answers_come_as_they_are() {
    for era in ERAS {
        let home = Home::new();
        let (variable, message) = (format!("KEY={CANARY}"), format!("text=it is {CANARY}"));
        let run = call(
            &home,
            &[
                "call", "echo", &message, "--env", &variable, "--era", era, "--demo",
            ],
        );
        assert_eq!(run.stdout, format!("it is {CANARY}\n"));
        is_nowhere(&home, CANARY);
        let marks = marks(&home.session());
        assert!(marks.len() >= 2, "request and answer: {marks:?}");
        assert!(
            marks
                .iter()
                .all(|mark| &*mark.name == "KEY" && mark.rule == Rule::Variable)
        );
    }
}

#[test]
fn an_argument_that_the_schema_marks_is_masked_in_request_and_answer() {
    for era in ERAS {
        let home = Home::new();
        let arguments = format!(
            r#"{{"traveller":{{"name":"Ada"}},"legs":[{{"to":"Oslo"}}],"payment":{{"kind":"card","number":"123456789012","pin":{}}}}}"#,
            json::quote(CANARY)
        );
        let run = call(
            &home,
            &[
                "call",
                "book-trip",
                "--args",
                &arguments,
                "--era",
                era,
                "--demo",
            ],
        );
        assert!(run.stdout.contains("CANARY"), "{run}");
        is_nowhere(&home, CANARY);
        let session = home.session();
        let marks = marks(&session);
        assert!(
            marks
                .iter()
                .any(|mark| &*mark.name == "pin" && mark.rule == Rule::Argument)
        );
        let sent = String::from_utf8(session.sent()).unwrap();
        assert!(
            sent.contains(r#""number":"123456789012","pin":"‹masked:pin›""#),
            "{sent}"
        );
        // The schema that says so is as it was.
        let listed = session
            .entries
            .iter()
            .find(|entry| entry.direction == Direction::In && entry.text().contains("inputSchema"));
        assert!(listed.unwrap().text().contains(r#""format":"password""#));
    }
}

/// Repeats what it is sent: header, argument, and the header an argument is repeated in.
fn parrot(asked: &Asked, reply: &mut Reply, otherwise: fn(&Asked, &mut Reply)) {
    if asked.rpc() != "tools/call" {
        return otherwise(asked, reply);
    }
    let said = format!(
        "{} {} {}",
        asked.header("x-thing").unwrap_or_default(),
        asked.header("authorization").unwrap_or_default(),
        asked.header("mcp-param-text").unwrap_or_default(),
    );
    let result = format!(
        r#"{{"resultType":"complete","content":[{{"type":"text","text":{}}}]}}"#,
        json::quote(&said)
    );
    reply.send(
        200,
        &[("content-type", "application/json"), ("x-repeated", &said)],
        &asked.result(&result),
    );
}

#[test]
fn headers_are_masked_wherever_they_are_repeated() {
    let eras: [fn(&Asked, &mut Reply); 2] = [
        |asked, reply| parrot(asked, reply, behave),
        |asked, reply| parrot(asked, reply, behave_modern),
    ];
    for era in eras {
        let web = Web::new(era);
        let home = Home::new();
        let url = web.url("/mcp?api_key=CANARY-in-the-address");
        let run = call(
            &home,
            &[
                "call",
                "echo",
                "text=x",
                "--header",
                "X-Thing: CANARY-thing",
                "--header",
                "Authorization: Bearer CANARY-token",
                "--url",
                &url,
            ],
        );
        assert!(
            run.stdout.contains("CANARY-thing Bearer CANARY-token"),
            "{run}"
        );
        is_nowhere(&home, "CANARY-thing");
        let session = home.session();
        let said = session
            .entries
            .iter()
            .map(|entry| entry.text().into_owned());
        let said: String = said.collect();
        assert!(
            said.contains("‹masked:x-thing› Bearer ‹masked:authorization›"),
            "{said}"
        );
    }
}

#[test]
fn a_mask_is_not_sent_unless_what_it_hides_is_said() {
    let home = Home::new();
    let call = ["call", "echo", "text=a ‹masked:pin› b", "--demo"];
    let run = home.run(&call);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.stderr.contains("pin") && run.stderr.contains("--secret pin"),
        "{run}"
    );
    assert!(!run.stdout.contains("masked"), "{run}");
    let said = [&call[..], &["--secret", "pin=CANARY-given"]].concat();
    let run = home.run(&said);
    assert_eq!(
        (run.stdout.as_str(), run.code),
        ("a CANARY-given b\n", Some(0)),
        "{run}"
    );
    // From our own environment.
    let named = [&call[..], &["--secret", "pin"]].concat();
    let child = home
        .command(&named)
        .env("pin", "CANARY-of-ours")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(child.stdout).unwrap(),
        "a CANARY-of-ours b\n"
    );
    is_nowhere(&home, "CANARY-given");
    let run = home.run(&[&call[..], &["--secret", "MCPSCOPE_NO_SUCH_THING"]].concat());
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn the_settings_add_members_and_texts() {
    let home = Home::new();
    fs::create_dir_all(home.path("home/config")).unwrap();
    fs::write(
        home.path("home/config/config.toml"),
        "[mask]\nmembers = [\"$.params.arguments.text\"]\ntext = ['ticket (\\d+)']\n",
    )
    .unwrap();
    call(
        &home,
        &["call", "echo", "text=CANARY ticket 12345", "--demo"],
    );
    is_nowhere(&home, "CANARY ticket 12345");
    // They hold for what is exported, too, and for the words beside bodies.
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/sessions/demo.jsonl");
    let export = ["export", demo, "-f", "json-lines"];
    assert!(home.run(&export).stdout.contains(r#""subject":"echo""#));
    fs::write(
        home.path("home/config/config.toml"),
        "[mask]\ntext = ['echo']\n",
    )
    .unwrap();
    let run = home.run(&export);
    assert!(
        !run.stdout.contains("echo") && run.stdout.contains(r#""subject":"‹masked:text›""#),
        "{run}"
    );
    let run = home.run(&["call", "echo", "text=x", "--secret", "=x", "--demo"]);
    assert_eq!(run.code, Some(2), "{run}");
    fs::write(
        home.path("home/config/config.toml"),
        "[mask]\ntext = ['(']\n",
    )
    .unwrap();
    let run = home.run(&["list", "tools", "--demo"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.stderr.contains("config.toml:2:9: [mask] \"(\":"),
        "{run}"
    );
}

#[cfg(unix)]
#[test]
fn a_tap_passes_everything_on_and_masks_what_it_records() {
    let home = Home::new();
    let sent = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{}}}\n",
        json::quote(CANARY)
    );
    let variable = format!("KEY={CANARY}");
    let running = home.start_with(&["tap", "--env", &variable, "--", "cat"], sent.as_bytes());
    let run = running.end();
    assert_eq!(
        (run.stdout.as_str(), run.code),
        (sent.as_str(), Some(0)),
        "{run}"
    );
    is_nowhere(&home, CANARY);
    assert_eq!(marks(&home.session()).len(), 2);
}
