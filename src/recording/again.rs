//! A recording read once more from its beginning, by somebody who has its bodies: for exports, while it is shown or
//! still written.

use std::io::{self, Read as _};
use std::sync::Arc;

use super::reading::{Mark, Reading};
use super::{Bodies, OpenError, Recording, begin};
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
    /// A session in a file that has no name of its own; `path` is what people know it by.
    pub fn of_file(file: std::fs::File, path: &std::path::Path) -> Result<Self, OpenError> {
        let unreadable = |error| OpenError::Unreadable {
            path: path.to_owned(),
            error,
        };
        let mut head = Vec::new();
        let mut first = &file;
        io::Seek::rewind(&mut first).map_err(unreadable)?;
        first
            .take(HEAD)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        let header = begin(&head).map_err(|problem| OpenError::NoSession {
            path: path.to_owned(),
            problem,
        })?;
        Ok(Self {
            header,
            path: path.to_owned(),
            file: Arc::new(file),
            odd: Arc::default(),
        })
    }
}
