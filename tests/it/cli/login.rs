//! Logging in without a screen: the address on stderr, what is kept and where, what is written nowhere, and leaving.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use crate::support::oauth::{CANARY, Guarded, browse};
use crate::support::program::{Home, Run, Running};

/// The page that somebody is asked to open.
fn page(running: &mut Running) -> String {
    running.said(|line| {
        line.strip_prefix("  http")
            .map(|rest| format!("http{rest}"))
    })
}

/// Without what differs from run to run.
fn tidy(mut run: Run, guarded: &Guarded) -> Run {
    for text in [&mut run.stderr, &mut run.stdout] {
        *text = text.replace(&guarded.web.url(""), "http://WEB");
        *text = text.replace(&guarded.web.url("").replace("http://", ""), "WEB");
    }
    run
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn somebody_logs_in_once_and_the_token_is_kept() {
    let (guarded, home) = (Guarded::new(), Home::new());
    let url = guarded.url();
    let list = ["list", "tools", "--url", &url];
    let mut first = home.start(&[&list[..], &["--login"]].concat());
    browse(&page(&mut first), false);
    let first = first.end();
    assert_eq!(
        (first.stdout.as_str(), first.code),
        ("echo(text?: string)\n", Some(0)),
        "{first}"
    );
    // Nobody is asked the second time.
    let second = home.run(&list);
    assert_eq!(second.code, Some(0), "{second}");
    assert_eq!(guarded.count("GET /as/authorize"), 1);
    let store = home.path("home/data/logins.json");
    assert!(fs::read_to_string(&store).unwrap().contains(CANARY));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&store).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    // It stands there and nowhere else: not in sessions, logs, or what was said.
    let all = files(&home.path("home"));
    assert!(all.len() > 3, "{all:?}");
    for path in all.iter().filter(|path| **path != store) {
        let text = fs::read(path).unwrap();
        let found = text
            .windows(CANARY.len())
            .any(|part| part == CANARY.as_bytes());
        assert!(!found, "a secret is in {}", path.display());
    }
    assert!(!format!("{first}{second}").contains(CANARY));
    let left = home.run(&["logout", "--url", &url]);
    assert_snapshot!(left, @"
    --- stderr
    1 token forgotten; the server was not told
    --- exit 0
    ");
    assert!(!fs::read_to_string(&store).unwrap().contains("access"));
    // Who is registered stays so.
    assert!(fs::read_to_string(&store).unwrap().contains("client-1"));
    assert_snapshot!(tidy(home.run(&list), &guarded), @r"
    --- stderr
    error: cannot talk to WEB: somebody has to log in at http://WEB/as; POST http://WEB/mcp was answered 401 Unauthorized: it wants a login (error invalid_token, metadata http://WEB/.well-known/oauth-protected-resource/mcp)
     hint: run it in a terminal, or with --login; --header 'Authorization: Bearer TOKEN' sends a token that you have
    --- exit 5
    ");
}

#[test]
fn where_nobody_is_it_fails_with_a_way_out() {
    let guarded = Guarded::new();
    let url = guarded.url();
    let list = ["list", "tools", "--url", &url];
    assert_snapshot!(tidy(Home::new().run(&list), &guarded), @r"
    --- stderr
    error: cannot talk to WEB: somebody has to log in at http://WEB/as; POST http://WEB/mcp was answered 401 Unauthorized: it wants a login (error invalid_token, metadata http://WEB/.well-known/oauth-protected-resource/mcp)
     hint: run it in a terminal, or with --login; --header 'Authorization: Bearer TOKEN' sends a token that you have
    --- exit 5
    ");
    let never = Home::new().run(&[&list[..], &["--login", "never"]].concat());
    assert_snapshot!(tidy(never, &guarded), @r"
    --- stderr
    error: cannot talk to WEB: POST http://WEB/mcp was answered 401 Unauthorized: it wants a login (error invalid_token, metadata http://WEB/.well-known/oauth-protected-resource/mcp)
     hint: --header 'Authorization: Bearer TOKEN' sends one; its value is never recorded
    --- exit 5
    ");
}

#[test]
fn the_verb_says_what_the_token_is_good_for() {
    let (guarded, home) = (Guarded::new(), Home::new());
    let url = guarded.url();
    let mut login = home.start(&["login", "--url", &url, "--login", "--scope", "read more"]);
    browse(&page(&mut login), false);
    let run = tidy(login.end(), &guarded);
    assert_snapshot!(run.stdout, @"logged in to WEB by http://WEB/as, scope read more");
    assert!(
        run.stderr.contains("it is kept in ") && run.stderr.contains("logins.json in plain text"),
        "{}",
        run.stderr
    );
    let json = home.run(&["login", "--url", &url, "--json", "--no-record"]);
    let json = mcpscope::json::Value::parse(tidy(json, &guarded).stdout.as_bytes()).unwrap();
    let token = json.get("token").unwrap();
    assert_eq!(
        token.get("issuer").and_then(|value| value.as_str()),
        Some("http://WEB/as")
    );
    let claims = token.get("jwt").and_then(|jwt| jwt.get("claims")).unwrap();
    assert_eq!(
        claims.get("aud").and_then(|value| value.as_str()),
        Some("here")
    );
}

#[test]
fn a_client_logs_in_for_itself() {
    let (guarded, home) = (Guarded::new(), Home::new());
    guarded.set(|state| state.takes_clients = true);
    let url = guarded.url();
    let arguments = [
        "list",
        "tools",
        "--url",
        &url,
        "--grant",
        "client-credentials",
        "--client-id",
        "svc",
        "--client-secret-env",
        "THE_SECRET",
    ];
    let mut command = home.command(&arguments);
    let output = command
        .env("THE_SECRET", format!("{CANARY}-svc"))
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "echo(text?: string)\n"
    );
    assert_eq!(guarded.count("GET /as/authorize"), 0);
    let missing = home.run(&arguments);
    assert_snapshot!(tidy(missing, &guarded), @r"
    --- stderr
    error: the variable THE_SECRET holds no secret
     hint: set it first, as in THE_SECRET=… mcpscope …
    --- exit 2
    ");
}
