//! What the calls of a server carry and what we say we can do: kept per server, applied to the connection that is
//! there, and to those that come.

use super::RequestPane;
use super::sending::random;
use crate::inspector::Command;
use crate::json::Value;
use crate::mcp::asked::Capabilities;
use crate::mcp::client::{Call, Options, RequestSettings};
use crate::mcp::hand;
use crate::mcp::revision::Era;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};

/// What was set for a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    settings: RequestSettings,
    /// None until somebody sets it.
    capabilities: Option<Capabilities>,
}

impl RequestPane {
    /// Puts what was set for a server into the options of a connection that is to be opened.
    pub fn prepare(&self, server: &str, options: &mut Options) {
        if let Some(kept) = self.kept.get(server) {
            options.settings.clone_from(&kept.settings);
            if let Some(capabilities) = &kept.capabilities {
                options.capabilities.clone_from(capabilities);
            }
        }
    }

    /// Shows what is set for the server looked at, when that is another one than before.
    pub(super) fn show_settings(&mut self, ctx: &Ctx<'_>) {
        let name = ctx.server().map(|server| server.name.clone());
        let connected = ctx.connection().is_some();
        if self.shows == name && (connected || name.is_none()) {
            return;
        }
        let kept = name.as_ref().and_then(|name| self.kept.get(name));
        let kept = kept.cloned().unwrap_or_default();
        let declared = || {
            let connection = ctx.connection()?;
            Some(connection.wanted.as_ref().unwrap_or(&connection.declared))
        };
        let capabilities = kept
            .capabilities
            .as_ref()
            .or_else(declared)
            .cloned()
            .unwrap_or_else(Capabilities::interactive);
        if self.shows != name || !self.settings.is_touched() {
            let form = hand::settings_form(&kept.settings, &capabilities);
            self.settings.begin_with(&form);
            self.settings.stop_typing();
        }
        self.shows = name;
    }

    /// Applies what the form holds.
    pub(super) fn apply(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(server) = ctx.server() else {
            return Reply::ignored();
        };
        let before = self.kept.get(&server.name).cloned().unwrap_or_default();
        // The same traces go on, once they are wanted.
        let seed = before.settings.trace.unwrap_or_else(random);
        let (settings, capabilities) = match hand::settings(&self.settings.arguments(), seed) {
            Ok(read) => read,
            Err(why) => return Reply::say(format!("not applied: {why}")),
        };
        let kept = Kept {
            settings: settings.clone(),
            capabilities: Some(capabilities.clone()),
        };
        self.kept.insert(server.name.clone(), kept);
        let Some(connection) = ctx.connection().filter(|connection| connection.is_alive()) else {
            return Reply::say("set: the next connection has it");
        };
        let conn = connection.number;
        let legacy = connection
            .revision
            .is_some_and(|revision| revision.era() == Era::Legacy);
        let mut effects = vec![Effect::Engine(Command::Settings {
            conn,
            settings: settings.clone(),
        })];
        let now = connection.wanted.as_ref().unwrap_or(&connection.declared);
        let switched = *now != capabilities;
        if switched {
            effects.push(Effect::Engine(Command::Capabilities {
                conn,
                capabilities: Box::new(capabilities),
            }));
        }
        let mut said = match (legacy, switched) {
            (false, _) => "applied: the next request has it".to_owned(),
            (true, true) => format!(
                "what we can do was said in the handshake: {} reconnects",
                ctx.keys.word(Action::Restart)
            ),
            (true, false) => "applied: the next call has it".to_owned(),
        };
        let level = settings.log_level.filter(|_| legacy);
        let logs = connection
            .opening
            .as_ref()
            .is_some_and(|opening| opening.has("logging"));
        if let Some(level) = level.filter(|level| before.settings.log_level.as_ref() != Some(level))
        {
            if logs {
                let level = ("level".to_owned(), Value::String(level));
                effects.push(Effect::Engine(Command::Call {
                    conn,
                    call: Call {
                        ticket: ctx.ticket(),
                        method: "logging/setLevel".to_owned(),
                        params: Some(Value::Object(vec![level]).to_string()),
                        wait: None,
                    },
                }));
            } else {
                said += "; the server has no logging";
            }
        }
        Reply {
            say: Some(said),
            ..Reply::effects(effects)
        }
    }
}
