//! Looking through the bodies of a recording for what a filter asks of them: in the order of the file, in slices, and
//! as fast as the bytes can be looked at. Only lines that hold a text which must be there are taken apart.

use std::borrow::Cow;
use std::io;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use memchr::memmem;

use super::{Bodies, read_at};
use crate::filter::pattern::{find_by, rarest};
use crate::filter::row::{Answers, Found, Item, Sieve, Truth, World};
use crate::filter::{Filter, Leaf};
use crate::json;
use crate::session::timeline::{EntryIndex, Row, Timeline};

/// What was found in a part of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slice {
    /// Where the lines stand whose bodies are as asked, ascending.
    pub found: Vec<u64>,
    /// All lines before this offset were looked at.
    pub read: u64,
    /// Whether that was the end of the file, as it was then.
    pub done: bool,
}

/// Bytes between two slices.
const SLICE: u64 = 4 << 20;

/// Bytes read at a time; longer lines take more.
const CHUNK: usize = 1 << 20;

/// The member that holds a body begins in so many first bytes of a line, in all that we write.
const HEAD: usize = 400;

impl Bodies {
    /// Looks at the lines from the offset `from` on, where a line begins, and hands over what was found until `each`
    /// says false.
    pub fn sift(
        &self,
        leaf: &Leaf,
        from: u64,
        each: &mut dyn FnMut(Slice) -> bool,
    ) -> io::Result<()> {
        let wanted = Wanted::of(leaf);
        let mut slice = Slice {
            read: from,
            ..Slice::default()
        };
        let (mut chunk, mut offset, mut start) = (vec![0; CHUNK], from, 0_usize);
        let mut told = from;
        loop {
            // `start` bytes of an unfinished line stand at the beginning of the chunk.
            if start == chunk.len() {
                chunk.resize(chunk.len() * 2, 0);
            }
            let read = read_at(&self.file, &mut chunk[start..], offset)?;
            offset += read as u64;
            let end = start + read;
            let begin = offset - end as u64;
            let lines = memchr::memrchr(b'\n', &chunk[..end]).map_or(0, |at| at + 1);
            wanted.look(&chunk[..lines], &mut |at| {
                slice.found.push(begin + at as u64);
            });
            slice.read = begin + lines as u64;
            chunk.copy_within(lines..end, 0);
            start = end - lines;
            slice.done = read == 0;
            if slice.done || slice.read >= told + SLICE {
                told = slice.read;
                let done = slice.done;
                if !each(std::mem::take(&mut slice)) || done {
                    return Ok(());
                }
                slice.read = told;
            }
        }
    }
}

impl Bodies {
    /// What bodies say to a filter, all of them read.
    fn answers(&self, filter: &Filter, timeline: &Timeline) -> io::Result<Answers> {
        let mut answers = Answers::new();
        for leaf in filter.leaves() {
            let mut found = Found::default();
            self.sift(&leaf, 0, &mut |slice| {
                let entries = slice.found.iter();
                for entry in entries.filter_map(|offset| timeline.index_of_place(*offset)) {
                    found.put(entry);
                }
                true
            })?;
            found.read_to(timeline.entries().len() as EntryIndex);
            answers.insert(leaf, found);
        }
        Ok(answers)
    }

    /// The rows of the traffic that a filter lets through, oldest first, for whoever has no screen to keep up.
    pub fn pick(&self, filter: &Filter, world: &World<'_>) -> io::Result<Vec<Row>> {
        let rows = world.timeline.rows().iter().copied();
        self.pick_of(filter, world, rows, Item::Pair)
    }

    /// The same of the rows of every list: the pairs, what went over HTTP, the log.
    pub fn pick_all(&self, filter: &Filter, world: &World<'_>) -> io::Result<Vec<Item>> {
        let timeline = world.timeline;
        let pairs = timeline.rows().iter().map(|row| Item::Pair(*row));
        let hops = timeline.hops().rows().iter().map(|row| Item::Http(*row));
        let logs = timeline.logs().iter().map(|row| Item::Log(*row));
        self.pick_of(filter, world, pairs.chain(hops).chain(logs), |item| item)
    }

    fn pick_of<R: Copy>(
        &self,
        filter: &Filter,
        world: &World<'_>,
        rows: impl Iterator<Item = R>,
        item: impl Fn(R) -> Item,
    ) -> io::Result<Vec<R>> {
        let answers = self.answers(filter, world.timeline)?;
        let mut sieve = Sieve::new(filter.clone());
        let mut through = sieve.through(world, &answers);
        Ok(rows
            .filter(|row| through.row(item(*row)) == Truth::Yes)
            .collect())
    }
}

/// A text that is looked for.
struct Needle {
    text: Vec<u8>,
    /// Where its rarest byte stands, by which it is found in either case.
    rare: usize,
    exact: Option<memmem::Finder<'static>>,
}

impl Needle {
    fn new(text: Vec<u8>, exact: bool) -> Self {
        let exact = exact || !text.iter().any(u8::is_ascii_alphabetic);
        Self {
            exact: exact.then(|| memmem::Finder::new(&text).into_owned()),
            rare: rarest(&text),
            text,
        }
    }

    fn find(&self, hay: &[u8]) -> Option<usize> {
        match &self.exact {
            Some(finder) => finder.find(hay),
            None => find_by(hay, &self.text, self.rare),
        }
    }
}

/// A leaf, made ready.
struct Wanted<'a> {
    leaf: &'a Leaf,
    /// One of them stands in every line that matches; none: every line has to be looked at.
    needles: Option<Vec<Needle>>,
    /// Whether a body that is JSON and holds a needle matches.
    simple: bool,
}

impl<'a> Wanted<'a> {
    fn of(leaf: &'a Leaf) -> Self {
        let marks = leaf
            .marks()
            .filter(|(marks, _)| marks.iter().all(|mark| !mark.is_empty()));
        let needles = marks.map(|(marks, exact)| {
            let mut needles: Vec<Needle> = marks
                .into_iter()
                .map(|mark| Needle::new(mark, exact))
                .collect();
            // Bytes that are no text have to be decoded to be looked at.
            needles.push(Needle::new(BINARY.to_vec(), true));
            needles
        });
        Self {
            leaf,
            simple: leaf.is_plain(),
            needles,
        }
    }

    /// Calls `found` with the place of every line that matches.
    fn look(&self, lines: &[u8], found: &mut dyn FnMut(usize)) {
        let Some(needles) = &self.needles else {
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', lines) {
                if self.holds(&lines[start..end], None) {
                    found(start);
                }
                start = end + 1;
            }
            return;
        };
        // Where each needle stands next; each is looked for once in every byte.
        let mut next: Vec<Option<usize>> =
            needles.iter().map(|needle| needle.find(lines)).collect();
        while let Some(hit) = next.iter().flatten().min().copied() {
            let start = memchr::memrchr(b'\n', &lines[..hit]).map_or(0, |at| at + 1);
            let end = memchr::memchr(b'\n', &lines[hit..]).map_or(lines.len(), |at| hit + at);
            // The last needle says that the body has to be decoded, not that it matches.
            let named = next[..next.len() - 1].contains(&Some(hit));
            if self.holds(&lines[start..end], named.then_some(hit - start)) {
                found(start);
            }
            for (place, needle) in next.iter_mut().zip(needles) {
                if place.is_some_and(|at| at < end) {
                    *place = needle.find(&lines[end..]).map(|at| end + at);
                }
            }
        }
    }

    fn holds(&self, line: &[u8], hit: Option<usize>) -> bool {
        match body(line) {
            Some(Body::Json(start, body)) => {
                (self.simple && hit.is_some_and(|hit| hit >= start)) || self.leaf.holds(body)
            }
            Some(Body::Decoded(body)) => self.leaf.holds(&body),
            None => false,
        }
    }
}

/// The body of a recorded line.
enum Body<'a> {
    /// As it stands there, and where.
    Json(usize, &'a [u8]),
    Decoded(Cow<'a, [u8]>),
}

const TEXT: &[u8] = b",\"text\":";
const JSON: &[u8] = b",\"json\":";
const BINARY: &[u8] = b",\"b64\":";

/// The members, and what finds them.
static MEMBERS: LazyLock<[(&[u8], memmem::Finder<'static>); 3]> =
    LazyLock::new(|| [JSON, TEXT, BINARY].map(|name| (name, memmem::Finder::new(name))));

fn body(line: &[u8]) -> Option<Body<'_>> {
    let members = &*MEMBERS;
    let after = |part: &[u8], (name, finder): &(&'static [u8], memmem::Finder<'static>)| {
        finder.find(part).map(|at| (*name, at + name.len()))
    };
    // The name of a member does not stand in a string: there its quotes have backslashes.
    let head = &line[..line.len().min(HEAD)];
    let known = members.iter().find_map(|member| after(head, member));
    let found = known.or_else(|| {
        let rest = members.iter().filter(|_| line.len() > HEAD);
        rest.filter_map(|member| after(line, member))
            .min_by_key(|(_, start)| *start)
    });
    let Some((name, start)) = found else {
        // The header says nothing; a line that is damaged is its own body.
        return (!line.starts_with(b"{\"mcpscope\":") && !line.trim_ascii().is_empty())
            .then_some(Body::Decoded(Cow::Borrowed(line)));
    };
    let rest = line.trim_ascii_end();
    let value = rest.strip_suffix(b"}").unwrap_or(rest).get(start..)?;
    Some(match name {
        JSON => Body::Json(start, value),
        TEXT => Body::Decoded(Cow::Owned(json::text(value)?.into_owned().into_bytes())),
        _ => Body::Decoded(Cow::Owned(
            BASE64.decode(json::text(value)?.as_bytes()).ok()?,
        )),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::filter::Filter;
    use crate::recorder::{Draft, Recorder};
    use crate::recording::Recording;
    use crate::session::Direction;

    fn record(bodies: &[Vec<u8>]) -> (tempfile::TempDir, Recording) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        for body in bodies {
            let draft = Draft::wire(1, Direction::In, body.clone());
            recorder.append(draft, None);
        }
        (folder, Recording::open(&path).unwrap())
    }

    /// Numbers of the entries that a leaf holds in: by looking through the file, and by reading every body.
    fn both(recording: &Recording, leaf: &Leaf) -> (Vec<u64>, Vec<u64>) {
        let bodies = recording.bodies();
        let mut entries = Vec::new();
        recording
            .load(|batch, _| {
                entries.extend(batch.into_iter().map(|entry| (entry.seq, entry.place)));
                true
            })
            .unwrap();
        let mut found = Vec::new();
        let sifted = bodies.sift(leaf, 0, &mut |slice| {
            found.extend(slice.found);
            true
        });
        sifted.unwrap();
        let of_place = |offset: &u64| {
            entries
                .iter()
                .find(|(_, place)| place.offset == *offset)
                .unwrap()
                .0
        };
        let read = entries
            .iter()
            .filter(|(seq, place)| leaf.holds(&bodies.read(*seq, *place).unwrap().body))
            .map(|(seq, _)| *seq)
            .collect();
        (found.iter().map(of_place).collect(), read)
    }

    fn leaf(text: &str) -> Leaf {
        Filter::parse(text).unwrap().leaves().remove(0)
    }

    #[test]
    fn only_bodies_are_looked_at_in_every_spelling() {
        let bodies: Vec<Vec<u8>> = [
            &br#"{"say":"a \"b\"","conn":"x","caf\u00e9":"caf\u00e9"}"#[..],
            b"stray \"text\"\twith tab and json",
            b"\xff\xfe needle in bytes",
            br#"{"city":"Oslo"}"#,
        ]
        .map(<[u8]>::to_vec)
        .into();
        let (_folder, recording) = record(&bodies);
        for (text, expected) in [
            ("conn", &[1][..]),
            ("\"a \\\"b\\\"\"", &[1]),
            ("café", &[1]),
            ("json", &[2]),
            ("b64", &[]),
            ("seq", &[]),
            ("text", &[2]),
            ("needle", &[3]),
            ("text~needle.in", &[3]),
            ("\"\twith\"", &[2]),
            ("$.city=Oslo", &[4]),
            ("*", &[1, 2, 3, 4]),
        ] {
            let leaf = leaf(text);
            assert_eq!(both(&recording, &leaf).0, expected, "{text}");
        }
    }

    #[test]
    fn it_goes_on_where_it_stopped() {
        let bodies: Vec<Vec<u8>> = (0..200_u32)
            .map(|number| {
                format!("{{\"n\":{number},\"pad\":\"{}\"}}", "x".repeat(60_000)).into_bytes()
            })
            .collect();
        let (_folder, recording) = record(&bodies);
        let (leaf, reader) = (leaf("$.n>=150"), recording.bodies());
        let (mut slices, mut whole) = (0, Vec::new());
        reader
            .sift(&leaf, 0, &mut |slice| {
                slices += 1;
                whole.extend(slice.found);
                true
            })
            .unwrap();
        assert!(slices > 2);
        assert_eq!(whole.len(), 50);
        let (mut first, mut read) = (Vec::new(), 0);
        reader
            .sift(&leaf, 0, &mut |slice| {
                (first, read) = (slice.found, slice.read);
                false
            })
            .unwrap();
        assert!(read > 0);
        reader
            .sift(&leaf, read, &mut |slice| {
                first.extend(slice.found);
                true
            })
            .unwrap();
        assert_eq!(first, whole);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn looking_through_the_file_is_what_reading_every_body_is(
            bodies in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..12),
                    "\\PC{0,12}".prop_map(String::into_bytes),
                    "[abAB\"n\\\\é ]{0,10}".prop_map(|text| format!("{{\"a\":{}}}", json::quote(&text)).into_bytes()),
                ],
                0..12,
            ),
            needle in prop_oneof![
                "[abABné\"\\\\]{1,3}".prop_map(|text| json::quote(&text)),
                "text~[ab.]{1,2}",
                "\\$\\.a~[ab]",
                "a\\*b",
            ],
        ) {
            let bodies: Vec<Vec<u8>> = bodies.into_iter().map(|body| {
                body.into_iter().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect()
            }).collect();
            let (_folder, recording) = record(&bodies);
            if let Ok(filter) = Filter::parse(&needle) {
                let (found, read) = both(&recording, &filter.leaves()[0]);
                prop_assert_eq!(found, read, "{}", needle);
            }
        }
    }
}
