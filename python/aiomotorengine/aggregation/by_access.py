"""A name that is one thing on the class, and another on its instances."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

__all__ = ["OnClassOrInstance"]

C = TypeVar("C")
P = ParamSpec("P")
R = TypeVar("R")


class OnClassOrInstance(Generic[C, P, R]):
    """``Aggregation.count`` makes an accumulator, ``aggregation.count`` adds a stage.

    Parameters:
        on_class: what reading the name on the class gives.
        on_instance: the method of instances.
    """

    def __init__(self, on_class: C, on_instance: Callable[Concatenate[Any, P], R]) -> None:
        self.on_class = on_class
        self.on_instance = on_instance
        self.__doc__ = on_instance.__doc__

    @overload
    def __get__(self, instance: None, owner: Any = None) -> C: ...
    @overload
    def __get__(self, instance: object, owner: Any = None) -> Callable[P, R]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self.on_class if instance is None else partial(self.on_instance, instance)
