//! `mcpscope lint`: what a recording shows to be wrong with a server, or what a server shows that is only looked at.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::output::Output;
use super::target::TargetArgs;
use super::{Early, Exit, Outcome};
use crate::lint::{Finding, Linter, RULES, Rule, Severity, Standing, Subject};
use crate::mcp::types::List;
use crate::recording::Recording;
use crate::session::Entry;
use crate::session::recorded::Place;
use crate::text;

/// Check a recording, or a server's opening and lists, against the protocol
///
/// Nothing is called. A rule that nothing was seen for has neither passed nor failed; it is counted as not seen.
///
/// With --json, one object:
///
///   {"findings": [{"rule", "severity", "entry": N, "connection": N, "about": TEXT or null,
///     "pointer": JSON POINTER, "words": TEXT}, …],
///    "rules": [{"name", "standing": "passed", "failed" or "not seen", "failed": N}, …]}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct LintArgs {
    /// The recording: a file, or a name that mcpscope sessions lists
    #[arg(value_name = "FILE", conflicts_with_all = ["explain", "rules"])]
    file: Option<PathBuf>,
    /// The least that makes it end with code 11
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Tell what a rule demands, why, and what to do
    #[arg(long, value_name = "RULE", conflicts_with = "rules")]
    explain: Option<String>,
    /// List the rules
    #[arg(long)]
    rules: bool,
    #[command(flatten)]
    output: super::OutputArgs,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

/// Runs it.
pub fn run(args: &LintArgs) -> Exit {
    if args.file.is_none() && args.explain.is_none() && !args.rules {
        let target = args.target.target(&List::ALL).and_then(|target| {
            let connect = target.server("lint")?;
            Ok((target, connect))
        });
        return super::session(target, &args.output, async |session, output| {
            of_server(session, args, output).await
        });
    }
    let mut output = Output::default();
    output.set(&args.output);
    let done = match (&args.explain, &args.file) {
        (Some(name), _) => explain(name, &mut output),
        (None, Some(file)) => of_file(args, file, &mut output),
        (None, None) => list(&mut output),
    };
    match done {
        Ok(exit) => exit,
        Err(Early::Failure(failure)) => super::fail(&failure, super::nobody(), &mut output),
        // Whoever reads may have had enough.
        Err(Early::Output(_) | Early::Stop(_)) => Exit::Ok,
    }
}

async fn of_server(session: &mut Headless, args: &LintArgs, output: &mut Output) -> Outcome {
    session.all_listed().await?;
    session.console.settle();
    let mut looked = Looked::default();
    for entry in session.entries() {
        let (entry, place) = entry?;
        looked.push(&entry, place);
    }
    looked.print(args, output)
}

fn of_file(args: &LintArgs, file: &std::path::Path, output: &mut Output) -> Outcome {
    let target = args.target.target(&[])?;
    let file = super::sessions::named(file, target.paths.as_ref())?;
    let recording = Recording::masked_by(&file, &target.settings.mask)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let bodies = recording.bodies();
    let (mut looked, mut trouble) = (Looked::default(), None);
    let loaded = recording.load(|entries, _| {
        for recorded in entries {
            match bodies.read(recorded.seq, recorded.place) {
                Ok(entry) => looked.push(&entry, recorded.place),
                Err(error) => {
                    trouble = Some(error);
                    return false;
                }
            }
        }
        true
    });
    if let Some(error) = trouble.or(loaded.err()) {
        let what = format!("{} cannot be read: {error}", file.display());
        return Err(Failure::new(Exit::Internal, what).into());
    }
    looked.print(args, output)
}

fn list(output: &mut Output) -> Outcome {
    for rule in RULES.iter() {
        output.line(&format!("{:<28} {}", rule.name, rule.what))?;
    }
    output.flush()?;
    Ok(Exit::Ok)
}

fn explain(name: &str, output: &mut Output) -> Outcome {
    let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
        let failure = Failure::usage(format!("there is no rule {}", text::sanitize(name)));
        return Err(failure
            .hint("mcpscope lint --rules lists them".to_owned())
            .into());
    };
    output.line(rule.name)?;
    output.line("")?;
    output.line(rule.what)?;
    output.line(&format!("Why: {}", rule.why))?;
    output.line(&format!("Fix: {}", rule.fix))?;
    for (language, line) in rule.lines {
        output.line(&format!("     {language}: {line}"))?;
    }
    let section = match rule.section {
        "" => "of quality; the specification does not demand it".to_owned(),
        section => format!("specification: {section}"),
    };
    output.line(&format!(
        "Revisions {} to {}, {section}",
        rule.since, rule.until
    ))?;
    output.flush()?;
    Ok(Exit::Ok)
}

/// What was found so far.
#[derive(Default)]
struct Looked {
    linter: Linter,
    findings: Vec<Finding>,
}

impl Looked {
    fn push(&mut self, entry: &Entry, place: Place) {
        self.findings.extend(self.linter.push(entry, place));
    }

    fn print(&self, args: &LintArgs, output: &mut Output) -> Outcome {
        if output.json {
            output.document(&self.document())?;
        } else {
            self.lines(output)?;
        }
        output.flush()?;
        let fails = |finding: &Finding| args.fail_on.fails(finding.severity);
        Ok(if self.findings.iter().any(fails) {
            Exit::Findings
        } else {
            Exit::Ok
        })
    }

    fn document(&self) -> Document {
        let list = |all: Vec<String>| format!("[{}]", all.join(","));
        let findings = self.findings.iter().map(|finding| {
            let mut document = Document::default();
            document
                .text("rule", finding.rule.name)
                .text("severity", finding.severity.word())
                .raw("entry", &finding.seq.to_string())
                .raw("connection", &finding.conn.to_string())
                .maybe("about", finding.subject.as_ref().map(about).as_deref())
                .text("pointer", &finding.pointer)
                .text("words", &finding.words);
            document.to_string()
        });
        let rules = self.linter.standings().map(|(rule, standing)| {
            let (word, failed) = match standing {
                Standing::NotSeen => ("not seen", 0),
                Standing::Passed => ("passed", 0),
                Standing::Failed(failed) => ("failed", failed),
            };
            let mut document = Document::default();
            document
                .text("name", rule.name)
                .text("standing", word)
                .raw("failed", &failed.to_string());
            document.to_string()
        });
        let (findings, rules) = (list(findings.collect()), list(rules.collect()));
        let mut document = Document::default();
        document.raw("findings", &findings).raw("rules", &rules);
        document
    }

    fn lines(&self, output: &mut Output) -> io::Result<()> {
        let mut sorted: Vec<&Finding> = self.findings.iter().collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let mut told: Vec<&Rule> = Vec::new();
        for finding in sorted {
            let (severity, rule) = (finding.severity.word(), finding.rule.name);
            let words = text::sanitize(&finding.words);
            let place = match finding.pointer.as_str() {
                "" => format!("#{}", finding.seq),
                pointer => format!("#{} {}", finding.seq, text::sanitize(pointer)),
            };
            output.line(&format!("{severity:<8} {rule}: {words}  ({place})"))?;
            if !told.contains(&finding.rule) {
                told.push(finding.rule);
                output.line(&format!("         fix: {}", finding.rule.fix))?;
            }
        }
        let count = |severity| {
            let of = |finding: &&Finding| finding.severity == severity;
            text::plural(self.findings.iter().filter(of).count(), severity.word())
        };
        let standings: Vec<_> = self
            .linter
            .standings()
            .map(|(_, standing)| standing)
            .collect();
        let how_many = |is: fn(&Standing) -> bool| standings.iter().filter(|one| is(one)).count();
        output.line(&format!(
            "{}, {}, {}; of {} rules {} passed, {} failed, {} not seen",
            count(Severity::Error),
            count(Severity::Warning),
            count(Severity::Note),
            standings.len(),
            how_many(|one| *one == Standing::Passed),
            how_many(|one| matches!(one, Standing::Failed(_))),
            how_many(|one| *one == Standing::NotSeen),
        ))
    }
}

fn about(subject: &Subject) -> String {
    match subject {
        Subject::Tool(name) => format!("tool {name}"),
        Subject::Resource(uri) => format!("resource {uri}"),
        Subject::Prompt(name) => format!("prompt {name}"),
    }
}
