//! One value and its neighbours: found by reading on from the nearest waymark, never more than a few kilobytes.
//!
//! Owns steps between children of one container. Beyond what the index covers there is nothing yet.

use super::index::OPEN;
use super::{Kind, Tree, scan};

/// In `Node::key_len`: an item or the root.
const ITEM: u32 = u32::MAX;

/// A value: where it is, its name or its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// Its first byte.
    pub start: u32,
    /// Where its name is, without quotes.
    key: u32,
    key_len: u32,
    /// Its place among its siblings.
    pub index: u32,
}

impl Node {
    /// Where it begins: a member with the quote of its name.
    pub(super) fn begin(&self) -> u32 {
        if self.key_len == ITEM {
            self.start
        } else {
            self.key - 1
        }
    }

    /// Where its name is, if it is a member.
    pub(super) fn key(&self) -> Option<std::ops::Range<usize>> {
        (self.key_len != ITEM).then(|| self.key as usize..(self.key + self.key_len) as usize)
    }
}

impl Tree {
    /// How far one looks for the end of a value that has no record.
    fn small(&self) -> usize {
        self.index().grain.small
    }

    /// How many items are in a group.
    pub(super) fn group(&self) -> u32 {
        self.index().grain.group
    }

    /// The whole document.
    pub(super) fn root(&self) -> Node {
        Node {
            start: scan::space(self.bytes(), 0) as u32,
            key: 0,
            key_len: ITEM,
            index: 0,
        }
    }

    /// What the value that starts here is.
    pub(super) fn kind_at(&self, start: u32) -> Kind {
        match self.bytes().get(start as usize) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The byte after the value that starts here, if that is known yet.
    pub(super) fn end_at(&self, start: u32) -> Option<u32> {
        let near = (start as usize + self.small() + 1).min(self.index().upto());
        let record = || self.index().record(start).map(|record| record.end);
        let scan = || scan::value_end(self.bytes(), start as usize, near).map(|end| end as u32);
        // Looking a container up is quicker than reading on in a big one, of strings it is the other way round.
        let end = match self.kind_at(start) {
            Kind::Object | Kind::Array => record().or_else(scan),
            _ => scan().or_else(record),
        };
        end.filter(|end| *end != OPEN)
    }

    /// How many children the container that starts here has, and whether that is all; none for scalars.
    pub(super) fn count_at(&self, start: u32) -> (usize, bool) {
        if !matches!(self.kind_at(start), Kind::Object | Kind::Array) {
            return (0, true);
        }
        if let Some(record) = self.index().record(start) {
            return (record.count as usize, record.end != OPEN);
        }
        let near = (start as usize + self.small() + 1).min(self.index().upto());
        match scan::count(self.bytes(), start as usize, near) {
            Some(count) => (count, true),
            None => (usize::from(self.first_child(start).is_some()), false),
        }
    }

    /// Whether the array that starts here is shown in groups.
    pub(super) fn is_grouped(&self, start: u32) -> bool {
        self.bytes().get(start as usize) == Some(&b'[')
            && self
                .index()
                .record(start)
                .is_some_and(|record| record.count > self.group())
    }

    /// The child that begins at `at`, if it is within the index.
    fn child(&self, object: bool, at: usize, index: u32) -> Option<Node> {
        let upto = self.index().upto();
        if !object {
            return (at < upto).then_some(Node {
                start: at as u32,
                key: 0,
                key_len: ITEM,
                index,
            });
        }
        let end = scan::string_end(self.bytes(), at, (at + self.small() + 1).min(upto)).or_else(
            || {
                let record = self.index().record(at as u32)?;
                (record.end != OPEN).then_some(record.end as usize)
            },
        )?;
        let colon = scan::space(self.bytes(), end);
        let start = scan::space(self.bytes(), colon + 1);
        (start < upto).then_some(Node {
            start: start as u32,
            key: at as u32 + 1,
            key_len: (end - at - 2) as u32,
            index,
        })
    }

    /// The first child of the container that starts here.
    pub(super) fn first_child(&self, start: u32) -> Option<Node> {
        let object = match self.kind_at(start) {
            Kind::Object => true,
            Kind::Array => false,
            _ => return None,
        };
        let at = scan::space(self.bytes(), start as usize + 1);
        if at >= self.index().upto() || matches!(self.bytes()[at], b'}' | b']') {
            return None;
        }
        self.child(object, at, 0)
    }

    /// The child after this one.
    pub(super) fn next_child(&self, parent: u32, node: &Node) -> Option<Node> {
        let end = self.end_at(node.start)? as usize;
        let at = scan::space(self.bytes(), end);
        if at >= self.index().upto() || self.bytes()[at] != b',' {
            return None;
        }
        let at = scan::space(self.bytes(), at + 1);
        let object = self.kind_at(parent) == Kind::Object;
        self.child(object, at, node.index + 1)
    }

    /// The last child from `from` on for which `goes_on` holds for every one passed.
    fn walk(&self, parent: u32, from: Node, goes_on: impl Fn(&Node) -> bool) -> Node {
        let mut at = from;
        while let Some(next) = self.next_child(parent, &at) {
            if !goes_on(&next) {
                break;
            }
            at = next;
        }
        at
    }

    /// The last waymark that `is_before` holds for, else the first child.
    fn waymark(
        &self,
        parent: u32,
        is_before: impl Fn(&super::index::Mark) -> bool,
    ) -> Option<Node> {
        if let Some(record) = self.index().record(parent) {
            let marks = self.index().marks_of(record);
            let after = marks.partition_point(is_before);
            let object = self.kind_at(parent) == Kind::Object;
            // The name of the very last one may not be whole yet.
            let child = marks[..after]
                .iter()
                .rev()
                .take(2)
                .find_map(|mark| self.child(object, mark.at as usize, mark.index));
            if child.is_some() {
                return child;
            }
        }
        self.first_child(parent)
    }

    /// The last child that begins at or before this byte.
    pub(super) fn child_holding(&self, parent: u32, byte: u32) -> Option<Node> {
        let from = self.waymark(parent, |mark| mark.at <= byte)?;
        (from.begin() <= byte).then(|| self.walk(parent, from, |node| node.begin() <= byte))
    }

    /// The child before this one.
    pub(super) fn previous_child(&self, parent: u32, node: &Node) -> Option<Node> {
        let byte = node.begin().checked_sub(1)?;
        self.child_holding(parent, byte)
    }

    /// The child with this place, if it is known yet.
    pub(super) fn nth_child(&self, parent: u32, index: u32) -> Option<Node> {
        let from = self.waymark(parent, |mark| mark.index <= index)?;
        let node = self.walk(parent, from, |node| node.index <= index);
        (node.index == index).then_some(node)
    }

    /// The last child that is known yet.
    pub(super) fn last_child(&self, parent: u32) -> Option<Node> {
        let from = self.waymark(parent, |_| true)?;
        Some(self.walk(parent, from, |_| true))
    }

    /// How many values of the document begin before this byte.
    pub(super) fn rows_before(&self, byte: u32) -> usize {
        // The last waymark on the way down is the nearest; from there on all is small and counted.
        let mut node = self.root();
        let (mut rows, mut from) = (0, node.start as usize);
        while let Some(record) = self.index().record(node.start) {
            let marks = self.index().marks_of(record);
            let after = marks.partition_point(|mark| mark.at <= byte);
            if let Some(mark) = after.checked_sub(1).map(|last| marks[last]) {
                (rows, from) = (mark.rows as usize, mark.at as usize);
            }
            match self.child_holding(node.start, byte) {
                Some(child) => node = child,
                None => break,
            }
        }
        rows + scan::values(self.bytes(), from, byte as usize)
    }
}
