"""What the operators of filter keys find."""

from __future__ import annotations

import re

import pytest

from aiomotorengine import (
    BinaryField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Near,
    PointField,
    PolygonField,
    Q,
    StringField,
)


class Review(Document):
    stars = IntField(db_field="st")
    by = StringField()


class Book(Document):
    name = StringField(db_field="nm")
    pages = IntField()
    tags = ListField(StringField())
    scores = ListField(IntField())
    reviews = ListField(EmbeddedDocumentField(Review))
    data = BinaryField()


@pytest.fixture
async def books(mongo, codec):
    await Book.objects.bulk_insert(
        [
            Book(name="abc", pages=5, tags=["sea", "ship"], scores=[70, 95]),
            Book(
                name="abc\n",
                pages=8,
                reviews=[Review(stars=5, by="ann"), Review(stars=1, by="bob")],
                data=b"\x06",
            ),
            Book(name="a.c", pages=4, tags=["sea"], scores=[85]),
            Book(name="The Sea, by Ä", reviews=[Review(stars=4, by="bob")]),
            Book(name="Seaside"),
        ]
    )


async def found(*queries, **filters):
    return sorted([book.name async for book in Book.objects.filter(*queries, **filters)])


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"name__contains": "."}, ["a.c"]),
        ({"name__contains": "bc"}, ["abc", "abc\n"]),
        ({"name__contains": "sea"}, []),
        ({"name__icontains": "sea"}, ["Seaside", "The Sea, by Ä"]),
        ({"name__icontains": "BY ä"}, ["The Sea, by Ä"]),
        ({"name__startswith": "a."}, ["a.c"]),
        ({"name__startswith": "Sea"}, ["Seaside"]),
        ({"name__istartswith": "SEA"}, ["Seaside"]),
        ({"name__endswith": "abc"}, ["abc"]),
        ({"name__endswith": "\n"}, ["abc\n"]),
        ({"name__iendswith": "BC"}, ["abc"]),
        ({"name__exact": "abc"}, ["abc"]),
        ({"name__iexact": "ABC"}, ["abc"]),
        ({"name__iexact": "A"}, []),
        ({"name__regex": "^a.c$"}, ["a.c", "abc", "abc\n"]),
        ({"name__regex": re.compile("^ABC", re.I)}, ["abc", "abc\n"]),
        ({"name__iregex": "^S"}, ["Seaside"]),
        ({"name__not__contains": "a"}, []),
        ({"name__not__startswith": "a"}, ["Seaside", "The Sea, by Ä"]),
        ({"name__nin": ["abc", "a.c"]}, ["Seaside", "The Sea, by Ä", "abc\n"]),
        ({"tags__contains": "hi"}, ["abc"]),
        ({"tags__nin": ["ship"]}, ["Seaside", "The Sea, by Ä", "a.c", "abc\n"]),
        ({"tags__all": ["sea", "ship"]}, ["abc"]),
        ({"tags__all": []}, []),
        ({"tags__size": 1}, ["a.c"]),
        ({"tags__0__exists": True}, ["a.c", "abc"]),
        ({"reviews__size": 2}, ["abc\n"]),
        ({"reviews__by__startswith": "b"}, ["The Sea, by Ä", "abc\n"]),
        ({"pages__mod": (4, 0)}, ["a.c", "abc\n"]),
        ({"pages__mod": (4, 1)}, ["abc"]),
        ({"pages__type": "null"}, ["Seaside", "The Sea, by Ä"]),
        ({"pages__type": ["int", "string"]}, ["a.c", "abc", "abc\n"]),
        ({"scores__elem_match": {"gte": 80, "lt": 90}}, ["a.c"]),
        ({"scores__gte": 80, "scores__lt": 90}, ["a.c", "abc"]),
        ({"reviews__elem_match": Q(stars__gte=4) & Q(by="bob")}, ["The Sea, by Ä"]),
        ({"reviews__elem_match": {"stars__gte": 4, "by__startswith": "a"}}, ["abc\n"]),
        ({"reviews__not__elem_match": Q(by="bob")}, ["Seaside", "a.c", "abc"]),
        ({"tags__elem_match": {"not__contains": "hip", "gt": "a"}}, ["a.c", "abc"]),
    ],
)
async def test_what_an_operator_finds(books, filters, names):
    assert await found(**filters) == names
    assert await Book.objects.filter(**filters).count() == len(names)


@pytest.mark.mongod_only("SecantusDB has no operators of bits")
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"pages__bits_all_set": 5}, ["abc"]),
        ({"pages__bits_all_set": [0, 2]}, ["abc"]),
        ({"pages__bits_any_set": 4}, ["a.c", "abc"]),
        ({"pages__bits_all_clear": 5}, ["abc\n"]),
        ({"pages__bits_any_clear": 4}, ["abc\n"]),
        ({"data__bits_all_set": b"\x06"}, ["abc\n"]),
        ({"data__bits_any_set": 1}, []),
        ({"pages__not__bits_all_set": 4}, ["Seaside", "The Sea, by Ä", "abc\n"]),
    ],
)
async def test_what_an_operator_of_bits_finds(books, filters, names):
    assert await found(**filters) == names


@pytest.mark.mongod_only("SecantusDB's patterns are those of Python")
async def test_a_word_is_no_part_of_another(books):
    assert await found(name__wholeword="Sea") == ["The Sea, by Ä"]
    assert await found(name__iwholeword="sea") == ["The Sea, by Ä"]
    names = ["école", "cole", "Døden", "den går", "naïve", "(ve)"]
    await Book.objects.bulk_insert([Book(name=name) for name in names])
    assert await found(name__wholeword="cole") == ["cole"]
    assert await found(name__iwholeword="DEN") == ["den går"]
    assert await found(name__wholeword="ve") == ["(ve)"]


@pytest.mark.mongod_only("SecantusDB's patterns are those of Python")
async def test_a_word_may_have_letters_beyond_ascii(mongo, codec):
    names = ["über alles", "süber", "x ÜBER", "äüber", "uber"]
    await Book.objects.bulk_insert([Book(name=name) for name in names])
    assert await found(name__wholeword="über") == ["über alles"]
    assert await found(name__iwholeword="über") == ["x ÜBER", "über alles"]


@pytest.mark.mongod_only("SecantusDB refuses no NUL")
async def test_a_text_with_a_nul_is_found(mongo, codec):
    await Book(name="a\0b").save()
    assert await found(name__contains="\0b") == ["a\0b"]


@pytest.mark.mongod_only("SecantusDB explains no query")
async def test_the_beginning_of_a_text_is_found_by_an_index(books):
    await Book.objects.coll().create_index("nm")

    async def keys_examined(**filters):
        query = Book.objects.filter(**filters).to_query()
        plan = await Book.objects.coll().database.command(
            "explain",
            {"find": Book.objects.coll().name, "filter": query, "hint": "nm_1"},
            verbosity="executionStats",
        )
        return plan["executionStats"]["totalKeysExamined"]

    assert await keys_examined(name__startswith="Sea") == 2
    assert await keys_examined(name__istartswith="Sea") == 5


# -- places --------------------------------------------------------------------------------------


class Town(Document):
    name = StringField()
    at = PointField()


class Park(Document):
    name = StringField()
    area = PolygonField()


LILLE = [3.06, 50.63]
BOX = [[[-1, 50], [3, 50], [3, 52], [-1, 52], [-1, 50]]]


@pytest.fixture
async def towns(mongo, codec):
    places = (("London", [-0.13, 51.51]), ("Paris", [2.35, 48.86]), ("Oslo", [10.75, 59.91]))
    await Town.objects.bulk_insert([Town(name=name, at=at) for name, at in places])


async def names_of(query_set):
    return [town.name async for town in query_set]


@pytest.mark.mongod_only("SecantusDB has few operators of places")
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"at__geo_within_distance": (LILLE, 300_000)}, ["London", "Paris"]),
        ({"at__not__geo_within_distance": (LILLE, 300_000)}, ["Oslo"]),
        ({"at__geo_within_sphere": (LILLE, 300_000 / 6_378_100)}, ["London", "Paris"]),
        ({"at__geo_within_center": (LILLE, 2)}, ["Paris"]),
        ({"at__geo_within_box": [[-1, 50], [3, 52]]}, ["London"]),
        ({"at__geo_within_polygon": BOX[0][:4]}, ["London"]),
        ({"at__geo_within": BOX}, ["London"]),
        ({"at__geo_within": {"type": "MultiPolygon", "coordinates": [BOX]}}, ["London"]),
        ({"at__geo_within": BOX, "at__exists": True}, ["London"]),
        ({"at__geo_intersects": BOX}, ["London"]),
        ({"at__geo_intersects": [-0.13, 51.51]}, ["London"]),
    ],
)
async def test_which_places_are_found(towns, filters, names):
    query_set = Town.objects.filter(**filters)
    assert sorted(await names_of(query_set)) == names
    assert await query_set.count() == len(names)
    query = Q(**filters) | Q(name="nowhere")
    assert await Town.objects.filter(query).count() == len(names)
    assert len(await query_set.aggregate.order_by("name").fetch()) == len(names)


@pytest.mark.mongod_only("SecantusDB does not sort by distance")
async def test_places_come_in_the_order_of_their_distance(towns):
    await Town.objects.coll().create_index([("at", "2dsphere")])
    near = Town.objects.filter(at__near=Near(LILLE, max_distance=300_000))
    assert await names_of(near) == ["Paris", "London"]
    assert await near.count() == 2
    assert await names_of(Town.objects.filter(at__near_sphere=LILLE)) == ["Paris", "London", "Oslo"]
    far = Town.objects.filter(at__near=Near(LILLE, min_distance=300_000))
    assert await names_of(far) == ["Oslo"]
    assert await names_of(near.order_by("name")) == ["London", "Paris"]
    among = Town.objects.filter(Q(name="Paris") | Q(name="Oslo"), at__near=LILLE, at__exists=True)
    assert await names_of(among) == ["Paris", "Oslo"]


@pytest.mark.mongod_only("SecantusDB has few operators of places")
async def test_shapes_have_points_in_common(mongo, codec):
    await Park(name="here", area=[[[0, 0], [0, 9], [9, 9], [0, 0]]]).save()
    for shape, count in (([1, 2], 1), ([8, 1], 0), ([[-1, 5], [5, 5]], 1)):
        assert await Park.objects.filter(area__geo_intersects=shape).count() == count
