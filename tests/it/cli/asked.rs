//! What is answered when a server asks and nobody is there: policies, files of rules, and nothing.

use insta::assert_snapshot;

use crate::support::program::{Home, Run};

fn demo(arguments: &[&str]) -> Run {
    Home::new().run(&[arguments, &["--demo"]].concat())
}

#[test]
fn without_a_word_nothing_is_advertised() {
    for era in ["legacy", "modern"] {
        let home = Home::new();
        let run = home.run(&["call", "fill-form", "--demo", "--era", era]);
        assert_ne!(run.code, Some(0), "{run}");
        let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
        let told = [
            "\"capabilities\":{},\"clientInfo\"",
            "/clientCapabilities\":{},",
        ];
        assert!(told.iter().any(|told| text.contains(told)), "{text}");
    }
}

#[test]
fn policies_answer_in_both_eras() {
    for era in ["legacy", "modern"] {
        for (tool, policy, says) in [
            // It wants a name, for which there is no default, and nobody is there to fill it in.
            ("fill-form", "defaults", "You closed it without choosing"),
            ("fill-form", "decline", "declined"),
            ("fill-form", "elicitation=decline", "declined"),
            ("ask-model", "stub", "No model is here"),
            ("show-roots", "roots=.", "file://"),
            ("open-page", "accept", ""),
        ] {
            let run = demo(&["call", tool, "--answers", policy, "--era", era]);
            assert!(
                run.code == Some(0) && run.stdout.contains(says),
                "{tool} {policy} {era}: {run}"
            );
        }
    }
}

#[test]
fn a_file_answers_by_kind_tool_and_message() {
    let home = Home::new();
    let rules = r#"[
        {"kind": "elicitation", "tool": "other-*", "answer": "cancel"},
        {"kind": "elicitation", "tool": "fill-*", "message": "*restaurant*", "answer": {"name": "Ada", "guests": 2}},
        {"kind": "sampling", "answer": "forty-two"}
    ]"#;
    std::fs::write(home.path("a.json"), rules).unwrap();
    for era in ["legacy", "modern"] {
        let with = ["--answer", "a.json", "--demo", "--era", era];
        let run = home.run(&[&["call", "fill-form"][..], &with].concat());
        assert!(
            run.stdout.contains("\"name\": \"Ada\"") && run.code == Some(0),
            "{run}"
        );
        let run = home.run(&[&["call", "ask-model"][..], &with].concat());
        assert!(
            run.stdout.contains("forty-two") && run.code == Some(0),
            "{run}"
        );
        // Nothing is said of roots, so nothing is advertised.
        let run = home.run(&[&["call", "show-roots"][..], &with].concat());
        assert!(!run.stdout.contains("file://"), "{run}");
    }
    std::fs::write(
        home.path("b.json"),
        r#"{"kind":"elicitation","tool":"x","answer":"cancel"}"#,
    )
    .unwrap();
    let run = home.run(&["call", "fill-form", "--demo", "--answer", "b.json"]);
    assert!(
        run.stderr
            .contains("there is no answer for (elicitation form"),
        "{run}"
    );
    assert!(run.stdout.contains("declined"), "{run}");
}

#[test]
fn the_settings_can_be_taken() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home/config")).unwrap();
    let settings = "[ask]\nsampling = { stub = \"as the settings say\" }\n";
    std::fs::write(home.path("home/config/config.toml"), settings).unwrap();
    let run = home.run(&["call", "ask-model", "--demo", "--answers", "settings"]);
    assert!(run.stdout.contains("as the settings say"), "{run}");
    assert_ne!(home.run(&["call", "ask-model", "--demo"]).code, Some(0));
}

#[test]
fn mistakes_are_told_before_anything_starts() {
    let home = Home::new();
    std::fs::write(home.path("bad.json"), "[{\"kind\":\n\"form\"}]").unwrap();
    std::fs::write(home.path("broken.json"), "[{\"kind\":\n}]").unwrap();
    let told = |arguments: &[&str]| {
        home.run(&[&["call", "echo", "text=x", "--demo"], arguments].concat())
            .to_string()
    };
    let all = [
        told(&["--answers", "defualts"]),
        told(&["--answers", "samplng=stub"]),
        told(&["--answers", "sampling=hello"]),
        told(&["--answer", "nowhere.json"]),
        told(&["--answer", "bad.json"]),
        told(&["--answer", "broken.json"]),
    ];
    assert_snapshot!("asked-mistakes", all.join("\n"));
    assert!(home.sessions().is_empty());
    let run = home.run(&["--demo", "--answers", "stub"]);
    assert_eq!(run.code, Some(2), "{run}");
}
