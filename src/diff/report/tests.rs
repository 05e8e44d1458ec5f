//! All forms tell the same, and nothing a server says gets out of its place.

use proptest::prelude::*;

use super::*;

fn part(text: &str) -> Part {
    Part::from(text.as_bytes().to_vec())
}

fn report() -> Report {
    let options = Options::default();
    let mut report = Report::of_documents(
        (
            "a.json",
            &part(r#"{"id":1,"list":["x"],"n":1.0,"text":"<`|`>"}"#),
        ),
        (
            "b.json",
            &part(r#"{"id":2,"list":[],"n":1,"text":"\u001b[1m]]>"}"#),
        ),
        &options,
    );
    report.rows.push(Row::alone(
        "tools/call gone".to_owned(),
        Verdict::Missing,
        Some(Seen {
            seq: Some(7),
            outcome: "ok".to_owned(),
            ..Seen::default()
        }),
        None,
    ));
    report
}

#[test]
fn every_form_tells_the_same() {
    let report = report();
    let forms = [Form::Plain, Form::Json, Form::Markdown, Form::Junit];
    let all: Vec<String> = forms.into_iter().map(|form| report.write(form)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn latency_is_told_with_what_it_was() {
    assert_eq!(
        latency(Some(64_000), Some(182_000)).as_deref(),
        Some("182 ms (was 64 ms, +184%)")
    );
    assert_eq!(
        latency(Some(11_000), Some(11_500)).as_deref(),
        Some("12 ms (was 11 ms)")
    );
    assert_eq!(
        latency(Some(300), Some(424_000)).as_deref(),
        Some("424 ms (was 0.3 ms, ×1413)")
    );
    assert_eq!(
        latency(Some(70), Some(20)).as_deref(),
        Some("0.0 ms (was 0.1 ms)")
    );
    assert_eq!(latency(None, Some(1)), None);
}

proptest! {
    #[test]
    fn forms_hold_together_whatever_servers_say(a in any::<String>(), b in ".*[<>&|`\"\\u{0}-\\u{1f}]{1,8}.*", name in any::<String>()) {
        let json = |text: &str| part(&crate::json::quote(text));
        let mut report = Report::of_documents((&name, &json(&a)), (&b, &json(&b)), &Options::default());
        report.rows[0].name.clone_from(&b);
        prop_assert!(crate::json::check(report.write(Form::Json).as_bytes()).is_ok());
        let junit = report.write(Form::Junit);
        prop_assert_eq!(junit.matches('<').count(), junit.matches('>').count());
        prop_assert_eq!(junit.matches("</").count(), 1 + 2 * usize::from(!report.is_same()));
        prop_assert!(!report.write(Form::Plain).contains(|letter: char| letter != '\n' && letter.is_control()));
        prop_assert!(!report.write(Form::Markdown).contains(|letter: char| letter != '\n' && letter.is_control()));
    }
}
