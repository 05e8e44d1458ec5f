//! The language: read, printed, and what is wrong with it.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::amount::{Moment, Span};
use super::key::{OUTCOMES, STATES, STATUSES, TRAITS};
use super::path::{Path, Step};
use super::pattern::{Pattern, Regex};
use super::term::{Json, Match, Since};
use super::*;
use crate::session::level::Level;

#[test]
fn filters_print_as_they_read() {
    for (text, printed) in [
        ("", ""),
        ("  foo  bar ", "foo bar"),
        (
            "method:tools/call dir:out status:error time>100ms text~foo -srv:db",
            "method:tools/call dir:out status:error time>100ms text~foo -srv:db",
        ),
        ("(a | b c) d", "(a | b c) d"),
        ("a|b", "a | b"),
        ("((a))", "a"),
        ("-(a b)", "-(a b)"),
        ("--a", "--a"),
        (
            "( text~(x|y) | kind:junk,http )",
            "text~(x|y) | kind:junk,http",
        ),
        ("tool:\"my tool\"*,x", "tool:\"my tool\"*,x"),
        ("code:-32602,-32700..-32600", "code:-32602,-32700..-32600"),
        (
            "$.params.arguments.city=Oslo",
            "$.params.arguments.city=Oslo",
        ),
        ("$.result..id~^a", "$.result..id~^a"),
        ("$['a b'][0][*]>=3", "$[\"a b\"][0][*]>=3"),
        ("level:warning..,debug", "level:warning..,debug"),
        ("LEVEL:WARN", "level:warning"),
        ("size>=10kB", "size>=10kB"),
        ("size:..1500", "size:..1500B"),
        ("time=1.5s", "time:1500ms"),
        ("at:14:02..14:05", "at:14:02..14:05"),
        (
            "since:5m since:#120 since:14:02",
            "since:5min since:#120 since:14:02",
        ),
        ("text~\"a b\"", "text~\"a b\""),
        ("\"method:x\"", "\"method:x\""),
        ("f(x)", "\"f(x)\""),
        ("http/2", "http/2"),
        ("14:02", "\"14:02\""),
    ] {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(filter.to_string(), printed, "{text}");
        assert_eq!(Filter::parse(printed), Ok(filter), "{text}");
    }
}

#[test]
fn what_is_no_filter_is_said() {
    for (text, at, words, incomplete) in [
        (
            "metod:x",
            0..5,
            "unknown key \"metod\", did you mean method",
            false,
        ),
        (
            "http://x",
            0..4,
            "unknown key \"http\"; as text it needs quotes",
            false,
        ),
        ("method:", 7..7, "a value is missing", true),
        ("method:a,", 9..9, "a value is missing", true),
        ("method: x", 7..7, "a value is missing", false),
        ("status:err", 7..10, "the status is not complete", true),
        (
            "status:err x",
            7..10,
            "no status is called \"err\", did you mean error",
            false,
        ),
        (
            "status:eror",
            7..11,
            "no status is called \"eror\", did you mean error",
            false,
        ),
        ("level:warm..", 6..12, "no level is called \"warm\"", false),
        (
            "time>",
            5..5,
            "a duration such as 100ms, 1.5s or 5m is missing",
            true,
        ),
        (
            "time>5",
            5..6,
            "the unit is missing: a duration such as 100ms, 1.5s or 5m",
            true,
        ),
        ("time~5", 0..5, "after time comes : > >= < or <=", false),
        ("dir>in", 0..4, "after dir comes :", false),
        ("method>x", 0..7, "after method comes : or ~", false),
        ("(a", 0..2, "a ) is missing", true),
        ("a)", 1..2, "a ) without its (", false),
        ("()", 1..1, "a term is missing", false),
        ("a |", 3..3, "a term is missing", true),
        ("-", 1..1, "what to leave out is missing", true),
        ("\"a", 0..2, "the quote is not closed", true),
        (
            "text~(a",
            5..7,
            "no regular expression: unclosed group",
            true,
        ),
        ("text~", 5..5, "a regular expression is missing", true),
        ("$.", 0..2, "a name is missing after .", true),
        ("$.a>x", 4..5, "\"x\" is no number", false),
        ("since:#", 6..7, "an entry's number is wanted after #", true),
        (
            "at:14",
            3..5,
            "a time such as 14:02, 14:02:09.120 or 2026-11-21T14:02 is wanted",
            true,
        ),
    ] {
        let fault = Filter::parse(text).unwrap_err();
        let said = (fault.at.clone(), fault.to_string(), fault.incomplete);
        assert_eq!(said, (at, words.to_owned(), incomplete), "{text}");
    }
    for text in ["-".repeat(100_000), "(".repeat(100_000)] {
        assert!(Filter::parse(&text).is_err());
    }
}

#[test]
fn leaves_are_what_needs_bodies() {
    let filter = Filter::parse("foo text:foo text~foo $.a -foo method:x").unwrap();
    assert_eq!(filter.leaves().len(), 3);
    assert!(
        Filter::parse("method:x is:aux")
            .unwrap()
            .leaves()
            .is_empty()
    );
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let piece = prop_oneof![
        Just(None),
        "[a-z:/.#$()|,=~*\"\\\\é -]{1,6}".prop_map(Some),
        "[a-z]{1,6}".prop_map(Some)
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| {
        let mut pattern = Pattern::default();
        for piece in pieces {
            match piece {
                Some(text) => pattern.push(&text),
                None => pattern.push_star(),
            }
        }
        pattern
    })
}

fn regex() -> impl Strategy<Value = Regex> {
    "[a-z()|\\[\\]\\\\\" .]{1,8}".prop_filter_map("an expression", |text| Regex::new(&text).ok())
}

fn matching() -> impl Strategy<Value = Match> {
    prop_oneof![
        prop::collection::vec(pattern(), 1..3).prop_map(Match::Any),
        regex().prop_map(Match::Regex)
    ]
}

fn moment() -> impl Strategy<Value = Moment> {
    (0..24_u8, 0..60_u8, 0..4_u8, any::<bool>()).prop_map(|(hour, minute, more, dated)| {
        let date = if dated { "2026-11-21T" } else { "" };
        let second = ["", ":09", ":09.12", ":00.000001"][usize::from(more)];
        Moment::read(&format!("{date}{hour:02}:{minute:02}{second}")).unwrap()
    })
}

fn span<T: Clone + std::fmt::Debug>(
    one: impl Strategy<Value = T>,
) -> impl Strategy<Value = Span<T>> {
    (one, 0..3_u8).prop_map(|(one, kind)| Span {
        from: (kind != 1).then(|| one.clone()),
        to: (kind != 2).then_some(one),
    })
}

fn compare() -> impl Strategy<Value = Compare> {
    (0_u64..10_000_000, 0..5_u8).prop_map(|(amount, kind)| match kind {
        0 => Compare::More(amount),
        1 => Compare::Least(amount),
        2 => Compare::Less(amount),
        3 => Compare::Most(amount),
        _ => Compare::Within(Span {
            from: Some(amount),
            to: Some(amount + 1),
        }),
    })
}

fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![
        "[a-z]{1,4}".prop_map(Step::Member),
        "\\PC{0,4}".prop_map(Step::Member),
        "[a-z_]{1,4}".prop_map(Step::Deep),
        (0_usize..9).prop_map(Step::Item),
        Just(Step::Every),
    ];
    (prop::collection::vec(step, 1..4)).prop_map(Path::of)
}

fn term() -> impl Strategy<Value = Term> {
    let named = prop_oneof![
        Just(Key::Method),
        Just(Key::Srv),
        Just(Key::Id),
        Just(Key::Code)
    ];
    let numbers = (-9_i64..9).prop_map(|from| {
        Name::Numbers(Span {
            from: Some(from),
            to: None,
        })
    });
    prop_oneof![
        (
            named.clone(),
            prop::collection::vec(pattern().prop_map(Name::Glob), 1..3)
        )
            .prop_map(|(key, names)| Term::Names(key, names)),
        numbers.prop_map(|name| Term::Names(Key::Code, vec![name])),
        (named, regex()).prop_map(|(key, regex)| Term::NameLike(key, regex)),
        (0..STATUSES.len() as u8).prop_map(|word| Term::Words(Key::Status, vec![word, 0])),
        (0..TRAITS.len() as u8).prop_map(|word| Term::Words(Key::Is, vec![word])),
        span((0_usize..8).prop_map(|level| Level::ALL[level]))
            .prop_map(|span| Term::Levels(vec![span])),
        compare().prop_map(Term::Time),
        compare().prop_map(Term::Size),
        span(moment()).prop_map(|span| Term::At(vec![span])),
        (0_u64..1_000).prop_map(|seq| Term::Since(Since::Entry(seq))),
        (0_u64..10_000_000).prop_map(|us| Term::Since(Since::Ago(us))),
        moment().prop_map(|moment| Term::Since(Since::Moment(moment))),
        matching().prop_map(Term::Text),
        path().prop_map(|path| Term::Path(path, Json::There)),
        (path(), matching()).prop_map(|(path, what)| Term::Path(path, Json::Is(what))),
        (path(), -99_i32..99).prop_map(|(path, number)| {
            Term::Path(path, Json::Number(">=", number.to_string()))
        }),
        pattern().prop_map(Term::Bare),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    term()
        .prop_map(Expr::Term)
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::all),
                prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::any),
                inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            ]
        })
}

fn of_sessions() -> impl Strategy<Value = Expr> {
    let named = prop_oneof![Just(Key::Name), Just(Key::Tag), Just(Key::Srv)];
    let counted = prop_oneof![Just(Key::Messages), Just(Key::Errors)];
    let globs = prop::collection::vec(pattern().prop_map(Name::Glob), 1..3);
    let term = prop_oneof![
        (named, globs).prop_map(|(key, names)| Term::Names(key, names)),
        (counted, compare()).prop_map(|(key, compare)| Term::Count(key, compare)),
        (0..STATES.len() as u8).prop_map(|word| Term::Words(Key::State, vec![word])),
        (0..OUTCOMES.len() as u8).prop_map(|word| Term::Words(Key::Outcome, vec![word])),
        Just(Term::At(vec![Span::one(
            Moment::read("2026-11-21").unwrap()
        )])),
        pattern().prop_map(Term::Bare),
    ];
    (term, any::<bool>(), pattern()).prop_map(|(term, not, word)| {
        let term = Expr::Term(term);
        let term = if not { Expr::Not(Box::new(term)) } else { term };
        Expr::any(vec![term, Expr::Term(Term::Bare(word))])
    })
}

proptest! {
    #[test]
    fn filters_of_sessions_print_back_too(expr in of_sessions()) {
        let filter = Filter::of(expr);
        let printed = filter.to_string();
        prop_assert_eq!(Filter::parse_sessions(&printed), Ok(filter), "{}", printed);
    }

    #[test]
    fn every_filter_prints_back_to_itself(expr in expr()) {
        let filter = Filter::of(expr);
        let printed = filter.to_string();
        prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
    }

    #[test]
    fn any_text_is_a_filter_or_is_told_why_not(text in "\\PC{0,40}", more in "[a-z$.:~=<>()|, \"*0-9-]{0,40}") {
        for text in [text, more] {
            match Filter::parse(&text) {
                Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
                Err(fault) => prop_assert!(text.get(fault.at).is_some()),
            }
        }
    }
}

#[test]
fn a_server_may_be_written_out() {
    let written = Filter::parse("server:db -server:ev").unwrap();
    assert_eq!(written.to_string(), "srv:db -srv:ev");
}

#[test]
fn what_cannot_be_asked_of_sessions_or_rows_is_said() {
    for (text, words) in [
        (
            "method:x",
            "a session has no method; it has srv, time, size, ",
        ),
        ("$.a=1", "paths are of messages; a session has none"),
        (
            "since:#12",
            "sessions have no numbers; since:7d or since:2026-11-21",
        ),
        ("is:aux", "there is no is:aux"),
        ("tga:x", "unknown key \"tga\", did you mean tag"),
        ("errors>many", "\"many\" is not a number such as 10"),
    ] {
        let fault = Filter::parse_sessions(text).unwrap_err();
        assert!(fault.to_string().starts_with(words), "{text}: {fault}");
    }
    let fault = Filter::parse("tag:x").unwrap_err();
    assert_eq!(fault.to_string(), "\"tag\" is asked of sessions only");
}
