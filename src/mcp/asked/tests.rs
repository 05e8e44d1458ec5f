//! What is asked, and what is answered, as JSON.

use proptest::prelude::*;

use super::check::{problems, root_problem};
use super::*;
use crate::mcp::revision::Revision;

fn read(method: &str, params: &str) -> Option<Asked> {
    Asked::read(method, params.as_bytes())
}

#[test]
fn questions_are_told_by_method_and_mode() {
    for (method, params, kind) in [
        ("sampling/createMessage", "{}", Some(AskKind::Sampling)),
        ("roots/list", "", Some(AskKind::Roots)),
        ("elicitation/create", "{}", Some(AskKind::Form)),
        (
            "elicitation/create",
            r#"{"mode":"form"}"#,
            Some(AskKind::Form),
        ),
        (
            "elicitation/create",
            r#"{"mode":"url"}"#,
            Some(AskKind::Url),
        ),
        ("elicitation/create", r#"{"mode":7}"#, Some(AskKind::Form)),
        ("tools/call", "{}", None),
    ] {
        assert_eq!(read(method, params).map(|asked| asked.kind), kind);
    }
    let odd = read("elicitation/create", r#"{"mode":"voice"}"#).unwrap();
    assert_eq!(
        odd.odd.as_deref(),
        Some("elicitation mode \"voice\" is not known")
    );
}

#[test]
fn what_is_asked_is_told_in_a_line() {
    let label = |method: &str, params: &str| read(method, params).unwrap().label;
    assert_eq!(&*label("elicitation/create", r#"{"message":" a\nb"}"#), "a");
    assert_eq!(
        &*label(
            "sampling/createMessage",
            r#"{"messages":[{"content":{"text":"x"}},{"content":[{"type":"text","text":"last"}]}]}"#
        ),
        "last"
    );
    let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(1_000_000));
    assert_eq!(label("elicitation/create", &long).chars().count(), LABEL);
}

#[test]
fn inputs_keep_the_last_of_equal_keys_and_say_what_nobody_can_answer() {
    let mut inputs = Inputs::default();
    inputs.read_requests(
        br#"{"a":{"method":"roots/list"},"b":{"method":"roots/list"},"a":{"method":"elicitation/create","params":{"mode":"url"}}}"#,
    );
    let kinds: Vec<_> = inputs
        .asks
        .iter()
        .map(|(key, asked)| (&**key, asked.kind))
        .collect();
    assert_eq!(kinds, [("b", AskKind::Roots), ("a", AskKind::Url)]);
    assert_eq!(inputs.odd, None);
    for raw in [
        r#"{"a":{"method":"x"}}"#.to_owned(),
        r#"{"a":null}"#.to_owned(),
        format!(
            r#"{{"{}":{{"method":"roots/list"}}}}"#,
            "k".repeat(LONGEST_KEY + 1)
        ),
    ] {
        let mut inputs = Inputs::default();
        inputs.read_requests(raw.as_bytes());
        assert!(inputs.odd.is_some(), "{raw}");
        assert!(inputs.asks.is_empty());
    }
}

#[test]
fn params_are_found_again_in_the_frame_that_brought_them() {
    let request = br#"{"jsonrpc":"2.0","id":"7","method":"elicitation/create","params":{"x":1}}"#;
    let which = Which::Request(Id::Text("7".into()));
    assert_eq!(which.params(request), Some(&br#"{"x":1}"#[..]));
    let batch = [b"[{\"id\":7,\"result\":{}},", &request[..], b"]"].concat();
    assert_eq!(which.params(&batch), Some(&br#"{"x":1}"#[..]));
    assert_eq!(Which::Request(Id::Integer(7)).params(request), None);
    let bare = br#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#;
    assert_eq!(
        Which::Request(Id::Integer(1)).params(bare),
        Some(&b"{}"[..])
    );
    let input = br#"{"id":4,"result":{"inputRequests":{"a":{"method":"roots/list"},"k\"":{"method":"x","params":{"y":2}}}}}"#;
    let of = Id::Integer(4);
    let which = Which::Input {
        of: of.clone(),
        key: "k\"".into(),
    };
    assert_eq!(which.params(input), Some(&br#"{"y":2}"#[..]));
    let error =
        br#"{"id":4,"error":{"code":-32042,"data":{"elicitations":[{"url":"a"},{"url":"b"}]}}}"#;
    let which = Which::Required { of, nth: 1 };
    assert_eq!(which.params(error), Some(&br#"{"url":"b"}"#[..]));
    let which = Which::Task {
        task: "t".into(),
        key: "a".into(),
    };
    assert_eq!(which.params(input), Some(&b"{}"[..]));
}

#[test]
fn capabilities_are_spelled_as_each_revision_wants_them() {
    let everything = Capabilities {
        sampling: Some(Sampling {
            tools: true,
            context: true,
        }),
        tasks: Some(r#"{"list":{}}"#.to_owned()),
        extensions: vec![(capabilities::UI.to_owned(), "{}".to_owned())],
        experimental: vec![("x".to_owned(), r#"{"a":1}"#.to_owned())],
        ..Capabilities::interactive()
    };
    let expected = [
        r#"{"experimental":{"x":{"a":1}},"roots":{"listChanged":true},"sampling":{},"extensions":{"io.modelcontextprotocol/ui":{}}}"#,
        r#"{"experimental":{"x":{"a":1}},"roots":{"listChanged":true},"sampling":{},"extensions":{"io.modelcontextprotocol/ui":{}}}"#,
        r#"{"experimental":{"x":{"a":1}},"roots":{"listChanged":true},"sampling":{},"elicitation":{},"extensions":{"io.modelcontextprotocol/ui":{}}}"#,
        r#"{"experimental":{"x":{"a":1}},"roots":{"listChanged":true},"sampling":{"context":{},"tools":{}},"elicitation":{"form":{},"url":{}},"tasks":{"list":{}},"extensions":{"io.modelcontextprotocol/ui":{}}}"#,
        r#"{"experimental":{"x":{"a":1}},"roots":{},"sampling":{"context":{},"tools":{}},"elicitation":{"form":{},"url":{}},"extensions":{"io.modelcontextprotocol/ui":{}}}"#,
    ];
    for (revision, expected) in Revision::ALL.into_iter().zip(expected) {
        assert_eq!(everything.to_json(revision), expected, "{revision}");
    }
    for revision in Revision::ALL {
        assert_eq!(Capabilities::default().to_json(revision), "{}");
    }
    let url_only = Capabilities {
        elicitation: Elicitation {
            form: false,
            url: true,
        },
        ..Capabilities::default()
    };
    assert_eq!(url_only.to_json(Revision::V2025_06_18), "{}");
    // An empty object means form only.
    assert!(Capabilities::read(br#"{"elicitation":{}}"#).take(AskKind::Form));
    assert!(!Capabilities::read(br#"{"elicitation":{"url":{}}}"#).take(AskKind::Form));
}

#[test]
fn replies_are_what_the_revision_lets_them_be() {
    use AskKind::{Form, Roots, Sampling, Url};
    use Revision::{V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};
    for (kind, revision, raw, problem) in [
        (Form, V2025_06_18, r#"{"action":"decline"}"#, None),
        (
            Form,
            V2025_06_18,
            r#"{"action":"accept","content":{"a":1,"b":true,"c":""}}"#,
            None,
        ),
        (
            Form,
            V2025_06_18,
            r#"{"action":"accept","content":{"a":["x"]}}"#,
            Some("content.a is a string"),
        ),
        (
            Form,
            V2025_11_25,
            r#"{"action":"accept","content":{"a":["x"]}}"#,
            None,
        ),
        (
            Form,
            V2025_11_25,
            r#"{"action":"accept","content":{"a":[1]}}"#,
            Some("content.a is a string"),
        ),
        (
            Form,
            V2026_07_28,
            r#"{"action":"accept","content":{"a":null}}"#,
            Some("content.a is a string"),
        ),
        (
            Form,
            V2025_11_25,
            r#"{"action":"accept"}"#,
            Some("has content"),
        ),
        (
            Form,
            V2025_11_25,
            r#"{"action":"accept","content":[]}"#,
            Some("content is an object"),
        ),
        (
            Form,
            V2025_11_25,
            r#"{"action":"cancel","content":{}}"#,
            Some("with accept only"),
        ),
        (
            Form,
            V2025_11_25,
            r#"{"action":"ok"}"#,
            Some("action is accept"),
        ),
        (Url, V2025_11_25, r#"{"action":"accept"}"#, None),
        (
            Url,
            V2025_11_25,
            r#"{"action":"accept","content":{}}"#,
            Some("mode url has no content"),
        ),
        (
            Sampling,
            V2024_11_05,
            r#"{"role":"assistant","model":"m","content":{"type":"text","text":""}}"#,
            None,
        ),
        (
            Sampling,
            V2024_11_05,
            r#"{"role":"assistant","model":"m","content":{"type":"audio"}}"#,
            Some("type audio is not known in"),
        ),
        (
            Sampling,
            V2025_06_18,
            r#"{"role":"assistant","model":"m","content":[]}"#,
            Some("one block"),
        ),
        (
            Sampling,
            V2025_11_25,
            r#"{"role":"assistant","model":"m","content":[{"type":"tool_use"}]}"#,
            None,
        ),
        (
            Sampling,
            V2025_06_18,
            r#"{"role":"assistant","model":"m","content":{"type":"tool_use"}}"#,
            Some("not known in"),
        ),
        (
            Sampling,
            V2025_11_25,
            r#"{"role":"system","model":"m","content":{"type":"text"}}"#,
            Some("role is"),
        ),
        (
            Sampling,
            V2025_11_25,
            r#"{"role":"user","content":{"type":"text"}}"#,
            Some("model is"),
        ),
        (
            Sampling,
            V2025_11_25,
            r#"{"role":"user","model":"m"}"#,
            Some("content is missing"),
        ),
        (
            Roots,
            V2024_11_05,
            r#"{"roots":[{"uri":"file:///a"}]}"#,
            None,
        ),
        (
            Roots,
            V2024_11_05,
            r#"{"roots":[{"uri":"https://h"}]}"#,
            Some("not https:"),
        ),
        (Roots, V2024_11_05, r#"{"roots":[{}]}"#, Some("has a uri")),
        (Roots, V2024_11_05, r#"{"roots":{}}"#, Some("is a list")),
        (Roots, V2024_11_05, "{", Some("not JSON")),
        (Roots, V2024_11_05, "[]", Some("is an object")),
    ] {
        let found = problems(kind, revision, raw);
        match problem {
            None => assert!(found.is_empty(), "{raw}: {found:?}"),
            Some(part) => assert!(
                found.len() == 1 && found[0].contains(part),
                "{raw}: {found:?}"
            ),
        }
    }
}

#[test]
fn every_reply_we_make_is_fine_in_every_revision() {
    for revision in Revision::ALL {
        for (kind, reply) in [
            (AskKind::Form, reply::accept(Some("{}"))),
            (AskKind::Form, reply::decline()),
            (AskKind::Url, reply::accept(None)),
            (AskKind::Url, reply::cancel()),
            (AskKind::Sampling, reply::stub("a\"b")),
            (AskKind::Roots, reply::roots(&[])),
        ] {
            let Reply::Result(raw) = reply else { panic!() };
            assert_eq!(problems(kind, revision, &raw), Vec::<String>::new());
        }
    }
}

#[test]
fn roots_are_files() {
    assert_eq!(root_problem("file:///a%20b"), None);
    assert!(root_problem("/a").is_some());
    let root = Root::at(std::path::Path::new("/a b/"), None).unwrap();
    assert_eq!(root.uri, "file:///a%20b");
    assert_eq!(
        Root::at(std::path::Path::new("/"), None).unwrap().uri,
        "file:///"
    );
    assert_eq!(Root::at(std::path::Path::new("a"), None), None);
}

fn ids() -> impl Strategy<Value = Id> {
    prop_oneof![
        any::<i64>().prop_map(Id::Integer),
        ".{0,8}".prop_map(|text| Id::Text(text.into())),
    ]
}

proptest! {
    #[test]
    fn names_of_questions_are_read_back(id in ids(), key in ".{0,12}", nth in any::<u32>(), which in 0..4) {
        let which = match which {
            0 => Which::Request(id),
            1 => Which::Input { of: id, key: key.into() },
            2 => Which::Required { of: id, nth },
            _ => Which::Task { task: key.clone().into(), key: key.into() },
        };
        prop_assert_eq!(Which::read(which.to_json().as_bytes()), Some(which));
    }

    #[test]
    fn capabilities_are_read_back(sampling in any::<Option<(bool, bool)>>(), form in any::<bool>(), url in any::<bool>(), roots in any::<Option<bool>>(), extension in any::<bool>()) {
        let capabilities = Capabilities {
            sampling: sampling.map(|(tools, context)| Sampling { tools, context }),
            elicitation: Elicitation { form, url },
            roots: roots.map(|list_changed| RootsCapability { list_changed }),
            tasks: form.then(|| "{}".to_owned()),
            extensions: if extension { vec![("a/b".to_owned(), "{\"c\":1}".to_owned())] } else { vec![] },
            experimental: vec![],
        };
        let raw = capabilities.to_json(Revision::V2025_11_25);
        prop_assert_eq!(Capabilities::read(raw.as_bytes()), capabilities);
    }

    #[test]
    fn any_params_are_survived(method in "(sampling/createMessage|elicitation/create|roots/list)", params in r#"[\[\]{}:,"a-z0-9]{0,40}"#) {
        prop_assert!(Asked::read(&method, params.as_bytes()).is_some());
        let mut inputs = Inputs::default();
        inputs.read_requests(params.as_bytes());
        let _ = required_urls(params.as_bytes());
        let _ = Which::Request(Id::Integer(1)).params(params.as_bytes());
    }

    #[test]
    fn outcomes_are_read_back(code in any::<i64>()) {
        for outcome in [reply::Outcome::Accept, Outcome::Decline, Outcome::Cancel, Outcome::Result, Outcome::Error(code)] {
            prop_assert_eq!(Outcome::of_word(&outcome.word()), outcome);
        }
    }
}
