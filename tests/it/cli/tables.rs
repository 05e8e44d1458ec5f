//! What is printed about mcpscope itself: keys, themes, completions, manual pages, help.

use std::io::Write as _;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use mcpscope::json;

use super::every::verbs;
use crate::support::MCPSCOPE;
use crate::support::program::{Home, Run};

fn run(arguments: &[&str]) -> Run {
    Home::new().run(arguments)
}

#[test]
fn keys_are_listed_with_the_users_own() {
    let home = Home::new();
    assert!(
        home.run(&["keys"])
            .stdout
            .contains("Ctrl-l           redraw")
    );
    std::fs::create_dir_all(home.path("home/config")).unwrap();
    let file = home.path("home/config/config.toml");
    std::fs::write(&file, "[keys]\nredraw = [\"F5\"]\n").unwrap();
    assert!(
        home.run(&["keys"])
            .stdout
            .contains("F5               redraw")
    );
    let json = home.run(&["keys", "--json"]).stdout;
    assert!(
        json.contains(r#"{"action":"redraw","where":"Everywhere","keys":["F5"],"#),
        "{json}"
    );
    assert!(json::check(json.trim_end().as_bytes()).is_ok());
    std::fs::write(&file, "[keys]\nquit = [\"q\"]\n").unwrap();
    assert_snapshot!(home.run(&["keys", "check"]), @r#"
    --- stderr
    error: HOME/home/config/config.toml:2:9: "q" is bound to both quit and close
     hint: close has it by default: give it other keys in [keys] too, or none: close = []
    --- exit 2
    "#);
}

#[test]
fn themes_are_listed_and_checked() {
    assert_snapshot!(run(&["theme", "list"]), @"
    --- stdout
    dark
    light
    mono
    --- exit 0
    ");
    let home = Home::new();
    let faint = "inherits = \"dark\"\n[roles]\n\"text.muted\" = \"#222222\"\n";
    std::fs::write(home.path("faint.toml"), faint).unwrap();
    std::fs::write(home.path("bad.toml"), "[roles]\nnothing = \"red\"\n").unwrap();
    let all: Vec<String> = ["dark", "faint.toml", "bad.toml", "darg"]
        .iter()
        .map(|theme| home.run(&["theme", "check", theme]).to_string())
        .collect();
    assert_snapshot!("theme-check", all.join("\n"));
}

/// Feeds a script to a shell, if it is there.
fn shell(name: &str, script: &str) -> Option<String> {
    let mut child = Command::new(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(script.as_bytes()).ok()?;
    let out = child.wait_with_output().ok()?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(wrong.is_empty(), "{name}: {wrong}");
    Some(said)
}

/// Types into an interactive zsh, if it is there, and presses Tab: says `completed` when that is what comes. A shell
/// that completes nothing is given up after a while.
fn in_zsh(script: &str, typed: &str, completed: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("_mcpscope");
    std::fs::write(&file, script).unwrap();
    let ask = format!(
        "zmodload zsh/zpty\nzpty z zsh -f -i\n\
         zpty -w z \"autoload -U compinit; compinit -u -D; source {}; echo rea''dy\"\n\
         zpty -r z out '*ready*'\nzpty -w -n z '{typed}'$'\\t'\n\
         for i in {{1..200}}; do zpty -r -t z out && all+=$out; [[ $all == *{completed}* ]] && break\n\
         zselect -t 10; done\n[[ $all == *{completed}* ]] && print -r -- {completed}\nzpty -d z\n",
        file.display()
    );
    shell("zsh", &format!("zmodload zsh/zselect\n{ask}"))
}

#[test]
fn completions_complete() {
    let bash = run(&["completions", "bash"]).stdout;
    let ask = "COMP_WORDS=(mcpscope subs); COMP_CWORD=1; _mcpscope mcpscope subs mcpscope; echo \"${COMPREPLY[@]}\"\n\
               COMP_WORDS=(mcpscope call --no-v); COMP_CWORD=2; _mcpscope mcpscope --no-v call; echo \"${COMPREPLY[@]}\"\n";
    if let Some(said) = shell("bash", &format!("{bash}\n{ask}")) {
        assert_eq!(said, "subscribe\n--no-validate\n");
    }
    // The servers there are; what stands in a name is not run.
    let named = "mcpscope() { printf 'weather\\n$(echo bad)\\n'; }; cur=\n\
                 COMP_WORDS=(mcpscope list --server we); COMP_CWORD=3; _mcpscope mcpscope we --server; echo \"${COMPREPLY[@]}\"\n\
                 COMP_WORDS=(mcpscope list --server ''); COMP_CWORD=3; _mcpscope mcpscope '' --server; echo \"${COMPREPLY[1]}\"\n";
    if let Some(said) = shell("bash", &format!("{bash}\n{named}")) {
        assert_eq!(said, "weather\n\\$\\(echo\\ bad\\)\n");
    }
    let zsh = run(&["completions", "zsh"]).stdout;
    let zsh = format!("{zsh}\nmcpscope() {{ print -l weather other; }}\n");
    for (typed, completed) in [
        ("mcpscope subs", "cribe"),
        ("mcpscope call --no-v", "alidate"),
        ("mcpscope call echo --no-v", "alidate"),
        ("mcpscope call echo text=x --no-v", "alidate"),
        ("mcpscope list tools --server wea", "ther"),
    ] {
        if let Some(said) = in_zsh(&zsh, typed, completed) {
            assert_eq!(said.trim(), completed, "{typed}");
        }
    }
    let fish = run(&["completions", "fish"]).stdout;
    if let Some(said) = shell("fish", &format!("{fish}\ncomplete -C 'mcpscope subsc'\n")) {
        assert!(said.starts_with("subscribe"), "{said}");
    }
    let servers = "function mcpscope; echo weather; end\n\
                   complete -C 'mcpscope list --server wea'\ncomplete -C 'mcpscope list to'\n";
    if let Some(said) = shell("fish", &format!("{fish}\n{servers}")) {
        let words: Vec<&str> = said
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(words, ["weather", "tools"]);
    }
    for script in [&bash, &zsh, &fish] {
        assert!(verbs().iter().all(|verb| script.contains(verb.as_str())));
        assert!(!script.contains("jq-worker") && !script.contains("conformance"));
    }
    assert_snapshot!(run(&["completions", "bsh"]), @"
    --- stderr
    error: <SHELL> cannot be bsh
     hint: did you mean bash? It can be bash, zsh, fish
    --- exit 2
    ");
}

#[test]
fn manual_pages_are_those_of_the_commands() {
    let home = Home::new();
    let wrote = home.run(&["man", "--all", "pages"]);
    assert_eq!(wrote.code, Some(0), "{wrote}");
    for verb in &verbs() {
        let page = std::fs::read_to_string(home.path(&format!("pages/mcpscope-{verb}.1")))
            .unwrap_or_else(|error| panic!("{verb}: {error}"));
        assert!(
            page.contains(".SH NAME") && page.contains(".SH OPTIONS"),
            "{verb}"
        );
        let one = home.run(&["man", verb]).stdout;
        assert_eq!(one, page, "{verb}");
    }
    assert!(home.run(&["man"]).stdout.contains(".TH mcpscope 1"));
    // Every page that a page names is there, and none says less than --help of where the server's command stands.
    for file in std::fs::read_dir(home.path("pages")).unwrap() {
        let page = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let page = page.replace("\\-", "-");
        for named in page.split("mcpscope-").skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-')?;
            rest[end..].starts_with("(1)").then(|| &rest[..end])
        }) {
            let name = format!("pages/mcpscope-{named}.1");
            assert!(home.path(&name).exists(), "{name}");
        }
    }
    let inner = home.run(&["man", "config", "add"]);
    assert!(
        inner.stdout.contains(".TH mcpscope-config-add 1"),
        "{inner}"
    );
    assert!(
        home.run(&["man", "read"])
            .stdout
            .contains("[\\-\\- <COMMAND>")
    );
    assert_snapshot!(home.run(&["man", "cal"]), @"
    --- stderr
    error: there is no command cal
     hint: did you mean call?
    --- exit 2
    ");
}

#[test]
fn help_says_what_every_command_takes() {
    let whole = run(&["--help"]).stdout;
    for verb in &verbs() {
        let line = whole
            .lines()
            .find(|line| line.starts_with(&format!("  {verb} ")));
        let line = line.unwrap_or_else(|| panic!("{verb}: {whole}"));
        assert!(
            line.split_whitespace().count() > 2,
            "no word on {verb}: {line}"
        );
        let help = run(&[verb, "--help"]);
        assert!(
            help.code == Some(0)
                && help.stdout.contains("Usage: mcpscope")
                && help.stderr.is_empty(),
            "{verb}: {help}"
        );
        // One sentence first, and no line too wide for a terminal of 100 columns.
        let first = help.stdout.lines().next().unwrap_or_default();
        assert!(first.len() > 10 && !first.ends_with('.'), "{verb}: {first}");
    }
    // A shell lists them too.
    let home = Home::new();
    let listed = home.start_with(&["shell", "--demo"], b"help\n").end();
    for verb in ["list", "call", "read", "bench", "tools"] {
        let said = listed.stdout.lines().any(|line| {
            line.starts_with(&format!("  {verb} ")) && line.split_whitespace().count() > 2
        });
        assert!(said, "{verb}: {listed}");
    }
    assert!(std::path::Path::new(MCPSCOPE).exists());
}
