"""Which documents a query set finds."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from aiomotorengine.query_builder.node import QNode, conditions
from aiomotorengine.query_builder.ordering import without_score
from aiomotorengine.query_builder.text_search import text_search
from aiomotorengine.queryset.base import EVERYTHING, Query, R

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Filtering"]


class Filtering(Query[R]):
    """A query whose conditions can be said."""

    def filter(self, /, *args: QNode | Mapping[str, Any], **kwargs: Any) -> Self:
        """Narrow the query; all conditions of all calls must hold.

        Parameters:
            args: queries (``Q``) and raw queries as MongoDB takes them.
            kwargs: conditions such as ``name="Ada"`` or ``age__gte=18``.

        Raises:
            ValueError: a condition names an unknown operator or sub-property.
            TypeError: an argument is neither a query nor a mapping.
        """
        return self._narrow(conditions(self.__klass__, args, kwargs))

    def filter_not(self, /, *args: QNode | Mapping[str, Any], **kwargs: Any) -> Self:
        """Narrow the query to what does not meet the conditions; arguments as for ``filter``.

        Several conditions are each negated and all must hold (``a != 1 and b != 2``).
        """
        return self._narrow(conditions(self.__klass__, args, kwargs, negated=True))

    def _narrow(self, node: QNode) -> Self:
        narrowed = self._narrowed()
        known = self._filters
        narrowed._filters = node if known is EVERYTHING else known & node
        return narrowed

    def all_filters_cleared(self) -> Self:
        """A copy without filters; order, limit and skip are the same. This one keeps its filters.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> best = Player.objects.filter(score__gte=100).order_by("-score").limit(10)
            >>> best.all_filters_cleared().to_query(), best.to_query()
            ({}, {'score': {'$gte': 100}})
        """
        copied = copy(self)
        copied._filters = EVERYTHING
        copied._order = without_score(self._order)  # of which there is none without the search
        copied._searches_text = copied._finds_nothing = False
        return copied

    def search_text(
        self,
        text: str,
        language: str | None = None,
        *,
        case_sensitive: bool = False,
        diacritic_sensitive: bool = False,
    ) -> Self:
        """Narrow the query to documents that have words, by the text index of the collection.

        ``order_by("$text_score")`` sorts by how well they fit.

        Parameters:
            text: the words. Of several, one is enough; ``"words in quotes"`` are looked for as they
                stand, and a word with ``-`` before it must not be there.
            language: whose stems and stop words are meant; by default those of the index.
            case_sensitive: whether capitals matter.
            diacritic_sensitive: whether accents matter.

        Raises:
            TypeError: the text, or the language, is no text.
            ValueError: the query searches for words already.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Article(Document):
            ...     title = StringField()
            >>> Article.objects.search_text("coffee").order_by("$text_score").to_query()
            {'$text': {'$search': 'coffee'}}
        """
        if self._searches_text:
            raise ValueError("A query has one text search.")
        search = text_search(
            text,
            language,
            case_sensitive=case_sensitive,
            diacritic_sensitive=diacritic_sensitive,
        )
        narrowed = self._narrow(search)
        narrowed._searches_text = True
        return narrowed

    def none(self) -> Self:
        """Find nothing and ask nobody, whatever is called: no document, 0, no result.

        What is inserted is inserted as ever, and indexes are made. The collection is not dropped.

        Example:
            >>> from aiomotorengine import Document
            >>> class Invoice(Document):
            ...     pass
            >>> def invoices_of(tenant):
            ...     invoices = Invoice.objects
            ...     return invoices.filter(tenant=tenant) if tenant else invoices.none()
        """
        narrowed = self._narrowed()
        narrowed._finds_nothing = True
        return narrowed
