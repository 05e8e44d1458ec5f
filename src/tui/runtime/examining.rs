//! Looks around servers, on a thread of its own: names are looked up, connections tried, containers asked.

use crate::surroundings;
use crate::transport::Target;
use crate::tui::effect::examining::{Looked, Looking};
use crate::tui::event::Event;

/// Looks; blocks for some seconds at most.
pub(super) fn look(work: Looking) -> Event {
    match work {
        Looking::Before(asker, target) => {
            let mut around = crate::doctor::Surroundings::default();
            let mut before = None;
            match *target {
                Target::Process(spawn) => {
                    let program = surroundings::of_command(&spawn);
                    before = surroundings::before(&program);
                    around.program = Some(program);
                }
                Target::Address(address) => {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build();
                    around.network = match runtime {
                        Ok(runtime) => Some(runtime.block_on(surroundings::of_address(&address))),
                        Err(error) => {
                            return Event::Failed(format!("nothing can be looked at: {error}"));
                        }
                    };
                }
            }
            Event::Looked(asker, Box::new(Looked::Before(around, before)))
        }
        Looking::After(asker, mut program, before) => {
            surroundings::after(&mut program, before);
            Event::Looked(asker, Box::new(Looked::After(program)))
        }
    }
}
