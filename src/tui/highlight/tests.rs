//! Languages are told apart, their parts get roles, and nothing a server sends makes it slow or fail.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// All of it, however slow the machine is.
const ALL: Budget = Budget {
    bytes: 256 << 10,
    lines: 5_000,
    time: Duration::MAX,
};

fn hint(mime: &'static str) -> Hint<'static> {
    Hint {
        mime: Some(mime),
        uri: None,
    }
}

fn spans(language: Language, bytes: &[u8], budget: Budget) -> Vec<Span> {
    let mut painting = Painting::new(budget);
    painting.add(bytes, 0..bytes.len(), language);
    painting.finish()
}

/// `role:text` of every span, roles without `code.`.
fn painted(mime: &'static str, text: &str) -> Vec<String> {
    let language = language(hint(mime), text).expect("a language");
    spans(language, text.as_bytes(), ALL)
        .iter()
        .map(|span| {
            let name = span.role.name();
            let text = &text[span.start as usize..span.end as usize];
            format!("{}:{text}", name.strip_prefix("code.").unwrap_or(name))
        })
        .collect()
}

#[track_caller]
fn has(mime: &'static str, text: &str, expected: &[&str]) {
    let found = painted(mime, text);
    for one in expected {
        assert!(found.iter().any(|f| f == one), "{one} is not in {found:#?}");
    }
}

fn told(mime: Option<&str>, uri: Option<&str>, text: &str) -> String {
    match language(Hint { mime, uri }, text) {
        None => "-".to_owned(),
        Some(Language::Json) => "JSON".to_owned(),
        Some(Language::Markdown) => "Markdown".to_owned(),
        Some(Language::Code(syntax)) => syntax.name.clone(),
    }
}

#[test]
fn the_language_is_what_type_uri_or_first_line_say() {
    for (mime, uri, text, expected) in [
        ("text/x-python", "", "", "Python"),
        ("text/x-python; charset=utf-8", "a.rs", "", "Python"),
        ("TEXT/MARKDOWN", "", "", "Markdown"),
        ("application/json", "", "", "JSON"),
        ("application/vnd.api+json", "", "", "JSON"),
        ("image/svg+xml", "", "", "XML"),
        ("application/javascript", "", "", "JavaScript"),
        ("text/typescript", "", "", "JavaScript"),
        ("text/html", "", "", "HTML"),
        ("text/css", "", "", "CSS"),
        ("application/x-yaml", "", "", "YAML"),
        ("application/x-sh", "", "", "Bourne Again Shell (bash)"),
        ("text/x-rust", "", "", "Rust"),
        ("text/x-c++src", "", "", "C++"),
        ("text/plain", "file:///src/main.rs?x=1#L3", "", "Rust"),
        ("text/plain", "file:///C:\\x\\a.PY", "", "Python"),
        ("", "file:///app.tsx", "", "JavaScript"),
        ("", "file:///Makefile", "", "Makefile"),
        ("", "db://tables/c", "", "-"),
        ("", "file:///README.md", "", "Markdown"),
        ("", "file:///a.json", "", "JSON"),
        ("", "", "#!/usr/bin/env -S python3.12 -u\n", "Python"),
        ("", "", "#!/bin/sh", "Bourne Again Shell (bash)"),
        ("", "", "<?xml version='1.0'?>", "XML"),
        ("", "", "<!DOCTYPE html>", "HTML"),
        ("", "", "#!", "-"),
        ("", "", "see\n```python\n1\n```", "Markdown"),
        ("", "", " {\"a\": 1}\n", "JSON"),
        ("", "", "{\"a\": 1", "-"),
        ("", "", "12", "-"),
        ("", "", "# not told\nby anything", "-"),
        ("text/plain", "file:///notes.txt", "Good day", "-"),
        ("text/csv", "a.csv", "a,b", "-"),
        ("image/png", "", "", "-"),
        ("no type given", "no uri", "", "-"),
        ("/", "/", "", "-"),
        (";", ".", "\n", "-"),
    ] {
        let some = |s: &'static str| (!s.is_empty()).then_some(s);
        let found = told(some(mime), some(uri), text);
        assert_eq!(found, expected, "{mime:?} {uri:?} {text:?}");
    }
    let long = format!("text/{}", "x".repeat(100_000));
    assert_eq!(told(Some(&long), Some(&long), ""), "-");
}

#[test]
fn parts_of_code_get_roles() {
    has(
        "text/x-python",
        "@dec\nclass A(B):\n    def f(self, x=3):  # why\n        return f\"a{x}\\n\" + None\n",
        &[
            "keyword:class",
            "type:A",
            "type:B",
            "keyword:def",
            "function:f",
            "number:3",
            "comment:# why",
            "keyword:return",
            "string:\"a",
            "number:\\n",
            "punct:+",
            "number:None",
        ],
    );
    has(
        "text/rust",
        "/// doc\nfn f(a: &str) -> Option<u8> {\n    println!(\"x\"); // é\n    Some(0xff)\n}\n",
        &[
            "comment:/// doc",
            "keyword:fn",
            "function:f",
            "keyword:str",
            "function:println!",
            "string:\"x\"",
            "comment:// é",
            "type:Some",
            "number:0xff",
        ],
    );
    has(
        "text/javascript",
        "const a = `t${x}`; foo.bar(1, true);",
        &[
            "keyword:const",
            "string:`t",
            "punct:${",
            "string:`",
            "function:bar",
            "number:1",
            "number:true",
        ],
    );
    has(
        "text/html",
        "<!-- c --><p class=\"x\">a &amp; b</p>\n<script>let a = 1;</script>",
        &[
            "comment:<!-- c -->",
            "keyword:p",
            "type:class",
            "string:\"x\"",
            "number:&amp;",
            "keyword:let",
        ],
    );
    has(
        "text/css",
        ".a { color: #fff; margin: 1px }",
        &["type:.a", "type:color", "number:#fff", "number:1px"],
    );
    has(
        "application/yaml",
        "a: b\n\"c\": 1 # x\n",
        &[
            "keyword:a",
            "string:b",
            "string:\"c\"",
            "number:1",
            "comment:# x",
        ],
    );
    has(
        "text/x-shellscript",
        "if [ \"$x\" = 1 ]; then echo hi; fi # c",
        &["keyword:if", "keyword:then", "function:echo", "comment:# c"],
    );
    has(
        "text/x-diff",
        "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
        &["diff.del:-x", "diff.add:+y"],
    );
}

#[test]
fn json_has_the_roles_of_a_tree() {
    assert_eq!(
        painted(
            "application/json",
            "{\"a\" : [\"b\\\"\", -1.5e3, true],\n\"n\":null, nul, \"open\\"
        ),
        [
            "json.punct:{",
            "json.key:\"a\"",
            "json.punct::",
            "json.punct:[",
            "json.string:\"b\\\"\"",
            "json.punct:,",
            "json.number:-1.5e3",
            "json.punct:,",
            "json.bool:true",
            "json.punct:],",
            "json.key:\"n\"",
            "json.punct::",
            "json.null:null",
            "json.punct:,",
            "json.punct:,",
            "json.string:\"open\\",
        ]
    );
}

#[test]
fn markdown_has_headings_emphasis_and_code() {
    let text = "\
# Title #1
Under *one*
===
text **bold** and `code *x*` and snake_case_name, 2 * 3 * 4
- [x] item [link](https://x.y) \\*no\\*
> 1. quoted ***both***
| a | b |

```python
def f(): pass
```
~~~
plain
~~~
***
#no heading
";
    assert_eq!(
        painted("text/markdown", text),
        [
            "heading:# Title #1",
            "heading:Under *one*",
            "heading:===",
            "emphasis:**bold**",
            "string:`code *x*`",
            "punct:- [x]",
            "punct:[",
            "punct:](",
            "string:https://x.y",
            "punct:)",
            "punct:> 1.",
            "emphasis:***both***",
            "punct:|",
            "punct:|",
            "punct:|",
            "punct:```python",
            "keyword:def",
            "function:f",
            "punct:():",
            "keyword:pass",
            "punct:```",
            "punct:~~~",
            "punct:~~~",
            "punct:***",
        ]
    );
    // What is on top of a file is YAML; a rule there is not.
    has(
        "text/markdown",
        "---\nname: x\n---\n# H",
        &["keyword:name", "heading:# H"],
    );
    has("text/markdown", "---\n\n# H", &["heading:# H"]);
    // A fence that never ends, JSON in it, and code in a list.
    has(
        "text/markdown",
        "1. a\n   ```json\n   {\"a\": 1}\n",
        &["punct:1.", "json.key:\"a\"", "json.number:1"],
    );
}

#[test]
fn limits_leave_the_rest_plain() {
    let line = "let a = 1;\n";
    let text = line.repeat(6_000);
    let rust = language(hint("text/rust"), "").unwrap();
    let last = |language, budget| {
        let spans = spans(language, text.as_bytes(), budget);
        spans.last().map_or(0, |span| span.end as usize)
    };
    let some = |bytes, lines, time| Budget { bytes, lines, time };
    for language in [rust, Language::Json] {
        let end = last(language, some(usize::MAX, 100, Duration::MAX));
        assert!(end > 99 * line.len() && end <= 100 * line.len(), "{end}");
        let end = last(language, some(1_000, usize::MAX, Duration::MAX));
        assert!((980..=1_000).contains(&end), "{end}");
        let end = last(language, some(usize::MAX, usize::MAX, Duration::ZERO));
        assert!((1..=line.len()).contains(&end), "{end}");
    }
    // The budget is one document's, whatever its parts are.
    let mut painting = Painting::new(some(usize::MAX, 3, Duration::MAX));
    for at in 0..5 {
        let range = at * line.len()..(at + 1) * line.len();
        painting.add(text.as_bytes(), range, rust);
    }
    let end = painting.finish().last().unwrap().end as usize;
    assert!(end <= 3 * line.len());
}

#[test]
fn long_lines_and_bytes_that_are_no_text_stay_plain() {
    let rust = language(hint("text/rust"), "").unwrap();
    let long = format!("let a = \"{}\";", "x".repeat(LINE));
    let text = [
        b"let a = 1;\n".as_slice(),
        long.as_bytes(),
        b"\nlet \xff = 2;\n\xff",
        b"\nlet \x1b[31m\xe2\x80\xae b = 3;\r\n",
    ]
    .concat();
    let numbers = |language| -> Vec<String> {
        spans(language, &text, ALL)
            .iter()
            .filter(|span| matches!(span.role, Role::CodeNumber | Role::JsonNumber))
            .map(|s| String::from_utf8_lossy(&text[s.start as usize..s.end as usize]).into_owned())
            .collect()
    };
    assert_eq!(numbers(rust), ["1", "3"]);
    assert_eq!(numbers(Language::Json), ["1", "2", "31", "3"]);
    assert_eq!(numbers(Language::Markdown), [""; 0]);
}

#[test]
fn what_never_ends_is_survived() {
    for start in [
        "/*",
        "\"\"\"",
        "<!--",
        "<script>",
        "`${`${",
        "r#\"",
        "```py\n'''",
        "<<EOF",
        "((((",
        "{[{[",
        "**_`",
        "![[](",
        "'",
        "\\",
        "<a b='",
        "%{",
        "#[",
        "---\n",
    ] {
        let text = format!("{start}\nx y\n").repeat(3) + &start.repeat(30);
        for name in ["md", "py", "rs", "js", "html", "sh", "json"] {
            let language = language::named(name).unwrap();
            ordered(&spans(language, text.as_bytes(), ALL), text.as_bytes());
        }
    }
}

/// Spans are inside of the text, ascending, none over another, and none cuts a character.
fn ordered(spans: &[Span], bytes: &[u8]) {
    let mut end = 0;
    for span in spans {
        assert!(end <= span.start && span.start < span.end);
        end = span.end;
        if let Ok(text) = std::str::from_utf8(bytes) {
            assert!(text.is_char_boundary(span.start as usize));
            assert!(text.is_char_boundary(end as usize));
        }
    }
    assert!(end as usize <= bytes.len());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        for name in ["md", "json", "yaml"] {
            ordered(&spans(language::named(name).unwrap(), &bytes, ALL), &bytes);
        }
    }

    #[test]
    fn any_markdown_is_survived(
        text in prop::collection::vec(prop::sample::select(vec![
            "*", "_", "`", "```", "[", "](", ")", "é", "a", " ", "\n", "\r\n", "#", "-", ">", "|",
            "\\", "<http", "1.", "~~~", "===", "\u{202e}", "\t", "json",
        ]), 0..60)
    ) {
        let text = text.concat();
        ordered(&spans(Language::Markdown, text.as_bytes(), ALL), text.as_bytes());
    }
}
