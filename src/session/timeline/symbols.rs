//! Words that repeat (methods, tool names, URIs), kept once.

use std::collections::HashMap;
use std::sync::Arc;

/// A word of a [`Symbols`] table. The default is the empty word.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Symbol(u32);

impl Symbol {
    /// Whether it is the empty word.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its place in the table: small numbers, so that what is known of words can be kept in a list.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// A table of words, each kept once.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(from = "Vec<Arc<str>>", into = "Vec<Arc<str>>")]
pub struct Symbols {
    words: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32>,
}

impl Default for Symbols {
    fn default() -> Self {
        let empty: Arc<str> = "".into();
        Self {
            words: vec![Arc::clone(&empty)],
            places: HashMap::from([(empty, 0)]),
        }
    }
}

impl From<Vec<Arc<str>>> for Symbols {
    fn from(words: Vec<Arc<str>>) -> Self {
        let places = (0..).zip(&words);
        let places = places.map(|(place, word)| (Arc::clone(word), place));
        Self {
            places: places.collect(),
            words,
        }
    }
}

impl From<Symbols> for Vec<Arc<str>> {
    fn from(symbols: Symbols) -> Self {
        symbols.words
    }
}

impl Symbols {
    /// The symbol of `word`.
    pub fn put(&mut self, word: &str) -> Symbol {
        if let Some(place) = self.places.get(word) {
            return Symbol(*place);
        }
        let word: Arc<str> = word.into();
        let place = u32::try_from(self.words.len()).unwrap_or(0);
        self.words.push(Arc::clone(&word));
        self.places.insert(word, place);
        Symbol(place)
    }

    /// The word of a symbol.
    pub fn word(&self, symbol: Symbol) -> &str {
        self.words.get(symbol.0 as usize).map_or("", |word| word)
    }
}
