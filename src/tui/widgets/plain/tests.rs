//! What a document shows and how one moves in it.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::testing::text_of;

fn document(bytes: impl AsRef<[u8]>) -> Document {
    Document::new(bytes.as_ref())
}

fn screen(document: &Document, state: &PlainState, window: Window) -> (String, Option<Position>) {
    let mut buf = Buffer::empty(Rect::new(0, 0, window.width, window.height));
    let theme = Theme::load("mono", Depth::None).expect("bundled");
    let at = draw(document, state, buf.area, &mut buf, &theme);
    (text_of(&buf), at)
}

const SMALL: Window = Window {
    width: 10,
    height: 3,
};

#[test]
fn bytes_show_as_safe_lines() {
    let doc = document(b"one\r\ntw\x1b[0mo\n\xffx\t|\n\nlast");
    assert_eq!(doc.lines(), 5);
    let mut state = PlainState::new(false);
    assert_eq!(
        screen(&doc, &state, SMALL).0,
        "one\ntw^[[0mo\n\u{2039}0xFF›x  …\n"
    );
    state.last(&doc, SMALL);
    assert_eq!(screen(&doc, &state, SMALL).0, "‹0xFF›x  …\n\nlast\n");
    state.sideways(4);
    assert_eq!(screen(&doc, &state, SMALL).0, "F›x    |\n\n\n");
    assert_eq!(document("").lines(), 1);
    assert_eq!(document("a\n").lines(), 1);
}

#[test]
fn lines_wrap_at_words_and_scroll_by_rows() {
    let doc = document("the quick brown fox jumps\nabcdefghijklmnop\nend");
    let mut state = PlainState::new(true);
    assert_eq!(
        screen(&doc, &state, SMALL).0,
        "the quick\nbrown fox\njumps\n"
    );
    state.down(2, &doc, SMALL);
    assert_eq!(screen(&doc, &state, SMALL).0, "jumps\nabcdefghij\nklmnop\n");
    state.page_down(&doc, SMALL);
    assert_eq!(screen(&doc, &state, SMALL).0, "abcdefghij\nklmnop\nend\n");
    state.up(1, &doc, SMALL);
    assert_eq!(screen(&doc, &state, SMALL).0, "jumps\nabcdefghij\nklmnop\n");
    state.toggle_wrap();
    assert_eq!(
        screen(&doc, &state, SMALL).0,
        "the quick…\nabcdefghi…\nend\n"
    );
}

#[test]
fn hex_shows_offsets_bytes_and_text() {
    let doc = document(b"{\"a\": 1}\n\x00\xff!");
    let mut state = PlainState::new(false);
    state.toggle_hex(&doc);
    let wide = Window {
        width: 76,
        height: 1,
    };
    assert_eq!(
        screen(&doc, &state, wide).0,
        "00000000  7b 22 61 22 3a 20 31 7d  0a 00 ff 21              {\"a\": 1}...!\n"
    );
    let narrow = Window {
        width: 44,
        height: 2,
    };
    assert_eq!(
        screen(&doc, &state, narrow).0,
        "00000000  7b 22 61 22 3a 20 31 7d  {\"a\": 1}\n00000008  0a 00 ff 21              ...!\n"
    );
    state.last(&doc, wide);
    assert_eq!(state.percent(&doc), 0);
}

#[test]
fn search_goes_to_hits_and_counts_them() {
    let text = (0..40)
        .map(|i| format!("line {i}"))
        .collect::<Vec<_>>()
        .join("\n");
    let doc = document(text);
    let mut state = PlainState::new(false);
    let term = |s: &str| Term::new(s).expect("not empty");
    assert!(!state.find(&doc, term("LINE 3"), SMALL));
    assert!(state.find(&doc, term("line 3"), SMALL));
    assert_eq!(state.found().map(Found::label).as_deref(), Some("[1/11]"));
    let (text, at) = screen(&doc, &state, SMALL);
    assert_eq!(
        (text.as_str(), at),
        ("line 2\nline 3\nline 4\n", Some(Position::new(0, 1)))
    );
    assert!(state.find_next(&doc, SMALL));
    assert_eq!(screen(&doc, &state, SMALL).0, "line 29\nline 30\nline 31\n");
    state.find_next(&doc, SMALL);
    assert_eq!(
        screen(&doc, &state, SMALL).1,
        Some(Position::new(0, 2)),
        "on screen already: no scroll"
    );
    state.find_previous(&doc, SMALL);
    state.find_previous(&doc, SMALL);
    state.find_previous(&doc, SMALL);
    assert_eq!(screen(&doc, &state, SMALL).0, "line 37\nline 38\nline 39\n");
    let long = document(format!("{}needle{}", " ".repeat(300), " ".repeat(300)));
    let mut state = PlainState::new(false);
    assert!(state.find(&long, term("needle"), SMALL));
    assert!(screen(&long, &state, SMALL).0.contains("needle"));
}

#[test]
fn ten_megabytes_draw_at_once() {
    let doc = document("x".repeat(10_000_000));
    let mut state = PlainState::new(true);
    state.last(&doc, SMALL);
    assert_eq!(screen(&doc, &state, SMALL).0.lines().count(), 3);
    state.up(1, &doc, SMALL);
    let doc = document(format!("x{}", "日".repeat(PIECE)));
    assert!(
        !screen(
            &doc,
            &PlainState::new(true),
            Window {
                width: 100,
                height: 90
            }
        )
        .0
        .contains("0x")
    );
}

proptest! {
    #[test]
    fn any_bytes_and_moves_are_drawn(
        bytes in prop::collection::vec(prop::sample::select(&b"ab \n\r\t\x1b\xff\xc3\xa9\xe6\x97\xa5"[..]), 0..80),
        width in 1_u16..12, height in 1_u16..5, wrap: bool,
        moves in prop::collection::vec(0_u8..10, 0..20),
    ) {
        let doc = document(&bytes);
        let window = Window { width, height };
        let mut state = PlainState::new(wrap);
        let mut seen = String::new();
        for m in moves {
            match m {
                0 => state.up(1, &doc, window),
                1 => state.down(1, &doc, window),
                2 => state.page_up(&doc, window),
                3 => state.page_down(&doc, window),
                4 => state.last(&doc, window),
                5 => state.first(),
                6 => state.toggle_wrap(),
                7 => state.toggle_hex(&doc),
                8 => { state.find(&doc, Term::new("a").expect("not empty"), window); }
                _ => { state.find_next(&doc, window); }
            }
            let (text, cursor) = screen(&doc, &state, window);
            prop_assert!(cursor.is_some_and(|c| c.x < width && c.y < height));
            seen = text;
        }
        prop_assert!(!seen.chars().any(|c| c != '\n' && crate::text::is_unsafe(c)));
    }

    #[test]
    fn down_and_up_again_is_the_same_place(text in "[ab \n]{0,80}", width in 1_u16..9, n in 0_usize..9) {
        let doc = document(&text);
        let window = Window { width, height: 2 };
        let mut state = PlainState::new(true);
        state.down(3, &doc, window);
        let before = state.top;
        state.down(n, &doc, window);
        let after = state.top;
        let mut steps = 0;
        while state.top > before {
            state.up(1, &doc, window);
            steps += 1;
        }
        prop_assert_eq!(state.top, before);
        prop_assert!(steps <= n);
        state.down(steps, &doc, window);
        prop_assert_eq!(state.top, after);
    }
}

#[test]
fn headings_part_a_document_and_look_different() {
    let bytes = Slice::from(&b"one\na\nb\n\ntwo\none\nthree"[..]);
    let document = Document::with_headings(bytes, vec![0, 9, 17]);
    for (byte, part) in [
        (0, "a\nb\n"),
        (5, "a\nb\n"),
        (9, "one"),
        (13, "one"),
        (20, ""),
    ] {
        assert_eq!(document.part_at(byte), part.as_bytes(), "{byte}");
    }
    assert_eq!(
        (document.next_heading(0), document.next_heading(17)),
        (Some(9), None)
    );
    assert_eq!(
        (document.previous_heading(10), document.previous_heading(0)),
        (Some(9), None)
    );
    let theme = Theme::load("mono", Depth::None).expect("bundled");
    let mut buf = Buffer::empty(Rect::new(0, 0, 8, 7));
    draw(
        &document,
        &PlainState::new(true),
        buf.area,
        &mut buf,
        &theme,
    );
    let (ours, text) = (theme.style(Role::Accent), theme.style(Role::Text));
    assert_ne!(ours, text);
    let modifiers: Vec<_> = (0..7).map(|y| buf[(0, y)].modifier).collect();
    let heading = ours.add_modifier;
    // The same word stands twice: once ours, once the server's.
    assert_eq!((modifiers[0], modifiers[4]), (heading, heading));
    assert_eq!(
        (modifiers[1], modifiers[5]),
        (text.add_modifier, text.add_modifier)
    );
    assert_eq!(Document::new(&b"x\ny"[..]).part_at(1), b"x\ny");
}

#[test]
fn spans_have_their_styles_over_wraps_tabs_and_escapes() {
    let text = "ab\tkeyword é\x1b\u{202e}tail\nours 12\n12";
    let span = |word: &str, role| {
        let start = text.find(word).expect("in it") as u32;
        let end = start + word.len() as u32;
        Span { start, end, role }
    };
    let ours = text.find("ours").expect("in it") as u32;
    let last = text.len() as u32;
    let doc = Document::with_headings(text.as_bytes(), vec![ours]).with_spans(vec![
        span("keyword é\x1b\u{202e}ta", Role::CodeKeyword),
        Span {
            start: ours + 5,
            end: ours + 7,
            role: Role::CodeNumber,
        },
        Span {
            start: last - 2,
            end: last,
            role: Role::CodeNumber,
        },
    ]);
    let theme = Theme::load("dark", Depth::Rgb).expect("bundled");
    let window = Window {
        width: 8,
        height: 6,
    };
    let mut state = PlainState::new(true);
    state.find(&doc, Term::new("word").expect("a term"), window);
    let mut buf = Buffer::empty(Rect::new(0, 0, window.width, window.height));
    draw(&doc, &state, buf.area, &mut buf, &theme);
    // A letter for the style of each cell.
    let looks = [
        (Role::CodeKeyword, 'k'),
        (Role::CodeNumber, 'n'),
        (Role::Accent, 'h'),
        (Role::Warn, 'e'),
        (Role::MatchCurrent, 'm'),
        (Role::Text, '.'),
    ];
    let rows: Vec<String> = (0..window.height)
        .map(|y| {
            (0..window.width)
                .map(|x| {
                    let cell = &buf[(x, y)];
                    let look = looks.iter().find(|(role, _)| {
                        let style = theme.style(*role);
                        style.fg == Some(cell.fg) && style.add_modifier == cell.modifier
                    });
                    look.map_or(' ', |(_, letter)| *letter)
                })
                .collect()
        })
        .collect();
    assert_eq!(
        text_of(&buf),
        "ab\nkeyword\né^[‹U+20\n2E›tail\nours 12\n12\n"
    );
    assert_eq!(
        rows,
        [
            "......  ", "kkkmmmmk", "keeeeeee", "eeekk.. ", "hhhhhhh ", "nn      "
        ]
    );
}
