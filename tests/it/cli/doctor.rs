//! `mcpscope doctor`: a server for each cause, and what is said of it.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use insta::assert_snapshot;

use crate::support::FAKE;
use crate::support::program::{Home, Run};
use crate::support::web::{Web, behave};

/// A name that no resolver even asks about: a label has 63 characters at most.
const NOWHERE: &str = "n1234567890123456789012345678901234567890123456789012345678901234567890";

/// `mcpscope doctor -q WORDS…` in a home, without the times.
fn doctor(home: &Home, words: &[&str]) -> Run {
    let words: Vec<&str> = ["doctor", "-q"].iter().chain(words).copied().collect();
    untimed(home.run(&words))
}

/// The fake server with flags.
fn fake(flags: &[&str]) -> Run {
    let words: Vec<&str> = ["--", FAKE].iter().chain(flags).copied().collect();
    doctor(&Home::new(), &words)
}

/// A line of shell that pretends to be a server, given little time.
fn shell(line: &str) -> Run {
    let line = line.replace("FAKE", FAKE);
    let words = [
        "--era",
        "legacy",
        "--timeout",
        "400ms",
        "--",
        "/bin/sh",
        "-c",
        &line,
    ];
    doctor(&Home::new(), &words)
}

/// The third column holds times.
fn untimed(mut run: Run) -> Run {
    let line = |line: &str| match (line.get(..21), line.get(21..29), line.get(29..)) {
        (Some(before), Some(took), rest)
            if ["ok ", "flawed ", "failed ", "passed "]
                .iter()
                .any(|word| line.starts_with(word))
                && !took.trim().is_empty()
                && took.ends_with('s') =>
        {
            format!("{before}    TIME{}", rest.unwrap_or_default())
        }
        _ => line.to_owned(),
    };
    run.stdout = run.stdout.lines().map(|text| line(text) + "\n").collect();
    run
}

/// An executable script in the home.
fn script(home: &Home, name: &str, text: &str) -> PathBuf {
    let path = home.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(
        &path,
        format!("#!/bin/sh\n{}\n", text.replace("FAKE", FAKE)),
    )
    .unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

/// The cause that stands under the first step that is not well.
fn cause(run: &Run) -> &str {
    let line = run
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("cause: "));
    line.map_or("", |line| line.trim_start().trim_start_matches("cause: "))
}

#[test]
fn a_good_server_passes_every_step() {
    let home = Home::new();
    let run = doctor(&home, &["--", FAKE]);
    assert_snapshot!(run);
    // It is a session like any other.
    let session = home.session();
    assert!(session.methods().contains(&"tools/list".to_owned()));
    assert!(!session.methods().contains(&"tools/call".to_owned()));
}

#[test]
fn commands_that_cannot_be_found_say_why() {
    let home = Home::new();
    assert_snapshot!(
        "not_installed",
        doctor(
            &home,
            &[
                "--env",
                "PATH=/nowhere/a:/nowhere/b",
                "--",
                "no-such-program"
            ]
        )
    );
    assert_snapshot!("in_one_word", doctor(&home, &["--", "node server.js"]));
    assert_snapshot!("tilde", doctor(&home, &["--", "~/bin/server"]));
    assert_snapshot!("no_such_file", doctor(&home, &["--", "./bin/server"]));
    assert_snapshot!(
        "directory_missing",
        doctor(&home, &["--cwd", "~/notes", "--", FAKE])
    );
    std::fs::write(home.path("server.sh"), "#!/bin/sh\n").unwrap();
    assert_snapshot!("not_executable", doctor(&home, &["--", "./server.sh"]));
    script(&home, "broken", "");
    std::fs::write(home.path("broken"), "#!/no/such/interpreter\n").unwrap();
    assert_snapshot!("no_interpreter", doctor(&home, &["--", "./broken"]));
}

#[test]
fn a_program_that_only_a_shell_finds_is_found() {
    let home = Home::new();
    let there = script(&home, "me/.local/bin/only-here", "exec FAKE");
    let run = home
        .command(&["doctor", "--", "only-here"])
        .env("HOME", home.path("me"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(run.stdout).unwrap();
    let said = format!(
        "only-here is installed, but not in PATH: it is {}",
        there.display()
    );
    assert!(told.contains(&said), "{told}");
    assert_eq!(run.status.code(), Some(3));
}

#[test]
fn servers_that_come_to_nothing_tell_the_cause() {
    assert_snapshot!(
        "variable_missing",
        shell("echo 'Error: API_KEY environment variable is required' >&2; exit 1")
    );
    assert_snapshot!(
        "module_missing",
        shell("echo \"ModuleNotFoundError: No module named 'mcp'\" >&2; exit 1")
    );
    assert_snapshot!(
        "serves_http",
        shell("echo 'Listening on http://localhost:3000/mcp'; exec sleep 60")
    );
    assert_snapshot!(
        "other_framing",
        shell("printf 'Content-Length: 2\\r\\n\\r\\n{}\\n'; exec sleep 60")
    );
    assert_snapshot!(
        "many_lines",
        shell("printf '{\\n  \"jsonrpc\": \"2.0\"\\n}\\n'; exec sleep 60")
    );
    assert_snapshot!("ends_at_once", shell("exit 0"));
    assert_snapshot!(
        "crashed",
        shell("echo one >&2; echo 'panic: two' >&2; kill -SEGV $$")
    );
    assert_snapshot!("silent", shell("exec sleep 60"));
    assert_snapshot!("no_json_at_all", shell("echo hello; exit 0"));
}

#[test]
fn answers_that_are_held_back_are_told_from_none() {
    let home = Home::new();
    let held = home.path("held");
    let run = shell(&format!("FAKE > {0}; cat {0}", held.display()));
    assert!(
        cause(&run).starts_with("its answers came only when it ended"),
        "{run}"
    );
    assert_eq!(run.code, Some(8), "{run}");
}

#[test]
fn a_script_that_is_not_there_is_named() {
    let run = doctor(&Home::new(), &["--", "/bin/sh", "no/such/server.sh"]);
    assert_eq!(cause(&run), "there is no file no/such/server.sh", "{run}");
    assert_eq!(run.code, Some(9), "{run}");
}

#[test]
fn a_value_that_only_stands_for_one_is_blamed_but_not_told() {
    let home = Home::new();
    let run = doctor(
        &home,
        &[
            "--env",
            "MY_KEY=<put your key here>",
            "--",
            "/bin/sh",
            "-c",
            "exit 1",
        ],
    );
    assert_eq!(
        cause(&run),
        "the variable MY_KEY has no value, or one that only stands for one",
        "{run}"
    );
    assert!(!run.stdout.contains("put your key"), "{run}");
}

#[test]
fn flaws_work_here_and_end_with_code_11() {
    assert_snapshot!(
        "noise",
        fake(&[
            "--junk-first",
            "starting server v1",
            "--junk-first",
            "again"
        ])
    );
    assert_snapshot!("ignores_end", fake(&["--ignore-eof"]));
    assert_snapshot!("ignores_all", fake(&["--ignore-eof", "--ignore-term"]));
    assert_snapshot!("orphans", fake(&["--fork"]));
    assert_snapshot!("bad_end", shell("FAKE; exit 3"));
}

#[test]
fn far_servers_must_end_too() {
    let home = Home::new();
    let path = format!("PATH={}:/usr/bin:/bin", home.path("bin").display());
    let docker = |words: &[&str]| {
        let words: Vec<&str> = ["--env", &path, "--", "docker"]
            .iter()
            .chain(words)
            .copied()
            .collect();
        doctor(&home, &words)
    };
    // One that ends with its container.
    script(
        &home,
        "bin/docker",
        "case \"$1\" in run) shift; for w; do [ \"$w\" = -i ] && exec FAKE; done; exec FAKE </dev/null;; ps) exit 0;; esac",
    );
    assert_snapshot!("container_ends", docker(&["run", "-i", "--rm", "mcp/time"]));
    assert_snapshot!(
        "container_without_stdin",
        docker(&["run", "--rm", "mcp/time"])
    );
    // One whose container runs on.
    let ran = home.path("ran");
    script(
        &home,
        "bin/docker",
        &format!(
            "case \"$1\" in run) touch {0}; exec FAKE;; ps) [ -f {0} ] && echo 4711 eager_box; exit 0;; esac",
            ran.display()
        ),
    );
    assert_snapshot!("container_stays", docker(&["run", "-i", "mcp/time"]));
    // Where nobody can tell.
    script(&home, "bin/ssh", "exec FAKE");
    let run = doctor(&home, &["--env", &path, "--", "ssh", "build-host", "serve"]);
    assert_snapshot!("other_machine", run);
}

/// A run against an address, with its port out of the way.
fn at(web: &Web, words: &[&str]) -> Run {
    let url = web.url("/mcp");
    let words: Vec<&str> = ["--url", &url].iter().chain(words).copied().collect();
    let mut run = doctor(&Home::new(), &words);
    let host = web.url("").replace("http://", "");
    run.stdout = run.stdout.replace(&host, "WEB");
    run
}

#[test]
fn addresses_have_steps_of_their_own() {
    assert_snapshot!("http_good", at(&Web::new(behave), &[]));
    let gone = Web::new(behave).url("/mcp");
    let mut run = doctor(&Home::new(), &["--url", &gone]);
    let host = gone.trim_start_matches("http://").trim_end_matches("/mcp");
    run.stdout = run.stdout.replace(host, "WEB");
    assert_snapshot!("http_refused", run);
    let mut run = doctor(&Home::new(), &["--url", &format!("http://{NOWHERE}/mcp")]);
    run.stdout = run.stdout.replace(NOWHERE, "NOWHERE");
    assert!(
        cause(&run).starts_with("there is no host NOWHERE ("),
        "{run}"
    );
    assert_eq!(run.code, Some(4), "{run}");
    let web = Web::new(|_, reply| reply.send(401, &[("www-authenticate", "Bearer")], ""));
    assert_snapshot!("http_login", at(&web, &[]));
    let web =
        Web::new(|_, reply| reply.send(200, &[("content-type", "text/html")], "<html>shop</html>"));
    assert_snapshot!("http_page", at(&web, &[]));
    // TLS where there is none.
    let web = Web::new(behave);
    let url = web.url("/mcp").replace("http://", "https://");
    let mut run = doctor(&Home::new(), &["--url", &url]);
    run.stdout = run
        .stdout
        .replace(&web.url("").replace("http://", ""), "WEB");
    assert_snapshot!("http_no_tls", run);
}

#[test]
fn one_object_holds_all_of_it() {
    let run = fake(&["--junk-first", "hi", "--stderr", "note"]);
    assert_eq!(run.code, Some(11));
    let run = Home::new().run(&[
        "doctor",
        "--json",
        "-q",
        "--",
        FAKE,
        "--junk-first",
        "hi",
        "--stderr",
        "note",
    ]);
    assert_eq!(run.code, Some(11), "{run}");
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["works"], true);
    assert_eq!(told["stderr"], serde_json::json!(["note"]));
    let json = &told["steps"][3];
    assert_eq!(
        (json["name"].as_str(), json["state"].as_str()),
        (Some("JSON"), Some("flawed"))
    );
    assert_eq!(json["findings"][0]["cause"], "noise-on-stdout");
    assert!(json["findings"][0]["entry"].is_u64());
    assert!(told["steps"][0]["took_us"].is_u64());
}

#[test]
fn causes_are_listed_and_wrong_lines_are_told() {
    let home = Home::new();
    let run = home.run(&["doctor", "--causes"]);
    assert!(
        run.code == Some(0) && run.stdout.contains("noise-on-stdout        flaw   JSON\n"),
        "{run}"
    );
    assert_snapshot!("no_server", home.run(&["doctor"]));
    assert!(home.sessions().is_empty());
}
