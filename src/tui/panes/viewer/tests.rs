//! Keys over small documents, and what is seen and copied then.
