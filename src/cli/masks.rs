//! `mcpscope masks`: what is masked in a recording.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::Failure;
use super::sessions;
use crate::config::Config;
use crate::filter::Filter;
use crate::mask::Rules;
use crate::paths::Paths;
use crate::recording::Recording;
use crate::text;

/// Tell what is masked in a recording: why, under which name, where and how often; values are not in it
#[derive(Debug, Clone, Args)]
pub struct MasksArgs {
    /// The recording: a file, or a name that mcpscope sessions lists
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only in what this filter lets through, such as 'tool:login since:5m': calls, HTTP and log lines
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse)]
    filter: Option<Filter>,
}

/// Runs it.
pub fn run(args: &MasksArgs) -> Exit {
    match told(args) {
        Ok(told) => match std::io::stdout().lock().write_all(told.as_bytes()) {
            // Whoever reads may have had enough.
            Ok(()) | Err(_) => Exit::Ok,
        },
        Err(failure) => super::report(&failure),
    }
}

fn told(args: &MasksArgs) -> Result<String, Failure> {
    let rules = rules()?;
    let file = sessions::named(&args.file, Paths::from_env().ok().as_ref())?;
    let recording =
        Recording::masked_by(&file, &rules).map_err(|error| Failure::usage(error.to_string()))?;
    let failed = |error| Failure::new(Exit::Internal, format!("cannot read it: {error}"));
    let bodies = recording.bodies();
    let Some(filter) = &args.filter else {
        return Ok(bodies.tally().map_err(failed)?.to_string());
    };
    let timeline = recording.fold().map_err(failed)?;
    let meant = super::filtered::entries(&file, &timeline, &bodies, filter).map_err(failed)?;
    let tally = bodies.tally_of(&|seq| meant.contains(&seq));
    let tally = tally.map_err(failed)?;
    if tally.is_empty() {
        let filter = filter.to_string();
        return Ok(format!(
            "Nothing is masked in what {} lets through.\n",
            text::sanitize(&filter)
        ));
    }
    Ok(tally.to_string())
}

/// What the user's settings say is masked; what always is, for a user without any.
pub(super) fn rules() -> Result<Rules, Failure> {
    let Ok(paths) = Paths::from_env() else {
        return Ok(Rules::default());
    };
    let config = Config::load(&paths)
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    Ok(config.settings.mask)
}
