//! Lists, filters, layouts, and what is said when there is nothing to show.

use super::*;

const SMALL: (u16, u16) = (80, 20);
const WIDE: (u16, u16) = (120, 30);

/// The beginning of a screen.
fn head(screen: &str, lines: usize) -> String {
    screen.lines().take(lines).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_list_at_80x24_says_what_is_selected() {
    let mut stage = Stage::tools(SMALL);
    let screen = stage.screen();
    assert_eq!(
        head(&screen, 6),
        "━▌TOOLS 5 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ weather ━
▸ echo          reads        Says it back.
  create-issue  destructive  Create an issue in the tracker
  list-issues   reads        List issues with filters
  ping          ?            No schema at all
  ping #2       writes       The same name again"
    );
    assert!(screen.contains("━ echo ━"), "{screen}");
    assert!(screen.contains("\n Says it back. Every word.\n message *\n reads\n"));
    assert_eq!(stage.cursor, Some(Position::new(0, 1)));
    stage.press("j");
    let screen = stage.screen();
    assert!(screen.contains("━ Create an issue ━"), "{screen}");
    assert!(screen.contains("\n title * · estimate · draft\n destructive · output schema ✓\n"));
    assert_eq!(stage.cursor, Some(Position::new(0, 2)));
    // Never below the last, and every line within the screen.
    stage.press("jjjjjjj");
    assert!(stage.screen().contains("▸ ping #2"));
    assert!(
        stage
            .screen()
            .lines()
            .all(|line| crate::text::width(line) <= 80)
    );
}

#[test]
fn list_form_and_result_share_a_wide_screen() {
    let mut stage = Stage::tools(WIDE);
    assert_eq!(
        head(&stage.screen(), 9),
        "━▌TOOLS 5 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯━ echo ━ [Form] JSON Schema About ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
▸ echo          reads                   │  Says it back.                                                          reads
  create-issue  destructive             │
  list-issues   reads                   │▸ message *  string  [                                ] ✗ required
  ping          ?                       │  [ Run ]  [ Copy as… ]  [ History ]  [ Presets ]  1 problem
  ping #2       writes                  │
                                        ┝━ Result ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
                                        │ no result yet: Run calls the tool
                                        │"
    );
    stage.size = (170, 30);
    let screen = stage.screen();
    let title = screen.lines().next().unwrap();
    assert_eq!(title.matches('┯').count(), 2, "{title}");
    assert!(!screen.contains('┝'));
    // One at a time, and back.
    stage.press("⏎⎋+");
    assert!(stage.screen().starts_with("━▌Tools › echo ━"));
    stage.press("⎋");
    assert!(stage.screen().starts_with("━ TOOLS 5 ━"));
}

#[test]
fn every_size_is_drawn() {
    let mut stage = Stage::tools(SMALL);
    for focus in ["", "⏎", "⎋⇥"] {
        stage.press(focus);
        for (width, height) in [
            (1, 1),
            (2, 5),
            (20, 3),
            (60, 12),
            (99, 1),
            (100, 1),
            (100, 2),
            (100, 4),
            (161, 2),
            (240, 60),
        ] {
            stage.size = (width, height);
            stage.screen();
            if let Some(at) = stage.cursor {
                assert!(at.x < width && at.y < height, "{width}x{height} {at:?}");
            }
        }
    }
}

#[test]
fn the_filter_is_live_and_names_weigh_more() {
    let mut stage = Stage::tools(SMALL);
    stage.press("/iss");
    let screen = stage.screen();
    assert!(screen.starts_with("━▌TOOLS 2 of 5 ━"), "{screen}");
    assert!(screen.contains("\n Filter: iss\n"));
    assert_eq!(stage.cursor, Some(Position::new(12, 1)));
    // A word of a description finds as well, behind the names.
    stage.press("⌫⌫⌫word");
    assert!(stage.screen().contains("▸ echo"));
    stage.press("zzz");
    assert!(
        stage
            .screen()
            .contains("Nothing matches; Esc clears the filter.")
    );
    stage.press("⎋");
    let screen = stage.screen();
    assert!(
        screen.contains("TOOLS 5") && screen.contains("▸ echo"),
        "{screen}"
    );
    // Enter keeps it, letters are actions again, Esc takes it away.
    stage.press("/list⏎j⎋");
    assert!(stage.screen().contains("▸ list-issues"));
    assert_eq!(stage.press("⎋").go, Some(Go::Out));
}

#[test]
fn the_selection_is_an_item_and_not_a_row() {
    let mut stage = Stage::tools(SMALL);
    stage.press("jj");
    stage.list(
        1,
        "tools/list",
        r#"{"tools":[{"name":"new"},{"name":"echo"},{"name":"newer"},{"name":"list-issues"}]}"#,
    );
    let screen = stage.screen();
    assert!(screen.contains("▸ list-issues"), "{screen}");
    assert!(screen.contains("changed +2 −3 ~2"), "{screen}");
    // It is gone: its neighbour takes over.
    stage.list(
        1,
        "tools/list",
        r#"{"tools":[{"name":"new"},{"name":"echo"}]}"#,
    );
    assert!(stage.screen().contains("▸ echo"));
}

#[test]
fn a_restart_keeps_place_and_draft() {
    let mut stage = Stage::tools(SMALL);
    stage.press("j⏎Crash⎋");
    stage.push(1, &[r#"* {"event":"exit","code":3,"signal":null}"#]);
    assert!(stage.screen().contains("[Crash "));
    assert_eq!(
        stage.press("r").say.as_deref(),
        Some("weather exited with code 3; R starts it again")
    );
    stage.press("⎋");
    assert!(stage.screen().contains("exited with code 3 · weather ━"));
    // Nothing is listed yet; what was there stays.
    stage.connect(2);
    let screen = stage.screen();
    assert!(
        screen.contains("as listed before") && screen.contains("▸ create-issue"),
        "{screen}"
    );
    // The schema is another one; what was typed moves over, and what has no place is kept.
    stage.list(
        2,
        "tools/list",
        r#"{"tools":[{"name":"z"},{"name":"create-issue","inputSchema":{"properties":{"title":{"type":"string"},"body":{"type":"string"}}}}]}"#,
    );
    assert!(stage.screen().contains("▸ create-issue"));
    stage.press("⏎");
    let screen = stage.screen();
    assert!(screen.contains("draft kept, schema cha"), "{screen}");
    assert!(
        screen.contains("[Crash ") && screen.contains("body"),
        "{screen}"
    );
}

#[test]
fn who_works_with_an_item_keeps_it() {
    let mut stage = Stage::tools(SMALL);
    stage.press("⏎hi");
    stage.list(1, "tools/list", r#"{"tools":[{"name":"new"}]}"#);
    let screen = stage.screen();
    assert!(
        screen.contains("[hi ") && screen.contains("no longer listed"),
        "{screen}"
    );
    stage.press("⎋⎋");
    assert!(stage.screen().contains("▸ new"));
}

#[test]
fn nothing_to_show_is_said_in_words() {
    let mut stage = Stage::new(Kind::Tools, SMALL);
    let servers = std::mem::take(&mut stage.servers);
    assert!(stage.screen().contains("There is no server yet."));
    stage.servers = servers;
    let screen = stage.screen();
    assert!(screen.contains("weather is not connected."), "{screen}");
    assert!(screen.contains("1 goes to Servers, where c connects it."));
    stage.servers[0].conn = Some(1);
    stage.push(1, &[PREAMBLE[0]]);
    assert!(stage.screen().contains("weather is being started…"));
    stage.push(1, &[PREAMBLE[1], "2 loading \u{1b}[31mmodel"]);
    let screen = stage.screen();
    assert!(screen.contains("Connecting to weather…"), "{screen}");
    assert!(
        screen.contains("stderr:\n   loading ^[[31mmodel"),
        "{screen}"
    );
    stage.push(1, &PREAMBLE[2..]);
    assert!(stage.screen().contains("Asking for tools…"));
    stage.live = false;
    let screen = stage.screen();
    assert!(
        screen.contains("Nobody asked for tools in this session."),
        "{screen}"
    );
    stage.live = true;
    stage.push(
        1,
        &[
            r#"> {"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
            r#"< {"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}}"#,
        ],
    );
    assert!(
        stage
            .screen()
            .contains("tools/list was refused with -32601 (method not found). gR asks again.")
    );
    stage.list(1, "tools/list", r#"{"tools":[]}"#);
    assert!(stage.screen().contains("weather has no tools."));
    assert_eq!(stage.press("⏎"), Reply::ignored());
    stage.push(1, &[r#"* {"event":"exit","code":null,"signal":9}"#]);
    let screen = stage.screen();
    assert!(screen.contains("weather killed by signal 9"), "{screen}");
    assert!(screen.contains("R starts it again."));
}

#[test]
fn a_server_that_advertises_nothing_is_told_so() {
    let mut stage = Stage::new(Kind::Resources, SMALL);
    stage.servers[0].conn = Some(1);
    stage.push(
        1,
        &[
            PREAMBLE[0],
            PREAMBLE[1],
            PREAMBLE[2],
            r#"< {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"w"}}}"#,
            PREAMBLE[4],
        ],
    );
    let screen = stage.screen();
    assert_eq!(
        screen
            .matches("weather does not advertise resources.")
            .count(),
        1,
        "{screen}"
    );
}

#[test]
fn sloppy_items_are_items() {
    let mut stage = Stage::new(Kind::Tools, WIDE);
    stage.connect(1);
    stage.list(
        1,
        "tools/list",
        r#"{"tools":[{"name":"\u001b]0;x\u0007evil\u202e","description":"a\u0000b"},{},null,7,
            {"name":"odd","inputSchema":"yes","annotations":[]},{"name":"日本語のとても長い名前のツールです、切られます"}]}"#,
    );
    let screen = stage.screen();
    assert!(screen.contains("^[]0;x^Gevil‹U+202E›"), "{screen}");
    assert!(screen.contains("a^@b"));
    assert_eq!(screen.matches("(no name)").count(), 3, "{screen}");
    for _ in 0..6 {
        stage.press("⏎");
        stage.screen();
        stage.press("⎋]");
        let screen = stage.screen();
        assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}'));
        stage.press("[⎋j");
    }
}

#[test]
fn about_has_the_whole_description_and_the_schemas() {
    let mut stage = Stage::tools((80, 40));
    stage.press("⏎⎋[");
    let screen = stage.screen();
    assert!(screen.contains("Form JSON Schema [About]"), "{screen}");
    assert!(screen.contains("Says it back.\n Every word."), "{screen}");
    assert!(screen.contains("Input schema\n {\n"), "{screen}");
    assert_eq!(stage.pane.scopes(), [Scope::Move, Scope::Request]);
    stage.press("]");
    assert!(stage.screen().contains("[Form] JSON Schema About"));
}

#[test]
fn arguments_are_fields_text_or_both_and_the_schema_is_beside_them() {
    let mut stage = Stage::tools((160, 30));
    stage.press("⏎hi⎋]");
    let screen = stage.screen();
    assert!(
        screen.contains("Form [JSON] Split Schema About"),
        "{screen}"
    );
    assert!(screen.contains("\"message\": \"hi\""), "{screen}");
    // Broken text is a problem like others: what is sent is the form as it was.
    stage.press("⏎↓!⎋r");
    let screen = stage.screen();
    assert!(screen.contains("JSON has an error at 2:1"), "{screen}");
    assert!(
        screen.contains("JSON not sent: f fix first  s send anyway"),
        "{screen}"
    );
    let (_, params, _) = Stage::call(&stage.press("s"));
    assert!(
        params.ends_with(r#""arguments":{"message":"hi"}}"#),
        "{params}"
    );
    stage.press("]");
    let screen = stage.screen();
    assert!(screen.contains("[hi "), "{screen}");
    assert!(screen.contains("│ {"), "{screen}");
    // The other half comes before another pane.
    stage.press("⇤");
    assert_eq!(stage.pane.scopes()[0], Scope::Form);
    stage.press("⏎!⎋");
    assert!(stage.screen().contains("[hi! "), "{}", stage.screen());
    stage.press("⇥⇥");
    assert_eq!(stage.pane.scopes()[0], Scope::Viewer);
    stage.press("⎋");
    stage.press("]");
    let screen = stage.screen();
    assert!(screen.contains("reading…"), "{screen}");
    assert_eq!(stage.pane.scopes()[0], Scope::Viewer);
}

#[test]
fn resources_and_templates_are_one_list() {
    let mut stage = Stage::new(Kind::Resources, SMALL);
    stage.connect(1);
    stage.list(1, "resources/list", r#"{"resources":[{"name":"app.log","uri":"file:///logs/app.log","mimeType":"text/plain","size":48000},{"name":"logo","uri":"file:///logo.png","mimeType":"image/png"}]}"#);
    stage.list(1, "resources/templates/list", r#"{"resourceTemplates":[{"name":"file","uriTemplate":"file:///{path}"},{"name":"rows","uriTemplate":"db://{table}{?from,to}"}]}"#);
    assert_eq!(
        head(&stage.screen(), 6),
        "━▌RESOURCES 2 · templates 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ weather ━
▸ app.log                 text         48 kB  file:///logs/app.log
  logo                    image        file:///logo.png
  Templates
  file:///{path}          1 variable   file
  db://{table}{?from,to}  3 variables  rows"
    );
    // The heading is no row to stand on, either way.
    stage.press("jj");
    assert!(stage.screen().contains("▸ file:///{path}"));
    stage.press("k");
    assert!(stage.screen().contains("▸ logo"));
    // The URI shows as it is typed.
    stage.press("j⏎a b/c");
    let screen = stage.screen();
    assert!(screen.contains("→ file:///a%20b%2Fc"), "{screen}");
    let (method, params, _) = Stage::call(&stage.press("⏎⏎"));
    assert_eq!(
        (method.as_str(), params.as_str()),
        ("resources/read", r#"{"uri":"file:///a%20b%2Fc"}"#)
    );
}

#[test]
fn the_mouse_selects_opens_and_turns_tabs() {
    let mut stage = Stage::tools(WIDE);
    let click = |stage: &mut Stage, x, y, double| {
        let reply = stage.with(|pane, ctx| pane.click(Position::new(x, y), double, ctx));
        stage.place();
        reply
    };
    click(&mut stage, 5, 3, false);
    assert!(stage.screen().contains("▸ list-issues"));
    click(&mut stage, 5, 1, true);
    stage.press("x");
    assert!(stage.screen().contains("[x "));
    // The second tab, and the first.
    let title = stage.screen().lines().next().unwrap().to_owned();
    let at = crate::text::width(&title[..title.find("About").unwrap()]) as u16;
    click(&mut stage, at, 0, false);
    assert!(stage.screen().contains("Form JSON Schema [About]"));
    click(&mut stage, at - 18, 0, false);
    assert!(stage.screen().contains("[Form] JSON Schema About"));
    assert!(click(&mut stage, 60, 20, false).handled);
    assert_eq!(stage.pane.scopes()[0], Scope::Viewer);
    stage.with(|pane, ctx| pane.wheel(Position::new(3, 3), 2, ctx));
    assert!(!click(&mut stage, 200, 20, false).handled);
}
