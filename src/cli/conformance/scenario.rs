//! The table of scenarios: what a person would do in each, as data.
//!
//! It carries nothing out. What the scenarios check is in the suite; a script only makes sure that there is something
//! to check.

use crate::mcp::types::List;

/// A scenario of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scenario {
    /// Its name, or the beginning of several names when it ends in `/` or `-`.
    pub name: &'static str,
    /// What to do, in order; what is listed is listed before.
    pub script: &'static [Step],
}

/// Something to do once the connection works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Fetch a list.
    List(List),
    /// Call this tool with these arguments, whether it is listed or not.
    Call(&'static str, &'static str),
    /// Call `first`, and while it waits for an answer of ours `between`; both with `{}`.
    CallBetween {
        /// What asks.
        first: &'static str,
        /// What has nothing to do with it.
        between: &'static str,
    },
    /// Call the first tool that is listed with `{}`.
    CallFirst,
    /// Call every tool that may be called with `{}`.
    CallEach,
    /// Read every resource.
    ReadEach,
    /// Get every prompt.
    GetEach,
    /// Make the calls that the context lists.
    CallAsTold,
    /// Send the input schema of the tool `of` as argument `schema` of the tool `to`, as the server spelled it.
    SendSchema {
        /// Whose.
        of: &'static str,
        /// Where to.
        to: &'static str,
    },
    /// Send a request of this method without params.
    Ask(&'static str),
}

use Step::{
    Ask, Call, CallAsTold, CallBetween, CallEach, CallFirst, GetEach, ReadEach, SendSchema,
};

const TOOLS: Step = Step::List(List::Tools);

/// One row for each scenario, in the order of the suite.
#[rustfmt::skip]
const SCENARIOS: &[Scenario] = &[
    Scenario { name: "initialize", script: &[TOOLS] },
    Scenario { name: "tools_call", script: &[TOOLS, Call("add_numbers", r#"{"a":5,"b":3}"#)] },
    Scenario { name: "elicitation-sep1034-client-defaults", script: &[TOOLS, Call("test_client_elicitation_defaults", "{}")] },
    Scenario { name: "sse-retry", script: &[TOOLS, Call("test_reconnection", "{}")] },
    Scenario { name: "request-metadata", script: &[TOOLS, Call("any", "{}")] },
    Scenario { name: "auth/", script: &[TOOLS, CallFirst] },
    Scenario { name: "sep-2322-client-request-state", script: &[
        TOOLS,
        CallBetween { first: "test_mrtr_echo_state", between: "test_mrtr_unrelated" },
        Call("test_mrtr_no_state", "{}"),
        Call("test_mrtr_no_result_type", "{}"),
    ] },
    Scenario { name: "http-standard-headers", script: &[
        TOOLS, CallEach,
        Step::List(List::Resources), ReadEach,
        Step::List(List::Prompts), GetEach,
    ] },
    Scenario { name: "http-custom-headers", script: &[TOOLS, CallAsTold] },
    Scenario { name: "http-invalid-tool-headers", script: &[TOOLS, CallEach] },
    Scenario { name: "json-schema-ref-no-deref", script: &[TOOLS] },
    Scenario { name: "json-schema-2020-12-preservation", script: &[
        TOOLS, SendSchema { of: "json_schema_2020_12_tool", to: "json_schema_echo" },
    ] },
    Scenario { name: "sep-2640-client-", script: &[Step::List(List::Resources), Ask("skills/list")] },
];

/// The row of a scenario.
pub(super) fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|row| {
        let family = row.name.ends_with(['/', '-']);
        row.name == name || (family && name.starts_with(row.name))
    })
}

impl Scenario {
    /// What is fetched as soon as the connection works.
    pub fn lists(&self) -> Vec<List> {
        self.script
            .iter()
            .filter_map(|step| match step {
                Step::List(list) => Some(*list),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_found_by_its_name_or_its_family() {
        assert_eq!(find("auth/scope-step-up").unwrap().name, "auth/");
        assert_eq!(find("auth").map(|row| row.name), None);
        assert_eq!(find("initialize-x").map(|row| row.name), None);
        for row in SCENARIOS {
            assert_eq!(find(row.name), Some(row), "{} stands twice", row.name);
        }
    }

    #[test]
    fn what_a_script_needs_is_listed_before() {
        for row in SCENARIOS {
            for (place, step) in row.script.iter().enumerate() {
                let needs = match step {
                    CallFirst | CallEach | SendSchema { .. } => List::Tools,
                    ReadEach => List::Resources,
                    GetEach => List::Prompts,
                    _ => continue,
                };
                assert!(
                    row.script[..place].contains(&Step::List(needs)),
                    "{}: {step:?}",
                    row.name
                );
            }
        }
    }
}
