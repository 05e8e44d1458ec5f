//! Members of objects, found once and asked for often: what is in them may be large.

use std::borrow::Cow;

use crate::json;

/// The members of one object; of anything else there are none.
pub(super) struct Members<'a> {
    pub(super) raw: &'a [u8],
    list: Vec<(Cow<'a, str>, &'a [u8])>,
}

impl<'a> Members<'a> {
    pub(super) fn of(raw: &'a [u8]) -> Self {
        Self {
            raw,
            list: json::members(raw).collect(),
        }
    }

    /// The raw value of a member: of several with the name that of the last.
    pub(super) fn get(&self, name: &str) -> Option<&'a [u8]> {
        let found = self.list.iter().rev().find(|(other, _)| other == name);
        found.map(|(_, value)| *value)
    }

    /// A member that is a string, decoded.
    pub(super) fn string(&self, name: &str) -> Option<String> {
        self.get(name).and_then(json::string)
    }
}

/// A block of content.
pub(super) struct Block<'a> {
    pub(super) own: Members<'a>,
    /// Those of the resource that is embedded in it.
    pub(super) resource: Option<Members<'a>>,
}

impl<'a> Block<'a> {
    pub(super) fn of(raw: &'a [u8]) -> Self {
        let own = Members::of(raw);
        Self {
            resource: own.get("resource").map(Members::of),
            own,
        }
    }

    /// Of the resource, or of the block when nothing is embedded.
    pub(super) fn inner(&self) -> &Members<'a> {
        self.resource.as_ref().unwrap_or(&self.own)
    }
}
