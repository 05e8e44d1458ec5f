//! The program: reads the command line, picks a front end, turns the result into an exit code.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use mcpscope::cli::tables::Tables;
use mcpscope::cli::{self, Exit, Failure, Invocation, Screen};

fn main() -> ExitCode {
    if let Err(error) = install_hooks() {
        return cli::report(&Failure::new(Exit::Internal, error.to_string())).into();
    }
    let exit = match cli::parse(std::env::args_os()) {
        Ok(Invocation::Headless(work)) => cli::run(&work),
        Ok(Invocation::Tables(tables)) => {
            tell(&tables).unwrap_or_else(|failure| cli::report(&failure))
        }
        Ok(Invocation::Screen(screen)) => {
            show(screen).unwrap_or_else(|failure| cli::report(&failure))
        }
        Err(exit) => exit,
    };
    exit.into()
}

/// Errors and panics are reported in colour only to a terminal; a panic leaves no server behind and gives the screen
/// back before it is reported.
fn install_hooks() -> color_eyre::Result<()> {
    let mut hooks = color_eyre::config::HookBuilder::default();
    if !std::io::stderr().is_terminal() {
        hooks = hooks.theme(color_eyre::config::Theme::new());
    }
    hooks.install()?;
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        mcpscope::transport::stdio::kill_everything();
        #[cfg(feature = "tui")]
        mcpscope::tui::terminal::leave();
        report(panic);
    }));
    Ok(())
}

/// Prints what is asked of the screen's tables.
#[cfg(feature = "tui")]
fn tell(asked: &Tables) -> Result<Exit, Failure> {
    use mcpscope::tui::{keymap::Keymap, tables};
    let (text, exit) = match asked {
        Tables::Themes => (tables::themes().join("\n") + "\n", Exit::Ok),
        Tables::Theme(name) => {
            let text = match tables::bundled(name) {
                Some(text) => text.to_owned(),
                None => cli::tables::file(name)?,
            };
            let found =
                tables::check(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
            match found.as_slice() {
                [] => (
                    format!("{name}: fine, {} roles\n", tables::roles()),
                    Exit::Ok,
                ),
                lines => (lines.join("\n") + "\n", Exit::Findings),
            }
        }
        Tables::Keys {
            settings,
            check,
            json,
        } => {
            let keymap = Keymap::new(&settings.keys)
                .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
            if *check {
                let term = std::env::var("TERM").ok();
                let terminal = tables::Terminal {
                    term: term.as_deref(),
                    tmux: std::env::var_os("TMUX").is_some(),
                    screen: std::env::var_os("STY").is_some(),
                };
                let (lines, lost) = tables::unsent(&keymap, terminal);
                let exit = if lost { Exit::Findings } else { Exit::Ok };
                match (json, lines.as_slice()) {
                    (true, lines) => (tables::findings(lines) + "\n", exit),
                    (false, []) => (
                        "no key is bound twice, and all arrive here\n".to_owned(),
                        exit,
                    ),
                    (false, lines) => (lines.join("\n") + "\n", exit),
                }
            } else {
                (tables::keys(&keymap, *json), Exit::Ok)
            }
        }
    };
    cli::print(&text)?;
    Ok(exit)
}

#[cfg(not(feature = "tui"))]
fn tell(_asked: &Tables) -> Result<Exit, Failure> {
    let hint = "the feature `tui` adds it";
    Err(Failure::new(Exit::Usage, "this build has no screen").hint(hint.to_owned()))
}

#[cfg(feature = "tui")]
fn show(screen: Screen) -> Result<Exit, Failure> {
    use mcpscope::configs::Machine;
    use mcpscope::configs::trust::Trust;
    use mcpscope::recording::Follow;
    use mcpscope::tui::runtime::keeper::Shelves;
    use mcpscope::tui::{self, Leaving, Start, Subject, keymap::Keymap};
    let (Screen::Inspect(target) | Screen::Open { target, .. }) = &screen;
    let keys = Keymap::new(&target.settings.keys)
        .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    cli::needs_terminal(&screen)?;
    let screen = screen.with_person();
    let (subject, target, filter) = match screen {
        Screen::Inspect(target) => {
            let live = Subject::live(target.connect.as_ref(), &target.keep);
            (live, target, None)
        }
        Screen::Open {
            file,
            follow,
            filter,
            target,
        } => {
            let follow = if follow {
                Follow::Always
            } else {
                Follow::WhileWritten
            };
            (
                Subject::opened(&file, follow, &target.settings.mask),
                target,
                filter,
            )
        }
    };
    let subject = subject
        .map_err(|error| Failure::usage(format!("{error:#}")))?
        .masked_by(&target.settings.mask);
    let _log = target
        .paths
        .as_ref()
        .and_then(|paths| mcpscope::logging::start(paths.log.clone()));
    let keeps = target.keeps_arguments();
    let shelves = target.paths.as_ref();
    let configs = shelves.map(|paths| {
        let here = Machine::here(None, Some(paths.config_file()));
        let machine = Machine { asks: true, ..here };
        Box::new((machine, Trust::at(paths.trust_file())))
    });
    let start = Start {
        subject,
        keys,
        filter,
        taps: shelves.map(mcpscope::paths::Paths::taps),
        shelves: shelves.map(|paths| Shelves::of(paths, keeps)),
        settings: target.settings,
        options: target.options,
        login: target.login,
        configs,
        watch: target.watch,
        named: target.named,
    };
    let (leaving, kept) =
        tui::run(start).map_err(|error| Failure::new(Exit::Internal, format!("{error:#}")))?;
    cli::tell_recording(kept.as_deref());
    Ok(match leaving {
        Leaving::Quit => Exit::Ok,
        Leaving::Terminated => Exit::Terminated,
        Leaving::HungUp => Exit::HungUp,
        Leaving::Interrupted => Exit::Interrupted,
    })
}

#[cfg(not(feature = "tui"))]
fn show(_screen: Screen) -> Result<Exit, Failure> {
    let hint = "mcpscope list and mcpscope call work without one; the feature `tui` adds it";
    Err(Failure::new(Exit::Usage, "this build has no screen").hint(hint.to_owned()))
}
