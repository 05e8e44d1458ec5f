//! JUnit XML: a suite for each connection, a case for each request of a person or a client, a failure where one went
//! wrong. Names are server words, so every character that XML has no place for is written out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::item::{Item, ItemKind};
use super::{Fault, Job};
use crate::session::Direction;
use crate::session::timeline::Row;
use crate::text::{self, markup::xml};

/// Characters of a server's complaint that are told.
const LONGEST: usize = 4_000;

/// What a suite counts before its cases are written.
#[derive(Default)]
struct Suite {
    cases: u64,
    failures: u64,
    skipped: u64,
    us: u64,
    /// When its first case began.
    began: Option<jiff::Timestamp>,
    rows: Vec<Row>,
}

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    let suites = suites(job);
    let count = |one: fn(&Suite) -> u64| suites.values().map(one).sum::<u64>();
    job.put(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" \
         time=\"{}\">\n",
        xml(&job.material.name),
        count(|suite| suite.cases),
        count(|suite| suite.failures),
        seconds(count(|suite| suite.us)),
    ))?;
    for (conn, suite) in &suites {
        let server = xml(job.server(*conn));
        let began = suite
            .began
            .map_or_else(String::new, |at| format!(" timestamp=\"{at:.0}\""));
        job.put(format!(
            "  <testsuite name=\"{server} #{conn}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" \
             time=\"{}\"{began}>\n",
            suite.cases,
            suite.failures,
            suite.skipped,
            seconds(suite.us),
        ))?;
        for row in &suite.rows {
            if let Some(item) = job.item(*row)? {
                job.step(item.entry)?;
                let case = case(&item, &server);
                job.written += 1;
                job.put(case)?;
            }
        }
        job.put("  </testsuite>\n")?;
    }
    job.put("</testsuites>\n")
}

fn suites(job: &Job<'_>) -> BTreeMap<u32, Suite> {
    let timeline = &job.material.timeline;
    let mut suites: BTreeMap<u32, Suite> = BTreeMap::new();
    for row in timeline.rows() {
        let Row::Exchange(index) = *row else {
            continue;
        };
        let Some(exchange) = timeline.exchange(index).filter(|_| job.chosen.has(*row)) else {
            continue;
        };
        let Some(entry) = timeline.entry(exchange.request) else {
            continue;
        };
        if entry.direction() != Direction::Out {
            continue;
        }
        let suite = suites.entry(exchange.conn).or_default();
        let last = timeline.exchange(timeline.last_round(index));
        suite.cases += 1;
        suite.failures += u64::from(last.is_some_and(|last| timeline.went_wrong(last)));
        suite.skipped += u64::from(last.is_some_and(|last| last.ended.is_none()));
        if last.is_some_and(|last| last.ended.is_some()) {
            suite.us += timeline.spans(index, job.material.last_us()).whole;
        }
        suite.began.get_or_insert(entry.at());
        suite.rows.push(*row);
    }
    suites
}

fn case(item: &Item, server: &str) -> String {
    debug_assert_eq!(item.kind, ItemKind::Request);
    let took = item.took.map_or(0, |(whole, _)| whole);
    let mut case = format!(
        "    <testcase name=\"{} #{}\" classname=\"{server}\" time=\"{}\"",
        xml(&item.title()),
        item.seq,
        seconds(took)
    );
    if item.failed {
        let complaint = item.complaint().unwrap_or_default();
        let complaint = text::fit(&complaint, LONGEST).into_owned();
        let _ = write!(
            case,
            ">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
            xml(&text::fit(&complaint, 200)),
            xml(&item.status),
            xml(&complaint)
        );
    } else if item.took.is_none() {
        let _ = write!(
            case,
            ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
            xml(&item.status)
        );
    } else {
        case.push_str("/>\n");
    }
    case
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}
