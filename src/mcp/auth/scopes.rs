//! Scopes: which to ask for (protocol.md §5.1, 7 and 12).

/// The words of a scope.
pub fn words(scope: &str) -> Vec<&str> {
    scope.split_ascii_whitespace().collect()
}

/// Both together, each word once, in order.
pub fn union(one: &str, other: &str) -> String {
    let mut all: Vec<&str> = Vec::new();
    for word in words(one).into_iter().chain(words(other)) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all.join(" ")
}

/// Whether everything in `part` stands in `whole`.
pub fn within(part: &str, whole: &str) -> bool {
    let whole = words(whole);
    words(part).iter().all(|word| whole.contains(word))
}

/// What is known when a scope has to be chosen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// What a person asked for.
    pub given: Option<&'a str>,
    /// What the challenge names.
    pub challenged: Option<&'a str>,
    /// What the resource lists.
    pub listed: &'a [String],
    /// What was asked for before, when more of it is needed.
    pub before: Option<&'a str>,
    /// What the authorization server lists.
    pub server: &'a [String],
    /// Whether a refresh token is of use.
    pub refreshes: bool,
}

/// The scope to ask for, if any, and why that.
pub fn choose(choice: Choice<'_>) -> (Option<String>, &'static str) {
    let (mut scope, why) = if let Some(given) = choice.given {
        (given.to_owned(), "as given")
    } else if let Some(challenged) = choice.challenged.filter(|scope| !words(scope).is_empty()) {
        (challenged.to_owned(), "from the challenge")
    } else if choice.listed.is_empty() {
        (String::new(), "none is named, so none is asked for")
    } else {
        (choice.listed.join(" "), "all that the resource lists")
    };
    if let Some(before) = choice.before {
        // Since 2026-07-28 (SEP-2350): what was granted is not dropped. Before, that does no harm.
        scope = union(before, &scope);
        if let Some(challenged) = choice.challenged {
            scope = union(&scope, challenged);
        }
    }
    let offline = "offline_access";
    if choice.refreshes
        && choice.given.is_none()
        && !scope.is_empty()
        && choice.server.iter().any(|other| other == offline)
    {
        // Only where the server lists it (SEP-2207).
        scope = union(&scope, offline);
    }
    (Some(scope).filter(|scope| !scope.is_empty()), why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chosen(choice: Choice<'_>) -> Option<String> {
        choose(choice).0
    }

    #[test]
    fn the_challenge_counts_most_then_the_list_then_nothing() {
        let listed = ["a".to_owned(), "b".to_owned()];
        let all = Choice {
            listed: &listed,
            challenged: Some("c"),
            ..Choice::default()
        };
        assert_eq!(chosen(all).as_deref(), Some("c"));
        assert_eq!(
            chosen(Choice {
                challenged: None,
                ..all
            })
            .as_deref(),
            Some("a b")
        );
        assert_eq!(
            chosen(Choice {
                challenged: Some(" "),
                ..all
            })
            .as_deref(),
            Some("a b")
        );
        assert_eq!(chosen(Choice::default()), None);
        assert_eq!(
            chosen(Choice {
                given: Some("z"),
                ..all
            })
            .as_deref(),
            Some("z")
        );
    }

    #[test]
    fn stepping_up_drops_nothing() {
        let choice = Choice {
            challenged: Some("write read"),
            before: Some("read list"),
            ..Choice::default()
        };
        assert_eq!(chosen(choice).as_deref(), Some("read list write"));
        let given = Choice {
            given: Some("read"),
            ..choice
        };
        assert_eq!(chosen(given).as_deref(), Some("read list write"));
    }

    #[test]
    fn offline_access_is_asked_for_only_where_it_is_listed() {
        let server = ["offline_access".to_owned()];
        let choice = Choice {
            challenged: Some("a"),
            server: &server,
            refreshes: true,
            ..Choice::default()
        };
        assert_eq!(chosen(choice).as_deref(), Some("a offline_access"));
        assert_eq!(
            chosen(Choice {
                server: &[],
                ..choice
            })
            .as_deref(),
            Some("a")
        );
        assert_eq!(
            chosen(Choice {
                refreshes: false,
                ..choice
            })
            .as_deref(),
            Some("a")
        );
        assert_eq!(
            chosen(Choice {
                challenged: None,
                ..choice
            }),
            None
        );
    }

    proptest! {
        #[test]
        fn a_union_holds_both_and_nothing_twice(one in "[a-c ]{0,8}", other in "[a-c ]{0,8}") {
            let both = union(&one, &other);
            prop_assert!(within(&one, &both) && within(&other, &both));
            let words = words(&both);
            prop_assert!(words.iter().enumerate().all(|(at, word)| !words[..at].contains(word)));
        }
    }
}
