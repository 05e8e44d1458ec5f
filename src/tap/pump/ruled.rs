//! A direction whose lines may be changed by rules: each is recorded, held against the rules, and then passed on, as it
//! is or as a rule wants it.
//!
//! A line of which the end is missing waits for it. Answers of the tap itself go to the client between two lines.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal};

use super::lane::Lane;
use super::{CHUNK, CONN, End, Held, Pump, Turn, come, locked};
use crate::recorder::Draft;
use crate::session::{Channel, Direction};
use crate::tap::Ended;
use crate::tap::desk::Outlet;
use crate::tap::faults::{Fault, NOISE, OVERTAKEN, Strike, half};

/// What rules need besides their own direction, and who lets go what they hold.
#[derive(Debug)]
pub(in crate::tap) struct Means {
    client: Lane,
    stdin: Lane,
    server: u32,
    exit: Mutex<Option<i32>>,
}

impl Means {
    /// Of a tap whose server is this process, with the ends that lead to its client and to it.
    pub(in crate::tap) fn new(server: u32, client: &End, stdin: &End) -> io::Result<Self> {
        Ok(Self {
            client: Lane::new(client.again()?),
            stdin: Lane::new(stdin.again()?),
            server,
            exit: Mutex::default(),
        })
    }

    /// How the server seems to have ended, when a rule wants that.
    pub(in crate::tap) fn ended(&self) -> Option<Ended> {
        let code = *locked(&self.exit);
        code.map(|code| Ended {
            code: Some(code),
            signal: None,
        })
    }

    /// The way that frames of a direction go.
    pub(in crate::tap) fn lane(&self, direction: Direction) -> Option<&Lane> {
        match direction {
            Direction::In => Some(&self.client),
            Direction::Out => Some(&self.stdin),
            Direction::Here => None,
        }
    }

    /// Nothing more goes there.
    pub(super) fn close(&self, direction: Direction) {
        if let Some(lane) = self.lane(direction) {
            lane.close();
        }
    }

    fn exit(&self, code: i32) {
        *locked(&self.exit) = Some(code);
        if let Some(server) = Pid::from_raw(self.server.cast_signed()) {
            // It may be gone already, which is as good.
            let _ = rustix::process::kill_process(server, Signal::KILL);
        }
    }
}

/// Why a direction ends before its source does.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// A line that the next one overtakes.
struct Late {
    line: Vec<u8>,
    until: Instant,
}

impl Pump {
    /// As [`Pump::work`], line by line, until there are no rules any more.
    pub(super) fn work_by_rules(
        &self,
        from: &mut End,
        held: &Mutex<Held>,
        busy: &AtomicBool,
    ) -> Turn {
        let mut chunk = vec![0; CHUNK];
        let mut late: Option<Late> = None;
        let mut ended = Ok(());
        let mut over = false;
        while ended.is_ok() {
            // The first may be left from the time without rules.
            let lines = locked(held).take_lines();
            for (line, ending) in lines {
                ended = self.line(&line, ending, &mut late);
                if ended.is_err() {
                    break;
                }
            }
            if ended.is_err() {
                break;
            }
            if late.is_none() && !self.is_ruled() {
                return Turn::Next;
            }
            busy.store(late.is_some(), Ordering::Release);
            if late
                .as_ref()
                .is_some_and(|late| is_quiet(&from.file, late.until))
            {
                ended = self.pass_late(&mut late);
                continue;
            }
            come(&from.file);
            busy.store(true, Ordering::Release);
            match from.file.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => {
                    over = true;
                    break;
                }
                Ok(read) => {
                    let mut held = locked(held);
                    held.take(&chunk[..read]);
                    if held.whole == 0 && self.cuts(&mut held) {
                        ended = self.write(held.ready(true)).map_err(Over::from);
                        held.begin_anew();
                    }
                }
            }
        }
        if ended.is_ok() {
            let _ = self.pass_late(&mut late);
            // Nobody is left to wait for what is held of it.
            let direction = self.direction;
            self.shared
                .release(|held| held.direction == direction, "its sender is gone");
            let mut held = locked(held);
            self.put_rest(&mut held);
            self.put_end(over);
            // Who takes no more need not be told.
            let _ = self.write(held.ready(true));
            held.forget(true);
        }
        busy.store(false, Ordering::Release);
        Turn::Over
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match self.means.lane(self.direction) {
            Some(lane) => lane.lock().pass(bytes),
            None => Ok(()),
        }
    }

    /// Says something to the client.
    fn say(&self, line: &[u8]) -> io::Result<()> {
        self.means.client.lock().say(line)
    }

    fn pass_late(&self, late: &mut Option<Late>) -> Result<(), Over> {
        match late.take() {
            Some(late) => Ok(self.write(&late.line)?),
            None => Ok(()),
        }
    }

    /// Records a line and passes it on, unless a rule strikes it.
    fn line(&self, line: &[u8], ending: &'static str, late: &mut Option<Late>) -> Result<(), Over> {
        let (seq, strike) = self.shared.desk().put(self.draft(line, ending));
        let known = match self.direction {
            Direction::In => self.shared.known(seq, line),
            Direction::Out => self.shared.cancelled(line),
            Direction::Here => None,
        };
        let line = known.as_deref().unwrap_or(line);
        let whole = [line, ending.as_bytes()].concat();
        match strike {
            None => self.write(&whole)?,
            Some(strike) => {
                let struck = (seq, strike);
                if matches!(struck.1.fault, Fault::Hold | Fault::HoldAll) {
                    let outlet = Outlet::Lane(Arc::clone(&self.means), ending);
                    let way = (CONN, self.direction);
                    if !self.shared.hold(way, &struck, line, outlet) {
                        self.write(&whole)?;
                    }
                    return self.pass_late(late);
                }
                if struck.1.fault == Fault::Reorder && late.is_none() {
                    self.told(&struck, None);
                    *late = Some(Late {
                        line: whole,
                        until: Instant::now() + OVERTAKEN,
                    });
                    return Ok(());
                }
                self.strike(&struck, line, &whole)?;
            }
        }
        self.pass_late(late)
    }

    fn told(&self, struck: &(u64, Strike), instead: Option<&[u8]>) {
        self.shared.struck((CONN, self.direction), struck, instead);
    }

    fn strike(&self, struck: &(u64, Strike), line: &[u8], whole: &[u8]) -> Result<(), Over> {
        match struck.1.fault {
            Fault::Timeout | Fault::Drop | Fault::Status(_) => self.told(struck, None),
            Fault::Error(_) => {
                self.told(struck, None);
                if let Some(answer) = struck.1.answer() {
                    self.shared.put([Draft {
                        direction: Direction::In,
                        channel: Channel::Wire,
                        aux: true,
                        ..self.draft(answer.as_bytes(), "\n")
                    }]);
                    self.say(format!("{answer}\n").as_bytes())?;
                }
            }
            Fault::Truncate => {
                let half = half(line);
                self.told(struck, Some(half));
                self.write(&[half, b"\n"].concat())?;
            }
            Fault::Noise => {
                self.told(struck, Some(NOISE.trim_end().as_bytes()));
                self.write(NOISE.as_bytes())?;
                self.write(whole)?;
            }
            Fault::Exit(code) => {
                self.told(struck, None);
                self.means.exit(code);
                return Err(Over);
            }
            Fault::Cut => {
                let half = half(line);
                self.told(struck, Some(half));
                self.write(half)?;
                return Err(Over);
            }
            Fault::Delay(time) => {
                self.told(struck, None);
                std::thread::sleep(time);
                self.write(whole)?;
            }
            Fault::Duplicate => {
                self.told(struck, None);
                self.write(whole)?;
                self.write(whole)?;
            }
            // Another one waits already: this is the next one. Held ones do not come here.
            Fault::Reorder | Fault::Hold | Fault::HoldAll => self.write(whole)?,
        }
        Ok(())
    }
}

/// Whether nothing comes until then.
fn is_quiet(from: &File, until: Instant) -> bool {
    let left = until.saturating_duration_since(Instant::now());
    let Ok(left) = Timespec::try_from(left) else {
        return true;
    };
    let mut waited = [PollFd::new(from, PollFlags::IN)];
    matches!(poll(&mut waited, Some(&left)), Ok(0))
}
