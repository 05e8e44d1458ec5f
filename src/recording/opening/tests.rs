//! Files that grow, end, are cut or replaced while they are read.

#![expect(clippy::unwrap_used, reason = "tests")]
use std::fs::OpenOptions;
use std::io::Seek as _;
use std::thread;

use super::*;
use crate::recorder::{Draft, Recorder};
use crate::session::{Channel, Direction};

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(60);

fn draft(text: &str) -> Draft {
    Draft {
        conn: 1,
        channel: Channel::Stderr,
        direction: Direction::In,
        aux: false,
        body: text.as_bytes().to_vec(),
        ending: "\n",
        extra: None,
    }
}

/// Reads on a thread, and gives what comes.
fn read(opening: Opening) -> mpsc::Receiver<News> {
    let (send, news) = mpsc::channel();
    thread::spawn(move || opening.run(|one| send.send(one).is_ok()));
    news
}

fn next(news: &mpsc::Receiver<News>) -> News {
    news.recv_timeout(LIMIT).unwrap()
}

fn texts(news: News) -> Vec<String> {
    match news {
        News::Entries(entries, _) => entries
            .into_iter()
            .map(|entry| entry.preview.unwrap_or_default().into())
            .collect(),
        other => panic!("no entries: {other:?}"),
    }
}

fn whole(news: &mpsc::Receiver<News>) -> Loaded {
    match next(news) {
        News::Whole(loaded, _) => loaded,
        other => panic!("not whole: {other:?}"),
    }
}

#[test]
fn a_recording_that_goes_on_is_followed_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let mut recorder = Recorder::create(&path).unwrap();
    recorder.append(draft("one"), None);
    assert!(is_being_written(&File::open(&path).unwrap()));
    let opening = Opening::file(&path, Follow::WhileWritten).unwrap();
    assert!(opening.follows());
    let (bodies, news) = (opening.bodies(), read(opening));
    assert_eq!(texts(next(&news)), ["one"]);
    assert_eq!(whole(&news).entries, 1);
    let appended = recorder.append(draft("two"), None).remove(0);
    assert_eq!(texts(next(&news)), ["two"]);
    assert_eq!(bodies.read(2, appended.place).unwrap().text(), "two");
    drop(recorder);
    assert_eq!(next(&news), News::Over(Over::Ended));
    assert!(!is_being_written(&File::open(&path).unwrap()));
    let again = Opening::file(&path, Follow::WhileWritten).unwrap();
    assert!(!again.follows());
    let news = read(again);
    assert_eq!(texts(next(&news)), ["one", "two"]);
    assert_eq!(
        (whole(&news).entries, news.recv_timeout(LIMIT).is_err()),
        (2, true)
    );
}

/// Somebody else's program writes it, in pieces, and nobody says that it is done.
#[test]
fn a_file_of_anybody_is_followed_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let mut file = File::create(&path).unwrap();
    let opening = Opening::file(&path, Follow::Always).unwrap();
    let (stop, news) = (opening.stop(), read(opening));
    assert_eq!(whole(&news), Loaded::default());
    let entry = |seq: u64| format!("{{\"seq\":{seq},\"ch\":\"stderr\",\"text\":\"line {seq}\"}}\n");
    file.write_all(b"{\"mcpscope\":1}\n").unwrap();
    let (first, second) = (entry(1), entry(2));
    file.write_all(&first.as_bytes()[..20]).unwrap();
    file.write_all(&first.as_bytes()[20..]).unwrap();
    assert_eq!(texts(next(&news)), ["line 1"]);
    // Half a line that is taken back, and another one in its place.
    file.write_all(b"{\"seq\":2,\"ch\":\"stderr\",\"text\":\"this will not do")
        .unwrap();
    let back = b"{\"mcpscope\":1}\n".len() + first.len();
    file.set_len(back as u64).unwrap();
    file.seek(io::SeekFrom::Start(back as u64)).unwrap();
    file.write_all(second.as_bytes()).unwrap();
    assert_eq!(texts(next(&news)), ["line 2"]);
    drop(stop);
    assert!(news.recv_timeout(LIMIT).is_err());
}

#[test]
fn what_happens_to_a_followed_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let follow = || {
        drop(std::fs::remove_file(&path));
        Recorder::create(&path).unwrap().append(draft("one"), None);
        let news = read(Opening::file(&path, Follow::Always).unwrap());
        assert_eq!(texts(next(&news)), ["one"]);
        whole(&news);
        news
    };
    let news = follow();
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(10)
        .unwrap();
    assert_eq!(next(&news), News::Over(Over::Cut(10)));
    let news = follow();
    std::fs::rename(&path, folder.path().join("old")).unwrap();
    assert_eq!(next(&news), News::Over(Over::Replaced));
    let news = follow();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(next(&news), News::Over(Over::Replaced));
}

/// Nothing wakes the reader when nothing happens: not even its own reading.
#[test]
fn a_follower_that_reads_is_no_news_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let mut recorder = Recorder::create(&path).unwrap();
    let opening = Opening::file(&path, Follow::Always).unwrap();
    let news = read(opening);
    whole(&news);
    for round in 0..50 {
        recorder.append(draft(&round.to_string()), None);
        assert_eq!(texts(next(&news)), [round.to_string()]);
    }
}

#[test]
fn a_pipe_is_read_as_it_flows() {
    let (reading, mut writing) = io::pipe().unwrap();
    let opening = Opening::pipe(reading, &Rules::default()).unwrap();
    assert!(opening.follows());
    let (bodies, news) = (opening.bodies(), read(opening));
    writing
        .write_all(b"{\"mcpscope\":1}\n{\"seq\":1,\"ch\":\"stderr\",\"text\":\"a\"}\n{\"seq\":2")
        .unwrap();
    let News::Entries(entries, _) = next(&news) else {
        panic!("entries first");
    };
    assert_eq!(bodies.read(1, entries[0].place).unwrap().text(), "a");
    writing
        .write_all(b",\"ch\":\"stderr\",\"text\":\"b\"}\n{\"seq\":3")
        .unwrap();
    assert_eq!(texts(next(&news)), ["b"]);
    drop(writing);
    assert_eq!(texts(next(&news)), ["{\"seq\":3"]);
    let loaded = whole(&news);
    assert_eq!((loaded.entries, loaded.skipped, loaded.cut), (2, 1, true));
    assert_eq!(next(&news), News::Over(Over::Ended));
}

#[test]
fn a_pipe_of_something_else_says_so() {
    let opening = Opening::pipe(&b"hello\nworld\n"[..], &Rules::default()).unwrap();
    let news = read(opening);
    assert_eq!(texts(next(&news)), ["hello", "world"]);
    let notice = whole(&news).notice().unwrap();
    assert!(
        notice.contains("header, is missing; 2 lines are no entries"),
        "{notice}"
    );
}
