//! The text of an address on the web. Twin of `fields/url_field.py`, whose pattern stays in Python.

pub(super) use super::as_is::AsIs as Url;
