//! The grammar, line by line; then that no way of cutting a stream changes what it says.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn read(stream: &[u8]) -> (Vec<Block>, Option<Block>) {
    cut(stream, stream.len().max(1), 1 << 20)
}

fn cut(stream: &[u8], size: usize, limit: usize) -> (Vec<Block>, Option<Block>) {
    let (mut parser, mut out) = (Parser::new(limit), Vec::new());
    for piece in stream.chunks(size) {
        parser.feed(piece, &mut out);
    }
    (out, parser.finish())
}

/// Kind, data and id of every event.
fn events(stream: &str) -> Vec<(String, String, Option<String>)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    read(stream.as_bytes())
        .0
        .iter()
        .filter_map(|block| {
            let data = block.data.as_deref()?;
            Some((
                text(block.kind()),
                text(data),
                block.id.as_deref().map(text),
            ))
        })
        .collect()
}

fn message(data: &str) -> (String, String, Option<String>) {
    ("message".into(), data.into(), None)
}

#[test]
fn fields_and_line_endings() {
    for (stream, expected) in [
        ("data: a\n\n", vec![message("a")]),
        ("data:a\r\rdata:b\r\n\r\n", vec![message("a"), message("b")]),
        ("data:  two spaces\n\n", vec![message(" two spaces")]),
        ("data: a\ndata\ndata: b\n\n", vec![message("a\n\nb")]),
        ("data\n\n", vec![message("")]),
        (
            "\u{feff}data: after a mark\n\n",
            vec![message("after a mark")],
        ),
        ("\u{feff}\ndata: x\n\n", vec![message("x")]),
        ("data: \u{feff}\n\n", vec![message("\u{feff}")]),
        ("Data: case counts\n\n", vec![]),
        (
            "event: endpoint\ndata: /x\n\n",
            vec![("endpoint".into(), "/x".into(), None)],
        ),
        ("event:\ndata: x\n\n", vec![message("x")]),
        (
            "id: 7\ndata: x\n\n",
            vec![("message".into(), "x".into(), Some("7".into()))],
        ),
        ("data: unfinished\n", vec![]),
        ("\n\n\r\r\n", vec![]),
    ] {
        assert_eq!(events(stream), expected, "{stream:?}");
    }
}

#[test]
fn what_browsers_drop_is_kept() {
    let (blocks, rest) = read(b": hello\n\nid: 1\nretry: 200\n\n:\nid: a\0b\nretry: 1s\nx-y: z\nflag\ndata: \xff\xfe\n\ndata: cut");
    assert_eq!(blocks.len(), 3);
    assert_eq!(blocks[0].comments, [b"hello"]);
    assert_eq!(
        (blocks[0].data.as_ref(), blocks[0].at.clone()),
        (None, 0..8)
    );
    assert_eq!(
        (blocks[1].id.as_deref(), blocks[1].retry),
        (Some(&b"1"[..]), Some(200))
    );
    assert_eq!(blocks[2].comments, [b""]);
    let ignored: Vec<&[u8]> = blocks[2].ignored.iter().map(|(name, _)| &**name).collect();
    assert_eq!(ignored, [&b"id"[..], b"retry", b"x-y", b"flag"]);
    assert_eq!(blocks[2].payload(), Some(&b"\xff\xfe"[..]));
    assert_eq!(rest.unwrap().data.as_deref(), Some(&b"cut"[..]));
}

#[test]
fn the_last_id_stays_until_it_is_replaced() {
    let mut parser = Parser::new(100);
    let mut out = Vec::new();
    for (stream, id) in [
        (&b"id: 1/3\ndata: x\n\n"[..], &b"1/3"[..]),
        (b"data: y\n\n", b"1/3"),
        (b"id\n\n", b""),
    ] {
        parser.feed(stream, &mut out);
        assert_eq!(parser.last_id(), id);
    }
}

#[test]
fn offsets_say_where_a_block_stands() {
    let stream = b"\xef\xbb\xbfdata: a\r\n\r\n\r\nid: 1\r\ndata: b\r\n\r\n";
    let (blocks, rest) = read(stream);
    let found: Vec<&[u8]> = blocks
        .iter()
        .map(|block| &stream[block.at.start as usize..block.at.end as usize])
        .collect();
    assert_eq!(found, [&b"data: a\r\n"[..], b"id: 1\r\ndata: b\r\n"]);
    assert_eq!(rest, None);
}

#[test]
fn a_block_over_the_limit_is_cut_and_says_so() {
    let stream = b"data: 0123456789\ndata: abcdefghij\nid: lost\n\ndata: next\n\n";
    let (blocks, _) = cut(stream, 5, 20);
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].data.as_deref(), Some(&b"0123456789"[..]));
    assert_eq!(blocks[0].dropped, 16 + 8);
    assert_eq!(
        (blocks[1].payload(), blocks[1].dropped),
        (Some(&b"next"[..]), 0)
    );
}

#[test]
fn one_long_event_in_small_pieces_takes_linear_time() {
    let mut stream = b"data: ".to_vec();
    stream.resize(8 << 20, b'x');
    stream.extend_from_slice(b"\n\n");
    let (blocks, _) = cut(&stream, 64, usize::MAX);
    assert_eq!(blocks[0].data.as_ref().unwrap().len(), (8 << 20) - 6);
}

proptest! {
    #[test]
    fn any_split_of_the_bytes_gives_the_same_blocks(
        stream in "(\u{feff}|)((data|id|event|retry|x|)(:|: |)(a|1|\u{feff}|)(\r|\n|\r\n)|\r|\n){0,30}(data: x|)",
        cuts in proptest::collection::vec(0_usize..200, 0..20),
        limit in prop_oneof![Just(1_usize << 20), 0_usize..40],
    ) {
        let whole = cut(stream.as_bytes(), stream.len().max(1), limit);
        let mut parser = Parser::new(limit);
        let mut out = Vec::new();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        for pair in cuts.windows(2) {
            parser.feed(&stream.as_bytes()[pair[0]..pair[1]], &mut out);
        }
        prop_assert_eq!((out, parser.finish()), whole);
        prop_assert_eq!(cut(stream.as_bytes(), 1, limit), cut(stream.as_bytes(), 3, limit));
    }

    #[test]
    fn any_bytes_are_survived(stream: Vec<u8>, size in 1_usize..9) {
        prop_assert_eq!(cut(&stream, size, 64), cut(&stream, stream.len().max(1), 64));
    }

    #[test]
    fn what_is_written_is_read_back(data in "[^\r\n]{1,40}", id in "[!-~]{1,10}") {
        let stream = format!("id: {id}\ndata: {data}\n\n");
        let (blocks, rest) = read(stream.as_bytes());
        prop_assert_eq!(rest, None);
        prop_assert_eq!(blocks[0].payload(), Some(data.as_bytes()));
        prop_assert_eq!(blocks[0].id.as_deref(), Some(id.as_bytes()));
    }
}
