//! Marks: what people add to the entries of a session, a letter and a note. Kept beside the file, not in it.
//!
//! A value: who reads and writes it is `library`. A letter stands at one entry only; putting it elsewhere moves it.

use std::collections::BTreeMap;

/// What stands at one entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    /// The letter it is gone to by.
    pub letter: Option<char>,
    /// What somebody wrote; may have several lines.
    pub note: String,
}

impl Mark {
    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.letter.is_none() && self.note.is_empty()
    }

    /// What a column of one cell shows: the letter, else `*` for a note alone.
    pub fn sign(&self) -> char {
        self.letter.unwrap_or('*')
    }
}

/// The marks of a session, by the sequence number of their entry. The mark of a row is that of its first entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    all: BTreeMap<u64, Mark>,
}

impl Marks {
    /// Whether this can be the letter of a mark: one that can be typed after `m` and `'` anywhere.
    pub const fn is_letter(letter: char) -> bool {
        letter.is_ascii_alphanumeric()
    }

    /// What stands at an entry.
    pub fn get(&self, seq: u64) -> Option<&Mark> {
        self.all.get(&seq)
    }

    /// Whether an entry has a letter or a note.
    pub fn contains(&self, seq: u64) -> bool {
        self.all.contains_key(&seq)
    }

    /// All, in the order of their entries.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Mark)> {
        self.all.iter().map(|(seq, mark)| (*seq, mark))
    }

    /// How many entries are marked.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The entry a letter stands at.
    pub fn of_letter(&self, letter: char) -> Option<u64> {
        self.iter()
            .find(|(_, mark)| mark.letter == Some(letter))
            .map(|(seq, _)| seq)
    }

    /// The first marked entry after this one.
    pub fn after(&self, seq: u64) -> Option<u64> {
        self.all
            .range(seq.checked_add(1)?..)
            .next()
            .map(|(seq, _)| *seq)
    }

    /// The last marked entry before this one.
    pub fn before(&self, seq: u64) -> Option<u64> {
        self.all.range(..seq).next_back().map(|(seq, _)| *seq)
    }

    /// Puts a letter at an entry, from wherever it stood; where it stands already, it is taken away. Says whether it
    /// stands there now. What is no letter changes nothing.
    pub fn toggle(&mut self, seq: u64, letter: char) -> bool {
        if !Self::is_letter(letter) {
            return false;
        }
        let before = self.of_letter(letter);
        if let Some(mark) = before.and_then(|seq| self.all.get_mut(&seq)) {
            mark.letter = None;
        }
        let stands = before != Some(seq);
        if stands {
            self.all.entry(seq).or_default().letter = Some(letter);
        }
        self.all.retain(|_, mark| !mark.is_empty());
        stands
    }

    /// Writes the note of an entry; an empty one takes it away.
    pub fn annotate(&mut self, seq: u64, note: &str) {
        note.trim_end()
            .clone_into(&mut self.all.entry(seq).or_default().note);
        self.all.retain(|_, mark| !mark.is_empty());
    }

    /// Puts a mark where none is, as it was read from somewhere: a letter that stands elsewhere, or is none, is not
    /// taken.
    pub fn put(&mut self, seq: u64, mark: Mark) {
        let letter = mark
            .letter
            .filter(|letter| Self::is_letter(*letter) && self.of_letter(*letter).is_none());
        let mark = Mark { letter, ..mark };
        if !mark.is_empty() && !self.contains(seq) {
            self.all.insert(seq, mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_stands_once_and_goes_when_it_is_put_again() {
        let mut marks = Marks::default();
        assert!(marks.toggle(5, 'a') && marks.toggle(9, 'b') && marks.toggle(7, 'a'));
        assert_eq!((marks.of_letter('a'), marks.get(5)), (Some(7), None));
        assert_eq!((marks.after(7), marks.before(9)), (Some(9), Some(7)));
        assert_eq!((marks.after(9), marks.before(7)), (None, None));
        assert!(!marks.toggle(7, 'a') && !marks.toggle(7, ' '));
        assert_eq!(marks.len(), 1);
    }

    #[test]
    fn a_note_stays_when_its_letter_goes() {
        let mut marks = Marks::default();
        marks.annotate(3, "why?\n");
        marks.toggle(3, 'x');
        assert_eq!(marks.get(3).map(Mark::sign), Some('x'));
        marks.toggle(4, 'x');
        let mark = marks.get(3).cloned().unwrap_or_default();
        assert_eq!((mark.note.as_str(), mark.sign()), ("why?", '*'));
        marks.annotate(3, "");
        assert!(!marks.contains(3) && marks.contains(4));
    }
}
