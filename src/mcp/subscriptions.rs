//! What a stream of notifications is to carry: the filter of `subscriptions/listen` (2026-07-28,
//! `basic/utilities/subscriptions`), and what servers offer to tell.

use super::facts::Opening;
use super::types::List;
use crate::json::{self, Value};

/// The key of `_meta` that says to which stream a notification belongs: the id of its `subscriptions/listen`.
pub const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
/// URIs (and ids of tasks) of a filter that are read; a longer filter is not one that people made.
const MOST: usize = 10_000;

/// The three notifications about lists, as the filter names them, with the capability they belong to.
const LISTS: [(&str, &str, List); 3] = [
    ("toolsListChanged", "tools", List::Tools),
    ("promptsListChanged", "prompts", List::Prompts),
    ("resourcesListChanged", "resources", List::Resources),
];

/// What somebody wants to be told, or is going to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Filter {
    /// `toolsListChanged`
    pub tools: bool,
    /// `promptsListChanged`
    pub prompts: bool,
    /// `resourcesListChanged`
    pub resources: bool,
    /// `resourceSubscriptions`
    pub uris: Vec<Box<str>>,
    /// `taskIds`, of the tasks extension.
    pub tasks: Vec<Box<str>>,
}

impl Filter {
    /// Reads the member `notifications` of a request or of its acknowledgement.
    pub fn read(raw: &[u8]) -> Self {
        let is = |name: &str| json::get(raw, &[name]).and_then(json::boolean) == Some(true);
        let texts = |name: &str| -> Vec<Box<str>> {
            json::get(raw, &[name])
                .map(|list| {
                    json::elements(list)
                        .filter_map(json::string)
                        .take(MOST)
                        .map(Into::into)
                        .collect()
                })
                .unwrap_or_default()
        };
        Self {
            tools: is(LISTS[0].0),
            prompts: is(LISTS[1].0),
            resources: is(LISTS[2].0),
            uris: texts("resourceSubscriptions"),
            tasks: texts("taskIds"),
        }
    }

    /// The lists a server offers to tell changes of.
    pub fn lists_of(opening: &Opening) -> Self {
        let offers = |capability: &str| opening.is_true(&[capability, "listChanged"]);
        Self {
            tools: offers(LISTS[0].1),
            prompts: offers(LISTS[1].1),
            resources: offers(LISTS[2].1),
            ..Self::default()
        }
    }

    /// Whether it wants nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a change of this list is in it. Templates go with resources.
    pub const fn has_list(&self, list: List) -> bool {
        match list {
            List::Tools => self.tools,
            List::Prompts => self.prompts,
            List::Resources | List::Templates => self.resources,
        }
    }

    /// Whether an update of `uri` is in it: it or what it is a part of was subscribed to (2026-07-28: the updated URI
    /// may be a sub-resource of the subscribed one).
    pub fn covers(&self, uri: &str) -> bool {
        self.uris.iter().any(|wanted| is_within(uri, wanted))
    }

    /// The member `notifications`, with what is wanted only.
    pub fn to_json(&self) -> String {
        let mut members: Vec<(String, Value)> = Vec::new();
        for (wanted, (name, ..)) in [self.tools, self.prompts, self.resources].iter().zip(LISTS) {
            if *wanted {
                members.push((name.to_owned(), Value::Bool(true)));
            }
        }
        for (name, texts) in [
            ("resourceSubscriptions", &self.uris),
            ("taskIds", &self.tasks),
        ] {
            if !texts.is_empty() {
                let texts = texts.iter().map(|text| Value::from(&**text)).collect();
                members.push((name.to_owned(), Value::Array(texts)));
            }
        }
        Value::Object(members).to_string()
    }

    /// In words, for what is in `self` and not in `other`; nothing when all of it is.
    pub fn beyond(&self, other: &Self) -> Vec<String> {
        let pairs = [
            (self.tools, other.tools),
            (self.prompts, other.prompts),
            (self.resources, other.resources),
        ];
        let mut words: Vec<String> = pairs
            .iter()
            .zip(LISTS)
            .filter(|((mine, its), _)| *mine && !its)
            .map(|(_, (_, noun, _))| format!("changes of {noun}"))
            .collect();
        let missing = |mine: &[Box<str>], its: &[Box<str>]| -> Vec<String> {
            let its: std::collections::HashSet<&str> = its.iter().map(|text| &**text).collect();
            mine.iter()
                .filter(|text| !its.contains(&***text))
                .map(ToString::to_string)
                .collect()
        };
        words.extend(missing(&self.uris, &other.uris));
        words.extend(
            missing(&self.tasks, &other.tasks)
                .into_iter()
                .map(|id| format!("task {id}")),
        );
        words
    }

    /// All of it in words: `changes of tools, file:///a`.
    pub fn words(&self) -> String {
        self.beyond(&Self::default()).join(", ")
    }
}

/// Whether `uri` is `whole` or a part of it.
pub fn is_within(uri: &str, whole: &str) -> bool {
    uri.strip_prefix(whole).is_some_and(|rest| {
        rest.is_empty() || whole.ends_with('/') || rest.starts_with(['/', '#', '?'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_written_as_it_is_read() {
        let filter = Filter {
            tools: true,
            uris: vec!["file:///a".into(), "file:///b\"".into()],
            tasks: vec!["t".into()],
            ..Filter::default()
        };
        assert_eq!(
            filter.to_json(),
            r#"{"toolsListChanged":true,"resourceSubscriptions":["file:///a","file:///b\""],"taskIds":["t"]}"#
        );
        assert_eq!(Filter::read(filter.to_json().as_bytes()), filter);
        assert_eq!(Filter::default().to_json(), "{}");
        assert_eq!(
            filter.words(),
            "changes of tools, file:///a, file:///b\", task t"
        );
    }

    #[test]
    fn what_was_not_honoured_is_told() {
        let asked = Filter {
            tools: true,
            prompts: true,
            uris: vec!["a:b".into()],
            ..Filter::default()
        };
        let honoured = Filter {
            tools: true,
            ..Filter::default()
        };
        assert_eq!(asked.beyond(&honoured), ["changes of prompts", "a:b"]);
        assert!(honoured.beyond(&asked).is_empty());
    }

    #[test]
    fn parts_of_a_resource_belong_to_it() {
        for (uri, whole, within) in [
            ("file:///a", "file:///a", true),
            ("file:///a/b", "file:///a", true),
            ("file:///a/b", "file:///a/", true),
            ("file:///a#x", "file:///a", true),
            ("file:///ab", "file:///a", false),
            ("file:///", "file:///a", false),
        ] {
            assert_eq!(is_within(uri, whole), within, "{uri} in {whole}");
        }
    }

    #[test]
    fn what_a_server_offers() {
        let opening = Opening {
            capabilities: Some(
                r#"{"tools":{"listChanged":true},"prompts":{"listChanged":false},"resources":{}}"#
                    .to_owned(),
            ),
            ..Opening::default()
        };
        let filter = Filter::lists_of(&opening);
        assert!(filter.tools && !filter.prompts && !filter.resources);
        assert!(filter.has_list(List::Tools) && !filter.has_list(List::Templates));
        assert!(Filter::lists_of(&Opening::default()).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_filter_survives_the_wire(tools: bool, prompts: bool, resources: bool,
            uris in proptest::collection::vec("[a-z:/\"\\\\]{0,9}", 0..5),
            tasks in proptest::collection::vec(".{0,5}", 0..3)) {
            let boxed = |texts: Vec<String>| texts.into_iter().map(Into::into).collect();
            let filter = Filter { tools, prompts, resources, uris: boxed(uris), tasks: boxed(tasks) };
            let json = filter.to_json();
            proptest::prop_assert!(json::check(json.as_bytes()).is_ok());
            proptest::prop_assert_eq!(Filter::read(json.as_bytes()), filter);
        }
    }
}
