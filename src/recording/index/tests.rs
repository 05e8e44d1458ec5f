//! An index stands for its file only as long as it is that file's, and whole.

#![expect(clippy::unwrap_used, reason = "tests")]
use std::io::{Seek as _, SeekFrom};

use super::*;
use crate::recording::{Follow, News, Opening};
use crate::session::recorded::Recorded;

/// A session of more than [`LEAST`] bytes in a folder of its own.
fn session() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
    file.write_all(b"{\"mcpscope\":1}\n").unwrap();
    let long = "x".repeat(8_000);
    for round in 0..600_u64 {
        let seq = round * 2 + 1;
        writeln!(file, r#"{{"seq":{seq},"us":{seq},"conn":1,"ch":"wire","dir":"out","json":{{"jsonrpc":"2.0","id":{round},"method":"tools/call","params":{{"name":"t{}","arguments":{{"a":"{long}"}}}}}}}}"#, round % 7).unwrap();
        writeln!(file, r#"{{"seq":{},"us":{seq},"conn":1,"ch":"wire","dir":"in","json":{{"jsonrpc":"2.0","id":{round},"result":{{"content":[{{"type":"text","text":"{long}"}}]}}}}}}"#, seq + 1).unwrap();
    }
    file.flush().unwrap();
    (folder, path)
}

/// Everything that opening it brings: what came out of an index, what was read, and what a new one takes.
struct Came {
    folded: Option<Timeline>,
    entries: Vec<Recorded>,
    indexing: Option<Box<Indexing>>,
    timeline: Timeline,
}

fn open(path: &Path) -> Came {
    let mut came = Came {
        folded: None,
        entries: Vec::new(),
        indexing: None,
        timeline: Timeline::default(),
    };
    Opening::file(path, Follow::Never).unwrap().run(|news| {
        match news {
            News::Folded(timeline, _) => {
                came.timeline.clone_from(&timeline);
                came.folded = Some(*timeline);
            }
            News::Entries(entries, _) => {
                for entry in &entries {
                    came.timeline.push(entry);
                }
                came.entries.extend(entries);
            }
            News::Whole(_, indexing) => came.indexing = indexing,
            News::Over(over) => panic!("{over}"),
        }
        true
    });
    came
}

/// Opens it for the first time and keeps the fold.
fn kept(path: &Path) -> Timeline {
    let first = open(path);
    assert!(first.folded.is_none());
    first.indexing.unwrap().keep(&first.timeline).unwrap();
    first.timeline
}

#[test]
fn the_second_opening_reads_no_entry_and_shows_the_same() {
    let (_folder, path) = session();
    let fold = kept(&path);
    let second = open(&path);
    assert_eq!(second.folded, Some(fold));
    assert!(second.entries.is_empty() && second.indexing.is_none());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = path_of(&path).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn of_a_file_that_grew_the_index_tells_the_first_part() {
    let (_folder, path) = session();
    kept(&path);
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    let more = r#"{"seq":1201,"us":9999,"conn":1,"ch":"stderr","dir":"in","text":"more"}"#;
    writeln!(file, "{more}").unwrap();
    let second = open(&path);
    assert_eq!(
        second.folded.as_ref().map(|fold| fold.entries().len()),
        Some(1_200)
    );
    assert_eq!(second.entries.len(), 1);
    std::fs::remove_file(path_of(&path)).unwrap();
    assert_eq!(open(&path).timeline, second.timeline);
}

/// What was the last line may be another one now.
#[test]
fn a_last_line_that_was_cut_is_read_again_when_the_file_grew() {
    let (_folder, path) = session();
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    write!(file, r#"{{"seq":1201,"us":9999,"conn":1,"ch":"stderr""#).unwrap();
    let cut = kept(&path);
    assert_eq!(open(&path).folded, Some(cut));
    writeln!(file, r#","dir":"in","text":"whole"}}"#).unwrap();
    let whole = open(&path);
    assert!(whole.folded.is_none());
    assert!(whole.timeline.entry(1_200).unwrap().is_stderr());
}

#[test]
fn an_index_of_another_file_is_not_used() {
    let (folder, path) = session();
    let fold = kept(&path);
    let index = std::fs::read(path_of(&path)).unwrap();
    let change = |what: &dyn Fn(&mut File)| {
        let changed = folder.path().join("changed.jsonl");
        std::fs::copy(&path, &changed).unwrap();
        let file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&changed);
        let mut file = file.unwrap();
        let modified = path.metadata().unwrap().modified().unwrap();
        file.set_modified(modified).unwrap();
        what(&mut file);
        std::fs::write(path_of(&changed), &index).unwrap();
        open(&changed).folded
    };
    assert_eq!(change(&|_| {}), Some(fold), "a copy with its times");
    type Case<'a> = (&'a str, &'a dyn Fn(&mut File));
    let cases: [Case<'_>; 4] = [
        ("touched", &|file| file.set_modified(UNIX_EPOCH).unwrap()),
        ("another beginning", &|file| {
            let modified = file.metadata().unwrap().modified().unwrap();
            file.seek(SeekFrom::Start(2_000)).unwrap();
            file.write_all(b"y").unwrap();
            file.set_modified(modified).unwrap();
        }),
        ("cut", &|file| {
            let modified = file.metadata().unwrap().modified().unwrap();
            file.set_len(9_000_000).unwrap();
            file.set_modified(modified).unwrap();
        }),
        ("another end, and longer", &|file| {
            file.seek(SeekFrom::End(-100)).unwrap();
            file.write_all(&[b'z'; 300]).unwrap();
        }),
    ];
    for (what, case) in cases {
        assert!(change(case).is_none(), "{what}");
    }
}

#[test]
fn a_damaged_index_is_not_used() {
    let (_folder, path) = session();
    kept(&path);
    let index = std::fs::read(path_of(&path)).unwrap();
    for at in (0..index.len()).step_by(index.len() / 97) {
        let mut damaged = index.clone();
        damaged[at] ^= 1;
        std::fs::write(path_of(&path), &damaged).unwrap();
        assert!(
            load(&Recording::open(&path).unwrap()).is_none(),
            "byte {at}"
        );
    }
    for length in [0, 1, HEAD, index.len() / 2, index.len() - 1] {
        std::fs::write(path_of(&path), &index[..length]).unwrap();
        assert!(
            load(&Recording::open(&path).unwrap()).is_none(),
            "{length} bytes"
        );
    }
    // And made anew when it is asked for.
    let again = open(&path);
    again.indexing.unwrap().keep(&again.timeline).unwrap();
    assert!(open(&path).folded.is_some());
}

#[test]
fn small_files_have_none_and_a_folder_that_takes_none_is_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    std::fs::write(
        &path,
        "{\"mcpscope\":1}\n{\"seq\":1,\"ch\":\"stderr\",\"text\":\"a\"}\n",
    )
    .unwrap();
    assert!(open(&path).indexing.is_none());
    let (folder, path) = session();
    let came = open(&path);
    drop(folder);
    let error = came.indexing.unwrap().keep(&came.timeline).unwrap_err();
    assert!(error.to_string().contains("s.jsonl.idx"), "{error}");
}
