//! Who tells a tap what to do: a connection to its socket, over which commands go one after the other.
//!
//! It blocks, and belongs on a thread that may.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::words::{self, Command, Lost, Refusal};

/// See the module.
#[derive(Debug)]
pub struct Caller {
    stream: BufReader<UnixStream>,
    lost: Option<Lost>,
}

impl Caller {
    /// Connects to a tap's socket.
    pub fn connect(socket: &Path) -> io::Result<Self> {
        let stream = BufReader::new(UnixStream::connect(socket)?);
        Ok(Self { stream, lost: None })
    }

    /// What the tap could not record, by its last answer.
    pub const fn lost(&self) -> Option<&Lost> {
        self.lost.as_ref()
    }

    /// Has something done within a time, or however long it takes. Gives what is told of it, as raw JSON.
    pub fn ask(&mut self, command: &Command, within: Option<Duration>) -> Result<String, Refusal> {
        let gone = |error: io::Error| -> Refusal {
            match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => words::LATE.into(),
                _ => format!("{}: {error}", words::GONE).into(),
            }
        };
        self.stream
            .get_ref()
            .set_read_timeout(within)
            .map_err(gone)?;
        let line = format!("{}\n", command.to_json());
        self.stream
            .get_mut()
            .write_all(line.as_bytes())
            .map_err(gone)?;
        let mut told = Vec::new();
        match self.stream.read_until(b'\n', &mut told).map_err(gone)? {
            0 => Err(words::GONE.into()),
            _ => {
                self.lost = words::read_lost(&told);
                words::read_answer(&told)
            }
        }
    }
}
