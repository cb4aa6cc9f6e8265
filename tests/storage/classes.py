"""Document classes that pickles find by their names."""

from __future__ import annotations

from aiomotorengine import Document, IntField, ListField, PasswordField, StringField

__all__ = ["Person", "Slotted"]


class Person(Document):
    name = StringField()
    age = IntField(default=7)
    tags = ListField(StringField())
    secret = PasswordField()


class Slotted(Person):
    __slots__ = ("note",)

    note: str
