"""The interface: both sides expose the same names, and one is chosen for a reason one can read."""

from __future__ import annotations

import copy
import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON

import aiomotorengine
from aiomotorengine import Document, StringField, codec
from aiomotorengine.codec import contract, pure
from aiomotorengine.codec.plan import plan_of
from aiomotorengine.fields.field_methods import generation
from aiomotorengine.storage import choice as storage_choice
from tests.codec.laws import STANDARD
from tests.zoo import animals

PACKAGE = Path(aiomotorengine.__file__).parent
FUNCTIONS = {"compile_plan", "cut_found", "cut_reply", "differing_values", "new_object_ids"}
FUNCTIONS |= {"compile_decoder", "raw_values", "wrap_many"}
PROMISED = {"CONTRACT", "IMPLEMENTATION"} | FUNCTIONS
FOR_STORAGE = {
    "FieldDescriptor",
    "Storage",
    "StorageMeta",
    "classes_of",
    "forget_constructions",
    "initializer",
    "new_instance",
    "origins_of",
    "others",
    "set_construction",
    "set_lasting",
    "set_layout",
    "set_origins",
    "setter_changed",
    "watch_new_attributes",
    "take_values",
    "value",
    "values_of",
}
FOR_THE_EXTENSION = {
    "hidden_of_part",
    "keep_loaded_part",
    "Codec",
    "DocumentError",
    "EncodedDocument",
    "RowCodec",
    "has_more_levels",
}
FOR_THE_EXTENSION |= {"Snapshot", "now", "restrict"}
CODEC_METHODS = {"validate_many", "encode_many", "decode_many", "compile_rows", "stepped_back"}


def side() -> Any:
    """The module that is used."""
    return codec._side


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


# -- the names on both sides ---------------------------------------------------------------------


@pytest.mark.usefixtures("codec")
def test_a_side_exposes_what_the_contract_promises_and_nothing_else() -> None:
    exposed = set(getattr(side(), "__all__", public(side())))
    assert exposed - FOR_THE_EXTENSION - FOR_STORAGE == PROMISED
    assert side().CONTRACT == contract.CONTRACT
    assert codec.implementation == side().IMPLEMENTATION


@pytest.mark.usefixtures("codec")
def test_a_codec_has_what_the_contract_promises_and_nothing_else() -> None:
    assert public(codec.codec_for(animals.Plain, STANDARD)) == CODEC_METHODS


def test_the_promised_names_are_those_of_the_protocol() -> None:
    assert set(contract.Implementation.__annotations__) | FUNCTIONS == PROMISED


@pytest.mark.parametrize("name", sorted(CODEC_METHODS - {"stepped_back"}))
def test_the_parameters_are_those_of_the_contract(name: str) -> None:
    promised = inspect.signature(getattr(contract.Codec, name))
    assert list(inspect.signature(getattr(pure.Codec, name)).parameters) == list(
        promised.parameters
    )


@pytest.mark.usefixtures("codec")
def test_a_fresh_codec_has_never_stepped_back() -> None:
    made = side().compile_plan(plan_of(animals.Plain), STANDARD)
    assert made.stepped_back == 0


@pytest.mark.usefixtures("codec")
def test_valid_documents_of_built_in_fields_are_no_reason_to_step_back() -> None:
    made = side().compile_plan(plan_of(animals.Plain), STANDARD)
    documents = [animals.Plain(name="a", size=1), animals.Plain(token=None)]
    assert made.validate_many(documents)
    made.decode_many(b"".join(made.encode_many(documents, [1, 2])))
    assert made.stepped_back == 0


def test_a_document_error_has_its_number() -> None:
    error = codec.DocumentError(7)
    assert error.index == 7
    assert isinstance(error, Exception)


# -- one codec for each side, class and options --------------------------------------------------


@pytest.mark.usefixtures("codec")
def test_a_codec_is_made_once_for_a_class_and_its_options() -> None:
    first = codec.codec_for(animals.Plain, STANDARD)
    assert codec.codec_for(animals.Plain, STANDARD) is first
    assert codec.codec_for(animals.Plain, CodecOptions(**vars_of(STANDARD))) is first
    assert codec.codec_for(animals.Plain, STANDARD.with_options(tz_aware=True)) is not first
    assert codec.codec_for(animals.Open, STANDARD) is not first


def vars_of(options: CodecOptions[Any]) -> dict[str, Any]:
    return options._asdict()


def test_a_subclass_has_codecs_of_its_own() -> None:
    class Heir(animals.Plain):
        more = StringField()

    inherited = codec.codec_for(animals.Plain, STANDARD)
    own = codec.codec_for(Heir, STANDARD)
    assert own is not inherited
    [document] = own.decode_many(bson.encode({"more": "x"}))
    assert type(document) is Heir
    assert codec.codec_for(animals.Plain, STANDARD) is inherited


def test_each_side_has_codecs_of_its_own() -> None:
    for name in codec.available():
        with codec.use(name):
            made = codec.codec_for(animals.Plain, STANDARD)
            assert type(made).__module__.rpartition(".")[2] in {"pure", "_son_codec"}
            assert isinstance(made, pure.Codec) == (name == "python")


class Renewed(Document):
    text = StringField()


@pytest.mark.parametrize("later", ["patch", "field", "class"])
def test_a_changed_hook_makes_a_new_codec(later: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = codec.codec_for(Renewed, STANDARD)
    number = generation.number
    if later == "patch":
        monkeypatch.setattr(StringField, "to_son", lambda self, value: value)
    elif later == "field":
        monkeypatch.setattr(Renewed.text, "max_length", 5)
    else:
        monkeypatch.setattr(Renewed, "to_son", lambda self: {})
    assert generation.number > number
    after = codec.codec_for(Renewed, STANDARD)
    assert after is not before
    assert codec.codec_for(Renewed, STANDARD) is after


def test_using_documents_starts_no_new_generation() -> None:
    number = generation.number
    document = Renewed(text="a", more=1)
    document.text = "b"
    document.other = 5  # type: ignore[attr-defined]  # a dynamic attribute
    document.validate()
    Renewed.from_son(document.to_son())
    codec.codec_for(Renewed, STANDARD).encode_many([document], [1])
    assert generation.number == number


# -- what the functions do ----------------------------------------------------------------------


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda wrapped: pickle.loads(pickle.dumps(wrapped))]
)
def test_wrapped_documents_may_be_copied(copied: Any) -> None:
    raw = bson.encode({"_id": 1, "a": "b"})
    [wrapped] = codec.wrap_many([raw])
    again = copied(wrapped)
    assert again == {"_id": 1, "a": "b"}
    assert bson.encode(again) == raw


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("place", [-1, 1, 100, 2**70])
def test_places_where_no_document_begins_are_no_bson(place: int) -> None:
    raw = bson.encode({"_id": 1})
    with pytest.raises(InvalidBSON):
        codec.codec_for(animals.Plain, STANDARD).decode_many(raw, [0, place])


# -- which side, and why -------------------------------------------------------------------------


def run(setting: str | None, program: str, path: Path | None = None) -> Any:
    """Run a program in a Python of its own, with the codec chosen by the variable."""
    environment = {k: v for k, v in os.environ.items() if k != "AIOMOTORENGINE_CODEC"}
    environment["AIOMOTORENGINE_STORAGE"] = "python"  # the native one needs the extension
    if setting is not None:
        environment["AIOMOTORENGINE_CODEC"] = setting
    paths = [str(path), str(PACKAGE.parent)] if path else [str(PACKAGE.parent)]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


TELL = (
    "import sys; from aiomotorengine import codec; "
    "print(codec.implementation); print(codec.reason); "
    "print('aiomotorengine._son_codec' in sys.modules)"
)


def test_python_never_touches_the_extension() -> None:
    result = run("python", TELL)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "python",
        "AIOMOTORENGINE_CODEC=python asks for it",
        "False",
    ]


@pytest.mark.parametrize("setting", [None, "auto"])
def test_auto_takes_the_best_that_can_be_had(setting: str | None) -> None:
    result = run(setting, TELL)
    assert result.stderr == ""
    implementation, reason, _ = result.stdout.splitlines()
    assert implementation == codec.available()[-1]
    assert reason == why_native_or_not()


def why_native_or_not() -> str:
    try:
        codec.load_native()
    except ImportError as error:
        return str(error)
    return "the extension is there"


def test_nonsense_is_refused_with_the_choices() -> None:
    result = run("rust", TELL)
    assert result.returncode != 0
    assert "AIOMOTORENGINE_CODEC must be auto, native or python, not 'rust'." in result.stderr


# An extension is offered as a module that stands in for it.

STAND_IN = """
import sys, types
extension = types.ModuleType("aiomotorengine._son_codec")
{body}
sys.modules["aiomotorengine._son_codec"] = extension
"""
OTHER = contract.CONTRACT + 1
STALE = STAND_IN.format(body=f"extension.CONTRACT = {OTHER}; extension.IMPLEMENTATION = 'native'")
CURRENT = STAND_IN.format(
    body=f"extension.CONTRACT = {contract.CONTRACT}; extension.IMPLEMENTATION = 'native'"
)
MISSING = "import sys; sys.modules['aiomotorengine._son_codec'] = None\n"


def test_a_current_extension_is_taken() -> None:
    for setting, reason in (
        ("auto", "the extension is there"),
        ("native", "AIOMOTORENGINE_CODEC=native asks for it"),
    ):
        result = run(setting, CURRENT + TELL)
        assert result.stderr == ""
        assert result.stdout.splitlines()[:2] == ["native", reason]


def test_a_stale_extension_is_refused_and_says_what_to_do() -> None:
    result = run("native", STALE + TELL)
    assert result.returncode != 0
    assert f"ImportError: the native codec speaks contract {OTHER}" in result.stderr
    assert "run make build" in result.stderr


def test_a_stale_extension_is_passed_over_and_the_reason_says_what_to_do() -> None:
    result = run("auto", STALE + TELL)
    assert result.stderr == ""
    implementation, reason, _ = result.stdout.splitlines()
    assert implementation == "python"
    assert f"contract {OTHER}" in reason
    assert "run make build" in reason


def test_a_missing_extension_is_an_import_error_that_says_what_to_do() -> None:
    result = run("native", MISSING + TELL)
    assert result.returncode != 0
    assert "ImportError: the native codec cannot be imported" in result.stderr
    assert "make build" in result.stderr


def test_a_missing_extension_is_done_without_and_the_reason_says_so() -> None:
    result = run("auto", MISSING + TELL)
    assert result.stderr == ""
    implementation, reason, _ = result.stdout.splitlines()
    assert implementation == "python"
    assert "cannot be imported" in reason
    assert "make build" in reason


# -- changing sides for a while ------------------------------------------------------------------


def test_use_changes_the_codec_for_a_while() -> None:
    before = codec.implementation, codec.reason, codec._side
    with codec.use("python"):
        assert codec.implementation == "python"
        assert codec._side is pure
    assert (codec.implementation, codec.reason, codec._side) == before


def test_use_takes_its_side_back_after_an_error() -> None:
    before = codec.implementation, codec.reason, codec._side
    with pytest.raises(KeyError), codec.use("python"):
        raise KeyError
    assert (codec.implementation, codec.reason, codec._side) == before


def test_use_of_an_unknown_side_changes_nothing() -> None:
    before = codec.implementation, codec.reason, codec._side
    with pytest.raises(ValueError, match="must be auto, native or python"), codec.use("rust"):
        pass
    assert (codec.implementation, codec.reason, codec._side) == before


def test_a_stale_extension_is_refused_in_the_running_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stale = ModuleType(codec.EXTENSION)
    stale.CONTRACT = OTHER  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, codec.EXTENSION, stale)
    with pytest.raises(ImportError, match="run make build"):
        codec.load_native()
    assert codec.available() == ["python"]


def test_an_interpreter_that_runs_without_its_lock_has_no_native_codec(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extension = ModuleType(codec.EXTENSION)
    extension.CONTRACT = codec.CONTRACT  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, codec.EXTENSION, extension)
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(ImportError, match="needs the GIL"):
        codec.load_native()


def test_nobody_else_looks_at_the_variables_or_the_extension() -> None:
    choosing = PACKAGE / "codec" / "__init__.py", PACKAGE / "storage" / "choice.py"
    variables = codec.VARIABLE, storage_choice.VARIABLE
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text()
        if path not in choosing:
            assert not any(f'"{variable}"' in source for variable in variables), path
        if path != PACKAGE / "extension.py":
            assert "aiomotorengine._son_codec" not in source, path
