//! Which files a pattern means, and that a change is told once.

use std::fs;

use proptest::prelude::*;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);

fn means(pattern: &str, file: &str) -> bool {
    Pattern::of(pattern, Path::new("/p")).means(&Path::new("/p").join(file))
}

#[test]
fn patterns_mean_files() {
    for (pattern, file, expected) in [
        ("server.py", "server.py", true),
        ("server.py", "server.pyc", false),
        ("*.py", "server.py", true),
        ("*.py", "src/server.py", false),
        ("**/*.py", "server.py", true),
        ("**/*.py", "a/b/server.py", true),
        ("src/**/*.rs", "src/main.rs", true),
        ("./src/**/*.rs", "src/a/main.rs", true),
        ("src/**/*.rs", "tests/main.rs", false),
        ("src/?.rs", "src/a.rs", true),
        ("src/?.rs", "src/ab.rs", false),
        ("src", "src/a/b/c.txt", true),
        ("src", "src/__pycache__/server.pyc", false),
        (".", "node_modules/x/index.js", false),
        ("**/node_modules/**", "a/node_modules/x.js", true),
        ("**/target/*.d", "target/x.d", true),
    ] {
        assert_eq!(means(pattern, file), expected, "{pattern} {file}");
    }
}

#[test]
fn what_comes_at_once_is_told_once() {
    let root = Path::new("/p");
    let (sender, events) = mpsc::channel();
    for name in ["x.txt", "b.py", "a.py", "b.py"] {
        sender.send(vec![root.join(name)]).unwrap();
    }
    drop(sender);
    let mut told = Vec::new();
    collect(&[Pattern::of("*.py", root)], &events, |files| {
        told.push(files);
        true
    });
    assert_eq!(told, [[root.join("a.py"), root.join("b.py")]]);
    assert_eq!(words(&told[0], root), "a.py and 1 more");
}

#[test]
fn what_is_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let (sender, told) = mpsc::channel();
    let patterns = vec![Pattern::of("src/*.py", folder.path())];
    let watch = start(patterns, move |files| sender.send(files).is_ok()).unwrap();
    let root = folder.path().canonicalize().unwrap();
    let write = |name: &str| fs::write(root.join("src").join(name), name).unwrap();
    let mut all = BTreeSet::new();
    let mut until = |name: &str| {
        while !all.contains(&root.join("src").join(name)) {
            all.extend(told.recv_timeout(LIMIT).unwrap());
        }
    };
    for name in ["x.txt", "a.py", "b.py", "a.py"] {
        write(name);
    }
    until("a.py");
    until("b.py");
    // As editors save: the new file takes the place of the old one.
    write("c.py");
    write("d.tmp");
    fs::rename(root.join("src/d.tmp"), root.join("src/d.py")).unwrap();
    until("d.py");
    assert!(
        all.iter()
            .all(|file| file.extension().is_some_and(|word| word == "py")),
        "{all:?}"
    );
    drop(watch);
    let end = loop {
        if let Err(end) = told.recv_timeout(LIMIT) {
            break end;
        }
    };
    assert_eq!(
        end,
        mpsc::RecvTimeoutError::Disconnected,
        "it ends with the watch"
    );
}

#[test]
fn what_is_not_there_cannot_be_watched() {
    let folder = tempfile::tempdir().unwrap();
    let patterns = vec![Pattern::of("nowhere/*.py", folder.path())];
    let error = start(patterns, |_| true).unwrap_err();
    assert!(matches!(error, WatchError::Missing { .. }), "{error}");
}

proptest! {
    #[test]
    fn a_pattern_without_gaps_means_itself(path in "[a-z]{1,5}(/[a-z]{1,5}){0,3}") {
        prop_assert!(means(&path, &path));
        prop_assert!(means("**", &path));
        let rooted = format!("**/{path}");
        let below = format!("x/{path}");
        prop_assert!(means(&rooted, &below));
    }
}
