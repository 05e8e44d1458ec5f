//! `mcpscope export`: a recording in the formats of others, to a file, to stdout or to a collector of traces.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::output::{Stdout, unwritten};
use super::{Exit, sessions};
use crate::export::{Chosen, FORMATS, Fault, Format, Written};
use crate::exporting::{self, push};
use crate::filter::Filter;
use crate::library;
use crate::paths::Paths;
use crate::recording::Recording;
use crate::text;

/// Write a recording in another format
///
/// Secrets are masked on the way out once more. With --json, one object about what was
/// done:
///
///   {"session": FILE, "format": NAME, "to": FILE or URL or "-", "count": N,
///    "masked": {RULE: N, …}, "refused": N}
///
/// where "refused" is there with --push: the spans that the collector did not take.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment, after_help = formats())]
pub struct ExportArgs {
    /// The recording: a file, or a name that mcpscope sessions lists
    #[arg(value_name = "FILE|NAME")]
    session: PathBuf,
    /// The format; by default as the ending of --output says, and otlp with --push
    #[arg(short, long, value_name = "FORMAT", value_parser = named)]
    format: Option<Format>,
    /// Only what this filter lets through, such as 'status:error time>100ms'
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse)]
    filter: Option<Filter>,
    /// Where to: a file, or - for stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    /// Send the traces to this collector (OTLP over HTTP, as JSON)
    #[arg(long, value_name = "URL", conflicts_with = "output")]
    push: Option<String>,
    /// Send this header to the collector (repeatable), besides those in `OTEL_EXPORTER_OTLP_HEADERS`
    #[arg(long, value_name = "NAME: VALUE", requires = "push")]
    header: Vec<String>,
    /// Print one JSON object about what was done
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Say nothing when it went well
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
}

/// The formats, for `--help`.
fn formats() -> String {
    let rows = FORMATS
        .iter()
        .map(|row| format!("  {:<11} .{:<11} {}\n", row.name, row.extension, row.doc));
    format!("Formats:\n{}", rows.collect::<String>())
}

fn named(name: &str) -> Result<Format, String> {
    Format::named(name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|row| row.name).collect();
        format!("formats are {}", names.join(", "))
    })
}

/// Runs it.
pub fn run(args: &ExportArgs) -> Exit {
    match export(args) {
        Ok(exit) => exit,
        Err(failure) => failure.print(args.json),
    }
}

fn export(args: &ExportArgs) -> Result<Exit, Failure> {
    let format = format(args)?;
    let path = sessions::named(&args.session, Paths::from_env().ok().as_ref())?;
    let rules = super::masks::rules()?;
    let recording =
        Recording::masked_by(&path, &rules).map_err(|error| Failure::usage(error.to_string()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let unreadable = |fault: Fault| Failure::usage(format!("{}: {fault}", path.display()));
    let (material, bodies) =
        exporting::survey(&recording.bodies(), &name, |_| true).map_err(unreadable)?;
    let chosen = match &args.filter {
        None => Chosen::All,
        Some(filter) => {
            // Whoever cannot read what people added sees no marks, as the screen does.
            let marks = std::fs::read(library::sidecar(&path)).unwrap_or_default();
            let marks = library::Meta::read(&marks).marks;
            let zone = jiff::tz::TimeZone::system();
            exporting::choose(&material, &bodies, filter, &marks, &zone).map_err(unreadable)?
        }
    };
    let mut told = |_| true;
    let mut write =
        |out: &mut dyn Write| exporting::write(&material, &bodies, format, &chosen, out, &mut told);
    let mut done = Done {
        session: path.to_string_lossy().into_owned(),
        format,
        ..Done::default()
    };
    if let Some(url) = &args.push {
        let url = push::endpoint(url)
            .map_err(|why| Failure::usage(format!("--push {}: {why}", text::sanitize(url))))?;
        let headers = args.header.iter().map(|header| {
            crate::transport::http::header(header)
                .map_err(|why| Failure::usage(format!("--header: {why}")))
        });
        let mut headers = headers.collect::<Result<Vec<_>, _>>()?;
        let of_env = std::env::var(push::HEADERS).unwrap_or_default();
        let mut of_env = push::headers(&of_env).map_err(Failure::usage)?;
        of_env.retain(|(name, _)| headers.iter().all(|(given, _)| given != name));
        headers.extend(of_env);
        done.to = crate::mcp::http::headers::masked_url(&url);
        let failed = |what: String| Failure::new(Exit::CannotReach, what);
        let mut collector =
            push::Collector::new(url, headers).map_err(|error| failed(error.to_string()))?;
        done.written = write(&mut collector).map_err(|fault| match fault {
            Fault::Write(error) => failed(error.to_string()),
            other => unreadable(other),
        })?;
        done.refused = Some(collector.taken().clone());
    } else {
        let to_stdout = args
            .output
            .as_ref()
            .is_some_and(|output| output.as_os_str() == "-");
        match args.output.as_ref().filter(|_| !to_stdout) {
            None => {
                "-".clone_into(&mut done.to);
                match write(&mut Stdout::new()) {
                    Ok(written) => done.written = written,
                    // Whoever read it has enough.
                    Err(Fault::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                        return Ok(Exit::Ok);
                    }
                    Err(Fault::Write(error)) => return Err(unwritten("stdout", &error)),
                    Err(other) => return Err(unreadable(other)),
                }
            }
            Some(output) => {
                done.to = output.to_string_lossy().into_owned();
                let mut target = exporting::target(output, args.force)
                    .map_err(|error| unwritten(&done.to, &error))?;
                done.written = write(&mut target).map_err(|fault| match fault {
                    Fault::Write(error) => unwritten(&done.to, &error),
                    other => unreadable(other),
                })?;
                target
                    .finish()
                    .map_err(|error| unwritten(&done.to, &error))?;
            }
        }
    }
    done.tell(args);
    let refused = done.refused.as_ref().map_or(0, |taken| taken.refused);
    Ok(if refused > 0 {
        Exit::Protocol
    } else {
        Exit::Ok
    })
}

/// What was done.
#[derive(Default)]
struct Done {
    session: String,
    format: Format,
    to: String,
    written: Written,
    refused: Option<push::Taken>,
}

impl Done {
    /// Says so on stderr, for stdout may have the export; with `--json` on stdout.
    fn tell(&self, args: &ExportArgs) {
        let masked = &self.written.masked;
        if args.json && self.to != "-" {
            let mut rules = Document::default();
            for (rule, count) in masked.rules() {
                rules.raw(rule, &count.to_string());
            }
            let mut document = Document::default();
            document
                .text("session", &self.session)
                .text("format", self.format.row().name)
                .text("to", &self.to)
                .raw("count", &self.written.count.to_string())
                .raw("masked", &rules.to_string());
            if let Some(taken) = &self.refused {
                document.raw("refused", &taken.refused.to_string());
            }
            // The exit code says it too.
            let _ = writeln!(io::stdout(), "{document}");
        }
        let mut lines = Vec::new();
        if self.to != "-" && !args.json && !args.quiet {
            lines.push(format!(
                "{} to {}",
                self.summary(),
                text::sanitize(&self.to)
            ));
        }
        if masked.total() > 0 && !args.quiet {
            lines.push(format!("masked on the way: {}", masked.words()));
        }
        if let Some(taken) = self.refused.as_ref().filter(|taken| taken.refused > 0) {
            let spans = text::plural(usize::try_from(taken.refused).unwrap_or(usize::MAX), "span");
            let why = taken.why.as_deref().unwrap_or("it does not say why");
            lines.push(format!(
                "the collector refused {spans}: {}",
                text::sanitize(why)
            ));
        }
        for line in lines {
            // Nobody may be reading.
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    fn summary(&self) -> String {
        let row = self.format.row();
        format!("{} as {}", row.counted(self.written.count), row.name)
    }
}

fn format(args: &ExportArgs) -> Result<Format, Failure> {
    if args.push.is_some() {
        return match args.format {
            None | Some(Format::Otlp) => Ok(Format::Otlp),
            Some(other) => Err(Failure::usage(format!(
                "a collector takes otlp, not {}",
                other.row().name
            ))),
        };
    }
    let of_name = args
        .output
        .as_ref()
        .and_then(|output| Format::of_file(&output.file_name()?.to_string_lossy()));
    args.format.or(of_name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|row| row.name).collect();
        let hint = format!("say --format with one of {}", names.join(", "));
        Failure::usage("which format?").hint(hint)
    })
}
