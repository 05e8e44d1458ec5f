//! JSON: the check and the tree agree, what the tree prints is what it read, and look-ups survive anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpscope::json::{self, Value};

fuzz_target!(|bytes: &[u8]| {
    let _ = json::members(bytes).count();
    let _ = json::elements(bytes).count();
    let _ = json::string(bytes);
    let tree = Value::parse(bytes);
    assert_eq!(json::check(bytes).is_ok(), tree.is_ok());
    if let Ok(tree) = tree {
        assert_eq!(
            Value::parse(tree.to_string().as_bytes()).as_ref(),
            Ok(&tree)
        );
        assert_eq!(Value::parse(tree.pretty().as_bytes()).as_ref(), Ok(&tree));
    }
});
