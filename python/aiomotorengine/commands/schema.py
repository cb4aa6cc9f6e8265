"""The command ``schema``: the schema of a document class, as a line of JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from bson.json_util import RELAXED_JSON_OPTIONS
from bson.json_util import dumps as extended_json

from aiomotorengine.commands.models import CommandError, document_class

__all__ = ["SUMMARY", "add_arguments", "run", "schema"]

SUMMARY = "print the schema of a document class, as a line of JSON"


def schema(document_class: Any, *, bson: bool = False) -> str:
    """The schema of a class, as a line of JSON.

    Parameters:
        document_class: the class.
        bson: whether it is that for MongoDB (``$jsonSchema``, by the keys of documents), and not
            JSON Schema by the names of attributes. Values that plain JSON does not have, such as
            dates, are in MongoDB's extended form.

    Raises:
        ImportError: a class that it embeds is not to be found.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> from aiomotorengine.commands.schema import schema
        >>> class Item(Document):
        ...     size = IntField(db_field="s", required=True, min_value=1)
        >>> schema(Item, bson=True)
        '{"bsonType": "object", "title": "Item", "required": ["s"], \
"properties": {"s": {"bsonType": ["int", "long"], "minimum": 1}}}'
    """
    if bson:
        return extended_json(document_class.bson_schema(), json_options=RELAXED_JSON_OPTIONS)
    # Examples of a field are what its program likes to show.
    return json.dumps(document_class.json_schema(), default=str)


def add_arguments(parser: ArgumentParser) -> None:
    """What the command line takes for it."""
    parser.add_argument("document_class", metavar="MODULE:CLASS", help="as shop.models:User")
    parser.add_argument(
        "--bson",
        action="store_true",
        help="MongoDB's $jsonSchema by the keys of documents, instead of JSON Schema (2020-12) by "
        "the names of attributes",
    )


def run(arguments: Namespace) -> int:
    """Print the schema."""
    try:
        print(schema(document_class(arguments.document_class), bson=arguments.bson))
    except (ImportError, NameError, ValueError) as error:
        raise CommandError(f"{arguments.document_class} has no schema: {error}") from error
    return 0
