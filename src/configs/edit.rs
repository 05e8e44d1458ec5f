//! Changes to files of clients that leave everything else byte for byte as it was.
