//! Reading a table: a heading, then rows, each bounded.

use std::collections::VecDeque;
use std::fmt::Display;
use std::io::{self, Read};
use std::str::FromStr;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::fault::beginning;
use super::{ImportFault, TableError};

/// Longest line, in bytes.
pub(super) const MAX_LINE: usize = 16 << 10;
/// Most lines of one record, whose quoted fields may go on over several.
pub(super) const MAX_LINES_OF_RECORD: usize = 256;
/// Most faults that are told of one row: a list can have thousands.
const MAX_FAULTS_OF_ROW: usize = 32;
/// Most records of one table.
const MAX_LINES: u64 = 1_000_000;

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// Whether the heading must have it.
    pub(super) required: bool,
    /// What is to be written in it.
    pub(super) form: &'static str,
}

/// A table, read row by row.
pub(super) struct Table<R> {
    reader: Reader<Bounded<R>>,
    columns: &'static [Column],
    /// The column of each field.
    places: Vec<usize>,
    record: ByteRecord,
    /// Where the record begins, counted from 1.
    line: u64,
    rows: u64,
}

impl<R: Read> Table<R> {
    pub(super) fn open(input: R, columns: &'static [Column]) -> Result<Self, TableError> {
        let reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(Bounded::new(input));
        let record = ByteRecord::new();
        let mut table = Self { reader, columns, places: Vec::new(), record, line: 1, rows: 0 };
        if !table.read()? {
            return Err(TableError::Empty);
        }
        for field in &table.record {
            let name = String::from_utf8_lossy(field);
            let known = columns.iter().position(|column| column.name == name);
            let place = known.ok_or_else(|| TableError::UnknownColumn {
                column: beginning(&name),
                known: columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", "),
            })?;
            if table.places.contains(&place) {
                return Err(TableError::ColumnTwice { column: columns.get(place).map_or("", |c| c.name) });
            }
            table.places.push(place);
        }
        let missing = (0..).zip(columns).find(|(at, column)| column.required && !table.places.contains(at));
        match missing {
            Some((_, column)) => Err(TableError::ColumnMissing { column: column.name }),
            None => Ok(table),
        }
    }

    /// The next row; lines with nothing in them are skipped.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        if !self.read()? {
            return Ok(None);
        }
        self.rows += 1;
        if self.rows > MAX_LINES {
            return Err(TableError::TooManyLines { max: MAX_LINES });
        }
        let line = self.line;
        let fields = vec![""; self.columns.len()];
        let mut row = Row { line, columns: self.columns, fields, faults: Vec::new() };
        if self.record.len() != self.places.len() {
            let (found, due) = (self.record.len(), self.places.len());
            let text = format!("the line has {found} fields, the heading {due}");
            let remedy = "write as many fields as the heading has, and quote those that contain a comma";
            row.faults.push(ImportFault::line(line, "row-fields", text, remedy));
        }
        for (place, field) in self.places.iter().zip(&self.record) {
            match (std::str::from_utf8(field), row.fields.get_mut(*place), self.columns.get(*place)) {
                (Ok(text), Some(cell), _) => *cell = text,
                (Err(_), _, Some(column)) => {
                    let fault = ("row-not-utf-8", "the field is not UTF-8".to_owned());
                    row.faults.push(ImportFault::field(line, column, &String::from_utf8_lossy(field), fault));
                }
                _ => {}
            }
        }
        Ok(Some(row))
    }

    /// Reads a record and says on which line it begins.
    fn read(&mut self) -> Result<bool, TableError> {
        if !self.reader.read_byte_record(&mut self.record)? {
            return Ok(false);
        }
        let end = self.reader.position().byte();
        self.line = self.reader.get_mut().line_of(end)?;
        Ok(true)
    }
}

impl From<TooLong> for TableError {
    fn from(TooLong { line }: TooLong) -> Self {
        Self::LineTooLong { line }
    }
}

impl From<csv::Error> for TableError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => {
                match error.get_ref().and_then(|inner| inner.downcast_ref::<TooLong>()) {
                    Some(too_long) => Self::from(*too_long),
                    None => Self::Read(error),
                }
            }
            other => Self::Read(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// A row, whose fields are asked for one by one; what does not read is noted.
pub(super) struct Row<'t> {
    line: u64,
    columns: &'static [Column],
    fields: Vec<&'t str>,
    faults: Vec<ImportFault>,
}

impl<'t> Row<'t> {
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn into_faults(self) -> Vec<ImportFault> {
        self.faults
    }

    /// A field that must be there.
    pub(super) fn required<T: FromStr<Err: Fault>>(&mut self, name: &str) -> Result<T, Noted> {
        match self.optional(name)? {
            Some(value) => Ok(value),
            None => Err(self.reject(name, ("field-missing", "the field is empty".to_owned()))),
        }
    }

    /// A field that may be left empty.
    pub(super) fn optional<T: FromStr<Err: Fault>>(&mut self, name: &str) -> Result<Option<T>, Noted> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error: T::Err| self.reject(name, error.told())),
        }
    }

    /// Several values between bars; none where it is empty.
    pub(super) fn list<T: FromStr<Err: Fault>>(&mut self, name: &str) -> Result<Vec<T>, Noted> {
        let text = self.text(name);
        let mut values = Vec::new();
        let mut noted = Ok(());
        for part in text.split('|').map(str::trim).filter(|_| !text.is_empty()) {
            match part.parse::<T>() {
                Ok(value) => values.push(value),
                Err(error) => noted = Err(self.note(name, part, error.told())),
            }
        }
        noted.map(|()| values)
    }

    /// The same where there must be a value.
    pub(super) fn full_list<T: FromStr<Err: Fault>>(&mut self, name: &str) -> Result<Vec<T>, Noted> {
        let values = self.list(name)?;
        if values.is_empty() {
            return Err(self.reject(name, ("field-missing", "the field is empty".to_owned())));
        }
        Ok(values)
    }

    /// Yes or no; no where it is empty.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Noted> {
        match self.text(name) {
            "" | "no" => Ok(false),
            "yes" => Ok(true),
            _ => Err(self.reject(name, ("field-flag", "the field is neither yes nor no".to_owned()))),
        }
    }

    /// Notes that a field is not what it must be.
    pub(super) fn reject(&mut self, name: &str, fault: (&'static str, String)) -> Noted {
        self.note(name, self.text(name), fault)
    }

    fn note(&mut self, name: &str, text: &str, fault: (&'static str, String)) -> Noted {
        let column = self.columns.iter().find(|column| column.name == name);
        if let Some(column) = column.filter(|_| self.faults.len() < MAX_FAULTS_OF_ROW) {
            self.faults.push(ImportFault::field(self.line, column, text, fault));
        }
        Noted
    }

    fn text(&self, name: &str) -> &'t str {
        let at = self.columns.iter().position(|column| column.name == name);
        at.and_then(|at| self.fields.get(at)).copied().unwrap_or_default()
    }
}

/// A fault was noted in the row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noted;

/// What a parser says of a value that does not read.
pub(super) trait Fault: Display {
    fn told(&self) -> (&'static str, String);
}

impl Fault for verilabel_label::FieldError {
    fn told(&self) -> (&'static str, String) {
        (self.code(), self.to_string())
    }
}

impl Fault for std::num::ParseIntError {
    fn told(&self) -> (&'static str, String) {
        ("field-number", "the field is no whole number".to_owned())
    }
}

impl Fault for crate::Refusal {
    fn told(&self) -> (&'static str, String) {
        (self.code(), self.to_string())
    }
}

impl Fault for std::convert::Infallible {
    fn told(&self) -> (&'static str, String) {
        match *self {}
    }
}

/// Lets no line grow beyond its bound, however it is quoted, and knows where lines begin.
struct Bounded<R> {
    input: R,
    /// Bytes that were read.
    bytes: u64,
    /// The line that is read, whichever of the three line ends the file has.
    line: u64,
    /// Bytes of that line.
    length: usize,
    last: u8,
    /// Where lines begin that the reader has not passed yet, which they are, and whether there is anything in them.
    begins: VecDeque<(u64, u64, bool)>,
    /// What is told once the bytes before it are read.
    too_long: Option<TooLong>,
}

impl<R> Bounded<R> {
    fn new(input: R) -> Self {
        Self { input, bytes: 0, line: 1, length: 0, last: b'\n', begins: VecDeque::new(), too_long: None }
    }

    /// The first line of the record that ends before a byte. What csv says is where it began to look: lines with nothing
    /// in them, and the second character of a line end, come before the record.
    fn line_of(&mut self, end: u64) -> Result<u64, TooLong> {
        self.skip_empty();
        let line = self.begins.front().map_or(self.line, |(_, line, _)| *line);
        let mut lines = 0;
        while self.begins.pop_front_if(|(at, ..)| *at < end).is_some() {
            lines += 1;
        }
        if lines > MAX_LINES_OF_RECORD { Err(TooLong { line }) } else { Ok(line) }
    }

    fn skip_empty(&mut self) {
        while self.begins.pop_front_if(|(_, _, anything)| !*anything).is_some() {}
    }

    /// Counts a byte.
    fn count(&mut self, byte: u8) -> Result<(), TooLong> {
        let ends = matches!(byte, b'\r' | b'\n');
        let within_end = (self.last, byte) == (b'\r', b'\n');
        if matches!(self.last, b'\r' | b'\n') && !within_end {
            self.begins.push_back((self.bytes, self.line, !ends));
        }
        if ends {
            self.line += u64::from(!within_end);
            self.length = 0;
        } else if self.length == MAX_LINE {
            return Err(TooLong { line: self.line });
        } else {
            self.length += 1;
        }
        self.last = byte;
        self.bytes += 1;
        Ok(())
    }
}

/// A line that is, or a record whose lines are, more than is read.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("line {line} is too long")]
struct TooLong {
    line: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(too_long) = self.too_long {
            return Err(io::Error::other(too_long));
        }
        // Whatever was read before has been passed, but for the record that goes on.
        self.skip_empty();
        if let Some((_, line, _)) = self.begins.front().filter(|_| self.begins.len() > MAX_LINES_OF_RECORD) {
            return Err(io::Error::other(TooLong { line: *line }));
        }
        let read = self.input.read(buffer)?;
        for (at, byte) in buffer.iter().take(read).enumerate() {
            if let Err(too_long) = self.count(*byte) {
                self.too_long = Some(too_long);
                return if at > 0 { Ok(at) } else { Err(io::Error::other(too_long)) };
            }
        }
        Ok(read)
    }
}
