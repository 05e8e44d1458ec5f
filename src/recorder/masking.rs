//! Masks entries before they are written; the masker sees all of them, in their order.

use super::{Draft, Recorder};
use crate::mask::{Mark, Masker, Rule, Rules, Secrets, Seen};
use crate::mcp::auth::{Grant, Settings};
use crate::mcp::http::headers::{self, Headers};
use crate::session::{Channel, Direction};
use crate::transport::Target;

/// What a person gave for logins, but for keys, which never go anywhere.
fn secrets_of(settings: &Settings) -> Vec<(String, String)> {
    let mut found = vec![("client_secret", settings.client_secret.as_ref())];
    match &settings.grant {
        Grant::Enterprise(provider) => found.extend([
            ("client_secret", provider.client_secret.as_ref()),
            ("id_token", Some(&provider.id_token)),
        ]),
        Grant::Assertion(statement) => found.push(("assertion", Some(statement))),
        Grant::Code | Grant::ClientCredentials => {}
    }
    let given = found.into_iter();
    given
        .filter_map(|(name, secret)| Some((name.to_owned(), secret?.reveal().to_owned())))
        .collect()
}

impl Recorder {
    /// Masks by these rules instead of the built-in ones alone. To be said before anything is recorded.
    #[must_use]
    pub fn masked_by(mut self, rules: Rules) -> Self {
        self.masker = Masker::new(rules);
        self
    }

    /// What the masks of this session hide.
    pub fn secrets(&self) -> &Secrets {
        self.masker.secrets()
    }

    /// A connection to the server of that name begins.
    pub fn connects(&mut self, conn: u32, server: &str) {
        self.masker.connects(conn, server);
    }

    /// Variables or headers, with their values, were passed to the server of a connection.
    pub fn passed(&mut self, conn: u32, rule: Rule, pairs: &[(String, String)]) {
        self.masker.passed(conn, rule, pairs);
    }

    /// A connection is to this target: what is passed to it is not recorded, whoever repeats it. To be said after
    /// [`connects`](Self::connects).
    pub fn passes(&mut self, conn: u32, target: &Target) {
        match target {
            Target::Process(spawn) => {
                self.passed(conn, Rule::Variable, &spawn.env);
                self.passed(conn, Rule::Variable, &spawn.secrets);
                self.started(conn, &spawn.args);
            }
            Target::Address(address) => {
                self.passed(conn, Rule::Variable, &address.secrets);
                self.passed(conn, Rule::Header, &address.headers);
                let query = address.url.query_pairs().into_owned();
                let of_url: Headers = query.filter(|(name, _)| headers::is_secret(name)).collect();
                self.passed(conn, Rule::Header, &of_url);
                self.addressed(conn, &address.url);
                let login = address.login.as_ref().map(|login| &login.settings);
                let given = login.map(secrets_of).unwrap_or_default();
                self.passed(conn, Rule::Header, &given);
            }
        }
    }

    /// The server of a connection is started with these arguments.
    pub fn started(&mut self, conn: u32, arguments: &[std::ffi::OsString]) {
        let arguments = arguments
            .iter()
            .map(|one| one.to_string_lossy().into_owned());
        self.masker.started(conn, &arguments.collect::<Vec<_>>());
    }

    /// The server of a connection is at this address.
    fn addressed(&mut self, conn: u32, url: &url::Url) {
        self.masker.address(conn, Rule::Header, "address", url);
    }

    /// Whether there may be something to mask in a frame that came.
    pub(super) fn may_mask(&mut self, body: &[u8]) -> bool {
        self.masker.may_mask(body)
    }

    /// Masks what is to be recorded; gives back the body as it was when there was anything.
    pub(super) fn mask(&mut self, draft: &mut Draft) -> Option<Vec<u8>> {
        let seen = match (&draft.channel, draft.direction) {
            // What a tap put in the place of a frame of the client's is sent as well.
            (Channel::Wire | Channel::Other(_), Direction::Out) => Seen::Sent,
            (Channel::Wire, _) => Seen::Came,
            (Channel::Process | Channel::Http | Channel::Note, _) => Seen::Note,
            (Channel::Stdout | Channel::Stderr | Channel::Other(_), _) => Seen::Line,
        };
        let masked = self.masker.mask(draft.conn, seen, &draft.body)?;
        let was = std::mem::replace(&mut draft.body, masked.body);
        let member = Mark::member(&masked.marks);
        draft.extra = Some(match draft.extra.take() {
            Some(extra) => format!("{extra},{member}").into(),
            None => member.into(),
        });
        Some(was)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::mask::{Mark, Rule};
    use crate::recorder::{Draft, Recorder};
    use crate::session::recorded::{Facts, Recorded};
    use crate::session::{Channel, Direction};

    /// What is told of an entry, what is read back, and what the file holds, are the same; the way back is in memory.
    #[test]
    fn entries_are_masked_before_anybody_sees_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        recorder.connects(1, "it");
        let pairs = [("KEY".to_owned(), "hunter2hunter2".to_owned())];
        recorder.passed(1, Rule::Variable, &pairs);
        let body = br#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"it is hunter2hunter2"}}"#;
        let draft = Draft {
            conn: 1,
            channel: Channel::Wire,
            direction: Direction::In,
            aux: false,
            body: body.to_vec(),
            ending: "\n",
            extra: Some(r#""http":{"exchange":1}"#.into()),
        };
        let facts = crate::mcp::facts::of_frame(body).unwrap();
        let facts = Facts::Messages(facts);
        let found = recorder.append(draft.clone(), None).remove(0);
        let recorded: Recorded = recorder.append(draft, Some(facts)).remove(0);
        assert_eq!(recorded.facts, found.facts);
        assert_eq!(recorded.preview.as_deref(), Some("it is ‹masked:KEY›"));
        let file = std::fs::read_to_string(&path).unwrap();
        assert!(!file.contains("hunter2"), "{file}");
        let bodies = recorder.bodies();
        let entry = bodies.read(recorded.seq, recorded.place).unwrap();
        let marks = Mark::of(entry.extra.as_deref());
        assert_eq!(
            &entry.body[marks[0].at..marks[0].at + marks[0].len],
            "‹masked:KEY›".as_bytes()
        );
        let original = bodies.original(recorded.seq, recorded.place).unwrap();
        assert_eq!(original.body, body);
        let tally = bodies.tally().unwrap();
        assert_eq!(tally.by_rule(), [(Rule::Variable, 2)]);
        let told = tally.to_string();
        assert!(
            told.contains("KEY") && told.contains("$.params.data"),
            "{told}"
        );
        // In an opened file nothing is known of it.
        let opened = crate::recording::Recording::open(&path).unwrap();
        let mut places = Vec::new();
        opened
            .load(|batch, _| {
                places.extend(batch);
                true
            })
            .unwrap();
        assert_eq!(places[1].facts, recorded.facts);
        assert_eq!(places[1].preview, recorded.preview);
        let closed = opened.bodies().original(2, recorded.place).unwrap();
        assert_eq!(closed.body, entry.body);
    }
}
