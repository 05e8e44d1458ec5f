//! One cursor for all tabs of the same frame: where one stands in the tree is lit in the bytes, and the other way
//! round. Bytes are counted from the beginning of the frame.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::Viewer;
use super::page::Page;
use crate::tui::action::Action;
use crate::tui::effect::Subject;
use crate::tui::payload::TabBody;

/// Before the request in the tree of both, and between it and the answer.
const BEFORE: usize = "{\"request\":".len();
const BETWEEN: usize = ",\"response\":".len();

/// Frames of more bytes are not linked: only a part of them is shown as text.
const LONGEST: usize = 16 << 20;

/// A frame of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// There is one.
    Only,
    /// That of the request.
    Request,
    /// That of the answer.
    Response,
}

/// Where a frame begins on a page, and how long it is there.
#[derive(Debug, Clone, Copy)]
struct Part {
    frame: Frame,
    start: usize,
    length: usize,
}

fn size(page: &Page) -> usize {
    match page.body() {
        TabBody::Tree(tree) => tree.bytes().len(),
        TabBody::Text(document) | TabBody::Bytes(document) => document.bytes().len(),
    }
}

impl Viewer {
    fn page_named(&self, name: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.name() == name)
    }

    /// The frames a page shows whole, by where they are on it.
    fn parts(&self, page: &Page) -> Vec<Part> {
        let of_traffic = matches!(
            self.subject,
            Some(Subject::Messages { .. } | Subject::Http { .. } | Subject::Row { .. })
        );
        let length = size(page);
        if !of_traffic || length > LONGEST {
            return Vec::new();
        }
        let one = |frame| {
            vec![Part {
                frame,
                start: 0,
                length,
            }]
        };
        let request = |name: &str| self.page_named(name).map_or(0, size);
        let two = |before: usize, first: usize, between: usize| {
            let second = before + first + between;
            vec![
                Part {
                    frame: Frame::Request,
                    start: before,
                    length: first,
                },
                Part {
                    frame: Frame::Response,
                    start: second,
                    length: length.saturating_sub(second),
                },
            ]
        };
        match page.name() {
            "JSON" | "Raw" => one(Frame::Only),
            "Request" | "Raw request" => one(Frame::Request),
            "Response" | "Raw response" => one(Frame::Response),
            "Hex" if self.page_named("Raw").is_some() => one(Frame::Only),
            "Hex" => two(0, request("Raw request"), 0),
            "Both" => two(BEFORE, request("Request"), BETWEEN),
            _ => Vec::new(),
        }
    }

    /// Bytes of a page as bytes of a frame.
    fn in_frame(&self, page: &Page, bytes: &Range<usize>) -> Option<(Frame, Range<usize>)> {
        let parts = self.parts(page);
        let part = parts
            .iter()
            .rfind(|part| (part.start..part.start + part.length).contains(&bytes.start))?;
        let back = |byte: usize| byte.saturating_sub(part.start).min(part.length);
        Some((part.frame, back(bytes.start)..back(bytes.end)))
    }

    /// Bytes of a frame as bytes of a page.
    fn on_page(&self, page: &Page, frame: Frame, bytes: &Range<usize>) -> Option<Range<usize>> {
        let parts = self.parts(page);
        let part = parts.iter().find(|part| part.frame == frame)?;
        (bytes.end <= part.length).then(|| part.start + bytes.start..part.start + bytes.end)
    }

    /// Leaves a page: where it stands in its frame is remembered, across tabs of other frames and of none.
    fn leave(&mut self, before: usize) {
        let inner = self.inner();
        let place = || {
            let page = self.pages.get(before)?;
            self.in_frame(page, &page.focus(inner)?)
        };
        if let Some((frame, bytes)) = place() {
            self.stood.retain(|(other, _)| *other != frame);
            self.stood.push((frame, bytes));
        }
    }

    /// The tab that is shown stands where the last one stood that shows the same frame.
    pub(super) fn follow_from(&mut self, before: usize) {
        self.leave(before);
        let place = |page: &Page| {
            let stood = self.stood.iter().rev();
            let mut places = stood.filter_map(|(frame, bytes)| self.on_page(page, *frame, bytes));
            places.next()
        };
        let inner = self.inner();
        if let Some(bytes) = self.pages.get(self.active).and_then(place) {
            self.pages[self.active].stand_at(bytes, inner);
        }
    }

    /// The tree of the frame that the bytes on screen belong to.
    fn tree_of(&self, bytes: &Range<usize>) -> Option<usize> {
        let page = self.pages.get(self.active)?;
        if matches!(page.body(), TabBody::Tree(_)) {
            return None;
        }
        let (frame, _) = self.in_frame(page, bytes)?;
        self.pages.iter().position(|other| {
            matches!(other.body(), TabBody::Tree(_))
                && other.name() != "Both"
                && self.parts(other).iter().any(|part| part.frame == frame)
        })
    }

    /// Whether an action moves from value to value while bytes are shown.
    pub(super) fn moves_in_bytes(&self, action: Action) -> bool {
        let found = || {
            let page = self.pages.get(self.active)?;
            let focus = page.focus(self.inner()).unwrap_or(0..1);
            self.tree_of(&focus)
        };
        self.query.is_none()
            && self.output.is_none()
            && matches!(
                action,
                Action::NextSibling | Action::PreviousSibling | Action::Parent
            )
            && found().is_some()
    }

    /// Moves from value to value while bytes are shown; false if there is no tree of them.
    pub(super) fn move_in_bytes(&mut self, action: Action) -> bool {
        if !self.moves_in_bytes(action) {
            return false;
        }
        let (inner, wrap, shown) = (self.inner(), self.wrap, self.active);
        let found = || {
            let focus = self.pages.get(shown)?.focus(inner).unwrap_or(0..1);
            Some((self.tree_of(&focus)?, focus))
        };
        let Some((tree, focus)) = found() else {
            return false;
        };
        let standing = self
            .in_frame(&self.pages[shown], &focus)
            .and_then(|(frame, bytes)| self.on_page(&self.pages[tree], frame, &bytes));
        let page = &mut self.pages[tree];
        page.settle(inner, wrap);
        if let Some(bytes) = standing {
            page.stand_at(bytes, inner);
        }
        let moved = page.move_in_tree(action);
        self.follow_from(tree);
        moved
    }

    /// Lights the value whose byte was clicked; false where no bytes are.
    pub(super) fn click_byte(&mut self, at: Position, area: Rect) -> bool {
        let (wrap, shown) = (self.wrap, self.active);
        let found = || {
            let page = self.pages.get(shown)?;
            let byte = page.byte_at(at, area)?;
            let (frame, bytes) = self.in_frame(page, &(byte..byte + 1))?;
            Some((self.tree_of(&(byte..byte + 1))?, frame, bytes))
        };
        let Some((tree, frame, bytes)) = found() else {
            return false;
        };
        self.pages[tree].settle(area, wrap);
        let span = self.pages[tree].span_at(bytes.start).unwrap_or(bytes);
        self.pages[tree].stand_at(span.clone(), area);
        if let Some(bytes) = self.on_page(&self.pages[shown], frame, &span) {
            self.pages[shown].stand_at(bytes, area);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::Action;
    use crate::tui::effect::Effect;
    use crate::tui::event::Event;
    use crate::tui::pane::Pane as _;
    use crate::tui::panes::stream::fixture::{Stage, clock};
    use crate::tui::panes::traffic::Traffic;
    use crate::tui::payload::{Around, Tab, with_around};
    use crate::tui::widgets::json_tree::Tree;
    use crate::tui::widgets::plain::Document;

    const ASKED: &str = r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":[1,"two"]}}"#;
    const ANSWER: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"b":{"c":3}}}"#;

    fn tabs() -> Vec<Tab> {
        let tree = |name: &str, text: &str| Tab {
            name: name.to_owned(),
            body: TabBody::Tree(Tree::parse(text.as_bytes()).expect("JSON").into()),
        };
        let raw = |text: &str| Document::new(format!("{text}\n").into_bytes());
        let text = |name: &str, raw: Document| Tab {
            name: name.to_owned(),
            body: TabBody::Text(raw.into()),
        };
        let tabs = vec![
            tree("Request", ASKED),
            tree("Response", ANSWER),
            tree(
                "Both",
                &format!("{{\"request\":{ASKED},\"response\":{ANSWER}}}"),
            ),
            text("Raw request", raw(ASKED)),
            text("Raw response", raw(ANSWER)),
            Tab {
                name: "Hex".to_owned(),
                body: TabBody::Bytes(
                    Document::new(format!("{ASKED}\n{ANSWER}\n").into_bytes()).into(),
                ),
            },
        ];
        with_around(tabs, &Around::default(), &[])
    }

    /// The view with these tabs open, and the keys in them.
    fn open(stage: &Stage) -> Traffic {
        let mut pane = Traffic::new(clock(), false);
        let built = stage
            .show(&mut pane, 120, 40)
            .2
            .into_iter()
            .find_map(|effect| match effect {
                Effect::Build { viewer, .. } => Some(viewer),
                _ => None,
            });
        let viewer = built.expect("the row is looked at");
        let tabs = Ok(tabs());
        pane.event(&Event::Built { viewer, tabs }, &stage.ctx());
        pane.action(Action::OpenRow, &stage.ctx());
        pane
    }

    fn screen(stage: &Stage, pane: &mut Traffic) -> String {
        stage.show(pane, 120, 40).0
    }

    #[test]
    fn one_cursor_for_tree_and_bytes() {
        let stage = Stage::of(&[&format!("> {ASKED}"), &format!("< {ANSWER}")]);
        let mut pane = open(&stage);
        let act = |pane: &mut Traffic, actions: &[Action]| {
            for action in actions {
                assert_eq!(pane.why_not(*action, &stage.ctx()), None, "{action:?}");
                pane.action(*action, &stage.ctx());
                stage.show(pane, 120, 40);
            }
        };
        // In the answer, to what is inside it; the cursor of the bytes stands at the same value.
        act(
            &mut pane,
            &[Action::NextTab, Action::Down, Action::Down, Action::Down],
        );
        let shown = screen(&stage, &mut pane);
        assert!(shown.contains("$.result.b"), "{shown}");
        act(&mut pane, &[Action::NextTab]);
        let shown = screen(&stage, &mut pane);
        assert!(shown.contains("$.response.result.b"), "both: {shown}");
        act(&mut pane, &[Action::NextTab; 4]);
        let at = |pane: &mut Traffic| {
            let (screen, cursor, _) = stage.show(pane, 120, 40);
            let cursor = cursor.expect("a cursor");
            let line: Vec<char> = screen
                .lines()
                .nth(cursor.y.into())
                .unwrap_or_default()
                .chars()
                .collect();
            let from = usize::from(cursor.x);
            line[from..from + 2].iter().collect::<String>()
        };
        assert!(
            screen(&stage, &mut pane).contains("[Hex]"),
            "{}",
            screen(&stage, &mut pane)
        );
        assert_eq!(at(&mut pane), "7b", "the brace of b");
        // Moving among the values of the bytes moves in the tree, and back there it stands.
        act(&mut pane, &[Action::Parent]);
        assert_eq!(
            at(&mut pane),
            "7b",
            "the brace of the result: {}",
            screen(&stage, &mut pane)
        );
        act(&mut pane, &[Action::PreviousSibling]);
        assert_eq!(at(&mut pane), "31", "the 1 of the id");
        act(&mut pane, &[Action::PreviousTab; 5]);
        let shown = screen(&stage, &mut pane);
        assert!(
            shown.contains("[Response]") && shown.contains("$.id"),
            "{shown}"
        );
    }

    #[test]
    fn a_click_on_a_byte_is_a_click_on_its_value() {
        let stage = Stage::of(&[&format!("> {ASKED}"), &format!("< {ANSWER}")]);
        let mut pane = open(&stage);
        pane.action(Action::PreviousTab, &stage.ctx());
        while !screen(&stage, &mut pane).contains("[Hex]") {
            pane.action(Action::PreviousTab, &stage.ctx());
        }
        let (shown, cursor, _) = stage.show(&mut pane, 120, 40);
        let top = cursor.expect("a cursor").y;
        // `"two"` is at byte 54 of the request.
        let byte = ASKED.find("two").expect("there") as u16;
        let (row, column) = (byte / 16, byte % 16);
        let x = 10 + column * 3 + u16::from(column >= 8);
        let first = shown
            .lines()
            .position(|line| line.starts_with("00000000"))
            .expect("hex") as u16;
        assert!(top >= first);
        pane.click(Position::new(x, first + row), false, &stage.ctx());
        while !screen(&stage, &mut pane).contains("[Request]") {
            pane.action(Action::NextTab, &stage.ctx());
        }
        let shown = screen(&stage, &mut pane);
        assert!(shown.contains("$.params.a[1]"), "{shown}");
    }
}
