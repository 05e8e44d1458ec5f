//! What actions mean in a tree.

use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Reply;
use crate::tui::widgets::json_tree::{Place, Tree, TreeState};

/// Whether there is no such thing in text.
pub(super) fn is_of_trees(action: Action) -> bool {
    matches!(
        action,
        Action::ToggleFold
            | Action::FoldAll
            | Action::UnfoldAll
            | Action::FoldLevel
            | Action::FoldLevelDeep
            | Action::UnfoldLevel
            | Action::UnfoldLevelDeep
            | Action::OtherEnd
            | Action::LineMode
            | Action::RowNumbers
            | Action::DecodeString
            | Action::Parent
    ) || level(action).is_some()
}

/// How many levels `z1` to `z9` show.
fn level(action: Action) -> Option<u32> {
    Some(match action {
        Action::FoldAll => 0,
        Action::Level1 => 1,
        Action::Level2 => 2,
        Action::Level3 => 3,
        Action::Level4 => 4,
        Action::Level5 => 5,
        Action::Level6 => 6,
        Action::Level7 => 7,
        Action::Level8 => 8,
        Action::Level9 => 9,
        _ => return None,
    })
}

/// Moves and folds.
pub(super) fn action(tree: &Tree, state: &mut TreeState, action: Action) -> Reply {
    match action {
        Action::Up => state.up(tree, 1),
        Action::Down => state.down(tree, 1),
        Action::PageUp => state.page_up(tree),
        Action::PageDown => state.page_down(tree),
        Action::Top => state.first(tree),
        Action::Bottom => {
            state.last(tree);
            if tree.percent() < 100 {
                return Reply::say(format!(
                    "indexing {} %: the end is not known yet",
                    tree.percent()
                ));
            }
        }
        Action::Centre => state.put(tree, 0.5),
        Action::PlaceTop => state.put(tree, 0.0),
        Action::PlaceBottom => state.put(tree, 1.0),
        Action::Left => {
            if state.is_outermost(tree) && !state.can_fold(tree) {
                return Reply::ignored();
            }
            state.fold_or_parent(tree);
        }
        Action::Right => state.unfold_or_child(tree),
        Action::ToggleFold => state.toggle(tree),
        Action::UnfoldAll => state.fold_to_level(tree, None),
        Action::FoldLevel => state.fold_siblings(tree, true, false),
        Action::FoldLevelDeep => state.fold_siblings(tree, true, true),
        Action::UnfoldLevel => state.fold_siblings(tree, false, false),
        Action::UnfoldLevelDeep => state.fold_siblings(tree, false, true),
        Action::NextSibling => state.next_sibling(tree),
        Action::PreviousSibling => state.previous_sibling(tree),
        Action::OtherEnd => state.other_end(tree),
        Action::LineMode => state.toggle_lines(tree),
        Action::RowNumbers => state.toggle_numbers(),
        Action::Parent => state.parent(tree),
        Action::FindNext => {
            state.find_next(tree);
        }
        Action::FindPrevious => {
            state.find_previous(tree);
        }
        Action::Back if state.found().is_some() => state.clear_find(),
        _ => match level(action) {
            Some(level) => state.fold_to_level(tree, Some(level)),
            None => return Reply::ignored(),
        },
    }
    Reply::done()
}

/// The path of a row, safe to show. Cut where no title has room for it anyway: it is made for every frame.
pub(super) fn path(tree: &Tree, row: &Place) -> String {
    const DEEP: usize = 200;
    const LONG: usize = 400;
    let depth = row.depth();
    if depth > DEEP {
        return format!("{depth} levels deep");
    }
    let path: String = tree.path(row).chars().take(LONG).collect();
    text::sanitize(&path).into_owned()
}
