//! `mcpscope config add`, `edit` and `remove`.

use std::path::PathBuf;

use clap::Args;

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::target::variable;
use super::super::{Exit, Outcome};
use super::{Desk, client};
use crate::configs::edit::{self, Draft, EditError, Setting};
use crate::configs::{self, Client, Configured, Holds, Place, Scope};
use crate::json::Value;
use crate::mcp::http::Choice;
use crate::text;
use crate::transport::http;

/// How a server is started or reached.
#[derive(Debug, Clone, Args)]
struct How {
    /// The command and its arguments, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    /// Its address; ${NAME} may stand in it where the client puts variables in
    #[arg(long, value_name = "URL", conflicts_with = "command", value_parser = address)]
    url: Option<String>,
    /// What is spoken at the address: http or sse
    #[arg(long, value_name = "TRANSPORT", value_parser = ["http", "sse"], requires = "url")]
    transport: Option<String>,
    /// Send this header (repeatable)
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// Set a variable (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Run it in this folder
    #[arg(long, value_name = "FOLDER")]
    cwd: Option<String>,
}

/// An address that somebody can be reached at; what a variable stands in is known only when it is.
fn address(text: &str) -> Result<String, String> {
    if !text.contains(['$', '{']) {
        http::address(text)?;
    }
    Ok(text.to_owned())
}

/// A header keeps the spelling of its name.
fn header(text: &str) -> Result<(String, String), String> {
    http::header(text)?;
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl How {
    fn draft(&self) -> Draft {
        Draft {
            command: self.command.clone(),
            url: self.url.clone(),
            choice: match self.transport.as_deref() {
                Some("http") => Choice::Streamable,
                Some("sse") => Choice::Sse,
                _ => Choice::Auto,
            },
            env: self.env.clone(),
            headers: self.header.clone(),
            cwd: self.cwd.clone(),
        }
    }
}

/// Arguments of `add`.
#[derive(Debug, Clone, Args)]
pub struct AddArgs {
    /// Its name
    name: String,
    /// Whose file
    #[arg(long, value_name = "CLIENT", value_parser = client, default_value = "mcpscope")]
    client: &'static Client,
    /// For whom: local, project or user
    #[arg(long, value_name = "SCOPE", value_parser = ["local", "project", "user"], default_value = "user")]
    scope: String,
    #[command(flatten)]
    how: How,
}

/// Arguments of `edit`.
#[derive(Debug, Clone, Args)]
pub struct EditArgs {
    /// Which
    name: String,
    /// Take this out: a member (cwd), or a variable or header (env.NAME, headers.NAME) (repeatable)
    #[arg(long, value_name = "MEMBER")]
    unset: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// Arguments of `remove`.
#[derive(Debug, Clone, Args)]
pub struct RemoveArgs {
    /// Which
    name: String,
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}

impl AddArgs {
    pub(super) fn run(&self, desk: &Desk, output: &mut Output) -> Outcome {
        let draft = self.how.draft();
        if draft.command.is_empty() && draft.url.is_none() {
            let failure = Failure::usage("it is not said how the server is started");
            let hint = format!(
                "mcpscope config add {} -- COMMAND [ARGS…], or --url URL",
                self.name
            );
            return Err(failure.hint(hint).into());
        }
        let places = self.client.places.iter();
        let place = places
            .clone()
            .find(|place| place.scope.word() == self.scope && place.holds != Holds::Described);
        let file = place.and_then(|place| Some((place, desk.machine.path(place)?)));
        let Some((place, file)) = file else {
            let mut known: Vec<&str> = places.map(|place| place.scope.word()).collect();
            known.dedup();
            let what = format!("{} keeps no {} servers", self.client.name, self.scope);
            let hint = format!("--scope is {} for it", known.join(" or "));
            return Err(Failure::usage(what).hint(hint).into());
        };
        let members = draft.members(self.client).map_err(Failure::from)?;
        let project = desk.machine.folder.to_string_lossy().into_owned();
        let backup = edit::write(&file, &self.name, |text| {
            edit::add(text, place, &project, &self.name, &members)
        })
        .map_err(Failure::from)?;
        if place.scope == Scope::Project {
            // Who writes it down has seen it.
            let found = configs::find(&desk.machine);
            let mut own = found.servers.iter();
            let own = own.find(|server| server.name == self.name && server.file == file);
            if let Some(server) = own {
                let agreed = desk.trust.agree(server);
                agreed.map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
            }
        }
        tell(desk, "added", &self.name, &file, backup, output)
    }
}

impl EditArgs {
    pub(super) fn run(&self, desk: &Desk, output: &mut Output) -> Outcome {
        let server = one(desk, &self.name)?;
        let (place, project) = place_of(server)?;
        let settings = self.settings(server)?;
        if settings.is_empty() {
            let failure = Failure::usage("it is not said what shall change");
            let hint = "-- COMMAND [ARGS…], --url, --env, --header, --cwd or --unset MEMBER";
            return Err(failure.hint(hint.to_owned()).into());
        }
        let backup = edit::write(&server.file, &server.name, |text| {
            edit::change(text, place, &project, &server.name, &settings)
        })
        .map_err(Failure::from)?;
        tell(desk, "changed", &server.name, &server.file, backup, output)
    }

    fn settings(&self, server: &Configured) -> Result<Vec<Setting>, Failure> {
        let client = server.client;
        let draft = self.how.draft();
        let pairs = Draft {
            env: Vec::new(),
            headers: Vec::new(),
            ..draft.clone()
        };
        let members = pairs.members(client).map_err(Failure::from)?;
        let mut settings: Vec<Setting> = members
            .into_iter()
            .map(|(name, value)| (vec![name], Some(value)))
            .collect();
        let mut take = |name: &str| settings.push((vec![name.to_owned()], None));
        if !draft.command.is_empty() {
            if draft.command.len() == 1 {
                take("args");
            }
            for (url, _) in client.dialect.urls {
                take(url);
            }
        } else if draft.url.is_some() {
            take("command");
            take("args");
        }
        for (member, pairs) in [
            ("env", &draft.env),
            (client.dialect.headers, &draft.headers),
        ] {
            for (name, value) in pairs {
                let path = vec![member.to_owned(), name.clone()];
                settings.push((path, Some(Value::String(value.clone()))));
            }
        }
        for member in &self.unset {
            let path = match member.split_once('.') {
                Some(("headers", name)) => vec![client.dialect.headers.to_owned(), name.to_owned()],
                Some((member, name)) => vec![member.to_owned(), name.to_owned()],
                None => vec![member.clone()],
            };
            settings.push((path, None));
        }
        Ok(settings)
    }
}

impl RemoveArgs {
    pub(super) fn run(&self, desk: &Desk, output: &mut Output) -> Outcome {
        let server = one(desk, &self.name)?;
        let (place, project) = place_of(server)?;
        let backup = edit::write(&server.file, &server.name, |text| {
            edit::remove(text, place, &project, &server.name)
        })
        .map_err(Failure::from)?;
        tell(desk, "removed", &server.name, &server.file, backup, output)
    }
}

/// The one entry of a name: what is changed is never guessed.
fn one<'a>(desk: &'a Desk, name: &str) -> Result<&'a Configured, Failure> {
    let entries = desk.entries(name)?;
    if let [server] = entries.as_slice() {
        return Ok(server);
    }
    let several: Vec<String> = entries
        .iter()
        .map(|server| {
            format!(
                "{}/{}:{}",
                server.client.id,
                server.scope.word(),
                server.name
            )
        })
        .collect();
    let what = format!("{name} stands in {}", text::plural(entries.len(), "place"));
    Err(Failure::usage(what).hint(format!("say which: {}", several.join(", "))))
}

/// The place an entry stands in, and the project it is for.
fn place_of(server: &Configured) -> Result<(&'static Place, String), Failure> {
    edit::place_of(server).ok_or_else(|| {
        let what = format!(
            "{} describes one server, for registries",
            server.file.display()
        );
        Failure::usage(what).hint("change it by hand".to_owned())
    })
}

fn tell(
    desk: &Desk,
    done: &str,
    name: &str,
    file: &std::path::Path,
    backup: Option<PathBuf>,
    output: &mut Output,
) -> Outcome {
    if output.json {
        let mut document = super::super::document::Document::default();
        let backup = backup.map(|path| path.display().to_string());
        document
            .text("done", done)
            .text("name", name)
            .text("file", &file.display().to_string())
            .maybe("backup", backup.as_deref());
        output.document(&document)?;
        return Ok(Exit::Ok);
    }
    let place = match done {
        "added" => "to",
        "removed" => "from",
        _ => "in",
    };
    let kept = match backup {
        Some(backup) => format!("; what was there is in {}", desk.short(&backup)),
        None => String::new(),
    };
    let name = text::sanitize(name);
    output.line(&format!("{done} {name} {place} {}{kept}", desk.short(file)))?;
    Ok(Exit::Ok)
}
