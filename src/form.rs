//! Argument forms.
