//! JSON of servers inside HTML: nothing in it can end a script.

/// JSON as it may stand in a `<script>` of an HTML page: no tag, comment or entity can begin in it, and JavaScript reads
/// the same value.
pub fn in_script(json: &[u8], out: &mut Vec<u8>) {
    let mut rest = json;
    while let Some((byte, tail)) = rest.split_first() {
        match byte {
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            b'&' => out.extend_from_slice(b"\\u0026"),
            // U+2028 and U+2029, which once ended lines of scripts.
            0xE2 if matches!(tail, [0x80, 0xA8 | 0xA9, ..]) => {
                out.extend_from_slice(if tail[1] == 0xA8 {
                    b"\\u2028"
                } else {
                    b"\\u2029"
                });
                rest = &tail[2..];
                continue;
            }
            other => out.push(*other),
        }
        rest = tail;
    }
}
