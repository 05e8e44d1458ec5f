//! `mcpscope conformance URL`: what the official conformance suite runs to judge mcpscope as a client. Hidden: it is
//! for `.ci/conformance`, not for people.
//!
//! The suite starts it with a server of its own as the last argument, names the scenario in the environment, and
//! watches what arrives. The scenario's [`script`] is carried out with the engine of every other verb and of the
//! screen; what a person would do there is done here. Nothing is printed but what went wrong.

mod answers;
mod login;
mod scenario;
mod script;

use std::env;

use clap::Args;

use super::failure::Failure;
use super::target::TargetArgs;
use super::{Exit, OutputArgs};
use crate::json::{self, Value};
use crate::mcp::revision::Revision;
use crate::transport::Target;
use scenario::Scenario;

/// Run a scenario of the official conformance suite, which names it in the environment
#[derive(Debug, Clone, Args)]
pub struct ConformanceArgs {
    /// The server of the scenario
    #[arg(value_name = "URL", value_parser = crate::transport::http::address)]
    url: url::Url,
}

/// Runs it.
pub fn run(args: &ConformanceArgs) -> Exit {
    let output = OutputArgs::default();
    let asked = Asked::from_env();
    let target = asked.as_ref().map_err(Failure::clone).and_then(|asked| {
        let lists = asked.scenario.lists();
        let target = TargetArgs::at(args.url.clone(), asked.revision).target(&lists)?;
        let mut connect = target.server("conformance")?;
        answers::attend(&mut connect.options);
        if let Target::Address(address) = &mut connect.target {
            address.login = Some(Box::new(login::login(&asked.name, &asked.context)));
        }
        Ok((target, connect))
    });
    super::session(target, &output, async |session, _| match &asked {
        Ok(asked) => script::play(session, asked.scenario, &asked.context).await,
        Err(failure) => Err(failure.clone().into()),
    })
}

/// What the suite asks for in the environment.
#[derive(Debug)]
struct Asked {
    /// The scenario's whole name.
    name: String,
    scenario: &'static Scenario,
    /// The revision to speak, when it says so; its era is not asked for then.
    revision: Option<Revision>,
    /// What the scenario tells beforehand: calls to be made, credentials.
    context: Value,
}

impl Asked {
    fn from_env() -> Result<Self, Failure> {
        Self::read(|name| env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let name = said("MCP_CONFORMANCE_SCENARIO").ok_or_else(|| {
            Failure::usage("MCP_CONFORMANCE_SCENARIO names no scenario")
                .hint("the conformance suite sets it; .ci/conformance runs the suite".to_owned())
        })?;
        let scenario = scenario::find(&name)
            .ok_or_else(|| Failure::usage(format!("there is no script for the scenario {name}")))?;
        let revision = said("MCP_CONFORMANCE_PROTOCOL_VERSION")
            .map(|text| {
                text.parse().map_err(|_| {
                    let what = format!("MCP_CONFORMANCE_PROTOCOL_VERSION is {text}");
                    Failure::usage(what).hint("mcpscope does not speak that revision".to_owned())
                })
            })
            .transpose()?;
        let context = said("MCP_CONFORMANCE_CONTEXT")
            .map(|text| Value::parse(text.as_bytes()).map_err(|problem| unreadable(&problem)))
            .transpose()?
            .unwrap_or(Value::Null);
        Ok(Self {
            name,
            scenario,
            revision,
            context,
        })
    }
}

fn unreadable(problem: &json::Problem) -> Failure {
    Failure::usage(format!("MCP_CONFORMANCE_CONTEXT is no JSON: {problem}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Asked, Failure> {
        Asked::read(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_says_what_to_do() {
        let asked = read(&[
            ("MCP_CONFORMANCE_SCENARIO", "http-custom-headers"),
            ("MCP_CONFORMANCE_PROTOCOL_VERSION", "2026-07-28"),
            ("MCP_CONFORMANCE_CONTEXT", r#"{"toolCalls":[]}"#),
        ])
        .unwrap();
        assert_eq!(asked.scenario.name, "http-custom-headers");
        assert_eq!(asked.revision, Some(Revision::V2026_07_28));
        assert_eq!(asked.context.to_string(), r#"{"toolCalls":[]}"#);
        let least = read(&[("MCP_CONFORMANCE_SCENARIO", "initialize")]).unwrap();
        assert_eq!((least.revision, least.context), (None, Value::Null));
    }

    #[test]
    fn what_it_does_not_say_well_is_refused() {
        let scenario = ("MCP_CONFORMANCE_SCENARIO", "initialize");
        for (variables, why) in [
            (&[][..], "names no scenario"),
            (&[("MCP_CONFORMANCE_SCENARIO", "x")], "no script for"),
            (
                &[scenario, ("MCP_CONFORMANCE_PROTOCOL_VERSION", "1999-01-01")],
                "is 1999-01-01",
            ),
            (&[scenario, ("MCP_CONFORMANCE_CONTEXT", "{")], "is no JSON"),
        ] {
            let failure = read(variables).unwrap_err();
            assert!(failure.what.contains(why), "{}", failure.what);
            assert_eq!(failure.exit, Exit::Usage);
        }
    }
}
