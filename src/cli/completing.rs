//! What the scripts for shells know beyond what is made from the command line: the servers there are, words that stand
//! behind others, and what each shell takes amiss.

use std::fmt::Write as _;
use std::io;

use super::output::Output;
use super::{Exit, configured};
use crate::configs::{self, Found, Unselected};
use crate::paths::Paths;
use crate::text;

/// The verb that tells a shell the names of servers.
pub const NAMES: &str = "server-names";

/// Names are read as they come; nothing in them is run.
const BASH: &str = "_mcpscope_servers() {
    local name
    COMPREPLY=()
    while IFS= read -r name; do
        [[ $name == \"$cur\"* ]] && COMPREPLY+=(\"$(printf '%q' \"$name\")\")
    done < <(mcpscope server-names 2>/dev/null)
}

";

const ZSH: &str = "_mcpscope_servers() {
    local -a names
    names=(\"${(@f)$(mcpscope server-names 2>/dev/null)}\")
    compadd -a names
}

";

/// The script for bash.
pub fn bash(script: &str) -> String {
    let files = "--server)\n                    COMPREPLY=($(compgen -f \"${cur}\"))";
    let names = "--server)\n                    _mcpscope_servers";
    format!("{BASH}{}", script.replace(files, names))
}

/// The script for zsh: `#compdef` stays its first line.
pub fn zsh(script: &str) -> String {
    let script = verbs_first(script);
    let lines = script.split_inclusive('\n').map(|line| {
        if line.contains("--server=[") {
            line.replace(":NAME:_default'", ":NAME:_mcpscope_servers'")
        } else {
            line.to_owned()
        }
    });
    let script: String = lines.collect();
    match script.split_once("\n\n") {
        Some((first, rest)) => format!("{first}\n\n{ZSH}{rest}"),
        None => script,
    }
}

/// The script for fish, of a command line.
pub fn fish(script: &str, command: &clap::Command) -> String {
    let lines = script.lines().map(|line| {
        if line.contains(" -l server -d ") && line.ends_with(" -r") {
            format!("{line} -f -a \"(mcpscope {NAMES} 2>/dev/null)\"\n")
        } else {
            format!("{line}\n")
        }
    });
    let mut script: String = lines.collect();
    // Words that only some can be, which are no options.
    for verb in command.get_subcommands() {
        let first = verb.get_positionals().next();
        let values = first.map(clap::Arg::get_possible_values);
        let values: Vec<String> = values
            .unwrap_or_default()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| value.get_name().to_owned())
            .collect();
        if !values.is_empty() {
            let _ = writeln!(
                script,
                "complete -c mcpscope -n \"__fish_mcpscope_using_subcommand {}; and not contains -- -- (commandline -opc)\" -f -a \"{}\"",
                verb.get_name(),
                values.join(" ")
            );
        }
    }
    script
}

/// The server's command stands behind `--`, but zsh would take the first word for it, and the verb for the second. It
/// is left out where no verb stands before it, and counts for nothing.
///
/// Words that may come any number of times are `*:` there: with `*::` no option is offered any more behind the first.
fn verbs_first(script: &str) -> String {
    let (before, after) = script
        .split_once("\":: :_mcpscope_commands\"")
        .unwrap_or((script, ""));
    let kept = before
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("'::command "));
    let kept: String = kept.collect();
    let after = after.replace("$line[2]", "$line[1]").replace("'*::", "'*:");
    format!("{kept}\":: :_mcpscope_commands\"{after}")
}

/// The words that `--server` takes here, each once.
fn names(found: &Found) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for server in &found.servers {
        let own = match configs::select(found, &server.name) {
            Err(Unselected::Several(_)) => server.selector(),
            _ => server.name.clone(),
        };
        // A line each; what would do something to a terminal is typed by nobody.
        if text::sanitize(&own) == own && !words.contains(&own) {
            words.push(own);
        }
    }
    words
}

/// Prints them, a line each. Reads settings, nothing else.
pub fn run() -> Exit {
    let paths = Paths::from_env().ok();
    let found = configs::find(&configured::machine(paths.as_ref(), None, &[], &[]));
    let mut output = Output::default();
    let told = names(&found)
        .iter()
        .try_for_each(|name| output.line(name))
        .and_then(|()| output.flush());
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Internal,
        _ => Exit::Ok,
    }
}
