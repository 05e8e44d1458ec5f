//! Following what a document leads to, and going back.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Viewer;
use super::page::Page;
use crate::text;
use crate::tui::action::Scope;
use crate::tui::effect::{Effect, Source, Subject};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::spot::{Held, Spot, Target};

/// So many documents are kept to go back to; the oldest are forgotten.
const KEPT: usize = 16;

/// Documents that were left by a link, the newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail(Vec<Left>);

#[derive(Debug, Clone)]
struct Left {
    subject: Option<Subject>,
    pages: Vec<Page>,
    active: usize,
    /// What was followed; sanitised.
    link: String,
}

impl Viewer {
    /// Whether the document shown has spots to go to.
    pub fn has_spots(&self) -> bool {
        self.page().is_some_and(|page| !page.spots().is_empty())
    }

    /// Whether something is shown that a link led to, and not what was there before.
    pub fn has_followed(&self) -> bool {
        let embedded = matches!(self.subject, Some(Subject::Embedded { .. }));
        !self.trail.0.is_empty() && !embedded
    }

    /// The scope of what is shown now, inside that of documents: a table, blocks.
    pub fn inner_scope(&self) -> Option<Scope> {
        if self.page().is_some_and(Page::is_table) {
            Some(Scope::Table)
        } else {
            self.has_spots().then_some(Scope::Content)
        }
    }

    /// The spot that is looked at: a block, a link.
    pub fn spot(&self) -> Option<&Spot> {
        self.page()?.spot(self.inner())
    }

    /// The URI of the resource that Enter should read; reading it is the pane's.
    pub fn link(&self) -> Option<&str> {
        match &self.spot()?.target {
            Target::Resource(uri) => Some(uri),
            _ => None,
        }
    }

    /// The address of a page that the spot looked at leads to, for a browser: only ever after asking.
    pub fn page_address(&self) -> Option<&str> {
        let url = match &self.spot()?.target {
            Target::Page(url) | Target::Resource(url) => url,
            Target::Nothing | Target::Block(_) | Target::Tab(_) => return None,
        };
        let scheme = url.split_once(':')?.0.to_ascii_lowercase();
        matches!(&*scheme, "http" | "https").then_some(url)
    }

    /// What the spot looked at stands for, to be saved, opened or given to another program; of a tab with bytes, those.
    pub fn held(&self) -> Option<Held> {
        if let Some(spot) = self.spot() {
            return spot.held.clone();
        }
        let shown = self.page()?.name();
        let spots = self.pages.iter().flat_map(Page::spots);
        let leads_here = |spot: &&Spot| matches!(&spot.target, Target::Tab(name) if name == shown);
        spots
            .filter(|spot| spot.held.is_some())
            .find(leads_here)
            .and_then(|spot| spot.held.clone())
    }

    pub(super) fn why_not_follow(&self) -> Option<String> {
        match self.spot().map(|spot| &spot.target) {
            None => Some("There is no block here.".to_owned()),
            Some(Target::Nothing) => {
                Some("There is nothing behind this: it is all here.".to_owned())
            }
            Some(Target::Page(url)) => {
                Some(format!("A page outside, o asks: {}", text::sanitize(url)))
            }
            Some(_) => None,
        }
    }

    /// Goes to what is behind the spot looked at. Links to resources are read by the pane, which then calls
    /// [`enter`](Self::enter).
    pub(super) fn follow(&mut self, ctx: &Ctx<'_>) -> Reply {
        match self.spot().map(|spot| spot.target.clone()) {
            Some(Target::Tab(name)) => {
                if let Some(tab) = self.pages.iter().position(|page| page.name() == name) {
                    self.choose(tab);
                }
                Reply::done()
            }
            Some(Target::Block(block)) => match self.subject.as_ref().and_then(embedding) {
                Some((source, prompt)) => {
                    let embedded = Subject::Embedded {
                        source,
                        prompt,
                        block,
                    };
                    let effect = self.enter(embedded, "embedded resource", ctx);
                    Reply::effect(effect)
                }
                None => Reply::ignored(),
            },
            _ => Reply::ignored(),
        }
    }

    /// Shows what a link leads to: gives the effect that builds it. Going back shows what was shown before.
    pub fn enter(&mut self, subject: Subject, link: &str, ctx: &Ctx<'_>) -> Effect {
        let left = Left {
            subject: self.subject.take(),
            pages: std::mem::take(&mut self.pages),
            active: self.active,
            link: text::sanitize(link).into_owned(),
        };
        self.trail.0.push(left);
        if self.trail.0.len() > KEPT {
            self.trail.0.remove(0);
        }
        self.active = 0;
        self.find = None;
        self.finding = None;
        self.forget_asides();
        self.problem = None;
        self.ask(subject, ctx)
    }

    /// Back to what the last link was followed from. False if none was.
    pub(super) fn go_back(&mut self) -> bool {
        let Some(left) = self.trail.0.pop() else {
            return false;
        };
        self.subject = left.subject;
        self.pages = left.pages;
        self.active = left.active;
        self.asked = None;
        self.finding = None;
        self.forget_asides();
        self.problem = None;
        self.settle();
        true
    }

    /// Rows of the line that says where one is.
    pub(super) fn crumb_rows(&self) -> u16 {
        u16::from(!self.trail.0.is_empty())
    }

    pub(super) fn draw_crumb(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let y = area.y + self.rows_above();
        let Some(left) = self.trail.0.last().filter(|_| y + 1 < area.bottom()) else {
            return;
        };
        let width = usize::from(area.width);
        let line = format!("Esc ‹ {}", left.link);
        buf.set_stringn(
            area.x,
            y,
            text::fit(&line, width),
            width,
            theme.style(Role::TextMuted),
        );
    }
}

/// The answer whose blocks a document shows, and whether it is one to `prompts/get`.
fn embedding(subject: &Subject) -> Option<(Source, bool)> {
    match subject {
        Subject::ToolResult(source, _) => Some((*source, false)),
        Subject::PromptResult(source) => Some((*source, true)),
        _ => None,
    }
}
