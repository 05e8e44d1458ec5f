//! How the columns share the room.

use super::*;

fn columns(names: &[&str], width: usize) -> (usize, usize) {
    let servers: Vec<Server> = names
        .iter()
        .map(|name| Server {
            name: (*name).to_owned(),
            target: None,
            identity: None,
            origin: "command line".to_owned(),
            conn: None,
            starts: 0,
            era: None,
            listed: None,
        })
        .collect();
    let Columns { name, origin } = Columns::of(&servers, width);
    (name, origin)
}

#[test]
fn the_longest_name_decides() {
    let long = "a-server-with-a-really-long-name-of-44-cells";
    // Short names leave the details more room; very short ones do not make the list jump.
    assert_eq!(columns(&["demo", "server-everything"], 78), (19, 14));
    assert_eq!(columns(&["demo"], 78), (10, 14));
    assert_eq!(columns(&[], 78).0, 10);
    // Up to 32 columns and the gap; the origin gives way first.
    assert_eq!(columns(&[long], 90), (34, 14));
    assert_eq!(columns(&[long], 78), (34, 0));
    // And then the name, so that the details keep theirs.
    assert_eq!(columns(&[long], 60), (25, 0));
    assert_eq!(columns(&[long], 30), (14, 0));
}
