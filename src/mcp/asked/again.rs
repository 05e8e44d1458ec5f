//! A request once more, with what its `input_required` result wanted: the same params, the answers, the server's state
//! as it was spelled (2026-07-28, multi round-trip requests).

use crate::json::{self, Value, quote};
use crate::jsonrpc::{self, Frame, Id, Kind};

/// Members of params that belong to a round.
const OWN: [&str; 2] = ["inputResponses", "requestState"];

/// Adds raw members to the end of a raw object.
pub fn with_members(params: Option<String>, members: &str) -> String {
    let params = params.unwrap_or_else(|| "{}".to_owned());
    let Some(open) = params.trim_end().strip_suffix('}') else {
        return params;
    };
    let comma = if open.trim_end().ends_with('{') {
        ""
    } else {
        ","
    };
    format!("{open}{comma}{members}}}")
}

/// Params without what belongs to an earlier round.
pub fn first_params(params: Option<&str>) -> Option<String> {
    let raw = params?;
    if OWN
        .iter()
        .all(|name| json::get(raw.as_bytes(), &[name]).is_none())
    {
        return Some(raw.to_owned());
    }
    match Value::parse(raw.as_bytes()) {
        Ok(Value::Object(mut members)) => {
            members.retain(|(name, _)| !OWN.contains(&name.as_str()));
            Some(Value::Object(members).to_string())
        }
        _ => Some(raw.to_owned()),
    }
}

/// The keys of what a result wants, when it wants input.
pub fn wanted(result: &[u8]) -> Option<Vec<String>> {
    let kind = json::string_at(result, &["result", "resultType"]);
    if kind.as_deref() != Some("input_required") {
        return None;
    }
    let requests = json::get(result, &["result", "inputRequests"]).unwrap_or_default();
    Some(
        json::members(requests)
            .map(|(key, _)| key.into_owned())
            .collect(),
    )
}

/// What of raw responses does not fit what is wanted, in words.
pub fn misfit(wanted: &[String], responses: &[u8]) -> Option<String> {
    if json::kind(responses) != json::Kind::Object {
        return Some("the answer is an object with a result for each key that is asked".to_owned());
    }
    let given: Vec<String> = json::members(responses)
        .map(|(key, _)| key.into_owned())
        .collect();
    let missing = wanted.iter().find(|key| !given.contains(key));
    let strange = given.iter().find(|key| !wanted.contains(key));
    match (missing, strange) {
        (Some(key), _) => Some(format!("there is no answer to {}", quote(key))),
        (None, Some(key)) => Some(format!("nothing is asked by the name {}", quote(key))),
        (None, None) => None,
    }
}

/// A request once more, under another id, with raw responses to what its result wanted. None when it is no request.
pub fn again(request: &[u8], result: &[u8], id: &Id, responses: &str) -> Option<String> {
    let Frame::One(message) = jsonrpc::read(request) else {
        return None;
    };
    let method = message
        .method
        .as_ref()
        .filter(|_| message.kind == Kind::Request)?;
    let params = message.params.map(String::from_utf8_lossy);
    let mut members = format!("\"inputResponses\":{responses}");
    if let Some(state) = json::get(result, &["result", "requestState"]) {
        members.push_str(",\"requestState\":");
        members.push_str(&String::from_utf8_lossy(state));
    }
    let params = with_members(first_params(params.as_deref()), &members);
    Some(jsonrpc::request(id, method, Some(&params)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const RESULT: &[u8] = br#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required","requestState":"o\u0070aque","inputRequests":{"ok":{"method":"elicitation/create","params":{}}}}}"#;

    #[test]
    fn a_request_goes_out_again_with_what_was_wanted_and_the_state_as_it_was_spelled() {
        let asks = br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","requestState":"old","_meta":{"a":1}}}"#;
        let id = Id::Text("tap-1".into());
        let sent = again(asks, RESULT, &id, r#"{"ok":{"action":"accept"}}"#).unwrap();
        assert_eq!(
            sent,
            r#"{"jsonrpc":"2.0","id":"tap-1","method":"tools/call","params":{"name":"x","_meta":{"a":1},"inputResponses":{"ok":{"action":"accept"}},"requestState":"o\u0070aque"}}"#
        );
        assert!(again(br#"{"jsonrpc":"2.0","method":"n"}"#, RESULT, &id, "{}").is_none());
    }

    #[test]
    fn answers_fit_what_is_wanted_or_it_is_said_how_not() {
        let keys = wanted(RESULT).unwrap();
        assert_eq!(keys, ["ok"]);
        assert!(wanted(br#"{"id":1,"result":{"resultType":"complete"}}"#).is_none());
        for (given, why) in [
            (r#"{"ok":{}}"#, None),
            ("[]", Some("an object")),
            ("{}", Some("no answer to \"ok\"")),
            (r#"{"ok":{},"no":{}}"#, Some("by the name \"no\"")),
        ] {
            let told = misfit(&keys, given.as_bytes());
            assert_eq!(told.is_some(), why.is_some(), "{given}");
            assert!(why.is_none_or(|why| told.unwrap().contains(why)));
        }
    }
}
