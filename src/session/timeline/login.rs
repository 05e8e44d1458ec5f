//! How a connection stands with its login: the steps of the newest one, and the token it ended in.

use crate::note::login::{GIVEN, Hop};

/// Steps of a login that are kept; one that goes on longer has its first ones in Traffic.
const KEPT: usize = 64;

/// How far a login is.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Stage {
    /// There was none.
    #[default]
    Never,
    /// It goes on by itself.
    Working,
    /// A person has to open an address.
    Waiting,
    /// It ended in a token.
    Done,
    /// It came to nothing.
    Failed {
        /// Why.
        what: Box<str>,
        /// What to do about it.
        hint: Option<Box<str>>,
    },
}

/// A token, as far as it may be known.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Token {
    /// Who gave it.
    pub issuer: Box<str>,
    /// How we came to it.
    pub how: Box<str>,
    /// What it is good for.
    pub scope: Option<Box<str>>,
    /// When it expires, in seconds since 1970.
    pub expires: Option<i64>,
    /// Whether it can be refreshed.
    pub refreshable: bool,
    /// `header` and `claims` of a JWT, as a JSON object.
    pub jwt: Option<Box<str>>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Login {
    /// How far it is.
    pub stage: Stage,
    /// Which it is on its connection, from 1.
    pub attempt: u32,
    /// What made it necessary.
    pub why: Box<str>,
    /// Who is asked, once that is known.
    pub issuer: Option<Box<str>>,
    /// Where a person is to go, secrets masked.
    pub url: Option<Box<str>>,
    /// Where they are sent back to.
    pub redirect: Option<Box<str>>,
    /// Why what somebody came back with was no answer; another is still waited for.
    pub refused: Option<Box<str>>,
    /// What was tried, in order: whether it went well, and what it was.
    pub steps: Vec<(bool, Box<str>)>,
    /// When a person was waited for, from and until, in microseconds of the session; up to now without an end.
    pub waits: Vec<(u64, Option<u64>)>,
    /// The token in use.
    pub token: Option<Box<Token>>,
}

impl Login {
    /// Whether a person is waited for.
    pub fn is_waiting(&self) -> bool {
        self.stage == Stage::Waiting
    }

    /// Whether a login goes on.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Working)
    }

    /// The connection is over, and with it what was waited for.
    pub(super) fn over(&mut self, us: u64) {
        self.waited(us);
        if self.is_open() {
            self.stage = Stage::Failed {
                what: "the connection ended first".into(),
                hint: None,
            };
        }
    }

    /// Nobody is waited for any more.
    fn waited(&mut self, us: u64) {
        if let Some((_, until @ None)) = self.waits.last_mut() {
            *until = Some(us);
        }
    }

    pub(super) fn hop(&mut self, hop: &Hop, us: u64) {
        if !matches!(hop, Hop::Tried { .. }) {
            self.waited(us);
        }
        match hop {
            Hop::Begin { attempt, why } => {
                *self = Self {
                    stage: Stage::Working,
                    attempt: *attempt,
                    why: why.as_str().into(),
                    token: self.token.take(),
                    waits: std::mem::take(&mut self.waits),
                    ..Self::default()
                };
            }
            Hop::Tried { step, what, ok, .. } => {
                self.refused = hop.stray().map(Into::into);
                if self.steps.len() < KEPT {
                    self.steps.push((*ok, format!("{step}: {what}").into()));
                }
            }
            Hop::Visit {
                issuer,
                url,
                redirect,
            } => {
                self.stage = Stage::Waiting;
                if self.waits.len() < KEPT {
                    self.waits.push((us, None));
                }
                self.issuer = Some(issuer.as_str().into());
                self.url = Some(url.as_str().into());
                self.redirect = Some(redirect.as_str().into());
            }
            Hop::Token {
                issuer,
                how,
                scope,
                expires,
                refreshable,
                jwt,
            } => {
                // With a token that was given nobody logged in.
                if how != GIVEN {
                    self.stage = Stage::Done;
                    self.issuer = Some(issuer.as_str().into());
                }
                self.token = Some(Box::new(Token {
                    issuer: issuer.as_str().into(),
                    how: how.as_str().into(),
                    scope: scope.as_deref().map(Into::into),
                    expires: *expires,
                    refreshable: *refreshable,
                    jwt: jwt.as_deref().map(Into::into),
                }));
            }
            Hop::Failed { what, hint } => {
                self.stage = Stage::Failed {
                    what: what.as_str().into(),
                    hint: hint.as_deref().map(Into::into),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(ok: bool) -> Hop {
        Hop::Tried {
            step: "token".into(),
            what: "given".into(),
            ok,
            exchange: None,
            sent: None,
            got: None,
        }
    }

    #[test]
    fn a_new_login_begins_with_no_steps_and_keeps_the_token() {
        let mut login = Login::default();
        let begin = |attempt| Hop::Begin {
            attempt,
            why: "401".into(),
        };
        login.hop(&begin(1), 0);
        login.hop(&tried(true), 0);
        login.hop(
            &Hop::Visit {
                issuer: "https://as".into(),
                url: "u".into(),
                redirect: "r".into(),
            },
            0,
        );
        assert!(login.is_waiting() && login.is_open());
        login.hop(
            &Hop::Token {
                issuer: "https://as".into(),
                how: "token".into(),
                scope: None,
                expires: Some(7),
                refreshable: true,
                jwt: None,
            },
            0,
        );
        assert_eq!((login.stage.clone(), login.steps.len()), (Stage::Done, 1));
        login.hop(&begin(2), 0);
        assert!(!login.is_waiting() && login.is_open() && login.steps.is_empty());
        assert_eq!(
            login.token.as_ref().and_then(|token| token.expires),
            Some(7)
        );
        login.over(9);
        assert!(matches!(login.stage, Stage::Failed { .. }));
    }

    #[test]
    fn steps_are_kept_up_to_a_number() {
        let mut login = Login::default();
        for _ in 0..KEPT * 2 {
            login.hop(&tried(false), 0);
        }
        assert_eq!(login.steps.len(), KEPT);
    }
}
