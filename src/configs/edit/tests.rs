//! Changes and their opposites.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;
use std::fmt::Write as _;

fn place(id: &str, index: usize) -> &'static Place {
    &Client::of(id).unwrap().places[index]
}

fn draft() -> Draft {
    Draft {
        command: ["node", "a b.js", "--x"].map(str::to_owned).to_vec(),
        env: vec![("KEY".to_owned(), "${KEY}".to_owned())],
        ..Draft::default()
    }
}

fn added(text: &str, id: &str, index: usize, name: &str) -> String {
    let members = draft().members(Client::of(id).unwrap()).unwrap();
    add(text, place(id, index), "/p", name, &members).unwrap()
}

#[test]
fn a_server_is_put_where_its_neighbours_are() {
    let before = "{\n\t// all of them\n\t\"servers\": {\n\t\t\"a\": {\"command\": \"x\"}, // first\n\t\t/* last */ \"b\": {} // and so\n\t\t// nothing below\n\t},\n}\n";
    let after = added(before, "vscode", 0, "new");
    assert_eq!(
        after,
        "{\n\t// all of them\n\t\"servers\": {\n\t\t\"a\": {\"command\": \"x\"}, // first\n\t\t/* last */ \"b\": {}, // and so\n\t\t\"new\": {\n\t\t\t\"command\": \"node\",\n\t\t\t\"args\": [\"a b.js\", \"--x\"],\n\t\t\t\"env\": {\n\t\t\t\t\"KEY\": \"${KEY}\"\n\t\t\t}\n\t\t}\n\t\t// nothing below\n\t},\n}\n"
    );
    assert_eq!(
        remove(&after, place("vscode", 0), "", "new").unwrap(),
        before
    );
}

#[test]
fn what_is_not_there_is_made() {
    assert_eq!(
        added("", "cursor", 1, "new"),
        "{\n  \"mcpServers\": {\n    \"new\": {\n      \"command\": \"node\",\n      \"args\": [\"a b.js\", \"--x\"],\n      \"env\": {\n        \"KEY\": \"${KEY}\"\n      }\n    }\n  }\n}\n"
    );
    let local = added("{\"numStartups\": 1}", "claude-code", 0, "new");
    let document = Document::read(&local, Format::Json).unwrap();
    let part = document
        .root()
        .find(&["projects", "/p", "mcpServers", "new"])
        .unwrap();
    assert_eq!(part.get("type").unwrap().text().as_deref(), Some("stdio"));
    assert_eq!(
        added("", "codex", 1, "a b"),
        "[mcp_servers.\"a b\"]\ncommand = \"node\"\nargs = [\"a b.js\", \"--x\"]\nenv = { KEY = \"${KEY}\" }\n"
    );
}

#[test]
fn each_client_gets_its_own_words() {
    let remote = |choice| Draft {
        url: Some("https://a.example/mcp".to_owned()),
        choice,
        headers: vec![("X-Key".to_owned(), "v".to_owned())],
        ..Draft::default()
    };
    let written = |id: &str, draft: &Draft| {
        let members = draft.members(Client::of(id).unwrap());
        members.map(|members| Value::Object(members).to_string())
    };
    for (id, choice, expected) in [
        (
            "claude-code",
            Choice::Auto,
            r#"{"type":"http","url":"https://a.example/mcp","headers":{"X-Key":"v"}}"#,
        ),
        (
            "claude-code",
            Choice::Sse,
            r#"{"type":"sse","url":"https://a.example/mcp","headers":{"X-Key":"v"}}"#,
        ),
        (
            "windsurf",
            Choice::Auto,
            r#"{"serverUrl":"https://a.example/mcp","headers":{"X-Key":"v"}}"#,
        ),
        (
            "gemini",
            Choice::Streamable,
            r#"{"httpUrl":"https://a.example/mcp","headers":{"X-Key":"v"}}"#,
        ),
        (
            "gemini",
            Choice::Sse,
            r#"{"url":"https://a.example/mcp","headers":{"X-Key":"v"}}"#,
        ),
        (
            "codex",
            Choice::Auto,
            r#"{"url":"https://a.example/mcp","http_headers":{"X-Key":"v"}}"#,
        ),
    ] {
        assert_eq!(written(id, &remote(choice)).unwrap(), expected, "{id}");
    }
    let error = written("claude-desktop", &remote(Choice::Auto)).unwrap_err();
    assert_eq!(error.to_string(), "Claude Desktop reads no addresses there");
    let placed = Draft {
        cwd: Some("/x".to_owned()),
        ..draft()
    };
    assert!(written("cursor", &placed).is_err() && written("gemini", &placed).is_ok());
}

#[test]
fn a_change_leaves_the_rest() {
    let text = "{\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\", // the program\n      \"args\": [1, 2],\n      \"env\": {\"A\": \"1\"} // theirs\n    }\n  }\n}";
    let set = |text: &str, path: &[&str], value: Option<&str>| {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        let value = value.map(|value| Value::String(value.to_owned()));
        change(text, place("cursor", 1), "", "a", &[(path, value)]).unwrap()
    };
    let after = set(text, &["command"], Some("y"));
    assert_eq!(after, text.replace("\"x\"", "\"y\""));
    let after = set(text, &["env", "B"], Some("2"));
    assert_eq!(
        after,
        text.replace("{\"A\": \"1\"}", "{\"A\": \"1\", \"B\": \"2\"}")
    );
    assert_eq!(set(&after, &["env", "B"], None), text);
    let after = set(text, &["args"], None);
    assert_eq!(after, text.replace("      \"args\": [1, 2],\n", ""));
    assert_eq!(set(text, &["nothing"], None), text);
}

#[test]
fn toml_is_changed_line_by_line() {
    let text = "# mine\n[servers.a]\ncommand = \"x\" # the program\nargs = [\n  \"[no header]\",\n]\n\n[servers.a.ask]\nurl = \"decline\"\n\n# of b\n[servers.b]\nurl = \"https://b\"\n[servers.b.headers]\nK = \"v\"\n";
    let ours = place("mcpscope", 0);
    let set = |text: &str, name: &str, path: &[&str], value: Option<&str>| {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        let value = value.map(|value| Value::String(value.to_owned()));
        change(text, ours, "", name, &[(path, value)]).unwrap()
    };
    assert_eq!(
        set(text, "a", &["command"], Some("y")),
        text.replace("\"x\"", "\"y\"")
    );
    let with = set(text, "a", &["env", "K"], Some("v"));
    assert_eq!(
        with,
        text.replace(
            "]\n\n[servers.a.ask]",
            "]\nenv = { K = \"v\" }\n\n[servers.a.ask]"
        )
    );
    assert_eq!(set(&with, "a", &["env", "K"], None), text);
    let with = set(text, "b", &["headers", "L"], Some("w"));
    assert_eq!(with, format!("{text}L = \"w\"\n"));
    assert_eq!(set(&with, "b", &["headers", "L"], None), text);
    // What is answered for a server stays when it goes, and is no server.
    let without = remove(text, ours, "", "a").unwrap();
    assert_eq!(
        without,
        text.replace(
            "[servers.a]\ncommand = \"x\" # the program\nargs = [\n  \"[no header]\",\n]\n",
            ""
        )
    );
    assert_eq!(remove(&without, ours, "", "a"), Err(Refused::Unknown));
    let again = added(&without, "mcpscope", 0, "a");
    assert_eq!(remove(&again, ours, "", "a").unwrap(), without);
    assert_eq!(
        remove(text, ours, "", "b").unwrap(),
        text.replace(
            "[servers.b]\nurl = \"https://b\"\n[servers.b.headers]\nK = \"v\"\n",
            ""
        )
    );
}

#[test]
fn what_cannot_be_changed_says_so() {
    let refused = |text: &str, id: &str| {
        let members = draft().members(Client::of(id).unwrap()).unwrap();
        let refused = add(text, place(id, 1), "", "a", &members);
        refused.unwrap_err()
    };
    assert!(matches!(
        refused("{\"mcpServers\": ", "cursor"),
        Refused::Broken(_)
    ));
    assert_eq!(
        refused("{\n\"mcpServers\": {\n\"a\": {}}}", "cursor"),
        Refused::Taken(3)
    );
    assert!(matches!(
        refused("{\"mcpServers\": []}", "cursor"),
        Refused::Unusual(_)
    ));
    assert!(matches!(refused("[]", "cursor"), Refused::Unusual(_)));
    assert!(matches!(
        refused("// only this\n", "cursor"),
        Refused::Unusual(_)
    ));
    assert!(matches!(
        refused("mcp_servers = {}", "codex"),
        Refused::Unusual(_)
    ));
    let inside = "mcp_servers = { a = { command = \"x\" } }";
    assert!(matches!(
        remove(inside, place("codex", 1), "", "a"),
        Err(Refused::Unusual(_))
    ));
}

#[test]
fn a_copy_is_kept_and_the_mode_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mcp.json");
    let members = draft().members(Client::of("cursor").unwrap()).unwrap();
    let put = |name: &str| {
        write(&path, name, |text| {
            add(text, place("cursor", 1), "", name, &members)
        })
    };
    assert_eq!(put("a").unwrap(), None);
    let first = std::fs::read_to_string(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let backup = put("b").unwrap().unwrap();
    assert_eq!(backup, folder.path().join("mcp.json.bak"));
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), first);
    assert_eq!(
        put("c").unwrap().unwrap(),
        folder.path().join("mcp.json.bak2")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    }
    let error = put("a").unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("mcp.json has a server a already (line 3)"),
        "{error}"
    );
    assert!(!folder.path().join("mcp.json.bak3").exists());
}

/// JSON with comments, as people lay it out; empty objects are written `{}`.
fn servers() -> impl Strategy<Value = String> {
    let blank = prop_oneof![
        Just(""),
        Just(" "),
        Just("\n"),
        Just("\n    "),
        Just("\r\n\t")
    ];
    let note = prop_oneof![
        4 => Just(""),
        1 => Just(" // a note, with \"quotes\" {\n"),
        1 => Just("/* one, */"),
        1 => Just(" /* over\n two lines */ "),
        1 => Just(" // ends in blanks  \n"),
    ];
    let member = (
        blank.clone(),
        note.clone(),
        blank.clone(),
        note.clone(),
        0..4_usize,
    );
    (
        proptest::collection::vec(member, 0..4),
        any::<bool>(),
        blank,
        note,
        any::<bool>(),
    )
        .prop_map(|(members, trailing, end, last, after)| {
            let mut text = String::from("{\"other\": [1, {}],\n  \"mcpServers\": {");
            let count = members.len();
            for (index, (before, note, between, behind, kind)) in members.iter().enumerate() {
                text.push_str(before);
                text.push_str(note);
                let value = [
                    "{}",
                    "{\"command\": \"x\"}",
                    "{\n  \"command\": \"//\"\n}",
                    "{\"command\": \"x\", }",
                ][*kind];
                let _ = write!(text, "\"s{index}\":{between}{value}{behind}");
                if index + 1 < count || trailing {
                    text.push(',');
                }
            }
            if count > 0 {
                text.push_str(last);
                text.push_str(end);
            }
            text.push('}');
            text.push_str(if after { ", // end\n}" } else { "\n}\n" });
            text
        })
}

proptest! {
    #[test]
    fn added_changed_and_removed_again_gives_the_bytes_back(
        text in servers(),
        name in "[a-z \"\\\\é]{1,6}",
        values in proptest::collection::vec(proptest::option::of("[a-z\"\\\\/é\n]{0,6}"), 0..3),
    ) {
        let at = place("cursor", 1);
        let members = draft().members(Client::of("cursor").unwrap()).unwrap();
        let mut after = add(&text, at, "", &name, &members).unwrap();
        let document = Document::read(&after, Format::Json).unwrap();
        let count = document.root().get("mcpServers").unwrap().members().len();
        let before = Document::read(&text, Format::Json).unwrap();
        prop_assert_eq!(count, before.root().get("mcpServers").unwrap().members().len() + 1);
        for (index, value) in values.into_iter().enumerate() {
            let path = [vec!["command".to_owned()], vec!["env".to_owned(), "KEY".to_owned()], vec!["args".to_owned()]][index].clone();
            after = change(&after, at, "", &name, &[(path, value.map(Value::String))]).unwrap();
        }
        prop_assert_eq!(remove(&after, at, "", &name).unwrap(), text);
    }

    #[test]
    fn the_same_in_toml(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("# a note"), Just(""), Just("[other]"), Just("[mcp_servers.b]\ncommand = \"x\" # so"),
                Just("[mcp_servers.c]\nargs = [\n  \"[x]\", # y\n]"), Just("[x.\"y z\"]\ntext = \"\"\"\n[no]\n\"\"\""),
            ],
            0..5,
        ),
        crlf in any::<bool>(),
        ended in any::<bool>(),
        name in "[a-z. \"é]{1,5}",
        value in proptest::option::of("[a-z\"'\n\\\\]{0,6}"),
    ) {
        let newline = if crlf { "\r\n" } else { "\n" };
        let mut text = lines.join("\n").replace('\n', newline);
        if ended && !text.is_empty() {
            text.push_str(newline);
        }
        prop_assume!(Document::read(&text, Format::Toml).is_ok());
        prop_assume!(!["b", "c"].contains(&name.as_str()));
        let at = place("codex", 1);
        let members = draft().members(Client::of("codex").unwrap()).unwrap();
        let mut after = add(&text, at, "", &name, &members).unwrap();
        if let Some(value) = value {
            let path = vec!["env".to_owned(), "B".to_owned()];
            after = change(&after, at, "", &name, &[(path, Some(Value::String(value)))]).unwrap();
        }
        prop_assert_eq!(remove(&after, at, "", &name).unwrap(), text);
    }
}
