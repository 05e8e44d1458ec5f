//! Which session the events are for that do not say so. One row a kind; nothing is done here.

use crate::tui::event::{Event, Stored};

/// Which session an event is for that does not say so itself.
pub(super) enum Whose {
    /// The one that is looked at: what somebody does, and what only says something.
    Shown,
    /// The one the program began with: its engine, and who reads its file.
    First,
    /// Either: who asked is known by a number.
    Both,
}

/// Tells it.
pub(super) const fn whose(event: &Event) -> Whose {
    match event {
        Event::Key(_)
        | Event::Paste(_)
        | Event::Mouse(_)
        | Event::Resize(..)
        | Event::Second
        | Event::Back
        | Event::Edited { .. }
        | Event::ToTerminal { .. }
        | Event::ToCopy { .. }
        | Event::ToPrint(_)
        | Event::Copied(_)
        | Event::Browsed { .. }
        | Event::Exporting { .. }
        | Event::Failed(_)
        | Event::Taps(_)
        | Event::Library(_)
        | Event::Stored(Stored::NotKept(_)) => Whose::Shown,
        Event::Stored(_) | Event::Validated { .. } | Event::Sifted { .. } => Whose::Both,
        _ => Whose::First,
    }
}
