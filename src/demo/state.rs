//! The `requestState` of the demo server (2026-07-28): what a request was answered so far, sealed, handed to the client
//! and taken back. Holds nothing itself; keeps no secret worth the name.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::asking::Answers;
use super::calls::scatter;
use super::message::{Fault, INVALID_PARAMS};
use super::request::Request;

/// How long a state is taken back, in milliseconds.
const GOOD_FOR: u64 = 10 * 60 * 1000;

/// What every state begins with. What is no ASCII, and the blanks, are there for clients that tidy up what they hand on.
const OPENING: &str = "mcpscope-demo ⇄ \"1\"  ";

/// Packs the answers under these keys. The state is good for the same call only, and not for ever.
pub(super) fn seal(request: &Request, keys: &[&str]) -> String {
    let answers: Map<_, _> = keys
        .iter()
        .filter_map(|key| {
            let answer = request.answers.get(*key)?.as_ref().ok()?;
            Some(((*key).to_owned(), answer.clone()))
        })
        .collect();
    let content = json!({
        "call": call(request),
        "until": request.now.as_millis() as u64 + GOOD_FOR,
        "answers": answers
    });
    let packed = URL_SAFE_NO_PAD.encode(content.to_string());
    format!("{OPENING}{packed}.{}", stamp(&packed))
}

/// What was packed, if this is a state of ours for this very call.
pub(super) fn open(text: &str, request: &Request) -> Result<Answers, Fault> {
    let bad = |text: &str| Fault::new(INVALID_PARAMS, text);
    let content = (|| {
        let (packed, seal) = text.strip_prefix(OPENING)?.split_once('.')?;
        if seal != stamp(packed) {
            return None;
        }
        let content = URL_SAFE_NO_PAD.decode(packed).ok()?;
        serde_json::from_slice::<Value>(&content).ok()
    })()
    .ok_or_else(|| {
        bad(
            "this requestState is not one of mine, or was changed on the way; it must come back byte for byte",
        )
    })?;
    if content["call"] != call(request) {
        return Err(bad(
            "this requestState belongs to another call; method, name and arguments must stay the same",
        ));
    }
    if content["until"]
        .as_u64()
        .is_none_or(|until| u128::from(until) < request.now.as_millis())
    {
        return Err(bad("this requestState is too old; call again without one"));
    }
    let answers = content["answers"].as_object().into_iter().flatten();
    Ok(answers
        .map(|(key, answer)| (key.clone(), Ok(answer.clone())))
        .collect())
}

/// What a state is bound to.
fn call(request: &Request) -> Value {
    let params = &request.params;
    json!([request.method, params["name"], params["arguments"]])
}

/// Notices accidents and idle hands. A server with something to lose signs with a secret key instead.
fn stamp(packed: &str) -> String {
    format!("{:016x}", scatter(&format!("demo {packed} demo")))
}
