"""Imports go one way, as docs/architecture.md draws it, and some things live in one place only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "python" / "aiomotorengine"
MODULES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}

# Each package or module with those it stands on; it may import these, and all that they stand on.
STANDS_ON = {
    "bson_types": "",
    "locations": "",
    "errors": "locations",
    "utils": "",
    "ids": "utils",
    "extension": "",
    "on_demand": "",
    "storage": "errors utils extension",
    "registry": "utils",
    "fields": "storage ids bson_types registry",
    "mixins": "fields",
    "server_errors": "fields",
    "documents": "fields",
    "rows": "documents on_demand",
    "codec": "rows",
    "validation": "codec",
    "query": "documents",
    "query_builder": "query codec arguments",
    "aggregation": "expressions arguments connection pacing",
    "expressions": "query_builder",
    "update": "expressions arguments",
    "drivers": "utils",
    "database": "",
    "redaction": "",
    "connection": "drivers database redaction on_demand",
    "health": "connection",
    "sessions": "connection documents server_errors arguments",
    "pacing": "",
    "wire": "server_errors codec sessions",
    "reading": "wire pacing query_builder",
    "indexes": "wire query_builder registry",
    "schema": "indexes",
    "search": "schema reading",
    "interop": "validation schema",
    "pydantic": "interop typed",
    "writing": "references validation update schema",
    "bulk": "writing pacing",
    "arguments": "",
    "references": "reading",
    "changes": "references arguments",
    "queryset": "arguments aggregation connection bulk changes",
    "metaclasses": "queryset",
    "document": "metaclasses validation search interop",
    "embedded_document": "document",
    "typed": "document",
    "migrations": "sessions query_builder pacing",
    "__init__": "embedded_document typed health migrations",
    "testing": "__init__",
    "commands": "testing",
    "__main__": "commands",
}


def package_of(module: str) -> str:
    """``fields`` for ``fields/geojson/point_field.py``, ``errors`` for ``errors.py``."""
    return module.split("/")[0].removesuffix(".py")


@cache
def allowed(package: str) -> frozenset[str]:
    below = STANDS_ON[package].split()
    return frozenset({package, *below}).union(*map(allowed, below))


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that they can be searched for"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages_of(names: Iterable[str]) -> set[str]:
    """The packages that dotted names lead into."""
    parts = [name.split(".") for name in names]
    return {
        rest[0] if rest and rest[0] in STANDS_ON else "__init__"
        for package, *rest in parts
        if package == "aiomotorengine"
    }


def imports_inside_functions(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for function in outermost_functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def outermost_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
        else:
            yield from outermost_functions(child)


def names_used(tree: ast.AST) -> set[str]:
    """What a module imports and what it asks of other names: ``bson.encode``, ``json.loads``."""
    attributes = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    return attributes.union(imported(tree))


class Names(NamedTuple):
    """What is asked of a module again and again, in place of its tree, which is large."""

    imported: set[str]
    used: set[str]


@cache
def names_in(module: str) -> Names:
    tree = tree_of(module)
    return Names(set(imported(tree)), names_used(tree))


def modules_that(use: set[str]) -> list[str]:
    """The modules that import, or ask for, one of these names or what is below them."""

    def is_used(name: str) -> bool:
        return any(name == one or name.startswith(f"{one}.") for one in use)

    return [module for module in MODULES if any(map(is_used, names_in(module).used))]


def test_imports_go_one_way() -> None:
    others = {
        module: packages_of(names_in(module).imported) - allowed(package_of(module))
        for module in MODULES
    }
    assert {module: packages for module, packages in others.items() if packages} == {}


def test_no_import_hides_in_a_function() -> None:
    hidden = {module: imports_inside_functions(tree_of(module)) for module in MODULES}
    assert {module: lines for module, lines in hidden.items() if lines} == {}


def test_the_reader_of_imports_sees_what_it_should() -> None:
    tree = ast.parse(
        "import motor\n"
        "from aiomotorengine import fields\n"
        "from aiomotorengine.document import Document\n"
        "async def use():\n"
        "    from bson import decode\n"
        "    return bson.encode({})\n"
    )
    assert packages_of(imported(tree)) == {"fields", "document"}
    assert imports_inside_functions(tree) == [5]
    assert {"motor", "bson.decode", "bson.encode"} <= names_used(tree)
    assert "document" not in allowed("fields")
    assert allowed("storage") == {"storage", "errors", "extension", "locations", "utils"}


def test_motor_is_imported_in_one_place() -> None:
    assert modules_that({"motor"}) == ["drivers/motor.py"]


def test_modules_are_imported_by_name_only_where_there_is_a_choice() -> None:
    assert modules_that({"importlib.import_module"}) == [
        "commands/models.py",  # what the command line names
        "drivers/__init__.py",  # the driver of a connection
        "extension.py",  # the extension
        "fields/vectors.py",  # numpy, which need not be there
        "on_demand.py",  # what is imported when it is asked for
        "utils.py",  # a document class given by its path
    ]


WITH_THE_PACKAGE = {
    "arguments",
    "bson_types",
    "codec",
    "connection",
    "database",
    "document",
    "documents",
    "drivers",
    "embedded_document",
    "errors",
    "extension",
    "fields",
    "health",
    "ids",
    "locations",
    "metaclasses",
    "on_demand",
    "pacing",
    "query",
    "query_builder",
    "queryset",
    "redaction",
    "registry",
    "storage",
    "utils",
    "validation",
}
"""What ``import aiomotorengine`` imports. Of all else it is the ``__init__`` at most, and these."""

ONLY_THESE = {
    "sessions/options.py",  # what ``using`` takes
    "update/result.py",  # a name of 2017's module queryset
    "writing/deletion/declared.py",  # what a class says of its references
}


def imported_with(node: ast.AST) -> Iterator[str]:
    """The dotted names that are imported when a module is, so not those for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield from imported_with(other)
        elif isinstance(child, ast.Import | ast.ImportFrom):
            yield from imported(child)
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imported_with(child)


def loaded_with(module: str, loaded: set[str]) -> set[str]:
    """A module and all that are imported with it, added to those that are loaded already."""
    if module not in loaded:
        loaded.add(module)
        for name in imported_with(tree_of(module)):
            if name.startswith(PACKAGE.name):
                path = name.split(".")[1:]
                for end in range(1, len(path) + 1):
                    file = file_of(path[:end])
                    if file is not None:
                        loaded_with(file, loaded)
    return loaded


def test_the_package_loads_what_every_program_needs() -> None:
    loaded = {it for it in loaded_with("__init__.py", set()) if not it.endswith("__init__.py")}
    assert {package_of(it) for it in loaded - ONLY_THESE} == WITH_THE_PACKAGE
    assert loaded > ONLY_THESE


def test_bytes_are_for_the_codec_and_those_who_hand_them_to_the_driver() -> None:
    names = {"encode", "decode", "decode_all", "decode_iter", "BSON", "raw_bson"}
    assert modules_that({f"bson.{name}" for name in names}) == [
        "bulk/rejected.py",  # to keep what a server said of refusals; no document passes here
        "codec/encoded_document.py",
        "codec/oversize.py",
        "codec/pure.py",
        "codec/unencodable.py",  # which value it is that cannot be encoded
        "commands/bench.py",  # to have dicts beside documents
        "ids.py",  # to compare ids that cannot be hashed; no document passes here
        "migrations/converting.py",  # what is sent of a document that a program has converted
        "migrations/paging.py",
        "reading/page_tokens.py",  # the values at both ends of a page; no document passes here
        "storage/snapshots.py",  # to find a document by its id among bytes
        "wire/changes.py",
        "wire/replies.py",
        "wire/requests.py",
        "wire/write_replies.py",
    ]


def test_the_mark_of_native_kinds_imports_nothing_of_ours() -> None:
    assert packages_of(names_in("fields/native_kind.py").imported) == set()


ONE_KNOWS = {
    "AIOMOTORENGINE_CODEC": "codec/__init__.py",
    "AIOMOTORENGINE_STORAGE": "storage/choice.py",
    "_son_codec": "extension.py",
}


@pytest.mark.parametrize(("secret", "module"), ONE_KNOWS.items(), ids=ONE_KNOWS)
def test_one_module_knows_what_is_behind_it(secret: str, module: str) -> None:
    knowing = [name for name, path in MODULES.items() if secret in path.read_text(encoding="utf-8")]
    assert knowing == [module]


def modules_imported(module: str) -> set[str]:
    """The modules of the package that a module imports, be it for type checkers only."""
    imported = names_in(module).imported
    paths = [name.split(".")[1:] for name in imported if name.startswith(PACKAGE.name)]
    # The last part is a module, or a name in one.
    files = [file_of(path) or file_of(path[:-1]) for path in paths]
    return {file for file in files if file is not None}


def file_of(path: list[str]) -> str | None:
    name = "/".join(path)
    return next((f for f in (f"{name}.py", f"{name}/__init__.py") if f in MODULES), None)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("queryset/")])
def test_a_part_of_query_sets_reads_or_writes(module: str) -> None:
    used = packages_of(names_in(module).imported)
    assert len(used & {"reading", "writing", "bulk"}) <= 1


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = {module: modules_imported(module) for module in MODULES}
    reached = {module: set(imports[module]) for module in MODULES}
    for between in MODULES:
        for module in MODULES:
            if between in reached[module]:
                reached[module] |= reached[between]
    assert [module for module in MODULES if module in reached[module]] == []
    assert "aggregation/accumulator.py" in reached["aggregation/base.py"]


def test_the_native_codec_asks_one_module_of_ours_and_is_told_the_rest() -> None:
    sources = (PACKAGE.parents[1] / "rust" / "son_codec" / "src").rglob("*.rs")
    named = re.findall(r'"(aiomotorengine[\w.]*)"', "".join(map(Path.read_text, sources)))
    others = {name for name in named if not name.startswith("aiomotorengine._son_codec")}
    assert others == {"aiomotorengine.codec.pure"}


def test_every_function_that_cpython_calls_turns_panics_into_exceptions() -> None:
    sources = (PACKAGE.parents[1] / "rust" / "son_codec" / "src").rglob("*.rs")
    made = re.compile(r'^(?:pub\S* )?unsafe extern "C" fn (\w+)\([^{;]*\{\n(.*?)^\}$', re.M | re.S)
    bodies = [match for source in sources for match in made.findall(source.read_text("utf-8"))]
    outside = [name for name, body in bodies if not re.search(r"\bcalled(_silently)?\(", body)]
    # The collector looks through objects by these, which only read; it takes no exception.
    assert (set(outside), len(bodies) > 20) == ({"traverse"}, True)
