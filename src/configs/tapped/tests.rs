//! Taps put in and taken out, in the words of every client.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use super::super::tests::World;
use super::*;
use proptest::prelude::*;

/// A program that is there, by our name.
static PROGRAM: LazyLock<(tempfile::TempDir, String)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    std::fs::write(&path, "").unwrap();
    let path = path.display().to_string();
    (folder, path)
});

fn tap() -> Deed {
    Deed::PutIn(Tap {
        program: PROGRAM.1.clone().into(),
        record: None,
    })
}

fn trust(world: &World) -> Trust {
    Trust::at(world.machine.home.join("trust.jsonl"))
}

fn find(world: &World, is: impl Fn(&Configured) -> bool) -> Option<Configured> {
    let found = super::super::find(&world.machine);
    found.servers.into_iter().find(is)
}

fn same(one: &Configured, other: &Configured) -> bool {
    (&one.name, &one.file, one.scope) == (&other.name, &other.file, other.scope)
}

#[test]
fn a_tap_goes_into_every_entry_of_every_client_and_leaves_no_trace() {
    let world = World::full();
    let trust = trust(&world);
    let mut clients = std::collections::BTreeSet::new();
    for server in super::super::find(&world.machine).servers {
        let before = std::fs::read(&server.file).unwrap();
        let words = words(&server.launch);
        let put = carry_out(&server, &tap(), &world.machine, &trust);
        let described = edit::place_of(&server).is_none();
        let remote = matches!(server.launch, Launch::Address { .. });
        if described || remote {
            let error = put.unwrap_err();
            assert!(error.hint().is_some(), "{error}");
            assert_eq!(std::fs::read(&server.file).unwrap(), before);
            continue;
        }
        let (plan, backup) = put.unwrap();
        assert_eq!(plan.before, words);
        assert_eq!(std::fs::read(backup.unwrap()).unwrap(), before);
        let now = find(&world, |other| same(other, &server)).unwrap();
        let tapped = Tapped::of_launch(&now.launch).unwrap();
        assert_eq!(tapped.command, words, "{}", server.place());
        assert_eq!(super::words(&now.launch), plan.after);
        assert_eq!(now.launch.named(), server.launch.named());
        assert!(matches!(
            carry_out(&now, &tap(), &world.machine, &trust),
            Err(TapError::Already { .. })
        ));
        carry_out(&now, &Deed::TakeOut, &world.machine, &trust).unwrap();
        assert_eq!(
            std::fs::read_to_string(&server.file).unwrap(),
            String::from_utf8(before).unwrap(),
            "{}",
            server.place()
        );
        clients.insert(server.client.id);
    }
    // All that have commands: mcpscope's own, and the nine clients.
    assert_eq!(clients.len(), 10, "{clients:?}");
}

/// A file of Cursor's with one entry, and what is put in and taken out again.
fn round(entry: &str) -> (String, String) {
    let world = World::empty();
    let text = format!("{{\"mcpServers\": {{\"a\": {entry}}}}}");
    let text = if entry.starts_with('[') {
        entry.to_owned()
    } else {
        text
    };
    let (path, client) = if entry.starts_with('[') {
        (".codex/config.toml", "codex")
    } else if entry.contains("\"path\"") {
        (".config/zed/settings.json", "zed")
    } else {
        (".cursor/mcp.json", "cursor")
    };
    let text = match client {
        "zed" => text.replace("mcpServers", "context_servers"),
        _ => text,
    };
    world.write(path, &text);
    let trust = trust(&world);
    let it = |server: &Configured| server.client.id == client;
    let server = find(&world, it).unwrap();
    carry_out(&server, &tap(), &world.machine, &trust).unwrap();
    let with = std::fs::read_to_string(&server.file).unwrap();
    let server = find(&world, it).unwrap();
    carry_out(&server, &Deed::TakeOut, &world.machine, &trust).unwrap();
    assert_eq!(std::fs::read_to_string(&server.file).unwrap(), text);
    let begins = if entry.starts_with('[') {
        0
    } else {
        text.find(entry).unwrap()
    };
    let ends = text.len() - begins - entry.len();
    (entry.to_owned(), with[begins..with.len() - ends].to_owned())
}

#[test]
fn what_stands_there_keeps_its_spelling() {
    for (entry, with) in [
        (
            r#"{"command": "n\u0070x", "args": ["-y", "p" /* it */]}"#,
            r#"{"command": "/opt/bin/mcpscope", "args": ["tap", "--", "n\u0070x", "-y", "p" /* it */]}"#,
        ),
        (
            r#"{"command": "x"}"#,
            r#"{"command": "/opt/bin/mcpscope", "args": ["tap", "--", "x"]}"#,
        ),
        (
            r#"{"command": "x", "args": []}"#,
            r#"{"command": "/opt/bin/mcpscope", "args": ["tap", "--", "x"]}"#,
        ),
        (
            r#"{"args": [ ], "command": "x"}"#,
            r#"{"args": ["tap", "--", "x" ], "command": "/opt/bin/mcpscope"}"#,
        ),
        (
            r#"{"command": "npx -y p", "env": {}}"#,
            r#"{"command": "/opt/bin/mcpscope tap -- npx -y p", "env": {}}"#,
        ),
        (
            r#"{"command": "\" x"}"#,
            r#"{"command": "/opt/bin/mcpscope", "args": ["tap", "--", "\" x"]}"#,
        ),
        (
            r#"{"command": {"path": "x", "args": ["1"]}}"#,
            r#"{"command": {"path": "/opt/bin/mcpscope", "args": ["tap", "--", "x", "1"]}}"#,
        ),
        (
            r#"{"command": {"path": "x"}}"#,
            r#"{"command": {"path": "/opt/bin/mcpscope", "args": ["tap", "--", "x"]}}"#,
        ),
        (
            "[mcp_servers.a]\ncommand = 'x' # it\nargs = [ # these\n  'y', # first\n]\n",
            "[mcp_servers.a]\ncommand = \"/opt/bin/mcpscope\" # it\nargs = [ # these\n  \"tap\", \"--\", 'x', 'y', # first\n]\n",
        ),
        (
            "[mcp_servers.a]\ncommand = 'x'",
            "[mcp_servers.a]\ncommand = \"/opt/bin/mcpscope\"\nargs = [\"tap\", \"--\", 'x']",
        ),
    ] {
        let with = with.replace("/opt/bin/mcpscope", &PROGRAM.1);
        assert_eq!(round(entry).1, with, "{entry}");
    }
}

#[test]
fn a_tap_is_known_by_its_words_wherever_it_stands() {
    let tapped = |line: &str| Tapped::of(&split(line).unwrap());
    for line in [
        "mcpscope tap -- x",
        "/old/mcpscope tap --record /d -- x",
        "C:/x/mcpscope.exe tap --fault drop -- x",
    ] {
        assert_eq!(tapped(line).unwrap().command, ["x"], "{line}");
    }
    for line in [
        "mcpscope serve -- x",
        "mytap tap -- x",
        "mcpscope tap --listen 1 --to http://x",
        "x mcpscope tap -- y",
    ] {
        assert_eq!(tapped(line), None, "{line}");
    }
    let records = tapped("mcpscope tap --record '/a b' -- x").unwrap();
    assert_eq!(records.record(), Some("/a b"));
    assert!(tapped("/nowhere/mcpscope tap -- x").unwrap().is_gone());
}

#[test]
fn a_tap_that_no_client_could_start_or_nobody_would_know_is_not_put_in() {
    let world = World::empty();
    let text = "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}";
    world.write(".cursor/mcp.json", text);
    let server = find(&world, |server| server.name == "a").unwrap();
    let renamed = world.machine.home.join("scope");
    std::fs::write(&renamed, "").unwrap();
    let gone = world.machine.home.join("mcpscope");
    let deleted = world.machine.home.join("mcpscope (deleted)");
    for (program, what) in [
        (renamed, "known by the name mcpscope"),
        (gone, "it is gone"),
        (deleted, "it is gone"),
    ] {
        let deed = Deed::PutIn(Tap {
            program,
            record: None,
        });
        let error = carry_out(&server, &deed, &world.machine, &trust(&world)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(error.hint().is_some());
        assert!(plan(&server, &deed).is_err());
        assert_eq!(std::fs::read_to_string(&server.file).unwrap(), text);
    }
}

#[test]
fn what_was_agreed_to_stays_agreed_to() {
    let world = World::full();
    let trust = trust(&world);
    let own = |server: &Configured| {
        server.scope == super::super::Scope::Project
            && server.client.id == "claude-code"
            && matches!(server.launch, Launch::Process { .. })
    };
    let server = find(&world, own).unwrap();
    assert_ne!(trust.standing(&server), Standing::Agreed);
    carry_out(&server, &tap(), &world.machine, &trust).unwrap();
    // Nobody agreed to it by tapping it.
    let tapped = find(&world, |other| same(other, &server)).unwrap();
    assert_ne!(trust.standing(&tapped), Standing::Agreed);
    trust.agree(&tapped).unwrap();
    carry_out(&tapped, &Deed::TakeOut, &world.machine, &trust).unwrap();
    let server = find(&world, |other| same(other, &server)).unwrap();
    assert_eq!(trust.standing(&server), Standing::Agreed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn putting_in_and_taking_out_gives_the_bytes_back(
        program in "[a-z/ \\\\\"'é]{1,8}",
        args in proptest::option::of(proptest::collection::vec("[a-z \\\\\"'$-]{0,5}", 0..3)),
        gap in prop_oneof![Just(""), Just(" "), Just("\n  "), Just(" /* \"a\" */ ")],
        first in any::<bool>(),
    ) {
        prop_assume!(Tapped::of(std::slice::from_ref(&program)).is_none());
        let quote = crate::json::quote;
        let args = args.map(|args| {
            let items: Vec<String> = args.iter().map(|arg| format!("{gap}{}", quote(arg))).collect();
            format!("\"args\":{gap}[{}{gap}]", items.join(","))
        });
        let command = format!("\"command\":{gap}{}", quote(&program));
        let members: Vec<String> = match (args, first) {
            (Some(args), true) => vec![args, command],
            (Some(args), false) => vec![command, args],
            (None, _) => vec![command],
        };
        let entry = format!("{{{gap}{}{gap}}}", members.join(&format!(",{gap}")));
        round(&entry);
    }
}
