//! Every view over ordinary and odd bodies.
