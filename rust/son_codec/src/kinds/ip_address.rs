//! Addresses of the Internet Protocol, stored as their shortest text. Twin of
//! `fields/ip_address_field.py`.

use std::fmt::{self, Write as _};
use std::net::IpAddr;

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer, kind};
use crate::errors::Outcome;
use crate::objects::{IpAddresses, Value, ascii, exact, whole_number};
use crate::plan::{Arguments, Context, Field};

/// Which versions are valid. Neither is known to be where only Python knows what was asked for.
pub(super) struct IpAddress {
    takes_v4: bool,
    takes_v6: bool,
}

impl IpAddress {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let Some(version) = arguments.value("version")? else {
            return Ok(Self {
                takes_v4: true,
                takes_v6: true,
            });
        };
        let version = version.cast_exact::<PyInt>().ok().and_then(whole_number);
        Ok(Self {
            takes_v4: version == Some(4),
            takes_v6: version == Some(6),
        })
    }

    /// The address of a value, if it is valid for sure.
    #[inline(always)]
    fn valid(&self, value: Value<'_, '_>, context: &Context<'_>) -> Option<IpAddr> {
        let is_taken = |address: &IpAddr| match address {
            IpAddr::V4(_) => self.takes_v4,
            IpAddr::V6(_) => self.takes_v6,
        };
        address_of(value, context).filter(is_taken)
    }
}

fn classes<'py>(context: &Context<'py>) -> Option<&'py IpAddresses> {
    context.types.ip_addresses.as_ref()
}

/// The address that a value is, or that its text says.
#[inline(always)]
fn address_of(value: Value<'_, '_>, context: &Context<'_>) -> Option<IpAddr> {
    match exact::<PyString>(value) {
        Some(text) => from_text(ascii(&text)?),
        None => classes(context)?.address(value),
    }
}

/// The address that a text says, of those that this and Python's reading know alike.
#[inline]
fn from_text(text: &[u8]) -> Option<IpAddr> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// The text of an address.
struct Text {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Text {
    const LONGEST: usize = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".len();

    /// `None` for an address of version 4 within one of version 6, which not all versions of Python
    /// write alike.
    #[inline]
    fn of(address: IpAddr) -> Option<Self> {
        let mut text = Self {
            bytes: [0; Self::LONGEST],
            length: 0,
        };
        match address {
            IpAddr::V4(address) => text.numbers(address.octets()),
            IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => return None,
            IpAddr::V6(address) => write!(text, "{address}").ok()?,
        }
        Some(text)
    }

    /// Write the octets of version 4.
    #[inline]
    fn numbers(&mut self, octets: [u8; 4]) {
        for (index, octet) in octets.into_iter().enumerate() {
            if index > 0 {
                self.push(b'.');
            }
            if octet >= 100 {
                self.push(b'0' + octet / 100);
            }
            if octet >= 10 {
                self.push(b'0' + octet / 10 % 10);
            }
            self.push(b'0' + octet % 10);
        }
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        part.bytes().for_each(|byte| self.push(byte));
        Ok(())
    }
}

/// Write an address; `false` where Python has to.
#[inline(always)]
fn write_address(address: Option<IpAddr>, key: &Key, out: &mut Writer) -> Result<bool, TooLarge> {
    let Some(text) = address.and_then(Text::of) else {
        return Ok(false);
    };
    out.text(key, text.bytes())?;
    Ok(true)
}

impl Kind for IpAddress {
    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() || self.valid(value, context).is_some() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    fn writes_null(&self) -> bool {
        true
    }

    #[inline(always)]
    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        write_address(self.valid(value, context), key, out)
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
        } else if !write_address(address_of(value, context), key, out)? {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        classes(context)?.make(context.py, from_text(text)?).ok()
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::NULL => Ok(context.none()),
            kind::STRING => {
                let stored = element.as_text()?;
                let address = from_text(stored);
                let is_shortest = |text: Text| text.bytes() == stored;
                match (classes(context), address) {
                    (Some(classes), Some(address))
                        if Text::of(address).is_some_and(is_shortest) =>
                    {
                        Ok(classes.make(context.py, address)?)
                    }
                    _ => field.read_and_written_in_python(element, context),
                }
            }
            _ => field.read_and_written_in_python(element, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, from_text};

    #[test]
    fn texts_are_shortest() {
        for (text, written) in [
            ("0.0.0.0", "0.0.0.0"),
            ("255.10.9.100", "255.10.9.100"),
            ("0:0:0:0:0:0:0:0", "::"),
            ("2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::1.2.3.4", "::102:304"),
        ] {
            let written_again = from_text(text.as_bytes()).and_then(Text::of).expect(text);
            assert_eq!(written_again.bytes(), written.as_bytes(), "{text}");
        }
    }

    #[test]
    fn what_pythons_write_otherwise_is_theirs() {
        for text in ["::ffff:1.2.3.4", "::ffff:102:304"] {
            assert!(from_text(text.as_bytes()).and_then(Text::of).is_none());
        }
        for text in [
            "",
            "1.2.3",
            "01.2.3.4",
            "1.2.3.256",
            "1.2.3.4/8",
            "fe80::1%eth0",
            ":::",
            " ::",
        ] {
            assert!(from_text(text.as_bytes()).is_none(), "{text}");
        }
    }
}
