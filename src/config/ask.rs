//! The tables `[ask]` and `[servers.NAME.ask]`: who answers what servers ask.
//!
//! What is said for a server comes before what is said for all; without a word a person is asked. Canned answers are
//! read once, with the settings.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;

use super::Problem;
use crate::json;
use crate::mcp::asked::{AskKind, Capabilities, Policies, Policy, Root, check};

/// The longest canned answer, in bytes: it is read before the screen is there, and checked at once.
pub const LONGEST: u64 = 1 << 20;

/// What is said about one kind of question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// It is answered by this.
    Policy(Policy),
    /// Servers are told that this client does not do that.
    Off,
    /// It is answered with what is in a file; [`Asking::read_files`] makes a policy of it.
    File {
        /// As written.
        path: String,
        /// Line number, from 1.
        line: usize,
    },
}

/// A rule for each kind there is one for.
type Rules = Vec<(AskKind, Rule)>;

/// Both tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asking {
    everywhere: Rules,
    servers: Vec<(String, Rules)>,
}

/// What holds for one server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Who answers.
    pub policies: Policies,
    /// What the client says it does not do, though it could.
    pub off: Vec<AskKind>,
}

impl Standing {
    /// What of these capabilities servers are told.
    pub fn told(&self, mut could: Capabilities) -> Capabilities {
        for kind in &self.off {
            could.switch(*kind, false);
        }
        could
    }
}

/// What `[servers.NAME]` has beside `ask`: how the server is started or reached.
pub const ENTRY: [&str; 8] = [
    "command", "args", "env", "cwd", "url", "headers", "type", "enabled",
];

/// The names of the kinds in the file.
pub const KINDS: [(&str, AskKind); 4] = [
    ("sampling", AskKind::Sampling),
    ("elicitation", AskKind::Form),
    ("url", AskKind::Url),
    ("roots", AskKind::Roots),
];

impl Asking {
    /// What holds for a server of this name.
    pub fn of(&self, server: &str) -> Standing {
        let mut standing = Standing::default();
        let own = self.servers.iter().find(|(name, _)| name == server);
        let own = own.map_or(&[][..], |(_, rules)| rules);
        // The later one counts.
        for (kind, rule) in self.everywhere.iter().chain(own) {
            standing.off.retain(|off| off != kind);
            match rule {
                Rule::Policy(policy) => standing.policies.set(*kind, policy.clone()),
                Rule::Off => standing.off.push(*kind),
                Rule::File { .. } => {}
            }
        }
        standing
    }

    /// Reads the files of canned answers; relative paths begin at `folder`. The error names the file, and the line it
    /// is named in.
    pub fn read_files(&mut self, folder: &Path) -> Result<(), (usize, CannedError)> {
        let rules = self.servers.iter_mut().flat_map(|(_, rules)| rules);
        for (_, rule) in rules.chain(&mut self.everywhere) {
            if let Rule::File { path, line } = rule {
                let file = at(folder, path);
                let canned = canned(&file).map_err(|error| (*line, error))?;
                *rule = Rule::Policy(Policy::Canned(canned));
            }
        }
        Ok(())
    }

    /// Takes the table `[ask]`; or, with a name, that of a server.
    pub(super) fn take(
        &mut self,
        server: Option<&str>,
        table: &Spanned<DeValue<'_>>,
        line: &dyn Fn(usize) -> usize,
    ) -> Result<(), (Range<usize>, Problem)> {
        let rules = rules(table, line)?;
        match server {
            None => self.everywhere = rules,
            Some(name) => self.servers.push((name.to_owned(), rules)),
        }
        Ok(())
    }

    /// Takes the table `[servers]`.
    pub(super) fn take_servers(
        &mut self,
        servers: &Spanned<DeValue<'_>>,
        line: &dyn Fn(usize) -> usize,
    ) -> Result<(), (Range<usize>, Problem)> {
        let wrong = |span| {
            let expected = "a table for each server, such as [servers.NAME.ask]";
            (
                span,
                Problem::BadValue {
                    key: "servers",
                    expected,
                },
            )
        };
        let table = servers.get_ref().as_table();
        for (name, server) in table.ok_or_else(|| wrong(servers.span()))? {
            let server = server
                .get_ref()
                .as_table()
                .ok_or_else(|| wrong(server.span()))?;
            for (key, value) in server {
                let name_of_key: &str = key.get_ref();
                // How it is started is read by `configs`, with what other clients have.
                if ENTRY.contains(&name_of_key) {
                    continue;
                }
                if name_of_key != "ask" {
                    let known = ENTRY.into_iter().chain(["ask"]);
                    return Err((
                        key.span(),
                        Problem::UnknownKey {
                            key: name_of_key.to_owned(),
                            nearest: super::nearest(name_of_key, known),
                        },
                    ));
                }
                self.take(Some(name.get_ref()), value, line)?;
            }
        }
        Ok(())
    }
}

fn rules(
    table: &Spanned<DeValue<'_>>,
    line: &dyn Fn(usize) -> usize,
) -> Result<Rules, (Range<usize>, Problem)> {
    let wrong = |span, key, expected| (span, Problem::BadValue { key, expected });
    let Some(lines) = table.get_ref().as_table() else {
        let expected = "a table: [ask], and below it lines such as sampling = \"decline\"";
        return Err(wrong(table.span(), "ask", expected));
    };
    let mut rules = Rules::new();
    for (key, value) in lines {
        let name: &str = key.get_ref();
        let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) else {
            let nearest = super::nearest(name, KINDS.iter().map(|(name, _)| *name));
            let key_name = name.to_owned();
            return Err((
                key.span(),
                Problem::UnknownKey {
                    key: key_name,
                    nearest,
                },
            ));
        };
        let expected = match kind {
            AskKind::Sampling => {
                "\"ask\", \"decline\", \"off\", { stub = \"TEXT\" } or { canned = \"FILE\" }"
            }
            AskKind::Form => "\"ask\", \"decline\", \"off\" or { canned = \"FILE\" }",
            AskKind::Url => "\"ask\", \"decline\" or \"off\"",
            AskKind::Roots => "\"ask\", \"decline\", \"off\" or a list of folders",
        };
        let at = line(value.span().start);
        let rule = rule(*kind, value.get_ref(), at)
            .ok_or_else(|| wrong(value.span(), word(*kind), expected))?;
        rules.push((*kind, rule));
    }
    Ok(rules)
}

/// The name of a kind in the file.
const fn word(kind: AskKind) -> &'static str {
    match kind {
        AskKind::Sampling => "sampling",
        AskKind::Form => "elicitation",
        AskKind::Url => "url",
        AskKind::Roots => "roots",
    }
}

fn rule(kind: AskKind, value: &DeValue<'_>, line: usize) -> Option<Rule> {
    match value.as_str() {
        Some("ask") => return Some(Rule::Policy(Policy::Ask)),
        Some("decline") => return Some(Rule::Policy(Policy::Decline)),
        Some("off") => return Some(Rule::Off),
        Some(_) => return None,
        None => {}
    }
    if let Some(list) = value.as_array() {
        let folders = list.iter().map(|folder| root(folder.get_ref()));
        let folders: Option<Vec<Root>> = folders.collect();
        return folders
            .filter(|_| kind == AskKind::Roots)
            .map(|roots| Rule::Policy(Policy::Roots(roots)));
    }
    let table = value.as_table()?;
    let mut lines = table.iter();
    let (Some((key, value)), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let text = value.get_ref().as_str()?;
    match (&**key.get_ref(), kind) {
        ("stub", AskKind::Sampling) => Some(Rule::Policy(Policy::Stub(text.to_owned()))),
        ("canned", AskKind::Sampling | AskKind::Form) => Some(Rule::File {
            path: text.to_owned(),
            line,
        }),
        _ => None,
    }
}

/// A folder: a path, or a `file://` URI; with a name as a table.
fn root(value: &DeValue<'_>) -> Option<Root> {
    if let Some(text) = value.as_str() {
        return folder(text, None);
    }
    let table = value.as_table()?;
    let text = |name: &str| table.get(name)?.get_ref().as_str();
    folder(text("uri")?, text("name").map(str::to_owned))
}

/// A root as people write it: a `file://` URI, an absolute path, or one below the home folder or this one.
pub fn folder(text: &str, name: Option<String>) -> Option<Root> {
    if text.contains("://") || text.starts_with("file:") {
        return check::root_problem(text).is_none().then(|| Root {
            uri: text.to_owned(),
            name,
        });
    }
    // A root that servers are told does not depend on where they run.
    Root::at(&std::path::absolute(home(text)).ok()?, name)
}

fn home(text: &str) -> PathBuf {
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => text.into(),
    }
}

fn at(folder: &Path, path: &str) -> PathBuf {
    folder.join(home(path))
}

/// Why a file cannot be an answer.
#[derive(Debug, thiserror::Error)]
#[error("canned answer {}: {what}", file.display())]
pub struct CannedError {
    /// Which file.
    pub file: PathBuf,
    /// What is wrong.
    pub what: String,
}

/// Reads a canned answer: one JSON object, the result as it is sent.
fn canned(file: &Path) -> Result<String, CannedError> {
    let wrong = |what: String| CannedError {
        file: file.to_owned(),
        what,
    };
    let about = std::fs::metadata(file).map_err(|error| wrong(error.to_string()))?;
    if about.len() > LONGEST {
        return Err(wrong(format!(
            "{} are too much for an answer",
            crate::text::size(about.len())
        )));
    }
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    canned_text(&bytes).map_err(wrong)
}

/// The answer that is in a file; the error says why there is none.
pub fn canned_text(bytes: &[u8]) -> Result<String, String> {
    json::check(bytes).map_err(|problem| problem.to_string())?;
    if json::kind(bytes) != json::Kind::Object {
        return Err("an answer is a JSON object".to_owned());
    }
    // On the wire a message is one line.
    let line = json::one_line(bytes);
    String::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::config::Config;

    fn parse(text: &str) -> Asking {
        let config = Config::parse(text, Path::new("config.toml")).unwrap();
        config.settings.ask
    }

    fn refused(text: &str) -> String {
        let error = Config::parse(text, Path::new("config.toml")).unwrap_err();
        error.to_string()
    }

    #[test]
    fn what_is_said_for_a_server_comes_first() {
        let asking = parse(
            "[ask]\nsampling = { stub = \"quick\" }\nurl = \"decline\"\nroots = \"off\"\n\
             [servers.\"my server\".ask]\nurl = \"ask\"\nroots = [\"file:///srv/a\"]\n",
        );
        let other = asking.of("other");
        assert_eq!(other.policies.sampling, Policy::Stub("quick".to_owned()));
        assert_eq!(other.policies.url, Policy::Decline);
        assert_eq!(other.policies.form, Policy::Ask);
        assert_eq!(other.off, [AskKind::Roots]);
        let told = other.told(Capabilities::interactive());
        assert!(told.roots.is_none() && told.sampling.is_some());

        let own = asking.of("my server");
        assert_eq!(own.policies.sampling, Policy::Stub("quick".to_owned()));
        assert_eq!(own.policies.url, Policy::Ask);
        let root = Root {
            uri: "file:///srv/a".to_owned(),
            name: None,
        };
        assert_eq!(own.policies.roots, Policy::Roots(vec![root]));
        assert!(own.off.is_empty());
        assert_eq!(parse("").of("any"), Standing::default());
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, what) in [
            (
                "[ask]\nsampling = \"never\"",
                "config.toml:2:12: sampling must be \"ask\", \"decline\", \"off\", {",
            ),
            (
                "[ask]\nelicitation = { stub = \"x\" }",
                "elicitation must be",
            ),
            ("[ask]\nurl = { canned = \"x\" }", "url must be"),
            ("[ask]\nroots = [\"https://a.b\", 7]", "roots must be"),
            ("[ask]\nroot = []", "unknown setting \"root\""),
            ("ask = 1", "ask must be a table"),
            ("servers = 1", "servers must be a table"),
            ("[servers.x]\nurls = \"y\"", "unknown setting \"urls\""),
            (
                "[servers.x.ask]\nsampling = { stub = \"a\", canned = \"b\" }",
                "sampling must be",
            ),
        ] {
            assert!(refused(text).contains(what), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn folders_are_absolute() {
        let root = |text: &str| folder(text, None).map(|root| root.uri);
        let here = root(".").unwrap();
        assert!(
            here.starts_with("file:///") && !here.ends_with("/."),
            "{here}"
        );
        assert_eq!(root("a").unwrap(), format!("{here}/a"));
        assert!(!root("~/x").unwrap().contains('~'));
        assert_eq!(root("file:///srv/a").as_deref(), Some("file:///srv/a"));
        assert_eq!(root("https://a.b"), None);
    }

    #[test]
    fn canned_answers_are_read_from_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "yes.json",
            "{\n  \"action\": \"accept\", \"content\": {\"a\": 1.0}\n}\n",
        );
        write("list.json", "[]");
        write("broken.json", "{\n\"action\"\n}");
        let read = |name: &str| {
            let mut asking = parse(&format!("[ask]\n\nelicitation = {{ canned = \"{name}\" }}"));
            let read = asking.read_files(folder.path());
            read.map(|()| asking.of("any").policies.form)
        };
        let canned = r#"{"action":"accept","content":{"a":1.0}}"#;
        assert_eq!(read("yes.json").unwrap(), Policy::Canned(canned.to_owned()));
        for (name, what) in [
            ("none.json", "none.json: "),
            ("list.json", "an answer is a JSON object"),
            ("broken.json", "broken.json: "),
        ] {
            let (line, error) = read(name).unwrap_err();
            assert_eq!(line, 3);
            let error = error.to_string();
            assert!(
                error.starts_with("canned answer ") && error.contains(what),
                "{error}"
            );
        }
    }
}
