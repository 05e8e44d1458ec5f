//! Editors that are scripts, and what comes back from them. What the terminal sees is tested in a pty.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// An environment whose editor is a script.
struct Script {
    folder: tempfile::TempDir,
}

impl Script {
    /// `body` runs with the file as `$1`, and may leave words in `$SEEN`.
    fn new(body: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let text = format!("#!/bin/sh\nSEEN='{}'\n{body}\n", seen.display());
        let path = folder.path().join("editor");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        Self { folder }
    }

    fn seen(&self) -> String {
        fs::read_to_string(self.folder.path().join("seen")).unwrap()
    }

    fn edit(&self, text: &str) -> Result<String, String> {
        let beside = [("schema.json".to_owned(), b"{}".to_vec())];
        edit(text, ".json", &beside, &Process::default(), self)
    }
}

impl Lookup for Script {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "EDITOR").then(|| "editor".to_owned())
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.path().join(name))
    }
}

#[test]
fn what_the_editor_wrote_comes_back_and_its_files_are_gone() {
    let script = Script::new(
        "folder=$(dirname \"$1\"); ls \"$folder\" > \"$SEEN\"; ls -ld \"$folder\" \"$1\" | cut -c1-10 >> \"$SEEN\"\n\
         echo \"$folder\" >> \"$SEEN\"; cat \"$folder/schema.json\" >> \"$SEEN\"; printf '[2]\\n' > \"$1\"",
    );
    assert_eq!(script.edit("[1]"), Ok("[2]".to_owned()));
    let seen = script.seen();
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(
        lines[..4],
        ["schema.json", "text.json", "drwx------", "-rw-------"]
    );
    assert_eq!(lines[5], "{}", "the schema is beside it");
    assert!(!Path::new(lines[4]).exists());
}

#[test]
fn a_line_end_is_only_taken_away_if_the_editor_added_it() {
    assert_eq!(Script::new("true").edit("a\n"), Ok("a\n".to_owned()));
    assert_eq!(Script::new("true").edit("a"), Ok("a".to_owned()));
    let twice = Script::new("printf 'a\\n\\n' > \"$1\"");
    assert_eq!(twice.edit("a"), Ok("a\n".to_owned()));
    let windows = Script::new("printf 'a\\r\\n' > \"$1\"");
    assert_eq!(windows.edit("b"), Ok("a".to_owned()));
}

#[test]
fn an_editor_that_fails_changes_nothing_and_says_how_it_ended() {
    let why = |body: &str| Script::new(body).edit("[1]").unwrap_err();
    assert_eq!(
        why("echo lost > \"$1\"; exit 3"),
        "editor ended with code 3: nothing was changed"
    );
    assert_eq!(
        why("kill -9 $$"),
        "editor was ended by signal 9: nothing was changed"
    );
    assert!(
        why("rm \"$1\"").starts_with("what editor wrote cannot be read"),
        "a file that is gone"
    );
    let script = Script::new("true");
    fs::remove_file(script.folder.path().join("editor")).unwrap();
    let why = script.edit("x").unwrap_err();
    assert!(why.starts_with("editor did not start: "), "{why}");
}

#[test]
fn what_is_no_text_is_kept_where_it_is() {
    let why = Script::new("printf '\\377' > \"$1\"")
        .edit("x")
        .unwrap_err();
    let (_, kept) = why.split_once("it stays in ").unwrap();
    assert_eq!(fs::read(kept).unwrap(), b"\xff");
    fs::remove_dir_all(Path::new(kept).parent().unwrap()).unwrap();
}

#[tokio::test]
async fn a_visit_is_ended_when_we_leave() {
    let script = Script::new(
        "trap 'echo asked > \"$SEEN\"; exit 0' TERM; echo > \"$SEEN.up\"; while :; do sleep 0.05; done",
    );
    let folder = script.folder.path().to_owned();
    let process = Process::default();
    let theirs = process.clone();
    let task = tokio::task::spawn_blocking(move || {
        let result = edit("x", "", &[], &theirs, &script);
        fs::write(script.folder.path().join("done"), script.seen()).unwrap();
        std::mem::forget(script.folder);
        Event::Edited { asker: 1, result }
    });
    let up = folder.join("seen.up");
    crate::tui::outside::wait_until(|| up.exists()).await;
    Visit { task, process }.abandon().await;
    assert_eq!(fs::read_to_string(folder.join("done")).unwrap(), "asked\n");
    fs::remove_dir_all(folder).unwrap();
}
