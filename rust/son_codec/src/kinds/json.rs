//! JSON, stored as text. Twin of `fields/json_field.py`, which does the conversion.

use super::Kind;

pub(super) struct Json;

impl Kind for Json {}
