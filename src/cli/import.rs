//! `mcpscope import`: a recording of another tool as a session file.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::Exit;
use super::document::Document;
use super::failure::Failure;
use super::output::{Stdout, unwritten};
use crate::exporting;
use crate::import::{self, IMPORTS, ImportError};
use crate::text;

/// Bytes that are looked at to tell whose recording a file is.
const HEAD: u64 = 1 << 20;

/// Turn a recording of another tool into a session
///
/// What it is is told by its content. mcpscope open and mcpscope export take such files
/// as they are, too. Secrets are masked. With --json, one object:
///
///   {"from": TOOL, "session": FILE, "entries": N, "skipped": N}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment, after_help = tools())]
pub struct ImportArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The session file to write, or - for stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    /// Print one JSON object about what was done
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Say nothing when it went well
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
}

/// What can be read, for `--help`.
fn tools() -> String {
    let rows = IMPORTS
        .iter()
        .map(|row| format!("  {:<9} {}\n", row.name, row.doc));
    format!("Reads:\n{}", rows.collect::<String>())
}

/// Runs it.
pub fn run(args: &ImportArgs) -> Exit {
    match import(args) {
        Ok(()) => Exit::Ok,
        Err(failure) => failure.print(args.json),
    }
}

fn import(args: &ImportArgs) -> Result<(), Failure> {
    let shown = args.file.to_string_lossy();
    let unreadable = |error: io::Error| Failure::usage(format!("cannot open {shown}: {error}"));
    let mut head = Vec::new();
    File::open(&args.file)
        .map_err(unreadable)?
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    let tool = import::detect(&head).ok_or_else(|| {
        let names: Vec<&str> = IMPORTS.iter().map(|row| row.name).collect();
        let hint = format!("it reads those of {}", names.join(", "));
        Failure::usage(format!("{shown} is no recording that mcpscope knows")).hint(hint)
    })?;
    let rules = super::masks::rules()?;
    let mut source = BufReader::with_capacity(1 << 18, File::open(&args.file).map_err(unreadable)?);
    let failed = |error: ImportError| match error {
        ImportError::Write(error) => Failure::new(
            Exit::Internal,
            format!("cannot write {}: {error}", args.output.to_string_lossy()),
        ),
        other => Failure::usage(format!("{shown}, of {}: {other}", tool.row().name)),
    };
    let to_stdout = args.output.as_os_str() == "-";
    let imported = if to_stdout {
        let mut out = Stdout::new();
        match import::import(tool, &mut source, &mut out, &rules) {
            // Whoever read it has enough.
            Err(ImportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Ok(());
            }
            other => other.map_err(failed)?,
        }
    } else {
        let name = args.output.to_string_lossy();
        let mut target = exporting::target(&args.output, args.force)
            .map_err(|error| unwritten(&name, &error))?;
        let imported = import::import(tool, &mut source, &mut target, &rules).map_err(failed)?;
        target.finish().map_err(|error| unwritten(&name, &error))?;
        imported
    };
    if args.json && !to_stdout {
        let mut document = Document::default();
        document
            .text("from", tool.row().name)
            .text("session", &args.output.to_string_lossy())
            .raw("entries", &imported.entries.to_string())
            .raw("skipped", &imported.skipped.to_string());
        // The exit code says it too.
        let _ = writeln!(io::stdout(), "{document}");
    } else if !args.quiet {
        let mut said = format!("{} entries from {}", imported.entries, tool.row().name);
        if let Some((number, why)) = &imported.first_problem {
            let skipped = imported.skipped;
            said = format!("{said}; {skipped} left out, the first is {number}: {why}");
        }
        // Nobody may be reading.
        let _ = writeln!(io::stderr(), "{}", text::sanitize(&said));
    }
    Ok(())
}
