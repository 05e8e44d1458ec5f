//! JSON pointers (RFC 6901): the address of a value in a document, as forms, validation and servers write it.

use super::Value;

/// A member's name as one step of a JSON pointer (RFC 6901).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name a step stands for.
pub fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The pointer of the member `name` below `pointer`.
pub fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escape(name))
}

/// The steps of a pointer, still escaped.
pub fn steps(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.split('/').skip(1)
}

/// The value at a pointer; of members that stand twice the last.
pub fn find<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    steps(pointer).try_fold(root, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        object => object.get(&unescape(step)),
    })
}

/// The pointer without its last step.
pub fn parent(pointer: &str) -> &str {
    pointer.rfind('/').map_or("", |at| &pointer[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_taken_apart_is_the_same_put_together() {
        let names = ["a/b", "", "m~n", "~1", "0"];
        let pointer = names
            .iter()
            .fold(String::new(), |at, name| below(&at, name));
        assert_eq!(pointer, "/a~1b//m~0n/~01/0");
        let back: Vec<String> = steps(&pointer).map(unescape).collect();
        assert_eq!(back, names);
        assert_eq!(parent(&pointer), "/a~1b//m~0n/~01");
        assert_eq!((steps("").count(), parent("/a"), parent("")), (0, "", ""));
    }
}
