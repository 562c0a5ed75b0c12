//! A drawing as a picture: pixels at twice its size, on white, with the one font that the program brings.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::report::charts;

/// Pixels for each pixel of the page, so that the picture is sharp on the screens of today.
const SCALE: f32 = 2.0;

/// The family of the fonts, as they name themselves.
const FAMILY: &str = "Noto Sans";

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
    fonts.load_font_data(notosans::BOLD_TTF.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    Arc::new(fonts)
});

/// A PNG file and the size that it is shown in.
pub(super) struct Picture {
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The picture of an SVG of ours.
pub(super) fn picture(svg: &str) -> Result<Picture, String> {
    let options = Options { fontdb: Arc::clone(&FONTS), font_family: FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(&charts::fixed(svg), &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width(), size.height());
    let pixels = |side: u32| (side as f32 * SCALE).ceil() as u32;
    let mut pixmap = Pixmap::new(pixels(width), pixels(height)).ok_or("a chart without a size")?;
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    let bytes = pixmap.encode_png().map_err(|error| error.to_string())?;
    Ok(Picture { bytes, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Spark;

    #[test]
    fn a_picture_has_twice_the_pixels_and_holds_its_words() {
        let of = |last: &str| {
            let points = vec![Some(1.0), Some(2.0)];
            let spark = Spark { points, limits: None, last: last.to_owned(), alarm: false, alt: String::new() };
            picture(&charts::spark(&spark).unwrap()).unwrap()
        };
        let picture = of("78");
        let side = |at: usize| u32::from_be_bytes(picture.bytes[at..at + 4].try_into().unwrap());
        assert_eq!((side(16), side(20)), (2 * picture.width, 2 * picture.height));
        // The font is there: other words are other pixels.
        assert_ne!(of("78").bytes, of("18").bytes);
        assert_eq!(of("78").bytes, picture.bytes);
    }
}
