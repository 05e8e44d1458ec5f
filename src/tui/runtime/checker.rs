//! The checker: one thread that checks arguments against their schemas, the newest of each asker.
//!
//! Compiled schemas are kept, the ones used last, since a schema is asked for with every key. Checks that were
//! overtaken by a newer one of the same asker while they waited are left out.

use std::collections::VecDeque;
use std::sync::{Arc, mpsc};

use tokio::sync::mpsc::UnboundedSender;

use crate::json::{Value, pointer};
use crate::tui::effect::Chosen;
use crate::tui::event::Event;
use crate::validity::Validator;

/// Compiled schemas that are kept.
const KEPT: usize = 16;

/// Arguments to be checked; see [`crate::tui::effect::Effect::Validate`].
#[derive(Debug)]
pub struct Check {
    /// Who asks.
    pub asker: u64,
    /// Which state of the arguments this is.
    pub revision: u64,
    /// The raw schema.
    pub schema: Arc<[u8]>,
    /// The arguments.
    pub arguments: Value,
    /// The variants that somebody picked.
    pub chosen: Vec<Chosen>,
}

/// The way to the thread. It ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct Checker(mpsc::Sender<Check>);

impl Checker {
    /// Starts the thread.
    pub fn start(events: UnboundedSender<Event>) -> Self {
        let (sender, work) = mpsc::channel();
        let thread = std::thread::Builder::new().name("checker".to_owned());
        let started = thread.spawn(move || {
            let mut compiled = Compiled::default();
            while let Ok(first) = work.recv() {
                for check in newest(std::iter::once(first).chain(work.try_iter())) {
                    // Nobody listens any more when the screen is gone.
                    let _ = events.send(compiled.check(&check));
                }
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread to check arguments");
        }
        Self(sender)
    }

    /// Hands over work.
    pub fn take(&self, check: Check) {
        if self.0.send(check).is_err() {
            tracing::error!("arguments are not checked: there is no thread for it");
        }
    }
}

/// The last check of each asker, in the order they came.
fn newest(checks: impl Iterator<Item = Check>) -> Vec<Check> {
    let mut newest: Vec<Check> = Vec::new();
    for check in checks {
        newest.retain(|other| other.asker != check.asker);
        newest.push(check);
    }
    newest
}

/// A schema, ready to be used.
#[derive(Debug)]
struct Schema {
    raw: Arc<[u8]>,
    /// The same as a value, to count the variants at a keyword.
    value: Value,
    validator: Result<Validator, String>,
}

/// Schemas that were used last, the newest at the end.
#[derive(Debug, Default)]
pub struct Compiled(VecDeque<Schema>);

impl Compiled {
    /// Checks arguments.
    pub fn check(&mut self, check: &Check) -> Event {
        let Schema {
            value, validator, ..
        } = self.schema(&check.schema);
        let chosen = |at: &str, keyword: &str| {
            let mut picked = check.chosen.iter().filter(|chosen| chosen.pointer == at);
            // What the form shows as variants may be others than those of this keyword; as many are the same.
            let of = pointer::find(value, keyword)?.as_array()?.len();
            picked
                .find(|chosen| chosen.of == of)
                .map(|chosen| chosen.variant)
        };
        let verdict = match validator {
            Ok(validator) => Ok(validator.verdict(&check.arguments, &chosen)),
            Err(why) => Err(why.clone()),
        };
        Event::Validated {
            asker: check.asker,
            revision: check.revision,
            verdict,
        }
    }

    fn schema(&mut self, raw: &Arc<[u8]>) -> &Schema {
        let known = self.0.iter().position(|schema| schema.raw == *raw);
        let schema = match known.and_then(|at| self.0.remove(at)) {
            Some(schema) => schema,
            None => Schema {
                raw: Arc::clone(raw),
                value: Value::parse(raw).unwrap_or(Value::Null),
                validator: Validator::compile(raw).map_err(|refusal| refusal.0),
            },
        };
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(schema);
        &self.0[self.0.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::validity::Verdict;

    fn check(asker: u64, revision: u64, schema: &str, arguments: &str) -> Check {
        Check {
            asker,
            revision,
            schema: schema.as_bytes().into(),
            arguments: Value::parse(arguments.as_bytes()).unwrap(),
            chosen: Vec::new(),
        }
    }

    fn verdict(event: Event) -> Verdict {
        match event {
            Event::Validated { verdict, .. } => verdict.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_the_newest_of_an_asker_is_checked() {
        let checks = [(1, 1), (2, 1), (1, 2), (1, 3)];
        let left = newest(
            checks
                .into_iter()
                .map(|(asker, revision)| check(asker, revision, "{}", "{}")),
        );
        let left: Vec<_> = left
            .iter()
            .map(|check| (check.asker, check.revision))
            .collect();
        assert_eq!(left, [(2, 1), (1, 3)]);
    }

    #[test]
    fn schemas_are_compiled_once_and_the_oldest_goes() {
        let mut compiled = Compiled::default();
        for n in 0..KEPT + 3 {
            let schema = format!(r#"{{"maxProperties":{n}}}"#);
            compiled.check(&check(1, 1, &schema, "{}"));
            compiled.check(&check(1, 2, &schema, "{}"));
        }
        assert_eq!(compiled.0.len(), KEPT);
        assert_eq!(*compiled.0[0].raw, *br#"{"maxProperties":3}"#);
    }

    #[test]
    fn a_picked_variant_is_the_one_that_is_told() {
        let schema = r#"{"properties":{"a":{"oneOf":[
            {"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]},
            {"type":"object","properties":{"y":{"type":"integer"}},"required":["y"]}]}}}"#;
        let mut check = check(1, 1, schema, r#"{"a":{}}"#);
        let told = |check: &Check| {
            let found = verdict(Compiled::default().check(check)).violations;
            found
                .into_iter()
                .map(|found| found.pointer)
                .collect::<Vec<_>>()
        };
        for (variant, member) in [(0, "/a/x"), (1, "/a/y")] {
            check.chosen = vec![Chosen {
                pointer: "/a".to_owned(),
                variant,
                of: 2,
            }];
            assert_eq!(told(&check), [member]);
        }
    }

    #[test]
    fn a_schema_that_cannot_be_used_says_so() {
        let event = Compiled::default().check(&check(1, 1, "[", "{}"));
        assert!(
            matches!(&event, Event::Validated { verdict: Err(why), .. } if !why.is_empty()),
            "{event:?}"
        );
    }
}
