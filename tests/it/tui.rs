//! The whole screen, without a terminal: keys and events in, text and effects out.

mod arguments;
mod byhand;
mod clientlogs;
mod configs;
mod deeds;
mod diff;
mod doctor;
mod documents;
mod following;
mod inbox;
mod keys;
mod live;
mod logins;
mod mouse;
mod overlays;
mod reading;
mod recordings;
mod replaying;
mod results;
mod sessions;
mod styles;
mod sweep;
mod trouble;
mod views;
