//! A visit of another program to our terminal: an editor or a pager, until it ends.
//!
//! Owns the private folder its files are in, and the process. The loop gives the terminal away before a visit starts
//! and takes it back after; meanwhile it reads no keys and draws nothing, and everything else goes on. The program is
//! in our process group, as a shell has it: Ctrl-Z stops both of us, `fg` brings both back.

use std::fs;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use super::part::Part;
use super::tools::{self, Lookup, Ours, Show, Tool};
use crate::json::Value;
use crate::text;
use crate::tui::event::Event;

/// How long a program may take to end when we leave: editors write their swap files first.
const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

/// What the terminal is given away for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Let somebody edit text; answered by [`Event::Edited`].
    Edit {
        /// Who asks.
        asker: u64,
        /// The text.
        text: String,
        /// How the name of its file ends, such as `.json`: editors choose colours by it.
        suffix: String,
        /// Files put beside it, by name.
        beside: Vec<(String, Vec<u8>)>,
    },
    /// Show a part of a document in a pager; answered by [`Event::Failed`] if that does not work.
    Page {
        /// What.
        part: Part,
        /// Its MIME type.
        kind: String,
        /// Pagers of the user's own.
        pagers: Vec<(String, String)>,
    },
    /// Print a part of a document to the normal screen, where the terminal can select it, and wait for Enter.
    Print(Part),
}

/// A visit that goes on.
#[derive(Debug)]
pub struct Visit {
    task: JoinHandle<Event>,
    process: Process,
}

/// The process of a visit, once it has started.
#[derive(Debug, Clone, Default)]
struct Process(Arc<Mutex<Option<Child>>>);

impl Visit {
    /// Starts it. The terminal must have been given away.
    pub fn start(errand: Errand) -> Self {
        let process = Process::default();
        let theirs = process.clone();
        let task = tokio::task::spawn_blocking(move || run(errand, &theirs, &Ours));
        Self { task, process }
    }

    /// Waits for its end.
    pub async fn end(&mut self) -> Event {
        match (&mut self.task).await {
            Ok(event) => event,
            Err(error) => Event::Failed(format!("the program could not be waited for: {error}")),
        }
    }

    /// Ends the program, for we leave: asks it to, and waits a little for it to put the terminal in order.
    pub async fn abandon(mut self) {
        self.process.terminate();
        if tokio::time::timeout(GRACE, self.end()).await.is_err() {
            self.process.kill();
        }
    }
}

impl Process {
    /// Runs a tool on the terminal until it ends.
    fn run(&self, tool: &Tool, file: &Path) -> io::Result<ExitStatus> {
        // Locked before it starts: who wants to end it waits until there is something to end.
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let child = Command::new(&tool.program)
            .args(&tool.arguments)
            .arg(file)
            .stdin(keyboard())
            .spawn()?;
        #[cfg(unix)]
        let pid = child.id();
        *running = Some(child);
        drop(running);
        #[cfg(unix)]
        wait_until_ended(pid);
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        child
            .take()
            .map_or_else(|| Err(io::ErrorKind::NotFound.into()), |mut one| one.wait())
    }

    fn kill(&self) {
        if let Some(child) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            // It may have ended just now.
            let _ = child.kill();
        }
    }

    #[cfg(unix)]
    fn terminate(&self) {
        let child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pid = child.as_ref().and_then(|child| pid(child.id()));
        if let Some(pid) = pid {
            // It may have ended just now.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }

    #[cfg(not(unix))]
    fn terminate(&self) {
        self.kill();
    }
}

#[cfg(unix)]
fn pid(id: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(id.cast_signed())
}

/// Waits without reaping and without holding the lock, so that the process can be ended meanwhile.
#[cfg(unix)]
fn wait_until_ended(id: u32) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let Some(pid) = pid(id) else { return };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(
        waitid(WaitId::Pid(pid), options),
        Err(rustix::io::Errno::INTR)
    ) {}
}

/// The terminal as stdin, also when ours is something else.
fn keyboard() -> Stdio {
    if io::stdin().is_terminal() {
        return Stdio::inherit();
    }
    fs::File::open("/dev/tty").map_or_else(|_| Stdio::inherit(), Stdio::from)
}

fn run(errand: Errand, process: &Process, lookup: &impl Lookup) -> Event {
    match errand {
        Errand::Edit {
            asker,
            text,
            suffix,
            beside,
        } => {
            let result = edit(&text, &suffix, &beside, process, lookup);
            Event::Edited { asker, result }
        }
        Errand::Page { part, kind, pagers } => match page(&part, &kind, &pagers, process, lookup) {
            Ok(()) => Event::Back,
            Err(why) => Event::Failed(why),
        },
        Errand::Print(part) => match print(&part) {
            Ok(()) => Event::Back,
            Err(error) => Event::Failed(format!("it could not be printed: {error}")),
        },
    }
}

fn page(
    part: &Part,
    kind: &str,
    pagers: &[(String, String)],
    process: &Process,
    lookup: &impl Lookup,
) -> Result<(), String> {
    let Show::Pager(pager) = tools::show(kind, pagers, lookup)? else {
        return Err(format!("{kind} is not shown in a pager"));
    };
    let failed = |error: io::Error| format!("it could not be given to a pager: {error}");
    let folder = private_folder().map_err(failed)?;
    let name = format!("value.{}", tools::ending(kind));
    let bytes = part.bytes();
    // One long line is nothing to read; what is exact is on the screen already.
    let pretty = (tools::ending(kind) == "json")
        .then(|| Value::parse(&bytes).ok())
        .flatten()
        .map(|value| (value.pretty() + "\n").into_bytes());
    let file = put(folder.path(), &name, pretty.as_deref().unwrap_or(&bytes)).map_err(failed)?;
    let name = pager.name();
    let status = process
        .run(&pager, &file)
        .map_err(|error| format!("{name} did not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{name} {}", ended(status)))
    }
}

/// Control characters are shown as such: this is the one place where text of a server is written as text.
fn print(part: &Part) -> io::Result<()> {
    let bytes = part.bytes();
    let raw = String::from_utf8_lossy(&bytes);
    let safe = text::sanitize_lines(&raw);
    let mut out = io::stdout();
    out.write_all(safe.as_bytes())?;
    if !safe.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.write_all(b"[Enter goes back to mcpscope]")?;
    out.flush()?;
    // Byte by byte, so that no key typed ahead is lost to us.
    let mut byte = [0];
    let mut keyboard: Box<dyn Read> = match fs::File::open("/dev/tty") {
        Ok(tty) => Box::new(tty),
        Err(_) => Box::new(io::stdin()),
    };
    while keyboard.read(&mut byte)? == 1 && byte != *b"\n" {}
    Ok(())
}

/// What the editor made of a text, or why there is nothing to be taken over.
fn edit(
    text: &str,
    suffix: &str,
    beside: &[(String, Vec<u8>)],
    process: &Process,
    lookup: &impl Lookup,
) -> Result<String, String> {
    let editor = tools::editor(lookup)?;
    let failed = |error: io::Error| format!("the text could not be given to an editor: {error}");
    let folder = private_folder().map_err(failed)?;
    for (name, bytes) in beside {
        put(folder.path(), name, bytes).map_err(failed)?;
    }
    let file = put(folder.path(), &format!("text{suffix}"), text.as_bytes()).map_err(failed)?;
    let name = editor.name();
    let status = process
        .run(&editor, &file)
        .map_err(|error| format!("{name} did not start: {error}"))?;
    if !status.success() {
        return Err(format!("{name} {}: nothing was changed", ended(status)));
    }
    let edited =
        fs::read(&file).map_err(|error| format!("what {name} wrote cannot be read: {error}"))?;
    match String::from_utf8(edited) {
        Ok(edited) => Ok(without_added_newline(text, edited)),
        Err(_) => {
            // Somebody's work: it is not thrown away.
            let kept = folder.keep();
            let kept = kept.join(file.file_name().unwrap_or_default());
            Err(format!(
                "what {name} wrote is not UTF-8; it stays in {}",
                kept.display()
            ))
        }
    }
}

/// Editors end the last line even if it had no end.
fn without_added_newline(before: &str, mut after: String) -> String {
    if !before.ends_with('\n') && after.ends_with('\n') {
        after.pop();
        if after.ends_with('\r') {
            after.pop();
        }
    }
    after
}

/// How a program ended, after its name.
pub(super) fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    status.code().map_or_else(
        || "ended without a code".to_owned(),
        |code| format!("ended with code {code}"),
    )
}

/// A folder only we may look into, gone when it is dropped.
pub(super) fn private_folder() -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("mcpscope-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Writes a file only we may read.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let name = Path::new(name).file_name().unwrap_or_default();
    let path = folder.join(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    file.write_all(bytes)?;
    Ok(path)
}

#[cfg(all(test, unix))]
mod tests;
