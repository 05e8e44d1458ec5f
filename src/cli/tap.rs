//! `mcpscope tap`: between a client and the server it meant to start.

use clap::Args;

use super::exit::Exit;
use super::failure::Failure;
use super::target::TargetArgs;
use crate::tap;

/// Stand between a client and its server, pass everything on, and record it
///
/// Put this before the server's command in the client's settings. stdin, stdout, stderr, signals and
/// the exit code pass through unchanged.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct TapArgs {
    #[command(flatten)]
    target: TargetArgs,
}

/// Runs it. When a server ran, this process ends as that did.
pub fn run(args: &TapArgs) -> Exit {
    match tap(args) {
        Ok(tapped) => {
            if let Some((lost, why)) = tapped.lost {
                let entries = crate::text::plural(lost as usize, "entry");
                // The traffic was not held up by it; the server's own exit says the rest.
                super::report(&Failure::new(
                    Exit::Internal,
                    format!("{entries} could not be recorded: {why}"),
                ));
            }
            tap::pass_on(tapped.ended)
        }
        Err(failure) => super::report(&failure),
    }
}

fn tap(args: &TapArgs) -> Result<tap::Tapped, Failure> {
    let target = args.target.target(&[])?;
    let connect = target.server("tap")?;
    let crate::transport::Target::Process(spawn) = connect.target else {
        let failure = Failure::usage("only a command can be tapped");
        return Err(failure.hint("mcpscope tap -- COMMAND [ARGS…]".to_owned()));
    };
    let (recorder, trouble) = target
        .keep
        .start_somewhere(&connect.name)
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    if let Some(error) = trouble {
        // The traffic goes on all the same.
        let _ = Failure::new(Exit::Internal, format!("{error}; this session is not kept"))
            .hint(error.hint())
            .tell(&mut std::io::stderr().lock());
    }
    let recorder = recorder.masked_by(target.settings.mask.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format!("no runtime: {error}")))?;
    runtime
        .block_on(tap::run(&spawn, &connect.name, recorder))
        .map_err(|error| match error {
            tap::TapError::Start(error) => {
                let hint = error.hint();
                Failure::new(Exit::CannotStart, error.to_string()).hint(hint)
            }
            error @ tap::TapError::System { .. } => Failure::new(Exit::Internal, error.to_string()),
        })
}
