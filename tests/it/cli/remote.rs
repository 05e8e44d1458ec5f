//! The verbs over HTTP: answers, exit codes, words, and what is never written down.

use insta::assert_snapshot;

use crate::support::program::{Home, Run};
use crate::support::web::{Web, behave, behave_modern};

/// A name that no resolver even asks about: a label has 63 characters at most.
const NOWHERE: &str = "n1234567890123456789012345678901234567890123456789012345678901234567890";

/// A run, with the address of the server out of its way.
fn run(web: &Web, arguments: &[&str]) -> Run {
    let home = Home::new();
    let url = web.url("/mcp");
    let arguments: Vec<&str> = arguments
        .iter()
        .map(|word| if *word == "URL" { &url } else { *word })
        .collect();
    tidy(home.run(&arguments), web)
}

fn tidy(mut run: Run, web: &Web) -> Run {
    let (url, host) = (web.url(""), web.url("").replace("http://", ""));
    run.stderr = run.stderr.replace(&url, "http://WEB").replace(&host, "WEB");
    run.stdout = run.stdout.replace(&url, "http://WEB").replace(&host, "WEB");
    run
}

#[test]
fn a_server_at_an_address_answers() {
    for web in [Web::new(behave), Web::new(behave_modern)] {
        let run = run(&web, &["list", "tools", "--url", "URL"]);
        assert_eq!(
            (run.stdout.as_str(), run.code),
            ("echo(text?: string)\n", Some(0)),
            "{run}"
        );
    }
    assert_snapshot!(run(&Web::new(behave), &["call", "echo", "text=x", "--url", "URL"]), @r#"
    --- stdout
    hello
    --- exit 0
    "#);
    assert_snapshot!(run(&Web::new(behave_modern), &["call", "echo", "text=x", "--url", "URL"]), @r#"
    --- stdout
    modern
    --- exit 0
    "#);
}

#[test]
fn each_way_of_not_answering_has_its_code_and_words() {
    let gone = Web::new(behave).url("/mcp");
    let mut nobody = Home::new().run(&["list", "tools", "--url", &gone]);
    let host = gone
        .trim_start_matches("http://")
        .trim_end_matches("/mcp")
        .to_owned();
    nobody.stderr = nobody.stderr.replace(&host, "WEB");
    assert_snapshot!(nobody, @r#"
    --- stderr
    error: nothing listens at WEB (connection refused)
     hint: is the server running, and is this its port?
    --- exit 4
    "#);
    let nowhere = format!("http://{NOWHERE}/mcp");
    let mut nowhere = Home::new().run(&["list", "tools", "--url", &nowhere]);
    nowhere.stderr = nowhere.stderr.replace(NOWHERE, "NOWHERE");
    let system = nowhere.stderr.find(" (").zip(nowhere.stderr.find(")\n"));
    if let Some((from, to)) = system {
        nowhere.stderr.replace_range(from..=to, "");
    }
    assert_snapshot!(nowhere, @r#"
    --- stderr
    error: there is no host NOWHERE
     hint: is the name spelled right, and is there a network?
    --- exit 4
    "#);
    let login =
        Web::new(|_, reply| reply.send(401, &[("www-authenticate", "Bearer realm=\"r\"")], ""));
    assert_snapshot!(run(&login, &["list", "tools", "--url", "URL"]), @r#"
    --- stderr
    error: cannot talk to WEB: it offers no way to log in (there are no OAuth metadata anywhere); POST http://WEB/mcp was answered 401 Unauthorized: it wants a login (realm r)
     hint: --header 'Authorization: Bearer TOKEN' sends a token that you have; its value is never recorded
    --- exit 5
    "#);
    let page = Web::new(|_, reply| reply.send(200, &[("content-type", "text/html")], "<html>"));
    assert_snapshot!(run(&page, &["list", "tools", "--url", "URL"]), @r#"
    --- stderr
    error: cannot talk to WEB: POST http://WEB/mcp was answered 200 OK with a web page, which is not MCP
     hint: the address of the server itself is needed; many are at /mcp
    --- exit 6
    "#);
    let silent = Web::new(|_, reply| reply.until_closed());
    assert_snapshot!(run(&silent, &["list", "tools", "--url", "URL", "--era", "legacy", "--timeout", "100ms"]), @r#"
    --- stderr
    error: cannot talk to WEB: initialize was not answered within 0.1 s
     hint: is it an MCP server? --timeout waits longer
    --- exit 8
    "#);
    let cut = Web::new(|asked, reply| {
        if asked.rpc() == "tools/call" {
            reply.raw(b"");
        } else {
            behave(asked, reply);
        }
    });
    assert_snapshot!(run(&cut, &["call", "echo", "text=x", "--url", "URL"]), @r#"
    --- stderr
    error: WEB did not answer tools/call "echo": WEB closed the connection without an answer
     hint: the server may have crashed on the request, or want https instead of http
    --- exit 9
    "#);
    let page = Web::new(|asked, reply| {
        if asked.rpc() == "tools/call" {
            reply.send(503, &[("retry-after", "120")], "");
        } else {
            behave(asked, reply);
        }
    });
    assert_snapshot!(run(&page, &["call", "echo", "text=x", "--url", "URL"]), @r#"
    --- stderr
    error: WEB did not answer tools/call "echo": POST http://WEB/mcp was answered 503 Service Unavailable; Retry-After: 120 s
     hint: mcpscope does not try again by itself
    --- exit 6
    "#);
}

#[test]
fn wrong_addresses_and_options_exit_2() {
    let home = Home::new();
    for (arguments, words) in [
        (
            &["--url", "ftp://x/"][..],
            "it begins with ftp:, not with http: or https:",
        ),
        (&["--url", "nonsense"], "no address"),
        (
            &["--url", "http://x/", "--header", "nonsense"],
            "it needs a name and a value",
        ),
        (
            &["--url", "http://x/", "--header", "a b: c"],
            "no name of a header",
        ),
        (&["--header", "a: b"], "--url"),
        (
            &["--url", "http://x/", "--demo"],
            "two servers are given: --url <URL> and --demo",
        ),
        (
            &["--url", "http://x/", "--", "server"],
            "two servers are given: ",
        ),
        (
            &["--url", "http://x/", "--transport", "pigeon"],
            "--transport <TRANSPORT> cannot be pigeon",
        ),
    ] {
        let run = home.run(&[&["list", "tools"], arguments].concat());
        assert!(
            run.code == Some(2) && run.stderr.contains(words),
            "{arguments:?}: {run}"
        );
    }
    let run = home.run(&[
        "list",
        "tools",
        "--url",
        "https://localhost/",
        "--cacert",
        "none.pem",
    ]);
    assert!(
        run.code == Some(3)
            && run
                .stderr
                .contains("cannot read certificates from none.pem"),
        "{run}"
    );
}

#[test]
fn secrets_go_to_the_server_and_nowhere_else() {
    let web = Web::new(|asked, reply| {
        if asked.header("authorization") == Some("Bearer sekrit-1")
            && asked.path.contains("sekrit-2")
        {
            behave(asked, reply);
        } else {
            reply.send(401, &[], "");
        }
    });
    let home = Home::new();
    let url = web.url("/mcp?api_key=sekrit-2");
    let mut command = home.command(&[
        "list",
        "tools",
        "--json",
        "--url",
        &url,
        "--header",
        "Authorization: Bearer sekrit-1",
        "--header",
        "X-Mine: sekrit-3",
    ]);
    let output = command.env("MCPSCOPE_LOG", "trace").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let mut texts = vec![
        output.stdout,
        output.stderr,
        std::fs::read(&home.sessions()[0]).unwrap(),
    ];
    for entry in std::fs::read_dir(home.path("home")).unwrap().flatten() {
        for file in std::fs::read_dir(entry.path()).unwrap().flatten() {
            texts.extend(std::fs::read(file.path()));
        }
    }
    for text in texts {
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("sekrit"), "{text}");
        assert!(!text.contains("session-0123456789abcdef"), "{text}");
    }
    assert!(
        web.asked()
            .iter()
            .all(|asked| asked.header("x-mine") == Some("sekrit-3"))
    );
}

/// The environment's proxy is used, and not for whom it says not to.
#[test]
fn a_proxy_is_used_where_the_environment_says_so() {
    // A proxy is asked for whole addresses; this one answers itself.
    let proxy = Web::new(behave);
    let url = format!("http://{NOWHERE}/mcp");
    let home = Home::new();
    let run = |no_proxy: &str| {
        let mut command = home.command(&["list", "tools", "--url", &url, "--no-record"]);
        command
            .env("http_proxy", proxy.url(""))
            .env("no_proxy", no_proxy);
        command
            .env_remove("HTTP_PROXY")
            .env_remove("NO_PROXY")
            .env_remove("ALL_PROXY");
        command.output().unwrap().status.code()
    };
    assert_eq!(run(""), Some(0));
    assert!(
        proxy.asked().iter().all(|asked| asked.path == url),
        "{:?}",
        proxy.lines()
    );
    let before = proxy.asked().len();
    assert_eq!(run(NOWHERE), Some(4));
    assert_eq!(proxy.asked().len(), before);
}

/// Ctrl-C during a call: the server is told, the session given back, nothing is left.
#[test]
fn leaving_during_a_call_is_orderly() {
    let (sender, called) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let web = Web::new(move |asked, reply| {
        if asked.rpc() == "tools/call" {
            reply.stream(&[]);
            reply.chunk(b": working\n\n");
            sender.lock().unwrap().send(()).unwrap();
            reply.until_closed();
        } else {
            behave(asked, reply);
        }
    });
    let home = Home::new();
    let url = web.url("/mcp");
    let running = home.start(&["call", "echo", "text=x", "--url", &url]);
    called.recv_timeout(crate::support::LIMIT).unwrap();
    running.signal(rustix::process::Signal::INT);
    assert_eq!(running.end().code, Some(130));
    web.is_left();
    let lines = web.lines();
    assert!(
        lines.contains(&"POST notifications/cancelled".to_owned()),
        "{lines:?}"
    );
    assert_eq!(lines.last().map(String::as_str), Some("DELETE"));
}

/// Obligation 7: a headless run declares nothing, so it is asked nothing; a server that asks all the same is quoted.
#[test]
fn a_call_that_wants_input_says_what_was_asked() {
    let asks = Web::new(|asked, reply| {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        match asked.rpc().as_str() {
            "tools/call" => {
                assert!(
                    body.contains(r#""io.modelcontextprotocol/clientCapabilities":{}"#),
                    "{body}"
                );
                reply.json(&asked.result(
                    r#"{"resultType":"input_required","requestState":"s","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"Which\u001b[31m city?"}},"b":{"method":"roots/list"}}}"#,
                ));
            }
            _ => behave_modern(asked, reply),
        }
    });
    assert_snapshot!(run(&asks, &["call", "echo", "text=x", "--url", "URL"]), @r#"
    --- stderr
    note: request 2 wants input that nobody can give: elicitation form was not declared
    error: WEB wants input before it answers tools/call "echo": elicitation form "Which\u001b[31m city?", roots
     hint: --answers POLICY or --answer FILE answers it; on the screen (mcpscope without a verb) and in mcpscope shell you can
    --- exit 6
    "#);
}
