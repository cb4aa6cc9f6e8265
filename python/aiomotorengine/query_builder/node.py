"""Q and what it combines to: conditions that are put together first and compiled later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from aiomotorengine.query.condition import Condition
from aiomotorengine.query.expressions import NEAR, mentions, negate
from aiomotorengine.query.values import PLAIN_TYPES
from aiomotorengine.query_builder.merging import DuplicateQueryConditionsError, all_of, merged
from aiomotorengine.query_builder.transform import (
    RAW,
    compiled_filters,
    condition,
    is_raw_query,
    refuse_other_keys,
    refuse_raw,
    validate_fields,
)

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "DuplicateQueryConditionsError",
    "Q",
    "QCombination",
    "QExpression",
    "QNode",
    "QNodeVisitor",
    "QNot",
    "QueryCompilerVisitor",
    "SimplificationVisitor",
    "conditions",
]

R = TypeVar("R")

new = object.__new__
"""Makes an instance whose attributes are set by whoever asks for it."""


class QNode(Condition):
    """A condition on documents: ``a & b``, ``a | b`` and ``~a`` make new ones of it."""

    AND: ClassVar[int] = 0
    OR: ClassVar[int] = 1

    def accept(self, visitor: QNodeVisitor[R]) -> R:
        """Call the visitor's method for this kind of node."""
        raise NotImplementedError(f"{type(self).__name__} has no accept of its own.")

    def to_query(self, document_class: Any) -> dict[str, Any]:
        """The query as MongoDB takes it. The node stays as it is.

        Parameters:
            document_class: the class whose documents are looked for.

        Raises:
            ValueError: a key leads nowhere, or a field can't take a value; the text names it.
        """
        return self.accept(SIMPLIFICATION).accept(QueryCompilerVisitor(document_class))

    def __and__(self, other: Any) -> QNode:
        return self._combine(other, self.AND)

    def __or__(self, other: Any) -> QNode:
        return self._combine(other, self.OR)

    def __invert__(self) -> QNode:
        return QNot(self)

    if TYPE_CHECKING:
        # Else ``query = Q()`` could not be followed by ``query &= Q(age=3)``, since what comes of
        # it is another kind of node.
        def __iand__(self, other: Any) -> Self: ...
        def __ior__(self, other: Any) -> Self: ...

    def _combine(self, other: Any, operation: int) -> QNode:
        if not isinstance(other, QNode):
            return self._combine(Q(other), operation) if isinstance(other, Mapping) else self
        if other.empty:
            return self
        if self.empty:
            return other
        return QCombination(operation, [self, other])


class Q(QNode):
    """Conditions that must all hold.

    Parameters:
        raw: a query as MongoDB takes it.
        filters: conditions such as ``age__gte=18``. ``raw={...}`` is a raw query as well, where the
            document class has no field of that name.

    Raises:
        TypeError: the raw query is no mapping, or has a key that is no text.

    Attributes:
        raw: the raw query, or ``None``.
        query: the keywords.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> class User(Document):
        ...     name = StringField()
        ...     age = IntField()
        >>> (Q(age__gte=18) | ~Q(name="Ada")).to_query(User)
        {'$or': [{'age': {'$gte': 18}}, {'name': {'$ne': 'Ada'}}]}
        >>> Q({"name": {"$regex": "^A"}}, age=36).to_query(User)
        {'age': 36, 'name': {'$regex': '^A'}}
    """

    def __init__(self, raw: Mapping[str, Any] | None = None, /, **filters: Any) -> None:
        if raw is not None:
            if type(raw) is not dict and not isinstance(raw, Mapping):
                raise TypeError(
                    f"Q takes a raw query (a mapping) and conditions as keywords, "
                    f"not {type(raw).__name__}."
                )
            for key in raw:
                if type(key) is not str:
                    refuse_other_keys(raw)
        for key in filters:
            if type(filters[key]) not in PLAIN_TYPES:
                filters[key] = repeatable(filters[key])
        self.raw = raw
        self.query = filters

    @property
    def empty(self) -> bool:
        return not self.raw and not self.query

    def accept(self, visitor: QNodeVisitor[R]) -> R:
        return visitor.visit_query(self)

    def to_query(self, document_class: Any) -> dict[str, Any]:
        # By itself it has no parts to leave out; most are one filter, or a raw query.
        filters, raw = self.query, self.raw
        if raw:
            return all_of([compiled_filters(document_class, filters), raw]) if filters else {**raw}
        if len(filters) == 1 and RAW not in filters:
            [key] = filters
            return condition(document_class, key, filters[key])
        return compiled_filters(document_class, filters)

    def has_raw(self, document_class: Any) -> bool:
        """Whether a part of it is a raw query."""
        return bool(self.raw) or is_raw_query(document_class, self.query)


class QNot(QNode):
    """The opposite of each condition of a query, all of which must hold; ``~Q(...)`` is the same.

    Of an ``|``, and of an ``&`` that MongoDB can't hold in one mapping, it is the complement.

    Parameters:
        query: what is negated.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class User(Document):
        ...     age = IntField()
        >>> QNot(Q(age__gt=18)).to_query(User)
        {'age': {'$not': {'$gt': 18}}}
    """

    def __init__(self, query: QNode) -> None:
        if not isinstance(query, QNode):
            raise TypeError(f"QNot takes a query (Q), not {type(query).__name__}.")
        self.query = query

    @property
    def empty(self) -> bool:
        return self.query.empty

    def accept(self, visitor: QNodeVisitor[R]) -> R:
        return visitor.visit_not(self)


class QCombination(QNode):
    """Queries of which all must hold, or at least one.

    Parameters:
        operation: ``QNode.AND`` or ``QNode.OR``.
        children: the queries. One with the same operation is replaced by its own children.
    """

    def __init__(self, operation: int, children: Iterable[QNode]) -> None:
        self.operation = operation
        self.children: list[QNode] = []
        for child in children:
            if isinstance(child, QCombination) and child.operation == operation:
                self.children.extend(child.children)
            else:
                self.children.append(child)

    @property
    def empty(self) -> bool:
        return all(child.empty for child in self.children)

    def accept(self, visitor: QNodeVisitor[R]) -> R:
        return visitor.visit_combination(self)


class QExpression(QNode):
    """A condition on what the server computes, such as ``F("stock") < F("minimum")``."""

    @property
    def empty(self) -> bool:
        return False

    def to_expression(self, document_class: Any) -> Any:
        """The expression as MongoDB takes it; it gives a truth value.

        Parameters:
            document_class: the class whose documents it is computed for.

        Raises:
            ValueError: a name leads nowhere, or a field can't take a value; the text names it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no to_expression of its own.")

    def accept(self, visitor: QNodeVisitor[R]) -> R:
        return visitor.visit_expression(self)

    def to_query(self, document_class: Any) -> dict[str, Any]:
        return {"$expr": self.to_expression(document_class)}

    def __bool__(self) -> bool:
        raise TypeError("A condition has no truth value; combine conditions with & and |.")


class QNodeVisitor(ABC, Generic[R]):
    """Something done with a tree of queries. It makes a result and leaves the tree as it is."""

    @abstractmethod
    def visit_query(self, query: Q) -> R:
        """The result for conditions."""

    @abstractmethod
    def visit_not(self, negation: QNot) -> R:
        """The result for a negation."""

    @abstractmethod
    def visit_combination(self, combination: QCombination) -> R:
        """The result for a combination."""

    def visit_expression(self, condition: QExpression) -> R:
        """The result for a condition on what the server computes."""
        raise TypeError(f"{type(self).__name__} knows no conditions with F.")


class SimplificationVisitor(QNodeVisitor[QNode]):
    """The same query without the parts that ask for nothing, which the server refuses."""

    def visit_query(self, query: Q) -> QNode:
        return query

    def visit_expression(self, condition: QExpression) -> QNode:
        return condition

    def visit_not(self, negation: QNot) -> QNode:
        return Q() if negation.empty else QNot(negation.query.accept(self))

    def visit_combination(self, combination: QCombination) -> QNode:
        children = [child.accept(self) for child in combination.children if not child.empty]
        if len(children) > 1:
            return QCombination(combination.operation, children)
        return children[0] if children else Q()


SIMPLIFICATION = SimplificationVisitor()
"""One is enough, since it keeps nothing."""


class QueryCompilerVisitor(QNodeVisitor[dict[str, Any]]):
    """The query as MongoDB takes it.

    Parameters:
        document_class: the class whose documents are looked for.
    """

    def __init__(self, document_class: Any) -> None:
        self.document_class = document_class

    def visit_query(self, query: Q) -> dict[str, Any]:
        return query.to_query(self.document_class)

    def visit_expression(self, condition: QExpression) -> dict[str, Any]:
        return condition.to_query(self.document_class)

    def visit_not(self, negation: QNot) -> dict[str, Any]:
        compiled: dict[str, Any] = negation.query.accept(self)
        if mentions(compiled, NEAR):
            raise ValueError("'near' can't be negated.")
        return negate(compiled)

    def visit_combination(self, combination: QCombination) -> dict[str, Any]:
        queries = [child.accept(self) for child in combination.children]
        if combination.operation == QNode.OR:
            if any(mentions(query, NEAR) for query in queries):
                raise ValueError("'near' can't be one of several alternatives.")
            return {"$or": queries}
        try:
            return merged(self._raw_last(combination.children, queries))
        except DuplicateQueryConditionsError:
            return {"$and": queries}

    def _raw_last(
        self, children: Sequence[QNode], queries: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        conditions: list[dict[str, Any]] = []
        raw: list[dict[str, Any]] = []
        for child, query in zip(children, queries, strict=True):
            if not isinstance(child, Q):
                raise DuplicateQueryConditionsError("A combination or negation is never merged.")
            (raw if child.has_raw(self.document_class) else conditions).append(query)
        if len(raw) > 1:
            raise DuplicateQueryConditionsError("Raw queries are never merged with each other.")
        return conditions + raw


def repeatable(value: Any) -> Any:
    """The value of a filter, for a query that may be sent many times.

    An iterator would be empty from the second on: "none of these" would then find everything.
    """
    return list(value) if isinstance(value, Iterator) else value


def conditions(
    document_class: Any,
    args: Iterable[Any],
    kwargs: dict[str, Any],
    negated: bool = False,
) -> QNode:
    """What the arguments of ``filter``, ``filter_not``, ``get`` or ``match`` ask for together.

    Parameters:
        document_class: the class whose documents are looked for.
        args: queries and raw queries.
        kwargs: conditions, which become the query's own. Their keys are checked now, their values
            when the query is sent.
        negated: whether each is to be the opposite.

    Raises:
        TypeError: an argument is neither a query nor a mapping.
        ValueError: a key names an unknown operator, or a sub-property of what has none.
    """
    if RAW in kwargs:
        refuse_raw(document_class, kwargs)
    are_fields = True
    for key in kwargs:
        if type(kwargs[key]) not in PLAIN_TYPES:
            kwargs[key] = repeatable(kwargs[key])
        if key != "_id" and key not in document_class._fields:
            are_fields = False
    if not are_fields:  # the others ask for equality, which is for all
        validate_fields(document_class, kwargs)
    if not args and not negated:  # as in most queries
        return query_by(kwargs)
    parts = [query_of(argument) for argument in args]
    if kwargs or not parts:
        parts.append(query_by(kwargs))
    if negated:
        parts = [~part for part in parts]
    return parts[0] if len(parts) == 1 else reduce(and_, parts)


def query_by(filters: dict[str, Any]) -> Q:
    """The same as ``Q(**filters)``, which would copy them and look at their values again."""
    made = new(Q)
    made.raw, made.query = None, filters
    return made


def query_of(argument: Any) -> QNode:
    if isinstance(argument, QNode):
        return argument
    if isinstance(argument, Mapping):
        return Q(argument)
    error = TypeError(
        f"Filters are queries (Q), raw queries (mappings) and conditions as keywords, "
        f"not {type(argument).__name__}."
    )
    if isinstance(argument, bool):
        error.add_note("Fields are compared by keywords, as in filter(name='Ada'), not with ==.")
    raise error
