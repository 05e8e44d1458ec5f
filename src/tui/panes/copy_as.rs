//! What reproduces a request, from wherever one is looked at: which forms the actions mean, and what is known of the
//! request and its server without reading anything.

use std::time::Duration;

use crate::json::Value;
use crate::mask::{masked_arguments, unfilled};
use crate::mcp::http::Choice;
use crate::mcp::http::headers::masked_url;
use crate::mcp::types::List;
use crate::session::Direction;
use crate::session::timeline::{Connection, EntryIndex};
use crate::snippet::{Answer, Form, Server, Subject};
use crate::text;
use crate::transport::Target;
use crate::transport::http::Address;
use crate::tui::action::Action;
use crate::tui::effect::{CopyAs, Effect};
use crate::tui::pane::{self, Ctx, Reply};

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

/// What there is to write of a request that was sent.
pub fn sent(form: Form, print: bool, entry: EntryIndex, ctx: &Ctx<'_>) -> Result<CopyAs, String> {
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
pub fn subject(connection: Option<&Connection>, ctx: &Ctx<'_>) -> Result<Subject, String> {
    let target = target(connection, ctx);
    let server = connection
        .and_then(|connection| recorded(connection, target))
        .or_else(|| target.map(of_target))
        .ok_or("It is not known how this server is reached.")?;
    Ok(known(connection, server, ctx))
}

/// What is known of a server that is reached like this, whether it was reached before or not.
pub fn of(target: &Target, ctx: &Ctx<'_>) -> Subject {
    known(None, of_target(target), ctx)
}

fn known(connection: Option<&Connection>, server: Server, ctx: &Ctx<'_>) -> Subject {
    let opening = connection.and_then(|connection| connection.opening.as_deref());
    let implementation = opening.and_then(|opening| {
        let name = opening.name.as_deref()?;
        let version = opening.server_version.as_deref().unwrap_or_default();
        Some(format!("{name} {version}").trim_end().to_owned())
    });
    let name = connection.map(|connection| connection.name.to_string());
    let name = name.or_else(|| ctx.server().map(|server| server.name.clone()));
    Subject {
        name: name.unwrap_or_default(),
        server,
        implementation,
        revision: connection.and_then(|connection| connection.revision),
        method: String::new(),
        params: Value::Null,
        schema: None,
        answer: None,
    }
}

/// What a server is reached by, if it can be reached from here.
fn target<'a>(connection: Option<&Connection>, ctx: &Ctx<'a>) -> Option<&'a Target> {
    let named = |server: &&pane::Server| connection.is_none_or(|one| *one.name == *server.name);
    let current = ctx.server().filter(named);
    let server = current.or_else(|| ctx.servers.iter().find(named))?;
    server.target.as_ref()
}

/// How a server was reached, as the session tells it; it does not tell all of the options of an address.
fn recorded(connection: &Connection, target: Option<&Target>) -> Option<Server> {
    let Some(url) = &connection.url else {
        return (!connection.command.is_empty()).then(|| Server::Process {
            command: connection.command.clone(),
            cwd: connection.cwd.as_deref().map(str::to_owned),
            env: connection.env.clone(),
        });
    };
    let address = match target {
        Some(Target::Address(address)) => Some(address),
        _ => None,
    };
    Some(Server::Address {
        url: url.to_string(),
        headers: connection.env.clone(),
        sse: address.is_some_and(|address| address.choice == Choice::Sse),
        cacert: address.and_then(cacert),
        insecure: address.is_some_and(|address| address.insecure),
    })
}

fn of_target(target: &Target) -> Server {
    let names = |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect();
    match target {
        Target::Process(spawn) => Server::Process {
            command: {
                let words = std::iter::once(&spawn.program).chain(&spawn.args);
                let words: Vec<String> = words
                    .map(|word| unfilled(&word.to_string_lossy(), &spawn.secrets))
                    .collect();
                masked_arguments(&words)
            },
            cwd: spawn
                .cwd
                .as_ref()
                .map(|cwd| unfilled(&cwd.to_string_lossy(), &spawn.secrets)),
            env: names(&spawn.env),
        },
        Target::Address(address) => Server::Address {
            url: unfilled(&masked_url(&address.url), &address.secrets),
            headers: names(&address.headers),
            sse: address.choice == Choice::Sse,
            cacert: cacert(address),
            insecure: address.insecure,
        },
    }
}

fn cacert(address: &Address) -> Option<String> {
    let file = address.cacert.as_ref()?;
    Some(file.display().to_string())
}

fn schema(connection: Option<&Connection>, method: &str, tool: &str) -> Option<Vec<u8>> {
    if method != "tools/call" {
        return None;
    }
    let tools = &connection?.list(List::Tools).items;
    let tool = tools.iter().find(|item| *item.name == *tool)?;
    Some(tool.input_schema().to_vec())
}
