"""Building: the methods that add stages to a pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING

from aiomotorengine.aggregation.accumulator import BaseAggregation
from aiomotorengine.aggregation.pipeline import Pipeline, refuse_if_first
from aiomotorengine.aggregation.stages.bucket import Bucket, BucketAuto
from aiomotorengine.aggregation.stages.counting import SortByCount
from aiomotorengine.aggregation.stages.facet import Facet, Part
from aiomotorengine.aggregation.stages.filling import Densify, Fill
from aiomotorengine.aggregation.stages.geo_near import GeoNear
from aiomotorengine.aggregation.stages.given import GivenStages
from aiomotorengine.aggregation.stages.graph_lookup import GraphLookup
from aiomotorengine.aggregation.stages.group_by import GroupBy
from aiomotorengine.aggregation.stages.lookup import Lookup
from aiomotorengine.aggregation.stages.match import Match
from aiomotorengine.aggregation.stages.numbers import Limit, Sample, Skip
from aiomotorengine.aggregation.stages.order_by import OrderBy
from aiomotorengine.aggregation.stages.project import AddFields, Project, Unset
from aiomotorengine.aggregation.stages.replace_root import ReplaceRoot
from aiomotorengine.aggregation.stages.searching import Search, VectorSearch
from aiomotorengine.aggregation.stages.storing import Merge, Out
from aiomotorengine.aggregation.stages.union_with import UnionWith
from aiomotorengine.aggregation.stages.unwind import Unwind
from aiomotorengine.aggregation.stages.windows import SetWindowFields
from aiomotorengine.arguments import integer, positive
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.utils import sort_direction, stages_given

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Building"]

Name = BaseField[Any] | str


class Building(Pipeline):
    """The methods that add stages. Each changes the pipeline and returns it.

    In expressions a field stands as ``F("price")`` or ``Item.price``; other values are values, a
    text as well. A name under which something is computed is that of an attribute, whose value is
    replaced, or else a new key.
    """

    def match(self, /, *args: QNode | Mapping[str, Any], **filters: Any) -> Self:
        """Go on with what meets all conditions.

        Parameters:
            args: queries (``Q``) and raw queries as MongoDB takes them.
            filters: conditions as in ``QuerySet.filter``.

        Raises:
            ValueError: a condition names an unknown operator or sub-property.
            TypeError: an argument is neither a query nor a mapping.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class City(Document):
            ...     people = IntField(db_field="p")
            >>> City.objects.aggregate.match(people__gt=1000).to_query()
            [{'$match': {'p': {'$gt': 1000}}}]
        """
        return self._add(Match(self, *args, **filters))

    def group_by(self, /, *groups: Name | BaseAggregation, **named: Any) -> Self:
        """Go on with one document for each combination of values.

        Parameters:
            groups: fields, or their keys or dotted paths as text, and what to accumulate for each
                group.
            named: accumulators by the alias that they get, and expressions to group by.

        Raises:
            ValueError: two results have one name, or one is named ``_id``; it is grouped by
                something and also by a part of it; or a field is another class's.

        Example:
            >>> from aiomotorengine import Aggregation, Document, IntField, StringField
            >>> class City(Document):
            ...     state = StringField()
            ...     people = IntField()
            >>> City.objects.aggregate.group_by(City.state, Aggregation.avg(City.people)).to_query()
            [{'$group': {'_id': {'state': '$state'}, 'people': {'$avg': '$people'}}}]
            >>> City.objects.aggregate.group_by("state", most=Aggregation.max("people")).to_query()
            [{'$group': {'_id': {'state': '$state'}, 'most': {'$max': '$people'}}}]
        """
        return self._add(GroupBy(self, *groups, **named))

    def project(self, /, *names: Name, **expressions: Any) -> Self:
        """Go on with these fields only, and what is computed. The id stays; see ``unset``.

        Parameters:
            names: fields, attributes' names, paths or keys in MongoDB.
            expressions: what is computed, by name.

        Raises:
            ValueError: there is nothing, or a name leads nowhere.

        Example:
            >>> from aiomotorengine import Document, F, IntField
            >>> class Item(Document):
            ...     price = IntField(db_field="p")
            ...     count = IntField()
            >>> Item.objects.aggregate.project("count", total=F("price") * F("count")).to_query()
            [{'$project': {'count': 1, 'total': {'$multiply': ['$p', '$count']}}}]
        """
        return self._add(Project(self, *names, **expressions))

    def add_fields(self, /, **expressions: Any) -> Self:
        """Go on with what is computed besides.

        Parameters:
            expressions: what is computed, by name.

        Raises:
            ValueError: there is nothing, or a name leads nowhere.

        Example:
            >>> from aiomotorengine import Document, F, IntField
            >>> class City(Document):
            ...     people = IntField(db_field="p")
            >>> City.objects.aggregate.add_fields(twice=F("people") * 2, text="$p").to_query()
            [{'$set': {'twice': {'$multiply': ['$p', 2]}, 'text': {'$literal': '$p'}}}]
        """
        return self._add(AddFields(self, **expressions))

    def unset(self, *names: Name) -> Self:
        """Go on without these fields.

        Parameters:
            names: fields, attributes' names, paths or keys in MongoDB.
        """
        return self._add(Unset(self, *names))

    def unwind(self, field: Name, preserve_empty: bool = False, index: str | None = None) -> Self:
        """Go on with one document for each item of a list.

        Parameters:
            field: the list; as text, the attribute's name, a dotted path or a key in MongoDB.
            preserve_empty: whether a document without items stays, by itself.
            index: the name under which each has the place of its item.

        Raises:
            ValueError: it is a field of another class.
        """
        return self._add(Unwind(self, field, preserve_empty=preserve_empty, index=index))

    def order_by(self, *keys: Any, direction: int | None = None, field: Any = None) -> Self:
        """Go on in the order of some values.

        Parameters:
            keys: fields; as text, attributes' names, dotted paths or keys in MongoDB, and a ``-``
                before one turns the direction round; each also in a pair with its direction. A
                field and a number are a key and its direction, as in 2017.
            direction: ``ASCENDING`` (the default) or ``DESCENDING``, for keys without one.
            field: a key, as it was called in 2017.

        Raises:
            ValueError: there is no key, a direction is none, or it is a field of another class.
        """
        given = list(keys) if field is None else [field, *keys]
        if len(given) == 2 and isinstance(given[1], int) and direction is None:
            direction = given.pop()
        wanted = sort_direction(ASCENDING if direction is None else direction)
        pairs = [it if is_pair(it) else (it, wanted) for it in given]
        if not pairs:
            raise ValueError("order_by() needs a key.")
        (first, its_direction), *others = pairs
        return self._add(OrderBy(self, first, its_direction, *others))

    def skip(self, count: int) -> Self:
        """Go on without the first documents.

        Raises:
            TypeError: the number is none.
            ValueError: it is negative.
        """
        if integer("skip", count) < 0:
            raise ValueError(f"skip must be 0 or more, not {count}.")
        return self._add(Skip(self, count))

    def limit(self, count: int) -> Self:
        """Go on with the first documents, so many at most.

        Raises:
            TypeError: the number is none.
            ValueError: it is less than 1, of which MongoDB makes nothing.
        """
        return self._add(Limit(self, positive("limit", count)))

    def sample(self, size: int) -> Self:
        """Go on with documents chosen at random, so many at most.

        Raises:
            TypeError: the number is none.
            ValueError: it is less than 1.
        """
        return self._add(Sample(self, positive("sample", size)))

    def sort_by_count(self, by: Any) -> Self:
        """Go on with how many documents have each value, the most frequent first: as ``_id`` and
        ``count``.

        Parameters:
            by: a field, a name, or an expression.
        """
        return self._add(SortByCount(self, by))

    def lookup(
        self, field: Name, into: str | None = None, pipeline: Pipeline | None = None
    ) -> Self:
        """Go on with documents that these refer to, or that refer to these.

        A reference is replaced by its document, which is missing where there is none; a list of
        references by a list of documents, in no order. Of a reference of another class to this
        one, all documents that have it make a list. What is in them has names, such as
        ``"author.name"``.

        Parameters:
            field: the reference; that of another class may be named, as ``"Book.author"``.
            into: the name under which they stand; by default the reference's own.
            pipeline: an aggregation on their class, which says what is joined of them (servers
                from 5.0).

        Raises:
            ValueError: it is no reference, the classes have different connections, or ``into`` is
                missing where it is needed.

        Example:
            >>> from aiomotorengine import Document, ReferenceField, StringField
            >>> class Author(Document):
            ...     name = StringField(db_field="n")
            >>> class Book(Document):
            ...     author = ReferenceField(Author)
            >>> books = Book.objects.aggregate.lookup(Book.author).match(author__name="Ada")
            >>> for stage in books.to_query()[1:]:
            ...     print(stage)
            {'$unwind': {'path': '$author', 'preserveNullAndEmptyArrays': True}}
            {'$match': {'author.n': 'Ada'}}
        """
        return self._add(Lookup(self, field, into, pipeline))

    def graph_lookup(
        self, field: Name, into: str, max_depth: int | None = None, depth: str | None = None
    ) -> Self:
        """Go on with all that a reference of a class to itself leads to, as a list.

        Parameters:
            field: the reference.
            into: the name under which they stand.
            max_depth: how many further references are followed.
            depth: the key under which each has how many were.

        Raises:
            ValueError: it is no reference of the class to itself.
        """
        return self._add(GraphLookup(self, field, into, max_depth, depth))

    def replace_root(self, expression: Any) -> Self:
        """Go on with a part of each document, or what is computed, in its place.

        Parameters:
            expression: an embedded document, as a field or its name, or an expression.
        """
        return self._add(ReplaceRoot(self, expression))

    def facet(self, /, **pipelines: Part) -> Self:
        """Go on with one document, in which each pipeline has a list of what it makes of all.

        Parameters:
            pipelines: aggregations of the same class, whose query sets' filters come first; or
                functions that are given an empty pipeline, in which names mean what the stages
                before have left, and return it with theirs.

        Example:
            >>> from aiomotorengine import Aggregation, Document, StringField
            >>> class City(Document):
            ...     state = StringField()
            >>> cities = City.objects
            >>> cities.aggregate.facet(
            ...     first=cities.aggregate.order_by("state").limit(3),
            ...     states=cities.aggregate.sort_by_count("state"),
            ... ).to_query()[0]["$facet"]["states"]
            [{'$sortByCount': '$state'}]
            >>> cities.aggregate.group_by("state", n=Aggregation.count()).facet(
            ...     large=lambda groups: groups.match(n__gt=9), few=lambda groups: groups.limit(3)
            ... ).to_query()[1]["$facet"]["large"]
            [{'$match': {'n': {'$gt': 9}}}]
        """
        return self._add(Facet(self, **pipelines))

    def bucket(
        self,
        /,
        by: Any,
        boundaries: Iterable[Any],
        default: Any = None,
        **accumulators: BaseAggregation,
    ) -> Self:
        """Go on with one document for each range of values; its ``_id`` is where that begins.

        Parameters:
            by: a field, a name, or an expression.
            boundaries: where ranges begin, in ascending order; the last one is where they end.
            default: the ``_id`` of what is in no range, which the server otherwise refuses.
            accumulators: what is computed of each, by alias; by default the ``count``.

        Raises:
            ValueError: there are less than two boundaries; or a boundary or the default is what the
                server would take for an expression, such as a text that begins with a ``$``.
        """
        return self._add(Bucket(self, by, boundaries, default, accumulators))

    def bucket_auto(
        self,
        /,
        by: Any,
        buckets: int,
        granularity: str | None = None,
        **accumulators: BaseAggregation,
    ) -> Self:
        """Go on with so many ranges of values, which have about as many documents each.

        Parameters:
            by: a field, a name, or an expression.
            buckets: how many.
            granularity: a series of preferred numbers, such as ``"R5"``, that boundaries are of.
            accumulators: what is computed of each, by alias; by default the ``count``.
        """
        return self._add(BucketAuto(self, by, buckets, granularity, accumulators))

    def union_with(self, other: Any) -> Self:
        """Go on with the documents of another class as well, or with what an aggregation gives.

        Parameters:
            other: a document class, or an aggregation.
        """
        return self._add(UnionWith(self, other))

    def geo_near(
        self,
        near: Any,
        field: Name | None = None,
        distance: str = "distance",
        max_distance: float | None = None,
        min_distance: float | None = None,
    ) -> Self:
        """Begin with documents in the order of their distance from a point. The query set's filters
        are a part of this stage.

        Parameters:
            near: ``[longitude, latitude]``, a GeoJSON point, or ``Near(...)``.
            field: the places, which need a geo index; it must be given where there are several.
            distance: the name under which each has how many metres it is away.
            max_distance: how many metres at most.
            min_distance: how many at least.

        Raises:
            ValueError: there are stages already, or it is no field of places.
        """
        return self._add(GeoNear(self, near, field, distance, max_distance, min_distance))

    def densify(
        self,
        field: Name,
        step: float,
        unit: str | None = None,
        bounds: str | Sequence[Any] = "full",
        partition_by: Any = (),
    ) -> Self:
        """Go on with further documents where a series has gaps (servers from 5.1).

        Parameters:
            field: numbers or dates.
            step: the distance of two that follow each other.
            unit: that of the step, where they are dates.
            bounds: ``"full"``, ``"partition"``, or the first value and the one after the last.
            partition_by: a field, or several, each combination of which is a series.

        Raises:
            ValueError: the field stores texts, or has no such values as the bounds.
        """
        return self._add(Densify(self, field, step, unit, bounds, partition_by))

    def fill(self, /, order_by: Any = None, partition_by: Any = (), **outputs: Any) -> Self:
        """Go on with values where there are none (servers from 5.3).

        Parameters:
            order_by: a key as ``order_by`` takes it, or a list of such.
            partition_by: a field, or several, each combination of which is a series.
            outputs: what is filled in, by name: ``"linear"`` between neighbours, ``"locf"`` for the
                last value before, or a value.
        """
        return self._add(Fill(self, order_by, partition_by, outputs))

    def set_window_fields(
        self, /, partition_by: Any = None, order_by: Any = None, **outputs: Any
    ) -> Self:
        """Go on with what is computed of each document and its neighbours (servers from 5.0).

        Parameters:
            partition_by: a field, several in a list, or an expression; neighbours are alike in it.
            order_by: a key as ``order_by`` takes it, or a list of such.
            outputs: by name: accumulators, operators such as ``Func("rank")``, or
                ``Aggregation.window(...)`` of one of these.

        Example:
            >>> from aiomotorengine import Aggregation, Document, IntField, StringField
            >>> class Sale(Document):
            ...     shop = StringField()
            ...     amount = IntField()
            >>> running = Aggregation.window(
            ...     Aggregation.sum("amount"), documents=("unbounded", "current"))
            >>> sales = Sale.objects.aggregate.set_window_fields("shop", "id", total=running)
            >>> sales.to_query()[0]["$setWindowFields"]["output"]
            {'total': {'$sum': '$amount', 'window': {'documents': ['unbounded', 'current']}}}
        """
        return self._add(SetWindowFields(self, partition_by, order_by, outputs))

    def search(self, definition: Mapping[str, Any]) -> Self:
        """Begin with what a search index of Atlas finds; the query set's filters follow.

        Parameters:
            definition: what ``$search`` takes.
        """
        return self._add(Search(self, definition))

    def vector_search(self, definition: Mapping[str, Any]) -> Self:
        """Begin with what a vector search index finds; the query set's filters follow.

        Parameters:
            definition: what ``$vectorSearch`` takes.
        """
        return self._add(VectorSearch(self, definition))

    def merge(
        self,
        target: Any,
        on: Any = "_id",
        when_matched: Any = "merge",
        when_not_matched: str = "insert",
    ) -> Self:
        """End by putting the results into a collection; ``fetch`` does so, and gives ``[]``.

        Nothing is asked of fields: what is stored are the results as they are. Of a document class,
        what was grouped by is a part of each; of one that shares its collection with others,
        results become documents unless they say that they are of a class below it.

        Parameters:
            target: a document class, or the name of a collection.
            on: the field, or fields, by which a stored document is found; they have a unique index.
            when_matched: ``"merge"``, ``"replace"``, ``"keepExisting"``, ``"fail"``, or a pipeline
                as MongoDB takes it. With ``"merge"``, a stored document stays of its own class.
            when_not_matched: ``"insert"``, ``"discard"`` or ``"fail"``.
        """
        return self._add(Merge(self, target, on, when_matched, when_not_matched))

    def out(self, target: Any) -> Self:
        """End by replacing a collection by the results; ``fetch`` does so, and gives ``[]``. They
        are stored as for ``merge``.

        Parameters:
            target: a document class, or the name of a collection.

        Raises:
            ValueError: the class is stored with others, which would be replaced as well.
        """
        return self._add(Out(self, target))

    def stage(self, *stages: Mapping[str, Any]) -> Self:
        """Go on with stages as MongoDB takes them. Names mean what they did before, and the keys
        that a stage sets are names as well.

        Never build one of what a stranger sent.
        """
        return self._add(GivenStages(self, *stages))

    def raw(self, stages: Iterable[Mapping[str, Any]]) -> Self:
        """Use exactly these stages, whatever else was called, after the filters of the query set.

        Parameters:
            stages: a pipeline as MongoDB takes it.

        Raises:
            TypeError: it is no list of mappings.
            ValueError: the query set has filters, and the first stage is one that nothing may
                precede, such as ``$geoNear``.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class City(Document):
            ...     people = IntField(db_field="p")
            >>> City.objects.filter(people__gt=1000).aggregate.raw([{"$count": "large"}]).to_query()
            [{'$match': {'p': {'$gt': 1000}}}, {'$count': 'large'}]
        """
        self.raw_query = stages_given("stages", stages)
        if self._begins_with_filters and not self.queryset._query().empty:
            refuse_if_first(self.raw_query)
        return self


def is_pair(key: Any) -> bool:
    return isinstance(key, tuple) and len(key) == 2
