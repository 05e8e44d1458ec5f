//! Lossless JSON over bytes.
