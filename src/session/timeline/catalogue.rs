//! One of a server's lists: what it holds, how far it has come, how fresh it is, and what changed in it.

use std::sync::Arc;

use super::changes::{Changes, Difference, Since};
use crate::mcp::caching::{self, Freshness};
use crate::mcp::facts::{Listing, label};
use crate::mcp::types::Item;

/// How far a list has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Listed {
    /// Never asked for.
    #[default]
    Never,
    /// Asked for, not all pages here.
    Loading,
    /// Whole.
    Whole,
    /// The server answered with an error.
    Refused(i64),
}

/// What a server says of the freshness of something that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fresh {
    /// What it says.
    pub freshness: Freshness,
    /// The entry that it came with, the first of several pages, by sequence number.
    pub seq: u64,
    /// When that was, in microseconds of the session.
    pub since_us: u64,
    /// Whether all pages say the same of who may share it, as they must.
    pub agree: bool,
}

/// One of a server's lists.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Catalogue {
    /// What it holds, in the server's order.
    #[serde(with = "crate::pack::shared::list")]
    pub items: Arc<Vec<Arc<Item>>>,
    /// How far it has come.
    pub listed: Listed,
    /// What changed in it.
    pub changes: Changes,
    /// How fresh it is, when the server said so.
    pub fresh: Option<Fresh>,
    /// Whether the server said that it changed since it was last fetched.
    announced: bool,
    /// Listings that have pages to come, oldest first: somebody may list again while one is on its way.
    open: Vec<Open>,
}

/// Listings of one list that are followed at a time; older ones are given up.
const OPEN: usize = 8;

/// A listing of which a page came, and not the last one.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
struct Open {
    /// The label of the cursor that its next page is asked for with.
    next: Box<str>,
    #[serde(with = "crate::pack::shared::list")]
    items: Arc<Vec<Arc<Item>>>,
    /// What the pages so far say of their freshness, and with which entry and when the first came.
    pages: (Vec<Option<Freshness>>, (u64, u64)),
}

impl Catalogue {
    /// A request for it was sent.
    pub(super) fn asked(&mut self) {
        if self.listed != Listed::Whole {
            self.listed = Listed::Loading;
        }
    }

    /// The server says that it changed.
    pub(super) fn announced(&mut self) {
        self.announced = true;
        // Whatever was said before (2026-07-28, `server/utilities/caching`).
        self.fresh = None;
    }

    /// The listing that goes on with this cursor. One that nobody saw the beginning of counts only as long as there is
    /// no other: the recording may begin in its middle.
    fn going_on(&mut self, cursor: Option<&str>) -> Option<Open> {
        let Some(cursor) = cursor else {
            return Some(Open::default());
        };
        match self.open.iter().rposition(|open| *open.next == *cursor) {
            Some(at) => Some(self.open.remove(at)),
            None if self.open.is_empty() && self.listed != Listed::Whole => Some(Open::default()),
            None => None,
        }
    }

    /// The page that was asked for with this cursor came with entry `seq` at `us`; gives whether with it the list is
    /// whole for the first time.
    pub(super) fn page(
        &mut self,
        cursor: Option<&str>,
        listing: Listing,
        freshness: Option<Freshness>,
        (seq, us): (u64, u64),
    ) -> bool {
        let Some(mut open) = self.going_on(cursor) else {
            return false;
        };
        if open.pages.0.is_empty() {
            open.pages.1 = (seq, us);
        }
        open.pages.0.push(freshness);
        Arc::make_mut(&mut open.items).extend(listing.items);
        if let Some(next) = &listing.next {
            if self.listed != Listed::Whole {
                // The first time, people see what has come so far.
                self.items = Arc::clone(&open.items);
            }
            open.next = label(next).into();
            if self.open.len() == OPEN {
                self.open.remove(0);
            }
            self.open.push(open);
            return false;
        }
        let first = self.listed != Listed::Whole;
        let announced = std::mem::take(&mut self.announced);
        if !first {
            let since = if announced {
                Since::Announced
            } else {
                Since::Asked
            };
            let difference = Difference::between(&self.items, &open.items, since, seq);
            self.changes.push(difference);
        }
        self.items = open.items;
        self.listed = Listed::Whole;
        let (pages, (first_seq, since_us)) = open.pages;
        let (freshness, agree) = caching::of_pages(pages);
        self.fresh = freshness.map(|freshness| Fresh {
            freshness,
            seq: first_seq,
            since_us,
            agree,
        });
        first
    }

    /// What the same server listed before it was started again.
    pub(super) fn restarted(&mut self, before: &[Arc<Item>], seq: u64) {
        let difference = Difference::between(before, &self.items, Since::Restart, seq);
        self.changes.push(difference);
    }

    /// No more pages will be asked for.
    pub(super) fn cut(&mut self) {
        if let Some(open) = self.open.pop() {
            self.items = open.items;
        }
        self.listed = Listed::Whole;
    }

    /// The server answered with an error.
    pub(super) fn refused(&mut self, code: i64) {
        if self.listed != Listed::Whole {
            self.listed = Listed::Refused(code);
        }
    }
}
