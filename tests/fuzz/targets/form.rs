//! Forms: any schema gives a form, and any text put into it gives arguments that are JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpscope::form::Form;
use mcpscope::json;

fuzz_target!(|input: (&[u8], &str)| {
    let (schema, text) = input;
    let mut form = Form::from_schema(schema);
    for index in 0..form.nodes().len() {
        form.set_text(index, text);
        let _ = form.step(index, 1);
        form.set_json(index, text);
        let _ = (form.chip(index), form.problem(index));
    }
    let arguments = form.arguments().to_string();
    assert_eq!(json::check(arguments.as_bytes()), Ok(()));
});
