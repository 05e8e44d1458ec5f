//! A session that is not looked at: everything of the model that is about one session, put aside for another.
//!
//! The live session goes on underneath an opened file: what it tells is taken with the two exchanged for that long.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Keeping, Model, Notices, Panes};
use crate::lint::findings::Findings;
use crate::session::marks::Marks;
use crate::session::timeline::Timeline;
use crate::tui::action::Action;
use crate::tui::pane::{Reach, Server, View};
use crate::tui::previews::Previews;
use crate::tui::replay::Replay;

/// See the module.
#[derive(Debug)]
pub struct Aside {
    /// Its number: 0 is what the program began with.
    pub session: u32,
    /// Its fold.
    pub timeline: Arc<Timeline>,
    servers: Vec<Server>,
    current: usize,
    reach: Reach,
    live: bool,
    opened: Option<PathBuf>,
    previews: Previews,
    marks: Marks,
    /// What is wrong with it.
    pub lint: Findings,
    panes: Panes,
    view: View,
    last_view: View,
    /// Where it is kept.
    pub keeping: Keeping,
    trouble: Option<(u64, String)>,
    notices: Notices,
    replay: Replay,
    jumped_from: Option<u64>,
}

impl Aside {
    /// A recording of which nothing is read yet.
    pub fn recording(session: u32, keeping: Keeping, marks: Marks, panes: Panes) -> Self {
        Self {
            session,
            timeline: Arc::default(),
            servers: Vec::new(),
            current: 0,
            reach: Reach::default(),
            live: false,
            opened: keeping.opened(),
            previews: Previews::default(),
            marks,
            lint: Findings::default(),
            panes,
            view: View::Traffic,
            last_view: View::Sessions,
            keeping,
            trouble: None,
            notices: Notices::default(),
            replay: Replay::default(),
            jumped_from: None,
        }
    }

    /// The file it is recorded in.
    pub fn recorded(&self) -> Option<&PathBuf> {
        match &self.keeping {
            Keeping::Recording { path, .. } => Some(path),
            Keeping::Unrecorded | Keeping::Opened { .. } => None,
        }
    }

    /// Whether something can be sent there.
    pub const fn is_live(&self) -> bool {
        self.live
    }
}

impl Model {
    /// Why an action of a recording does nothing now, if so.
    pub(super) fn why_no_replay(&self, action: Action) -> Option<String> {
        if self.world.live {
            return Some("this is the session of now, not a recording".to_owned());
        }
        match action {
            Action::ReplayLeave if self.aside.is_none() => {
                Some("nothing is underneath: mcpscope was started with this file".to_owned())
            }
            Action::ReplayNextMark | Action::ReplayPreviousMark if self.world.marks.is_empty() => {
                let key = self.world.keys.word(Action::Mark);
                Some(format!("nothing is marked; {key} and a letter do that"))
            }
            _ => None,
        }
    }

    /// Why an action of a tap does nothing now, if so.
    pub(super) fn why_no_tap(&self, action: Action) -> Option<String> {
        let Some(tap) = self.world.tap() else {
            // What was sent stays there to be compared.
            let ended = action != Action::CompareOurs;
            return ended.then(|| "the tap that recorded this has ended".to_owned());
        };
        match action {
            Action::HeldFrames | Action::ReleaseAll
                if self.world.timeline.state().tap.held().is_empty() =>
            {
                let key = self.world.keys.word(Action::HoldFrames);
                Some(format!("nothing is held; {key} does that"))
            }
            Action::ClearRules if self.world.timeline.state().tap.rules().is_empty() => {
                Some("there are no rules".to_owned())
            }
            Action::HoldFrames | Action::BreakFrames if tap.control.is_none() => {
                Some("this tap has no socket to be told by".to_owned())
            }
            _ => None,
        }
    }

    /// What the row of a recording says of the session underneath.
    pub fn underneath(&self) -> String {
        let Some(aside) = &self.aside else {
            return String::new();
        };
        let leave = self.world.keys.word(Action::ReplayLeave);
        if !aside.is_live() {
            return format!("{leave} back");
        }
        let asked = match aside.timeline.questions().waiting().count() {
            0 => String::new(),
            count => format!(" (inbox {count})"),
        };
        // What is looked on at is live too.
        let to = if self.world.tap().is_some() {
            ""
        } else {
            " to live"
        };
        format!("{leave} back{to}{asked}")
    }

    /// Exchanges what is looked at and `other`. The list of sessions is the same for both and stays in sight.
    pub fn exchange(&mut self, other: &mut Aside) {
        use std::mem::swap;
        let Aside {
            session,
            timeline,
            servers,
            current,
            reach,
            live,
            opened,
            previews,
            marks,
            lint,
            panes,
            view,
            last_view,
            keeping,
            trouble,
            notices,
            replay,
            jumped_from,
        } = other;
        swap(&mut self.session, session);
        swap(&mut self.world.timeline, timeline);
        swap(&mut self.world.servers, servers);
        swap(&mut self.world.current, current);
        swap(&mut self.world.reach, reach);
        swap(&mut self.world.live, live);
        swap(&mut self.world.opened, opened);
        swap(&mut self.world.previews, previews);
        swap(&mut self.world.marks, marks);
        swap(&mut self.world.lint, lint);
        swap(&mut self.panes, panes);
        swap(&mut self.panes.sessions, &mut panes.sessions);
        swap(&mut self.view, view);
        swap(&mut self.last_view, last_view);
        swap(&mut self.keeping, keeping);
        swap(&mut self.trouble, trouble);
        swap(&mut self.notices, notices);
        swap(&mut self.replay, replay);
        swap(&mut self.jumped_from, jumped_from);
    }
}
