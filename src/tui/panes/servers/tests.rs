//! How the columns share the room.

use super::*;
use crate::tap::running::Running;
use crate::tui::pane::Server;

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
            watched: Vec::new(),
            pinned: None,
        })
        .collect();
    let Columns { name, origin, .. } = Columns::of(&servers, &[], width);
    (name, origin)
}

#[test]
fn the_longest_name_decides() {
    let long = "a-server-with-a-really-long-name-of-44-cells";
    // Short names leave the details more room; very short ones do not make the list jump.
    assert_eq!(columns(&["demo", "server-everything"], 78), (19, 14));
    assert_eq!(columns(&["demo"], 78), (10, 14));
    assert_eq!(columns(&[], 78).0, 10);
    // Up to 32 columns and the gap, as long as the origin has room; down to 14, for that.
    assert_eq!(columns(&[long], 90), (34, 14));
    assert_eq!(columns(&[long], 78), (30, 14));
    assert_eq!(columns(&[long, "calc"], 64), (16, 14));
    // And then it goes before the details do.
    assert_eq!(columns(&[long], 60), (26, 0));
    assert_eq!(columns(&[long], 30), (14, 0));
}

#[test]
fn taps_are_rows_below_the_servers_and_are_looked_on() {
    use crate::tui::panes::stream::fixture::Stage;
    let tap = |server: &str, file: Option<&str>| Running {
        pid: 41,
        server: server.to_owned(),
        serves: server == "served",
        file: file.map(Into::into),
        listens: None,
        control: None,
        since: jiff::Timestamp::UNIX_EPOCH,
        lost: 0,
    };
    let taps = [
        tap("somebody-else-s-server", Some("/s.jsonl")),
        tap("quiet", None),
        tap("served", Some("/t.jsonl")),
    ];
    let stage = Stage::of(&[]);
    let ctx = Ctx {
        taps: &taps,
        ..stage.ctx()
    };
    let area = Rect::new(0, 0, 120, 12);
    let mut pane = ServersPane::default();
    let screen = |pane: &mut ServersPane, ctx: &Ctx<'_>| {
        let mut buf = Buffer::empty(area);
        pane.place(area, ctx);
        pane.draw(area, &mut buf, ctx);
        crate::tui::widgets::testing::text_of(&buf)
    };
    let shown = screen(&mut pane, &ctx);
    assert!(shown.contains("SERVERS 0, 2 taps, 1 served"), "{shown}");
    assert!(shown.contains("◉ serve        served "), "{shown}");
    assert!(
        shown.contains("◉ tap          somebody-else-s-server  pid 41"),
        "{shown}"
    );
    pane.action(Action::Top, &ctx);
    let opened = pane.action(Action::OpenServer, &ctx);
    assert_eq!(opened.go, Some(Go::Open("/s.jsonl".into())));
    assert!(pane.why_not(Action::Stop, &ctx).is_some());
    pane.action(Action::Down, &ctx);
    let refused = pane.action(Action::OpenServer, &ctx).say;
    assert!(refused.is_some_and(|why| why.contains("keeps no recording")));
    // In a recording they are none of its servers; gone, they are no rows.
    assert!(!screen(&mut pane, &Ctx { live: false, ..ctx }).contains("tap  "));
    assert!(!screen(&mut pane, &stage.ctx()).contains("tap"));
}
