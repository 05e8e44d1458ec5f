//! The part of the command line that says which server to start and how: shared by every verb that has one.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::asked::{Answers, AskArgs};
use super::configured;
use super::failure::Failure;
use super::login::{self, LoginArgs};
use crate::config::{self, Config, Settings};
use crate::configs::Machine;
use crate::configs::over::{Named, Over};
use crate::inspector::Connect;
use crate::mask::{self, Missing, Secrets};
use crate::mcp::auth::{Person, Secret};
use crate::mcp::client::{EraChoice, Options};
use crate::mcp::http::Choice;
use crate::mcp::revision::{Era, Revision};
use crate::mcp::types::List;
use crate::paths::Paths;
use crate::recorder::Keep;
use crate::transport::stdio::StdioOptions;
use crate::transport::{self, Spawn, http};

/// How to start a server and talk to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct TargetArgs {
    /// The server: a command and its arguments, after `--`
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "demo")]
    command: Vec<OsString>,
    /// Take the demo server that is part of mcpscope
    #[arg(long)]
    demo: bool,
    /// The server: its address, http:// or https://
    #[arg(long, value_name = "URL", value_parser = address, group = "address", conflicts_with_all = ["demo", "command"])]
    url: Option<url::Url>,
    /// The server: its name in the settings of a client, as config list shows them; CLIENT:NAME where they differ
    #[arg(long, value_name = "NAME", group = "address", conflicts_with_all = ["demo", "command"])]
    server: Option<String>,
    /// Agree to run a server out of a file that comes with a project, and remember it until it changes
    #[arg(long, requires = "server", help_heading = "Server")]
    trust: bool,
    /// What the client would ask for: a value for ${input:ID} in its settings (repeatable)
    #[arg(long, value_name = "ID=VALUE", value_parser = variable, requires = "server", help_heading = "Server")]
    input: Vec<(String, String)>,
    /// Send this header to the server (repeatable); its value is never recorded
    #[arg(long, value_name = "NAME: VALUE", value_parser = header, requires = "address", help_heading = "Server")]
    header: Vec<(String, String)>,
    /// How to speak HTTP: auto tries Streamable HTTP (http), then the older HTTP+SSE (sse)
    #[arg(long, value_name = "TRANSPORT", value_parser = transport(), requires = "address", help_heading = "Server")]
    transport: Option<Choice>,
    /// Trust these certificates (PEM) too
    #[arg(
        long,
        value_name = "FILE",
        requires = "address",
        help_heading = "Server"
    )]
    cacert: Option<PathBuf>,
    /// Take any certificate of the server
    #[arg(long, requires = "address", help_heading = "Server")]
    insecure: bool,
    #[command(flatten)]
    login: LoginArgs,
    #[command(flatten)]
    asking: AskArgs,
    /// Set a variable in the server's environment (repeatable); its value is never recorded
    #[arg(long, value_name = "KEY=VALUE", value_parser = variable, help_heading = "Server")]
    env: Vec<(String, String)>,
    /// Run the server in this directory
    #[arg(long, value_name = "DIR", help_heading = "Server")]
    cwd: Option<PathBuf>,
    /// How the server wants to be talked to: auto asks it (server/discover) and falls back to the handshake
    #[arg(long, value_name = "ERA", value_parser = era(), help_heading = "Protocol")]
    era: Option<EraChoice>,
    /// Propose this revision, e.g. 2025-06-18; unless --era says otherwise, its era is taken without asking
    #[arg(long, value_name = "REVISION", help_heading = "Protocol")]
    protocol: Option<Revision>,
    /// Wait this long for an answer (e.g. 500ms, 10s, 2min); progress starts the time anew
    #[arg(long, value_name = "DURATION", value_parser = limit, help_heading = "Protocol")]
    timeout: Option<Duration>,
    /// Wait this long for the answer to server/discover before trying the handshake
    #[arg(long, value_name = "DURATION", value_parser = limit, help_heading = "Protocol")]
    probe_timeout: Option<Duration>,
    /// Record the session to this new file, or to one in this folder, instead of one in the data directory
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_record",
        help_heading = "Recording"
    )]
    record: Option<PathBuf>,
    /// Keep no recording of the session, and no history or drafts of arguments
    #[arg(long, help_heading = "Recording")]
    no_record: bool,
    /// What a mask hides that stands in something to be sent (repeatable); without VALUE, the variable NAME says it
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = secret, help_heading = "Recording")]
    secret: Vec<(String, Secret)>,
}

/// A server to start, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The server; none when the command line names none.
    pub connect: Option<Connect>,
    /// What the command line says of it, when it stands in somebody's settings.
    pub named: Option<Box<Named>>,
    /// What clients are told beforehand, of this server and of any that is started later.
    pub options: Options,
    /// Where the session is kept.
    pub keep: Keep,
    /// The user's settings.
    pub settings: Settings,
    /// How to log in to servers over HTTP; none when that is not wanted.
    pub login: Option<Box<http::Login>>,
    /// What is answered when the server asks; none when nothing is.
    pub answers: Option<Arc<Answers>>,
    /// Patterns of files; when one changes, the screen starts the server again.
    pub watch: Vec<String>,
    /// Where mcpscope keeps its files; none when this user has no place for them.
    pub paths: Option<Paths>,
}

impl TargetArgs {
    /// An address, spoken to in `revision` when that is known.
    pub fn at(url: url::Url, revision: Option<Revision>) -> Self {
        Self {
            url: Some(url),
            protocol: revision,
            ..Self::default()
        }
    }

    /// The same for another server: an address, or a command line. It is not recorded to a file that was named.
    pub(super) fn instead(&self, server: &str) -> Result<Self, Failure> {
        let mut other = Self {
            command: Vec::new(),
            demo: false,
            server: None,
            url: None,
            no_record: self.no_record || self.record.is_some(),
            record: None,
            ..self.clone()
        };
        if server.contains("://") {
            other.url = Some(address(server).map_err(Failure::usage)?);
            return Ok(other);
        }
        let words = shell_words::split(server)
            .map_err(|error| Failure::usage(format!("{server}: {error}")))?;
        if words.is_empty() {
            return Err(Failure::usage("no command is given for the other server"));
        }
        other.command = words.into_iter().map(OsString::from).collect();
        Ok(other)
    }

    /// The same server once more, spoken to in this era. It is not recorded to a file that was named.
    pub(super) fn in_era(&self, era: EraChoice) -> Self {
        Self {
            no_record: self.no_record || self.record.is_some(),
            record: None,
            era: Some(era),
            protocol: None,
            ..self.clone()
        }
    }

    /// The same with this address, when there is one.
    pub(super) fn to(mut self, url: Option<url::Url>) -> Self {
        self.url = url.or(self.url);
        self
    }

    /// Whether something is said of what is answered when nobody is there.
    pub(super) fn answers_by_itself(&self) -> bool {
        self.asking.is_given()
    }

    /// Whether something is said of the era or the revision.
    pub(super) fn says_era(&self) -> bool {
        self.era.is_some() || self.protocol.is_some()
    }

    /// The target these arguments and the user's settings describe; `lists` are fetched as soon as it works.
    pub fn target(&self, lists: &[List]) -> Result<Target, Failure> {
        self.target_where(lists, false)
    }

    /// The same for the screen: what its client would ask for, a person is asked for.
    pub fn on_screen(&self) -> Result<Target, Failure> {
        self.target_where(&List::ALL, true)
    }

    fn target_where(&self, lists: &[List], asks: bool) -> Result<Target, Failure> {
        self.is_of_one_piece()?;
        let paths = Paths::from_env();
        let mut settings = match &paths {
            Ok(paths) => {
                Config::load(paths)
                    .map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?
                    .settings
            }
            Err(_) => Settings::default(),
        };
        for (name, value) in &self.secret {
            settings.mask.give(name, value.reveal());
        }
        let keep = match (&self.record, &paths) {
            (Some(path), _) => Keep::of(path),
            (None, Ok(paths)) if settings.record && !self.no_record => Keep::In(paths.sessions()),
            _ => Keep::Nowhere,
        };
        let options = self.options(&settings, lists)?;
        let login = self
            .login
            .login(login::store(paths.as_ref().ok(), &settings))?;
        let mut named = None;
        let mut connect = match (self.demo, self.command.split_first()) {
            _ if self.server.is_some() => {
                let wanted = self.server.as_deref().unwrap_or_default();
                let paths = paths.as_ref().ok();
                let machine = Machine {
                    asks,
                    ..configured::machine(paths, None, &self.env, &self.input)
                };
                let trust = configured::trust(paths);
                let chosen = configured::choose(wanted, &machine, trust, (self.trust, asks))?;
                self.fits(&chosen.target, &chosen.name)?;
                configured::tell_taken(&chosen.server);
                let over = self.over(machine, login.clone());
                let target = over.onto(chosen.target);
                named = Some(Box::new(Named {
                    server: chosen.server,
                    over,
                    consent: chosen.consent,
                }));
                Some(Connect {
                    conn: 1,
                    name: chosen.name,
                    target,
                    options: options.clone(),
                    stdio: stdio(&settings),
                })
            }
            _ if self.url.is_some() => self
                .url
                .as_ref()
                .map(|url| self.remote(url, &settings, options.clone(), login.clone())),
            (true, _) => {
                let program = std::env::current_exe().map_err(|error| {
                    Failure::new(
                        super::Exit::Internal,
                        format!("cannot find mcpscope itself: {error}"),
                    )
                })?;
                let spawn = Spawn::new(program, ["demo-server"]);
                Some(self.connect("demo", spawn, &settings, options.clone()))
            }
            (false, Some((program, args))) => {
                let spawn = Spawn::new(program, unmasked(args, &settings.mask)?);
                Some(self.connect(&spawn.short_name(), spawn, &settings, options.clone()))
            }
            (false, None) => None,
        };
        let mut answers = None;
        if let Some(connect) = connect.as_mut().filter(|_| self.asking.is_given()) {
            let read = self.asking.read(&settings, &connect.name)?;
            connect.options.capabilities = read.capabilities();
            connect.options.policies = read.policies();
            answers = Some(Arc::new(read));
        }
        Ok(Target {
            connect,
            named,
            options,
            answers,
            keep,
            settings,
            login,
            watch: Vec::new(),
            paths: paths.ok(),
        })
    }

    /// Options that say something of a server which is not there would be left out without a word.
    fn is_of_one_piece(&self) -> Result<(), Failure> {
        let listed = self.trust.then_some("--trust");
        let listed = listed.or((!self.input.is_empty()).then_some("--input"));
        let remote = (!self.header.is_empty()).then_some("--header");
        let remote = remote.or(self.transport.map(|_| "--transport"));
        let remote = remote.or(self.cacert.as_ref().map(|_| "--cacert"));
        let remote = remote.or(self.insecure.then_some("--insecure"));
        let (option, of, hint) = match (listed, remote) {
            (Some(option), _) if self.server.is_none() => (
                option,
                "servers out of the settings of clients",
                "it goes with --server NAME",
            ),
            (_, Some(option)) if self.url.is_none() && self.server.is_none() => (
                option,
                "servers at an address",
                "it goes with --url URL, or with --server NAME",
            ),
            _ => return Ok(()),
        };
        let what = format!("{option} is for {of}");
        Err(Failure::usage(what).hint(hint.to_owned()))
    }

    /// What is said of addresses is for none that are commands.
    fn fits(&self, target: &transport::Target, name: &str) -> Result<(), Failure> {
        let only = self.header.first().map(|_| "--header");
        let only = only.or(self.transport.map(|_| "--transport"));
        let only = only.or(self.cacert.as_ref().map(|_| "--cacert"));
        let only = only.or(self.insecure.then_some("--insecure"));
        match (target, only) {
            (transport::Target::Process(_), Some(option)) => {
                let what = format!("{option} is for addresses, and {name} is a command");
                Err(Failure::usage(what).hint("leave it out".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// What is said of a server out of somebody's settings.
    fn over(&self, machine: Machine, login: Option<Box<http::Login>>) -> Over {
        Over {
            machine,
            cwd: self.cwd.clone(),
            env: self.env.clone(),
            headers: self.header.clone(),
            choice: self.transport,
            cacert: self.cacert.clone(),
            insecure: self.insecure,
            login,
        }
    }

    fn connect(&self, name: &str, spawn: Spawn, settings: &Settings, options: Options) -> Connect {
        Connect {
            conn: 1,
            name: name.to_owned(),
            target: Spawn {
                cwd: self.cwd.clone(),
                env: self.env.clone(),
                ..spawn
            }
            .into(),
            options,
            stdio: stdio(settings),
        }
    }

    fn remote(
        &self,
        url: &url::Url,
        settings: &Settings,
        options: Options,
        login: Option<Box<http::Login>>,
    ) -> Connect {
        let address = http::Address {
            login,
            headers: self.header.clone(),
            choice: self.transport.unwrap_or_default(),
            cacert: self.cacert.clone(),
            insecure: self.insecure,
            ..http::Address::new(url.clone())
        };
        Connect {
            conn: 1,
            name: address.short_name(),
            target: crate::transport::Target::Address(address),
            options,
            stdio: stdio(settings),
        }
    }

    fn options(&self, settings: &Settings, lists: &[List]) -> Result<Options, Failure> {
        let request_wait = self.timeout.unwrap_or(settings.request_timeout);
        Ok(Options {
            era: self.era()?,
            revision: self
                .protocol
                .filter(|revision| revision.era() == Era::Legacy),
            probe_wait: self.probe_timeout.unwrap_or(settings.probe_timeout),
            request_wait,
            request_wait_max: settings.request_timeout_max.max(request_wait),
            lists: lists.to_vec(),
            ..Options::default()
        })
    }

    fn era(&self) -> Result<EraChoice, Failure> {
        let Some(revision) = self.protocol else {
            return Ok(self.era.unwrap_or_default());
        };
        match (self.era, revision.era()) {
            (None | Some(EraChoice::Legacy), Era::Legacy) => Ok(EraChoice::Legacy),
            (Some(EraChoice::Auto), Era::Legacy) => Ok(EraChoice::Auto),
            (None | Some(EraChoice::Auto | EraChoice::Modern), Era::Modern) => {
                Ok(EraChoice::Modern)
            }
            (Some(era), other) => Err(Failure::usage(format!(
                "--protocol {revision} is not of the {} era",
                era.word()
            ))
            .hint(format!("leave --era out, or take --era {other}"))),
        }
    }
}

impl Target {
    /// Somebody is there to log in.
    pub(super) fn ask_person(&mut self) {
        let address = match self.connect.as_mut().map(|connect| &mut connect.target) {
            Some(crate::transport::Target::Address(address)) => address.login.as_mut(),
            _ => None,
        };
        let named = self.named.as_mut();
        let named = named.and_then(|named| named.over.login.as_mut());
        for login in address.into_iter().chain(self.login.as_mut()).chain(named) {
            login.settings.person = Person::Asked;
        }
        // What was given for one server is not for those that are added later.
        if let Some(login) = &mut self.login {
            login.settings = crate::mcp::auth::Settings {
                person: Person::Asked,
                ..Default::default()
            };
        }
    }

    /// Whether arguments may be written down: not when the session is not either, and not when the user forbids it.
    pub fn keeps_arguments(&self) -> bool {
        self.settings.history && self.keep != Keep::Nowhere
    }

    /// The server, when the verb cannot do without one. Nobody is there to agree to anything.
    pub fn server(&self, verb: &str) -> Result<Connect, Failure> {
        if let Some(consent) = self.named.as_ref().and_then(|named| named.consent.as_ref()) {
            return Err(configured::not_trusted(consent));
        }
        self.connect.clone().ok_or_else(|| {
            Failure::usage("no server given").hint(format!(
                "mcpscope {verb} -- COMMAND [ARGS…], --url URL, --server NAME, or --demo for the demo server"
            ))
        })
    }
}

/// The words of a command that was copied out of a recording: no server gets a mask for a value.
fn unmasked(words: &[OsString], rules: &mask::Rules) -> Result<Vec<OsString>, Failure> {
    let secrets = Secrets::of(rules.clone());
    let mut missing: Option<Missing> = None;
    let words = words.iter().map(|word| {
        // What is no text holds no mask.
        match word.to_str().map(|text| secrets.text(text, None)) {
            Some(Ok(text)) => text.into_owned().into(),
            None => word.clone(),
            Some(Err(more)) => {
                missing.get_or_insert_with(Missing::default).add(more.names);
                OsString::new()
            }
        }
    });
    let words = words.collect();
    match missing {
        None => Ok(words),
        Some(missing) => {
            let failure = Failure::usage(format!("nothing was started: {missing}"));
            Err(failure.hint(missing.hint()))
        }
    }
}

fn stdio(settings: &Settings) -> StdioOptions {
    StdioOptions {
        stdin_grace: settings.stdin_grace,
        terminate_grace: settings.terminate_grace,
    }
}

pub(super) fn address(text: &str) -> Result<url::Url, String> {
    http::address(text)
}

fn header(text: &str) -> Result<(String, String), String> {
    http::header(text)
}

fn transport() -> impl clap::builder::TypedValueParser<Value = Choice> {
    PossibleValuesParser::new(["auto", "http", "sse"]).map(|word| match word.as_str() {
        "http" => Choice::Streamable,
        "sse" => Choice::Sse,
        _ => Choice::Auto,
    })
}

pub(super) fn era() -> impl clap::builder::TypedValueParser<Value = EraChoice> {
    PossibleValuesParser::new(["auto", "legacy", "modern"]).map(|word| match word.as_str() {
        "legacy" => EraChoice::Legacy,
        "modern" => EraChoice::Modern,
        _ => EraChoice::Auto,
    })
}

/// `NAME=VALUE` in two.
pub(super) fn variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it needs a name and a value, as in KEY=VALUE"),
    }
}

/// `NAME=VALUE`, or `NAME` alone for a variable of our own environment.
fn secret(text: &str) -> Result<(String, Secret), String> {
    match text.split_once('=') {
        Some(("", _)) | None if text.is_empty() || text.starts_with('=') => {
            Err("it needs the name of a mask, as in NAME=VALUE or NAME".to_owned())
        }
        Some((name, value)) => Ok((name.to_owned(), Secret::new(value))),
        None => match std::env::var(text) {
            Ok(value) => Ok((text.to_owned(), Secret::new(value))),
            Err(_) => Err(format!("there is no variable {text}; say NAME=VALUE")),
        },
    }
}

pub(super) fn limit(text: &str) -> Result<Duration, &'static str> {
    config::duration(text)
        .filter(|time| !time.is_zero())
        .ok_or("a whole number with a unit is needed, as in 500ms, 3s or 10min")
}
