//! Passwords, of which the hash is stored. Twin of `fields/password_field.py`, which does the conversion.

use super::Kind;

pub(super) struct Password;

impl Kind for Password {}
