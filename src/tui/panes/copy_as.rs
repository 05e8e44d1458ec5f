//! What reproduces a request, from wherever one is looked at: which forms the actions mean, and what is known of the
//! request and its server without reading anything.

use std::time::Duration;

use crate::json::Value;
use crate::mcp::types::List;
use crate::session::Direction;
use crate::session::timeline::{Connection, EntryIndex};
use crate::snippet::{Answer, Form, Server, Subject};
use crate::text;
use crate::transport::Spawn;
use crate::tui::action::Action;
use crate::tui::effect::{CopyAs, Effect};
use crate::tui::pane::{Ctx, Reply};

/// A request that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// One that was sent: its entry.
    Sent(EntryIndex),
    /// One that would be sent.
    Draft {
        /// Its method.
        method: &'static str,
        /// Its params, as JSON.
        params: String,
    },
}

/// A request, or why there is none.
pub type Looked = Result<Asked, &'static str>;

/// The form an action means, and whether it is printed instead of copied.
fn meant(action: Action) -> Option<(Form, bool)> {
    Some(match action {
        Action::CopyAsCli => (Form::Cli, false),
        Action::CopyAsPython => (Form::Python, false),
        Action::CopyAsTypeScript => (Form::TypeScript, false),
        Action::CopyAsCurl => (Form::Curl, false),
        Action::CopyAsConfig => (Form::Config, false),
        Action::CopyAsMarkdown => (Form::Markdown, false),
        Action::PrintAsCli => (Form::Cli, true),
        Action::PrintAsPython => (Form::Python, true),
        Action::PrintAsTypeScript => (Form::TypeScript, true),
        Action::PrintAsCurl => (Form::Curl, true),
        Action::PrintAsConfig => (Form::Config, true),
        Action::PrintAsMarkdown => (Form::Markdown, true),
        _ => return None,
    })
}

/// Copies or prints, or says why not; nothing for other actions.
pub fn reply(action: Action, asked: impl FnOnce() -> Looked, ctx: &Ctx<'_>) -> Option<Reply> {
    let (form, print) = meant(action)?;
    Some(match wanted(form, print, asked, ctx) {
        Ok(wanted) => Reply::effect(Effect::CopyAs(Box::new(wanted))),
        Err(why) => Reply::say(why),
    })
}

/// Why an action would do nothing; nothing for other actions.
pub fn why_not(action: Action, asked: impl FnOnce() -> Looked, ctx: &Ctx<'_>) -> Option<String> {
    let (form, print) = meant(action)?;
    wanted(form, print, asked, ctx).err()
}

fn wanted(
    form: Form,
    print: bool,
    asked: impl FnOnce() -> Looked,
    ctx: &Ctx<'_>,
) -> Result<CopyAs, String> {
    let wanted = match asked()? {
        Asked::Sent(entry) => sent(form, print, entry, ctx)?,
        Asked::Draft { method, params } => {
            let connection = ctx.connection();
            let params = Value::parse(params.as_bytes())
                .map_err(|problem| format!("not copied: {problem}"))?;
            let tool = params.get("name").and_then(Value::as_str);
            CopyAs {
                form,
                print,
                subject: Subject {
                    schema: schema(connection, method, tool.unwrap_or_default()),
                    method: method.to_owned(),
                    params,
                    answer: None,
                    ..subject(connection, ctx)?
                },
                request: None,
                response: None,
            }
        }
    };
    match form.why_not(&wanted.subject.server, &wanted.subject.method) {
        Some(why) => Err(why),
        None => Ok(wanted),
    }
}

fn sent(form: Form, print: bool, entry: EntryIndex, ctx: &Ctx<'_>) -> Result<CopyAs, String> {
    let timeline = ctx.timeline;
    let exchange = timeline
        .exchange_of_request(entry)
        .and_then(|index| timeline.exchange(index))
        .ok_or("This is no request, so there is nothing to send again.")?;
    let row = timeline.entry(entry);
    if row.is_none_or(|row| row.direction() != Direction::Out) {
        return Err("The server asked this; what we ask can be copied so.".to_owned());
    }
    let connection = timeline.state().connection(exchange.conn);
    let method = timeline.word(exchange.method);
    let took = timeline.took(exchange).map(Duration::from_micros);
    Ok(CopyAs {
        form,
        print,
        subject: Subject {
            schema: schema(connection, method, timeline.word(exchange.subject)),
            method: method.to_owned(),
            answer: Some(Answer {
                outcome: exchange.status.to_string(),
                took: took.map(text::took),
                body: None,
            }),
            ..subject(connection, ctx)?
        },
        request: ctx.source(entry),
        response: exchange.response.and_then(|entry| ctx.source(entry)),
    })
}

/// What is known of the server; method and params are for the caller to put in.
fn subject(connection: Option<&Connection>, ctx: &Ctx<'_>) -> Result<Subject, String> {
    let known = connection.filter(|connection| !connection.command.is_empty());
    let server = match (
        known,
        ctx.server().and_then(|server| server.target.as_ref()),
    ) {
        (Some(connection), _) => Server::Process {
            command: connection.command.clone(),
            cwd: connection.cwd.as_deref().map(str::to_owned),
            env: connection.env.clone(),
        },
        (None, Some(spawn)) => process(spawn),
        (None, None) => return Err("It is not known how this server is started.".to_owned()),
    };
    let opening = connection.and_then(|connection| connection.opening.as_deref());
    let implementation = opening.and_then(|opening| {
        let name = opening.name.as_deref()?;
        let version = opening.server_version.as_deref().unwrap_or_default();
        Some(format!("{name} {version}").trim_end().to_owned())
    });
    let name = connection.map(|connection| connection.name.to_string());
    let name = name.or_else(|| ctx.server().map(|server| server.name.clone()));
    Ok(Subject {
        name: name.unwrap_or_default(),
        server,
        implementation,
        revision: connection.and_then(|connection| connection.revision),
        method: String::new(),
        params: Value::Null,
        schema: None,
        demanded: Vec::new(),
        answer: None,
    })
}

fn process(spawn: &Spawn) -> Server {
    let words = std::iter::once(&spawn.program).chain(&spawn.args);
    Server::Process {
        command: words
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        cwd: spawn.cwd.as_ref().map(|cwd| cwd.display().to_string()),
        env: spawn.env.iter().map(|(name, _)| name.clone()).collect(),
    }
}

fn schema(connection: Option<&Connection>, method: &str, tool: &str) -> Option<Vec<u8>> {
    if method != "tools/call" {
        return None;
    }
    let tools = &connection?.list(List::Tools).items;
    let tool = tools.iter().find(|item| *item.name == *tool)?;
    Some(tool.input_schema().to_vec())
}
