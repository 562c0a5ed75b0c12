//! Columns of Arrow as text: instants in ISO 8601, with a Z when they are those of a zone; numbers in the shortest form; bytes as
//! text; lists and records as JSON. A missing value is empty text.

use std::fmt::Write;
use std::io;

use deltalake_core::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use deltalake_core::arrow::compute::cast;
use deltalake_core::arrow::datatypes::{DataType, Float64Type};
use deltalake_core::arrow::error::ArrowError;
use deltalake_core::arrow::json::LineDelimitedWriter;
use deltalake_core::arrow::util::display::{ArrayFormatter, DurationFormat, FormatOptions};

const OPTIONS: FormatOptions<'static> =
    FormatOptions::new().with_display_error(false).with_duration_format(DurationFormat::ISO8601);

/// What stands for an instant beyond the years that can be shown.
const OUT_OF_RANGE: &str = "(out of range)";

/// The texts of one column of a batch.
#[derive(Debug, Default)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// The texts of a column of any type.
    ///
    /// # Errors
    /// When its type has no text.
    pub fn of(name: &str, column: &ArrayRef) -> io::Result<Self> {
        let mut texts = Self::default();
        texts.fill(column).map_err(|error| {
            let message = format!("column `{name}`: values of the type {} cannot be read: {error}", column.data_type());
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        Ok(texts)
    }

    /// A text.
    #[must_use]
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    fn fill(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        match column.data_type() {
            DataType::Utf8View => {
                for value in column.as_string_view() {
                    self.text.push_str(value.unwrap_or_default());
                    self.end();
                }
            }
            DataType::BinaryView => {
                for value in column.as_binary_view() {
                    self.text.push_str(&String::from_utf8_lossy(value.unwrap_or_default()));
                    self.end();
                }
            }
            DataType::Float64 => {
                for value in column.as_primitive::<Float64Type>() {
                    // Tables of Python write a missing number as one that is none.
                    if let Some(value) = value.filter(|value| !value.is_nan()) {
                        let _ = write!(self.text, "{value}");
                    }
                    self.end();
                }
            }
            DataType::Timestamp(unit, Some(zone)) if zone.as_ref() != "UTC" => {
                self.fill(&cast(column, &DataType::Timestamp(*unit, Some("UTC".into())))?)?;
            }
            DataType::Utf8 | DataType::LargeUtf8 => self.fill(&cast(column, &DataType::Utf8View)?)?,
            DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => {
                let binary = cast(column, &DataType::Binary)?;
                self.fill(&cast(&binary, &DataType::BinaryView)?)?;
            }
            // By their own digits: 0.1 of 32 bits is not that of 64.
            DataType::Float16 | DataType::Float32 => self.shown(column, |text| text.trim_end_matches(".0"))?,
            DataType::Dictionary(_, values) if !values.is_nested() => self.fill(&cast(column, values)?)?,
            kind if kind.is_nested() => self.json(column)?,
            _ => self.shown(column, |text| text)?,
        }
        Ok(())
    }

    /// As the library shows values.
    fn shown(&mut self, column: &ArrayRef, shorten: fn(&str) -> &str) -> Result<(), ArrowError> {
        let formatter = ArrayFormatter::try_new(column, &OPTIONS)?;
        let mut shown = String::new();
        for index in 0..column.len() {
            shown.clear();
            if column.is_valid(index) {
                match write!(shown, "{}", formatter.value(index)) {
                    Ok(()) if shown != "NaN" => self.text.push_str(shorten(&shown)),
                    Ok(()) => {}
                    Err(_) => self.text.push_str(OUT_OF_RANGE),
                }
            }
            self.end();
        }
        Ok(())
    }

    fn json(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        let batch = RecordBatch::try_from_iter([("v", ArrayRef::clone(column))])?;
        let mut writer = LineDelimitedWriter::new(Vec::new());
        writer.write(&batch)?;
        writer.finish()?;
        let lines = writer.into_inner();
        for line in String::from_utf8_lossy(&lines).lines() {
            let value = line.strip_prefix(r#"{"v":"#).and_then(|rest| rest.strip_suffix('}'));
            self.text.push_str(value.unwrap_or_default());
            self.end();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use deltalake_core::arrow::array::{
        BinaryArray, Date32Array, Decimal128Array, DurationSecondArray, Float32Array, Float64Array, Int8Array,
        ListArray, NullArray, Time64MicrosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray,
        TimestampNanosecondArray, UInt16Array,
    };
    use deltalake_core::arrow::datatypes::Int64Type;

    use super::*;

    fn texts(column: impl Array + 'static) -> Vec<String> {
        let column: ArrayRef = Arc::new(column);
        let texts = Texts::of("c", &column).unwrap();
        (0..column.len()).map(|index| texts.get(index).to_string()).collect()
    }

    #[test]
    fn instants_are_iso_with_a_z_where_they_are_those_of_a_zone() {
        let instant = 1_704_182_400_000_000;
        let naive = TimestampMicrosecondArray::from(vec![Some(instant), None, Some(instant + 123_000)]);
        assert_eq!(texts(naive.clone()), ["2024-01-02T08:00:00", "", "2024-01-02T08:00:00.123"]);
        assert_eq!(texts(naive.clone().with_timezone("UTC"))[0], "2024-01-02T08:00:00Z");
        assert_eq!(texts(naive.clone().with_timezone("+00:00"))[0], "2024-01-02T08:00:00Z");
        assert_eq!(texts(naive.with_timezone("Europe/Brussels"))[0], "2024-01-02T08:00:00Z");
        assert_eq!(texts(TimestampNanosecondArray::from(vec![instant * 1000]))[0], "2024-01-02T08:00:00");
        assert_eq!(texts(TimestampMillisecondArray::from(vec![i64::MAX])), [OUT_OF_RANGE]);
        assert_eq!(texts(Date32Array::from(vec![19_724])), ["2024-01-02"]);
        assert_eq!(texts(Time64MicrosecondArray::from(vec![30_600_000_000])), ["08:30:00"]);
        assert_eq!(texts(DurationSecondArray::from(vec![90])), ["PT90S"]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(texts(Int8Array::from(vec![-7])), ["-7"]);
        assert_eq!(texts(UInt16Array::from(vec![7])), ["7"]);
        assert_eq!(texts(Float64Array::from(vec![123.0, 0.1, f64::NAN])), ["123", "0.1", ""]);
        assert_eq!(texts(Float32Array::from(vec![123.0, 0.1, f32::NAN])), ["123", "0.1", ""]);
        let decimals = Decimal128Array::from(vec![Some(1250), None]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(texts(decimals), ["12.50", ""]);
        assert_eq!(texts(NullArray::new(1)), [""]);
    }

    #[test]
    fn bytes_are_text_and_lists_json() {
        assert_eq!(texts(BinaryArray::from(vec![&b"caf\xc3\xa9"[..], b"\xff"])), ["café", "\u{fffd}"]);
        let lists = vec![Some(vec![Some(1), Some(2)]), None];
        assert_eq!(texts(ListArray::from_iter_primitive::<Int64Type, _, _>(lists)), ["[1,2]", ""]);
    }
}
