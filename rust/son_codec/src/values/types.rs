//! The Python classes that values are told by.

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::objects::{DbRefs, IpAddresses, ObjectIds, Timestamps, Utc, Uuids};

/// The subtype of binary data that a UUID in the standard representation has.
pub(crate) const UUID_SUBTYPE: u8 = 4;

/// The classes of values that are no built-in ones.
pub(crate) struct Types {
    pub(crate) object_ids: ObjectIds,
    pub(crate) uuids: Uuids,
    /// `None` where only PyMongo knows how they are made.
    pub(crate) db_refs: Option<DbRefs>,
    /// `None` where only Python knows how they are made.
    pub(crate) ip_addresses: Option<IpAddresses>,
    /// `None` where only PyMongo knows how they are made.
    pub(crate) timestamps: Option<Timestamps>,
    pub(crate) utc: Utc,
    pub(crate) int64: Py<PyType>,
    pub(crate) decimal: Py<PyType>,
    /// Whether a value nests deeper than so many levels (`codec/levels.py`).
    pub(crate) has_more_levels: Py<PyAny>,
}

impl Types {
    /// `None` if one of them is not made as it is known here.
    pub(crate) fn find(pure: &Bound<'_, PyModule>) -> PyResult<Option<Self>> {
        let py = pure.py();
        let found = ObjectIds::find(py)?.zip(Uuids::find(py)?);
        let Some((object_ids, uuids)) = found else {
            return Ok(None);
        };
        let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
            Ok(py.import(module)?.getattr(name)?.cast_into()?.unbind())
        };
        Ok(Some(Self {
            object_ids,
            uuids,
            db_refs: DbRefs::find(py)?,
            ip_addresses: IpAddresses::find(py)?,
            timestamps: Timestamps::find(py)?,
            utc: Utc::find(py)?,
            int64: class("bson.int64", "Int64")?,
            decimal: class("decimal", "Decimal")?,
            has_more_levels: pure.getattr("has_more_levels")?.unbind(),
        }))
    }
}
