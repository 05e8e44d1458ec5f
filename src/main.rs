//! The program: reads the command line, picks a front end, turns the result into an exit code.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use mcpscope::cli::{self, Exit, Failure, Invocation, Screen};

fn main() -> ExitCode {
    if let Err(error) = install_hooks() {
        return cli::report(&Failure::new(Exit::Internal, error.to_string())).into();
    }
    let exit = match cli::parse(std::env::args_os()) {
        Ok(Invocation::Headless(work)) => cli::run(&work),
        Ok(Invocation::Screen(screen)) => show(screen),
        Err(exit) => exit,
    };
    exit.into()
}

/// Errors and panics are reported in colour only to a terminal, and a panic leaves no server behind.
fn install_hooks() -> color_eyre::Result<()> {
    let mut hooks = color_eyre::config::HookBuilder::default();
    if !std::io::stderr().is_terminal() {
        hooks = hooks.theme(color_eyre::config::Theme::new());
    }
    hooks.install()?;
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        mcpscope::transport::stdio::kill_everything();
        report(panic);
    }));
    Ok(())
}

// The screen starts here: with the feature `tui`, hand what was asked for to `mcpscope::tui::run(tui::Start { … })`.
fn show(_screen: Screen) -> Exit {
    let hint =
        "mcpscope list and mcpscope call work without one; the feature `tui` adds it".to_owned();
    cli::report(&Failure::new(Exit::Usage, "this build has no screen").hint(hint))
}
