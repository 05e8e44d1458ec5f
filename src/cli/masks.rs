//! `mcpscope masks`: what is masked in a recording.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::Failure;
use super::sessions;
use crate::config::Config;
use crate::mask::Rules;
use crate::paths::Paths;
use crate::recording::Recording;

/// Tell what is masked in a recording: why, under which name, where and how often; values are not in it
#[derive(Debug, Clone, Args)]
pub struct MasksArgs {
    /// The recording: a file, or a name that mcpscope sessions lists
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs it.
pub fn run(args: &MasksArgs) -> Exit {
    let tally = rules()
        .and_then(|rules| {
            let file = sessions::named(&args.file, Paths::from_env().ok().as_ref())?;
            Recording::masked_by(&file, &rules).map_err(|error| Failure::usage(error.to_string()))
        })
        .and_then(|recording| {
            let failed = |error| Failure::new(Exit::Internal, format!("cannot read it: {error}"));
            recording.bodies().tally().map_err(failed)
        });
    match tally {
        Ok(tally) => match write!(std::io::stdout().lock(), "{tally}") {
            // Whoever reads may have had enough.
            Ok(()) | Err(_) => Exit::Ok,
        },
        Err(failure) => super::report(&failure),
    }
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
