//! Commands are looked at as they are found; what an engine says is taken at its word only when it ends well.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn a_script_is_looked_for_only_where_one_is_given() {
    let of = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        script(&words[0], &words[1..]).map(str::to_owned)
    };
    assert_eq!(
        of("node dist/index.js stdio").as_deref(),
        Some("dist/index.js")
    );
    assert_eq!(
        of("/usr/bin/python3 -u server.py").as_deref(),
        Some("server.py")
    );
    assert_eq!(of("bun run server.ts").as_deref(), Some("server.ts"));
    for line in [
        "python3 -m server.py",
        "sh -c x.sh",
        "npx x.js",
        "node --version",
        "node server",
    ] {
        assert_eq!(of(line), None, "{line}");
    }
}

#[test]
fn a_command_is_found_in_the_path_it_gets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("server"), "").unwrap();
    let mut spawn = Spawn::new("server", ["--x"]);
    spawn.env = vec![
        ("PATH".to_owned(), folder.path().display().to_string()),
        ("API_KEY".to_owned(), "<your key>".to_owned()),
    ];
    let program = of_command(&spawn);
    assert!(program.own_path && program.file.is_some() && program.cwd_is_there);
    assert_eq!(program.hollow, ["API_KEY"]);
    #[cfg(unix)]
    assert!(!program.executable && !program.can_run());
    spawn.program = "nowhere-at-all".into();
    spawn.cwd = Some(folder.path().join("gone"));
    let program = of_command(&spawn);
    assert_eq!(
        (program.file, program.looked_in, program.cwd_is_there),
        (None, 1, false)
    );
}

#[cfg(unix)]
#[test]
fn what_a_program_says_counts_only_when_it_ends_well() {
    let ask = |line: &str| ask("/bin/sh", &["-c".to_owned(), line.to_owned()]);
    assert_eq!(ask("echo a; echo b").as_deref(), Some("a\nb\n"));
    assert_eq!(ask("echo a; exit 3"), None);
}
