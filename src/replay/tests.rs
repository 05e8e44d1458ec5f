//! The plan and the run, over sessions that are made up.
