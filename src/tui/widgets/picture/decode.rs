//! From bytes to pixels to cells.
//!
//! Owns the limits: a picture is decoded only when its header promises a reasonable size, and never with more memory
//! than is said here. Of an animation the first frame is shown.

use std::io::Cursor;
use std::sync::atomic::{AtomicU32, Ordering};

use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageError, ImageReader, Limits, RgbaImage};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use ratatui::widgets::Widget;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::protocol::sixel::Sixel;

use super::{LARGEST, Picture, Pictures, Way};
use crate::tui::theme::{Depth, pixel};

/// The longest side, in pixels.
const SIDE: u32 = 16_384;

/// The most pixels: more take longer than anybody waits for a preview.
const PIXELS: u64 = 16 << 20;

/// The most memory a decoder may take, in bytes.
const MEMORY: u64 = 160 << 20;

/// See [`Picture::decode`].
pub(super) fn picture(bytes: &[u8], pictures: Pictures) -> Result<Picture, String> {
    let Some(way) = pictures.way else {
        return Err("pictures are off".to_owned());
    };
    let pixels = pixels(bytes)?;
    if let Way::HalfBlocks(depth) = way {
        let (columns, rows) = fit((pixels.width(), pixels.height()), (1, 2));
        let (width, height) = (u32::from(columns), u32::from(rows) * 2);
        let (width, height) = inside((pixels.width(), pixels.height()), (width, height));
        let scaled = imageops::resize(&pixels.to_rgba8(), width, height, FilterType::Triangle);
        return Ok(Picture::new(half_blocks(&scaled, depth), false));
    }
    let (columns, rows) = fit((pixels.width(), pixels.height()), pictures.cell);
    let room = (
        u32::from(columns) * u32::from(pictures.cell.0),
        u32::from(rows) * u32::from(pictures.cell.1),
    );
    let (width, height) = inside((pixels.width(), pixels.height()), room);
    let scaled = imageops::resize(&pixels.to_rgba8(), width, height, FilterType::Triangle);
    // What is not covered stays transparent.
    let mut canvas = RgbaImage::new(room.0, room.1);
    imageops::overlay(&mut canvas, &scaled, 0, 0);
    let (canvas, size) = (DynamicImage::from(canvas), Size::new(columns, rows));
    let tmux = pictures.tmux;
    let protocol = match way {
        Way::Iterm2 => Iterm2::new(canvas, size, tmux).map(Protocol::ITerm2),
        Way::Sixel => Sixel::new(canvas, size, tmux).map(Protocol::Sixel),
        Way::Kitty | Way::HalfBlocks(_) => {
            Kitty::new(canvas, size, number(), tmux, false).map(Protocol::Kitty)
        }
    }
    .map_err(|error| error.to_string())?;
    let mut cells = Buffer::empty(Rect::new(0, 0, columns, rows));
    ratatui_image::Image::new(&protocol).render(cells.area, &mut cells);
    Ok(Picture::new(cells, way != Way::Kitty))
}

fn pixels(bytes: &[u8]) -> Result<DynamicImage, String> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    let reader = || -> Result<_, ImageError> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
        reader.limits(limits.clone());
        Ok(reader)
    };
    let (width, height) = reader()
        .and_then(ImageReader::into_dimensions)
        .map_err(|error| words(&error))?;
    if width == 0 || height == 0 {
        return Err("it has no pixels".to_owned());
    }
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err("too large to be drawn here".to_owned());
    }
    reader()
        .and_then(ImageReader::decode)
        .map_err(|error| words(&error))
}

fn words(error: &ImageError) -> String {
    match error {
        ImageError::Limits(_) => "too large to be drawn here".to_owned(),
        ImageError::Unsupported(_) => "a format that is not drawn here".to_owned(),
        _ => "broken: it cannot be decoded".to_owned(),
    }
}

/// Columns and rows for so many pixels: as they are when there is room, else smaller.
fn fit(pixels: (u32, u32), cell: (u16, u16)) -> (u16, u16) {
    let room = (
        u32::from(LARGEST.0) * u32::from(cell.0),
        u32::from(LARGEST.1) * u32::from(cell.1),
    );
    let (width, height) = inside(pixels, room);
    let cells = |pixels: u32, cell: u16| pixels.div_ceil(u32::from(cell)).max(1) as u16;
    (cells(width, cell.0), cells(height, cell.1))
}

/// The size in proportion that is not larger than `room`, nor than it was.
fn inside(pixels: (u32, u32), room: (u32, u32)) -> (u32, u32) {
    let (width, height) = (u64::from(pixels.0), u64::from(pixels.1));
    let (most_width, most_height) = (u64::from(room.0), u64::from(room.1));
    if width <= most_width && height <= most_height {
        return pixels;
    }
    let (width, height) = if width * most_height > height * most_width {
        (most_width, height * most_width / width)
    } else {
        (width * most_height / height, most_height)
    };
    (width.max(1) as u32, height.max(1) as u32)
}

/// Two pixels a cell, one above the other; what is transparent shows the screen.
fn half_blocks(pixels: &RgbaImage, depth: Depth) -> Buffer {
    let rows = pixels.height().div_ceil(2);
    let mut cells = Buffer::empty(Rect::new(0, 0, pixels.width() as u16, rows as u16));
    let colour = |x: u32, y: u32| -> Option<Color> {
        let [r, g, b, opaque] = pixels.get_pixel_checked(x, y)?.0;
        (opaque >= 128).then(|| pixel([r, g, b], depth))
    };
    for y in 0..rows {
        for x in 0..pixels.width() {
            let cell = &mut cells[(x as u16, y as u16)];
            match (colour(x, 2 * y), colour(x, 2 * y + 1)) {
                (Some(upper), Some(lower)) => {
                    cell.set_symbol("▀").set_fg(upper).set_bg(lower);
                }
                (Some(upper), None) => {
                    cell.set_symbol("▀").set_fg(upper);
                }
                (None, Some(lower)) => {
                    cell.set_symbol("▄").set_fg(lower);
                }
                (None, None) => {}
            }
        }
    }
    cells
}

/// A number for the terminal to know a picture by: not one that another program on it is likely to have.
fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = std::process::id().wrapping_mul(0x9e37_79b1);
    own.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))
        .max(1)
}
