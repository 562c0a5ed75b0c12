//! How cells look: ink, one blue, hairlines; a status has its shape and word, and a colour third.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::report::document::Tone;

/// The colours of the page in print.
pub(super) const INK: Color = Color::RGB(0x1b_1d21);
pub(super) const MUTED: Color = Color::RGB(0x55_5c66);
pub(super) const LINE: Color = Color::RGB(0xb9_b7af);
pub(super) const HAIR: Color = Color::RGB(0xdc_dbd5);
pub(super) const DATA: Color = Color::RGB(0x1f_4e8c);
pub(super) const ALARM: Color = Color::RGB(0xa8_261c);
const RISK: Color = Color::RGB(0x8a_5800);
const MET: Color = Color::RGB(0x1e_7145);

/// Words.
pub(super) fn text() -> Format {
    Format::new().set_font_color(INK).set_align(FormatAlign::Top)
}

/// Words in small type.
pub(super) fn small() -> Format {
    text().set_font_color(MUTED).set_font_size(9)
}

/// The report's title.
pub(super) fn title() -> Format {
    text().set_bold().set_font_size(13)
}

/// The verdict.
pub(super) fn verdict() -> Format {
    text().set_font_size(16)
}

/// A section's title.
pub(super) fn heading() -> Format {
    text().set_bold().set_font_size(13)
}

/// What stands above a table or chart.
pub(super) fn caption() -> Format {
    text().set_bold()
}

/// The heading of a column.
pub(super) fn head(right: bool) -> Format {
    let align = if right { FormatAlign::Right } else { FormatAlign::Left };
    // Words to the right of a figure keep their distance from it.
    Format::new()
        .set_indent(u8::from(!right))
        .set_bold()
        .set_font_color(MUTED)
        .set_font_size(10)
        .set_text_wrap()
        .set_align(align)
        .set_align(FormatAlign::Bottom)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(INK)
}

/// The heading of a sheet's first column.
pub(super) fn first_head() -> Format {
    head(false).set_indent(0)
}

/// Words in a table.
pub(super) fn said() -> Format {
    cell().set_align(FormatAlign::Left).set_indent(1)
}

/// A cell of a table.
pub(super) fn cell() -> Format {
    text().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(LINE)
}

/// The colour of a mark.
pub(super) fn tone(tone: Tone) -> Color {
    match tone {
        Tone::Met => MET,
        Tone::AtRisk => RISK,
        Tone::Missed | Tone::Worse => ALARM,
        Tone::Signal => DATA,
        Tone::NoData | Tone::Plain => MUTED,
    }
}

/// A mark.
pub(super) fn mark(format: Format, of: Tone) -> Format {
    let format = format.set_font_color(tone(of));
    if matches!(of, Tone::NoData | Tone::Plain) { format } else { format.set_bold() }
}

/// Small type in a table.
pub(super) fn small_cell() -> Format {
    said().set_font_color(MUTED).set_font_size(9).set_text_wrap()
}

/// A colour so strong over white: 0 is white, 1 the colour.
pub(super) fn shade(colour: Color, depth: f64) -> Color {
    let Color::RGB(rgb) = colour else { return colour };
    let part = |shift: u32| {
        let full = f64::from((rgb >> shift) & 0xff);
        ((255.0 + (full - 255.0) * depth.clamp(0.0, 1.0)).round() as u32) << shift
    };
    Color::RGB(part(16) | part(8) | part(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_run_from_white_to_the_colour() {
        assert_eq!(shade(DATA, 0.0), Color::RGB(0xff_ffff));
        assert_eq!(shade(DATA, 1.0), DATA);
        assert_eq!(shade(DATA, f64::NAN), shade(DATA, f64::NAN));
    }
}
