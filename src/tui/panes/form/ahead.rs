//! Letters on a row of choices, while fields are typed into: they go to the choice that begins with them.
//!
//! Somebody who types on past the last text field means a choice, not an action of that letter.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::menu::SHORT;
use super::widget::{Widget, name_of, value_of};
use super::{FormPane, FormReply, Mode, Side};
use crate::form::schema::{Choice, Kind};
use crate::json::Value;

impl FormPane {
    /// Takes a letter or digit; none where no choice begins with it. Choices that begin alike follow each other.
    pub(super) fn type_ahead(&mut self, key: KeyEvent) -> Option<FormReply> {
        let held = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let KeyCode::Char(letter) = key.code else {
            return None;
        };
        if key.modifiers.intersects(held) || !letter.is_alphanumeric() {
            return None;
        }
        let id = self.focused()?;
        let begins = |name: &str| {
            let first = name.chars().next();
            first.is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
        };
        let of_choice =
            |one: &Choice| begins(&name_of(one)) || value_of(one).is_some_and(|one| begins(&one));
        let node = self.form.node(id);
        match (self.widget()?, node.kind()) {
            (Widget::Boolean, _) => {
                let value = [true, false]
                    .into_iter()
                    .find(|value| begins(&value.to_string()))?;
                let set = self.form.set_value(id, &Value::Bool(value));
                self.edited(true);
                Some(FormReply::of(set))
            }
            // In long lists one goes on typing.
            (Widget::Drop, Kind::Enum(choices)) if choices.len() > SHORT => {
                choices.iter().any(of_choice).then(|| self.in_list(key))
            }
            (Widget::TickList, Kind::Set(set)) => {
                set.choices.iter().any(of_choice).then(|| self.in_list(key))
            }
            (Widget::Radios | Widget::Drop, Kind::Enum(choices)) => {
                let fits: Vec<bool> = choices.iter().map(of_choice).collect();
                let choice = next(&fits, self.form.choice(id))?;
                let chosen = self.form.choose(id, choice);
                self.edited(true);
                Some(FormReply::of(chosen))
            }
            (Widget::Ticks, Kind::Set(set)) => {
                let fits: Vec<bool> = set.choices.iter().map(of_choice).collect();
                self.tick = next(&fits, Some(self.tick))?;
                Some(FormReply::Moved)
            }
            // What is not there comes on purpose only.
            (Widget::Union, Kind::Union(union)) if !self.is_absent(id) => {
                let fits: Vec<bool> = union.variants.iter().map(|one| begins(&one.name)).collect();
                let variant = next(&fits, self.form.variant(id))?;
                let picked = self.form.pick_variant(id, variant);
                self.folded.remove(&id);
                self.edited(true);
                Some(FormReply::of(picked))
            }
            _ => None,
        }
    }

    fn in_list(&mut self, key: KeyEvent) -> FormReply {
        self.open_list();
        self.menu_key(key)
    }

    /// Whether somebody is filling in fields, with the focus on a row that takes no text: a letter there is more
    /// likely meant for a field than for an action.
    pub fn is_between_fields(&self) -> bool {
        self.mode == Mode::Typing
            && self.side == Side::Fields
            && !self.takes_letters()
            && !self.on_run()
    }
}

/// The next that fits behind `here`, round and round.
fn next(fits: &[bool], here: Option<usize>) -> Option<usize> {
    let from = here.map_or(0, |here| here + 1);
    (0..fits.len())
        .map(|step| (from + step) % fits.len())
        .find(|place| fits[*place])
}
