//! What changes in the demo server, and who hears of it: a list that grows and shrinks, a book that guests sign,
//! subscriptions over a handshake, and `subscriptions/listen` (2026-07-28).
//!
//! What the server offers is the server's: the same for everybody who connects, whoever changed it.

use std::time::Duration;

use serde_json::{Value, json};

use super::calls::{Call, Played, plural, string};
use super::message::{self, Fault, INVALID_PARAMS, RESOURCE_NOT_FOUND};
use super::request::Request;
use super::{DemoServer, Due, resources, tasks};

/// The resource that `sign-guest-book` writes to.
pub(super) const GUEST_BOOK: &str = "demo://notes/guest-book.txt";

/// The most names the book takes; then the oldest goes.
const PAGES: usize = 100;

const META_SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// What is not the same from the first day to the last.
#[derive(Debug, Default)]
pub(super) struct Changing {
    /// The tool, the prompt and the resource named `surprise` are there.
    pub(super) tool: bool,
    pub(super) prompt: bool,
    pub(super) resource: bool,
    pub(super) guests: Vec<String>,
}

impl Changing {
    /// The text of the guest book.
    pub(super) fn book(&self) -> String {
        let mut text = "The guest book of the demo server.\n\n".to_owned();
        if self.guests.is_empty() {
            text.push_str("Nobody has signed it yet. The tool sign-guest-book does.\n");
        }
        for guest in &self.guests {
            text.push_str(guest);
            text.push('\n');
        }
        text
    }
}

/// A client that listens (2026-07-28).
#[derive(Debug)]
pub(super) struct Listen {
    /// The id of its request, which every message to it carries.
    pub(super) id: Value,
    tools: bool,
    prompts: bool,
    resources: bool,
    uris: Vec<String>,
    pub(super) tasks: Vec<String>,
}

impl Listen {
    /// A notification for this listener.
    pub(super) fn notice(&self, method: &str, mut params: Value) -> Due {
        params["_meta"] = json!({META_SUBSCRIPTION: self.id});
        Due::answer(&self.id, message::notification(method, params))
    }

    fn wants(&self, list: &str) -> bool {
        match list {
            "tools" => self.tools,
            "prompts" => self.prompts,
            _ => self.resources,
        }
    }

    /// What was asked for and will be done.
    fn filter(&self) -> Value {
        let mut filter = json!({});
        for (name, wanted) in [
            ("toolsListChanged", self.tools),
            ("promptsListChanged", self.prompts),
            ("resourcesListChanged", self.resources),
        ] {
            if wanted {
                filter[name] = json!(true);
            }
        }
        for (name, named) in [
            ("resourceSubscriptions", &self.uris),
            ("taskIds", &self.tasks),
        ] {
            if !named.is_empty() {
                filter[name] = json!(named);
            }
        }
        filter
    }
}

impl DemoServer {
    /// `subscriptions/listen`: acknowledges what will be told, and answers only when it ends, which it never does.
    pub(super) fn listen(&mut self, request: &Request) -> Vec<Due> {
        match self.listener(request) {
            Err(fault) => vec![request.refuse(fault)],
            Ok(listen) => {
                let acknowledged = listen.notice(
                    "notifications/subscriptions/acknowledged",
                    json!({"notifications": listen.filter()}),
                );
                self.listens.push(listen);
                vec![acknowledged]
            }
        }
    }

    fn listener(&self, request: &Request) -> Result<Listen, Fault> {
        let bad = |text: &str| Fault::new(INVALID_PARAMS, text);
        let Some(filter) = request.params["notifications"].as_object() else {
            return Err(bad(
                "subscriptions/listen needs notifications, an object that says what to tell",
            ));
        };
        let flag = |name: &str| match filter.get(name) {
            None => Ok(false),
            Some(Value::Bool(wanted)) => Ok(*wanted),
            Some(_) => Err(bad(&format!("notifications.{name} is true or false"))),
        };
        let names = |name: &str| match filter.get(name) {
            None => Ok(Vec::new()),
            Some(list) => serde_json::from_value::<Vec<String>>(list.clone())
                .map_err(|_| bad(&format!("notifications.{name} is a list of strings"))),
        };
        let wanted_tasks = names("taskIds")?;
        if filter.contains_key("taskIds") && !request.able.tasks {
            return Err(tasks::undeclared());
        }
        let mut uris = names("resourceSubscriptions")?;
        uris.retain(|uri| resources::exists(uri, &self.changing));
        Ok(Listen {
            id: request.id.clone(),
            tools: flag("toolsListChanged")?,
            prompts: flag("promptsListChanged")?,
            resources: flag("resourcesListChanged")?,
            uris,
            tasks: self.known_tasks(&wanted_tasks),
        })
    }

    /// `resources/subscribe` and `resources/unsubscribe`, of the handshake era.
    pub(super) fn subscribe(&mut self, request: &Request) -> Result<Value, Fault> {
        let Some(uri) = request.params["uri"].as_str() else {
            let text = format!("{} needs a uri, as a string", request.method);
            return Err(Fault::new(INVALID_PARAMS, text));
        };
        if request.method == "resources/unsubscribe" {
            self.subscribed.remove(uri);
        } else if resources::exists(uri, &self.changing) {
            self.subscribed.insert(uri.to_owned());
        } else {
            return Err(
                Fault::new(RESOURCE_NOT_FOUND, "resource not found").with_data(json!({"uri": uri}))
            );
        }
        Ok(json!({}))
    }

    /// The tool `sign-guest-book`.
    pub(super) fn sign(&mut self, request: Request, call: &Call) -> Vec<Due> {
        let name = string(&call.args["name"]);
        let words = call.args["words"]
            .as_str()
            .map(|words| format!(": {words}"));
        let line = format!("{name}{}", words.unwrap_or_default());
        if self.changing.guests.len() == PAGES {
            self.changing.guests.remove(0);
        }
        self.changing.guests.push(line.replace(['\r', '\n'], " "));
        let count = self.changing.guests.len() as u64;
        let told = Played::text(format!(
            "Thank you, {name}. There {} {count} name{} in the book now. Read {GUEST_BOOK}; whoever subscribed to it has just been told.",
            if count == 1 { "is" } else { "are" },
            plural(count)
        ));
        let mut due = request.played(told);
        let params = json!({"uri": GUEST_BOOK});
        if self.agreed.is_some() && self.subscribed.contains(GUEST_BOOK) {
            let notice = message::notification("notifications/resources/updated", params.clone());
            due.push(Due::unasked(Duration::ZERO, notice));
        }
        for listen in &self.listens {
            if listen.uris.iter().any(|uri| uri == GUEST_BOOK) {
                due.push(listen.notice("notifications/resources/updated", params.clone()));
            }
        }
        due
    }

    /// The tool `change-list`.
    pub(super) fn change_list(&mut self, request: Request, call: &Call) -> Vec<Due> {
        let list = string(&call.args["list"]);
        let there = match list {
            "tools" => &mut self.changing.tool,
            "prompts" => &mut self.changing.prompt,
            _ => &mut self.changing.resource,
        };
        *there = !*there;
        let one = list.trim_end_matches('s');
        let told = Played::text(if *there {
            format!("There is a {one} named surprise now. Call this again and it goes.")
        } else {
            format!("The {one} named surprise is gone again.")
        });
        let mut due = request.played(told);
        let method = format!("notifications/{list}/list_changed");
        if self.agreed.is_some() {
            let notice = json!({"jsonrpc": "2.0", "method": method});
            due.push(Due::unasked(Duration::ZERO, notice));
        }
        for listen in self.listens.iter().filter(|listen| listen.wants(list)) {
            due.push(listen.notice(&method, json!({})));
        }
        due
    }
}
