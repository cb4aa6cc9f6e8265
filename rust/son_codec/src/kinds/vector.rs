//! Vectors of numbers, as bytes. Twin of `fields/vector_field.py`.

use pyo3::buffer::PyUntypedBuffer;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt};

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Sequence, Value, exact, list_of, make_float, make_int, whole_number};
use crate::plan::{Arguments, Context, Field};

/// The subtype of binary data that is a vector.
const SUBTYPE: u8 = 9;

/// How many bytes the numbers of an array may take to pass here. An array may claim more numbers than
/// there is memory for, as one that repeats a single number does.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What a vector's numbers are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Float32,
    Int8,
    PackedBit,
}

impl Numbers {
    /// The first byte of a vector.
    fn tag(self) -> u8 {
        match self {
            Self::Float32 => 0x27,
            Self::Int8 => 0x03,
            Self::PackedBit => 0x10,
        }
    }

    /// In how many bytes a number is stored.
    fn size(self) -> usize {
        match self {
            Self::Float32 => 4,
            Self::Int8 | Self::PackedBit => 1,
        }
    }

    /// Write a number, if it is one that can be stored.
    #[inline(always)]
    fn write(self, number: Value<'_, '_>, bytes: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Float32 => {
                let number = match exact::<PyFloat>(number) {
                    Some(number) => number.value(),
                    None => integer(number)? as f64,
                } as f32;
                bytes.extend(number.is_finite().then(|| number.to_le_bytes())?);
            }
            Self::Int8 => {
                let number = integer(number)?;
                bytes.extend(i8::try_from(number).ok()?.to_le_bytes());
            }
            Self::PackedBit => {
                let number = integer(number)?;
                bytes.push(u8::try_from(number).ok()?);
            }
        }
        Some(())
    }
}

#[inline(always)]
fn integer(number: Value<'_, '_>) -> Option<i64> {
    exact::<PyInt>(number).and_then(|number| whole_number(&number))
}

pub(super) struct Vector {
    /// `None` leaves everything to Python.
    numbers: Option<Numbers>,
    dimensions: Option<usize>,
    /// How many bits of the last byte mean nothing.
    padding: u8,
    is_numpy: bool,
}

impl Vector {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let name = arguments.value("dtype")?;
        let name = name.as_ref().and_then(|name| name.extract().ok());
        let numbers = match name {
            Some("float32") => Some(Numbers::Float32),
            Some("int8") => Some(Numbers::Int8),
            Some("packed_bit") => Some(Numbers::PackedBit),
            _ => None,
        };
        let given = arguments.value("dimensions")?;
        let dimensions: Option<usize> = given.as_ref().and_then(|count| count.extract().ok());
        let padding = match (numbers, dimensions) {
            (Some(Numbers::PackedBit), Some(count)) => (count.wrapping_neg() % 8) as u8,
            _ => 0,
        };
        Ok(Self {
            numbers: numbers.filter(|_| given.is_some() == dimensions.is_some()),
            dimensions,
            padding,
            is_numpy: arguments.is_set("as_numpy")?,
        })
    }

    /// Whether so many bytes of numbers have as many dimensions as there have to be.
    fn has_dimensions(&self, numbers: Numbers, length: usize) -> bool {
        let count = match numbers {
            Numbers::PackedBit => (length * 8).checked_sub(self.padding.into()),
            _ => length
                .is_multiple_of(numbers.size())
                .then_some(length / numbers.size()),
        };
        count.is_some() && (self.dimensions.is_none() || self.dimensions == count)
    }

    /// Whether nothing is set behind the last bit.
    fn ends_in_zeros(&self, numbers: &[u8]) -> bool {
        let mask = (1_u16 << self.padding) - 1;
        numbers
            .last()
            .is_none_or(|&last| u16::from(last) & mask == 0)
    }

    /// The beginning of a vector of so many numbers, if it may have so many.
    fn begun(&self, numbers: Numbers, length: usize) -> Option<Vec<u8>> {
        let size = length.checked_mul(numbers.size())?;
        if !self.has_dimensions(numbers, size) {
            return None;
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size.checked_add(2)?).ok()?;
        bytes.extend([numbers.tag(), self.padding]);
        Some(bytes)
    }

    /// The bytes of a list or tuple of numbers, if it is a vector for certain.
    #[inline]
    fn bytes(&self, value: Value<'_, '_>) -> Option<Vec<u8>> {
        let numbers = self.numbers?;
        let values = Sequence::of(value)?;
        let length = values.len();
        let mut bytes = self.begun(numbers, length)?;
        for place in 0..length {
            // SAFETY: no Python code runs as long as the number is looked at.
            numbers.write(unsafe { values.peek(place) }?, &mut bytes)?;
        }
        self.ends_in_zeros(bytes.get(2..)?).then_some(bytes)
    }

    /// The same for an array of numpy, whose numbers are copied. Some, as those in the other order of
    /// bytes, only numpy converts.
    fn bytes_of_array(&self, value: Value<'_, '_>) -> PyResult<Option<Vec<u8>>> {
        let py = value.py();
        let Some(numbers) = self.numbers else {
            return Ok(None);
        };
        if !is_array_of_numpy(value)? {
            return Ok(None);
        }
        let array = PyUntypedBuffer::get(&value)?;
        let size = array.item_count().checked_mul(array.item_size());
        if array.dimensions() != 1 || size.is_none_or(|size| size > MOST_BYTES) {
            return Ok(None);
        }
        let Some(mut bytes) = self.begun(numbers, array.item_count()) else {
            return Ok(None);
        };
        let is_known = match (numbers, array.format().to_bytes()) {
            (Numbers::Float32, b"f" | b"<f") => {
                let numbers = array.as_typed::<f32>()?.to_vec(py)?;
                push_finite(&mut bytes, numbers.into_iter())
            }
            (Numbers::Float32, b"d" | b"<d") => {
                let numbers = array.as_typed::<f64>()?.to_vec(py)?;
                push_finite(&mut bytes, numbers.into_iter().map(|number| number as f32))
            }
            (Numbers::Int8, b"b") => {
                let numbers = array.as_typed::<i8>()?.to_vec(py)?;
                bytes.extend(numbers.into_iter().flat_map(i8::to_le_bytes));
                true
            }
            (Numbers::PackedBit, b"B") => {
                bytes.extend(array.as_typed::<u8>()?.to_vec(py)?);
                true
            }
            _ => false,
        };
        let is_known = is_known && bytes.get(2..).is_some_and(|it| self.ends_in_zeros(it));
        Ok(is_known.then_some(bytes))
    }

    /// The bytes of whatever is a vector for certain.
    fn known_bytes(&self, value: Value<'_, '_>) -> PyResult<Option<Vec<u8>>> {
        match self.bytes(value) {
            Some(bytes) => Ok(Some(bytes)),
            None => self.bytes_of_array(value),
        }
    }

    /// The numbers in the bytes that are stored, if they would be written as the very same.
    fn stored_numbers<'a>(&self, numbers: Numbers, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let (head, stored) = bytes.split_at_checked(2)?;
        let is_finite = numbers != Numbers::Float32
            || stored
                .as_chunks::<4>()
                .0
                .iter()
                .all(|&chunk| f32::from_le_bytes(chunk).is_finite());
        let is_same = head == [numbers.tag(), self.padding]
            && self.has_dimensions(numbers, stored.len())
            && self.ends_in_zeros(stored)
            && is_finite;
        is_same.then_some(stored)
    }
}

/// Whether a value is an array of numpy and nothing more. Nobody has one who has not imported it.
fn is_array_of_numpy(value: Value<'_, '_>) -> PyResult<bool> {
    let py = value.py();
    let modules = py
        .import(intern!(py, "sys"))?
        .getattr(intern!(py, "modules"))?;
    match modules.cast::<PyDict>()?.get_item(intern!(py, "numpy"))? {
        Some(numpy) if !numpy.is_none() => {
            Ok(value.get_type().is(numpy.getattr(intern!(py, "ndarray"))?))
        }
        _ => Ok(false),
    }
}

/// Append numbers, unless one of them is not finite.
fn push_finite(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = f32>) -> bool {
    let mut is_finite = true;
    for number in numbers {
        is_finite &= number.is_finite();
        bytes.extend(number.to_le_bytes());
    }
    is_finite
}

impl Kind for Vector {
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() || self.known_bytes(value)?.is_some() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    fn writes_null(&self) -> bool {
        true
    }

    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        _: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        match self.bytes(value) {
            Some(bytes) => out.binary(key, SUBTYPE, &bytes)?,
            None => return Ok(false),
        }
        Ok(true)
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if value.is_none() {
            out.null(key)?;
        } else if let Some(bytes) = self.known_bytes(value)? {
            out.binary(key, SUBTYPE, &bytes)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if value.is_none() {
            out.null(key)?;
        } else if let Some(bytes) = self.known_bytes(value)? {
            out.binary(key, SUBTYPE, &bytes)?;
        } else if field.validate_in_python(value, context)? {
            field.write_in_python(key, value, out, context)?;
        } else {
            return Err(Stop::AskPython);
        }
        Ok(())
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = context.py;
        if element.kind == kind::NULL {
            return Ok(context.none());
        }
        // Python keeps what is stored in another form, so that a save can write it again.
        let (SUBTYPE, bytes) = element.as_binary()? else {
            return Err(Stop::AskPython);
        };
        let numbers = self.numbers.ok_or(Stop::AskPython)?;
        let stored = self.stored_numbers(numbers, bytes);
        if self.is_numpy && stored.is_none() {
            return field.read_and_written_in_python(element, context);
        }
        let stored = stored.ok_or(Stop::AskPython)?;
        if self.is_numpy {
            return field.read_in_python(element, context);
        }
        let list = match numbers {
            Numbers::Float32 => {
                let (chunks, _) = stored.as_chunks::<4>();
                let numbers = chunks.iter().map(|&chunk| f32::from_le_bytes(chunk));
                list_of(
                    py,
                    chunks.len(),
                    numbers.map(|number| make_float(py, number.into())),
                )?
            }
            Numbers::Int8 => {
                let numbers = stored.iter().map(|&byte| i64::from(byte as i8));
                list_of(py, stored.len(), numbers.map(|number| make_int(py, number)))?
            }
            Numbers::PackedBit => {
                let numbers = stored.iter().map(|&byte| i64::from(byte));
                list_of(py, stored.len(), numbers.map(|number| make_int(py, number)))?
            }
        };
        Ok(list.into_any())
    }
}
