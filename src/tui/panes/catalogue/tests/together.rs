//! Items of several servers in one list.

use super::*;

const WIDE: (u16, u16) = (120, 30);

const OTHER: &str = r#"{"tools":[
    {"name":"echo","description":"Another echo","inputSchema":{"properties":{"text":{"type":"string"}}}},
    {"name":"query","description":"Asks the tables","inputSchema":{}}]}"#;

/// Two servers that are connected, of which the second has an `echo` of its own.
fn two(reach: Reach) -> Stage {
    let mut stage = Stage::tools(WIDE);
    let mut other = stage.servers[0].clone();
    other.name = "db".into();
    other.conn = Some(2);
    stage.servers.push(other);
    let preamble = PREAMBLE.map(|line| line.replace("weather", "db"));
    stage.push(2, &preamble.each_ref().map(|line| &**line));
    stage.list(2, "tools/list", OTHER);
    stage.reach = reach;
    stage.place();
    stage
}

/// Whoever stands on an item of another server looks at that.
fn follow(stage: &mut Stage) {
    if let Some(place) = stage.with(|pane, ctx| pane.stands_on(ctx)) {
        stage.current = place;
    }
    stage.place();
}

/// Whose the selected item is, and its name.
fn selected(stage: &Stage) -> (String, String) {
    let key = stage.pane.key().unwrap();
    (key.server.to_string(), key.name.to_string())
}

#[test]
fn an_item_is_called_on_its_own_server() {
    let mut stage = two(Reach::All);
    let screen = stage.screen();
    assert!(screen.contains("TOOLS 7"), "{screen}");
    assert!(screen.contains("▸ weather  echo "), "{screen}");
    assert!(screen.contains("  db       echo "), "{screen}");
    assert_eq!(
        stage.with(|_, ctx| CataloguePane::count(&[List::Tools], ctx)),
        7
    );
    // The two that have the same name are different ones: each has a draft and runs of its own.
    stage.press("jjjjj");
    assert_eq!(selected(&stage), ("db".into(), "echo".into()));
    let reply = stage.press("⏎hi⏎⏎");
    let [Effect::Engine(Command::Call { conn: 2, call })] = &reply.effects[..] else {
        panic!("{reply:?}");
    };
    assert_eq!(
        call.params.as_deref(),
        Some(r#"{"name":"echo","arguments":{"text":"hi"}}"#)
    );
    assert_eq!(stage.with(|pane, ctx| pane.stands_on(ctx)), Some(1));
    stage.press("⎋⎋⎋");
    stage.act(Action::Top);
    let screen = stage.screen();
    assert!(
        screen.contains("  db       echo      ?            … ✎ ×1"),
        "{screen}"
    );
    assert!(screen.contains("weather › echo"), "{screen}");
}

#[test]
fn a_server_that_is_turned_to_is_left_and_found_where_it_was() {
    let mut stage = two(Reach::All);
    stage.press("jj");
    assert_eq!(selected(&stage).1, "list-issues");
    stage.current = 1;
    follow(&mut stage);
    assert_eq!(selected(&stage), ("db".into(), "echo".into()));
    stage.press("j");
    follow(&mut stage);
    stage.current = 0;
    follow(&mut stage);
    assert_eq!(selected(&stage).1, "list-issues");
    stage.current = 1;
    follow(&mut stage);
    assert_eq!(selected(&stage).1, "query");
    // Alone, the list of a server has a selection and a filter of its own.
    stage.reach = Reach::One;
    stage.press("/qu⏎");
    let screen = stage.screen();
    assert!(
        screen.contains("TOOLS 1 of 2") && !screen.contains("weather"),
        "{screen}"
    );
    stage.current = 0;
    assert!(stage.screen().contains("TOOLS 5"));
    stage.current = 1;
    assert!(stage.screen().contains("TOOLS 1 of 2"));
    stage.reach = Reach::All;
    assert!(stage.screen().contains("TOOLS 7"));
}

#[test]
fn only_servers_that_are_meant_are_in_the_list() {
    let mut stage = two(Reach::Picked(["db".to_owned()].into()));
    assert!(stage.screen().contains("TOOLS 2"));
    assert_eq!(selected(&stage), ("db".into(), "echo".into()));
    // One that is not meant is not looked at for it.
    stage.current = 0;
    follow(&mut stage);
    assert_eq!(stage.current, 1);
    // One that was never connected has nothing to be listed.
    stage.servers[1].conn = None;
    stage.reach = Reach::All;
    stage.current = 0;
    assert!(stage.screen().contains("TOOLS 5"));
}

#[test]
fn one_of_several_that_is_gone_leaves_its_items() {
    let mut stage = two(Reach::All);
    stage.push(2, &[r#"* {"event":"exit","code":0}"#]);
    stage.servers[1].conn = Some(3);
    stage.place();
    assert!(stage.screen().contains("TOOLS 7"), "{}", stage.screen());
}
