//! The tap: stands between a client (our stdin and stdout) and the server it meant to start, and records what passes.
//! Between a client and a server's address it is [`http`].
//!
//! The bytes pass unchanged and in order, whatever they are. A line is in the session file before its last byte is
//! passed on, in both directions, so a request always stands before its answer, and a kill loses no line the other
//! side has seen. Nothing that goes wrong with the recording stops the traffic; what could not be recorded is counted.
//!
//! While it runs it can be told ([`control`]) to hold frames until somebody has looked at them, to let others go on in
//! their place, and to break things on purpose ([`faults`]). Without a rule nothing is touched.
//!
//! Each direction is a thread of its own that blocks (`pump`): a byte is copied once, and no runtime stands between
//! two pipes. What is recorded is not interpreted here; whoever opens the file does.

pub mod control;
mod desk;
mod ending;
pub mod faults;
pub mod http;
mod pump;
pub mod running;

use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::mask::Rule;
use crate::note::{self, Note};
use crate::recorder::Recorder;
use crate::session::{Channel, Direction};
use crate::transport::{Spawn, StartError};
use control::door::Door;
use desk::Shared;
use faults::{Over, Rules};
use pump::{End, Means, Pump, Pumping, Standard};
use running::Registration;

pub use ending::{Ended, pass_on};

/// The only connection of a tap's session.
const CONN: u32 = 1;
/// After the server's exit: how often its pipes are looked at, until they are empty.
const LOOK: Duration = Duration::from_millis(2);

/// Why a tap could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum TapError {
    /// The server could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The system refused something else.
    #[error("{what}: {source}")]
    System {
        /// What we wanted.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// How others know of a tap that runs.
#[derive(Debug, Default)]
pub struct Known {
    /// That it runs.
    pub registration: Option<Registration>,
    /// Where it is told what to do.
    pub door: Option<Door>,
}

/// How a tap ended.
#[derive(Debug)]
pub struct Tapped {
    /// How the server ended.
    pub ended: Ended,
    /// Entries that could not be recorded, and why the last could not.
    pub lost: Option<(u64, String)>,
}

/// Starts the server and passes everything between it and our own stdin, stdout and stderr, until it is gone.
///
/// Must be called inside a tokio runtime. Who comes in by the door may hold and change frames. Signals that would end us go to the server instead, as if there were no tap.
pub async fn run(
    spawn: &Spawn,
    name: &str,
    mut recorder: Recorder,
    rules: Rules,
    known: Known,
) -> Result<Tapped, TapError> {
    recorder.connects(CONN, name);
    recorder.passed(CONN, Rule::Variable, &spawn.env);
    recorder.passed(CONN, Rule::Variable, &spawn.secrets);
    recorder.started(CONN, &spawn.args);
    let Known { registration, door } = known;
    let shared = Shared::new(recorder, rules, Over::Stdio, name);
    shared.tells(registration.as_ref());
    shared.note(&Note::Connect {
        name: name.to_owned(),
        transport: "stdio".to_owned(),
        era: note::TAP.to_owned(),
    });
    let mut signals = ending::Signals::listen().map_err(|source| TapError::System {
        what: "cannot listen for signals",
        source,
    })?;
    let mut child = match start(spawn) {
        Ok(child) => child,
        Err(error) => {
            shared.note(&Note::StartFailed {
                what: error.to_string(),
                hint: error.hint(),
            });
            return Err(error.into());
        }
    };
    let pid = child.id().unwrap_or_default();
    let words = std::iter::once(&spawn.program).chain(&spawn.args);
    shared.note(&Note::Spawn {
        pid,
        command: words
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        cwd: spawn.cwd.as_ref().map(|path| path.display().to_string()),
        // Names only: values never enter a recording.
        env: spawn.env.iter().map(|(name, _)| name.clone()).collect(),
    });
    let (means, [to_server, to_client, errors]) =
        pumps(&mut child, &shared).map_err(|source| TapError::System {
            what: "cannot connect the pipes",
            source,
        })?;
    if let Some(mut door) = door {
        let shared = shared.clone();
        // It goes with the runtime.
        tokio::spawn(async move { door.attend(&shared).await });
    }
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            signal = signals.next() => {
                if let Some(name) = ending::name(signal) {
                    let step = format!("{name} from outside, passed on");
                    shared.note(&Note::Step { step });
                }
                ending::send(pid, signal);
            }
        }
    };
    let status = status.map_err(|source| TapError::System {
        what: "cannot wait for the server",
        source,
    })?;
    // What the server wrote before it went is still in its pipes. Who it left behind may hold them open for ever.
    for pumping in [to_client, errors] {
        while !pumping.is_drained() {
            tokio::time::sleep(LOOK).await;
        }
        pumping.stop();
    }
    shared.release(|_| true, "the server is gone");
    to_server.stop();
    let ended = means.ended().unwrap_or_else(|| Ended::of(status));
    shared.note(&Note::Exit {
        code: ended.code.map(i64::from),
        signal: ended.signal.map(i64::from),
    });
    let lost = shared.lost();
    drop(registration);
    Ok(Tapped { ended, lost })
}

/// The server, as its client would have started it: in our process group, with our environment.
fn start(spawn: &Spawn) -> Result<Child, StartError> {
    let mut command = Command::new(&spawn.program);
    command
        .args(&spawn.args)
        .envs(spawn.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(cwd) = &spawn.cwd {
        command.current_dir(cwd);
    }
    command.spawn().map_err(|error| spawn.explain(error))
}

/// Starts the three directions: to the server, from it, and what it says beside.
fn pumps(child: &mut Child, shared: &Shared) -> io::Result<(Arc<Means>, [Pumping; 3])> {
    let missing = || io::Error::from(io::ErrorKind::BrokenPipe);
    let stdin = child.stdin.take().ok_or_else(missing)?.into_owned_fd()?;
    let stdout = child.stdout.take().ok_or_else(missing)?.into_owned_fd()?;
    let stderr = child.stderr.take().ok_or_else(missing)?.into_owned_fd()?;
    let (stdin, standard) = (End::of(stdin), End::standard(Standard::Out)?);
    let pid = child.id().unwrap_or_default();
    let means = Arc::new(Means::new(pid, &standard, &stdin)?);
    let pump = |channel, direction| Pump {
        shared: shared.clone(),
        means: Arc::clone(&means),
        channel,
        direction,
    };
    let (out, back) = (Direction::Out, Direction::In);
    let pumpings = [
        pump(Channel::Wire, out).start(End::standard(Standard::In)?, stdin)?,
        pump(Channel::Wire, back).start(End::of(stdout), standard)?,
        pump(Channel::Stderr, back).start(End::of(stderr), End::standard(Standard::Err)?)?,
    ];
    Ok((means, pumpings))
}
