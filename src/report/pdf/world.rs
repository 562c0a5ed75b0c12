//! All that Typst sees of the world: the template, the document's data, and the fonts in the binary. No file, no network, no
//! clock.

use std::sync::OnceLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, WorldExt};

/// What every document shares.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: FileId,
    data: FileId,
}

/// The world of one document.
pub(super) struct World {
    shared: &'static Shared,
    source: Source,
    data: Bytes,
}

impl World {
    /// A world with a template and the data that it reads as `/document.json`.
    pub(super) fn new(template: &str, data: Vec<u8>) -> Self {
        let shared = shared();
        World { shared, source: Source::new(shared.main, template.to_owned()), data: Bytes::new(data) }
    }

    /// Errors with the template's lines: "line 12: unknown variable: a; line 14: ...".
    pub(super) fn explain(&self, errors: &[SourceDiagnostic]) -> String {
        let one = |error: &SourceDiagnostic| {
            let line = self.range(error.span).and_then(|range| self.source.lines().byte_to_line(range.start));
            let hints: String = error.hints.iter().map(|hint| format!(" ({})", hint.v)).collect();
            let place = line.map_or_else(String::new, |line| format!("line {}: ", line + 1));
            format!("{place}{}{hints}", error.message)
        };
        errors.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

impl typst::World for World {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.shared.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.shared.main { Ok(self.source.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == self.shared.data => Ok(self.data.clone()),
            id if id == self.shared.main => Ok(Bytes::from_string(self.source.text().to_owned())),
            _ => Err(missing(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_with_slash().into())
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let fonts = fonts();
        let file = |name: &str| {
            // Our own names; a path that does not parse would be the root, which is no file.
            let path = VirtualPath::new(name).unwrap_or_else(|_| unreachable!("{name} is a path"));
            RootedPath::new(VirtualRoot::Project, path).intern()
        };
        Shared {
            library: LazyHash::new(
                Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build(),
            ),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            main: file("/page.typ"),
            data: file("/document.json"),
        }
    })
}

/// Noto Sans, and DejaVu Sans Mono for code and for the few marks that Noto Sans lacks.
fn fonts() -> Vec<Font> {
    let sans = [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF];
    // The crate's fonts by their order hold others too, for mathematics.
    let mono = typst_assets::fonts()
        .filter(|font| Font::new(Bytes::new(*font), 0).is_some_and(|font| font.info().family == "DejaVu Sans Mono"));
    sans.into_iter().chain(mono).flat_map(|font| Font::iter(Bytes::new(font))).collect()
}
