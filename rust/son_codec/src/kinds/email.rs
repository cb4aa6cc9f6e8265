//! The text of an e-mail address. Twin of `fields/email_field.py`, whose pattern stays in Python.

pub(super) use super::as_is::AsIs as Email;
