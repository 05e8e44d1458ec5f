//! `mcpscope read`: the contents of a resource, or of a resource template with its variables filled in.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use clap::Args;

use super::document::Document;
use super::failure::Failure;
use super::headless::Headless;
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::watching::WatchArgs;
use super::{Exit, Outcome, content};
use crate::form::{assign, template};
use crate::json::{self, quote};
use crate::text;

/// Read a resource of a server
///
/// A text goes to stdout; what is not text is told in a line, and written with --output.
/// With KEY=VALUE the address is a template and filled in. With --json, one object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "uri": URI, "took_us": N, "result": {as the server sent it}}
///
/// A failure has "error" instead of what follows "recording":
///
///   {"kind", "exit", "message", "hint", "rpc", "stderr"}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct ReadArgs {
    /// The resource's address, or a template of addresses (RFC 6570)
    pub(super) uri: String,
    /// Variables of the template
    #[arg(value_name = "KEY=VALUE|KEY:=JSON")]
    variables: Vec<String>,
    /// Write the contents to this new file, byte for byte
    #[arg(
        short = 'o',
        long = "output",
        value_name = "FILE",
        help_heading = "Output"
    )]
    file: Option<PathBuf>,
    #[command(flatten)]
    watch: WatchArgs,
    #[command(flatten)]
    common: Common,
}

impl Live for ReadArgs {
    type Ready = String;

    fn usage(&self) -> &'static str {
        "read URI"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn watch(&self) -> Option<&WatchArgs> {
        Some(&self.watch)
    }

    fn ready(&self, _: Stdin) -> Result<String, Failure> {
        self.uri()
    }

    async fn work(&self, uri: String, session: &mut Headless, output: &mut Output) -> Outcome {
        if let Some(first) = template::variables(&uri).first().filter(|_| self.is_bare()) {
            let name = &first.name;
            session.console.note(&format!(
                "nothing is put in for {{{name}}}: the address goes as it is; {name}=VALUE fills it in"
            ));
        }
        read(session, self, &uri, output).await
    }
}

impl ReadArgs {
    /// Whether no variable of a template is given.
    pub(super) fn is_bare(&self) -> bool {
        self.variables.is_empty()
    }

    fn uri(&self) -> Result<String, Failure> {
        if self.variables.is_empty() {
            return Ok(self.uri.clone());
        }
        let known = template::variables(&self.uri);
        let values = assign::arguments(b"{}", &self.variables, None)
            .map_err(|error| Failure::usage(error.to_string()).hint(error.hint("")))?;
        for (name, _) in values.as_object().unwrap_or_default() {
            if !known.iter().any(|variable| variable.name == *name) {
                let names: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
                let what = format!("{} has no variable {}", self.uri, quote(name));
                return Err(Failure::usage(what).hint(if names.is_empty() {
                    "variables stand in braces, as in file:///{path}".to_owned()
                } else {
                    format!("it has {}", names.join(", "))
                }));
            }
        }
        Ok(template::expand(&self.uri, &values))
    }
}

async fn read(session: &mut Headless, args: &ReadArgs, uri: &str, output: &mut Output) -> Outcome {
    let params = format!("{{\"uri\":{}}}", quote(uri));
    let answered = session.request("resources/read", Some(params)).await?;
    if let Some(file) = &args.file {
        let bytes = bytes(answered.result.as_bytes())?;
        write(file, &bytes)?;
        let size = text::size(bytes.len() as u64);
        session
            .console
            .note(&format!("{size} written to {}", file.display()));
    }
    // What is in the file need not be shown.
    let lines = |result: &[u8]| match args.file {
        Some(_) => String::new(),
        None => content::resources(result),
    };
    let describe = |document: &mut Document| {
        document.text("uri", uri);
    };
    answered.print(session, output, describe, lines)?;
    Ok(Exit::Ok)
}

/// The bytes of the only content of a result.
fn bytes(result: &[u8]) -> Result<Vec<u8>, Failure> {
    let fault = |what: &str| Failure::new(Exit::Protocol, what);
    let contents = json::get(result, &["contents"]).unwrap_or(b"[]");
    let mut contents = json::elements(contents);
    let one = contents
        .next()
        .ok_or_else(|| fault("the answer has no contents to write"))?;
    let more = contents.count();
    if more > 0 {
        let what = format!(
            "the answer has {} contents, and one file holds one",
            more + 1
        );
        return Err(fault(&what).hint("--json prints them all".to_owned()));
    }
    if let Some(text) = json::string_at(one, &["text"]) {
        return Ok(text.into_bytes());
    }
    let Some(blob) = json::string_at(one, &["blob"]) else {
        return Err(fault("the content has neither \"text\" nor \"blob\""));
    };
    base64::engine::general_purpose::STANDARD
        .decode(blob.as_bytes())
        .map_err(|error| fault(&format!("\"blob\" is not base64: {error}")))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    std::fs::File::create_new(file)
        .and_then(|mut made| made.write_all(bytes))
        .map_err(|error| {
            let failure = Failure::usage(format!("cannot write {}: {error}", file.display()));
            failure.hint(
                (error.kind() == std::io::ErrorKind::AlreadyExists)
                    .then(|| "nothing is overwritten; name another file".to_owned()),
            )
        })
}
