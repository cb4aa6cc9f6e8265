"""The settings of a class body: which values each takes, and which of them subclasses inherit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bson.codec_options import CodecOptions
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import (
    Nearest,
    Primary,
    PrimaryPreferred,
    Secondary,
    SecondaryPreferred,
)
from pymongo.write_concern import WriteConcern

from aiomotorengine.errors import InvalidDocumentError

__all__ = ["check_setting", "check_settings", "is_storable_key", "own_settings"]


class Setting(NamedTuple):
    """What a class may set under a name.

    Attributes:
        takes: whether a value is one of those.
        wanted: what they are, in words.
        is_fixed: whether the class is made by it, so that it can't be set later.
    """

    takes: Callable[[Any], bool]
    wanted: str
    is_fixed: bool = False


READ_PREFERENCES = (Primary, PrimaryPreferred, Secondary, SecondaryPreferred, Nearest)


def one_of(*values: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in values


def none_or(*types: type[Any]) -> Callable[[Any], bool]:
    return lambda value: value is None or isinstance(value, types)


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_storable_key(key: str) -> bool:
    """Whether MongoDB takes a text for a key and nothing else, also where it stands in a path."""
    return not key.startswith("$") and not {".", "\0"}.intersection(key)


def is_discriminator(value: Any) -> bool:
    """Whether something is a key by which documents can be told apart, or ``None``."""
    is_text = isinstance(value, str) and value not in ("", "_id")
    return value is None or (is_text and is_storable_key(value))


def is_value(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value != "")


def is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def are_names(value: Any) -> bool:
    """Whether something holds texts, be it as the keys of a mapping."""
    is_several = isinstance(value, list | tuple | Mapping)
    return is_several and all(isinstance(name, str) for name in value)


FLAG = "True or False"

SETTINGS: Mapping[str, Setting] = {
    "__abstract__": Setting(is_flag, FLAG, is_fixed=True),
    "__discriminator__": Setting(
        is_discriminator, "a key without '.', NUL and '$' in front", is_fixed=True
    ),
    "__discriminator_value__": Setting(is_value, "a text", is_fixed=True),
    "__dynamic__": Setting(is_flag, FLAG),
    "__omit_none__": Setting(is_flag, FLAG),
    "__strict__": Setting(is_flag, FLAG),
    "__querysets__": Setting(one_of("in place", "copy"), "'in place' or 'copy'"),
    "__unknown__": Setting(one_of("keep", "drop", "refuse"), "'keep', 'drop' or 'refuse'"),
    "__codec_options__": Setting(none_or(CodecOptions), "a bson.CodecOptions"),
    "__read_preference__": Setting(none_or(*READ_PREFERENCES), "one of pymongo.ReadPreference"),
    "__read_concern__": Setting(none_or(ReadConcern), "a pymongo.read_concern.ReadConcern"),
    "__write_concern__": Setting(none_or(WriteConcern), "a pymongo.WriteConcern"),
    "__indexes__": Setting(is_list, "a list of indexes"),
    "__search_indexes__": Setting(is_list, "a list of search indexes"),
    "__auto_index__": Setting(none_or(bool), "True, False or None"),
    "__collection_options__": Setting(
        lambda value: isinstance(value, Mapping), "a mapping of what create takes"
    ),
    "__shard_key__": Setting(are_names, "a list of names, or a mapping of them", is_fixed=True),
    "__title__": Setting(none_or(str), "a text"),
    "__description__": Setting(none_or(str), "a text"),
}
"""What came after 2017; its own settings take whatever they took."""


def own_settings(name: str) -> dict[str, Any]:
    """What a class of this name has where its body says nothing, whatever its bases say (K57)."""
    return {
        "__collection__": name,
        "__lazy__": True,
        "__alias__": None,
        "__abstract__": False,
        "__discriminator_value__": None,
    }


def check_settings(name: str, body: Mapping[str, Any]) -> None:
    """Check the settings in a class body.

    Parameters:
        name: the name of the class.
        body: what stands in it.

    Raises:
        InvalidDocumentError: one has a value that it does not take.
    """
    for setting in SETTINGS.keys() & body.keys():
        check_value(name, setting, body[setting])


def check_setting(document_class: type[Any], setting: str, value: Any) -> None:
    """Check what is assigned to a class; anything but a setting is fine.

    Raises:
        InvalidDocumentError: it is a setting that does not take the value, or can't be set later.
    """
    known = SETTINGS.get(setting)
    if known is None:
        return
    if known.is_fixed:
        raise InvalidDocumentError(
            f"{document_class.__name__}.{setting} can't be set once the class is made: "
            "write it in the class body."
        )
    check_value(document_class.__name__, setting, value)


def check_value(name: str, setting: str, value: Any) -> None:
    known = SETTINGS[setting]
    if not known.takes(value):
        raise InvalidDocumentError(f"{name}.{setting} must be {known.wanted}, not {value!r}.")
