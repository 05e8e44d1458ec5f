//! `mcpscope tap install`, `remove` and `status`: taps in the settings of clients.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::super::configs::{client, object};
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::{Early, Exit, Outcome, configured};
use crate::configs::tapped::{self, Deed, Plan, Tap, TapError, Tapped};
use crate::configs::trust::Trust;
use crate::configs::{self, Client, Configured, Found, Launch, Machine};
use crate::json::Value;
use crate::paths::{self, Paths};
use crate::text;

/// See the module.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum Installing {
    /// Put a tap before a server's command in the settings of a client
    ///
    /// The entry keeps everything else, its comments too, and a copy of the file is kept beside it. The client starts
    /// the tap, and the tap the server, from its next start on.
    Install(InstallArgs),
    /// Take it out again
    Remove(Which),
    /// Which servers of which clients have a tap
    Status {
        /// Only those of this client
        #[arg(value_name = "CLIENT", value_parser = client)]
        client: Option<&'static Client>,
        /// Print one JSON object: {"servers": [{"client", "scope", "name", "place", "tap", "record", "gone"}]}
        #[arg(long)]
        json: bool,
        /// As seen from this folder
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// A server of a client.
#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    /// Whose settings
    #[arg(value_name = "CLIENT", value_parser = client)]
    client: &'static Client,
    /// The server's name there
    server: String,
    /// For whom it holds, where several have the name: local, project or user; else the one that counts
    #[arg(long, value_name = "SCOPE", value_parser = ["local", "project", "user"])]
    scope: Option<String>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object: {"done", "name", "client", "file", "before", "after", "backup"}
    #[arg(long)]
    json: bool,
    /// As seen from this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Arguments of `install`.
#[derive(Debug, Clone, Args)]
pub(super) struct InstallArgs {
    #[command(flatten)]
    which: Which,
    /// Record to new files in this folder instead of where sessions are kept
    #[arg(long, value_name = "FOLDER")]
    record: Option<PathBuf>,
}

impl From<TapError> for Failure {
    fn from(error: TapError) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

/// What all of them work on.
struct Desk {
    machine: Machine,
    found: Found,
    trust: Trust,
}

impl Desk {
    fn of(dir: Option<&PathBuf>) -> Result<Self, Failure> {
        if let Some(dir) = dir.filter(|dir| !dir.is_dir()) {
            let what = format!("there is no folder {}", dir.display());
            return Err(Failure::usage(what));
        }
        let paths = Paths::from_env().ok();
        let machine = configured::machine(paths.as_ref(), dir.map(PathBuf::as_path), &[], &[]);
        Ok(Self {
            found: configs::find(&machine),
            trust: configured::trust(paths.as_ref()),
            machine,
        })
    }
}

impl Installing {
    /// Runs it.
    pub(super) fn run(&self) -> Exit {
        let mut output = Output::default();
        let outcome = match self {
            Self::Install(args) => {
                output.json = args.which.json;
                args.deed()
                    .and_then(|deed| args.which.work(&deed, &mut output))
            }
            Self::Remove(which) => {
                output.json = which.json;
                which.work(&Deed::TakeOut, &mut output)
            }
            Self::Status { client, json, dir } => {
                output.json = *json;
                status(*client, dir.as_ref(), &mut output)
            }
        };
        match outcome {
            Ok(exit) => match output.flush() {
                Ok(()) => exit,
                // Whoever reads may have had enough.
                Err(_) => Exit::Ok,
            },
            Err(Early::Failure(failure)) => {
                super::super::fail(&failure, super::super::nobody(), &mut output)
            }
            Err(Early::Output(_) | Early::Stop(_)) => Exit::Ok,
        }
    }
}

impl InstallArgs {
    fn deed(&self) -> Result<Deed, Early> {
        let internal = |error: std::io::Error| Failure::new(Exit::Internal, error.to_string());
        let program = std::env::current_exe().map_err(internal)?;
        let record = match &self.record {
            Some(folder) if folder.is_file() => {
                let what = format!("{} is a file", folder.display());
                let hint = "a client starts its servers often, and a recording is never written over: name a folder";
                return Err(Failure::usage(what).hint(hint.to_owned()).into());
            }
            Some(folder) => {
                // Clients start their servers elsewhere. The slash at its end says that it is a folder.
                let folder = std::path::absolute(folder).map_err(internal)?.join("");
                if !self.which.dry_run {
                    paths::create(&folder).map_err(internal)?;
                }
                Some(folder)
            }
            None => None,
        };
        Ok(Deed::PutIn(Tap { program, record }))
    }
}

impl Which {
    fn work(&self, deed: &Deed, output: &mut Output) -> Outcome {
        let desk = Desk::of(self.dir.as_ref())?;
        let server = self.server(&desk.found)?;
        let (plan, backup) = if self.dry_run {
            (tapped::plan(server, deed).map_err(Failure::from)?, None)
        } else {
            let done = tapped::carry_out(server, deed, &desk.machine, &desk.trust);
            done.map_err(Failure::from)?
        };
        self.tell(server, deed, &plan, backup.as_deref(), output)
    }

    /// The entry that is meant: nothing is guessed where the client itself would not choose.
    fn server<'a>(&self, found: &'a Found) -> Result<&'a Configured, Failure> {
        let of_client = || {
            let servers = found.servers.iter();
            servers.filter(|server| server.client.id == self.client.id)
        };
        let scope = self.scope.as_deref();
        let its = |server: &&Configured| {
            server.name == self.server && scope.is_none_or(|scope| server.scope.word() == scope)
        };
        let counts = |server: &&Configured| found.shadow_of(server).is_none();
        let named = || of_client().filter(its);
        if let Some(server) = named().find(counts).or_else(|| named().next()) {
            return Ok(server);
        }
        let broken = found.broken.iter().find(|broken| {
            let name = broken.name.as_deref();
            broken.client.id == self.client.id && name.is_none_or(|name| name == self.server)
        });
        let mut names: Vec<&str> = of_client().map(|server| server.name.as_str()).collect();
        names.dedup();
        let hint = match (broken, names.as_slice()) {
            (Some(broken), _) => broken.to_string(),
            (None, []) => "mcpscope config path shows the files that are looked for".to_owned(),
            (None, names) => format!("it has {}", names.join(", ")),
        };
        let whose = scope.map_or_else(String::new, |scope| format!("{scope} "));
        let what = format!("{} has no {whose}server {}", self.client.name, self.server);
        Err(Failure::usage(what).hint(hint))
    }

    fn tell(
        &self,
        server: &Configured,
        deed: &Deed,
        plan: &Plan,
        backup: Option<&Path>,
        output: &mut Output,
    ) -> Outcome {
        let done = match (deed, self.dry_run) {
            (Deed::PutIn(_), true) => "would be tapped",
            (Deed::PutIn(_), false) => "tapped",
            (Deed::TakeOut, true) => "would be no longer tapped",
            (Deed::TakeOut, false) => "no longer tapped",
        };
        if output.json {
            let words = |words: &[String]| {
                Value::Array(
                    words
                        .iter()
                        .map(|word| Value::String(word.clone()))
                        .collect(),
                )
            };
            let text = |text: &str| Value::String(text.to_owned());
            let backup = backup.map_or(Value::Null, |path| text(&path.display().to_string()));
            let told = object(vec![
                ("done", Value::Bool(!self.dry_run)),
                ("name", text(&server.name)),
                ("client", text(server.client.id)),
                ("file", text(&server.file.display().to_string())),
                ("before", words(&plan.before)),
                ("after", words(&plan.after)),
                ("backup", backup),
            ]);
            output.raw(&told.to_string())?;
            return Ok(Exit::Ok);
        }
        let mut line = |words: &str| output.line(&text::sanitize(words));
        let place = format!("{}, {}", server.client.name, server.scope.word());
        line(&format!(
            "{} {done}: {} ({place})",
            server.name,
            server.place()
        ))?;
        for part in plan.to_string().lines() {
            line(&format!("  {part}"))?;
        }
        if let Some(backup) = backup {
            line(&format!("what was there is in {}", backup.display()))?;
        }
        if !self.dry_run {
            let client = server.client.name;
            line(&format!("{client} has to start the server anew for it"))?;
        }
        Ok(Exit::Ok)
    }
}

/// All servers, with their taps.
fn status(only: Option<&Client>, dir: Option<&PathBuf>, output: &mut Output) -> Outcome {
    let desk = Desk::of(dir)?;
    let of_client = |client: &Client| only.is_none_or(|only| only.id == client.id);
    let servers = desk.found.servers.iter();
    let servers: Vec<(&Configured, Option<Tapped>)> = servers
        .filter(|server| of_client(server.client) && configs::edit::place_of(server).is_some())
        .map(|server| (server, Tapped::of_launch(&server.launch)))
        .collect();
    if output.json {
        let text = |text: &str| Value::String(text.to_owned());
        let told = servers.iter().map(|(server, tap)| {
            let record = tap.as_ref().and_then(Tapped::record);
            object(vec![
                ("client", text(server.client.id)),
                ("scope", text(server.scope.word())),
                ("name", text(&server.name)),
                ("place", text(&server.place())),
                (
                    "tap",
                    tap.as_ref().map_or(Value::Null, |tap| text(&tap.program)),
                ),
                ("record", record.map_or(Value::Null, text)),
                (
                    "gone",
                    Value::Bool(tap.as_ref().is_some_and(Tapped::is_gone)),
                ),
            ])
        });
        let told = Value::Array(told.collect());
        output.raw(&object(vec![("servers", told)]).to_string())?;
        return Ok(Exit::Ok);
    }
    let rows: Vec<[String; 4]> = servers
        .iter()
        .map(|(server, tap)| {
            let state = match (tap, &server.launch) {
                (Some(_), _) => "tapped",
                (None, Launch::Process { .. }) => "not tapped",
                (None, Launch::Address { .. }) => "at an address",
            };
            let row = [
                server.name.clone(),
                format!("{}/{}", server.client.id, server.scope.word()),
                state.to_owned(),
                server.place(),
            ];
            row.map(|cell| text::sanitize(&cell).into_owned())
        })
        .collect();
    let width = |at: usize| rows.iter().map(|row| text::width(&row[at])).max();
    let widths = [0, 1, 2].map(|at| width(at).unwrap_or(0).min(32));
    for (row, (_, tap)) in rows.iter().zip(&servers) {
        let cells = [0, 1, 2].map(|at| text::pad(&row[at], widths[at]));
        output.line(&format!("{}  {}", cells.join("  "), row[3]))?;
        let Some(tap) = tap else { continue };
        let mut mark = |words: &str| output.line(&format!("  {}", text::sanitize(words)));
        if let Some(folder) = tap.record() {
            mark(&format!("records to {folder}"))?;
        }
        if tap.is_gone() {
            let program = &tap.program;
            mark(&format!(
                "! there is no {program}: the client cannot start it"
            ))?;
        }
    }
    if rows.is_empty() {
        output.line("no client has a server in its settings")?;
    }
    Ok(Exit::Ok)
}
