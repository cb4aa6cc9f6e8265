//! Addresses of the Internet Protocol, read and made without their constructors, which are some ten
//! functions in Python.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyType};

use super::Value;
use super::instance::Blank;
use super::number::{WideNumbers, make_int, whole_number};
use super::slot::Slot;

/// The classes of addresses.
pub(crate) struct IpAddresses {
    v4: Blank,
    v4_number: Slot,
    v6: Blank,
    v6_number: Slot,
    v6_scope: Slot,
    numbers: Option<WideNumbers>,
}

impl IpAddresses {
    /// `None` if this Python makes them otherwise: the names of their slots are its own affair.
    pub(crate) fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let module = py.import("ipaddress")?;
        let v4 = module.getattr("IPv4Address")?.cast_into::<PyType>()?;
        let v6 = module.getattr("IPv6Address")?.cast_into::<PyType>()?;
        let found = (
            Blank::of(&v4),
            Slot::find(&v4, "_ip")?,
            Blank::of(&v6),
            Slot::find(&v6, "_ip")?,
            Slot::find(&v6, "_scope_id")?,
        );
        let (Some(v4), Some(v4_number), Some(v6), Some(v6_number), Some(v6_scope)) = found else {
            return Ok(None);
        };
        Ok(Some(Self {
            v4,
            v4_number,
            v6,
            v6_number,
            v6_scope,
            numbers: WideNumbers::find(py)?,
        }))
    }

    /// The address that a value is; `None` for any other value, and for an address with a scope.
    #[inline]
    pub(crate) fn address(&self, value: Value<'_, '_>) -> Option<IpAddr> {
        if self.v4.is_type_of(value) {
            // SAFETY: it is an instance of the class that has the slot.
            let number = unsafe { self.v4_number.get(value) }?;
            let number = whole_number(number.cast_exact::<PyInt>().ok()?)?;
            let number = u32::try_from(number).ok()?;
            return Some(Ipv4Addr::from_bits(number).into());
        }
        if !self.v6.is_type_of(value) {
            return None;
        }
        // SAFETY: it is an instance of the class that has the slots.
        let (number, scope) = unsafe { (self.v6_number.get(value)?, self.v6_scope.get(value)?) };
        let number = number.cast_exact::<PyInt>().ok()?;
        if !scope.is_none() {
            return None;
        }
        let read = self.numbers.as_ref().and_then(|it| it.read(number));
        let number: u128 = read.or_else(|| number.extract().ok())?;
        Some(Ipv6Addr::from_bits(number).into())
    }

    #[inline]
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        address: IpAddr,
    ) -> PyResult<Bound<'py, PyAny>> {
        let new = match address {
            IpAddr::V4(address) => {
                let number = make_int(py, address.to_bits().into())?;
                let new = self.v4.make(py)?;
                // SAFETY: the slot is of the class, filled once.
                unsafe { new.fill(self.v4_number, number) };
                new
            }
            IpAddr::V6(address) => {
                let number = address.to_bits().into_pyobject(py)?;
                let new = self.v6.make(py)?;
                // SAFETY: the slots are of the class, each filled once.
                unsafe {
                    new.fill(self.v6_number, number.into_any());
                    new.fill(self.v6_scope, py.None().into_bound(py));
                }
                new
            }
        };
        Ok(new.untracked()) // it holds a number and nothing else
    }
}
