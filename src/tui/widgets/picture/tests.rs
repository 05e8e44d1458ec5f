//! Which way is chosen, and what becomes of pictures and of what only says it is one.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn choose(setting: Images, variables: &[(&str, &str)], depth: Depth) -> Option<Way> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let around = Surroundings {
        variable: &variable,
        depth,
        ascii: false,
        cell: Some((8, 16)),
    };
    Pictures::choose(setting, around).way()
}

#[cfg(feature = "images")]
#[test]
fn the_terminal_is_known_by_its_name() {
    let auto = |variables: &[(&str, &str)]| choose(Images::Auto, variables, Depth::Rgb);
    let blocks = Some(Way::HalfBlocks(Depth::Rgb));
    assert_eq!(auto(&[("TERM", "xterm-kitty")]), Some(Way::Kitty));
    assert_eq!(auto(&[("TERM", "xterm-ghostty")]), Some(Way::Kitty));
    assert_eq!(auto(&[("TERM_PROGRAM", "WezTerm")]), Some(Way::Iterm2));
    assert_eq!(auto(&[("LC_TERMINAL", "iTerm2")]), Some(Way::Iterm2));
    assert_eq!(auto(&[("TERM", "foot-extra")]), Some(Way::Sixel));
    assert_eq!(auto(&[("TERM", "xterm-256color")]), blocks);
    // What a multiplexer runs in is not what one draws on.
    let tmux = [("TERM", "tmux-256color"), ("LC_TERMINAL", "iTerm2")];
    assert_eq!(auto(&tmux), blocks);
    let tmux = [("TERM", "xterm-kitty"), ("TMUX", "/tmp/x,1,0")];
    assert_eq!(auto(&tmux), blocks);
    assert_eq!(
        choose(Images::Kitty, &tmux, Depth::Rgb),
        Some(Way::Kitty),
        "somebody who asks for it gets it"
    );
}

#[cfg(feature = "images")]
#[test]
fn without_colours_or_utf_8_there_are_cards() {
    let kitty = [("TERM", "xterm-kitty")];
    assert_eq!(choose(Images::Auto, &kitty, Depth::None), None);
    assert_eq!(choose(Images::Kitty, &kitty, Depth::None), None);
    assert_eq!(choose(Images::Off, &kitty, Depth::Rgb), None);
    assert_eq!(choose(Images::HalfBlocks, &[], Depth::C16), None);
    assert_eq!(
        choose(Images::HalfBlocks, &kitty, Depth::C256),
        Some(Way::HalfBlocks(Depth::C256))
    );
    let around = |ascii, cell| Surroundings {
        variable: &|name| (name == "TERM").then(|| "xterm-kitty".to_owned()),
        depth: Depth::Rgb,
        ascii,
        cell,
    };
    assert!(!Pictures::choose(Images::Auto, around(true, None)).is_on());
    assert_eq!(
        Pictures::choose(Images::Auto, around(false, None)).way(),
        Some(Way::HalfBlocks(Depth::Rgb)),
        "graphics need to know how large a cell is"
    );
}

#[cfg(not(feature = "images"))]
#[test]
fn a_build_without_pictures_draws_none() {
    assert_eq!(choose(Images::Kitty, &[], Depth::Rgb), None);
    assert!(Picture::decode(b"", Pictures::OFF).is_err());
}

#[cfg(feature = "images")]
mod decoding {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
    use ratatui::style::Color;

    use super::*;

    const BLOCKS: Pictures = Pictures::half_blocks(Depth::Rgb);

    fn kitty() -> Pictures {
        Pictures {
            way: Some(Way::Kitty),
            ..Pictures::OFF
        }
    }

    fn bytes(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let pixels = RgbaImage::from_fn(width, height, |_, y| {
            Rgba(if y % 2 == 0 {
                [200, 0, 0, 255]
            } else {
                [0, 0, 200, 255]
            })
        });
        let mut out = Cursor::new(Vec::new());
        let mut pixels = DynamicImage::from(pixels);
        if format == ImageFormat::Jpeg {
            pixels = pixels.to_rgb8().into();
        }
        pixels.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn each_cell_has_two_pixels() {
        let picture = Picture::decode(&bytes(3, 4, ImageFormat::Png), BLOCKS).unwrap();
        assert_eq!((picture.columns(), picture.rows()), (3, 2));
        let mut buf = Buffer::empty(Rect::new(0, 0, 5, 4));
        picture.draw(1, Rect::new(1, 1, 4, 3), &mut buf);
        assert_eq!(buf[(1, 2)].symbol(), "▀");
        assert_eq!(buf[(1, 2)].fg, Color::Rgb(200, 0, 0));
        assert_eq!(buf[(3, 3)].bg, Color::Rgb(0, 0, 200));
        assert_eq!(buf[(4, 2)].symbol(), " ");
        assert_eq!(buf[(1, 1)].symbol(), " ");
        // Half of it above the area.
        let mut buf = Buffer::empty(Rect::new(0, 0, 5, 4));
        picture.draw(-1, buf.area, &mut buf);
        assert_eq!(buf[(0, 0)].symbol(), "▀");
        assert_eq!(buf[(0, 1)].symbol(), " ");
    }

    #[test]
    fn every_format_is_decoded_and_large_ones_fit() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
        ] {
            let picture = Picture::decode(&bytes(640, 480, format), BLOCKS).unwrap();
            assert_eq!((picture.columns(), picture.rows()), (42, 16), "{format:?}");
        }
        let wide = Picture::decode(&bytes(3000, 3, ImageFormat::Png), BLOCKS).unwrap();
        assert_eq!((wide.columns(), wide.rows()), (60, 1));
        let table = Pictures::half_blocks(Depth::C256);
        let picture = Picture::decode(&bytes(1, 2, ImageFormat::Png), table).unwrap();
        assert!(matches!(picture.cells[(0, 0)].fg, Color::Indexed(_)));
    }

    #[test]
    fn what_is_broken_or_too_large_says_so() {
        let whole = bytes(64, 64, ImageFormat::Png);
        let why = |bytes: &[u8]| Picture::decode(bytes, BLOCKS).unwrap_err();
        assert_eq!(
            why(&whole[..whole.len() / 2]),
            "broken: it cannot be decoded"
        );
        assert_eq!(why(b"<svg xmlns='x'/>"), "a format that is not drawn here");
        assert_eq!(why(b""), "a format that is not drawn here");
        // A header that promises 60000 by 60000 pixels.
        let mut bomb = whole.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(why(&bomb), "too large to be drawn here");
        assert_eq!(
            Picture::decode(&whole, Pictures::OFF).unwrap_err(),
            "pictures are off"
        );
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        !crc
    }

    #[test]
    fn kitty_is_sent_a_picture_once_until_it_forgets() {
        let picture = Picture::decode(&bytes(40, 60, ImageFormat::Png), kitty()).unwrap();
        assert_eq!((picture.columns(), picture.rows()), (4, 3));
        let first = |top: i32| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 10, 5));
            picture.draw(top, buf.area, &mut buf);
            buf[(0, 0)].symbol().to_owned()
        };
        assert!(first(-1).starts_with("\u{1b}_Gq=2,i="), "also when cut");
        assert!(first(0).starts_with('\u{10eeee}'));
        send_again();
        assert!(first(0).starts_with("\u{1b}_G"));
    }

    #[test]
    fn what_cannot_be_cut_is_drawn_whole_or_not_at_all() {
        for way in [Way::Sixel, Way::Iterm2] {
            let pictures = Pictures {
                way: Some(way),
                ..Pictures::OFF
            };
            let picture = Picture::decode(&bytes(40, 60, ImageFormat::Png), pictures).unwrap();
            for (top, drawn) in [(0, true), (2, true), (3, false), (-1, false)] {
                let mut buf = Buffer::empty(Rect::new(0, 0, 10, 5));
                picture.draw(top, buf.area, &mut buf);
                let any = buf.content.iter().any(|cell| cell.symbol() != " ");
                assert_eq!(any, drawn, "{way:?} {top}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(
            start in 0..4_usize,
            noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            at in 0..100_usize,
        ) {
            let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];
            let mut bytes = bytes(5, 5, formats[start]);
            let at = at.min(bytes.len());
            bytes.truncate(at);
            bytes.extend(noise);
            if let Ok(picture) = Picture::decode(&bytes, BLOCKS) {
                proptest::prop_assert!(picture.rows() <= LARGEST.1 && picture.columns() <= LARGEST.0);
            }
        }
    }
}

#[test]
fn a_picture_that_moves_or_goes_leaves_its_place() {
    let frame = |places: &[(u16, &str)]| {
        let mut frame = Buffer::empty(Rect::new(0, 0, 4, 2));
        frame[(1, 1)].set_symbol("x");
        for (x, symbol) in places {
            frame[(*x, 0)].set_symbol(symbol);
        }
        frame
    };
    let (one, other) = ("\x1bPq one\x1b\\", "\x1bPq other\x1b\\");
    let shown = frame(&[(0, one)]);
    assert!(!leaves_some(&shown, &shown));
    assert!(
        !leaves_some(&shown, &frame(&[(0, one), (2, other)])),
        "one more"
    );
    assert!(!leaves_some(&frame(&[]), &shown));
    for next in [frame(&[]), frame(&[(1, one)]), frame(&[(0, other)])] {
        assert!(leaves_some(&shown, &next));
    }
    let smaller = Buffer::empty(Rect::new(0, 0, 2, 2));
    assert!(leaves_some(&shown, &smaller));
    assert!(!leaves_some(&frame(&[]), &smaller));
}
