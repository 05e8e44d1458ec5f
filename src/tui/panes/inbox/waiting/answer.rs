//! The answer to one question while somebody works on it: what is asked, the form over it, what is wrong with it.
//!
//! Every kind of question is answered in the same form engine: an elicitation over its own schema, a sampled message
//! and roots over schemas of ours. What goes on the wire is made by [`reply`], or written whole as JSON. It sends
//! nothing itself.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::form::Form;
use crate::json::Value;
use crate::mcp::asked::{AskKind, Reply, Root, Which, check, reply};
use crate::mcp::revision::Revision;
use crate::tui::effect::Effect;
use crate::tui::pane::Ctx;
use crate::tui::panes::address::Address;
use crate::tui::panes::form::{FormPane, Side};
use crate::tui::payload::question::Question;
use crate::tui::widgets::plain::PlainState;
use crate::validity::{UNCHECKED, Verdict};

use super::buttons::{FORM, ROOTS, SAMPLING, URL, URL_ACCEPTED, URL_OPENED};

/// What a sampled message is made of.
const MESSAGE: &str = r#"{"type":"object","properties":{
    "text":{"type":"string","contentMediaType":"text/markdown","description":"What the model says"},
    "model":{"type":"string","description":"The name of the model it is from"},
    "stopReason":{"type":"string","examples":["endTurn","stopSequence","maxTokens"],
        "description":"Why it ends"}},"required":["text","model"]}"#;
/// What roots are.
const FOLDERS: &str = r#"{"type":"object","properties":{"roots":{"type":"array","items":{"type":"object","properties":{
    "uri":{"type":"string","format":"uri","pattern":"^file://","description":"file:// and the folder"},
    "name":{"type":"string","description":"Its name for people"}},"required":["uri"]}}},"required":["roots"]}"#;
/// The model of a message that a person wrote.
const PERSON: &str = "person";

/// See the module.
#[derive(Debug)]
pub struct Answer {
    /// The number of the question.
    pub number: u32,
    /// The connection.
    pub conn: u32,
    /// How it is named.
    pub which: Which,
    /// Its kind.
    pub kind: AskKind,
    /// The number under which it is read.
    pub asker: u64,
    /// What it asks, once it was read; or why it cannot be.
    pub question: Option<Result<Question, String>>,
    /// The address it wants opened.
    pub address: Option<Address>,
    /// Where the words are scrolled to.
    pub head: PlainState,
    /// The form.
    pub form: Option<FormPane>,
    /// The whole result as JSON, in place of what the form would make.
    raw: Option<FormPane>,
    /// What was typed before there was a form to type into.
    pub early: Vec<KeyEvent>,
    /// Whether it is asked what to do about problems.
    pub asking: bool,
    /// Accepted, but not checked yet.
    pub sending: bool,
    /// It was given away: nothing more can be done to it.
    pub sent: bool,
    /// The number under which it is in an editor, and whether only the text of its message is.
    pub in_editor: Option<(u64, bool)>,
    /// The number under which a browser was asked to open its page.
    pub in_browser: Option<u64>,
    opened: bool,
    accepted: bool,
    revision: Option<Revision>,
    check: Check,
}

/// What the schema says of the answer, as far as it was asked.
#[derive(Debug, Default)]
struct Check {
    asker: u64,
    /// The state of the form that was asked about last.
    asked: Option<u64>,
    /// And the one that an answer came for.
    told: Option<u64>,
    /// What could not be checked, sanitised.
    remark: Option<String>,
}

impl Answer {
    /// Nothing is known but which question it is.
    pub fn new(question: &crate::session::timeline::Question, ctx: &Ctx<'_>) -> Self {
        let connection = ctx.timeline.state().connection(question.conn);
        Self {
            number: question.number,
            conn: question.conn,
            which: question.which.clone(),
            kind: question.kind,
            asker: 0,
            question: None,
            address: None,
            head: PlainState::new(true),
            form: None,
            raw: None,
            early: Vec::new(),
            asking: false,
            sending: false,
            sent: false,
            in_editor: None,
            in_browser: None,
            opened: false,
            accepted: false,
            revision: connection.and_then(|connection| connection.revision),
            check: Check::default(),
        }
    }

    /// Asks for the question to be read, once.
    pub fn read(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        if self.asker != 0 {
            return None;
        }
        let question = ctx.timeline.questions().get(self.number)?;
        let source = ctx.source(question.entry)?;
        self.asker = ctx.ticket();
        Some(Effect::ReadQuestion {
            asker: self.asker,
            source,
            which: self.which.clone(),
            kind: self.kind,
        })
    }

    /// Takes what was read and makes the form; `roots` are those that would be given.
    pub fn asked(&mut self, question: &Result<Question, String>, roots: &[Root]) {
        if let Ok(question) = question {
            let mut form = form_of(self.kind, question, roots);
            form.set_buttons(match self.kind {
                AskKind::Form => FORM,
                AskKind::Sampling => SAMPLING,
                AskKind::Roots => ROOTS,
                AskKind::Url => URL,
            });
            // What fills the form first is nobody's draft.
            form.stop_typing();
            self.form = Some(form);
            self.address = question.address.as_deref().map(Address::read);
        }
        self.question = Some(question.clone());
    }

    /// What is typed into: the form, or the whole result as JSON.
    pub fn shown(&self) -> Option<&FormPane> {
        self.raw.as_ref().or(self.form.as_ref())
    }

    /// The same, to be changed.
    pub fn shown_mut(&mut self) -> Option<&mut FormPane> {
        self.raw.as_mut().or(self.form.as_mut())
    }

    /// Whether JSON is edited.
    pub fn is_json(&self) -> bool {
        self.shown().is_some_and(|form| form.side() == Side::Json)
    }

    /// Turns to JSON, or back to the fields. Of a sampled message it is the whole result, as it would be sent.
    pub fn turn_json(&mut self) {
        if self.is_json() {
            if self.raw.take().is_none()
                && let Some(form) = &mut self.form
            {
                form.settle_json();
                form.turn(Side::Fields);
            }
            return;
        }
        if self.kind == AskKind::Sampling {
            let mut raw = FormPane::new(Form::from_schema(br#"{"type":"object"}"#));
            if let Reply::Result(result) = self.made()
                && let Ok(value) = Value::parse(result.as_bytes())
            {
                raw.begin_with(&value);
            }
            raw.set_buttons(SAMPLING);
            raw.turn(Side::Json);
            raw.enter();
            self.raw = Some(raw);
        } else if let Some(form) = &mut self.form {
            form.turn(Side::Json);
            form.enter();
        }
    }

    /// The text of the message that is being written.
    pub fn message(&self) -> String {
        self.member("text")
    }

    /// The fields, to be changed; what was written as JSON is given up.
    pub fn fields(&mut self) -> Option<&mut FormPane> {
        self.raw = None;
        let form = self.form.as_mut()?;
        form.turn(Side::Fields);
        Some(form)
    }

    /// Writes the text of the message, and the model it is from; the rest stays.
    pub fn set_message(&mut self, text: &str, model: Option<&str>) {
        let Some(form) = self.fields() else { return };
        let Value::Object(mut members) = form.arguments() else {
            return;
        };
        let written = [("text", Some(text)), ("model", model)];
        for (name, value) in written {
            if let Some(value) = value {
                members.retain(|(other, _)| other != name);
                members.push((name.to_owned(), Value::from(value)));
            }
        }
        form.load(&Value::Object(members));
    }

    fn member(&self, name: &str) -> String {
        let arguments = self.form.as_ref().map(FormPane::arguments);
        let member = arguments.as_ref().and_then(|all| all.get(name)?.as_str());
        member.unwrap_or_default().to_owned()
    }

    /// Whether the page was opened from here, or its address given to somebody who can.
    pub const fn was_opened(&self) -> bool {
        self.opened
    }

    /// The page was opened, or can be by now.
    pub fn opened(&mut self) {
        if std::mem::replace(&mut self.opened, true) {
            return;
        }
        if let Some(form) = &mut self.form {
            form.set_buttons(URL_OPENED);
        }
    }

    /// It was accepted; the server waits for what happens in the browser.
    pub fn accepted(&mut self) {
        if std::mem::replace(&mut self.accepted, true) {
            return;
        }
        self.sent = true;
        if let Some(form) = &mut self.form {
            form.set_buttons(URL_ACCEPTED);
        }
    }

    /// Whether to open the page says by itself that it is accepted: a request of the server's is answered at once
    /// (2025-11-25, elicitation, URL mode); a result that wants input would be asked for again too early.
    pub const fn opening_accepts(&self) -> bool {
        matches!(self.which, Which::Request(_))
    }

    // --- what is wrong with it ---

    /// Asks for the answers to be checked when they changed since.
    pub fn check(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let Some(Ok(question)) = &self.question else {
            return None;
        };
        let schema: Arc<[u8]> = match self.kind {
            AskKind::Form => Arc::clone(question.schema.as_ref()?),
            AskKind::Roots => FOLDERS.as_bytes().into(),
            AskKind::Sampling | AskKind::Url => return None,
        };
        let form = self.form.as_ref()?;
        let revision = form.revision();
        if self.check.asked == Some(revision) {
            return None;
        }
        self.check.asked = Some(revision);
        if self.check.asker == 0 {
            self.check.asker = ctx.ticket();
        }
        Some(Effect::Validate {
            asker: self.check.asker,
            revision,
            schema,
            arguments: form.arguments(),
            chosen: Vec::new(),
        })
    }

    /// Takes what the schema says, if it was asked here.
    pub fn checked(
        &mut self,
        asker: u64,
        revision: u64,
        verdict: &Result<Verdict, String>,
    ) -> bool {
        if self.check.asker != asker || asker == 0 {
            return false;
        }
        let Some(form) = self
            .form
            .as_mut()
            .filter(|form| form.revision() == revision)
        else {
            // It is about answers of before.
            return true;
        };
        self.check.told = Some(revision);
        let clean = |words: &str| crate::text::sanitize(words).into_owned();
        match verdict {
            Err(why) => self.check.remark = Some(format!("not checked: {}", clean(why))),
            Ok(verdict) => {
                let wrong = verdict.violations.iter();
                let wrong = wrong.filter(|one| one.keyword != UNCHECKED);
                let wrong = wrong.map(|one| (one.pointer.clone(), one.words.clone()));
                form.set_violations(wrong.collect());
                self.check.remark = verdict.remarks.first().map(|remark| clean(remark));
            }
        }
        true
    }

    /// Whether the schema has had its say about what stands there now.
    pub fn is_checked(&self) -> bool {
        let schema = matches!(self.kind, AskKind::Form | AskKind::Roots);
        let now = self.form.as_ref().map(FormPane::revision);
        !schema || self.raw.is_some() || self.check.told == now
    }

    /// What could not be checked.
    pub fn remark(&self) -> Option<&str> {
        self.check.remark.as_deref()
    }

    /// What is wrong, in a few words; none when nothing is.
    pub fn trouble(&self) -> Option<String> {
        if let Some(raw) = &self.raw {
            if raw.problems() > 0 {
                return Some("the JSON has an error".to_owned());
            }
            let revision = self.revision.unwrap_or(Revision::NEWEST_LEGACY);
            let found = check::problems(self.kind, revision, &raw.arguments().to_string());
            return found
                .first()
                .map(|what| crate::text::sanitize(what).into_owned());
        }
        let problems = self.form.as_ref().map_or(0, FormPane::problems);
        (problems > 0).then(|| crate::text::plural(problems, "problem"))
    }

    /// Whether what is wrong cannot be sent at all.
    pub fn is_broken(&self) -> bool {
        self.raw.as_ref().is_some_and(|raw| raw.problems() > 0)
    }

    // --- what it says ---

    /// The reply that accepts.
    pub fn reply(&self) -> Reply {
        match &self.raw {
            Some(raw) => Reply::Result(raw.arguments().to_string()),
            None => self.made(),
        }
    }

    /// What the form makes.
    fn made(&self) -> Reply {
        let arguments = self.form.as_ref().map(FormPane::arguments);
        let arguments = arguments.unwrap_or_else(|| Value::Object(Vec::new()));
        match self.kind {
            AskKind::Form => reply::accept(Some(&arguments.to_string())),
            AskKind::Url => reply::accept(None),
            AskKind::Roots => Reply::Result(arguments.to_string()),
            AskKind::Sampling => {
                let stop = arguments.get("stopReason").and_then(Value::as_str);
                reply::sampled(&self.message(), &self.member("model"), stop)
            }
        }
    }
}

fn form_of(kind: AskKind, question: &Question, roots: &[Root]) -> FormPane {
    let text = |text: &str| Value::String(text.to_owned());
    let (schema, given) = match kind {
        AskKind::Form => {
            let schema = question.schema.as_deref().unwrap_or(b"{}");
            (schema, None)
        }
        AskKind::Url => (&b"{\"type\":\"object\"}"[..], None),
        AskKind::Sampling => {
            let model = question.model.as_deref().unwrap_or(PERSON);
            let given = Value::Object(vec![
                ("model".to_owned(), text(model)),
                ("stopReason".to_owned(), text("endTurn")),
            ]);
            (MESSAGE.as_bytes(), Some(given))
        }
        AskKind::Roots => {
            let folders = roots.iter().map(|root| {
                let name = root.name.as_deref();
                let name = name.map(|name| ("name".to_owned(), text(name)));
                let uri = [("uri".to_owned(), text(&root.uri))];
                Value::Object(uri.into_iter().chain(name).collect())
            });
            let folders = Value::Array(folders.collect());
            let given = Value::Object(vec![("roots".to_owned(), folders)]);
            (FOLDERS.as_bytes(), Some(given))
        }
    };
    let mut form = Form::from_schema(schema).multi_select(true);
    // What is shown is what is sent: forms that a server opens are filled in beforehand.
    form.send_defaults(true);
    let mut form = FormPane::new(form);
    form.say_when_empty(match kind {
        AskKind::Url => "What you do there happens in your browser, not here.",
        _ => "Nothing is to be filled in.",
    });
    if let Some(given) = given {
        form.begin_with(&given);
    }
    form
}
