//! Every form of a nasty example, and that shells, Python and JavaScript read back what was meant.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::literal::Language;
use super::node::Node;
use super::*;
use crate::text;

const NASTY: &str = r#"{
    "name": "it's \"odd\"",
    "arguments": {
        "plain": "a b",
        "quotes": "'\"\\$(rm) `x` \u0007\u202e\n\tü😀",
        "exact": 1152921504606846977,
        "spelled": 3.0,
        "huge": 1.50e400,
        "nothing": null,
        "yes": true,
        "__proto__": [],
        "token": "s3cr'et\"\\",
        "nested": [{"pin": 1234, "deep": {"token": "s3cr'et\"\\"}}]
    },
    "_meta": {"progressToken": 1}
}"#;

const SCHEMA: &str = r##"{
    "type": "object",
    "properties": {
        "token": {"type": "string", "writeOnly": true, "x-mcp-header": "Token"},
        "nested": {"items": {"$ref": "#/$defs/item"}}
    },
    "$defs": {"item": {"properties": {
        "pin": {"writeOnly": true},
        "deep": {"anyOf": [{}, {"properties": {"token": {"format": "password"}}}]}
    }}}
}"##;

fn process() -> Server {
    Server::Process {
        command: ["/opt/my server", "--mode=x", "it's", ""]
            .map(str::to_owned)
            .into(),
        cwd: Some("/tmp/a b".to_owned()),
        env: vec!["API_KEY".to_owned(), "a.b".to_owned()],
    }
}

fn address() -> Server {
    Server::Address {
        url: "https://me:masked@h.example/mcp?v=1&token=masked".to_owned(),
        headers: vec!["Authorization".to_owned(), "X-It's".to_owned()],
        sse: false,
        cacert: Some("/tmp/a b.pem".to_owned()),
        insecure: false,
    }
}

fn nasty(server: Server, revision: Revision) -> Subject {
    Subject {
        name: "my server".to_owned(),
        server,
        listed: None,
        implementation: Some("odd 1.0".to_owned()),
        revision: Some(revision),
        method: "tools/call".to_owned(),
        params: Value::parse(NASTY.as_bytes()).unwrap(),
        schema: Some(SCHEMA.as_bytes().to_vec()),
        answer: Some(Answer {
            outcome: "ok".to_owned(),
            took: Some("12 ms".to_owned()),
            body: Some(
                br#"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"```got s3cr'et\"\\, 1234"}],"pin":1234}}"#
                    .to_vec(),
            ),
        }),
    }
}

fn simple(method: &str, params: &str) -> Subject {
    Subject {
        params: Value::parse(params.as_bytes()).unwrap(),
        method: method.to_owned(),
        schema: None,
        answer: None,
        ..nasty(
            Server::Process {
                command: vec!["demo".to_owned()],
                cwd: None,
                env: vec![],
            },
            Revision::NEWEST_LEGACY,
        )
    }
}

#[test]
fn the_table_is_in_the_order_of_the_forms() {
    for (index, row) in SNIPPETS.iter().enumerate() {
        assert_eq!(row.form as usize, index);
        assert!(row.form.row().words == row.words);
    }
}

#[test]
fn every_form_of_a_nasty_call() {
    let mut all = String::new();
    // Python cannot send 1.50e400 as a float; as a whole number it can.
    for (server, revision) in [
        (process(), Revision::NEWEST_LEGACY),
        (address(), Revision::NEWEST_LEGACY),
        (address(), Revision::NEWEST_MODERN),
    ] {
        let subject = nasty(server, revision);
        for row in SNIPPETS {
            let told = match row.form.write(&subject) {
                Ok(written) => format!("copied {}\n{}", written.what, written.text),
                Err(why) => format!("{why}\n"),
            };
            writeln!(all, "──── {:?}: {told}", row.form).unwrap();
        }
    }
    for secret in ["s3cr", "1234"] {
        let told: Vec<&str> = all.lines().filter(|line| line.contains(secret)).collect();
        assert_eq!(told, Vec::<&str>::new());
    }
    insta::assert_snapshot!(all);
}

#[test]
fn other_methods_have_their_words_or_say_that_they_have_none() {
    let mut all = String::new();
    for (method, params) in [
        ("tools/call", r#"{"name":"now"}"#),
        ("tools/call", r#"{"name":"now","arguments":[1]}"#),
        ("tools/call", "null"),
        ("resources/read", r#"{"uri":"a://b c"}"#),
        ("prompts/get", r#"{"name":"p","arguments":{"a":"b"}}"#),
        ("resources/templates/list", r#"{"cursor":"next"}"#),
        ("tools/list", "null"),
        ("ping", "null"),
        ("logging/setLevel", r#"{"level":"debug"}"#),
    ] {
        let subject = simple(method, params);
        for form in [Form::Cli, Form::Python, Form::TypeScript] {
            let line = match form.write(&subject) {
                Ok(written) => written
                    .text
                    .lines()
                    .find(|line| line.contains("result =") || form == Form::Cli)
                    .unwrap()
                    .trim()
                    .to_owned(),
                Err(why) => format!("✗ {why}"),
            };
            writeln!(all, "{method} {params} {form:?}: {line}").unwrap();
        }
    }
    insta::assert_snapshot!(all);
}

/// What a shell prints, given variables.
fn sh(script: &str, variables: &[(&str, &str)]) -> Vec<u8> {
    let out = Command::new("sh")
        .args(["-c", script])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    out.stdout
}

/// What a program prints, or none when it is not installed here.
fn interpreted(program: &str, text: &str) -> Option<String> {
    let mut child = Command::new(program)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{text}");
    Some(String::from_utf8(out.stdout).unwrap())
}

#[test]
fn a_secret_reaches_a_command_line_whatever_it_holds() {
    let mut subject = nasty(process(), Revision::NEWEST_LEGACY);
    let Server::Process { command, .. } = &mut subject.server else {
        unreachable!()
    };
    command.truncate(1);
    let line = Form::Cli.write(&subject).unwrap().text;
    // Instead of mcpscope: what prints its arguments.
    let script = line.replace("mcpscope call", "printf '%s\\n---\\n'");
    let odd = "a\\b\"c\td'\n\ne$x";
    let printed = sh(
        &script,
        &[
            ("TOKEN", odd),
            ("PIN", "[1]"),
            ("API_KEY", odd),
            ("A_B", odd),
        ],
    );
    let printed = String::from_utf8(printed).unwrap();
    let words: Vec<&str> = printed.split("\n---\n").collect();
    assert_eq!(words[0], "it's \"odd\"");
    assert_eq!(words[1], "--args");
    let sent = Value::parse(words[2].as_bytes()).unwrap();
    let was = Value::parse(NASTY.as_bytes()).unwrap();
    let was = was.get("arguments").unwrap();
    for name in ["plain", "quotes", "exact", "spelled", "huge", "__proto__"] {
        assert_eq!(sent.get(name), was.get(name), "{name}");
    }
    assert_eq!(words[3], format!("token={odd}"));
    let nested = &sent.get("nested").unwrap().as_array().unwrap()[0];
    assert_eq!(nested.get("pin").unwrap().to_string(), "[1]");
    let deep = nested.get("deep").unwrap().get("token").unwrap();
    assert_eq!(deep.as_str(), Some(odd));
    assert!(words.contains(&format!("API_KEY={odd}").as_str()));
    assert!(words.contains(&format!("a.b={odd}").as_str()));
    assert_eq!(words.last(), Some(&""));
    assert_eq!(words[words.len() - 2], "/opt/my server");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Number(number.to_string())),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(|number| Value::Number(format!("{number:e}"))),
        any::<String>().prop_map(Value::String),
        "\\PC*".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_shell_gives_back_every_word(words in prop::collection::vec("[^\\x00]*", 1..6)) {
        let quoted: Vec<String> = words.iter().map(|word| shell::quote(word)).collect();
        let printed = sh(&format!("printf '%s\\0' {}", quoted.join(" ")), &[]);
        let wanted: Vec<u8> = words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
        prop_assert_eq!(printed, wanted);
    }

    #[test]
    fn a_shell_gives_back_json(value in json_value()) {
        let word = shell::json(&Node::open(&value));
        prop_assert!(word.chars().all(|c| c == '\n' || !(c.is_control() || text::is_unsafe(c))));
        let printed = sh(&format!("printf '%s' {word}"), &[]);
        prop_assert_eq!(Value::parse(&printed).unwrap(), value);
    }
}

proptest! {
    // One interpreter for many values.
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn python_and_javascript_read_back_the_value(values in prop::collection::vec(json_value(), 20)) {
        let whole = Value::Array(values);
        let node = Node::open(&whole);
        let same = |printed: &str| numbers(&Value::parse(printed.as_bytes()).unwrap()) == numbers(&whole);
        let python = Language::Python.value(&node, 0).unwrap();
        if let Some(printed) = interpreted("python3", &format!("import json\nprint(json.dumps({python}))\n")) {
            prop_assert!(same(&printed), "{}", python);
        }
        // As Node 22 has it; older ones write the text of the number as a string, which is put right here.
        let javascript = Language::TypeScript.value(&node, 0).unwrap();
        let raw = "JSON.rawJSON ??= (text) => '\\u0000' + text + '\\u0000';";
        let script = format!("{raw}\nconsole.log(JSON.stringify({javascript}));\n");
        if let Some(printed) = interpreted("node", &script) {
            let printed = printed.replace("\"\\u0000", "").replace("\\u0000\"", "");
            prop_assert!(same(&printed), "{}", javascript);
        }
    }
}

/// A value with its numbers spelled alike and its members sorted, as programs may reorder them.
fn numbers(value: &Value) -> String {
    match value {
        Value::Number(spelling) => {
            let number = crate::form::number::Decimal::parse(spelling);
            format!("{number:?}")
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(numbers).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}:{}", json::quote(key), numbers(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

/// A command whose arguments were masked is not copied with the masks in it.
#[test]
fn masks_in_a_command_are_variables() {
    let words = [
        "it",
        "--api-key",
        "‹masked:api-key›",
        "--also=‹masked:api-key›!",
    ];
    let subject = Subject {
        name: "it".to_owned(),
        server: Server::Process {
            command: words.map(str::to_owned).into(),
            cwd: None,
            env: vec!["API_KEY".to_owned()],
        },
        listed: None,
        implementation: None,
        revision: None,
        method: "tools/call".to_owned(),
        params: Value::parse(br#"{"name":"t"}"#).unwrap(),
        schema: None,
        answer: None,
    };
    for (form, expected) in [
        (
            Form::Cli,
            r#"-- it --api-key "$API_KEY_2" --also="$API_KEY_2"'!'"#,
        ),
        (Form::Python, r#"os.environ["API_KEY_2"] + "!""#),
        (Form::TypeScript, "process.env.API_KEY_2"),
        (Form::Config, r#""${API_KEY_2}""#),
        (Form::Markdown, "--api-key"),
    ] {
        let written = form.write(&subject).unwrap();
        assert!(!written.text.contains("masked:"), "{}", written.text);
        assert!(written.text.contains(expected), "{}", written.text);
        assert!(written.what.contains("2 secrets"), "{}", written.what);
    }
}

/// What was masked when it was recorded is asked for like what the schema marks.
#[test]
fn masks_of_a_recording_are_variables() {
    let params = r#"{"name":"t","arguments":{"key":"‹masked:API_KEY›","n":"‹masked:n›","part":"a ‹masked:API_KEY› b","again":"‹masked:API_KEY›"}}"#;
    let schema = br#"{"properties":{"n":{"type":"integer","writeOnly":true}}}"#;
    let mut subject = Subject {
        name: "it".to_owned(),
        server: Server::Process {
            command: vec!["it".to_owned()],
            cwd: None,
            env: Vec::new(),
        },
        listed: None,
        implementation: None,
        revision: None,
        method: "tools/call".to_owned(),
        params: Value::parse(params.as_bytes()).unwrap(),
        schema: Some(schema.to_vec()),
        answer: None,
    };
    for form in [Form::Cli, Form::Python, Form::Markdown] {
        let written = form.write(&subject).unwrap();
        assert!(!written.text.contains("masked:"), "{}", written.text);
        assert!(written.what.contains("2 secrets"), "{}", written.what);
    }
    let written = Form::Cli.write(&subject).unwrap();
    let shell = written.text;
    // The words around a secret stay, and the shell puts the secret between them.
    assert!(
        shell.contains(r#""part":"a '"$(json "$API_KEY")"' b""#),
        "{shell}"
    );
    assert!(shell.contains(r#""n":'"$N""#), "{shell}");
    assert!(
        written.what.ends_with("; N is what stands as ‹masked:n›"),
        "{}",
        written.what
    );
    let python = Form::Python.write(&subject).unwrap().text;
    assert!(
        python.contains(r#""a " + os.environ["API_KEY"] + " b""#),
        "{python}"
    );
    let report = Form::Markdown.write(&subject).unwrap().text;
    assert!(report.contains("a ‹redacted› b"), "{report}");
    // An argument that is plainly a text needs no JSON.
    let schema = br#"{"properties":{"part":{"type":"string"}}}"#;
    subject.schema = Some(schema.to_vec());
    let shell = Form::Cli.write(&subject).unwrap().text;
    assert!(shell.contains(r#" part='a '"$API_KEY"' b'"#), "{shell}");
}

/// A line that is run where the server is not in the environment says nothing of what the settings say.
#[test]
fn a_server_out_of_settings_is_named() {
    let mut subject = simple("tools/call", r#"{"name":"get-env"}"#);
    subject.server = Server::Process {
        command: vec!["node".to_owned(), "x.js".to_owned()],
        cwd: Some("/work".to_owned()),
        env: vec!["MY_KEY".to_owned()],
    };
    subject.listed = Some(Box::new(Listed {
        selector: "vscode:my weather".to_owned(),
        inputs: vec!["api-key".to_owned()],
        env: vec!["EXTRA".to_owned()],
        ..Listed::default()
    }));
    let written = Form::Cli.write(&subject).unwrap();
    assert_eq!(
        written.text,
        "mcpscope call get-env --protocol 2025-11-25 --env EXTRA=\"$EXTRA\" --input api-key=\"$API_KEY\" --server 'vscode:my weather'\n"
    );
    // A program has no settings to look into.
    let python = Form::Python.write(&subject).unwrap();
    assert!(python.text.contains("MY_KEY"), "{}", python.text);
}
