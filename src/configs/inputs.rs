//! What a client asks a person for before it starts a server: the `inputs` of VS Code, and what has no value in a
//! `server.json`. Reading only; who asks is a front end's business.

use std::collections::BTreeMap;

use super::document::Part;
use super::expand::{Lack, Text};
use super::launch::Launch;

/// How it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// A text is typed.
    Text,
    /// One of these is picked.
    Pick(Vec<String>),
    /// A command of the client's gives it, which is none that anybody else can run.
    Command(String),
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub id: String,
    /// What is said of it; empty when nothing is.
    pub description: String,
    /// Whether it is not to be seen while it is typed.
    pub hidden: bool,
    /// How.
    pub how: How,
    /// What its file proposes; empty when that is nothing.
    pub proposed: String,
}

impl Input {
    /// One of which only the name is known.
    pub fn named(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            description: String::new(),
            hidden: false,
            how: How::Text,
            proposed: String::new(),
        }
    }

    /// What keeps a value from being taken, in words.
    pub fn refuses(&self, value: &str) -> Option<String> {
        match &self.how {
            How::Text if value.is_empty() => Some(format!("{} is needed", self.id)),
            How::Pick(options) if !options.iter().any(|option| option == value) => {
                Some(format!("{} is one of: {}", self.id, options.join(", ")))
            }
            _ => None,
        }
    }
}

/// Those that a file describes.
pub fn described(root: Part<'_>) -> Vec<Input> {
    let inputs = root.get("inputs").and_then(Part::items);
    inputs
        .unwrap_or_default()
        .into_iter()
        .filter_map(input)
        .collect()
}

/// The values that a file proposes.
pub fn defaults(root: Part<'_>) -> BTreeMap<String, String> {
    let inputs = root.get("inputs").and_then(Part::items);
    inputs
        .unwrap_or_default()
        .into_iter()
        .filter_map(|input| {
            let id = input.get("id")?.text()?;
            Some((id, input.get("default")?.text()?))
        })
        .collect()
}

fn input(part: Part<'_>) -> Option<Input> {
    let text = |name: &str| part.get(name).and_then(Part::text);
    let how = match text("type").as_deref() {
        Some("pickString") => {
            let options = part.get("options").and_then(Part::items);
            let options = options.unwrap_or_default().into_iter();
            How::Pick(
                options
                    .filter_map(|option| {
                        let value = option.get("value").and_then(Part::text);
                        value.or_else(|| option.text())
                    })
                    .collect(),
            )
        }
        Some("command") => How::Command(text("command").unwrap_or_default()),
        _ => How::Text,
    };
    Some(Input {
        id: text("id")?,
        description: text("description").unwrap_or_default(),
        hidden: part.get("password").and_then(Part::flag) == Some(true),
        how,
        proposed: text("default").unwrap_or_default(),
    })
}

/// Those of them that a launch lacks, and what else it wants a person to say.
pub fn lacking(launch: &Launch, known: &[Input]) -> Vec<Input> {
    let lacks = launch.lacks().into_iter();
    lacks
        .filter_map(|lack| match lack {
            Lack::Input(id) => {
                let described = known.iter().find(|input| input.id == id);
                Some(described.cloned().unwrap_or_else(|| Input::named(&id)))
            }
            Lack::Variable(_) | Lack::File(_) => None,
        })
        .collect()
}

/// Those of them whose proposal a launch was put together with, since nobody said anything else.
pub fn taken(launch: &Launch, known: &[Input], given: &BTreeMap<String, String>) -> Vec<Input> {
    let named = launch.named().iter().map(|(_, text)| text);
    let texts: Vec<&Text> = launch.texts().into_iter().chain(named).collect();
    let known = known.iter();
    let taken = known.filter(|input| {
        let reference = format!("${{input:{}}}", input.id);
        !input.proposed.is_empty()
            && !given.contains_key(&input.id)
            && texts.iter().any(|text| {
                let lack = Lack::Input(input.id.clone());
                text.written.contains(&reference) && !text.lacks.contains(&lack)
            })
    });
    taken.cloned().collect()
}

impl Text {
    /// Puts the value of an input in where it lacks.
    pub fn give(&mut self, id: &str, value: &str) {
        let lack = Lack::Input(id.to_owned());
        if !self.lacks.contains(&lack) {
            return;
        }
        self.lacks.retain(|other| *other != lack);
        for reference in [format!("${{input:{id}}}"), format!("{{{id}}}")] {
            self.value = self.value.replace(&reference, value);
            self.told = self.told.replace(&reference, &format!("‹{id}›"));
        }
        self.put.push((id.to_owned(), value.to_owned()));
    }
}

impl Launch {
    /// The same with what somebody said.
    #[must_use]
    pub fn given(mut self, said: &[(String, String)]) -> Self {
        let mut give = |text: &mut Text| {
            for (id, value) in said {
                text.give(id, value);
            }
        };
        match &mut self {
            Self::Process {
                program,
                args,
                env,
                cwd,
            } => {
                give(program);
                args.iter_mut().for_each(&mut give);
                for (_, text) in env {
                    give(text);
                }
                cwd.iter_mut().for_each(give);
            }
            Self::Address { url, headers, .. } => {
                give(url);
                for (_, text) in headers {
                    give(text);
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::configs::document::{Document, Format};
    use crate::transport::Target;

    const FILE: &str = r#"{"inputs": [
        {"id": "key", "type": "promptString", "description": "API key", "password": true},
        {"id": "region", "type": "pickString", "options": ["eu", {"label": "America", "value": "us"}]},
        {"id": "token", "type": "command", "command": "auth.token"}
    ]}"#;

    #[test]
    fn inputs_are_read_with_how_they_are_asked_for() {
        let document = Document::read(FILE, Format::Json).unwrap();
        let [key, region, token] = <[Input; 3]>::try_from(described(document.root())).unwrap();
        assert!(key.hidden);
        assert_eq!((&*key.description, &key.how), ("API key", &How::Text));
        assert_eq!(
            region.how,
            How::Pick(vec!["eu".to_owned(), "us".to_owned()])
        );
        assert_eq!(token.how, How::Command("auth.token".to_owned()));
        assert_eq!(region.refuses("us"), None);
        assert_eq!(
            region.refuses("America").unwrap(),
            "region is one of: eu, us"
        );
        assert_eq!(key.refuses("").unwrap(), "key is needed");
    }

    #[test]
    fn what_is_given_goes_in_and_is_only_named_where_it_is_told() {
        let lacking =
            |written: &str| Text::lacking(written.to_owned(), Lack::Input("key".to_owned()));
        let launch = Launch::Process {
            program: Text::plain("run"),
            args: vec![lacking("--key=${input:key}"), Text::plain("${input:key}")],
            env: vec![("KEY".to_owned(), lacking("${input:key}"))],
            cwd: None,
        };
        assert_eq!(super::lacking(&launch, &[]), [Input::named("key")]);
        let launch = launch.given(&[("key".to_owned(), "s3cret".to_owned())]);
        assert!(launch.lacks().is_empty());
        // What did not lack it is another client's text.
        assert_eq!(launch.expanded(), ["run", "--key=‹key›", "${input:key}"]);
        let target = launch.target(None, std::path::Path::new("/")).unwrap();
        let Target::Process(spawn) = target else {
            panic!("it is a command");
        };
        assert_eq!(spawn.args[0], "--key=s3cret");
        assert_eq!(spawn.env, [("KEY".to_owned(), "s3cret".to_owned())]);
        assert_eq!(spawn.secrets, [("key".to_owned(), "s3cret".to_owned())]);
    }
}
