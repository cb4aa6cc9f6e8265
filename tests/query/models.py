"""The documents that the tests of queries ask for."""

from __future__ import annotations

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    JsonField,
    ListField,
    PasswordField,
    PointField,
    ReferenceField,
    StringField,
    UUIDField,
)


class Deep(Document):
    text = StringField(db_field="t")


class Sub(Document):
    name = StringField(db_field="nm")
    deep = EmbeddedDocumentField(Deep, db_field="dp")
    numbers = ListField(IntField(), db_field="ns")


class Friend(Document):
    name = StringField()


class Thing(Document):
    a = IntField()
    b = IntField(db_field="bb")
    s = StringField()
    any = BaseField()
    data = JsonField()
    flag = BooleanField()
    friend = ReferenceField(Friend, db_field="fr")
    friends = ListField(ReferenceField(Friend))
    key = UUIDField()
    members = ListField(EmbeddedDocumentField(Sub), db_field="subs")
    nums = ListField(IntField())
    password = PasswordField()
    place = PointField()
    places = ListField(PointField())
    price = DecimalField()
    prices = ListField(DecimalField())
    sub = EmbeddedDocumentField(Sub, db_field="ss")
    tables = ListField(ListField(IntField()))
    tags = ListField(StringField())
    weight = FloatField()
    when = DateTimeField()
