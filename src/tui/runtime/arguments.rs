//! What arguments need from outside: values for their references, and what a server said of them.

use crate::form::substitute::{self, Missing, Reference, Target};
use crate::json::{self, Value};
use crate::tui::event::Refusal;

/// Refusals longer than this are not read: nobody says that much of a member.
const LONGEST: usize = 64 << 10;

/// What a response says that refused arguments; none when it did not, or says nothing.
pub fn refusal(response: &[u8]) -> Option<Refusal> {
    if let Some(error) = json::get(response, &["error"]) {
        return (error.len() <= LONGEST).then(|| Refusal::Error(error.to_vec()));
    }
    let content = json::get(response, &["result", "content"])?;
    let mut text = String::new();
    for block in json::elements(content) {
        if let Some(raw) = json::get(block, &["text"])
            && text.len() + raw.len() <= LONGEST
            && let Some(part) = json::string(raw)
        {
            text.push_str(&part);
            text.push('\n');
        }
    }
    (!text.is_empty()).then_some(Refusal::Text(text))
}

/// Puts values in the place of references: of variables what `variable` has, of the last result what is in `response`.
pub fn resolve(
    arguments: &Value,
    response: Option<&[u8]>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Value, Vec<Missing>> {
    let result = response
        .and_then(|response| json::get(response, &["result"]))
        .and_then(|result| Value::parse(result).ok());
    let lookup = |reference: &Reference| match &reference.target {
        Target::Env(name) => variable(name).map(Value::String),
        Target::Last(path) => result
            .as_ref()
            .and_then(|result| path.find(result))
            .cloned(),
        Target::Broken(_) => None,
    };
    substitute::resolve(arguments, &lookup)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn references_get_their_values_from_variables_and_the_last_result() {
        let arguments = br#"{"id":"${last:$.structuredContent.id}","who":"by ${env:WHO}"}"#;
        let arguments = Value::parse(arguments).unwrap();
        let response = br#"{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"id":7.0}}}"#;
        let variable = |name: &str| (name == "WHO").then(|| "me".to_owned());
        let resolved = resolve(&arguments, Some(response), &variable).unwrap();
        assert_eq!(resolved.to_string(), r#"{"id":7.0,"who":"by me"}"#);
        let missing = resolve(&arguments, None, &|_| None).unwrap_err();
        let at: Vec<_> = missing.iter().map(|one| &*one.reference.pointer).collect();
        assert_eq!(at, ["/id", "/who"]);
        assert_eq!(missing[1].words, "the variable WHO is not set");
    }

    #[test]
    fn an_error_is_read_whole_and_a_failed_result_by_its_texts() {
        let error = br#"{"id":1,"error":{"code":-32602,"message":"m"}}"#;
        let read = refusal(error).unwrap();
        assert_eq!(
            read,
            Refusal::Error(br#"{"code":-32602,"message":"m"}"#.to_vec())
        );
        let failed = br#"{"id":1,"result":{"isError":true,"content":[{"text":"a"},{"data":1},{"text":"b"}]}}"#;
        assert_eq!(refusal(failed), Some(Refusal::Text("a\nb\n".to_owned())));
        let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(LONGEST));
        assert_eq!(refusal(long.as_bytes()), None);
    }
}
