//! What happens to servers: connected, restarted, added, learnt from a recording.

use super::{Model, say};
use crate::history;
use crate::inspector::{Command, Connect};
use crate::mcp::client::EraChoice;
use crate::mcp::http::Choice;
use crate::mcp::revision::{Era, Revision};
use crate::note::Note;
use crate::session::recorded::{Facts, Recorded};
use crate::session::timeline::{Connection, EntryIndex, EntryRow, LinkState};
use crate::text;
use crate::transport::{Spawn, Target, http};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Then, Tone};
use crate::tui::pane::{Go, Server, View};

/// The newest connection of the server at `place`.
pub(super) fn conn_of(model: &Model, place: usize) -> Option<u32> {
    model.world.servers.get(place)?.conn
}

/// Starts the server at `place` and opens a new connection to it; one that nobody agreed to is asked about first.
pub fn connect(model: &mut Model, place: usize) -> Vec<Effect> {
    let alive = conn_of(model, place)
        .and_then(|conn| model.world.timeline.state().connection(conn))
        .is_some_and(Connection::is_alive);
    if alive {
        let server = model.world.servers.get(place);
        let name = server.map_or("it", |server| &server.name);
        let restart = model.world.keys.word(Action::Restart);
        let what = format!("{name} runs already; {restart} starts it again");
        return say(model, &text::sanitize(&what));
    }
    if let Some(effects) = super::configs::before(model, Then::Connect(place)) {
        return effects;
    }
    let Some(server) = model.world.servers.get_mut(place) else {
        return Vec::new();
    };
    let Some(target) = server.target.clone() else {
        return Vec::new();
    };
    if let Some(listed) = &mut server.listed {
        listed.stale = false;
    }
    let standing = model
        .panes
        .inbox
        .standing(&server.name, &model.world.settings);
    let mut options = model.options.clone();
    options.capabilities = standing.told(options.capabilities);
    options.policies = standing.policies;
    options.follow_lists = model.world.settings.follow_lists;
    // What was subscribed to when the last connection ended is taken up again.
    let last = server
        .conn
        .and_then(|conn| model.world.timeline.state().connection(conn));
    options.subscribed = last
        .map(|last| {
            let wanted = last.subscriptions.wanted();
            wanted.map(|one| one.uri.to_string()).collect()
        })
        .unwrap_or_default();
    model.conns += 1;
    server.conn = Some(model.conns);
    server.starts += 1;
    if let Some(era) = server.era {
        options.era = era;
        // A revision that was asked for is one of the handshake.
        options.revision = options.revision.filter(|_| era != EraChoice::Modern);
    }
    if model.asking_again == Some(place) {
        model.asking_again = None;
        options.ask_again = true;
    }
    model.panes.request.prepare(&server.name, &mut options);
    vec![Effect::Engine(Command::Connect(Box::new(Connect {
        conn: model.conns,
        name: server.name.clone(),
        target,
        options,
        stdio: model.stdio,
    })))]
}

/// Sends an entry again over the server it was sent to, or has it changed first.
pub(super) fn again(model: &mut Model, entry: EntryIndex, edit: bool) -> Vec<Effect> {
    let conn = model.world.timeline.entry(entry).map(EntryRow::conn);
    let connection = conn.and_then(|conn| model.world.timeline.state().connection(conn));
    let name = connection.map(|connection| connection.name.clone());
    let place = model
        .world
        .servers
        .iter()
        .position(|server| name.as_deref() == Some(server.name.as_str()));
    if let Some(place) = place {
        model.world.current = place;
    }
    let reply = model.panes.request.again(entry, edit, &model.world.ctx());
    super::replied(model, reply)
}

/// Opens a server once more, in the other era: a row beside it, or the one that is there.
pub(super) fn other_era(model: &mut Model, place: usize) -> Vec<Effect> {
    // The row beside it runs the same command: what has to be agreed to is asked first.
    if let Some(effects) = super::configs::before(model, Then::OtherEra(place)) {
        return effects;
    }
    let Some(server) = model.world.servers.get(place) else {
        return Vec::new();
    };
    let Some(target) = server.target.clone() else {
        return say(model, "this is a recording; nothing is started or sent");
    };
    let connection =
        conn_of(model, place).and_then(|conn| model.world.timeline.state().connection(conn));
    let revision = connection.and_then(|connection| connection.revision);
    // What all servers are asked for counts where nothing was said of this one.
    let asked = server.era.or(Some(model.options.era));
    let other = match (revision.map(Revision::era), asked) {
        (Some(Era::Modern), _) | (None, Some(EraChoice::Modern)) => EraChoice::Legacy,
        (Some(Era::Legacy), _) | (None, Some(EraChoice::Legacy)) => EraChoice::Modern,
        (None, Some(EraChoice::Auto) | None) => {
            let name = text::sanitize(&server.name).into_owned();
            let connect = model.world.keys.word(Action::Connect);
            let why = format!(
                "{name} was not connected yet, so its era is not known; {connect} connects"
            );
            return say(model, &why);
        }
    };
    let plain = server.name.split(" (").next().unwrap_or(&server.name);
    let name = format!("{plain} ({})", other.word());
    let there = model
        .world
        .servers
        .iter()
        .position(|row| row.era == Some(other) && row.target.as_ref() == Some(&target));
    let (origin, listed) = (server.origin.clone(), server.listed.clone());
    let place = there.unwrap_or_else(|| {
        let place = push_server(model, &name, target, &origin);
        model.world.servers[place].era = Some(other);
        place
    });
    // It is of the same entry, and that was read a moment ago.
    model.world.servers[place].listed = listed.map(|mut listed| {
        listed.fresh = true;
        listed
    });
    model.world.current = place;
    let alive = conn_of(model, place)
        .and_then(|conn| model.world.timeline.state().connection(conn))
        .is_some_and(Connection::is_alive);
    if alive {
        return Vec::new();
    }
    connect(model, place)
}

pub(super) fn restart(model: &mut Model, place: usize) -> Vec<Effect> {
    if let Some(effects) = super::configs::before(model, Then::Restart(place)) {
        return effects;
    }
    // For when it is gone.
    super::configs::fresh(model, place);
    let alive = conn_of(model, place)
        .and_then(|conn| model.world.timeline.state().connection(conn))
        .filter(|connection| connection.is_alive())
        .map(|connection| connection.number);
    match alive {
        Some(conn) => {
            if !model.restarting.contains(&place) {
                model.restarting.push(place);
            }
            model.asking_again = Some(place);
            // Why, is more than that.
            let told = model.rerunning.as_ref().is_some_and(|(at, _)| *at == place);
            if !told {
                model.status = Some((Tone::Info, "restarting".to_owned()));
            }
            vec![Effect::Engine(Command::Stop { conn })]
        }
        None => {
            model.asking_again = Some(place);
            connect(model, place)
        }
    }
}

/// A piece of a client's settings; `KEY=value … program arguments…`; or `https://… [--header 'K: V'] [--transport T] [--cacert FILE] [--insecure]`.
pub(super) fn add(model: &mut Model, command: &str) -> Vec<Effect> {
    if let Some(effects) = super::configs::pasted(model, command) {
        return effects;
    }
    // No program is called so; what stands in it may be secret, and would be on record as a command line.
    if command.trim_start().starts_with('{') {
        return say(
            model,
            "the settings of clients are not known here, so a piece of them cannot be read",
        );
    }
    if let Ok(words) = shell_words::split(command)
        && let Some((_, rest)) = words.split_first().filter(|(word, _)| *word == "--server")
    {
        return super::configs::add(model, rest);
    }
    match typed(model, command) {
        Ok((target, era)) => enter(model, target, era),
        Err(why) => say(model, &why),
    }
}

/// What a command line or an address names, and the era it says; or what is wrong with it.
pub(super) fn typed(model: &Model, command: &str) -> Result<(Target, Option<EraChoice>), String> {
    let words =
        shell_words::split(command).map_err(|error| format!("not a command line: {error}"))?;
    if words.first().is_some_and(|word| word.contains("://")) {
        return address(&words, model.login.clone());
    }
    let (era, words) = leading_era(&words)?;
    let variables = words
        .iter()
        .take_while(|word| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        })
        .count();
    let Some(program) = words.get(variables) else {
        return Err("that sets variables but names no program".to_owned());
    };
    let mut spawn = Spawn::new(program, &words[variables + 1..]);
    spawn.env = words[..variables]
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok((spawn.into(), era))
}

/// `--era legacy` before a command.
fn leading_era(words: &[String]) -> Result<(Option<EraChoice>, &[String]), String> {
    match words {
        [option, era, rest @ ..] if option == "--era" => Ok((Some(era_of(era)?), rest)),
        _ => Ok((None, words)),
    }
}

fn era_of(word: &str) -> Result<EraChoice, String> {
    let all = [EraChoice::Auto, EraChoice::Legacy, EraChoice::Modern];
    all.into_iter()
        .find(|era| era.word() == word)
        .ok_or_else(|| format!("no era: {word}; there are auto, legacy and modern"))
}

fn enter(model: &mut Model, target: Target, era: Option<EraChoice>) -> Vec<Effect> {
    let place = push_server(model, &target.short_name(), target, "added");
    model.world.servers[place].era = era;
    model.world.current = place;
    model.entering = Some(place);
    connect(model, place)
}

/// An address, and the options that the command line has for one.
fn address(
    words: &[String],
    login: Option<Box<http::Login>>,
) -> Result<(Target, Option<EraChoice>), String> {
    let mut era = None;
    let mut words = words.iter().map(String::as_str);
    let mut address = http::Address::new(http::address(words.next().unwrap_or_default())?);
    address.login = login;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word {
            "--insecure" => address.insecure = true,
            "--era" => era = Some(era_of(value()?)?),
            "--cacert" => address.cacert = Some(value()?.into()),
            "--header" => address.headers.push(http::header(value()?)?),
            "--transport" => {
                address.choice = match value()? {
                    "auto" => Choice::Auto,
                    "http" => Choice::Streamable,
                    "sse" => Choice::Sse,
                    other => {
                        return Err(format!(
                            "no transport: {other}; there are auto, http and sse"
                        ));
                    }
                }
            }
            other => {
                return Err(format!(
                    "after an address there are --header, --transport, --era, --cacert and --insecure, not {other}"
                ));
            }
        }
    }
    Ok((Target::Address(address), era))
}

/// Adds a server under `name`, numbered if that is taken; gives back its place.
pub fn push_server(
    model: &mut Model,
    name: &str,
    target: impl Into<Target>,
    origin: &str,
) -> usize {
    let taken = |other: &str| {
        model
            .world
            .servers
            .iter()
            .any(|server| server.name == other)
    };
    let numbered = (2..=model.world.servers.len() + 1).map(|number| format!("{name} {number}"));
    let name = std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|other| !taken(other))
        .unwrap_or_else(|| name.to_owned());
    let target = target.into();
    let identity = Some(history::Server::at(&name, &target));
    model.world.servers.push(Server {
        name,
        target: Some(target),
        identity,
        origin: origin.to_owned(),
        conn: None,
        starts: 0,
        era: None,
        listed: None,
        watched: Vec::new(),
        pinned: None,
    });
    model.world.servers.len() - 1
}

/// A row for a server that is there once more, under a name that begins with `name`: one that runs no longer, or a new
/// one.
pub(super) fn once_more(
    model: &mut Model,
    name: &str,
    target: Target,
    origin: &str,
    era: Option<EraChoice>,
) -> usize {
    let state = model.world.timeline.state();
    let free = model.world.servers.iter().position(|row| {
        let connection = row.conn.and_then(|conn| state.connection(conn));
        row.name.starts_with(name)
            && row.target.as_ref() == Some(&target)
            && !connection.is_some_and(Connection::is_alive)
    });
    let place = free.unwrap_or_else(|| push_server(model, name, target, origin));
    model.world.servers[place].era = era;
    place
}

/// An opened file tells its servers one by one: same name, same server.
pub(super) fn learn(model: &mut Model, entry: &Recorded) {
    let name = match &entry.facts {
        Facts::Note(Note::Connect { name, .. }) => name.clone(),
        _ if entry.conn == 0
            || is_named(model, entry.conn)
            || model
                .world
                .servers
                .iter()
                .any(|server| server.conn >= Some(entry.conn)) =>
        {
            return;
        }
        _ => unnamed(entry.conn),
    };
    know(model, name, entry.conn);
}

/// Whether a connection was told with a name: it is its server's already.
fn is_named(model: &Model, conn: u32) -> bool {
    let connection = model.world.timeline.state().connection(conn);
    connection.is_some_and(|connection| !connection.name.is_empty())
}

/// The same of all connections that a fold tells of.
pub(super) fn learn_all(model: &mut Model) {
    let named = |connection: &Connection| match &*connection.name {
        "" => unnamed(connection.number),
        name => name.to_owned(),
    };
    let state = model.world.timeline.state();
    let all: Vec<(String, u32)> = state
        .connections()
        .map(|connection| (named(connection), connection.number))
        .collect();
    let probed = state.connections().any(|connection| connection.probed);
    for (name, conn) in all {
        know(model, name, conn);
    }
    if probed {
        stand_as_then(model);
    }
}

/// The connection of somebody else's recording, without our notes.
fn unnamed(conn: u32) -> String {
    format!("connection {conn}")
}

fn know(model: &mut Model, name: String, conn: u32) {
    let world = &mut model.world;
    let place = world
        .servers
        .iter()
        .position(|server| server.name == name)
        .unwrap_or_else(|| {
            world.servers.push(Server {
                name,
                target: None,
                identity: None,
                origin: "recording".to_owned(),
                conn: None,
                starts: 0,
                era: None,
                listed: None,
                watched: Vec::new(),
                pinned: None,
            });
            world.servers.len() - 1
        });
    world.servers[place].conn = Some(conn);
    world.servers[place].starts += 1;
}

/// The servers of a recording, each with the newest connection it had at the moment that is shown.
pub(super) fn stand_as_then(model: &mut Model) {
    let state = model.world.timeline.state();
    for server in &mut model.world.servers {
        let its = state
            .connections()
            .filter(|connection| *connection.name == *server.name);
        let (probed, own): (Vec<&Connection>, Vec<&Connection>) =
            its.partition(|connection| connection.probed);
        // What was opened only to probe a server is not how it stands.
        let its = if own.is_empty() { probed } else { own };
        let its: Vec<u32> = its.iter().map(|connection| connection.number).collect();
        // Somebody else's recording, without our notes.
        let number = server.name.strip_prefix("connection ");
        let number = number.and_then(|number| number.parse().ok());
        let unnamed = number.filter(|number| state.connection(*number).is_some());
        server.conn = its.last().copied().or(unnamed);
        server.starts = its.len().max(usize::from(unnamed.is_some())) as u32;
    }
}

/// What to say of a server that was modern and answers as an older one.
pub(super) fn downgraded(model: &Model, conn: u32) -> Option<String> {
    let connection = model.world.timeline.state().connection(conn)?;
    let since = connection.downgraded.as_ref()?;
    Some(format!(
        "{} was modern since {since} and answers as an older server now",
        text::sanitize(&connection.name)
    ))
}

/// What to say of a server that answers in another revision than it was asked for.
pub(super) fn another_revision(model: &Model, conn: u32) -> Option<String> {
    let connection = model.world.timeline.state().connection(conn)?;
    let (is, asked) = (connection.revision?, model.options.revision?);
    (is != asked && is.era() == asked.era()).then(|| {
        format!(
            "{} answers in {is}; {asked} was asked for",
            text::sanitize(&connection.name)
        )
    })
}

/// Says why what somebody came back with from a browser is no answer to a login.
pub(super) fn refused_login(model: &mut Model, entries: &[Recorded]) {
    let stray = entries.iter().rev().find_map(|entry| match &entry.facts {
        Facts::Note(Note::Login(hop)) => hop.stray(),
        _ => None,
    });
    if let Some(why) = stray {
        model.status = Some((Tone::Error, text::sanitize(why).into_owned()));
    }
}

pub(super) fn why_failed(model: &Model, conn: u32) -> Option<String> {
    let connection = model.world.timeline.state().connection(conn)?;
    match &connection.link {
        LinkState::Failed { what, .. } => Some(format!(
            "{}: {}",
            text::sanitize(&connection.name),
            text::sanitize(what)
        )),
        _ => None,
    }
}

/// A person has to log in somewhere, or has no longer.
pub(super) fn wants_login(model: &mut Model, conn: u32, wants: bool) {
    let Some(connection) = model.world.timeline.state().connection(conn) else {
        return;
    };
    let name = text::sanitize(&connection.name).into_owned();
    let issuer = connection.login.issuer.as_deref().unwrap_or_default();
    let needs = format!("{name} needs a login at {}", text::sanitize(issuer));
    if wants {
        let servers = model.world.keys.word(Action::ViewServers);
        model.status = Some((Tone::Warn, format!("{needs}: {servers} shows how")));
    } else if model
        .status
        .as_ref()
        .is_some_and(|(_, told)| told.starts_with(&needs))
    {
        model.status = None;
    }
}

pub(super) fn why_gone(model: &Model, conn: u32) -> Option<String> {
    let connection = model.world.timeline.state().connection(conn)?;
    match connection.link {
        LinkState::Exited {
            code,
            signal,
            asked: false,
        } => {
            let how = crate::note::exit_sentence(code, signal);
            let last = connection
                .stderr_tail
                .iter()
                .rev()
                .find(|line| !line.trim().is_empty());
            let last = last
                .map(|line| format!(": {}", text::sanitize(line)))
                .unwrap_or_default();
            Some(format!("{} {how}{last}", text::sanitize(&connection.name)))
        }
        // A process that failed has said so before it went.
        LinkState::Failed { .. } if connection.url.is_some() => why_failed(model, conn),
        _ => None,
    }
}

/// To the server of an entry.
pub fn go_server(model: &mut Model, entry: EntryIndex) -> Vec<Effect> {
    let world = &model.world;
    let conn = world.timeline.entry(entry).map_or(0, EntryRow::conn);
    let connection = world.timeline.state().connection(conn);
    let place = connection.and_then(|connection| {
        let same = |server: &Server| *server.name == *connection.name;
        let own = |server: &Server| server.conn == Some(conn);
        let servers = &world.servers;
        servers
            .iter()
            .position(own)
            .or_else(|| servers.iter().position(same))
            // One that was only looked at, or sent a recording, is of the row it was made of.
            .or_else(|| {
                let plain = connection.name.split(" (").next();
                servers
                    .iter()
                    .position(|server| Some(&*server.name) == plain)
            })
    });
    match place {
        Some(place) => {
            model.world.current = place;
            super::go(model, Go::View(View::Servers))
        }
        None => super::say(model, "this is about no server"),
    }
}
