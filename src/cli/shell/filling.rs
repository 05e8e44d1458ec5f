//! A form filled in line by line: what is required is asked for, the rest when a person wants that.

use super::super::Early;
use super::super::headless::{Headless, Stop};
use super::super::live;
use super::Shell;
use crate::form::schema::{Choice, Field, Kind};
use crate::form::{Form, NodeId, State, template};
use crate::json::Value;
use crate::mcp::types::List;
use crate::text;

/// How often a field is asked for whose answer is none.
const TRIES: u32 = 5;

/// What a person wants of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Send it.
    Send,
    /// Say no (only where the server asks).
    Decline,
    /// Neither.
    Cancel,
}

impl Shell<'_> {
    /// Asks for arguments that a command lacks. False when it shall not be run.
    pub(super) async fn fill(
        &self,
        verb: &mut live::Verb,
        session: &mut Headless,
    ) -> Result<bool, Early> {
        let mut form = match verb {
            live::Verb::Call(args) if args.is_bare() => {
                session.listed(List::Tools).await?;
                match session.named(List::Tools, &args.tool)? {
                    Some(tool) => Form::from_schema(tool.input_schema()),
                    None => return Ok(true),
                }
            }
            live::Verb::Get(args) if args.is_bare() => {
                session.listed(List::Prompts).await?;
                let Some(prompt) = session.named(List::Prompts, &args.prompt)? else {
                    return Ok(true);
                };
                let arguments = prompt.prompt_arguments();
                Form::from_prompt_arguments(arguments.iter().map(|argument| {
                    let about = argument.description.as_deref();
                    (argument.name.as_str(), about, argument.required)
                }))
            }
            live::Verb::Read(args)
                if args.is_bare() && !template::variables(&args.uri).is_empty() =>
            {
                Form::from_template(&args.uri)
            }
            _ => return Ok(true),
        };
        if form.children(form.root()).is_empty() {
            return Ok(true);
        }
        if session.fill_in(&mut form, "run", false).await? != Wish::Send {
            return Ok(false);
        }
        let arguments = form.arguments();
        match verb {
            live::Verb::Call(args) => args.args = Some(arguments.to_string()),
            live::Verb::Get(args) => args.args = Some(arguments.to_string()),
            live::Verb::Read(args) => args.uri = template::expand(&args.uri, &arguments),
            _ => {}
        }
        Ok(true)
    }
}

/// What is to be asked yet.
enum Todo {
    Field(NodeId),
    /// Another item of a list.
    Item(NodeId),
}

impl Headless {
    /// A line for a person.
    pub(super) fn say(&mut self, line: &str) {
        self.console.say(line);
    }

    pub(super) fn prompt(&mut self, words: &str) {
        self.console.prompt(words);
    }

    /// Asks a person something; none at the end of the input.
    pub(super) async fn ask(&mut self, words: &str) -> Result<Option<String>, Stop> {
        self.prompt(&format!("{}: ", text::sanitize(words)));
        self.line(true).await
    }

    /// Has a person fill in a form. `word` is what sending it is called; `declines` whether they can say no.
    pub(super) async fn fill_in(
        &mut self,
        form: &mut Form,
        word: &str,
        declines: bool,
    ) -> Result<Wish, Stop> {
        let required: Vec<NodeId> = members(form)
            .filter(|id| form.field(*id).required)
            .collect();
        if !self.fields(form, required).await? {
            return Ok(Wish::Cancel);
        }
        loop {
            for (id, what) in form.problems() {
                let name = form.label(id);
                self.say(&text::sanitize(&format!("{name}: {what}")));
            }
            let left: Vec<NodeId> = members(form)
                .filter(|id| !form.field(*id).required && form.node(*id).state() == State::Unset)
                .collect();
            let mut words = String::new();
            if !left.is_empty() {
                let count = text::plural(left.len(), "optional argument");
                words = format!("{count} left unset. ");
            } else if !declines && form.problems().is_empty() {
                return Ok(Wish::Send);
            }
            words = format!("{words}Enter to {word}, ");
            if !left.is_empty() {
                words.push_str("o to fill them, ");
            }
            words.push_str("j to edit as JSON, ");
            if declines {
                words.push_str("d to decline, ");
            }
            words.push_str("c to cancel");
            let answer = self.ask(&words).await?;
            match answer.as_deref().map(str::trim) {
                Some("") => return Ok(Wish::Send),
                Some("o") if !left.is_empty() => {
                    if !self.fields(form, left).await? {
                        return Ok(Wish::Cancel);
                    }
                }
                Some("j") => {
                    let now = form.arguments().to_string();
                    self.say(&text::sanitize(&now));
                    match self.ask("JSON, nothing to leave it").await? {
                        None => return Ok(Wish::Cancel),
                        Some(text) if text.trim().is_empty() => {}
                        Some(text) => {
                            if let Err(problem) = form.load_json(&text) {
                                self.say(&problem.to_string());
                            }
                        }
                    }
                }
                Some("d") if declines => return Ok(Wish::Decline),
                Some("c") | None => return Ok(Wish::Cancel),
                Some(_) => self.say("one of these letters, or nothing"),
            }
        }
    }

    /// Asks for these fields and what they bring. False at the end of the input.
    async fn fields(&mut self, form: &mut Form, fields: Vec<NodeId>) -> Result<bool, Stop> {
        let mut todo: Vec<Todo> = fields.into_iter().rev().map(Todo::Field).collect();
        while let Some(next) = todo.pop() {
            let id = match next {
                Todo::Field(id) => id,
                Todo::Item(list) => {
                    let at = form.children(list).len() + 1;
                    let words = format!("{}, item {at}, nothing ends the list", path(form, list));
                    let Some(line) = self.ask(&words).await? else {
                        return Ok(false);
                    };
                    if line.trim().is_empty() {
                        continue;
                    }
                    if let Ok(item) = form.add_item(list) {
                        take(form, item, &line);
                        todo.push(Todo::Item(list));
                        if let Some(problem) = form.problem(item) {
                            self.say(&text::sanitize(&problem));
                            // It was none: the next line is asked for in its place.
                            let _ = form.delete(item);
                        }
                    }
                    continue;
                }
            };
            let field = form.field(id).clone();
            if let Some(required) = required_below(form, id) {
                todo.extend(required.into_iter().rev().map(Todo::Field));
                continue;
            }
            match &field.kind {
                Kind::Array(array) if array.slots.is_empty() => {
                    let _ = form.set_empty(id);
                    todo.push(Todo::Item(id));
                }
                Kind::Union(union) => {
                    let names: Vec<String> = union
                        .variants
                        .iter()
                        .map(|variant| variant.name.clone())
                        .collect();
                    let words = format!("{}, one of: {}", head(form, id, &field), numbers(&names));
                    match self.choose(&words, &names).await? {
                        None => return Ok(false),
                        Some(None) => {}
                        Some(Some(variant)) => {
                            if form.pick_variant(id, variant).is_ok() {
                                todo.extend(form.active(id).map(Todo::Field));
                            }
                        }
                    }
                }
                _ => {
                    if !self.leaf(form, id, &field).await? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Asks which of several: none at the end of the input, none inside when the line is empty.
    async fn choose(
        &mut self,
        words: &str,
        names: &[String],
    ) -> Result<Option<Option<usize>>, Stop> {
        for _ in 0..TRIES {
            let Some(line) = self.ask(words).await? else {
                return Ok(None);
            };
            let line = line.trim();
            if line.is_empty() {
                return Ok(Some(None));
            }
            let number: Option<usize> = line.parse().ok();
            let found = number
                .and_then(|number| number.checked_sub(1))
                .filter(|at| *at < names.len())
                .or_else(|| names.iter().position(|name| name == line));
            if found.is_some() {
                return Ok(Some(found));
            }
            self.say("none of these");
        }
        Ok(Some(None))
    }

    async fn leaf(&mut self, form: &mut Form, id: NodeId, field: &Field) -> Result<bool, Stop> {
        let words = format!("{}, {}", head(form, id, field), kind(form, id, field));
        for _ in 0..TRIES {
            let Some(line) = self.ask(&words).await? else {
                return Ok(false);
            };
            if line.is_empty() && form.node(id).state() == State::Default {
                return Ok(true);
            }
            take(form, id, &line);
            match form.problem(id) {
                None => return Ok(true),
                Some(problem) => self.say(&text::sanitize(&problem)),
            }
        }
        Ok(true)
    }
}

fn members(form: &Form) -> impl Iterator<Item = NodeId> + use<'_> {
    form.children(form.root()).iter().copied()
}

/// The members to ask for of an object that has to be there; none when it is asked for as JSON. An object that stands
/// inside itself is closed in the form, and stays so: it would never end.
fn required_below(form: &Form, id: NodeId) -> Option<Vec<NodeId>> {
    let field = form.field(id);
    let Kind::Object(object) = &field.kind else {
        return None;
    };
    if !object.named || !field.required || form.node(id).is_closed() {
        return None;
    }
    let members = form.children(id).iter().copied();
    Some(
        members
            .filter(|member| form.field(*member).required)
            .collect(),
    )
}

/// `source.path`
fn path(form: &Form, id: NodeId) -> String {
    let mut names = vec![form.label(id)];
    let mut here = id;
    while let Some(parent) = form.node(here).parent() {
        names.push(form.label(parent));
        here = parent;
    }
    names.retain(|name| !name.is_empty());
    names.reverse();
    names.join(".")
}

/// `title, required`, and what it means.
fn head(form: &Form, id: NodeId, field: &Field) -> String {
    let mut words = path(form, id);
    let about = field.description.as_deref().or(field.title.as_deref());
    if let Some(about) = about.and_then(|about| about.lines().next()) {
        words = format!("{words} ({})", text::fit(about, 60));
    }
    if field.required {
        words.push_str(", required");
    }
    words
}

/// What can be typed.
fn kind(form: &Form, id: NodeId, field: &Field) -> String {
    let mut words = match &field.kind {
        Kind::String(_) => "text".to_owned(),
        Kind::Integer(_) => "whole number".to_owned(),
        Kind::Number(_) => "number".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Enum(choices) => {
            let names: Vec<String> = choices
                .iter()
                .map(|choice| choice.title.clone().unwrap_or_else(|| choice.text()))
                .collect();
            format!("one of: {}", numbers(&names))
        }
        Kind::Set(set) => {
            let names: Vec<String> = set
                .choices
                .iter()
                .map(|choice| choice.title.clone().unwrap_or_else(|| choice.text()))
                .collect();
            format!(
                "some of: {}, numbers or names, with blanks or commas between",
                numbers(&names)
            )
        }
        _ => "JSON".to_owned(),
    };
    if form.node(id).state() == State::Default {
        words = format!("{words}, default {}", form.text(id));
    }
    words
}

fn numbers(names: &[String]) -> String {
    let named: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| format!("{} {name}", at + 1))
        .collect();
    named.join(", ")
}

/// The choice that a word is: its value, its title or its number.
fn found(choices: &[Choice], word: &str) -> Option<usize> {
    let by = |is: &dyn Fn(&Choice) -> bool| choices.iter().position(is);
    by(&|choice| choice.text() == word)
        .or_else(|| by(&|choice| choice.title.as_deref() == Some(word)))
        .or_else(|| {
            let number = word.parse::<usize>().ok()?.checked_sub(1)?;
            (number < choices.len()).then_some(number)
        })
}

/// The values that a line names, with commas between, or blanks. A word that is no choice stays, as a string, which
/// the field then has as a problem: less than was typed is never sent.
fn picked(choices: &[Choice], line: &str) -> Vec<Value> {
    let words = |between: &[char]| -> Vec<String> {
        let words = line.split(between).map(str::trim);
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let mut named = words(&[',']);
    if !named.iter().all(|word| found(choices, word).is_some()) {
        named = words(&[',', ' ']);
    }
    let value = |word: String| match found(choices, &word) {
        Some(at) => choices[at].value.clone(),
        None => Value::String(word),
    };
    named.into_iter().map(value).collect()
}

/// Takes what was typed. What is no answer stays as a problem of the field's.
fn take(form: &mut Form, id: NodeId, line: &str) {
    let taken = match form.field(id).kind.clone() {
        Kind::Enum(choices) => match found(&choices, line.trim()) {
            Some(choice) if !line.trim().is_empty() => form.choose(id, choice),
            _ => form.set_text(id, line),
        },
        Kind::Set(set) => match Value::parse(line.as_bytes()) {
            Ok(Value::Array(_)) => form.set_json(id, line),
            _ => form.set_value(id, &Value::Array(picked(&set.choices, line))),
        },
        Kind::Boolean => form.set_text(
            id,
            match line.trim() {
                "y" | "yes" => "true",
                "n" | "no" => "false",
                other => other,
            },
        ),
        Kind::Object(_) | Kind::Array(_) | Kind::Union(_) | Kind::Json(_) => {
            form.set_json(id, line)
        }
        _ => form.set_text(id, line),
    };
    // What cannot be taken is told as a problem of the field.
    drop(taken);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_object_inside_itself_is_not_opened_for_ever() {
        let schema = br##"{"$defs":{"node":{"type":"object","required":["name","left","right"],"properties":{
            "name":{"type":"string"},"left":{"$ref":"#/$defs/node"},"right":{"$ref":"#/$defs/node"}}}},
            "type":"object","required":["tree"],"properties":{"tree":{"$ref":"#/$defs/node"}}}"##;
        let form = Form::from_schema(schema);
        let mut todo: Vec<NodeId> = members(&form).collect();
        let mut asked = Vec::new();
        while let Some(id) = todo.pop() {
            match required_below(&form, id) {
                Some(below) => todo.extend(below),
                None => asked.push(path(&form, id)),
            }
            assert!(asked.len() < 20, "{asked:?}");
        }
        assert!(asked.contains(&"tree.name".to_owned()), "{asked:?}");
    }

    #[test]
    fn several_are_chosen_by_value_title_or_number_and_no_word_is_lost() {
        let schema = br#"{"type":"object","required":["c"],"properties":{"c":{"type":"array","uniqueItems":true,
            "items":{"oneOf":[{"const":"r","title":"Deep red"},{"const":"g","title":"Green"}]}}}}"#;
        for (line, sent, is_fine) in [
            ("1 2", r#"{"c":["r","g"]}"#, true),
            ("Green r", r#"{"c":["g","r"]}"#, true),
            ("Deep red, 2", r#"{"c":["r","g"]}"#, true),
            (r#"["g"]"#, r#"{"c":["g"]}"#, true),
            ("", r#"{"c":[]}"#, true),
            ("1 blue", r#"{"c":["r","blue"]}"#, false),
            ("3", r#"{"c":["3"]}"#, false),
        ] {
            let mut form = Form::from_schema(schema).multi_select(true);
            let id = members(&form).next().unwrap();
            take(&mut form, id, line);
            assert_eq!(form.arguments().to_string(), sent, "{line}");
            assert_eq!(form.problem(id).is_none(), is_fine, "{line}");
        }
    }

    #[test]
    fn one_is_chosen_by_what_it_is_called() {
        let schema = br#"{"type":"object","required":["c"],"properties":{"c":{"oneOf":[{"const":"2","title":"Deep red"},
            {"const":"g","title":"Green"}]}}}"#;
        for (line, sent) in [("1", "2"), ("2", "2"), ("Green", "g"), (" Deep red", "2")] {
            let mut form = Form::from_schema(schema);
            let id = members(&form).next().unwrap();
            take(&mut form, id, line);
            assert_eq!(
                form.arguments().to_string(),
                format!(r#"{{"c":"{sent}"}}"#),
                "{line}"
            );
        }
    }
}
