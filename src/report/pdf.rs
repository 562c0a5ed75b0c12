//! A report as PDF: tagged, with outline and contents, set by Typst from the template `page.typ` with fonts that are in the
//! binary. The same document gives the same bytes.

mod data;
mod world;

use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use self::world::World;
use super::document::Document;
use super::format::{RenderError, Templates};
use crate::arithmetic::local_time::from_rfc3339;

/// The template of the whole document.
const PAGE: &str = "page.typ";

/// The document in print.
///
/// # Errors
/// When the template is missing or wrong, or a chart cannot be drawn.
pub fn render(document: &Document, templates: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let file = || Some(format!("reports/templates/{PAGE}"));
    let page = templates.require(PAGE)?;
    let data = data::of(document).map_err(|message| RenderError { file: None, message: format!("pdf: {message}") })?;
    let world = World::new(page, data);
    let wrong = |errors: EcoVec<SourceDiagnostic>| RenderError { file: file(), message: world.explain(&errors) };
    let pages = typst::compile::<PagedDocument>(&world).output;
    let bytes = pages.and_then(|pages| {
        // PDF/UA wants a glyph for every letter. Imported text may hold letters that no embedded font has: such a document
        // is tagged all the same, but claims nothing.
        typst_pdf::pdf(&pages, &options(document, &[PdfStandard::Ua_1]))
            .or_else(|_| typst_pdf::pdf(&pages, &options(document, &[])))
    });
    // What Typst remembers of one document is of no use to the next.
    typst::comemo::evict(0);
    bytes.map_err(wrong)
}

/// What of the file is not on its pages: a name and a moment that are the document's own.
fn options(document: &Document, standards: &[PdfStandard]) -> PdfOptions {
    let data = &document.data;
    PdfOptions {
        ident: Smart::Custom(format!("{} {} {} {}", document.title, data.report, data.period.id, data.as_of)),
        creator: Smart::Custom(Some(format!("nines {}", data.version))),
        timestamp: moment(&data.as_of).map(Timestamp::new_utc),
        standards: PdfStandards::new(standards).unwrap_or_default(),
        ..PdfOptions::default()
    }
}

/// An RFC 3339 instant as Typst's date and time, in UTC.
fn moment(text: &str) -> Option<Datetime> {
    use chrono::{Datelike, Timelike};
    let instant = chrono::DateTime::from_timestamp_micros(from_rfc3339(text)?)?;
    let small = |number: u32| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        instant.year(),
        small(instant.month())?,
        small(instant.day())?,
        small(instant.hour())?,
        small(instant.minute())?,
        small(instant.second())?,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::report::compose::compose;
    use crate::report::document::Block;
    use crate::scorecard::example;
    use crate::scorecard::scorecard::Scorecard;

    fn weekly(scorecard: &Scorecard) -> (Document, Catalogue) {
        let catalogue = Catalogue::embedded();
        let definitions = Definitions::load(&catalogue);
        (compose(scorecard, &definitions.reports["weekly"]), catalogue)
    }

    /// Whether a file says that it keeps to PDF/UA.
    fn accessible(bytes: &[u8]) -> bool {
        bytes.windows(b"pdfuaid:part".len()).any(|found| found == b"pdfuaid:part")
    }

    #[test]
    fn a_rich_a_sparse_and_an_empty_report_are_accessible_and_the_same_twice() {
        for scorecard in [example::rich(), example::sparse(), example::empty()] {
            let (document, catalogue) = weekly(&scorecard);
            let bytes = render(&document, &catalogue).unwrap();
            assert!(bytes.starts_with(b"%PDF-1.7") && accessible(&bytes));
            assert!(bytes == render(&document, &catalogue).unwrap());
        }
    }

    #[test]
    fn text_is_never_markup_and_letters_without_a_glyph_only_cost_the_claim() {
        let (mut document, catalogue) = weekly(&example::rich());
        let hostile = "#panic() $ *a _b_ `c` <d> @e ] } \\ // /* \" ' = - + 1. \u{0} \u{7} \n\n == \u{202e}x";
        document.title = hostile.to_owned();
        for section in &mut document.sections {
            section.title = section.title.as_ref().map(|_| hostile.to_owned());
            section.lead = Some(hostile.to_owned());
            section.blocks.push(Block::Note { text: hostile.to_owned() });
        }
        render(&document, &catalogue).unwrap();
        let (mut document, catalogue) = weekly(&example::rich());
        document.sections[0].blocks.push(Block::Note { text: "見積もり".to_owned() });
        let bytes = render(&document, &catalogue).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7") && !accessible(&bytes));
    }

    #[test]
    fn a_project_s_own_template_is_taken_and_its_mistakes_have_their_line() {
        let (document, _) = weekly(&example::sparse());
        let with = |text: &str| render(&document, &BTreeMap::from([(PAGE.to_owned(), text.to_owned())]));
        assert!(with("#let doc = json(\"/document.json\")\n= Mine\n#doc.title").unwrap().starts_with(b"%PDF"));
        let error = with("= Mine\n#nothing").unwrap_err();
        assert_eq!(error.to_string(), "reports/templates/page.typ: line 2: unknown variable: nothing");
        let error = with("#read(\"/etc/passwd\")").unwrap_err();
        assert!(error.to_string().contains("line 1: file not found"), "{error}");
        assert!(render(&document, &BTreeMap::new()).is_err());
    }
}
