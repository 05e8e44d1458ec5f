//! Presets: arguments with a name, saved from a form and put back into it.

use super::CataloguePane;
use super::listing::Key;
use super::prompt::Prompt;
use super::shelf::{Goods, Shelf};
use crate::presets::{Owner, Place};
use crate::text;
use crate::tui::effect::{Effect, Store};
use crate::tui::event::{PresetUnsaved, Stored};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::widgets::input::LineInput;

/// A preset that is being written.
#[derive(Debug)]
pub struct Saving {
    asker: u64,
    key: Key,
    name: String,
    place: Place,
}

impl CataloguePane {
    /// Whose the presets of an item are.
    pub(super) fn owner(&self, key: &Key, ctx: &Ctx<'_>) -> Option<Owner> {
        Some(Owner {
            server: Self::identity(&key.server, ctx)?.name,
            callee: self.works.get(key)?.callee(key)?,
        })
    }

    /// Opens the list of presets.
    pub(super) fn open_presets(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_nothing_kept(ctx) {
            return Reply::say(why);
        }
        match self.key() {
            Some(key) => self.presets_of(key, ctx),
            None => Reply::ignored(),
        }
    }

    fn presets_of(&mut self, key: Key, ctx: &Ctx<'_>) -> Reply {
        let Some(owner) = self.owner(&key, ctx) else {
            return Reply::ignored();
        };
        let asker = ctx.ticket();
        self.shelf = Some(Shelf::new(key, asker, Goods::Presets));
        Reply::effect(Effect::Store(Store::ListPresets { asker, owner }))
    }

    /// Asks what the arguments are to be saved as, and where they would usually go.
    pub(super) fn name_preset(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_nothing_kept(ctx) {
            return Reply::say(why);
        }
        let Some((key, owner)) = self
            .key()
            .and_then(|key| Some((key.clone(), self.owner(&key, ctx)?)))
        else {
            return Reply::ignored();
        };
        let asker = ctx.ticket();
        self.prompt = Some(Prompt::Name {
            key,
            asker,
            line: LineInput::default(),
            place: Place::User,
        });
        Reply::effect(Effect::Store(Store::ListPresets { asker, owner }))
    }

    /// Writes the arguments of an item as a preset.
    pub(super) fn write_preset(
        &mut self,
        key: Key,
        name: String,
        place: Place,
        overwrite: bool,
        ctx: &Ctx<'_>,
    ) -> Reply {
        let (Some(owner), Some(work)) = (self.owner(&key, ctx), self.works.get(&key)) else {
            return Reply::ignored();
        };
        let asker = ctx.ticket();
        let text = work.kept_arguments().pretty() + "\n";
        self.saving = Some(Saving {
            asker,
            key,
            name: name.clone(),
            place,
        });
        Reply::effect(Effect::Store(Store::SavePreset {
            asker,
            owner,
            name,
            place,
            text,
            overwrite,
        }))
    }

    /// Asks for the preset that is pointed at.
    pub(super) fn look_at_preset(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let key = self.shelf.as_ref()?.key.clone();
        let owner = self.owner(&key, ctx)?;
        let shelf = self.shelf.as_mut()?;
        let (asker, name, place) = shelf.unread(|| ctx.ticket())?;
        Some(Effect::Store(Store::ReadPreset {
            asker,
            owner,
            name,
            place: Some(place),
        }))
    }

    /// Presets were listed, read, written or deleted.
    pub(super) fn presets_told(&mut self, stored: &Stored, ctx: &Ctx<'_>) -> Vec<Effect> {
        let tell = |sentence: String, bad: bool| vec![Effect::Tell { sentence, bad }];
        match stored {
            Stored::Presets {
                asker,
                listed,
                usual,
            } => {
                if let Some(shelf) = self.shelf.as_mut().filter(|shelf| shelf.waits_for(*asker)) {
                    shelf.stock_presets(listed.clone());
                }
                if let Some(Prompt::Name {
                    asker: asked,
                    place,
                    ..
                }) = &mut self.prompt
                    && asked == asker
                {
                    *place = *usual;
                }
                Vec::new()
            }
            Stored::Preset { asker, read } => {
                let Some(shelf) = &mut self.shelf else {
                    return Vec::new();
                };
                let key = shelf.key.clone();
                let Some(taken) = shelf.preset_read(*asker, read) else {
                    return Vec::new();
                };
                self.shelf = None;
                let reply = self.taken(&key, taken, ctx);
                let reply = self.keeping(reply, ctx);
                let mut effects = reply.effects;
                effects.extend(reply.say.map(|say| tell(say, true)).into_iter().flatten());
                effects
            }
            Stored::PresetSaved { asker, saved } => {
                let Some(saving) = self.saving.take_if(|saving| saving.asker == *asker) else {
                    return Vec::new();
                };
                match saved {
                    Ok(path) => {
                        let path = path.display().to_string();
                        tell(format!("saved as {}", text::sanitize(&path)), false)
                    }
                    Err(PresetUnsaved::Exists(_)) => {
                        self.prompt = Some(Prompt::Overwrite {
                            key: saving.key,
                            name: saving.name,
                            place: saving.place,
                        });
                        Vec::new()
                    }
                    Err(PresetUnsaved::Failed(why)) => {
                        tell(format!("not saved: {}", text::sanitize(why)), true)
                    }
                }
            }
            Stored::PresetDeleted { deleted, .. } => {
                let Some(key) = self.shelf.as_ref().map(|shelf| shelf.key.clone()) else {
                    return Vec::new();
                };
                let mut effects = match deleted {
                    Ok(path) => {
                        let path = path.display().to_string();
                        tell(format!("deleted {}", text::sanitize(&path)), false)
                    }
                    Err(why) => tell(text::sanitize(why).into_owned(), true),
                };
                effects.extend(self.presets_of(key, ctx).effects);
                effects
            }
            _ => Vec::new(),
        }
    }
}
