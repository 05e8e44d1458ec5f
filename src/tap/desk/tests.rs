//! Transcripts of what a tap is told: what goes where, and what is recorded of it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::fd::OwnedFd;

use super::*;
use crate::json;
use crate::note::tapped::Fate;
use crate::recorder::Recorder;
use crate::session::codec;
use crate::tap::control::words::{Command, Refusal};
use crate::tap::pump::End;

/// A tap between two files.
struct Tapped {
    shared: Shared,
    means: Arc<Means>,
    client: File,
    server: File,
    folder: tempfile::TempDir,
}

impl Tapped {
    fn new(rules: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(&folder.path().join("t.jsonl")).unwrap();
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let rules = Rules::read(&rules, Over::Stdio).unwrap();
        let (client, server) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let end = |file: &File| End::of(OwnedFd::from(file.try_clone().unwrap()));
        let means = Means::new(0, &end(&client), &end(&server)).unwrap();
        Self {
            shared: Shared::new(recorder, rules, Over::Stdio, "it"),
            means: Arc::new(means),
            client,
            server,
            folder,
        }
    }

    /// A line comes, as a pump takes it. Gives its number.
    fn comes(&self, direction: Direction, line: &str) -> u64 {
        let draft = Draft {
            conn: 1,
            channel: Channel::Wire,
            direction,
            aux: false,
            body: line.as_bytes().to_vec(),
            ending: "\n",
            extra: None,
        };
        let (seq, strike) = self.shared.desk().put(draft);
        let known = self.shared.known(seq, line.as_bytes());
        let line = known.map_or_else(|| line.to_owned(), |line| String::from_utf8(line).unwrap());
        let holds = |strike: &Strike| matches!(strike.fault, Fault::Hold | Fault::HoldAll);
        let held = strike.filter(holds).is_some_and(|strike| {
            let outlet = Outlet::Lane(Arc::clone(&self.means), "\n");
            self.shared
                .hold((1, direction), &(seq, strike), line.as_bytes(), outlet)
        });
        if !held {
            let lane = self.means.lane(direction).unwrap();
            lane.lock().pass(format!("{line}\n").as_bytes()).unwrap();
        }
        seq
    }

    fn told(&self, line: &str) -> Result<String, Refusal> {
        self.shared.obey(1, Command::read(line.as_bytes())?)
    }

    fn does(&self, line: &str) -> String {
        self.told(line).unwrap()
    }

    /// What went to the client, and to the server.
    fn went(&self) -> (String, String) {
        let read = |mut file: &File| {
            let mut text = String::new();
            file.seek(SeekFrom::Start(0)).unwrap();
            file.read_to_string(&mut text).unwrap();
            text
        };
        (read(&self.client), read(&self.server))
    }

    /// The sentences of the notes, and the bodies of what stands instead.
    fn recorded(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("t.jsonl")).unwrap();
        let entries = text.lines().skip(1);
        let entries = entries.map(|line| codec::read(line.as_bytes()).unwrap());
        let told = entries.filter_map(|entry| match &entry.channel {
            Channel::Note => Some(Note::read(&entry.body).sentence()),
            Channel::Other(_) => Some(format!("#{} {}", entry.seq, entry.text())),
            _ if entry.aux => Some(format!("#{} {}", entry.seq, entry.text())),
            _ => None,
        });
        told.collect()
    }
}

const ASKS: &str =
    r#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"Who?"}}"#;
const PING: &str = r#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#;

#[test]
fn a_frame_is_held_changed_and_let_go() {
    let tap = Tapped::new(&[]);
    let (inward, ask) = (Direction::In, ASKS);
    tap.comes(inward, PING);
    assert!(!tap.shared.has_rules());
    let rule = tap.does(r#"{"do":"rule","rule":"hold:method:elicitation/create","keep":true}"#);
    assert_eq!(rule, "{\"rule\":1}");
    let frame = tap.comes(inward, ask);
    tap.comes(inward, PING);
    assert_eq!(tap.went().0, format!("{PING}\n{PING}\n"));
    let list = tap.does(r#"{"do":"list"}"#);
    let first = json::elements(list.as_bytes()).next().unwrap();
    assert_eq!(
        json::string_at(first, &["method"]).as_deref(),
        Some("elicitation/create")
    );
    let shown = tap.does(&format!("{{\"do\":\"show\",\"frame\":{frame}}}"));
    assert_eq!(
        json::string_at(shown.as_bytes(), &["body"]).as_deref(),
        Some(ask)
    );
    let changed = ask.replace("Who?", "Why?");
    let command = Command::Instead(frame, changed.replace(',', ",\n")).to_json();
    tap.does(&command);
    assert_eq!(tap.went().0, format!("{PING}\n{PING}\n{changed}\n"));
    assert!(tap.told(&command).unwrap_err().what.contains("not held"));
    assert_eq!(
        tap.does(r#"{"do":"rules"}"#),
        r#"[{"rule":1,"text":"hold:method:elicitation/create","keep":true,"struck":1}]"#
    );
    tap.does(r#"{"do":"clear"}"#);
    assert!(!tap.shared.has_rules());
    let instead = frame + 3;
    assert_eq!(
        tap.recorded(),
        [
            "the tap breaks things on purpose: hold:method:elicitation/create".to_owned(),
            format!("#{frame} is held by the tap (hold:method:elicitation/create)"),
            format!("#{instead} {changed}"),
            format!("#{frame}, held by the tap, was changed to #{instead}"),
            "the tap has no rules any more: it touches nothing".to_owned(),
        ]
    );
}

#[test]
fn a_rule_that_comes_later_knows_what_was_asked_before() {
    let tap = Tapped::new(&[]);
    tap.comes(
        Direction::Out,
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#,
    );
    tap.does(r#"{"do":"rule","rule":"hold:method:tools/list dir:in"}"#);
    tap.comes(
        Direction::In,
        r#"{"jsonrpc":"2.0","id":3,"result":{"tools":[]}}"#,
    );
    assert_eq!(tap.went().0, "");
}

#[test]
fn what_is_dropped_or_answered_does_not_go_on() {
    let tap = Tapped::new(&["hold"]);
    let (ask, ping) = (
        tap.comes(Direction::In, ASKS),
        tap.comes(Direction::Out, PING),
    );
    let note = tap.comes(Direction::In, r#"{"jsonrpc":"2.0","method":"n"}"#);
    // The answer to what a server asks goes to the server.
    tap.does(&format!(
        "{{\"do\":\"answer\",\"frame\":{ask},\"result\":{{\"action\":\"decline\"}}}}"
    ));
    tap.does(&format!(
        "{{\"do\":\"answer\",\"frame\":{ping},\"error\":{{\"code\":1,\"message\":\"no\"}}}}"
    ));
    let refused = tap.told(&format!(
        "{{\"do\":\"answer\",\"frame\":{note},\"result\":{{}}}}"
    ));
    assert!(refused.unwrap_err().what.contains("no request"));
    tap.does(&format!("{{\"do\":\"drop\",\"frame\":{note}}}"));
    let (client, server) = tap.went();
    assert_eq!(
        server,
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"action\":\"decline\"}}\n"
    );
    assert_eq!(
        client,
        "{\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":1,\"message\":\"no\"}}\n"
    );
    let told = tap.recorded();
    assert!(
        told.contains(&format!("#{note}, held by the tap, was dropped")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.contains("answered by hand with #")),
        "{told:?}"
    );
    assert_eq!(tap.does(r#"{"do":"list"}"#), "[]");
}

/// 2026-07-28: what a result wants is given by sending its request once more, which the client never hears of.
#[test]
fn what_a_result_wants_is_given_by_hand() {
    let tap = Tapped::new(&[]);
    let asks = r#"{"jsonrpc":"2.0","id":"c1","method":"tools/call","params":{"name":"x"}}"#;
    let wants = |id: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required","requestState":"s","inputRequests":{{"ok":{{"method":"elicitation/create","params":{{}}}}}}}}}}"#
        )
    };
    let done = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[]}}}}"#);
    tap.comes(Direction::Out, asks);
    tap.does(r#"{"do":"rule","rule":"hold:method:tools/call dir:in"}"#);
    let first = tap.comes(Direction::In, &wants("\"c1\""));
    let answer = |frame: u64, key: &str| {
        tap.told(&format!(
            r#"{{"do":"answer","frame":{frame},"result":{{"{key}":{{"action":"accept"}}}}}}"#
        ))
    };
    assert!(
        answer(first, "no")
            .unwrap_err()
            .what
            .contains("no answer to \"ok\"")
    );
    answer(first, "ok").unwrap();
    // It wants something once more, and then is done, while the rule is gone.
    let id = format!("\"mcpscope-tap-{first}\"");
    let second = tap.comes(Direction::In, &wants(&id));
    answer(second, "ok").unwrap();
    tap.does(r#"{"do":"clear"}"#);
    assert!(tap.shared.has_rules());
    tap.comes(Direction::In, PING);
    let id = format!("\"mcpscope-tap-{second}\"");
    tap.comes(Direction::In, &done(&id));
    assert!(!tap.shared.has_rules());
    let (client, server) = tap.went();
    assert_eq!(client, format!("{PING}\n{}\n", done("\"c1\"")));
    let again = |frame: u64| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"mcpscope-tap-{frame}","method":"tools/call","params":{{"name":"x","inputResponses":{{"ok":{{"action":"accept"}}}},"requestState":"s"}}}}"#
        )
    };
    assert_eq!(
        server,
        format!("{asks}\n{}\n{}\n", again(first), again(second))
    );
}

#[test]
fn who_leaves_takes_the_rules_along_and_what_they_hold_goes_on() {
    let tap = Tapped::new(&[]);
    tap.does(r#"{"do":"rule","rule":"hold-all:dir:in"}"#);
    let sent = [ASKS, PING, ASKS];
    for line in sent {
        tap.comes(Direction::In, line);
    }
    tap.comes(Direction::Out, PING);
    assert_eq!(tap.went(), (String::new(), format!("{PING}\n")));
    tap.shared.left(2);
    assert_eq!(tap.went().0, "");
    tap.shared.left(1);
    // As they are, and in their order.
    assert_eq!(tap.went().0, sent.map(|line| format!("{line}\n")).concat());
    assert!(!tap.shared.has_rules());
    let gone = tap
        .recorded()
        .iter()
        .filter(|line| line.ends_with("who held it is gone"))
        .count();
    assert_eq!(gone, 3);
}

#[test]
fn another_fault_strikes_nothing_that_waits_behind() {
    let tap = Tapped::new(&["hold-all:method:ping", "duplicate:dir:in"]);
    for line in [PING, ASKS, ASKS] {
        tap.comes(Direction::In, line);
    }
    assert_eq!(tap.went().0, "");
    let rules = tap.does(r#"{"do":"rules"}"#);
    assert!(rules.contains(r#""text":"duplicate:dir:in","keep":true,"struck":0"#));
    tap.does(r#"{"do":"release"}"#);
    assert_eq!(tap.went().0, format!("{PING}\n{ASKS}\n{ASKS}\n"));
}

#[test]
fn a_rule_that_goes_lets_nothing_pass_what_another_holds() {
    let tap = Tapped::new(&["hold-all:method:ping", "hold:method:elicitation/create"]);
    let ping = tap.comes(Direction::In, PING);
    let ask = tap.comes(Direction::In, ASKS);
    tap.does(r#"{"do":"clear","rule":2}"#);
    assert_eq!(tap.went().0, "");
    let list = tap.does(r#"{"do":"list"}"#);
    assert_eq!(list.matches("hold-all:method:ping").count(), 2, "{list}");
    assert!(list.contains(&format!("\"frame\":{ask}")));
    tap.does(&format!("{{\"do\":\"release\",\"frame\":{ping}}}"));
    assert_eq!(tap.went().0, format!("{PING}\n{ASKS}\n"));
}

#[test]
fn rules_that_are_kept_stay_and_wrong_ones_are_refused() {
    let tap = Tapped::new(&[]);
    tap.does(r#"{"do":"rule","rule":"hold:method:a","keep":true}"#);
    tap.shared.left(1);
    assert!(tap.shared.has_rules());
    for (line, what) in [
        (r#"{"do":"rule","rule":"burn"}"#, "there is no fault burn"),
        (r#"{"do":"rule","rule":"status=500"}"#, "over HTTP only"),
        (r#"{"do":"rule","rule":"hold:method:"}"#, "its filter"),
        (r#"{"do":"clear","rule":9}"#, "there is no rule 9"),
        (r#"{"do":"release","frame":1}"#, "#1 is not held"),
    ] {
        let refused = tap.told(line).unwrap_err();
        assert!(refused.what.contains(what), "{refused:?}");
    }
    assert_eq!(tap.does(r#"{"do":"clear","rule":1}"#), "{\"removed\":1}");
    assert!(!tap.shared.has_rules());
}

#[test]
fn what_nobody_waits_for_is_withdrawn() {
    let tap = Tapped::new(&["hold-all"]);
    let (first, _) = (
        tap.comes(Direction::In, ASKS),
        tap.comes(Direction::In, PING),
    );
    tap.shared.withdraw(first, "its client is gone");
    assert_eq!(tap.does(r#"{"do":"list"}"#).matches("\"frame\"").count(), 1);
    // The other was struck by the rule as well, so it stays.
    tap.does(r#"{"do":"release"}"#);
    assert_eq!(tap.went().0, format!("{PING}\n"));
    let gone = Fate::Gone.word();
    assert!(tap.recorded().iter().any(|line| line.contains(gone)));
}

proptest::proptest! {
    #[test]
    fn what_is_held_and_released_comes_as_it_was(
        lines in proptest::collection::vec("[a-z{}\":,0-9é ]{0,20}", 0..8), all in proptest::bool::ANY,
    ) {
        let tap = Tapped::new(&[if all { "hold-all:dir:in" } else { "hold:dir:in" }]);
        for line in &lines {
            tap.comes(Direction::In, line);
        }
        tap.does(r#"{"do":"release"}"#);
        let mut went: Vec<String> = tap.went().0.lines().map(str::to_owned).collect();
        let mut sent = lines.clone();
        if !all {
            // Those that are no frames are not held, and pass.
            went.sort();
            sent.sort();
        }
        proptest::prop_assert_eq!(went, sent);
        proptest::prop_assert_eq!(tap.went().1, "");
    }

    /// `h` and `k` are held with all behind them by a rule each, `o` alone, `n` is struck by a fault, `p` by nothing; a
    /// digit takes that rule away.
    #[test]
    fn nothing_passes_what_is_held_with_all_behind_it(deeds in "[hkonp1-3]{0,14}") {
        let rules = ["hold-all:method:h", "hold-all:method:k", "hold:method:o", "noise:method:n"];
        let tap = Tapped::new(&rules);
        let mut sent = Vec::new();
        let mut gone = String::new();
        for deed in deeds.chars() {
            if deed.is_ascii_digit() {
                let cleared = tap.told(&format!("{{\"do\":\"clear\",\"rule\":{deed}}}"));
                proptest::prop_assert_eq!(cleared.is_err(), gone.contains(deed));
                gone.push(deed);
                continue;
            }
            let line = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{deed}\"}}", sent.len());
            tap.comes(Direction::In, &line);
            let all = (deed == 'h' && !gone.contains('1')) || (deed == 'k' && !gone.contains('2'));
            sent.push((line, deed, all));
        }
        tap.does(r#"{"do":"release"}"#);
        let went = tap.went().0;
        proptest::prop_assert_eq!(went.lines().count(), sent.len());
        let place = |line: &str| went.find(line).unwrap();
        for (at, (first, _, all)) in sent.iter().enumerate() {
            for (later, deed, _) in &sent[at + 1..] {
                let waits = *all || (first.contains("\"o\"") == (*deed == 'o'));
                proptest::prop_assert!(!waits || place(first) < place(later), "{} {}", deeds, went);
            }
        }
    }
}
