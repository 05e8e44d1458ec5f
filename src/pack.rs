//! Values to compact bytes and back, for what we keep for ourselves between two runs. Owns the spelling of numbers,
//! texts and sequences; what the bytes are for, and whether they can be trusted, is known to who keeps them.
//!
//! The bytes say nothing of their shape: they are read by the very types that wrote them. Numbers are varints, texts
//! and sequences begin with their length, variants with their index. [`shared`] keeps what is held in several places
//! once, there and back.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

mod read;
pub mod shared;
mod write;

/// The bytes are not what the type would have written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PackError(String);

impl serde::ser::Error for PackError {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self(what.to_string())
    }
}

impl serde::de::Error for PackError {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self(what.to_string())
    }
}

/// Appends the bytes of a value.
pub fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), PackError> {
    shared::afresh(|| value.serialize(&mut write::Packer { out }))
}

/// Reads a value back; all bytes must be its.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PackError> {
    shared::afresh(|| {
        let mut unpacker = read::Unpacker { bytes };
        let value = T::deserialize(&mut unpacker)?;
        if unpacker.bytes.is_empty() {
            Ok(value)
        } else {
            Err(PackError(format!(
                "{} bytes too many",
                unpacker.bytes.len()
            )))
        }
    })
}

/// Appends a number, in seven bits a byte, lowest first.
pub fn put_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number from the front of `bytes`; none when they end first or it does not fit.
pub fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7F);
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}

/// A signed number as one that [`put_number`] takes: small ones stay small.
pub const fn fold_sign(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// The way back.
pub const fn unfold_sign(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests;
