//! A direction whose lines may be changed by rules: each is recorded, held against the rules, and then passed on, as it
//! is or as a rule wants it.
//!
//! A line of which the end is missing waits for it. Answers of the tap itself go to the client between two lines.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal};

use super::{CHUNK, CONN, End, Held, Pump, locked};
use crate::recorder::Draft;
use crate::session::{Channel, Direction};
use crate::tap::Ended;
use crate::tap::faults::{Fault, NOISE, OVERTAKEN, Strike, half};

/// What rules need besides their own direction.
#[derive(Debug)]
pub(in crate::tap) struct Means {
    /// The way to the client, for both directions; gone when it is closed.
    client: Mutex<Option<File>>,
    server: u32,
    exit: Mutex<Option<i32>>,
}

impl Means {
    /// Of a tap whose server is this process.
    pub(in crate::tap) fn new(server: u32) -> io::Result<Self> {
        let client = io::stdout().as_fd().try_clone_to_owned()?;
        Ok(Self {
            client: Mutex::new(Some(client.into())),
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

    fn say(&self, bytes: &[u8]) -> io::Result<()> {
        match locked(&self.client).as_mut() {
            Some(client) => client.write_all(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
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
    /// As [`Pump::work`], line by line.
    pub(super) fn work_by_rules(
        &self,
        mut from: End,
        mut to: End,
        held: &Mutex<Held>,
        busy: &AtomicBool,
    ) -> (End, End) {
        let mut chunk = vec![0; CHUNK];
        let mut late: Option<Late> = None;
        let mut ended = Ok(());
        while ended.is_ok() {
            busy.store(late.is_some(), Ordering::Release);
            if late
                .as_ref()
                .is_some_and(|late| is_quiet(&from.file, late.until))
            {
                ended = self.pass_late(&mut late, &mut to);
                continue;
            }
            let read = match from.file.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => break,
                Ok(read) => read,
            };
            busy.store(true, Ordering::Release);
            let lines = {
                let mut held = locked(held);
                held.take(&chunk[..read]);
                let own = |(line, ending): (&[u8], _)| (line.to_vec(), ending);
                let lines: Vec<(Vec<u8>, &'static str)> = held.lines().map(own).collect();
                held.forget(false);
                lines
            };
            for (line, ending) in lines {
                ended = self.line(&line, ending, &mut to, &mut late);
                if ended.is_err() {
                    break;
                }
            }
        }
        if ended.is_ok() {
            let _ = self.pass_late(&mut late, &mut to);
            let mut held = locked(held);
            self.put_rest(&mut held);
            // Who takes no more need not be told.
            let _ = self.write(held.ready(true), &mut to);
            held.forget(true);
        }
        if self.direction == Direction::In {
            locked(&self.means.client).take();
        }
        busy.store(false, Ordering::Release);
        (from, to)
    }

    fn write(&self, bytes: &[u8], to: &mut End) -> io::Result<()> {
        match self.direction {
            Direction::In => self.means.say(bytes),
            _ => to.file.write_all(bytes),
        }
    }

    fn pass_late(&self, late: &mut Option<Late>, to: &mut End) -> Result<(), Over> {
        match late.take() {
            Some(late) => Ok(self.write(&late.line, to)?),
            None => Ok(()),
        }
    }

    /// Records a line and passes it on, unless a rule strikes it.
    fn line(
        &self,
        line: &[u8],
        ending: &'static str,
        to: &mut End,
        late: &mut Option<Late>,
    ) -> Result<(), Over> {
        let (seq, strike) = self.shared.desk().put(self.draft(line, ending));
        let whole = [line, ending.as_bytes()].concat();
        match strike {
            None => self.write(&whole, to)?,
            Some(strike) => {
                let struck = (seq, strike);
                if struck.1.fault == Fault::Reorder && late.is_none() {
                    self.told(&struck, None);
                    *late = Some(Late {
                        line: whole,
                        until: Instant::now() + OVERTAKEN,
                    });
                    return Ok(());
                }
                self.strike(&struck, line, &whole, to)?;
            }
        }
        self.pass_late(late, to)
    }

    fn told(&self, struck: &(u64, Strike), instead: Option<&[u8]>) {
        self.shared.struck((CONN, self.direction), struck, instead);
    }

    fn strike(
        &self,
        struck: &(u64, Strike),
        line: &[u8],
        whole: &[u8],
        to: &mut End,
    ) -> Result<(), Over> {
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
                    self.means.say(format!("{answer}\n").as_bytes())?;
                }
            }
            Fault::Truncate => {
                let half = half(line);
                self.told(struck, Some(half));
                self.write(&[half, b"\n"].concat(), to)?;
            }
            Fault::Noise => {
                self.told(struck, Some(NOISE.trim_end().as_bytes()));
                self.write(NOISE.as_bytes(), to)?;
                self.write(whole, to)?;
            }
            Fault::Exit(code) => {
                self.told(struck, None);
                self.means.exit(code);
                return Err(Over);
            }
            Fault::Cut => {
                let half = half(line);
                self.told(struck, Some(half));
                self.write(half, to)?;
                return Err(Over);
            }
            Fault::Delay(time) => {
                self.told(struck, None);
                std::thread::sleep(time);
                self.write(whole, to)?;
            }
            Fault::Duplicate => {
                self.told(struck, None);
                self.write(whole, to)?;
                self.write(whole, to)?;
            }
            // Another one waits already: this is the next one.
            Fault::Reorder => self.write(whole, to)?,
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
