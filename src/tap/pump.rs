//! One direction of a tap: bytes in at one end, recorded, out at the other.
//!
//! A whole line is recorded, then passed on. Bytes that are no whole line yet are held back for a moment only, since
//! a program may well wait for an answer to them; from [`STREAM`] bytes on they are not held back at all, so that both
//! sides work while a long line passes. Either way they are recorded when their line ends, before its last byte is
//! passed on. Where rules may change lines, they pass one by one (`ruled`).

mod lane;
mod ruled;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::{CONN, Shared};
use crate::json;
use crate::note::Note;
use crate::recorder::Draft;
use crate::session::{Channel, Direction};
use crate::transport::MAX_LINE;
pub(super) use ruled::Means;

/// What is read at once, and what a pipe is made to hold where the system lets us: the sides wait less for each other.
const CHUNK: usize = 256 << 10;
/// What the pipe that is read is made to hold once long lines come: while one is written to the disk, its writer goes on
/// with the next as far as there is room. What all pipes of a user hold is limited, so not before.
const WIDER: usize = 1 << 20;
/// Bytes of an unfinished line from which on it is passed on as it comes.
const STREAM: usize = 64 << 10;
/// Bytes of a line from which on it is not copied to be recorded.
const LENT: usize = 32 << 10;
/// Room that is kept between two lines.
const ROOM: usize = 2 << 20;
/// Bytes of a line that is no frame from which on what there is of it is recorded as a piece: progress that a program
/// draws may never end one.
const BESIDE: usize = 16 << 20;
/// How long an unfinished line is held back.
const HOLD: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// An end of a pipe, and how to close it for good.
#[derive(Debug)]
pub(super) struct End {
    file: File,
    /// Ours by number: closing our copy is not enough.
    standard: Option<Standard>,
}

/// One of the streams every process has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standard {
    In,
    Out,
    Err,
}

impl End {
    pub(super) fn of(end: OwnedFd) -> Self {
        Self {
            file: end.into(),
            standard: None,
        }
    }

    /// The stream of this process that its client holds the other end of.
    pub(super) fn standard(which: Standard) -> io::Result<Self> {
        let copy = match which {
            Standard::In => io::stdin().as_fd().try_clone_to_owned(),
            Standard::Out => io::stdout().as_fd().try_clone_to_owned(),
            Standard::Err => io::stderr().as_fd().try_clone_to_owned(),
        };
        Ok(Self {
            file: copy?.into(),
            standard: Some(which),
        })
    }

    /// Another way to it.
    fn again(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Closes it, so that the other side sees it.
    fn close(self) {
        let Some(standard) = self.standard else {
            return;
        };
        let Ok(nothing) = File::options().read(true).write(true).open("/dev/null") else {
            return;
        };
        // Without success the end closes with the process.
        let _ = match standard {
            Standard::In => rustix::stdio::dup2_stdin(nothing),
            Standard::Out => rustix::stdio::dup2_stdout(nothing),
            // What is left to say about the recording is said there.
            Standard::Err => Ok(()),
        };
    }
}

/// Why a direction stops working as it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// There are rules now, or none any more.
    Next,
    /// One of its ends is done.
    Over,
}

/// What a direction needs to know of itself.
#[derive(Debug, Clone)]
pub(super) struct Pump {
    pub(super) shared: Shared,
    /// What rules need.
    pub(super) means: Arc<Means>,
    pub(super) channel: Channel,
    pub(super) direction: Direction,
}

/// A direction at work.
#[derive(Debug)]
pub(super) struct Pumping {
    pump: Pump,
    thread: JoinHandle<()>,
    /// A copy of the end that is read, to see whether something is in it; gone once nothing more is read.
    source: Arc<Mutex<Option<File>>>,
    held: Arc<Mutex<Held>>,
    /// Whether bytes were read and are not passed on yet.
    busy: Arc<AtomicBool>,
}

impl Pumping {
    /// Whether everything that was written has been passed on.
    pub(super) fn is_drained(&self) -> bool {
        if self.thread.is_finished() {
            return true;
        }
        // In this order: what was read between the two looks makes it busy.
        let source = locked(&self.source);
        let waiting = source.as_ref().map_or(Ok(0), rustix::io::ioctl_fionread);
        waiting.is_ok_and(|waiting| waiting == 0) && !self.busy.load(Ordering::Acquire)
    }

    /// Records what was no whole line; who still holds the pipe open is not waited for.
    pub(super) fn stop(self) {
        if !self.thread.is_finished() {
            self.pump.put_rest(&mut locked(&self.held));
        }
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pump {
    /// Works on a thread of its own until `from` ends or `to` takes no more.
    pub(super) fn start(self, from: End, to: End) -> io::Result<Pumping> {
        let source = Arc::new(Mutex::new(Some(from.file.try_clone()?)));
        widen(&from.file, CHUNK);
        widen(&to.file, CHUNK);
        let (held, busy) = (Arc::default(), Arc::<AtomicBool>::default());
        let work = {
            let (pump, held, busy) = (self.clone(), Arc::clone(&held), Arc::clone(&busy));
            let source = Arc::clone(&source);
            move || {
                let (from, to) = pump.turns(from, to, &held, &busy);
                // Each side sees that the other is gone.
                locked(&source).take();
                from.close();
                to.close();
            }
        };
        let thread = std::thread::Builder::new()
            .name("tap".to_owned())
            .spawn(work)?;
        Ok(Pumping {
            pump: self,
            thread,
            source,
            held,
            busy,
        })
    }

    /// Works until one of the ends is done, line by line for as long as there are rules. Gives them back.
    fn turns(
        &self,
        mut from: End,
        mut to: End,
        held: &Mutex<Held>,
        busy: &AtomicBool,
    ) -> (End, End) {
        loop {
            let turn = if self.is_ruled() {
                self.work_by_rules(&mut from, held, busy)
            } else {
                self.work(&mut from, &mut to, held, busy)
            };
            if turn == Turn::Over {
                break;
            }
        }
        if self.channel == Channel::Wire {
            self.means.close(self.direction);
        }
        (from, to)
    }

    /// Whether its lines may be changed.
    fn is_ruled(&self) -> bool {
        self.channel == Channel::Wire && self.shared.has_rules()
    }

    /// Passes bytes on.
    fn pass(&self, bytes: &[u8], to: &mut End) -> io::Result<()> {
        match self.means.lane(self.direction) {
            Some(lane) if self.channel == Channel::Wire => lane.lock().pass(bytes),
            _ => io::Write::write_all(&mut to.file, bytes),
        }
    }

    /// Until one of the ends is done, or there are rules.
    fn work(&self, from: &mut End, to: &mut End, held: &Mutex<Held>, busy: &AtomicBool) -> Turn {
        let (mut over, mut wide) = (false, false);
        loop {
            let waiting = locked(held).is_waiting();
            busy.store(waiting, Ordering::Release);
            let silent = waiting && is_silent(&from.file);
            if !silent {
                come(&from.file);
                busy.store(true, Ordering::Release);
            }
            let mut held = locked(held);
            if !silent {
                match held.read(&from.file) {
                    Err(Errno::INTR) => continue,
                    // A read that fails is the end of the stream too: there is nobody to ask again.
                    Ok(0) | Err(_) => {
                        over = true;
                        break;
                    }
                    Ok(_) => {}
                }
            }
            if !wide && held.bytes.len() >= CHUNK {
                widen(&from.file, WIDER);
                wide = true;
            }
            if self.is_ruled() {
                if held.passed == 0 {
                    // Nothing of it has gone on or was recorded.
                    return Turn::Next;
                }
                // What has begun to go on goes on; what follows is for the rules.
                if held.ends_first() {
                    self.record(&mut held);
                    if self.pass(held.first(), to).is_err() {
                        held.forget(false);
                        break;
                    }
                    held.forget_first();
                    return Turn::Next;
                }
            }
            self.record(&mut held);
            let cut = self.cuts(&mut held);
            let passed = self.pass(held.ready(silent || cut), to);
            held.forget(silent || cut);
            if cut {
                held.begin_anew();
            }
            if passed.is_err() {
                // Nobody takes it any more. The writer should see that, as it would without us.
                break;
            }
        }
        let mut held = locked(held);
        self.put_rest(&mut held);
        self.put_end(over);
        // Who takes no more need not be told.
        let _ = self.pass(held.ready(true), to);
        held.forget(true);
        busy.store(false, Ordering::Release);
        Turn::Over
    }

    /// Records the whole lines.
    fn record(&self, held: &mut Held) {
        let ending = held.long_line();
        // Long work that needs no desk: the other directions go on meanwhile.
        let is_json = ending.is_some_and(|ending| {
            let line = &held.bytes[..held.whole - ending.len()];
            json::check(line.trim_ascii()).is_ok()
        });
        let mut desk = self.shared.desk();
        let ending = ending.filter(|_| desk.rules.is_none());
        if let Some(ending) = ending {
            // What follows it waits beside it.
            let after = held.bytes.split_off(held.whole);
            held.bytes.truncate(held.whole - ending.len());
            let head = self.head(&held.bytes, ending);
            desk.recorder.put_lent(head, &mut held.bytes, is_json);
            desk.tell_trouble();
            held.bytes.extend_from_slice(ending.as_bytes());
            held.bytes.extend_from_slice(&after);
        } else {
            for (line, ending) in held.lines() {
                desk.put(self.draft(line, ending));
            }
        }
    }

    /// Records what there is of a line that does not end, so that it is not kept for ever.
    fn cuts(&self, held: &mut Held) -> bool {
        let Some(rest) = held.rest() else {
            return false;
        };
        let is_frame = self.channel == Channel::Wire && looks_like_json(rest);
        let cut = rest.len() >= if is_frame { MAX_LINE } else { BESIDE };
        if cut {
            self.put_rest(held);
        }
        cut
    }

    fn put_rest(&self, held: &mut Held) {
        if let Some(rest) = held.rest() {
            self.shared.put([self.draft(rest, "")]);
        }
    }

    /// Records that the client says nothing more: a server that ends then does not end by itself.
    fn put_end(&self, over: bool) {
        if over && self.channel == Channel::Wire && self.direction == Direction::Out {
            let step = "the client closed stdin".to_owned();
            self.shared.note(&Note::Step { step });
        }
    }

    fn draft(&self, line: &[u8], ending: &'static str) -> Draft {
        Draft {
            body: line.to_vec(),
            ..self.head(line, ending)
        }
    }

    /// The entry of a line, but for its body.
    fn head(&self, line: &[u8], ending: &'static str) -> Draft {
        Draft {
            conn: CONN,
            channel: match self.channel {
                // What a server prints there that is no JSON is a finding, not a frame.
                Channel::Wire if !looks_like_json(line) && self.direction == Direction::In => {
                    Channel::Stdout
                }
                ref channel => channel.clone(),
            },
            direction: self.direction,
            aux: false,
            body: Vec::new(),
            ending,
            extra: None,
        }
    }
}

/// Lets a pipe hold more, where that is allowed.
fn widen(pipe: &File, to: usize) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, to);
    #[cfg(not(target_os = "linux"))]
    let _ = (pipe, to);
}

/// Waits until something can be read, or nothing ever will be. What comes is in the pipe until it is read, so that
/// whoever looks there and then whether we are busy misses nothing.
fn come(from: &File) {
    let mut waited = [PollFd::new(from, PollFlags::IN)];
    while matches!(poll(&mut waited, None), Err(Errno::INTR)) {}
}

/// Whether nothing comes for as long as an unfinished line is held back.
fn is_silent(from: &File) -> bool {
    let mut waited = [PollFd::new(from, PollFlags::IN)];
    matches!(poll(&mut waited, Some(&HOLD)), Ok(0))
}

/// A frame is an object or a batch; anything else on stdout is something the server should not have written there.
fn looks_like_json(line: &[u8]) -> bool {
    matches!(line.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Bytes that were read, from the beginning of a line on, and how far they have come.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    /// Up to where they were passed on.
    passed: usize,
    /// Up to where they are whole lines.
    whole: usize,
}

impl Held {
    /// Reads what is there, straight to where it is kept; gives how much.
    fn read(&mut self, from: &File) -> rustix::io::Result<usize> {
        let was = self.bytes.len();
        self.bytes.reserve(CHUNK);
        let read = rustix::io::read(from, spare_capacity(&mut self.bytes))?;
        self.look(was);
        Ok(read)
    }

    /// Takes what was read.
    fn take(&mut self, chunk: &[u8]) {
        let was = self.bytes.len();
        self.bytes.extend_from_slice(chunk);
        self.look(was);
    }

    /// Looks for the last end of a line in what is new.
    fn look(&mut self, from: usize) {
        if let Some(last) = memchr::memrchr(b'\n', &self.bytes[from..]) {
            self.whole = from + last + 1;
        }
    }

    /// The whole lines, each without its ending and with it.
    fn lines(&self) -> impl Iterator<Item = (&[u8], &'static str)> {
        let mut rest = &self.bytes[..self.whole];
        std::iter::from_fn(move || {
            let (line, after) = rest.split_at(memchr::memchr(b'\n', rest)? + 1);
            rest = after;
            Some(match line.strip_suffix(b"\r\n") {
                Some(line) => (line, "\r\n"),
                None => (&line[..line.len() - 1], "\n"),
            })
        })
    }

    /// Whether the whole lines are one, and long; the ending of it.
    fn long_line(&self) -> Option<&'static str> {
        let line = &self.bytes[..self.whole];
        let is_one = line.len() >= LENT && memchr::memchr(b'\n', line) == Some(line.len() - 1);
        is_one.then(|| {
            if line.ends_with(b"\r\n") {
                "\r\n"
            } else {
                "\n"
            }
        })
    }

    /// What comes after them, when that is anything.
    fn rest(&self) -> Option<&[u8]> {
        Some(&self.bytes[self.whole..]).filter(|rest| !rest.is_empty())
    }

    /// Up to where bytes may be passed on: whole lines, and what is no line yet when it is long or `all` may go.
    fn ready_to(&self, all: bool) -> usize {
        if all || self.bytes.len() - self.whole >= STREAM {
            self.bytes.len()
        } else {
            self.whole
        }
    }

    /// Has the first line alone be whole, when its end is there.
    fn ends_first(&mut self) -> bool {
        let end = memchr::memchr(b'\n', &self.bytes[..self.whole]);
        self.whole = end.map_or(self.whole, |end| end + 1);
        end.is_some()
    }

    /// What has not gone on yet of the whole lines.
    fn first(&self) -> &[u8] {
        &self.bytes[self.passed..self.whole]
    }

    /// Forgets the first line, which was recorded and passed on: what follows has not been looked at.
    fn forget_first(&mut self) {
        self.bytes.drain(..self.whole);
        self.passed = 0;
        self.whole = memchr::memrchr(b'\n', &self.bytes).map_or(0, |last| last + 1);
    }

    /// Takes the whole lines out, each with its ending. What is no line yet waits, all of it.
    fn take_lines(&mut self) -> Vec<(Vec<u8>, &'static str)> {
        let own = |(line, ending): (&[u8], _)| (line.to_vec(), ending);
        let lines = self.lines().map(own).collect();
        self.bytes.drain(..self.whole);
        (self.whole, self.passed) = (0, 0);
        lines
    }

    /// The bytes to pass on now.
    fn ready(&self, all: bool) -> &[u8] {
        self.bytes
            .get(self.passed..self.ready_to(all))
            .unwrap_or_default()
    }

    /// They were passed on, and the whole lines recorded.
    fn forget(&mut self, all: bool) {
        self.passed = self.passed.max(self.ready_to(all)) - self.whole;
        self.bytes.drain(..self.whole);
        self.whole = 0;
        // One huge line should not keep its size for the rest of the session.
        if self.bytes.len() < CHUNK && self.bytes.capacity() > ROOM {
            self.bytes.shrink_to(CHUNK);
        }
    }

    /// All was passed on, and recorded, though no line of it has ended.
    fn begin_anew(&mut self) {
        self.bytes = Vec::new();
        (self.whole, self.passed) = (0, 0);
    }

    /// Whether some of it is held back.
    fn is_waiting(&self) -> bool {
        self.passed < self.bytes.len()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
