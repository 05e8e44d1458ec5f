//! The tools of the demo server: names, teaching text, and how each revision lists them; their schemas are in `schemas`.
//! Never runs one; `calls` does, and what stands in `Play`.

use serde_json::{Value, json};

use super::asking::{Answers, Turn};
use super::calls::{self, Call, Played};
use super::changes::Changing;
use super::message::Fault;
use super::request::Request;
use super::revision::Revision;
use super::{DemoServer, Due, questions, resources, trip};

mod schemas;

pub(super) struct Tool {
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    /// `readOnlyHint` and `idempotentHint`; nothing here destroys anything or leaves the process.
    read_only: bool,
    idempotent: bool,
    pub(super) input: fn() -> Value,
    output: Option<fn() -> Value>,
    pub(super) play: Play,
}

/// How a tool runs.
pub(super) enum Play {
    /// From its arguments alone.
    Alone(fn(&Call) -> Played),
    /// It asks its client; the keys are those whose answers a later round needs.
    Asking(fn(&Call, &Answers) -> Turn, Option<&'static [&'static str]>),
    /// It has to do with the server itself.
    Inside(fn(&mut DemoServer, Request, &Call) -> Vec<Due>),
}

impl Tool {
    /// It may run as a task.
    pub(super) fn as_task(&self) -> bool {
        self.name == BAKER
    }
}

const BAKER: &str = "bake-bread";

const TOOLS: [Tool; 18] = [
    Tool {
        name: "echo",
        title: "Echo",
        description: "Returns the text you give it. The smallest useful tool: one required string.",
        read_only: true,
        idempotent: true,
        input: schemas::echo_input,
        output: None,
        play: Play::Alone(calls::echo),
    },
    Tool {
        name: "book-table",
        title: "Book a table",
        description: "Pretends to book a table. Shows the usual kinds of argument: a string, a whole number with bounds, a number, a choice, a switch and a date, some with defaults and two that may be left out. Nothing is really booked.",
        read_only: false,
        idempotent: false,
        input: schemas::book_table_input,
        output: None,
        play: Play::Alone(calls::book_table),
    },
    Tool {
        name: "plan-trip",
        title: "Plan a trip",
        description: "Takes an object and a list of objects, and adds up the nights. Shows arguments that are nested.",
        read_only: true,
        idempotent: true,
        input: schemas::plan_trip_input,
        output: None,
        play: Play::Alone(calls::plan_trip),
    },
    Tool {
        name: "book-trip",
        title: "Book a trip",
        description: "Says what it was given. Its arguments are of every kind there is: nested objects, lists of objects, one of several shapes, boxes to tick, a map, a pair, null, a secret, and one that is asked for only when another is true. Nothing is really booked.",
        read_only: true,
        idempotent: true,
        input: trip::input,
        output: None,
        play: Play::Alone(trip::book),
    },
    Tool {
        name: "divide",
        title: "Divide",
        description: "Divides one number by another. Give it a divisor of 0 to see a tool fail: the answer is a normal result whose isError is true, so that a model can read what went wrong.",
        read_only: true,
        idempotent: true,
        input: schemas::divide_input,
        output: None,
        play: Play::Alone(calls::divide),
    },
    Tool {
        name: "refuse",
        title: "Refuse",
        description: "Always answers with a JSON-RPC error that has a code, a message and data. Compare it with divide: this is how the protocol fails, that is how a tool fails.",
        read_only: true,
        idempotent: true,
        input: schemas::refuse_input,
        output: None,
        play: Play::Alone(calls::refuse),
    },
    Tool {
        name: "weather",
        title: "Weather",
        description: "Invents the weather of a place; the same place always has the same weather. The answer has structuredContent, promised by an outputSchema (from revision 2025-06-18 on).",
        read_only: true,
        idempotent: true,
        input: schemas::weather_input,
        output: Some(schemas::weather_output),
        play: Play::Alone(calls::weather),
    },
    Tool {
        name: "countdown",
        title: "Countdown",
        description: "Counts down slowly and then answers. With a progress token it reports every step; cancel it and it stops without an answer.",
        read_only: true,
        idempotent: true,
        input: schemas::countdown_input,
        output: None,
        play: Play::Alone(calls::countdown),
    },
    Tool {
        name: "chatter",
        title: "Chatter",
        description: "Writes lines to stderr and sends log notifications at every level. Set the log level first and see which notifications stop coming; stderr never stops.",
        read_only: true,
        idempotent: true,
        input: schemas::chatter_input,
        output: None,
        play: Play::Alone(calls::chatter),
    },
    Tool {
        name: "show-blocks",
        title: "Show every block",
        description: "Returns one content block of each kind the revision knows: text, image, audio, embedded resource, resource link. Takes no arguments.",
        read_only: true,
        idempotent: true,
        input: schemas::no_input,
        output: None,
        play: Play::Alone(calls::show_blocks),
    },
    Tool {
        name: "fill-form",
        title: "Fill in a form",
        description: "Asks you back: your client shows a form with every kind of field there is (elicitation, from 2025-06-18 on), and you accept, decline or close it. It tells back what arrived.",
        read_only: true,
        idempotent: true,
        input: schemas::no_input,
        output: None,
        play: Play::Asking(questions::fill_form, None),
    },
    Tool {
        name: "open-page",
        title: "Open a page",
        description: "Asks you to visit a page in a browser (elicitation with an address, from 2025-11-25 on). The page is an example and does nothing. In 2025-11-25 there is a second way to ask: fail first, and have the call repeated.",
        read_only: true,
        idempotent: true,
        input: schemas::open_page_input,
        output: None,
        play: Play::Inside(DemoServer::open_page),
    },
    Tool {
        name: "ask-model",
        title: "Ask a model",
        description: "Asks the language model on your side something (sampling). Your client, or you, may change the question, answer in the model's place, or refuse.",
        read_only: true,
        idempotent: false,
        input: schemas::ask_model_input,
        output: None,
        play: Play::Asking(questions::ask_model, None),
    },
    Tool {
        name: "show-roots",
        title: "Show your folders",
        description: "Asks your client which folders the server may work in (roots), and lists them. It looks into none.",
        read_only: true,
        idempotent: true,
        input: schemas::no_input,
        output: None,
        play: Play::Asking(|_, answers| questions::show_roots(answers), None),
    },
    Tool {
        name: "order-dinner",
        title: "Order dinner",
        description: "Asks twice: first for the dish, then for the wine that goes with it and, if your client has a model, for a toast at the same time. In 2026-07-28 the server forgets you in between and gets back what it knew as requestState.",
        read_only: false,
        idempotent: false,
        input: schemas::order_dinner_input,
        output: None,
        play: Play::Asking(questions::order_dinner, Some(questions::DINNER)),
    },
    Tool {
        name: BAKER,
        title: "Bake bread",
        description: "Takes a while, and may run as a task: started, looked after, asked halfway how dark the crust shall be, cancelled, fetched when done. In 2025-11-25 you ask for a task; in 2026-07-28 the server makes one as soon as your client declares the extension. Otherwise it is a long call.",
        read_only: false,
        idempotent: false,
        input: schemas::bake_bread_input,
        output: None,
        play: Play::Inside(DemoServer::bake),
    },
    Tool {
        name: "sign-guest-book",
        title: "Sign the guest book",
        description: "Writes your name into the resource demo://notes/guest-book.txt. Subscribe to it first, and you are told that it changed. Kept until the server ends.",
        read_only: false,
        idempotent: false,
        input: schemas::sign_input,
        output: None,
        play: Play::Inside(DemoServer::sign),
    },
    Tool {
        name: "change-list",
        title: "Change a list",
        description: "Adds a tool, a prompt or a resource named surprise, or takes it away again, and says that the list has changed: to everybody over a handshake, in 2026-07-28 to those who listen.",
        read_only: false,
        idempotent: false,
        input: schemas::change_list_input,
        output: None,
        play: Play::Inside(DemoServer::change_list),
    },
];

/// What the tool `change-list` adds and takes away.
const SURPRISE: Tool = Tool {
    name: "surprise",
    title: "Surprise",
    description: "It was not here before. The tool change-list took it in, and can take it out.",
    read_only: true,
    idempotent: true,
    input: schemas::no_input,
    output: None,
    play: Play::Alone(calls::surprise),
};

impl Tool {
    fn listed(&self, revision: Revision) -> Value {
        let mut entry = json!({"name": self.name});
        if revision.has_titles() {
            entry["title"] = json!(self.title);
        }
        entry["description"] = json!(self.description);
        entry["inputSchema"] = (self.input)();
        if let Some(output) = self.output.filter(|_| revision.has_titles()) {
            entry["outputSchema"] = output();
        }
        if revision.has_tool_annotations() {
            let mut hints = json!({});
            // Later revisions have a title of their own for this.
            if !revision.has_titles() {
                hints["title"] = json!(self.title);
            }
            hints["readOnlyHint"] = json!(self.read_only);
            if !self.read_only {
                hints["destructiveHint"] = json!(false);
            }
            hints["idempotentHint"] = json!(self.idempotent);
            hints["openWorldHint"] = json!(false);
            entry["annotations"] = hints;
        }
        if self.as_task() && revision.has_core_tasks() {
            entry["execution"] = json!({"taskSupport": "optional"});
        }
        entry
    }
}

/// The tools there are at the moment.
pub(super) fn known(changing: &Changing) -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().chain(changing.tool.then_some(&SURPRISE))
}

pub(super) fn list(
    revision: Revision,
    params: &Value,
    changing: &Changing,
) -> Result<Value, Fault> {
    if let Some(cursor) = params.get("cursor") {
        return Err(resources::bad_cursor(cursor));
    }
    Ok(json!({"tools": known(changing).map(|tool| tool.listed(revision)).collect::<Vec<_>>()}))
}
