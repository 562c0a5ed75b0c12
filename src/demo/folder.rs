//! The folder of the exports: makes the files, plain or compressed, and tells the summary what went into them.

use super::sheet::Sheet;
use super::summary::Summary;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What an export is written to.
pub(super) type Out = BufWriter<File>;
/// The same, compressed on the way.
pub(super) type Zipped = BufWriter<flate2::write::GzEncoder<Out>>;

/// An error with the name of the file that it is about.
pub(super) fn named(name: &str, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

/// The folder of the exports.
pub(super) struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// Makes the folder.
    pub(super) fn make(dir: &Path) -> io::Result<Self> {
        let dir = dir.join("exports");
        fs::create_dir_all(&dir).map_err(|error| named("exports", error))?;
        Ok(Folder { dir })
    }

    fn create(&self, name: &str) -> io::Result<Out> {
        let file = File::create(self.dir.join(name)).map_err(|error| named(name, error))?;
        Ok(BufWriter::with_capacity(1 << 18, file))
    }

    /// A sheet that stays open for a while.
    pub(super) fn open(&self, name: &str) -> io::Result<Sheet<Out>> {
        Ok(Sheet::new(self.create(name)?))
    }

    /// Ends such a sheet.
    pub(super) fn close(&self, summary: &mut Summary, name: &str, sheet: Sheet<Out>) -> io::Result<()> {
        let (_, records, dirty) = sheet.finish().map_err(|error| named(name, error))?;
        summary.add(name, (records, dirty));
        Ok(())
    }

    /// A whole sheet.
    pub(super) fn sheet<T>(
        &self,
        summary: &mut Summary,
        name: &str,
        fill: impl FnOnce(&mut Sheet<Out>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut sheet = self.open(name)?;
        let told = fill(&mut sheet).map_err(|error| named(name, error))?;
        self.close(summary, name, sheet)?;
        Ok(told)
    }

    /// A whole sheet, compressed; without the time and the system, which would differ from run to run.
    pub(super) fn zipped<T>(
        &self,
        summary: &mut Summary,
        name: &str,
        fill: impl FnOnce(&mut Sheet<Zipped>) -> io::Result<T>,
    ) -> io::Result<T> {
        let zipped = flate2::GzBuilder::new()
            .mtime(0)
            .operating_system(255)
            .write(self.create(name)?, flate2::Compression::best());
        let mut sheet = Sheet::new(BufWriter::with_capacity(1 << 16, zipped));
        let told = fill(&mut sheet).map_err(|error| named(name, error))?;
        let (out, records, dirty) = sheet.finish().map_err(|error| named(name, error))?;
        let zipped = out.into_inner().map_err(|error| named(name, error.into_error()))?;
        zipped.finish().and_then(|mut out| out.flush()).map_err(|error| named(name, error))?;
        summary.add(name, (records, dirty));
        Ok(told)
    }
}
