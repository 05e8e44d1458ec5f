//! Entries that belong together, in one write.

use std::io::{Seek as _, SeekFrom, Write as _};

use super::{HUGE, Recorder};

impl Recorder {
    /// Whatever is put from here on goes out in one write, which has happened when [`end_together`](Self::end_together)
    /// returns: for entries that belong together. Nothing of them may be acted on before.
    pub fn begin_together(&mut self) {
        self.tell_gap();
        self.line.clear();
        self.gathered = Some(0);
    }

    /// See [`begin_together`](Self::begin_together).
    pub fn end_together(&mut self) {
        if let Some(entries) = self.gathered.take() {
            self.flush(entries);
        }
    }

    /// Writes the line, which holds so many entries.
    pub(super) fn flush(&mut self, entries: u64) {
        if entries == 0 {
            return;
        }
        match (&*self.file).write_all(&self.line) {
            Ok(()) => self.offset += self.line.len() as u64,
            Err(error) => {
                self.cut_back();
                self.failed(&error, entries);
            }
        }
        self.line.clear();
        self.line.shrink_to(HUGE);
    }

    /// Half a line must not stay: the next one would be glued to it.
    pub(super) fn cut_back(&self) {
        let mut file = &*self.file;
        let _ = file.set_len(self.offset);
        let _ = file.seek(SeekFrom::Start(self.offset));
    }
}
