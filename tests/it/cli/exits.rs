//! One case per exit code and per error sentence.

use insta::assert_snapshot;

use crate::support::program::Home;

fn fake(verb: &str, flags: &[&str]) -> crate::support::program::Run {
    Home::new().fake(verb, flags)
}

#[test]
fn what_works_exits_0() {
    assert_snapshot!(fake("call echo text=hello", &[]), @r#"
    --- stdout
    hello
    --- exit 0
    "#);
    assert_snapshot!(Home::new().run(&["call", "echo", "text=hello", "--demo"]), @r#"
    --- stdout
    hello
    --- exit 0
    "#);
}

#[test]
fn a_wrong_command_line_exits_2() {
    let home = Home::new();
    assert_snapshot!(home.run(&["list", "tools"]), @r#"
    --- stderr
    error: no server given
     hint: mcpscope list WHAT -- COMMAND [ARGS…], --url URL, --server NAME, or --demo for the demo server
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["list", "tolls", "--demo"]), @r#"
    --- stderr
    error: <WHAT> cannot be tolls
     hint: did you mean tools? It can be tools, resources, templates, prompts
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["list", "tools", "--demo", "--timeout", "5"]), @r#"
    --- stderr
    error: invalid value '5' for '--timeout <DURATION>': a whole number with a unit is needed, as in 500ms, 3s or 10min
     hint: mcpscope list --help tells what it takes
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["list", "tools", "--demo", "--era", "legacy", "--protocol", "2026-07-28"]), @r#"
    --- stderr
    error: --protocol 2026-07-28 is not of the legacy era
     hint: leave --era out, or take --era modern
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["list", "tools", "--demo", "--env", "=x"]), @r#"
    --- stderr
    error: invalid value '=x' for '--env <KEY=VALUE>': it needs a name and a value, as in KEY=VALUE
     hint: mcpscope list --help tells what it takes
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["--era", "legacy", "list", "tools", "--demo"]), @r#"
    --- stderr
    error: an option or command stands before the verb
     hint: put it after, as in mcpscope list tools --era legacy -- COMMAND
    --- exit 2
    "#);
    assert_eq!(
        home.run(&["list", "tools", "--demo", "--", "x"]).code,
        Some(2)
    );
    assert_eq!(
        home.run(&["list", "tools", "--demo", "--protocol", "1999-01-01"])
            .code,
        Some(2)
    );
    assert!(
        home.sessions().is_empty(),
        "nothing was recorded of what never began"
    );
}

#[test]
fn help_and_version_exit_0_and_go_to_stdout() {
    let home = Home::new();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["call", "--help"],
        &["help", "list"],
    ] {
        let run = home.run(arguments);
        assert!(
            run.code == Some(0) && !run.stdout.is_empty() && run.stderr.is_empty(),
            "{run}"
        );
    }
}

#[test]
fn wrong_settings_exit_2_with_their_place() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home/config")).unwrap();
    std::fs::write(
        home.path("home/config/config.toml"),
        "\nreqest_timeout = \"3s\"\n",
    )
    .unwrap();
    assert_snapshot!(home.run(&["list", "tools", "--demo"]), @r#"
    --- stderr
    error: HOME/home/config/config.toml:2:1: unknown setting "reqest_timeout"
     hint: did you mean "request_timeout"?
    --- exit 2
    "#);
}

#[test]
fn wrong_keys_exit_2_before_there_is_a_screen() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home/config")).unwrap();
    let file = home.path("home/config/config.toml");
    std::fs::write(&file, "record = true\n[keys]\nquit = [\"q\"]\n").unwrap();
    assert_snapshot!(home.run(&["--demo"]), @r#"
    --- stderr
    error: HOME/home/config/config.toml:3:9: "q" is bound to both quit and close
     hint: close has it by default: give it other keys in [keys] too, or none: close = []
    --- exit 2
    "#);
    std::fs::write(&file, "[keys]\nreestart = [\"F5\"]\n").unwrap();
    assert_snapshot!(home.run(&["open", "never-opened.jsonl"]), @r#"
    --- stderr
    error: HOME/home/config/config.toml:2:1: unknown action "reestart"
     hint: did you mean restart?
    --- exit 2
    "#);
    assert!(home.sessions().is_empty());
    // Without a screen there are no keys.
    assert_eq!(home.run(&["list", "tools", "--demo"]).code, Some(0));
}

#[test]
fn wrong_arguments_exit_2_and_are_never_sent() {
    let home = Home::new();
    assert_snapshot!(home.run(&["call", "book-table", "guests=many", "--demo"]), @r#"
    --- stderr
    error: book-table: argument `guests` must be a whole number, not `many`
     hint: guests:=JSON --no-validate sends any value as it is, checked by the server alone
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["call", "book-table", "gests=2", "--demo"]), @r#"
    --- stderr
    error: book-table: there is no argument `gests`
     hint: did you mean `guests`? gests:=JSON --no-validate sends it anyway
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["call", "book-table", "name=Ada", "guests:=99", "--demo"]), @"
    --- stderr
    error: book-table: guests must be 12 or less
     hint: --no-validate sends it anyway
    --- exit 2
    ");
    assert_snapshot!(home.run(&["call", "echo", "--demo"]), @"
    --- stderr
    error: echo: text is required
     hint: --no-validate sends it anyway
    --- exit 2
    ");
    assert_snapshot!(home.run(&["call", "eco", "--demo"]), @r#"
    --- stderr
    error: demo has no tool "eco"
     hint: did you mean "echo"?
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["call", "echo", "--args", "{", "--demo"]), @r#"
    --- stderr
    error: echo: --args is not JSON: expected a member name in quotes at 1:2
     hint: quote the object for the shell: --args '{"key": 1}'
    --- exit 2
    "#);
    assert_snapshot!(home.run(&["call", "echo", "--args", "@nowhere.json", "--demo"]), @r#"
    --- stderr
    error: cannot read --args from nowhere.json: No such file or directory (os error 2)
     hint: the text itself is taken too: --args '{"key": 1}'
    --- exit 2
    "#);
    assert_snapshot!(fake("call nothing-like-it", &[]), @r#"
    --- stderr
    error: fake-mcp-server has no tool "nothing-like-it"
     hint: it has echo, slow, fail, error
    --- exit 2
    "#);
    for path in home.sessions() {
        let session = crate::support::Session::read(&path);
        assert!(
            !session.methods().contains(&"tools/call".to_owned()),
            "{:?}",
            session.methods()
        );
    }
}

#[test]
fn a_command_that_cannot_start_exits_3() {
    let home = Home::new();
    let run = home.run(&["list", "tools", "--", "no-such-server"]);
    assert!(
        run.stderr
            .starts_with("error: command not found: \"no-such-server\" (looked in "),
        "{run}"
    );
    assert!(
        run.stderr
            .ends_with(" hint: install it, put it into PATH, or give its whole path\n"),
        "{run}"
    );
    assert_eq!(run.code, Some(3));
    std::fs::write(home.path("plain"), "hello").unwrap();
    assert_snapshot!(home.run(&["list", "tools", "--", "./plain"]), @r#"
    --- stderr
    error: cannot run ./plain: permission denied
     hint: make it executable (chmod +x ./plain) or start it through its interpreter
    --- exit 3
    "#);
    assert_snapshot!(home.run(&["list", "tools", "--demo", "--cwd", "nowhere"]), @r#"
    --- stderr
    error: cannot run in nowhere: no such directory
     hint: create the directory, or give another one
    --- exit 3
    "#);
}

#[test]
fn an_answer_that_is_an_error_exits_6() {
    assert_snapshot!(fake("call error", &[]), @r#"
    --- stderr
    error: fake-mcp-server answered tools/call "error" with error -32603: it broke
     data: {"where":"here","depth":[1,2.5]}
     hint: a fault inside the server; its stderr may say more
    --- exit 6
    "#);
    assert_snapshot!(fake("list tools --era modern", &[]), @r#"
    --- stderr
    error: cannot talk to fake-mcp-server: not a 2026-07-28 server: server/discover was refused with -32601
     hint: --era legacy or --era auto tries the handshake
    --- exit 6
    "#);
    assert_snapshot!(fake("list tools", &["--revision", "2099-01-01"]), @r#"
    --- stderr
    error: cannot talk to fake-mcp-server: the server answered initialize with version "2099-01-01", which mcpscope does not speak there
     hint: known handshake versions: 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25
    --- exit 6
    "#);
    assert_snapshot!(fake("list tools --era legacy", &["--modern"]), @r#"
    --- stderr
    error: cannot talk to fake-mcp-server: initialize was refused with -32022: unsupported protocol version, try 2026-07-28
     data: {"supported":["2026-07-28"],"requested":"2025-11-25"}
     hint: the server speaks 2026-07-28 only; use --era modern or auto
    --- exit 6
    "#);
    assert_snapshot!(fake("list tools", &["--refuse-version", "2099-01-01"]), @r#"
    --- stderr
    error: cannot talk to fake-mcp-server: the server speaks 2099-01-01, mcpscope does not
     data: {"supported":["2099-01-01"],"requested":"2026-07-28"}
     hint: a newer mcpscope may
    --- exit 6
    "#);
}

#[test]
fn a_tool_that_fails_exits_7_and_its_text_is_still_the_answer() {
    assert_snapshot!(fake("call fail", &[]), @r#"
    --- stdout
    it failed
    --- stderr
    error: tool "fail" reported an error (isError)
    --- exit 7
    "#);
    let json = fake("call fail --json --no-record", &[]);
    assert!(
        json.code == Some(7) && json.stdout.contains("\"isError\":true}}"),
        "{json}"
    );
}

#[test]
fn no_answer_in_time_exits_8() {
    assert_snapshot!(fake("call echo text=x --timeout 200ms", &["--hang-on", "tools/call"]), @r#"
    --- stderr
    error: fake-mcp-server did not answer tools/call "echo" within 200 ms
     hint: --timeout DURATION waits longer
    --- exit 8
    "#);
    assert_snapshot!(fake("list tools --timeout 200ms", &["--hang-on", "tools/list"]), @r#"
    --- stderr
    error: fake-mcp-server did not answer tools/list within 200 ms
     hint: --timeout DURATION waits longer
    --- exit 8
    "#);
    assert_snapshot!(fake("list tools --timeout 200ms", &["--hang-on", "initialize"]), @r#"
    --- stderr
    error: cannot talk to fake-mcp-server: initialize was not answered within 0.2 s
     hint: is it an MCP server over stdio? Its stderr may say more; --timeout waits longer
    --- exit 8
    "#);
}

#[test]
fn a_server_that_dies_exits_9_with_its_last_words() {
    let last = ["--last-words", "out of cheese", "--exit", "3"];
    let with = |flags: &[&'static str]| [flags, &last[..]].concat();
    assert_snapshot!(fake("list tools", &with(&["--crash-on", "tools/list"])), @r#"
    --- stderr
    out of cheese
    error: fake-mcp-server exited with code 3 before it answered tools/list
     hint: mcpscope doctor looks for the cause of what its stderr says
    --- exit 9
    "#);
    assert_snapshot!(fake("list tools -q", &with(&["--crash-on", "initialize"])), @r#"
    --- stderr
    error: fake-mcp-server exited with code 3 before it answered initialize
    stderr: out of cheese
     hint: mcpscope doctor looks for the cause of what its stderr says
    --- exit 9
    "#);
    assert_snapshot!(fake("call echo text=x -q", &with(&["--partial-on", "tools/call"])), @r#"
    --- stderr
    warning: server wrote 37 bytes to stdout that are not JSON-RPC: {"jsonrpc":"2.0","id":3,"result":{"co
    error: fake-mcp-server exited with code 3 before it answered tools/call "echo"
    stderr: out of cheese
     hint: mcpscope doctor looks for the cause of what its stderr says
    --- exit 9
    "#);
    assert_snapshot!(fake("call echo text=x -q", &["--crash-on", "tools/call", "--signal", "SEGV"]), @r#"
    --- stderr
    error: fake-mcp-server was killed by signal 11 (SIGSEGV) before it answered tools/call "echo"
     hint: it wrote nothing to stderr; run it by itself: FAKE --crash-on tools/call --signal SEGV
    --- exit 9
    "#);
    let run = Home::new().run(&["list", "tools", "--", "true"]);
    assert!(
        run.stderr
            .starts_with("error: true exited with code 0 before it answered"),
        "{run}"
    );
    assert!(
        run.stderr
            .ends_with(" hint: it wrote nothing to stderr; run it by itself: true\n"),
        "{run}"
    );
    assert_eq!(run.code, Some(9));
}

#[test]
fn what_asks_for_a_screen_never_hangs_without_one() {
    let home = Home::new();
    for arguments in [&[][..], &["open", "nowhere.jsonl"]] {
        assert_ne!(home.run(arguments).code, Some(0), "{arguments:?}");
    }
}

#[test]
fn with_json_a_failure_is_an_object_too() {
    assert_snapshot!(fake("call error --json --no-record", &[]), @r#"
    --- stdout
    {"server":{"name":"fake","version":"0","protocol":"2025-06-18"},"recording":null,"error":{"kind":"protocol-error","exit":6,"message":"fake-mcp-server answered tools/call \"error\" with error -32603: it broke","hint":"a fault inside the server; its stderr may say more","rpc":{"code":-32603,"message":"it broke","data":{"where":"here","depth":[1,2.5]}},"stderr":[]}}
    --- stderr
    error: fake-mcp-server answered tools/call "error" with error -32603: it broke
     data: {"where":"here","depth":[1,2.5]}
     hint: a fault inside the server; its stderr may say more
    --- exit 6
    "#);
    assert_snapshot!(fake("list tools --json -q --no-record", &["--crash-on", "tools/list", "--last-words", "bye"]), @r#"
    --- stdout
    {"server":{"name":"fake","version":"0","protocol":"2025-06-18"},"recording":null,"error":{"kind":"server-gone","exit":9,"message":"fake-mcp-server exited with code 1 before it answered tools/list","hint":"mcpscope doctor looks for the cause of what its stderr says","rpc":null,"stderr":["bye"]}}
    --- stderr
    error: fake-mcp-server exited with code 1 before it answered tools/list
    stderr: bye
     hint: mcpscope doctor looks for the cause of what its stderr says
    --- exit 9
    "#);
    assert_snapshot!(Home::new().run(&["list", "tools", "--json"]), @r#"
    --- stdout
    {"server":null,"recording":null,"error":{"kind":"usage","exit":2,"message":"no server given","hint":"mcpscope list WHAT -- COMMAND [ARGS…], --url URL, --server NAME, or --demo for the demo server","rpc":null,"stderr":[]}}
    --- stderr
    error: no server given
     hint: mcpscope list WHAT -- COMMAND [ARGS…], --url URL, --server NAME, or --demo for the demo server
    --- exit 2
    "#);
}
