//! What is asked, and what is answered, as JSON.

use super::*;
use crate::mcp::revision::Revision;
