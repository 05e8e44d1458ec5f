//! The whole screen, without a terminal: keys and events in, text and effects out.

mod arguments;
mod documents;
mod keys;
mod live;
mod logins;
mod overlays;
mod results;
mod styles;
mod sweep;
mod trouble;
mod views;
