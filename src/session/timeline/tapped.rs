//! What a tap does to the traffic at some entry: its rules, and the frames it holds back.

use crate::note::tapped::Deed;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct TapState {
    rules: Vec<Box<str>>,
    held: Vec<u64>,
}

impl TapState {
    /// Its rules, as they were given.
    pub fn rules(&self) -> &[Box<str>] {
        &self.rules
    }

    /// The frames that wait until somebody says what becomes of them, by their sequence numbers, oldest first.
    pub fn held(&self) -> &[u64] {
        &self.held
    }

    pub(super) fn fold(&mut self, deed: &Deed) {
        match deed {
            Deed::Rules { rules } => {
                self.rules = rules.iter().map(|rule| rule.as_str().into()).collect();
            }
            Deed::Held { frame, .. } => {
                if !self.held.contains(frame) {
                    self.held.push(*frame);
                }
            }
            Deed::LetGo { frame, .. } => self.held.retain(|held| held != frame),
            Deed::Struck { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::tapped::Fate;

    #[test]
    fn what_is_held_is_held_until_it_is_let_go() {
        let mut tap = TapState::default();
        let held = |frame| Deed::Held {
            frame,
            rule: "hold".to_owned(),
        };
        tap.fold(&Deed::Rules {
            rules: vec!["hold".to_owned()],
        });
        for frame in [4, 7, 7, 9] {
            tap.fold(&held(frame));
        }
        assert_eq!((tap.held(), tap.rules().len()), (&[4, 7, 9][..], 1));
        tap.fold(&Deed::LetGo {
            frame: 7,
            fate: Fate::Dropped,
            why: None,
            instead: None,
        });
        assert_eq!(tap.held(), [4, 9]);
        tap.fold(&Deed::Rules { rules: Vec::new() });
        assert!(tap.rules().is_empty());
    }
}
