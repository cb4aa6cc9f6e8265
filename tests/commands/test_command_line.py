"""``python -m aiomotorengine``: its commands, what they print, and the codes that they end with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import aiomotorengine
from tests.commands.programs import run

MODELS = """
from aiomotorengine import *


class User(Document):
    name = StringField(db_field="n", required=True, index=True)

    class Home(EmbeddedDocument):
        zip = IntField()


nothing = 5
"""

ODD = """
from aiomotorengine import *
from models import User


class Odd(Document):
    __indexes__ = ["nmae"]
    user = ReferenceField("User")
"""

REFUSED = """
from aiomotorengine import *


class Login(Document):
    name = StringField(db_field="a.b")
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A directory with modules of a program."""
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "odd.py").write_text(ODD)
    (tmp_path / "refused.py").write_text(REFUSED)
    (tmp_path / "broken.py").write_text("import models, no_such_module\n")
    (tmp_path / "unwritten.py").write_text("class User(\n")
    (tmp_path / "leaving.py").write_text("import sys\n\nsys.exit(0)\n")
    (tmp_path / "empty.py").write_text("")
    return tmp_path


def test_without_a_command_it_tells_what_is_installed(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[0].split() == ["aiomotorengine", aiomotorengine.__version__]


def test_its_help_names_the_commands(tmp_path: Path) -> None:
    told = run(tmp_path, "--help")
    assert told.code == 0
    for command in ("check", "indexes", "migrate", "schema", "bench"):
        assert f"    {command}" in told.out


# -- schema ------------------------------------------------------------------------------------


def test_schema_prints_a_line_of_json(models: Path) -> None:
    told = run(models, "schema", "models:User")
    assert (told.code, told.err, told.out.count("\n")) == (0, "", 1)
    assert json.loads(told.out)["required"] == ["name"]


def test_schema_for_mongodb_is_by_the_keys_of_documents(models: Path) -> None:
    told = run(models, "schema", "models:User", "--bson")
    assert told.code == 0
    assert json.loads(told.out)["required"] == ["n"]


def test_schema_takes_a_class_inside_of_another(models: Path) -> None:
    assert json.loads(run(models, "schema", "models:User.Home").out)["title"] == "Home"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("models", "'models' has no module in front, as shop.models:User has."),
        ("models:Usr", "Module 'models' has no 'Usr'."),
        ("models:nothing", "'models:nothing' is no document class."),
        ("models.py:User", "There is no module 'models.py'"),
        ("./models:User", "'./models' is no name of a module, as shop.models is."),
        ("refused:Login", "refused can't be imported: InvalidDocumentError: Field 'name' can't be"),
    ],
    ids=["no colon", "no such name", "no class", "a file", "a path", "refused"],
)
def test_what_is_no_class_ends_with_2(models: Path, given: str, says: str) -> None:
    told = run(models, "schema", given)
    assert (told.code, told.out) == (2, "")
    assert says in " ".join(told.err.split())


# -- check -------------------------------------------------------------------------------------


def test_check_ends_with_0_if_nothing_is_wrong(models: Path) -> None:
    told = run(models, "check", "models")
    assert told == (0, "2 classes, 0 problems\n", "")


def test_check_ends_with_1_if_something_is_wrong(models: Path) -> None:
    told = run(models, "check", "odd")
    assert (told.code, told.err) == (1, "")
    assert told.out.splitlines() == [
        "3 classes, 1 problem",
        "odd.Odd: Index ('nmae',): Odd has no field 'nmae'.",
    ]


def test_what_is_refused_as_it_is_imported_is_found_with_its_place(models: Path) -> None:
    told = run(models, "check", "refused", "odd")
    assert (told.code, told.err) == (1, "")
    head, refused, odd = told.out.splitlines()
    assert head == "3 classes, 2 problems"
    assert refused.startswith("refused: It can't be imported: InvalidDocumentError: Field 'name'")
    assert refused.endswith("refused.py, line 5)")
    assert odd.startswith("odd.Odd: Index")


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("broken", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("unwritten", "SyntaxError: '(' was never closed (unwritten.py, line 1)"),
        ("leaving", "SystemExit: 0"),
    ],
)
def test_a_module_that_raises_is_something_found(models: Path, module: str, says: str) -> None:
    told = run(models, "check", module)
    assert (told.code, told.err) == (1, "")
    assert f"{module}: It can't be imported: {says}" in told.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: MODULE"),
        (["no_models"], "There is no module 'no_models' in the current directory"),
        (["models.inner"], "There is no module 'models.inner'"),
        (["empty"], "No document class is declared in empty."),
        (["models", "--fast"], "unrecognized arguments: --fast"),
    ],
    ids=["nothing", "no module", "no package", "no class", "unknown option"],
)
def test_a_wrong_call_ends_with_2(models: Path, arguments: list[str], says: str) -> None:
    told = run(models, "check", *arguments)
    assert (told.code, told.out) == (2, "")
    assert says in " ".join(told.err.split())


# -- passwords ---------------------------------------------------------------------------------

URI = "mongodb://ada:se/cr@et@localhost:1/shop"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", URI],
        ["schema", URI],
        ["schema", "models:User", URI],
        [URI],
        ["indexes", "models", "--uri", URI],
        ["indexes", "models", "--uri", URI.removeprefix("mongodb://")],
        ["indexes", "models", "--uri", f"other={URI}"],
        ["indexes", "models", URI],
    ],
    ids=lambda arguments: " ".join(arguments).replace(URI, "URI"),
)
def test_no_password_of_a_uri_is_repeated(models: Path, arguments: list[str]) -> None:
    told = run(models, *arguments)
    assert told.code == 2
    for part in ("se/cr@et", "cr@et", "se/cr"):
        assert part not in told.out + told.err


def test_a_server_that_is_not_there_ends_with_2(models: Path) -> None:
    uri = "mongodb://ada:secret@localhost:1/shop?serverSelectionTimeoutMS=50"
    told = run(models, "indexes", "models", "--uri", uri)
    assert (told.code, told.out) == (2, "")
    assert "localhost:1" in told.err
    assert "secret" not in told.err
