//! Every widget as it is drawn, and what keys and clicks do to it.

use super::*;

pub const RICH: &str = r#"{"type":"object","required":["traveller","legs","payment"],"properties":{
  "traveller":{"type":"object","description":"Who travels.","required":["name"],"properties":{
    "name":{"type":"string","minLength":1,"maxLength":40},
    "born":{"type":["string","null"],"format":"date"},
    "meals":{"type":"array","uniqueItems":true,"minItems":1,"maxItems":3,"items":{"enum":["breakfast","lunch","dinner"]}}}},
  "legs":{"type":"array","minItems":1,"items":{"type":"object","required":["to"],"properties":{
    "to":{"type":"string"},"nights":{"type":"integer","minimum":0,"default":1}}}},
  "payment":{"oneOf":[
    {"title":"card","type":"object","required":["kind","number"],"properties":{"kind":{"const":"card"},"number":{"type":"string"},"pin":{"type":"string","format":"password"}}},
    {"title":"invoice","type":"object","required":["kind","address"],"properties":{"kind":{"const":"invoice"},"address":{"type":"string"}}}]},
  "class":{"oneOf":[{"const":1,"title":"First"},{"const":2,"title":"Second"}],"default":2},
  "country":{"enum":["Austria","Belgium","Croatia","Denmark","Estonia","Finland","Greece","Hungary","Ireland","Latvia","Malta","Norway","Poland"]},
  "currency":{"enum":["EUR","USD","GBP","CHF","SEK"]},
  "refundable":{"type":"boolean"},
  "insurance":{"type":"boolean","default":false},
  "window":{"type":"array","prefixItems":[{"type":"string","format":"date","title":"from"},{"type":"string","title":"until"}],"items":false},
  "labels":{"type":"object","additionalProperties":{"type":"string"},"propertyNames":{"pattern":"^[a-z]+$"}},
  "note":{"type":"string","maxLength":500},
  "extra":{}, "filter":{"not":{"type":"null"}},
  "old":{"type":"string","deprecated":true}},
  "if":{"properties":{"insurance":{"const":true}},"required":["insurance"]},
  "then":{"properties":{"insurer":{"type":"string"}},"required":["insurer"]}}"#;

#[test]
fn the_form_at_both_widths() {
    let mut pane = form(RICH);
    insta::assert_snapshot!("rich-80", draw(&mut pane, 80, 28).0);
    // Filled in, with everything that can be added.
    press(&mut pane, "Ada⇥2001⇥→ ⏎");
    assert_eq!(focus(&pane).unwrap(), "/legs");
    press(&mut pane, "⏎Rome⇥x⎋");
    pane.action(Action::Down);
    pane.action(Action::Down);
    pane.action(Action::NextOption);
    insta::assert_snapshot!("rich-100", draw(&mut pane, 100, 34).0);
    pane.action(Action::FoldFields);
    insta::assert_snapshot!("rich-folded", draw(&mut pane, 80, 20).0);
}

#[test]
fn variants_keep_their_drafts_and_only_one_is_sent() {
    let mut pane = form(RICH);
    let id = pane.form.find("payment").unwrap();
    pane.reveal(id);
    press(&mut pane, "⇥⇥4000⎋");
    assert_eq!(focus(&pane).unwrap(), "/payment/number");
    pane.reveal(id);
    pane.action(Action::NextOption);
    assert!(line(&mut pane, "payment *").contains("◂ invoice ▸  2 of 2: card, invoice"));
    assert!(sent(&pane).contains(r#""payment":{"kind":"invoice"}"#));
    // Enter opens the named list; j k move in it.
    pane.action(Action::TypeIntoField);
    assert!(pane.takes_keys());
    assert!(screen(&mut pane).contains("▸ invoice"));
    press(&mut pane, "k⏎");
    assert!(sent(&pane).contains(r#""payment":{"kind":"card","number":"4000"}"#));
    assert_eq!(click(&mut pane, "payment *", " ▸"), FormReply::Edited);
    assert!(sent(&pane).contains("invoice"));
}

#[test]
fn choices_drop_down_search_and_take_other_values() {
    let mut pane = form(RICH);
    let id = pane.form.find("country").unwrap();
    pane.reveal(id);
    press(&mut pane, "⏎pol");
    insta::assert_snapshot!("picker", draw(&mut pane, 80, 28).0);
    press(&mut pane, "⏎");
    assert!(sent(&pane).contains(r#""country":"Poland""#));
    assert_eq!(focus(&pane).unwrap(), "/currency");
    // A short list has letters to jump with.
    press(&mut pane, "⏎s⏎");
    assert!(sent(&pane).contains(r#""currency":"SEK""#));
    press(&mut pane, "↑⏎");
    pane.menu = None;
    press(&mut pane, "⏎o⏎⌫⌫⌫⌫⌫7⏎");
    assert!(sent(&pane).contains(r#""currency":7"#), "{}", sent(&pane));
    assert!(line(&mut pane, "currency").contains("✗ not one of the choices"));
}

#[test]
fn titles_are_labels_and_values_keep_their_type() {
    let mut pane = form(RICH);
    let row = line(&mut pane, "class");
    assert!(row.contains("( ) First 1  (•) Second 2"), "{row}");
    assert_eq!(click(&mut pane, "class", "( ) First"), FormReply::Edited);
    assert!(sent(&pane).contains(r#""class":1"#));
}

#[test]
fn switches_and_conditions() {
    let mut pane = form(RICH);
    assert_eq!(click(&mut pane, "refundable", "[-]"), FormReply::Edited);
    assert!(sent(&pane).contains(r#""refundable":true"#));
    click(&mut pane, "refundable", "[x]");
    click(&mut pane, "refundable", "[ ] false");
    assert!(!sent(&pane).contains("refundable"));
    assert!(!screen(&mut pane).contains("insurer"));
    click(&mut pane, "insurance", "[ ] false");
    let at = sent(&pane);
    assert!(at.contains(r#""insurance":true"#), "{at}");
    assert!(line(&mut pane, "insurer *").contains("✗ required"));
    // Why it is there is told whole, below it where that needs the room.
    for width in [80, 100] {
        let (shown, _) = draw(&mut pane, width, 40);
        let because = shown
            .lines()
            .find(|line| line.contains("because insurance"));
        assert!(because.is_some_and(|line| !line.contains('…')), "{shown}");
    }
}

#[test]
fn boxes_are_ticked_by_key_and_mouse() {
    let mut pane = form(RICH);
    press(&mut pane, "⇥⇥");
    assert_eq!(focus(&pane).unwrap(), "/traveller/meals");
    let (_, cursor) = draw(&mut pane, 100, 24);
    press(&mut pane, "→ ");
    let (_, next) = draw(&mut pane, 100, 24);
    assert_ne!(cursor, next);
    assert!(line(&mut pane, "meals").contains("[ ] breakfast  [x] lunch  [ ] dinner"));
    assert!(screen(&mut pane).contains("1 of 1–3 chosen"));
    click(&mut pane, "meals", "[ ] dinner");
    assert!(sent(&pane).contains(r#""meals":["lunch","dinner"]"#));
}

#[test]
fn chips_cycle_and_absent_things_are_added() {
    let mut pane = form(RICH);
    press(&mut pane, "⎋");
    click(&mut pane, "born", "‹unset");
    assert!(sent(&pane).contains(r#""born":null"#));
    click(&mut pane, "born", "‹null");
    assert!(sent(&pane).contains(r#""born":"""#));
    assert!(!sent(&pane).contains("window"));
    click(&mut pane, "window", "+ add");
    assert!(screen(&mut pane).contains("from"), "{}", screen(&mut pane));
    press(&mut pane, "⎋");
    click(&mut pane, "extra", "+ add");
    assert!(line(&mut pane, "extra").contains("◂ "));
}

#[test]
fn keys_of_maps_are_typed_checked_and_changed() {
    let mut pane = form(RICH);
    press(&mut pane, "⎋");
    click(&mut pane, "labels", "+ add");
    assert_eq!(focus(&pane), None);
    press(&mut pane, "⎋");
    pane.action(Action::TypeIntoField);
    press(&mut pane, "A⏎");
    assert!(
        line(&mut pane, "key: ").contains('✗'),
        "{}",
        screen(&mut pane)
    );
    press(&mut pane, "⌫a⏎one⏎a⏎");
    assert!(line(&mut pane, "key: ").contains("✗ there is a member \"a\" already"));
    press(&mut pane, "b⏎two⏎⎋");
    assert!(sent(&pane).contains(r#""labels":{"a":"one","ab":"two"}"#));
    pane.action(Action::Up);
    pane.action(Action::ChangeKey);
    press(&mut pane, "⌫");
    // While it will not do, the entry keeps the key it has.
    assert!(sent(&pane).contains(r#""ab":"two""#));
    press(&mut pane, "⌫c⏎");
    assert!(
        sent(&pane).contains(r#""labels":{"a":"one","c":"two"}"#),
        "{}",
        sent(&pane)
    );
}

#[test]
fn open_objects_take_members_nobody_named() {
    let mut pane = one(
        r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
        true,
    );
    press(&mut pane, "⎋");
    pane.action(Action::Top);
    assert!(pane.why_not(Action::AddMember).is_none());
    pane.action(Action::AddMember);
    press(&mut pane, "zz⏎");
    assert_eq!(focus(&pane).unwrap(), "/x/zz");
    pane.action(Action::Bottom);
    assert!(pane.why_not(Action::AddMember).is_some());
}

#[test]
fn double_clicks_type_and_run_is_a_button() {
    let mut pane = form(RICH);
    press(&mut pane, "⎋");
    let at = find(&mut pane, "name *", "name");
    assert_eq!(pane.click(at, true), FormReply::Moved);
    assert!(pane.takes_letters());
    pane.action(Action::Bottom);
    assert_eq!(click(&mut pane, "[ Run ]", "Run"), FormReply::Run);
}
