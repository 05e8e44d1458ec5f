//! One scene that is being played: how far it is, and what stands in its places for this client.

use super::{Act, Delay, Does, Lane, Player, Said, SceneIndex, Slot};
use crate::jsonrpc::Id;

/// A scene that goes on.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) scene: SceneIndex,
    /// The client's id, as JSON; none for what wants no answer.
    pub(super) id: Option<String>,
    /// The client's progress token, as JSON.
    token: Option<String>,
    /// The next step.
    at: usize,
    /// When the step before was, in microseconds.
    base: u64,
    /// When the next step is due; none while it waits for the client.
    due: Option<u64>,
    pub(super) is_answered: bool,
    cancelled: Option<u64>,
    /// When each question was replied to.
    pub(super) replies: Vec<Option<u64>>,
    /// The ids our questions have for this client.
    asks: Vec<Option<Id>>,
}

impl Run {
    pub(super) fn new(
        scene: SceneIndex,
        asks: usize,
        id: Option<String>,
        token: Option<String>,
        now: u64,
    ) -> Self {
        Self {
            scene,
            id,
            token,
            at: 0,
            base: now,
            due: None,
            is_answered: false,
            cancelled: None,
            replies: vec![None; asks],
            asks: vec![None; asks],
        }
    }
}

impl Player {
    /// When something is due next; none while everything waits for the client.
    pub fn next_due(&self) -> Option<u64> {
        self.runs.values().filter_map(|run| run.due).min()
    }

    /// Does what is due by now.
    pub fn wake(&mut self, now: u64) {
        let due = |run: &Run| run.due.is_some_and(|due| due <= now);
        let mut runs: Vec<(u64, u64)> = self
            .runs
            .iter()
            .filter(|(_, run)| due(run))
            .map(|(number, run)| (run.due.unwrap_or(now), *number))
            .collect();
        runs.sort_unstable();
        for (_, number) in runs {
            self.advance(number, now);
        }
    }

    /// The client closed our stdin: what was said after that is said, at once; everything else is too late.
    pub fn close(&mut self, now: u64) {
        self.closed = Some(now);
        self.rules.delay = Delay::None;
        let script = std::sync::Arc::clone(&self.script);
        let waits = |run: &Run| {
            let step = script.scenes[run.scene].steps.get(run.at);
            step.is_some_and(|step| step.does == Does::AwaitClose)
        };
        self.runs.retain(|_, run| waits(run));
        let runs: Vec<u64> = self.runs.keys().copied().collect();
        for number in runs {
            self.advance(number, now);
        }
    }

    /// The client does not want this answer any more.
    pub fn cancel(&mut self, number: u64, now: u64) {
        self.streams.retain(|_, (run, _)| *run != number);
        self.ids.retain(|_, run| *run != number);
        if let Some(run) = self.runs.get_mut(&number) {
            run.cancelled = Some(now);
            let mut rest = self.script.scenes[run.scene].steps[run.at..].iter();
            if rest.any(|step| step.does == Does::AwaitCancel) {
                self.advance(number, now);
            } else {
                // What was not recorded after a cancellation does not follow one.
                self.runs.remove(&number);
            }
        }
        self.acts.push(Act::Close { run: number });
    }

    /// Plays on as far as it goes now.
    pub(super) fn advance(&mut self, number: u64, now: u64) {
        let Some(mut run) = self.runs.remove(&number) else {
            return;
        };
        let script = std::sync::Arc::clone(&self.script);
        let steps = &script.scenes[run.scene].steps;
        while let Some(step) = steps.get(run.at) {
            run.due = None;
            match &step.does {
                Does::Await(ask) => match run.replies[*ask] {
                    Some(at) => run.base = run.base.max(at),
                    None => break,
                },
                Does::AwaitCancel => match run.cancelled {
                    Some(at) => run.base = run.base.max(at),
                    None => break,
                },
                Does::AwaitClose => match self.closed {
                    Some(at) => run.base = run.base.max(at),
                    None => break,
                },
                does => {
                    let due = run.base + self.rules.delay.of(step.after_us);
                    if due > now {
                        run.due = Some(due);
                        break;
                    }
                    // Without delays nothing is late.
                    run.base = due;
                    self.play(number, &mut run, does);
                }
            }
            run.at += 1;
        }
        if run.at < steps.len() {
            self.runs.insert(number, run);
        } else if let Some(id) = &run.id
            && !self.streams.values().any(|(stream, _)| *stream == number)
        {
            let id = Id::read(id.as_bytes());
            if self.ids.get(&id) == Some(&number) {
                self.ids.remove(&id);
            }
        }
    }

    fn play(&mut self, number: u64, run: &mut Run, does: &Does) {
        match does {
            Does::Say(said) => self.speak(number, run, said),
            Does::Print { stderr, bytes } => self.acts.push(Act::Print {
                stderr: *stderr,
                bytes: bytes.clone(),
            }),
            Does::Break => self.acts.push(Act::Break { run: number }),
            Does::Refuse { body } => {
                run.is_answered = true;
                self.acts.push(Act::Refuse {
                    run: number,
                    id: run.id.clone().unwrap_or_else(|| "null".to_owned()),
                    scene: run.scene,
                    body: body.clone(),
                });
            }
            Does::Exit { code, signal } => self.acts.push(Act::Exit {
                code: *code,
                signal: *signal,
            }),
            Does::Await(_) | Does::AwaitCancel | Does::AwaitClose => {}
        }
    }

    fn speak(&mut self, number: u64, run: &mut Run, said: &Said) {
        if let Some(ask) = said.asks {
            let recorded = &self.script.scenes[run.scene].asks[ask].id;
            let id = if self.asked.contains_key(recorded) {
                self.fresh_ask()
            } else {
                recorded.clone()
            };
            self.asked.insert(id.clone(), (number, ask));
            run.asks[ask] = Some(id);
        }
        let to = match said.lane {
            Lane::Own if run.is_answered || run.id.is_none() => None,
            Lane::Own => Some(number),
            Lane::Of(stream) => match self.streams.get(&stream) {
                Some((run, _)) => Some(*run),
                // Nobody listens.
                None => return,
            },
            Lane::Apart => None,
        };
        let Some(frame) = self.filled(run, said) else {
            return;
        };
        if said.answers {
            run.is_answered = true;
            self.streams.retain(|_, (stream, _)| *stream != number);
        }
        self.acts.push(Act::Say {
            frame,
            ending: said.ending.clone(),
            run: to,
            answers: said.answers,
        });
    }

    /// The recorded bytes with everything in its place; nothing when this client gave nothing to stand there.
    fn filled(&self, run: &Run, said: &Said) -> Option<Vec<u8>> {
        let mut frame = Vec::with_capacity(said.frame.len() + 16);
        let mut from = 0;
        for (place, slot) in &said.slots {
            frame.extend_from_slice(&said.frame[from..place.start]);
            match slot {
                Slot::Whose if self.rules.by_exchange => {
                    frame.extend_from_slice(&said.frame[place.clone()]);
                }
                Slot::Id | Slot::Whose => frame.extend_from_slice(run.id.as_deref()?.as_bytes()),
                Slot::Token => frame.extend_from_slice(run.token.as_deref()?.as_bytes()),
                Slot::Ask(ask) => {
                    frame.extend_from_slice(run.asks[*ask].as_ref()?.to_json().as_bytes());
                }
                Slot::Stream(stream) => {
                    let (_, id) = self.streams.get(stream)?;
                    frame.extend_from_slice(id.as_bytes());
                }
            }
            from = place.end;
        }
        frame.extend_from_slice(&said.frame[from..]);
        Some(frame)
    }
}

impl Delay {
    fn of(self, recorded_us: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Recorded(times) => (recorded_us as f64 * times) as u64,
        }
    }
}
