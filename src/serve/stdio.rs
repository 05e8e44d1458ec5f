//! The server on our own stdin and stdout. A thread reads, everything else is one loop; what came at once is answered
//! at once.

use std::io::{self, Read, Write};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::client::{Client, Offer, messages};
use super::{Book, Served, Serving};
use crate::script::{Act, Tally, refusal};
use crate::session::Direction;
use crate::transport::LinkEvent;

/// The only client there is.
const CONN: u32 = 1;
/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// How long what was asked is still answered after stdin has ended.
const LINGER: Duration = Duration::from_secs(5);

/// Between what is said of a request meanwhile and its answer: clients that read both at once take the answer first, and
/// drop the rest (the TypeScript SDK its progress).
const APART: Duration = Duration::from_millis(1);

/// A line as it came, without its ending, and that.
type Line = (Vec<u8>, &'static str);

/// Serves until stdin ends, the recorded server's end is played, or `stop`.
///
/// # Errors
/// When the thread that reads cannot be started, or stdout cannot be written. A client that closed its end is no error.
pub async fn serve(serving: Serving, stop: impl Future<Output = ()>) -> io::Result<Served> {
    let (offer, book, mut news) = Offer::of(serving);
    let lines = reading(io::stdin())?;
    let mut desk = Desk {
        client: offer.client(CONN),
        book,
        out: Vec::new(),
        exit: None,
    };
    desk.book.connect(CONN, &offer.script.name, "stdio", &offer);
    desk.client.player.open();
    let result = desk.run(lines, &mut news, stop).await;
    if desk.client.leave() {
        let _ = timeout(offer.patience(), desk.part(&mut news)).await;
    }
    let tally: Tally = desk.client.player.tally.clone();
    let served = desk.book.finish(&offer.script, tally, desk.exit);
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(served),
    }
}

struct Desk {
    client: Client,
    book: Book,
    out: Vec<u8>,
    exit: Option<(Option<i64>, Option<i64>)>,
}

impl Desk {
    async fn run(
        &mut self,
        mut lines: mpsc::UnboundedReceiver<Vec<Line>>,
        news: &mut mpsc::UnboundedReceiver<super::live::News>,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let mut stop = std::pin::pin!(stop);
        // Once stdin has ended: until when what was asked before is waited for.
        let mut lingers: Option<Instant> = None;
        loop {
            self.perform().await?;
            if self.exit.is_some() {
                return Ok(());
            }
            let due = self.client.player.next_due();
            let is_due = due.is_some() || self.client.owes();
            if lingers.is_some_and(|until| !is_due || Instant::now() >= until) {
                let now = self.book.now();
                self.client.player.close(now);
                return self.perform().await;
            }
            let wait = due.map(|due| Duration::from_micros(due.saturating_sub(self.book.now())));
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = sleep_until(lingers.unwrap_or_else(Instant::now)), if lingers.is_some() => {}
                batch = lines.recv(), if lingers.is_none() => match batch {
                    Some(batch) => batch.into_iter().for_each(|line| self.line(line)),
                    None => lingers = Some(Instant::now() + LINGER),
                },
                Some((_, event)) = news.recv() => {
                    let acts = self.client.news(event);
                    self.play(acts).await?;
                }
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
            let now = self.book.now();
            self.client.player.wake(now);
        }
    }

    /// Until the live server is gone. Nothing is answered any more; what it prints beside is passed on.
    async fn part(&mut self, news: &mut mpsc::UnboundedReceiver<super::live::News>) {
        while let Some((_, event)) = news.recv().await {
            let is_last = matches!(event, LinkEvent::Exited { .. } | LinkEvent::Closed(_));
            let mut acts = self.client.news(event);
            acts.retain(|act| matches!(act, Act::Print { stderr: true, .. }));
            // Nobody may be left to read it.
            let _ = self.play(acts).await;
            if is_last {
                return;
            }
        }
    }

    fn line(&mut self, (line, ending): Line) {
        let now = self.book.now();
        self.book
            .frame(CONN, Direction::Out, line.clone(), ending, None);
        match messages(&line) {
            Some(messages) => {
                for message in messages {
                    self.client.hear(message, now);
                }
            }
            None if line.trim_ascii().is_empty() => {}
            None => self.client.player.garbled(),
        }
    }

    async fn perform(&mut self) -> io::Result<()> {
        let acts = self.client.acts(&mut self.book);
        self.play(acts).await
    }

    /// Does what is to be done: first it is recorded, then all of it is written at once.
    async fn play(&mut self, acts: Vec<Act>) -> io::Result<()> {
        // Requests of which something was said that is written, or will be, at the same time as what comes next.
        let mut talked: Vec<u64> = Vec::new();
        for act in acts {
            match act {
                Act::Say {
                    frame,
                    ending,
                    run,
                    answers,
                } => {
                    // Those of other requests may come together.
                    if answers && run.is_some_and(|run| talked.contains(&run)) {
                        self.flush()?;
                        tokio::time::sleep(APART).await;
                        talked.clear();
                    }
                    talked.extend(run.filter(|_| !answers));
                    self.say(frame, &ending);
                }
                Act::Refuse { id, scene, .. } => {
                    let told = refusal(&id, self.client.player.scene(scene));
                    self.say(told, "\n");
                }
                Act::Print { stderr, bytes } => {
                    self.book.print(CONN, stderr, &bytes);
                    if stderr {
                        // In the order in which it was done, as far as two streams have one.
                        self.flush()?;
                        let _ = io::stderr().write_all(&bytes);
                    } else {
                        self.out.extend_from_slice(&bytes);
                    }
                }
                Act::Exit { code, signal } => {
                    self.exit = Some((code, signal));
                    break;
                }
                Act::Break { .. } | Act::Close { .. } | Act::Told(_) | Act::Forward { .. } => {}
            }
        }
        self.flush()
    }

    fn say(&mut self, frame: Vec<u8>, ending: &str) {
        self.out.extend_from_slice(&frame);
        self.out.extend_from_slice(ending.as_bytes());
        self.book.frame(CONN, Direction::In, frame, ending, None);
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.out).and_then(|()| stdout.flush());
        self.out.clear();
        written
    }
}

/// Lines as they come, those that came together at once. Not joined: the thread may sit in a read for ever, and the
/// process ends without it.
fn reading(mut from: impl Read + Send + 'static) -> io::Result<mpsc::UnboundedReceiver<Vec<Line>>> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::Builder::new()
        .name("serve-stdin".into())
        .spawn(move || {
            let (mut chunk, mut rest) = (vec![0; CHUNK], Vec::new());
            loop {
                let read = match from.read(&mut chunk) {
                    Ok(read) => read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => 0,
                };
                let batch = if read == 0 {
                    last(&mut rest)
                } else {
                    cut(&chunk[..read], &mut rest)
                };
                if (!batch.is_empty() && sender.send(batch).is_err()) || read == 0 {
                    return;
                }
            }
        })?;
    Ok(lines)
}

/// The lines that end in `chunk`; `rest` has the beginning of the first, and then that of the next.
fn cut(chunk: &[u8], rest: &mut Vec<u8>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut from = 0;
    for newline in memchr::memchr_iter(b'\n', chunk) {
        rest.extend_from_slice(&chunk[from..newline]);
        from = newline + 1;
        let ending = if rest.last() == Some(&b'\r') {
            rest.pop();
            "\r\n"
        } else {
            "\n"
        };
        lines.push((std::mem::take(rest), ending));
    }
    rest.extend_from_slice(&chunk[from..]);
    lines
}

fn last(rest: &mut Vec<u8>) -> Vec<Line> {
    if rest.is_empty() {
        return vec![];
    }
    vec![(std::mem::take(rest), "")]
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn lines_are_the_same_however_they_come(
            text in "[a\r\n]{0,40}",
            sizes in proptest::collection::vec(1_usize..9, 1..9),
        ) {
            let mut rest = Vec::new();
            let whole: Vec<Line> = [cut(text.as_bytes(), &mut rest), last(&mut rest)].concat();
            let (mut pieces, mut from) = (Vec::new(), 0);
            let mut sizes = sizes.iter().cycle();
            while from < text.len() {
                let to = (from + sizes.next().copied().unwrap_or(1)).min(text.len());
                pieces.extend(cut(&text.as_bytes()[from..to], &mut rest));
                from = to;
            }
            pieces.extend(last(&mut rest));
            let joined: Vec<u8> = whole
                .iter()
                .flat_map(|(line, ending)| [line, ending.as_bytes()].concat())
                .collect();
            proptest::prop_assert_eq!(joined, text.as_bytes());
            proptest::prop_assert_eq!(pieces, whole);
        }
    }
}
