//! Traffic of some of the servers: what is shown, and what stays as it was left.

use super::*;
use crate::tui::pane::{Reach, Server};

fn server(name: &str, conn: u32) -> Server {
    Server {
        name: name.into(),
        target: None,
        identity: None,
        origin: "test".into(),
        conn: Some(conn),
        starts: 1,
        era: None,
        listed: None,
        watched: Vec::new(),
        pinned: None,
    }
}

fn stage() -> Stage {
    let mut stage = Stage::of(&[
        r#"* {"event":"connect","name":"weather","transport":"stdio","era":"auto"}"#,
        r#"@2 * {"event":"connect","name":"db","transport":"stdio","era":"auto"}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#,
        r#"@2 > {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query"}}"#,
        r#"@2 > {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"tables"}}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"ping"}"#,
    ]);
    stage.servers = vec![server("weather", 1), server("db", 2)];
    stage
}

#[test]
fn one_server_alone_is_shown_beside_any_filter() {
    let mut stage = stage();
    let mut pane = pane(false);
    let title = |stage: &Stage, pane: &mut Traffic| stage.title(pane, 120, 30);
    assert!(title(&stage, &mut pane).contains("TRAFFIC 6"));
    stage.reach = Reach::One;
    stage.current = 1;
    let told = title(&stage, &mut pane);
    assert!(
        told.contains("TRAFFIC 3 of 6") && told.contains("only db"),
        "{told}"
    );
    // What is exported of it is what is shown.
    let shares = pane.shares(&stage.ctx());
    let filters = shares.iter().filter_map(|share| match share {
        Share::Filter(filter, _) => Some(filter.as_str()),
        _ => None,
    });
    assert_eq!(filters.collect::<Vec<_>>(), ["srv:db"]);
    pane.filtering.put("tool:tables", stage.ctx().timeline);
    assert!(title(&stage, &mut pane).contains("TRAFFIC 1 of 6"));
    let stood = pane.number();
    // Another server has a filter of its own, and this one's is found again.
    stage.current = 0;
    let told = title(&stage, &mut pane);
    assert!(
        told.contains("TRAFFIC 3 of 6") && told.contains("only weather"),
        "{told}"
    );
    assert!(!pane.filtering.is_shown());
    stage.current = 1;
    assert!(title(&stage, &mut pane).contains("TRAFFIC 1 of 6"));
    assert_eq!(pane.number(), stood);
    // The filter goes, the server stays.
    pane.action(Action::ClearFilter, &stage.ctx());
    assert!(title(&stage, &mut pane).contains("TRAFFIC 3 of 6"));
    stage.reach = Reach::All;
    let told = title(&stage, &mut pane);
    assert!(
        told.contains("TRAFFIC 6") && !told.contains("only"),
        "{told}"
    );
}

#[test]
fn picked_servers_are_shown_as_they_come() {
    let mut stage = stage();
    let mut pane = pane(true);
    stage.servers.push(server("third", 3));
    stage.reach = Reach::Picked(["third".to_owned()].into());
    let (screen, ..) = stage.show(&mut pane, 120, 30);
    assert!(
        screen.contains("Nothing here, only third; S shows other servers."),
        "{screen}"
    );
    stage.reach = Reach::Picked(["third".to_owned(), "db".to_owned()].into());
    let title = |stage: &Stage, pane: &mut Traffic| stage.title(pane, 120, 30);
    assert!(title(&stage, &mut pane).contains("TRAFFIC 3 of 6"));
    stage.push(&[r#"@2 > {"jsonrpc":"2.0","id":3,"method":"ping"}"#]);
    stage.push(&[r#"> {"jsonrpc":"2.0","id":3,"method":"ping"}"#]);
    let told = title(&stage, &mut pane);
    assert!(
        told.contains("TRAFFIC 4 of 8") && told.contains("only db, third"),
        "{told}"
    );
}
