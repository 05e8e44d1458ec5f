//! A log that a client keeps of its servers, as a session that grows: what the client goes on to write, in a new file
//! too, becomes entries like those an import makes.

use std::fs::File;
use std::io::{self, BufRead, PipeReader, Read};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};

use super::{News, Stop, Tail};
use crate::import::{self, Tool};
use crate::mask::Rules;
use crate::recording::Opening;

/// Bytes that are looked at to tell whose file it is.
const HEAD: u64 = 1 << 16;

/// Lines that may wait to be imported.
const WAITING: usize = 1_024;

/// Opens the log of a client, and what ends the waiting for more when it goes away; none where the file is something
/// else.
pub fn session(path: &Path, rules: &Rules) -> io::Result<Option<(Opening, Stop)>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    if import::detect(&head) != Some(Tool::ClientLog) {
        return Ok(None);
    }
    let (entries, mut out) = io::pipe()?;
    let tail = Tail::of(vec![path.to_owned()], None);
    let (stop, other) = (tail.stop(), tail.stop());
    let opening = Opening::growing(
        Growing {
            entries,
            _stop: other,
        },
        path,
        rules,
    )?;
    let (sender, lines) = mpsc::sync_channel(WAITING);
    std::thread::Builder::new().spawn(move || {
        tail.follow(
            |_| false,
            |news| match news {
                News::Line { mut text, .. } => {
                    text.push(b'\n');
                    sender.send(text).is_ok()
                }
                // It goes on where the client goes on.
                News::Cut(_) | News::Replaced(_) | News::New(_) | News::Waiting => true,
                News::Failed(_, why) => {
                    tracing::warn!(why, "a log is not read on");
                    false
                }
            },
        );
    })?;
    let rules = rules.clone();
    std::thread::Builder::new().spawn(move || {
        let mut source = Lines {
            come: lines,
            line: Vec::new(),
            at: 0,
        };
        // Nobody looks at it any more, or it says something else by now.
        if let Err(error) = import::import(Tool::ClientLog, &mut source, &mut out, &rules) {
            tracing::info!(%error, "a log is not imported any further");
        }
    })?;
    Ok(Some((opening, stop)))
}

/// The entries; who reads them is waited for no longer when it is gone.
struct Growing {
    entries: PipeReader,
    _stop: Stop,
}

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.entries.read(buffer)
    }
}

/// Lines as they come; the end is when no more can.
struct Lines {
    come: Receiver<Vec<u8>>,
    line: Vec<u8>,
    /// Bytes of it that were taken.
    at: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.line.len() {
            self.line = self.come.recv().unwrap_or_default();
            self.at = 0;
        }
        Ok(&self.line[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.line.len());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::io::Write as _;
    use std::time::Duration;

    use super::*;
    use crate::recording::News as Read;
    use crate::session::recorded::Facts;

    const LIMIT: Duration = Duration::from_secs(20);

    fn line(second: u32, said: &str) -> String {
        format!(
            "2026-02-03T10:00:{second:02}.000Z [files] [info] {said} {{ metadata: undefined }}\n"
        )
    }

    #[test]
    fn what_a_client_goes_on_to_write_comes_as_entries() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mcp-server-files.log");
        let first =
            r#"Message from client: {"method":"initialize","params":{},"jsonrpc":"2.0","id":0}"#;
        std::fs::write(&path, line(1, first)).unwrap();
        let (opening, stop) = session(&path, &Rules::default()).unwrap().unwrap();
        assert!(opening.follows() && opening.path() == path);
        let (sender, come) = mpsc::channel();
        let reader = std::thread::spawn(move || opening.run(|news| sender.send(news).is_ok()));
        let until = |word: &str| loop {
            if let Read::Entries(entries, _) = come.recv_timeout(LIMIT).unwrap()
                && entries.iter().any(|entry| match &entry.facts {
                    Facts::Messages(messages) => messages
                        .iter()
                        .any(|message| message.method.as_deref() == Some(word)),
                    _ => false,
                })
            {
                return;
            }
        };
        until("initialize");
        let mut file = std::fs::File::options().append(true).open(&path).unwrap();
        let more = r#"Message from client: {"method":"ping","jsonrpc":"2.0","id":1}"#;
        file.write_all(line(2, more).as_bytes()).unwrap();
        until("ping");
        // The client begins a new file.
        std::fs::rename(&path, folder.path().join("old.log")).unwrap();
        let more = r#"Message from client: {"method":"tools/list","jsonrpc":"2.0","id":2}"#;
        std::fs::write(&path, line(3, more)).unwrap();
        until("tools/list");
        drop(stop);
        reader.join().unwrap();
    }

    #[test]
    fn what_is_no_log_is_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, "{\"mcpscope\":1}\n").unwrap();
        assert!(session(&path, &Rules::default()).unwrap().is_none());
    }
}
