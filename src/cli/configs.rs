//! `mcpscope config`: the servers that clients have in their settings, listed, compared, explained and changed.

mod writing;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::configured;
use super::failure::Failure;
use super::output::Output;
use super::{Early, Exit, Outcome};
use crate::configs::trust::{Standing, Trust};
use crate::configs::why::{Verdict, why};
use crate::configs::{self, CLIENTS, Client, Configured, Found, Launch, Machine, State};
use crate::json::Value;
use crate::mcp::http::headers::masked_url;
use crate::paths::Paths;
use crate::text;

/// List, compare, explain and change the servers in the settings of clients
///
/// NAME is the name of a server, or CLIENT:NAME, or CLIENT/SCOPE:NAME where several have it; SCOPE
/// is local, project or user. Reading changes nothing. What changes a file keeps its comments, and
/// a copy beside it.
///
/// With --json, list, show and diff print one JSON object:
///
///   {"servers": [{"name", "client", "scope", "file", "line", "project", "transport", "command",
///     "expanded", "url", "env", "headers", "cwd", "lacks", "off", "hiddenBy", "agreed", "remarks",
///     "differs"}],
///    "broken": [{"file", "line", "column", "client", "name", "what"}]}
///
/// where "env" and "headers" are names: values are never printed. path prints "files", why prints
/// "clients".
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ConfigArgs {
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
    /// As seen from this folder
    #[arg(long, value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// All servers, by the file they stand in
    List {
        /// Only those of this client
        #[arg(long, value_name = "CLIENT", value_parser = client)]
        client: Option<&'static Client>,
    },
    /// A server, wherever it stands
    Show {
        /// Which
        name: String,
    },
    /// The files that are looked for
    Path {
        /// Only those of this client
        #[arg(value_name = "CLIENT", value_parser = client)]
        client: Option<&'static Client>,
    },
    /// Put a server into a client's file, mcpscope's own unless said otherwise
    Add(writing::AddArgs),
    /// Change a server where it stands
    Edit(writing::EditArgs),
    /// Take a server out of the file it stands in
    Remove(writing::RemoveArgs),
    /// In what the entries of a server differ; exits with 10 when they do
    Diff {
        /// Which
        name: String,
    },
    /// Why a client has a server, or has not
    Why {
        /// Which
        name: String,
        /// Only of this client
        #[arg(long, value_name = "CLIENT", value_parser = client)]
        client: Option<&'static Client>,
    },
}

pub(super) fn client(word: &str) -> Result<&'static Client, String> {
    Client::of(word).ok_or_else(|| {
        let words: Vec<&str> = CLIENTS.iter().map(|client| client.id).collect();
        format!("clients are {}", words.join(", "))
    })
}

/// What all of them work on.
struct Desk {
    machine: Machine,
    found: Found,
    trust: Trust,
}

/// Runs it.
pub fn run(args: &ConfigArgs) -> Exit {
    let mut output = Output::default();
    output.json = args.json;
    let outcome = work(args, &mut output);
    match outcome {
        Ok(exit) => match output.flush() {
            Ok(()) => exit,
            // Whoever reads may have had enough.
            Err(_) => Exit::Ok,
        },
        Err(Early::Failure(failure)) => super::fail(&failure, super::nobody(), &mut output),
        Err(Early::Output(_) | Early::Stop(_)) => Exit::Ok,
    }
}

fn work(args: &ConfigArgs, output: &mut Output) -> Outcome {
    let paths = Paths::from_env().ok();
    if let Some(dir) = args.dir.as_ref().filter(|dir| !dir.is_dir()) {
        let what = format!("there is no folder {}", dir.display());
        return Err(Failure::usage(what).into());
    }
    let machine = configured::machine(paths.as_ref(), args.dir.as_deref(), &[], &[]);
    let desk = Desk {
        found: configs::find(&machine),
        trust: configured::trust(paths.as_ref()),
        machine,
    };
    match &args.what {
        What::List { client } => desk.list(*client, output),
        What::Show { name } => desk.show(name, output),
        What::Path { client } => desk.path(*client, output),
        What::Add(args) => args.run(&desk, output),
        What::Edit(args) => args.run(&desk, output),
        What::Remove(args) => args.run(&desk, output),
        What::Diff { name } => desk.diff(name, output),
        What::Why { name, client } => desk.why(name, *client, output),
    }
}

impl Desk {
    /// A path as people write it.
    fn short(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.machine.home).ok();
        let below = below.filter(|below| below.components().next().is_some());
        let told = match (path.strip_prefix(&self.machine.folder), below) {
            (Ok(inside), _) => format!("./{}", inside.display()),
            (_, Some(below)) => format!("~/{}", below.display()),
            _ => path.display().to_string(),
        };
        text::sanitize(&told).into_owned()
    }

    /// The entries of a name or selector.
    fn entries(&self, name: &str) -> Result<Vec<&Configured>, Failure> {
        let servers = &self.found.servers;
        let named: Vec<&Configured> = servers
            .iter()
            .filter(|server| server.name == name)
            .collect();
        if !named.is_empty() {
            return Ok(named);
        }
        let chosen = configured::named(&self.found, name)?;
        let scoped = name
            .split_once(':')
            .is_some_and(|(whose, _)| whose.contains('/'));
        let same = servers.iter().filter(|server| {
            server.name == chosen.name
                && server.client.id == chosen.client.id
                && (!scoped || server.scope == chosen.scope)
        });
        Ok(same.collect())
    }

    fn list(&self, only: Option<&Client>, output: &mut Output) -> Outcome {
        let of_client = |client: &Client| only.is_none_or(|only| only.id == client.id);
        let servers: Vec<&Configured> = self
            .found
            .servers
            .iter()
            .filter(|server| of_client(server.client))
            .collect();
        if output.json {
            return self.print_json(&servers, output);
        }
        let mut before: Option<(&Path, &str)> = None;
        let widest = servers
            .iter()
            .map(|server| text::width(&text::sanitize(&server.name)))
            .max();
        let widest = widest.unwrap_or(0).min(32);
        for server in &servers {
            let here = (server.file.as_path(), server.scope.word());
            if before != Some(here) {
                if before.is_some() {
                    output.line("")?;
                }
                let file = self.short(&server.file);
                output.line(&format!("{file}  {}, {}", server.client.name, here.1))?;
                before = Some(here);
            }
            let name = text::pad(&text::sanitize(&server.name), widest);
            let line = format!(
                "  {name}  {:<5}  {}",
                server.launch.transport(),
                command(&server.launch)
            );
            output.line(line.trim_end())?;
            for mark in self.marks(server) {
                output.line(&format!(
                    "  {}  ! {}",
                    " ".repeat(widest),
                    text::sanitize(&mark)
                ))?;
            }
        }
        if servers.is_empty() {
            output.line("no client has a server in its settings")?;
        }
        let broken = self.found.broken.iter();
        let mut first = true;
        for broken in broken.filter(|broken| of_client(broken.client)) {
            if std::mem::take(&mut first) {
                output.line("")?;
                output.line("not read:")?;
            }
            output.line(&format!("  {}", text::sanitize(&broken.to_string())))?;
        }
        Ok(Exit::Ok)
    }

    /// What somebody should know of an entry.
    fn marks(&self, server: &Configured) -> Vec<String> {
        let mut marks = Vec::new();
        if let Some(before) = self.found.shadow_of(server) {
            marks.push(format!(
                "{}:{} comes first",
                self.short(&before.file),
                before.line
            ));
        }
        marks.extend(server.off.clone());
        for lack in server.launch.lacks() {
            marks.push(format!("{lack} has no value here"));
        }
        match self.trust.standing(server) {
            Standing::Agreed => {}
            Standing::New => marks.push("never agreed to: --trust".to_owned()),
            Standing::Changed(what) => {
                marks.push(format!(
                    "changed since it was agreed to: {}",
                    what.join(", ")
                ));
            }
        }
        marks.extend(server.remarks.iter().cloned());
        marks
    }

    fn show(&self, name: &str, output: &mut Output) -> Outcome {
        let entries = self.entries(name)?;
        if output.json {
            return self.print_json(&entries, output);
        }
        for (index, server) in entries.iter().enumerate() {
            if index > 0 {
                output.line("")?;
            }
            let mut field = |name: &str, value: &str| {
                output.line(&format!("{name:<10} {}", text::sanitize(value)))
            };
            field("server", &server.selector())?;
            let place = format!(
                "{}:{}  {}, {}: {}",
                self.short(&server.file),
                server.line,
                server.client.name,
                server.scope.word(),
                server.scope.meaning()
            );
            field("stands in", &place)?;
            let launch = &server.launch;
            match launch {
                Launch::Process { .. } => {
                    field("command", &shell_words::join(launch.written()))?;
                    let expanded = launch.expanded();
                    if expanded != launch.written() && launch.lacks().is_empty() {
                        field("runs", &shell_words::join(expanded))?;
                    }
                }
                Launch::Address { .. } => {
                    let address = format!("{} ({})", command(launch), launch.transport());
                    field("address", &address)?;
                }
            }
            if let Some(cwd) = launch.cwd() {
                field("cwd", &cwd.written)?;
            } else if let (Launch::Process { .. }, Some(project)) = (launch, &server.project) {
                field("cwd", &self.short(project))?;
            }
            let kind = match launch {
                Launch::Process { .. } => "env",
                Launch::Address { .. } => "headers",
            };
            let names: Vec<String> = launch
                .named()
                .iter()
                .map(|(name, text)| {
                    if is_reference(&text.written) {
                        format!("{name}={}", text.written)
                    } else {
                        format!("{name}=••••")
                    }
                })
                .collect();
            if !names.is_empty() {
                field(kind, &names.join(" "))?;
            }
            for mark in self.marks(server) {
                field("!", &mark)?;
            }
        }
        Ok(Exit::Ok)
    }

    fn path(&self, only: Option<&Client>, output: &mut Output) -> Outcome {
        let files = self.found.files.iter();
        let files = files.filter(|looked| only.is_none_or(|only| only.id == looked.client.id));
        let mut told = Vec::new();
        for looked in files {
            let state = match &looked.state {
                State::Missing => "not there".to_owned(),
                State::Read(count) => text::plural(*count, "server"),
                State::Broken(trouble) => format!("broken: {}", trouble.what),
            };
            if output.json {
                told.push(object(vec![
                    ("client", string(looked.client.id)),
                    ("scope", string(looked.scope.word())),
                    ("file", string(&looked.file.display().to_string())),
                    ("state", string(&state)),
                ]));
            } else {
                output.line(&format!(
                    "{:<15} {:<8} {}  ({})",
                    looked.client.id,
                    looked.scope.word(),
                    text::sanitize(&looked.file.display().to_string()),
                    text::sanitize(&state)
                ))?;
            }
        }
        if output.json {
            output.raw(&object(vec![("files", Value::Array(told))]).to_string())?;
        }
        Ok(Exit::Ok)
    }

    fn diff(&self, name: &str, output: &mut Output) -> Outcome {
        let entries = self.entries(name)?;
        let Some((first, rest)) = entries.split_first() else {
            return Ok(Exit::Ok);
        };
        let differ = rest
            .iter()
            .any(|other| !first.launch.differences(&other.launch).is_empty());
        let exit = if differ { Exit::Differs } else { Exit::Ok };
        if output.json {
            self.print_json(&entries, output)?;
            return Ok(exit);
        }
        let place = |server: &Configured| {
            format!(
                "{}  {}:{}",
                server.selector(),
                self.short(&server.file),
                server.line
            )
        };
        output.line(&text::sanitize(&place(first)))?;
        output.line(&format!("  {}", command(&first.launch)))?;
        for other in rest {
            output.line(&text::sanitize(&place(other)))?;
            output.line(&format!("  {}", command(&other.launch)))?;
            let found = first.launch.differences(&other.launch);
            let told = if found.is_empty() {
                "the same".to_owned()
            } else {
                found.join("; ")
            };
            output.line(&format!("  = {}", text::sanitize(&told)))?;
        }
        if rest.is_empty() {
            output.line("nobody else has it")?;
        }
        Ok(exit)
    }

    fn why(&self, name: &str, only: Option<&'static Client>, output: &mut Output) -> Outcome {
        let verdicts = why(&self.found, &self.machine, name, only);
        if let Err(configs::Unselected::Unknown(Some(_))) = configs::select(&self.found, name)
            && verdicts.iter().all(|verdict| !verdict.has)
        {
            // Somebody mistyped it: that nobody has it is no riddle.
            return Err(configured::named(&self.found, name)
                .err()
                .unwrap_or_else(|| Failure::usage(format!("no client has a server {name}")))
                .into());
        }
        if output.json {
            let told = verdicts.iter().map(|verdict| {
                let why = verdict.why.iter().map(|line| string(line)).collect();
                object(vec![
                    ("client", string(verdict.client.id)),
                    ("has", Value::Bool(verdict.has)),
                    ("why", Value::Array(why)),
                ])
            });
            let told = Value::Array(told.collect());
            output.raw(&object(vec![("clients", told)]).to_string())?;
            return Ok(Exit::Ok);
        }
        for Verdict { client, has, why } in &verdicts {
            let word = if *has { "has it" } else { "does not start it" };
            output.line(&format!("{} {word}", client.name))?;
            for line in why {
                output.line(&format!("  {}", text::sanitize(line)))?;
            }
        }
        Ok(Exit::Ok)
    }

    fn print_json(&self, servers: &[&Configured], output: &mut Output) -> Outcome {
        let told = servers.iter().map(|server| {
            let first = servers.iter().find(|other| other.name == server.name);
            self.json(server, first.copied())
        });
        let told = Value::Array(told.collect());
        let broken = self.found.broken.iter().map(|broken| {
            object(vec![
                ("file", string(&broken.file.display().to_string())),
                ("line", number(broken.trouble.line)),
                ("column", number(broken.trouble.column)),
                ("client", string(broken.client.id)),
                ("name", maybe(broken.name.as_deref())),
                ("what", string(&broken.trouble.what)),
            ])
        });
        let broken = Value::Array(broken.collect());
        output.raw(&object(vec![("servers", told), ("broken", broken)]).to_string())?;
        Ok(Exit::Ok)
    }

    /// An entry; `first` is what it is compared with.
    fn json(&self, server: &Configured, first: Option<&Configured>) -> Value {
        let launch = &server.launch;
        let list =
            |words: Vec<String>| Value::Array(words.iter().map(|word| string(word)).collect());
        let names: Vec<String> = launch
            .named()
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let own = |words: Vec<&str>| list(words.into_iter().map(str::to_owned).collect());
        let remote = matches!(launch, Launch::Address { .. });
        let words = |words: Vec<&str>| if remote { Value::Null } else { own(words) };
        let lacks: Vec<String> = launch.lacks().iter().map(ToString::to_string).collect();
        let hidden = self.found.shadow_of(server).map(Configured::place);
        let differs = first.map(|first| first.launch.differences(launch));
        object(vec![
            ("name", string(&server.name)),
            ("client", string(server.client.id)),
            ("scope", string(server.scope.word())),
            ("file", string(&server.file.display().to_string())),
            ("line", number(server.line)),
            (
                "project",
                maybe(
                    server
                        .project
                        .as_ref()
                        .map(|path| path.to_string_lossy())
                        .as_deref(),
                ),
            ),
            ("transport", string(launch.transport())),
            ("command", words(launch.written())),
            ("expanded", words(launch.expanded())),
            (
                "url",
                if remote {
                    string(&command(launch))
                } else {
                    Value::Null
                },
            ),
            (
                "env",
                if remote {
                    Value::Array(Vec::new())
                } else {
                    list(names.clone())
                },
            ),
            (
                "headers",
                if remote {
                    list(names)
                } else {
                    Value::Array(Vec::new())
                },
            ),
            ("cwd", maybe(launch.cwd().map(|text| text.written.as_str()))),
            ("lacks", list(lacks)),
            ("off", maybe(server.off.as_deref())),
            ("hiddenBy", maybe(hidden.as_deref())),
            (
                "agreed",
                Value::Bool(self.trust.standing(server) == Standing::Agreed),
            ),
            ("remarks", list(server.remarks.clone())),
            ("differs", list(differs.unwrap_or_default())),
        ])
    }
}

/// Whether a value is nothing but the name of a variable or an input, which is no secret; a scheme may stand before it.
fn is_reference(written: &str) -> bool {
    let rest = written.strip_prefix("Bearer ").unwrap_or(written);
    let name = rest
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| {
        !name.contains(['$', '{', '}']) && !name.contains(":-") && !name.is_empty()
    })
}

/// Program and arguments, or the address without its secrets, as they are written.
fn command(launch: &Launch) -> String {
    let told = match launch {
        Launch::Process { .. } => shell_words::join(launch.written()),
        Launch::Address { url, .. } => match url::Url::parse(&url.written) {
            Ok(parsed) => masked_url(&parsed),
            Err(_) => url.written.clone(),
        },
    };
    text::sanitize(&told).into_owned()
}

pub(super) fn object(members: Vec<(&str, Value)>) -> Value {
    let members = members.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn maybe(text: Option<&str>) -> Value {
    text.map_or(Value::Null, string)
}

fn number(number: usize) -> Value {
    Value::Number(number.to_string())
}
