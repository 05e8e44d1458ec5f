//! How the demo server asks its client something, in both eras: as requests of its own over a handshake, as a result
//! that wants input (2026-07-28), and what it does with the answers. What is asked stands in `questions`.
//!
//! Whoever asks is a function from the answers so far to its next questions or its end. It runs again from the start
//! whenever answers arrive, so it needs no memory: over a handshake the answers are kept here, without one they come
//! back from the client, in `inputResponses` and the `requestState`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::able::Need;
use super::calls::{Call, Played};
use super::message::{self, Fault, INVALID_PARAMS, INVALID_REQUEST, MISSING_CAPABILITY};
use super::request::Request;
use super::{DemoServer, Due, questions, state};

/// How long a visitor takes to do what a page wants; nobody is really watched.
pub(super) const VISIT: Duration = Duration::from_secs(1);

/// One thing the server wants to know.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// What it is called among the questions of one request.
    pub(super) key: &'static str,
    pub(super) need: Need,
    pub(super) params: Option<Value>,
}

impl Question {
    /// As an entry of `inputRequests` (2026-07-28).
    pub(super) fn entry(&self) -> Value {
        let mut entry = json!({"method": self.need.method()});
        if let Some(params) = &self.params {
            entry["params"] = params.clone();
        }
        entry
    }

    /// As a request of ours with this id; a page gets the name that 2025-11-25 wants for it.
    pub(super) fn message(&self, id: u64) -> Value {
        let mut params = self.params.clone();
        if let Some(params) = params.as_mut().filter(|_| self.need == Need::Page) {
            params["elicitationId"] = json!(page_name(id));
        }
        message::request(id, self.need.method(), params)
    }
}

/// What the client answered so far, by the key of the question: a result, or the words of its refusal.
pub(super) type Answers = BTreeMap<String, Result<Value, String>>;

/// Where whoever asks stands.
pub(super) enum Turn {
    Done(Played),
    Ask(Vec<Question>),
}

/// A request that waits for answers (handshake era).
#[derive(Debug)]
pub(super) struct Talk {
    request: Request,
    /// Ids of our own requests, and which question each one is.
    open: BTreeMap<u64, (&'static str, Need)>,
}

/// Takes what a stateless request brings of earlier rounds: the state it got from us, and new answers. `remembers`
/// is true for whoever gives out a state.
pub(super) fn brought(request: &Request, remembers: bool) -> Result<Answers, Fault> {
    let bad = |text: &str| Fault::new(INVALID_PARAMS, text);
    let params = &request.params;
    let mut answers = match params.get("requestState") {
        None => Answers::new(),
        Some(_) if !remembers => {
            return Err(bad(
                "a requestState came along, and none was given out for this: leave it out",
            ));
        }
        Some(Value::String(text)) => state::open(text, request)?,
        Some(_) => return Err(bad("requestState is a string")),
    };
    match params.get("inputResponses") {
        None => {}
        Some(Value::Object(_)) if remembers && params.get("requestState").is_none() => {
            return Err(bad(
                "these inputResponses came without the requestState they belong to",
            ));
        }
        Some(Value::Object(given)) if given.values().all(Value::is_object) => {
            for (key, answer) in given {
                answers.insert(key.clone(), Ok(answer.clone()));
            }
        }
        Some(_) => {
            return Err(bad(
                "inputResponses is an object: the key of each question, and the result that answers it",
            ));
        }
    }
    Ok(answers)
}

impl DemoServer {
    /// Says where a request stands after a turn of whoever answers it. `remembers` are the keys whose answers a later
    /// round needs; none when one round is enough.
    pub(super) fn turn(
        &mut self,
        request: Request,
        turn: Result<Turn, Fault>,
        remembers: Option<&[&str]>,
    ) -> Vec<Due> {
        let questions = match turn {
            Err(fault) => return vec![request.reply(Err(fault), Duration::ZERO)],
            Ok(Turn::Done(played)) => return request.played(played),
            Ok(Turn::Ask(questions)) => questions,
        };
        if let Some(missing) = questions.iter().find(|q| !request.able.has(q.need)) {
            return refuse(&request, missing.need);
        }
        if !request.revision.is_stateless() {
            return self.ask(request, &questions);
        }
        let asked: serde_json::Map<_, _> = questions
            .iter()
            .map(|question| (question.key.to_owned(), question.entry()))
            .collect();
        let mut body = json!({"resultType": "input_required", "inputRequests": asked});
        if let Some(keys) = remembers {
            body["requestState"] = json!(state::seal(&request, keys));
        }
        vec![request.reply(Ok(body), Duration::ZERO)]
    }

    fn ask(&mut self, request: Request, questions: &[Question]) -> Vec<Due> {
        let mut open = BTreeMap::new();
        let mut due = Vec::new();
        for question in questions {
            let id = self.next_question();
            open.insert(id, (question.key, question.need));
            due.push(Due::answer(&request.id, question.message(id)));
        }
        self.talks.push(Talk { request, open });
        due
    }

    /// An id for a request of ours. They count from 1 as those of many clients do: the two directions do not share ids.
    pub(super) fn next_question(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    /// An answer of the client's. One that nobody waits for is a stray, and stays unanswered.
    pub(super) fn answered(&mut self, id: &Value, message: &Value) -> Vec<Due> {
        let Some(id) = id.as_u64() else {
            return Vec::new();
        };
        let answer = match (message.get("result"), &message["error"]) {
            (Some(result), _) => Ok(result.clone()),
            (None, error) => Err(error["message"]
                .as_str()
                .unwrap_or("without words")
                .to_owned()),
        };
        let Some(at) = self
            .talks
            .iter()
            .position(|talk| talk.open.contains_key(&id))
        else {
            return self.task_answered(id, answer);
        };
        let talk = &mut self.talks[at];
        let Some((key, need)) = talk.open.remove(&id) else {
            return Vec::new();
        };
        let mut due = Vec::new();
        if need == Need::Page && matches!(&answer, Ok(result) if result["action"] == "accept") {
            due.push(Due {
                after: VISIT,
                ..Due::answer(&talk.request.id, visited(&page_name(id)))
            });
        }
        talk.request.answers.insert(key.to_owned(), answer);
        if talk.open.is_empty() {
            let request = self.talks.remove(at).request;
            due.extend(self.answer(request));
        }
        due
    }

    /// The client gave up on a request of its own: what we asked because of it is not wanted any more.
    pub(super) fn forget(&mut self, request: &Value) -> Vec<Due> {
        self.listens.retain(|listen| listen.id != *request);
        for task in &mut self.tasks {
            task.unwait(request);
        }
        let Some(at) = (self.talks.iter()).position(|talk| talk.request.id == *request) else {
            return Vec::new();
        };
        let open = self.talks.remove(at).open;
        open.into_keys().map(withdrawn).collect()
    }

    /// The tool `open-page`: it asks, or fails first, where there is an error for that.
    pub(super) fn open_page(&mut self, request: Request, call: &Call) -> Vec<Due> {
        if call.args["way"] == "fail" && request.able.page && !request.revision.is_stateless() {
            return self.page_first(&request, questions::page());
        }
        let turn = questions::open_page(call, &request.answers);
        self.turn(request, Ok(turn), None)
    }

    /// Asks to visit a page by refusing the call (2025-11-25): the client retries once it was told that all is done.
    fn page_first(&mut self, request: &Request, mut params: Value) -> Vec<Due> {
        let mut due = Vec::new();
        let (name, ready) = self.page.take().unwrap_or_else(|| {
            let name = page_name(self.next_question());
            due.push(Due::unasked(VISIT, visited(&name)));
            (name, self.now + VISIT)
        });
        if ready <= self.now {
            return request.played(Played::text(
                "You have been on the page, so this call went through.",
            ));
        }
        params["elicitationId"] = json!(name);
        self.page = Some((name, ready));
        let fault = Fault::new(message::PAGE_FIRST, "visit a page first, then call again")
            .with_data(json!({"elicitations": [params]}));
        due.insert(0, request.reply(Err(fault), Duration::ZERO));
        due
    }
}

/// One of our own requests is not waited for any more.
pub(super) fn withdrawn(id: u64) -> Due {
    let params = json!({"requestId": id, "reason": "the request it belonged to was cancelled"});
    Due::unasked(
        Duration::ZERO,
        message::notification("notifications/cancelled", params),
    )
}

fn page_name(id: u64) -> String {
    format!("page-{id}")
}

fn visited(name: &str) -> Value {
    message::notification(
        "notifications/elicitation/complete",
        json!({"elicitationId": name}),
    )
}

/// The client cannot be asked. 2026-07-28 has an error for it; before, a tool says so where a model can read it.
fn refuse(request: &Request, need: Need) -> Vec<Due> {
    let text = need.refusal(request.revision);
    if request.revision.is_stateless() {
        let fault = Fault::new(MISSING_CAPABILITY, text)
            .with_data(json!({"requiredCapabilities": need.capability()}));
        return vec![request.reply(Err(fault), Duration::ZERO)];
    }
    if request.method == "tools/call" {
        return request.played(Played::failed(&text));
    }
    vec![request.reply(Err(Fault::new(INVALID_REQUEST, text)), Duration::ZERO)]
}
