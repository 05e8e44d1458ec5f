//! What Markdown becomes, and that anything becomes something.

use proptest::prelude::*;

use super::*;

fn text(source: &str) -> String {
    render(source).text
}

#[test]
fn marks_are_taken_out() {
    assert_eq!(
        text("# One #\ntwo **three** _four_ `five *5*` ~~six~~ \\*seven\\*\n\nEight\n---\n***"),
        format!(
            "One\ntwo three four five *5* six *seven*\n\nEight\n{}",
            "─".repeat(40)
        )
    );
    assert_eq!(
        text("- a\n  - b\n    1. c\n10) d\n> q\n> > r\n- [ ] e"),
        "• a\n  • b\n    1. c\n10) d\n│ q\n│ │ r\n• [ ] e"
    );
    // What only looks like it stays.
    for same in [
        "snake_case_name",
        "2 * 3 * 4",
        "a ** b",
        "#tag",
        "`open",
        "[x] (y)",
        "-5",
        "<div>",
        "1.5 apples",
    ] {
        assert_eq!(text(same), same);
    }
}

#[test]
fn code_is_kept_and_named() {
    let rendered = render("x\n```py\nif a:\n    b # **c**\n```\ny\n~~~\nopen");
    assert_eq!(rendered.text, "x\n┌ py\nif a:\n    b # **c**\ny\nopen");
    let code = rendered
        .inks
        .iter()
        .find(|(_, ink)| matches!(ink, Ink::Code(Language::Code(_))));
    let (range, _) = code.expect("Python");
    assert_eq!(&rendered.text[range.clone()], "if a:\n    b # **c**");
    assert_eq!(text("---\na: 1\n---\nb"), "┌ yaml\na: 1\nb");
    assert!(render("```\n\n```").inks.is_empty());
    assert_eq!(text("- x\n  ```\n  y\n    z\n  ```"), "• x\ny\n  z");
}

#[test]
fn tables_stand_in_columns() {
    assert_eq!(
        text("| Name | Size |\n|---|--:|\n| **a** | 1 |\n| b \\| c | 日本 |\n| d |\nend"),
        "Name  │ Size\n──────┼─────\na     │    1\nb | c │ 日本\nd     │     \nend"
    );
    assert_eq!(text("a | b\nc | d"), "a | b\nc | d");
}

#[test]
fn links_are_numbered_and_listed_once() {
    let rendered = render(
        "See [the *docs*](https://a.b/c_(d) \"t\") or <demo://x>, https://a.b/c_(d).\n![pic](i.png)",
    );
    assert_eq!(
        rendered.text,
        "See the docs[1] or demo://x[2], https://a.b/c_(d)[1].\npic[3]"
    );
    let urls: Vec<&str> = rendered.links.iter().map(|link| &*link.url).collect();
    assert_eq!(urls, ["https://a.b/c_(d)", "demo://x", "i.png"]);
}

#[test]
fn a_text_has_to_look_like_it() {
    for yes in [
        "# A\n- b\n- c",
        "# A\n## B",
        "| a |\n|---|",
        "**a** and [b](c)",
    ] {
        assert!(looks_like(yes), "{yes}");
    }
    for no in [
        "# a comment",
        "- a\n- b",
        "plain",
        "a **b** c",
        "x[1](2)",
        "",
    ] {
        assert!(!looks_like(no), "{no}");
    }
}

fn check(rendered: &Rendered) {
    let mut last = 0;
    for (range, _) in &rendered.inks {
        assert!(range.start >= last && range.start < range.end);
        assert!(rendered.text.get(range.clone()).is_some());
        last = range.end;
    }
}

proptest! {
    #[test]
    fn anything_becomes_something(source in any::<String>()) {
        check(&render(&source));
        let _ = looks_like(&source);
    }

    #[test]
    fn marks_in_any_order_become_something(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "**", "*", "_", "__", "`", "```", "~~~", "[", "](", ")", "<", ">", "|", "|--|", "\n", "\n",
                "- ", "# ", "---", "a", " ", "é", "https://x", "\\", "![", "1. ",
            ]),
            0..60,
        )
    ) {
        check(&render(&parts.concat()));
    }
}
