//! t.
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::pane::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
#[derive(Debug)]
pub struct CataloguePane;
impl CataloguePane {
    pub fn new(_f: Kind) -> Self {
        Self
    }
    pub fn pick(&mut self, _: &str, _: &Ctx<'_>) {}
}
impl Pane for CataloguePane {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Move]
    }
    fn action(&mut self, _: Action, _: &Ctx<'_>) -> Reply {
        Reply::ignored()
    }
    fn place(&mut self, _: Rect, _: &Ctx<'_>) -> Vec<Effect> {
        vec![]
    }
    fn draw(&self, _: Rect, _: &mut Buffer, _: &Ctx<'_>) -> Option<Position> {
        None
    }
}
#[derive(Debug)]
pub enum Kind {
    Tools,
    Resources,
    Prompts,
}
