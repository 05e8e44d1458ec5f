//! One of a server's lists: what it holds, how far it has come, how fresh it is, and what changed in it.

use std::sync::Arc;

use super::changes::{Changes, Difference, Since};
use crate::mcp::caching::{self, Freshness};
use crate::mcp::facts::Listing;
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
    #[serde(with = "crate::pack::shared::list")]
    building: Arc<Vec<Arc<Item>>>,
    /// What the pages so far say of their freshness, and with which entry and when the first came.
    pages: (Vec<Option<Freshness>>, (u64, u64)),
}

impl Catalogue {
    /// A request for it was sent; `first` without a cursor.
    pub(super) fn asked(&mut self, first: bool) {
        if first {
            self.building = Arc::default();
            self.pages = (Vec::new(), (0, 0));
        }
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

    /// A page came with entry `seq` at `us`; gives whether with it the list is whole for the first time.
    pub(super) fn page(
        &mut self,
        listing: Listing,
        freshness: Option<Freshness>,
        (seq, us): (u64, u64),
    ) -> bool {
        if self.pages.0.is_empty() {
            self.pages.1 = (seq, us);
        }
        self.pages.0.push(freshness);
        Arc::make_mut(&mut self.building).extend(listing.items);
        if listing.next.is_some() {
            if self.listed != Listed::Whole {
                // The first time, people see what has come so far.
                self.items = Arc::clone(&self.building);
            }
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
            let difference = Difference::between(&self.items, &self.building, since, seq);
            self.changes.push(difference);
        }
        self.items = std::mem::take(&mut self.building);
        self.listed = Listed::Whole;
        let (pages, (first_seq, since_us)) = std::mem::take(&mut self.pages);
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
        if !self.building.is_empty() {
            self.items = std::mem::take(&mut self.building);
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
