//! Recordings that come another way than from a session file of their own: read once more by somebody who has the
//! bodies (for exports, while it is shown or still written), or made from a recording of another tool.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;

use super::reading::{Mark, Reading};
use super::{Bodies, NoSession, OpenError, Recording, begin};
use crate::import;
use crate::mask::Rules;
use crate::session::Header;

/// Bytes that are looked at for the header.
const HEAD: u64 = 1 << 16;

impl Bodies {
    /// Bytes of the file as it is now.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// The header of the file; made up when there is none.
    pub fn header(&self) -> io::Result<Header> {
        let mut head = vec![0; HEAD as usize];
        let read = super::read_at(&self.file, &mut head, 0)?;
        head.truncate(read);
        begin(&head)
            .map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem.to_string()))
    }

    /// Reads it from its beginning; the bodies go with these entries. Other readers notice nothing.
    pub fn again(&self) -> (Reading, Self) {
        let bodies = Self {
            odd: Arc::default(),
            ..self.clone()
        };
        let (file, odd) = (Arc::clone(&bodies.file), Arc::clone(&bodies.odd));
        (Reading::new(file, Mark::default(), odd), bodies)
    }
}

impl Recording {
    /// A recording of another tool that begins like this, as the session it makes: in a file without a name, for us
    /// alone, that goes away with us.
    pub(super) fn imported(path: &Path, head: &[u8], rules: &Rules) -> Result<Self, OpenError> {
        let unreadable = |error| OpenError::unreadable(path, error);
        let no_session = |problem| OpenError::no_session(path, problem);
        let tool = import::detect(head).ok_or_else(|| no_session(NoSession::Foreign))?;
        let mut source = BufReader::with_capacity(1 << 18, File::open(path).map_err(unreadable)?);
        let session = tempfile::tempfile().map_err(unreadable)?;
        let mut out = BufWriter::with_capacity(1 << 18, &session);
        import::import(tool, &mut source, &mut out, rules).map_err(|error| {
            no_session(NoSession::Unimportable {
                tool: tool.row().name,
                why: error.to_string(),
            })
        })?;
        drop(out);
        let mut head = vec![0; HEAD as usize];
        let read = super::read_at(&session, &mut head, 0).map_err(unreadable)?;
        Ok(Self {
            header: begin(&head[..read]).map_err(no_session)?,
            path: path.to_owned(),
            file: Arc::new(session),
            odd: Arc::default(),
            imported: true,
            rules: rules.clone(),
        })
    }
}
