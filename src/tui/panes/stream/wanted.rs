//! The value of a document as a term of the filter: what is asked for when somebody points at it.

use super::detail::Detail;
use super::filtering::Filtering;
use crate::filter::Term;
use crate::filter::path::{Path, Step as Way};
use crate::filter::pattern::Pattern;
use crate::filter::term::{Json, Match};
use crate::json::steps::Step;
use crate::json::{self, Kind};
use crate::tui::action::Action;
use crate::tui::pane::{Ctx, Reply};

/// The longest text that is asked for, in bytes: a filter is one line.
const LONGEST: usize = 200;

/// Filters for the value that is selected in the document, or leaves it out; nothing for other actions.
pub fn reply(
    action: Action,
    detail: &Detail,
    filtering: &mut Filtering,
    ctx: &Ctx<'_>,
) -> Option<Reply> {
    let not = asks(action)?;
    Some(match selected(detail) {
        Ok(term) => {
            filtering.narrow(term, not, ctx.timeline);
            Reply::done()
        }
        Err(why) => Reply::say(why),
    })
}

/// Why it would do nothing; nothing for other actions.
pub fn why_not(action: Action, detail: &Detail) -> Option<String> {
    asks(action)?;
    selected(detail).err().map(str::to_owned)
}

/// Whether an action takes a value, and whether that is left out.
fn asks(action: Action) -> Option<bool> {
    match action {
        Action::ForValue => Some(false),
        Action::NotValue => Some(true),
        _ => None,
    }
}

fn selected(detail: &Detail) -> Result<Term, &'static str> {
    if !detail.focused {
        return Err("Go into the document first (Tab) and select a value there.");
    }
    let (steps, raw) = detail.viewer.value()?;
    term(&steps, raw)
}

/// `$.params.arguments.city=Oslo`; of an object or array only that it is there.
fn term(steps: &[Step], raw: &[u8]) -> Result<Term, &'static str> {
    let mut ways = Vec::with_capacity(steps.len());
    for step in steps {
        ways.push(match step {
            Step::Key(name) => Way::Member(name.clone()),
            Step::Index(place) => Way::Item(*place),
            Step::Text => {
                return Err(
                    "This stands in the text of a string; text~ finds what is written there.",
                );
            }
            Step::Items(..) => return Err("These are several values; unfold them and select one."),
        });
    }
    let json = match json::kind(raw) {
        Kind::Object | Kind::Array => Json::There,
        kind => {
            let text = match kind {
                Kind::String => json::string(raw).ok_or("This is no text.")?,
                _ => String::from_utf8_lossy(raw).into_owned(),
            };
            if text.len() > LONGEST || text.contains(['\n', '\r']) {
                return Err("This text is too long to be asked for; text~ finds a part of it.");
            }
            Json::Is(Match::Any(vec![Pattern::literal(&text)]))
        }
    };
    Ok(Term::Path(Path::of(ways), json))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::filter::{Expr, Filter};

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn a_value_becomes_a_term_that_is_written_as_somebody_would() {
        for (steps, raw, written) in [
            (
                vec![key("params"), key("city")],
                "\"Oslo\"",
                "$.params.city=Oslo",
            ),
            (
                vec![key("result"), key("content"), Step::Index(0), key("text")],
                "\"two words\"",
                "$.result.content[0].text=\"two words\"",
            ),
            (vec![key("params"), key("n")], "1.50", "$.params.n=1.50"),
            (
                vec![key("result"), key("isError")],
                "true",
                "$.result.isError=true",
            ),
            (
                vec![key("params"), key("odd name")],
                "{}",
                "$.params[\"odd name\"]",
            ),
        ] {
            assert_eq!(term(&steps, raw.as_bytes()).unwrap().to_string(), written);
        }
        let long = format!("\"{}\"", "x".repeat(LONGEST + 1));
        assert!(term(&[key("a")], long.as_bytes()).is_err());
        assert!(term(&[Step::Items(0, 9)], b"1").is_err());
    }

    proptest! {
        #[test]
        fn what_is_asked_for_is_what_was_pointed_at(
            names in prop::collection::vec("[a-z$. \"\\[\\]*|é]{1,6}", 1..4),
            text in "[ -~é日]{0,20}",
        ) {
            let steps: Vec<Step> = names.iter().map(|name| key(name)).collect();
            let mut document = json::quote(&text);
            for name in names.iter().rev() {
                document = format!("{{{}:{document}}}", json::quote(name));
            }
            let asked = term(&steps, json::quote(&text).as_bytes()).unwrap();
            let written = Filter::of(Expr::Term(asked)).to_string();
            let filter = Filter::parse(&written);
            let leaf = filter.as_ref().unwrap().leaves().remove(0);
            prop_assert!(leaf.holds(document.as_bytes()), "{written} {document}");
            prop_assert!(!leaf.holds(b"{\"other\":1}"), "{written}");
        }
    }
}
