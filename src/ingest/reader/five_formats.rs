//! Tests across formats: the same table as CSV, XLSX, XLS, OpenDocument and Parquet is the same rows; sheets, headers below titles,
//! errors in cells; and files that are not what they seem.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deltalake_core::arrow::array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use deltalake_core::parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use super::chunk::Chunk;
use super::{Request, open};
use crate::declaration::issue::Level;
use crate::declaration::mapping::Mapping;
use crate::ingest::file::Outcome;
use crate::ingest::trial::{Kept, mapping, read_by, read_bytes};

const MAPPING: &str = r#"
title = "t"
table = "tickets"
match = ["number", "opened"]
[columns]
id = "number"
opened_at = "opened"
resolved_at = "resolved"
priority = "priority"
handle_s = "worked"
automated = "automated"
title = "summary"
ci = "asset"
"#;

const CSV: &str = "Number,Opened,Resolved,Priority,Worked,Automated,Summary,Asset\n\
    INC1,2024-02-29 08:30:00,2024-03-01,1,1:30:00,yes,Mail is down,00123\n\
    INC2,2024-12-31 23:59:59,,3,100:00:05,no,\"Café; \"\"quoted\"\", twice\",7\n\
    INC3,2026-07-01,2026-07-02 12:00:00.25,2,,yes,\"two\nlines\",0.1\n";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/files").join(name)
}

fn write_tickets(sheet: &mut Worksheet, first: u32) {
    let with = |text: &str| Format::new().set_num_format(text);
    let (moment, day, hours) = (with("yyyy-mm-dd hh:mm:ss"), with("dd/mm/yyyy"), with("[h]:mm:ss"));
    let date = |text: &str| ExcelDateTime::parse_from_str(text).unwrap();
    for (column, name) in (0..).zip(CSV.lines().next().unwrap().split(',')) {
        sheet.write(first, column, name).unwrap();
    }
    for (row, id, opened, automated, summary) in [
        (1, "INC1", "2024-02-29 08:30:00", true, "Mail is down"),
        (2, "INC2", "2024-12-31 23:59:59", false, "Café; \"quoted\", twice"),
        (3, "INC3", "2026-07-01", true, "two\nlines"),
    ] {
        sheet.write(first + row, 0, id).unwrap();
        sheet.write_with_format(first + row, 1, date(opened), &moment).unwrap();
        sheet.write(first + row, 5, automated).unwrap();
        sheet.write(first + row, 6, summary).unwrap();
    }
    sheet.write_with_format(first + 1, 2, date("2024-03-01"), &day).unwrap();
    sheet.write_with_format(first + 3, 2, date("2026-07-02 12:00:00.250"), &moment).unwrap();
    sheet.write(first + 1, 3, 1).unwrap().write(first + 2, 3, 3).unwrap();
    sheet.write(first + 3, 3, "2").unwrap();
    sheet.write_with_format(first + 1, 4, 0.0625, &hours).unwrap();
    sheet.write_with_format(first + 2, 4, 100.0 / 24.0 + 5.0 / 86_400.0, &hours).unwrap();
    sheet.write(first + 1, 7, "00123").unwrap().write(first + 2, 7, 7).unwrap().write(first + 3, 7, 0.1).unwrap();
}

fn xlsx(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

fn tickets_xlsx() -> Vec<u8> {
    xlsx(|book| write_tickets(book.add_worksheet(), 0))
}

fn parquet() -> Vec<u8> {
    let second = 1_000_000;
    let opened = vec![1_709_195_400 * second, 1_735_689_599 * second, 1_782_864_000 * second];
    let resolved = vec![Some(1_709_251_200 * second), None, Some(1_782_993_600_250_000)];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Number", Arc::new(StringArray::from(vec!["INC1", "INC2", "INC3"]))),
        ("Opened", Arc::new(TimestampMicrosecondArray::from(opened))),
        ("Resolved", Arc::new(TimestampMicrosecondArray::from(resolved).with_timezone("UTC"))),
        ("Priority", Arc::new(Int64Array::from(vec![1, 3, 2]))),
        ("Worked", Arc::new(Int64Array::from(vec![Some(5400), Some(360_005), None]))),
        ("Automated", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("Summary", Arc::new(StringArray::from(vec!["Mail is down", "Café; \"quoted\", twice", "two\nlines"]))),
        ("Asset", Arc::new(StringArray::from(vec!["00123", "7", "0.1"]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn read_fixture(name: &str, mapping: &Mapping) -> (Outcome, Kept) {
    read_by(&fixture(name), mapping, chrono_tz::UTC)
}

#[test]
fn the_same_table_in_five_formats_is_the_same_rows() {
    let mapping = mapping(MAPPING);
    let (_, wanted) = read_bytes(CSV.as_bytes(), &mapping, chrono_tz::UTC);
    assert_eq!(wanted.column("tickets", "handle_s"), ["5400", "360005", "-"]);
    assert_eq!(wanted.column("tickets", "ci"), ["00123", "7", "0.1"]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tickets_xlsx()).unwrap();
    let found = [
        ("XLSX", read_bytes(&tickets_xlsx(), &mapping, chrono_tz::UTC)),
        ("XLSX in gzip", read_bytes(&gzip.finish().unwrap(), &mapping, chrono_tz::UTC)),
        ("XLS", read_fixture("tickets.xls", &mapping)),
        ("XLS of 1904", read_fixture("dates_1904.xls", &mapping)),
        ("ODS", read_fixture("tickets.ods", &mapping)),
        ("ODS below a title", read_fixture("preamble.ods", &mapping)),
        ("Parquet", read_bytes(&parquet(), &mapping, chrono_tz::UTC)),
        ("Parquet in zstd", read_bytes(&zstd::encode_all(&parquet()[..], 1).unwrap(), &mapping, chrono_tz::UTC)),
    ];
    for (format, (mut outcome, kept)) in found {
        outcome.findings.retain(|finding| !finding.expected.starts_with("one sheet with records"));
        assert_eq!(outcome.findings, [], "{format}");
        assert_eq!(kept.batches[0].columns, wanted.batches[0].columns, "{format}");
    }
}

#[test]
fn rows_have_the_numbers_that_the_sheet_shows() {
    let mapping = mapping(MAPPING);
    assert_eq!(read_fixture("tickets.xls", &mapping).1.rows_of("tickets"), [2, 3, 4]);
    // A title, a line of filters, a blank row, the header in row 4; a blank row between the records.
    let (outcome, kept) = read_fixture("preamble.ods", &mapping);
    assert_eq!(kept.rows_of("tickets"), [5, 6, 8]);
    assert_eq!(outcome.ignored, [("above the header".to_string(), 2), ("blank row".to_string(), 1)]);
}

#[test]
fn the_sheet_is_the_one_that_is_named_or_the_first_visible_one_with_records() {
    let names = |sheet| {
        open(&fixture("preamble.ods"), &Request { sheet, ..Request::default() })
            .map(|(_, source, _)| source.names().to_vec())
    };
    assert_eq!(names(None).unwrap()[..2], ["Number", "Opened"]);
    assert_eq!(names(Some("teams")).unwrap(), ["Team", "Size"]);
    assert_eq!(names(Some("Old")).unwrap(), ["Team", "Size"]);
    let error = names(Some("Changes")).unwrap_err().to_string();
    assert_eq!(error, "expected a sheet `Changes`, found `Old`, `Notes`, `Tickets`, `Teams`");
}

#[test]
fn cells_with_errors_are_missing_and_told_and_remarks_beside_the_table_too() {
    let bytes = xlsx(|book| {
        let sheet = book.add_worksheet();
        write_tickets(sheet, 0);
        sheet.write(1, 3, Formula::new("=NA()").set_result("#N/A")).unwrap();
        sheet.write(2, 20, "ask Ann").unwrap();
        // A column that only looks filled, and rows of blanks at the end.
        sheet.write(900, 1, "").unwrap();
    });
    let (outcome, kept) = read_bytes(&bytes, &mapping(MAPPING), chrono_tz::UTC);
    assert_eq!(kept.column("tickets", "priority"), ["-", "3", "2"]);
    let told: Vec<_> =
        outcome.findings.iter().map(|found| (found.level, found.column.as_str(), &found.examples[0])).collect();
    let (error, remark) = ((2, "#N/A".to_string()), (3, "ask Ann".to_string()));
    assert_eq!(told, [(Level::Note, "", &remark), (Level::Warning, "Priority", &error)]);
    assert_eq!(outcome.ignored, []);
}

/// A zip archive with one part changed, or left out.
fn changed(bytes: &[u8], part: &str, change: impl Fn(String) -> Option<String>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().to_string();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let text = if name == part { change(text) } else { Some(text) };
        if let Some(text) = text {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_xlsx_may_count_days_from_1904_too() {
    let part = "xl/workbook.xml";
    let bytes =
        changed(&tickets_xlsx(), part, |text| Some(text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")));
    let (_, kept) = read_bytes(&bytes, &mapping(MAPPING), chrono_tz::UTC);
    // The same numbers are 1462 days later.
    assert_eq!(kept.column("tickets", "opened_at")[0], ((1_709_195_400 + 1462 * 86_400) * 1_000_000_i64).to_string());
}

fn error_of(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.xlsx");
    fs::write(&path, bytes).unwrap();
    match open(&path, &Request::default())
        .map(|(format, mut source, _)| (format, source.read(&mut Chunk::new(source.names().len()))))
    {
        Ok((format, Ok(_))) => format!("read as {format}"),
        Ok((_, Err(error))) | Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_no_workbook_or_a_damaged_one_is_told_apart() {
    let good = tickets_xlsx();
    let zip = |name: &str, content: &str| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let mut bomb = zip("xl/workbook.xml", "x");
    // The size that the directory of the archive claims.
    let directory = bomb.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    bomb[directory + 24..directory + 28].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
    let compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    let mut claims = fs::read(fixture("tickets.xls")).unwrap();
    let record = claims.windows(4).position(|bytes| bytes == [0, 2, 14, 0]).unwrap();
    claims[record + 10] = 0xff;
    let cases = [
        (Vec::new(), "read as csv"),
        (b"a,b\n1,2\n".to_vec(), "read as csv"),
        (zip("a.csv", "a,b\n1,2\n"), "found a zip archive of other files: unpack it first"),
        (good[..good.len() / 2].to_vec(), "found a zip archive that is damaged"),
        (changed(&good, "xl/workbook.xml", |_| None), "found none"),
        (changed(&good, "xl/sharedStrings.xml", |_| None), "it is damaged"),
        (changed(&good, "xl/worksheets/sheet1.xml", |text| Some(text[..text.len() / 2].to_string())), "it is damaged"),
        (
            changed(&good, "xl/worksheets/sheet1.xml", |text| {
                Some(text.replace("<row r=\"2\"", "<row r=\"9\"").replace("r=\"A2\"", "r=\"A9\""))
            }),
            "row 2 stands after row 9",
        ),
        (bomb, "`xl/workbook.xml` claims to unpack to 3 GiB"),
        (compound, "expected a workbook"),
        (claims, "expected a sheet of at most 65536 x 256 cells"),
        (parquet()[..200].to_vec(), "expected a Parquet file, but it is damaged"),
    ];
    for (bytes, wanted) in cases {
        let found = error_of(&bytes);
        assert!(found.contains(wanted), "expected `{wanted}`, found `{found}`");
    }
}

#[test]
fn a_locked_workbook_says_so() {
    assert!(error_of(&fs::read(fixture("locked.xlsx")).unwrap()).contains("locked by a password"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_files_are_read_or_refused(
        which in 0_usize..4,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = match which {
            0 => tickets_xlsx(),
            1 => fs::read(fixture("tickets.xls")).unwrap(),
            2 => fs::read(fixture("tickets.ods")).unwrap(),
            _ => parquet(),
        };
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        error_of(&bytes);
    }
}
