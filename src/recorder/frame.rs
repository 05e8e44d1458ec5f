//! Frames that came: recorded and read. A huge one is read while it is written, for both take a while; what comes of
//! reading is told when it stands in the file, not before.

use std::io::{Seek as _, SeekFrom};

use super::{Draft, HUGE, Recorder};
use crate::mcp::facts::Message;
use crate::session::Channel;
use crate::session::recorded::{Facts, Place, Recorded};

/// What a frame says, or why it is none.
type Read = Result<Vec<Message>, String>;

impl Recorder {
    /// Writes a frame and gives back what the fold takes, as [`Recorder::append`] does, and the messages that were
    /// read from the frame as it came. What is no frame goes to the channel `junk`.
    pub fn append_frame(
        &mut self,
        mut draft: Draft,
        junk: Channel,
        read: impl Fn(&[u8]) -> Read + Sync,
    ) -> (Vec<Recorded>, Vec<Message>) {
        if draft.body.len() > HUGE && !self.may_mask(&draft.body) {
            return self.append_huge(draft, junk, read);
        }
        let (messages, facts) = match read(&draft.body) {
            Ok(messages) => (messages.clone(), Facts::Messages(messages)),
            Err(why) => {
                draft.channel = junk;
                (Vec::new(), Facts::Junk(why.into()))
            }
        };
        (self.append(draft, Some(facts)), messages)
    }

    /// Of a frame in which there is nothing to mask.
    fn append_huge(
        &mut self,
        draft: Draft,
        junk: Channel,
        read: impl Fn(&[u8]) -> Read + Sync,
    ) -> (Vec<Recorded>, Vec<Message>) {
        let mut done = Vec::with_capacity(1);
        done.extend(self.tell_gap());
        let mut entry = self.entry(draft);
        let body = &entry.body;
        let (came, mut written) = std::thread::scope(|scope| {
            let reading = std::thread::Builder::new().spawn_scoped(scope, || read(body));
            // It is JSON nearly always. When it is not, nobody has heard of it yet.
            let written = self.write_as(&entry, true);
            let came = match reading {
                Ok(reading) => reading.join(),
                // No thread can be had: one after the other, then.
                Err(_) => Ok(read(body)),
            };
            (
                came.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                written,
            )
        });
        let (messages, facts) = match came {
            Ok(messages) => (messages.clone(), Facts::Messages(messages)),
            Err(why) => {
                entry.channel = junk;
                if let Ok((place, _)) = written {
                    self.take_back(place);
                    written = self.write(&entry, false);
                }
                (Vec::new(), Facts::Junk(why.into()))
            }
        };
        let place = match written {
            Ok((place, _)) => place,
            Err(error) => self.lose(&entry, &error),
        };
        done.push(Recorded::with_facts(&entry, place, facts));
        self.keep_fresh(entry, place);
        (done, messages)
    }

    /// The newest line is written anew.
    fn take_back(&mut self, place: Place) {
        // What cannot be taken back is a line that is no entry, and is shown as that.
        if self.file.set_len(place.offset).is_ok()
            && (&*self.file).seek(SeekFrom::Start(place.offset)).is_ok()
        {
            self.offset = place.offset;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::mcp::facts;
    use crate::recording::Recording;
    use crate::session::Direction;

    fn frames() -> Vec<String> {
        let long = "x".repeat(HUGE);
        vec![
            r#"{"jsonrpc":"2.0","method":"small"}"#.to_owned(),
            format!(r#"{{"jsonrpc":"2.0","method":"{long}"}}"#),
            // No JSON, JSON that is no frame, JSON in blanks and over two lines, and what a mask stands for.
            format!("{{\"jsonrpc\":\"2.0\",{long}"),
            format!(r#"{{"a":"{long}"}}"#),
            format!("  {{\"jsonrpc\":\"2.0\",\r\"method\":\"{long}\"}} "),
            format!(
                r#"{{"jsonrpc":"2.0","method":"a","params":{{"password":"hunter2hunter2","b":"{long}"}}}}"#
            ),
            format!(r#"{{"password":"hunter2hunter2","b":"{long}"}}"#),
            r#"{"jsonrpc":"2.0","method":"after"}"#.to_owned(),
        ]
    }

    fn draft(body: &str) -> Draft {
        Draft::wire(1, Direction::In, body)
    }

    /// Whatever comes, huge or not: the same as reading first and writing then, in what is told and in the file.
    #[test]
    fn reading_while_writing_tells_what_reading_first_tells() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("a"), folder.path().join("b")];
        let mut both = paths.each_ref().map(|path| Recorder::create(path).unwrap());
        for body in frames() {
            let (together, messages) =
                both[0].append_frame(draft(&body), Channel::Stdout, facts::of_frame);
            let read = facts::of_frame(body.as_bytes());
            assert_eq!(messages, read.clone().unwrap_or_default());
            let draft = Draft {
                channel: match &read {
                    Ok(_) => Channel::Wire,
                    Err(_) => Channel::Stdout,
                },
                ..draft(&body)
            };
            let facts = match read {
                Ok(messages) => Facts::Messages(messages),
                Err(why) => Facts::Junk(why.into()),
            };
            let apart = both[1].append(draft, Some(facts));
            assert_eq!(together.len(), 1);
            assert_eq!(together[0].facts, apart[0].facts);
            assert_eq!(together[0].channel, apart[0].channel);
            assert_eq!(together[0].preview, apart[0].preview);
        }
        let opened = paths.map(|path| {
            let file = std::fs::read_to_string(&path).unwrap();
            assert!(!file.contains("hunter2"));
            let mut entries = Vec::new();
            let recording = Recording::open(&path).unwrap();
            let told = recording.load(|batch, _| {
                entries.extend(batch);
                true
            });
            assert_eq!(told.unwrap().skipped, 0);
            let bodies = recording.bodies();
            entries
                .into_iter()
                .map(|one| {
                    let entry = bodies.read(one.seq, one.place).unwrap();
                    (entry.seq, entry.channel, entry.body, entry.extra)
                })
                .collect::<Vec<_>>()
        });
        assert_eq!(opened[0].len(), frames().len());
        assert!(opened[0] == opened[1]);
    }

    #[test]
    fn a_huge_frame_that_cannot_be_written_is_told_as_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        let writable = std::mem::replace(
            &mut recorder.file,
            std::sync::Arc::new(std::fs::File::open(&path).unwrap()),
        );
        let body = &frames()[1];
        let (lost, messages) = recorder.append_frame(draft(body), Channel::Stdout, facts::of_frame);
        assert_eq!(lost[0].place, crate::recorder::LOST);
        assert_eq!(messages.len(), 1);
        let back = recorder.bodies().read(lost[0].seq, lost[0].place).unwrap();
        assert_eq!(&back.text(), body);
        recorder.file = writable;
        let (after, _) = recorder.append_frame(draft(body), Channel::Stdout, facts::of_frame);
        assert_eq!(after.len(), 2, "the gap is told first");
    }
}
