//! Fetching lists: page by page to the end, with a guard against lists that have none; again when they changed.

use std::collections::HashSet;
use std::time::Duration;

use super::{Client, Output, Purpose};
use crate::mcp::facts::{Detail, Message};
use crate::mcp::types::List;
use crate::note::Note;

/// A list longer than this many pages is taken for one that never ends.
const PAGES: u32 = 1_000;

impl Client {
    pub(super) fn listed(
        &mut self,
        now: Duration,
        message: &Message,
        list: List,
        page: u32,
        mut seen: HashSet<String>,
        out: &mut Vec<Output>,
    ) {
        let next = match &message.detail {
            Detail::Result(result) => result
                .listing
                .as_ref()
                .and_then(|listing| listing.next.clone()),
            _ => None,
        };
        if let Some(cursor) = next {
            let why = if !seen.insert(cursor.to_string()) {
                Some(format!(
                    "the server gave the cursor {} again",
                    crate::json::quote(&cursor)
                ))
            } else if page >= PAGES {
                Some("that is more than any list should have".to_owned())
            } else {
                None
            };
            match why {
                None => return self.ask_page(now, list, page + 1, Some(&cursor), seen, out),
                Some(why) => out.push(Output::Note(
                    Note::ListCut {
                        method: list.method().to_owned(),
                        pages: u64::from(page),
                        why,
                    }
                    .into(),
                )),
            }
        }
        out.push(Output::Listed(list));
        if self.stale.remove(&list) {
            self.refresh(now, list, out);
        }
    }

    /// Fetches a list, unless it is being fetched: then once more afterwards, however often it changed meanwhile.
    pub(super) fn refresh(&mut self, now: Duration, list: List, out: &mut Vec<Output>) {
        let busy = self
            .pending
            .values()
            .any(|pending| matches!(&pending.purpose, Purpose::List { list: other, .. } if *other == list));
        if busy {
            self.stale.insert(list);
        } else {
            self.ask_page(now, list, 1, None, HashSet::new(), out);
        }
    }

    fn ask_page(
        &mut self,
        now: Duration,
        list: List,
        page: u32,
        cursor: Option<&str>,
        seen: HashSet<String>,
        out: &mut Vec<Output>,
    ) {
        let params = cursor.map(|cursor| format!("{{\"cursor\":{}}}", crate::json::quote(cursor)));
        let id = self.fresh_id();
        self.send(
            now,
            id,
            list.method(),
            params.as_deref(),
            Purpose::List { list, page, seen },
            None,
            out,
        );
    }
}
