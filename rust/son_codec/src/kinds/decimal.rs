//! Decimal numbers, stored as text. Twin of `fields/decimal_field.py`, which does the conversion.

use super::Kind;

pub(super) struct Decimal;

impl Kind for Decimal {}
