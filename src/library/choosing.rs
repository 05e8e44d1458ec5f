//! Which sessions a filter lets through, by what stands beside them and what was counted in them: nothing is read.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Item, Summary, Writing};
use crate::filter::key::{OUTCOMES, STATES};
use crate::filter::term::{Name, Since};
use crate::filter::when::{local, meets, start};
use crate::filter::{Filter, Key, Term};

/// What is known besides the sessions.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// The zone of times that are written without one.
    pub zone: &'a TimeZone,
    /// What `since:7d` counts back from.
    pub now: Timestamp,
}

impl Item {
    /// Whether a filter of sessions lets it through. `date` is when it was recorded, as people read it: words are
    /// looked for there too. What was not counted yet has no servers, no messages and no errors.
    pub fn passes(&self, filter: &Filter, date: &str, present: Present<'_>) -> bool {
        let mut words = None;
        filter.holds(&mut |term| match term {
            Term::Bare(pattern) => {
                let words: &String = words.get_or_insert_with(|| self.words(date));
                let current = self.writing == Writing::Ours && pattern.is_in(b"(current)");
                current || words.lines().any(|line| pattern.is_in(line.as_bytes()))
            }
            Term::Names(key, names) => self.named(*key, &|text| {
                let mut globs = names.iter();
                globs.any(|name| matches!(name, Name::Glob(pattern) if pattern.matches(text)))
            }),
            Term::NameLike(key, regex) => self.named(*key, &|text| regex.is_in(text.as_bytes())),
            term => self.is(term, present),
        })
    }

    fn counted<T: Default>(&self, of: impl FnOnce(&Summary) -> T) -> T {
        self.meta.summary.as_ref().map(of).unwrap_or_default()
    }

    fn named(&self, key: Key, is: &dyn Fn(&str) -> bool) -> bool {
        match key {
            Key::Name => {
                let file = self.path.file_name().unwrap_or_default();
                is(&self.meta.name)
                    || is(&self.stem())
                    || is(&self.short_title())
                    || is(&file.to_string_lossy())
            }
            Key::Tag => self.meta.tags.iter().any(|tag| is(tag)),
            Key::Srv => self.counted(|summary| {
                let mut servers = summary.servers.iter();
                servers.any(|server| is(&server.name) || is(&server.says))
            }),
            _ => false,
        }
    }

    fn is(&self, term: &Term, present: Present<'_>) -> bool {
        let began = local(self.began, present.zone);
        match term {
            Term::Words(Key::Outcome, places) => places.iter().any(|place| {
                let wrong = OUTCOMES[usize::from(*place)].0 == "error";
                let known = self.meta.summary.as_ref();
                known.is_some_and(|summary| (summary.errors > 0) == wrong)
            }),
            Term::Words(Key::State, places) => {
                places
                    .iter()
                    .any(|place| match STATES[usize::from(*place)].0 {
                        "kept" => self.meta.keep,
                        "marked" => self.meta.marks.iter().next().is_some(),
                        "noted" => !self.meta.note.is_empty(),
                        "masked" => self.counted(|summary| summary.masked > 0),
                        "damaged" => self.counted(|summary| summary.skipped > 0),
                        _ => self.writing != Writing::Nobody,
                    })
            }
            Term::Count(key, compare) => compare.holds(self.counted(|summary| match key {
                Key::Messages => summary.messages,
                _ => summary.errors,
            })),
            Term::Time(compare) => compare.holds(self.counted(|summary| summary.took)),
            Term::Size(compare) => compare.holds(self.size),
            Term::At(spans) => {
                let took = self.counted(|summary| summary.took).cast_signed();
                let ended = began.saturating_add(took);
                spans.iter().any(|span| meets(span, began, ended))
            }
            Term::Since(Since::Ago(us)) => {
                let ago = i64::try_from(*us).unwrap_or(i64::MAX);
                let from = present.now.as_microsecond().saturating_sub(ago);
                self.changed.max(self.began).as_microsecond() >= from
            }
            Term::Since(Since::Moment(moment)) => {
                let today = present.now.to_zoned(present.zone.clone()).date();
                let changed = local(self.changed.max(self.began), present.zone);
                changed >= start(*moment, moment.date().unwrap_or(today))
            }
            _ => false,
        }
    }
}

/// The values that sessions really have, for completion: those that most have first.
pub fn values(items: &[Item], key: Key) -> Vec<String> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for item in items {
        let summary = item.meta.summary.as_ref();
        let servers = summary.into_iter().flat_map(|summary| &summary.servers);
        let all: Vec<&str> = match key {
            Key::Name => vec![&item.meta.name],
            Key::Tag => item.meta.tags.iter().map(String::as_str).collect(),
            Key::Srv => servers.map(|server| &*server.name).collect(),
            _ => return Vec::new(),
        };
        for one in all.into_iter().filter(|one| !one.is_empty()) {
            *counts.entry(one).or_default() += 1;
        }
    }
    let mut all: Vec<(&str, usize)> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all.into_iter().map(|(text, _)| text.to_owned()).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::library::{Meta, Party};

    fn item() -> Item {
        let mut item = Item {
            path: "/x/20261118T110203Z-shop.jsonl".into(),
            began: "2026-11-18T11:02:03Z".parse().unwrap(),
            changed: "2026-11-18T12:00:00Z".parse().unwrap(),
            by: "mcpscope".to_owned(),
            size: 20_000,
            writing: Writing::Nobody,
            meta: Meta::default(),
        };
        item.meta.name = "Bug 41".to_owned();
        item.meta.tags = vec!["slow".to_owned()];
        item.meta.keep = true;
        let shop = Party {
            name: "shop".to_owned(),
            says: "Shop 2.0".to_owned(),
            ..Party::default()
        };
        item.meta.summary = Some(Summary {
            servers: vec![shop],
            messages: 88,
            errors: 1,
            took: 3_600_000_000,
            ..Summary::default()
        });
        item
    }

    fn passes(item: &Item, text: &str) -> bool {
        let filter = Filter::parse_sessions(text).unwrap();
        let present = Present {
            zone: &TimeZone::UTC,
            now: "2026-11-20T00:00:00Z".parse().unwrap(),
        };
        item.passes(&filter, "Nov 18 11:02", present)
    }

    /// Check 40, for sessions: every key has a case that holds, and one that does not.
    #[test]
    fn every_key_of_sessions_has_a_case() {
        let item = item();
        let cases = [
            (
                Key::Name,
                "name:\"Bug 41\" name:bug* name:*shop",
                "name:bug",
            ),
            (Key::Tag, "tag:slow,fast", "tag:slo"),
            (Key::Srv, "srv:shop srv:\"Shop 2\"*", "srv:sho"),
            (Key::Outcome, "status:error", "status:ok"),
            (
                Key::State,
                "is:kept -is:masked,noted",
                "is:recorded,damaged,marked",
            ),
            (Key::Messages, "messages>80 messages:88", "messages<88"),
            (Key::Errors, "errors>=1 errors:1..2", "errors>1"),
            (Key::Time, "time>30m", "time<1h"),
            (Key::Size, "size:20kB", "size<20kB"),
            (
                Key::At,
                "at:2026-11-18 at:2026-11-18T11:30 at:12:00",
                "at:2026-11-19..",
            ),
            (Key::Since, "since:2d since:2026-11-18", "since:1d"),
        ];
        for (_, holds, not) in cases {
            assert!(passes(&item, holds), "{holds}");
            assert!(!passes(&item, not), "{not}");
            assert!(passes(&item, &format!("-({not})")), "{not}");
        }
        for row in crate::filter::Subject::Sessions.keys() {
            assert!(
                cases.iter().any(|(key, ..)| *key == row.key),
                "{}",
                row.name
            );
            assert!(Filter::parse_sessions(row.example).is_ok(), "{}", row.name);
        }
        for (text, holds) in [
            ("", true),
            ("nov shop", true),
            ("\"nov 18\" -slow | bug", true),
            ("Nov", true),
            ("NOV", false),
            ("(elsewhere | slow) 41", true),
        ] {
            assert_eq!(passes(&item, text), holds, "{text}");
        }
    }

    #[test]
    fn what_was_not_counted_went_neither_well_nor_wrong() {
        let mut item = item();
        item.meta.summary = None;
        assert!(!passes(&item, "status:ok") && !passes(&item, "status:error"));
        assert!(passes(&item, "messages:0 -srv:shop"));
    }

    #[test]
    fn values_are_those_there_are() {
        let mut other = item();
        other.meta.tags = vec!["a".to_owned(), "slow".to_owned()];
        let items = [item(), other];
        assert_eq!(values(&items, Key::Tag), ["slow", "a"]);
        assert_eq!(values(&items, Key::Srv), ["shop"]);
        assert_eq!(values(&items, Key::Method), [""; 0]);
    }
}
