"""Func: any operator of MongoDB's expressions."""

from __future__ import annotations

import re
from typing import Any

from aiomotorengine.expressions.expression import Expression
from aiomotorengine.expressions.operand import operand

__all__ = ["Func"]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


class Func(Expression):
    """What an operator of MongoDB's expressions makes of its arguments.

    Parameters:
        name: its name, without the ``$``.
        args: the arguments of an operator that takes a list of them: expressions, fields,
            conditions with ``F``, and values. A text is a value, and no path.
        named: those of an operator whose arguments have names.

    Raises:
        TypeError: the name is no text, or there are arguments of both kinds.
        ValueError: it can be the name of no operator.

    Example:
        >>> from aiomotorengine import Document, F, Func, StringField
        >>> class User(Document):
        ...     first = StringField(db_field="f")
        ...     last = StringField()
        >>> Func("concat", F("first"), " ", F("last")).to_expression(User)
        {'$concat': ['$f', {'$literal': ' '}, '$last']}
        >>> (Func("strLenCP", F("last")) > 9).to_query(User)
        {'$expr': {'$gt': [{'$strLenCP': '$last'}, 9]}}
        >>> Func("regexMatch", input=F("last"), regex="^A").to_expression(User)
        {'$regexMatch': {'input': '$last', 'regex': {'$literal': '^A'}}}
    """

    def __init__(self, name: str, /, *args: Any, **named: Any) -> None:
        if not isinstance(name, str):
            raise TypeError(f"Func takes the name of an operator, not {type(name).__name__}.")
        if not NAME.fullmatch(name):
            raise ValueError(f"Func takes the name of an operator without its $, not {name!r}.")
        if args and named:
            raise TypeError(f"${name} takes arguments with names or without, not both.")
        self.name = name
        self.args = args
        self.named = named

    def to_expression(self, document_class: Any) -> dict[str, Any]:
        given: Any
        if len(self.args) == 1:
            # In a list of its own, an array would not be taken for the values that it holds.
            given = operand(document_class, self.args[0])
        elif self.args:
            given = [operand(document_class, it) for it in self.args]
        else:
            given = {key: operand(document_class, it) for key, it in self.named.items()}
        return {f"${self.name}": given}

    def __repr__(self) -> str:
        given = [*map(repr, self.args), *(f"{key}={it!r}" for key, it in self.named.items())]
        return f"Func({', '.join([repr(self.name), *given])})"
