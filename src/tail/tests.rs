//! Files that grow, are cut, and are replaced, and who reads on.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::thread;
use std::time::Instant;

use proptest::prelude::*;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);

struct Following {
    folder: tempfile::TempDir,
    news: mpsc::Receiver<News>,
    stop: Option<Stop>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Following {
    fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let tail = Tail::of(vec![path], None);
        let stop = Some(tail.stop());
        let (sender, news) = mpsc::channel();
        let thread = thread::spawn(move || {
            let wanted = |path: &Path| path.extension().is_some_and(|one| one == "log");
            tail.follow(wanted, |one| sender.send(one).is_ok());
        });
        Self {
            folder,
            news,
            stop,
            thread: Some(thread),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// The next that is no waiting.
    fn next(&self) -> News {
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.news.recv_timeout(left).unwrap() {
                News::Waiting => {}
                one => return one,
            }
        }
    }

    fn waits(&self) {
        while self.news.recv_timeout(LIMIT).unwrap() != News::Waiting {}
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.stop = None;
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok());
    }
}

fn line(file: usize, text: &str) -> News {
    let text = text.as_bytes().to_vec();
    News::Line { file, text }
}

#[test]
fn a_file_is_followed_from_before_it_is_there() {
    let following = Following::of("a.log");
    following.waits();
    following.append("a.log", "one\ntw");
    assert_eq!(following.next(), line(0, "one"));
    following.append("a.log", "o\n");
    assert_eq!(following.next(), line(0, "two"));
}

#[test]
fn a_file_that_is_cut_is_read_from_its_beginning() {
    let following = Following::of("a.log");
    following.waits();
    following.append("a.log", "one\ntwo\nthr");
    assert_eq!(following.next(), line(0, "one"));
    assert_eq!(following.next(), line(0, "two"));
    fs::write(following.path("a.log"), "").unwrap();
    assert_eq!(following.next(), News::Cut(0));
    following.append("a.log", "new\n");
    assert_eq!(following.next(), line(0, "new"));
}

#[test]
fn a_file_that_is_replaced_is_read_to_its_end_and_then_the_new_one() {
    let following = Following::of("a.log");
    following.waits();
    following.append("a.log", "one\n");
    assert_eq!(following.next(), line(0, "one"));
    following.append("a.log", "last");
    fs::rename(following.path("a.log"), following.path("a.log.1")).unwrap();
    following.append("a.log", "first\n");
    assert_eq!(following.next(), line(0, "last"));
    assert_eq!(following.next(), News::Replaced(0));
    assert_eq!(following.next(), line(0, "first"));
}

#[test]
fn a_file_that_comes_into_the_folder_is_followed_when_it_is_wanted() {
    let following = Following::of("a.log");
    following.waits();
    following.append("b.txt", "no\n");
    following.append("b.log", "yes\n");
    assert_eq!(following.next(), News::New(following.path("b.log")));
    assert_eq!(following.next(), line(1, "yes"));
}

fn read(text: &str, last: Option<u64>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    fs::write(&path, text).unwrap();
    let mut lines = Vec::new();
    Tail::of(vec![path], last).read(|news| {
        if let News::Line { text, .. } = news {
            lines.push(String::from_utf8(text).unwrap());
        }
        true
    });
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_last_lines_are_the_last_of_all(
        lines in proptest::collection::vec("[a-z]{0,9}", 0..20),
        ended: bool,
        last in 0_u64..25,
    ) {
        let mut text = lines.join("\n");
        if ended {
            text.push('\n');
        }
        let all = read(&text, None);
        let some = read(&text, Some(last));
        let from = all.len().saturating_sub(last as usize);
        prop_assert_eq!(&some[..], &all[from..]);
    }
}
