//! How long a server says that a result stays fresh (2026-07-28, `server/utilities/caching`).
//!
//! mcpscope shows it and never goes by it: whoever looks at a server wants to see what it answers now, so every
//! request is sent, and there is nothing to bypass. That keeps all rules of caching at once: nothing is kept beyond
//! the screen, so nothing private can reach another login, and no notification can come too late for what was kept.

use std::time::Duration;

use crate::json;

/// The longest time that is told; what a server says beyond it is as good as for ever.
const LONGEST_MS: u64 = 366 * 24 * 3600 * 1000;

/// Who may share a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Scope {
    /// `public`: everybody.
    Public,
    /// `private`: only who was authorized for it.
    Private,
    /// Nothing was said, or a word the protocol does not have.
    Unsaid,
}

/// What a result says of its freshness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Freshness {
    /// `ttlMs`; a negative one counts as 0, one that is no integer is none.
    pub ttl_ms: u64,
    /// `cacheScope`
    pub scope: Scope,
}

impl Freshness {
    /// Reads `ttlMs` and `cacheScope` of a result; none when the server says neither.
    pub fn read(ttl: Option<&[u8]>, scope: Option<&[u8]>) -> Option<Self> {
        let ttl_ms = ttl.and_then(json::integer);
        let said = scope.and_then(json::string);
        if ttl_ms.is_none() && said.is_none() {
            return None;
        }
        Some(Self {
            ttl_ms: u64::try_from(ttl_ms.unwrap_or(0))
                .unwrap_or(0)
                .min(LONGEST_MS),
            scope: match said.as_deref() {
                Some("public") => Scope::Public,
                Some("private") => Scope::Private,
                _ => Scope::Unsaid,
            },
        })
    }

    /// How long it is fresh yet, `age` after it came; none when it is stale. At its very end it is.
    pub fn left(self, age: Duration) -> Option<Duration> {
        Duration::from_millis(self.ttl_ms)
            .checked_sub(age)
            .filter(|left| !left.is_zero())
    }

    /// Who may share it, in a word; nothing when nothing was said.
    pub const fn sharing(self) -> &'static str {
        match self.scope {
            Scope::Public => "public",
            Scope::Private => "private",
            Scope::Unsaid => "",
        }
    }
}

/// How fresh a list of several pages is: as its least fresh page. Told with whether they agree on the scope, as they
/// must.
pub fn of_pages(pages: impl IntoIterator<Item = Option<Freshness>>) -> (Option<Freshness>, bool) {
    let mut pages = pages.into_iter();
    let Some(first) = pages.next() else {
        return (None, true);
    };
    pages.fold((first, true), |(whole, agree), page| {
        let least = match (whole, page) {
            (Some(one), Some(other)) => Some(Freshness {
                ttl_ms: one.ttl_ms.min(other.ttl_ms),
                scope: one.scope,
            }),
            // A page that says nothing is stale at once.
            _ => None,
        };
        let scope = |page: Option<Freshness>| page.map_or(Scope::Unsaid, |page| page.scope);
        (least, agree && scope(whole) == scope(page))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(ttl: &str, scope: &str) -> Option<Freshness> {
        let raw = |text: &'static str| (!text.is_empty()).then_some(text.as_bytes());
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        Freshness::read(raw(leak(ttl)), raw(leak(scope)))
    }

    #[test]
    fn obligation_19_a_result_is_fresh_until_its_time_is_over() {
        let fresh = read("1000", "\"private\"").unwrap();
        assert_eq!(
            fresh.left(Duration::from_millis(999)),
            Some(Duration::from_millis(1))
        );
        assert_eq!(
            fresh.left(Duration::from_secs(1)),
            None,
            "now < received + ttl"
        );
        assert_eq!(fresh.left(Duration::MAX), None);
        assert_eq!(fresh.sharing(), "private");
    }

    #[test]
    fn obligation_19_odd_times_count_as_none() {
        assert_eq!(read("", ""), None);
        for odd in ["-5", "0", "1.5", "\"60\"", "null"] {
            let fresh = read(odd, "\"public\"").unwrap();
            assert_eq!(fresh.left(Duration::ZERO), None, "{odd}");
        }
        let long = read(&i64::MAX.to_string(), "").unwrap();
        assert_eq!(long.ttl_ms, LONGEST_MS);
        assert_eq!(read("5", "\"shared\"").unwrap().scope, Scope::Unsaid);
    }

    #[test]
    fn obligation_19_a_list_is_as_fresh_as_its_least_fresh_page() {
        let (whole, agree) = of_pages([read("9", "\"public\""), read("5", "\"public\"")]);
        assert_eq!((whole.unwrap().ttl_ms, agree), (5, true));
        let (whole, agree) = of_pages([read("9", "\"public\""), read("5", "\"private\"")]);
        assert_eq!((whole.unwrap().ttl_ms, agree), (5, false));
        assert_eq!(of_pages([read("9", "\"public\""), None]), (None, false));
        assert_eq!(of_pages([]), (None, true));
    }
}
