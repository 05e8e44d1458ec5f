//! The server that `--server` names: found in the settings of clients, and agreed to when it came with a project.

use std::path::{Path, PathBuf};

use super::Exit;
use super::failure::Failure;
use crate::configs::inputs::How;
use crate::configs::trust::{Consent, Terms, Trust};
use crate::configs::{self, Configured, Found, Machine, Unselected};
use crate::paths::Paths;
use crate::text;
use crate::transport::Target;

/// A server out of the settings of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// How it is started or reached.
    pub target: Target,
    /// Its entry.
    pub server: Configured,
    /// What somebody has to agree to first, if anything.
    pub consent: Option<Box<Consent>>,
}

/// The machine as the command line sees it: with these variables on top of the environment, and these inputs.
pub fn machine(
    paths: Option<&Paths>,
    folder: Option<&Path>,
    variables: &[(String, String)],
    inputs: &[(String, String)],
) -> Machine {
    let mut machine = Machine::here(folder, paths.map(Paths::config_file));
    machine.variables.extend(variables.iter().cloned());
    machine.inputs.extend(inputs.iter().cloned());
    machine
}

/// What is remembered of this user's agreements.
pub fn trust(paths: Option<&Paths>) -> Trust {
    paths.map_or_else(Trust::default, |paths| Trust::at(paths.trust_file()))
}

/// The server of this name; the failure says what there is instead.
pub fn named<'a>(found: &'a Found, wanted: &str) -> Result<&'a Configured, Failure> {
    match configs::select(found, wanted) {
        Ok(selection) => Ok(selection.server),
        Err(Unselected::Unknown(meant)) => {
            let wrong = found.broken.iter().find(|broken| {
                let name = broken.name.as_deref();
                name.is_none() || name == Some(wanted)
            });
            let hint = match (meant, wrong) {
                (Some(meant), _) => format!("did you mean {meant}?"),
                (None, Some(broken)) => format!("{broken}"),
                (None, None) => "mcpscope config list shows the servers there are".to_owned(),
            };
            Err(
                Failure::usage(format!("no client has a server {wanted} in its settings"))
                    .hint(hint),
            )
        }
        Err(Unselected::Several(several)) => {
            let places: Vec<String> = several
                .iter()
                .map(|server| format!("{} ({})", server.selector(), server.place()))
                .collect();
            let what = format!("{wanted} is not the same everywhere: {}", places.join(", "));
            let hint = format!(
                "--server {} takes that one; mcpscope config diff {wanted} shows the differences",
                several[0].selector()
            );
            Err(Failure::usage(what).hint(hint))
        }
    }
}

/// What is started for a server; the failure says what it needs first. With `asks` somebody is there who can be asked
/// for what the client would ask for.
pub fn target(server: &Configured, machine: &Machine, asks: bool) -> Result<Target, Failure> {
    let mut lacks = server.launch.lacks();
    let asked = |id: &String| {
        let mut inputs = server.asks.iter();
        inputs.any(|input| input.id == *id && !matches!(input.how, How::Command(_)))
    };
    lacks.retain(|lack| !matches!(lack, configs::Lack::Input(id) if asks && asked(id)));
    if let Some(first) = lacks.first() {
        let all: Vec<String> = lacks.iter().map(ToString::to_string).collect();
        let what = format!(
            "{} needs {} ({})",
            server.name,
            all.join(" and "),
            server.place()
        );
        let hint = match first {
            configs::Lack::Variable(name) => format!("set it, or give --env {name}=VALUE"),
            configs::Lack::Input(id) => format!("give --input {id}=VALUE"),
            configs::Lack::File(_) => "make that file, or correct its path".to_owned(),
        };
        return Err(Failure::usage(what).hint(hint));
    }
    let folder: Option<PathBuf> = server.project.clone().filter(|project| {
        std::env::current_dir().map_or(true, |here| here.canonicalize().unwrap_or(here) != *project)
    });
    server
        .launch
        .target(folder.as_deref(), &machine.home)
        .map_err(|error| {
            let what = format!("{}: {error}", server.name);
            Failure::usage(what).hint(format!("correct it in {}", server.place()))
        })
}

/// Finds a server and what has to be agreed to; with `agree` that is settled at once, and remembered. With `asks`
/// somebody is there who can be asked for inputs.
pub fn choose(
    wanted: &str,
    machine: &Machine,
    trust: Trust,
    (agree, asks): (bool, bool),
) -> Result<Chosen, Failure> {
    let found = configs::find(machine);
    let server = named(&found, wanted)?;
    let target = target(server, machine, asks)?;
    let mut consent = None;
    if let Some(terms) = trust.terms(server) {
        if agree {
            trust
                .agree(server)
                .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
        } else {
            consent = Some(Box::new(Consent {
                terms,
                server: server.clone(),
                trust,
            }));
        }
    }
    Ok(Chosen {
        name: server.name.clone(),
        target,
        server: server.clone(),
        consent,
    })
}

/// Says what nobody was asked for, and what is taken in its place.
pub fn tell_taken(server: &Configured) {
    for input in &server.taken {
        let value = if input.hidden {
            "what its file proposes"
        } else {
            &input.proposed
        };
        let told = format!(
            "note: {} is {value}; --input {}=VALUE says otherwise",
            input.id, input.id
        );
        super::say(&text::sanitize(&told));
    }
}

/// Why a server does not run without a word of somebody.
pub fn not_trusted(consent: &Consent) -> Failure {
    let Terms {
        name,
        place,
        command,
        expanded,
        names,
        changed,
        remote,
        cwd,
        ..
    } = &consent.terms;
    let why = match changed.as_slice() {
        [] => "was never agreed to".to_owned(),
        changed => format!("changed since it was agreed to: {}", changed.join(", ")),
    };
    let what = if *remote {
        command.join(" ")
    } else {
        shell_words::join(command)
    };
    // What was written is agreed to; what comes of it here may be something else.
    let here = expanded.as_ref().map(|words| {
        let words = if *remote {
            words.join(" ")
        } else {
            shell_words::join(words)
        };
        format!(" (here {words})")
    });
    let here = here.unwrap_or_default();
    let cwd = cwd.as_ref().map(|cwd| format!(", in {cwd}"));
    let names = match (names.as_slice(), remote) {
        ([], _) => String::new(),
        (names, true) => format!(", with the headers {}", names.join(", ")),
        (names, false) => format!(", with {} set", names.join(", ")),
    };
    Failure::new(
        Exit::NotTrusted,
        format!(
            "{name} of {place} comes with the project and {why}; it would {} {what}{here}{}{names}",
            if *remote { "talk to" } else { "run" },
            cwd.unwrap_or_default(),
        ),
    )
    .hint("look at it; --trust agrees, and remembers it until it changes".to_owned())
}
