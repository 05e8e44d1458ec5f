//! Loading a server: what is sent when, and what came of it. Values only; who sends it is [`crate::inspector`].
//!
//! A load sends copies of requests that were made before ([`Template`]), each with an id of its own, and measures how
//! long the answers take. In a *closed* loop so many are under way at any time, and the next is sent when one is
//! answered: it finds what a server can do. In an *open* loop they are sent at a rate, whatever the server makes of
//! it, and time counts from when a request was **due**: a server that halts for a second is charged with all that
//! should have been sent meanwhile, and not with the one request that happened to meet it (coordinated omission).
//!
//! What a load sends and gets is not recorded: it would be most of what is measured. That there was one is.

mod answer;
mod figures;
mod load;
mod template;

pub use answer::{Answer, Fault, answer};
pub use figures::{Figures, Latency, Named, Second, Used};
pub use load::{Load, Pace, Plan, Until};
pub use template::Template;
