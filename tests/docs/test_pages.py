"""The pages agree with each other and with the project."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT

LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PAGE_NAME = re.compile(r"`([\w/-]+\.md)`")
MAKE_COMMAND = re.compile(r"\bmake (?P<target>[a-z][a-z-]*)")

DECIDED_TO_DIFFER = (
    *range(1, 16),
    17,
    *range(19, 29),
    *range(30, 36),
    *range(37, 44),
    *range(45, 53),
    *(54, 58, 60),
)
"""The K decisions of the specification that are FIX or EXTEND."""

WORTH_KNOWING = (14, 16, 18, 29, 36, 41, 44, 53, 55, 56, 57, 59, 61)
"""Those that keep something, or change no behaviour, and that people should know about."""


PACKAGES_TO_NAME = (
    ".",
    "bulk",
    "codec",
    "documents",
    "drivers",
    "interop",
    "reading",
    "references",
    "rows",
    "testing",
    "wire",
    "writing",
    "query_builder",
    "queryset",
    "aggregation",
)
"""Where each module has a place of its own on the page of the architecture."""


def prose_of(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors_of(page: Path) -> set[str]:
    """The fragments that a page's headings make, as hosting sites do."""
    return {anchor_of(match["text"]) for match in HEADING.finditer(prose_of(page))}


def anchor_of(heading: str) -> str:
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
    return "".join(kept).strip().replace(" ", "-")


def relative_links_of(page: Path) -> list[str]:
    targets = [match["target"] for match in LINK.finditer(prose_of(page))]
    return [target for target in targets if "://" not in target]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in relative_links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = {ROOT / "README.md"}
    waiting = [ROOT / name for name in PAGE_NAME.findall((ROOT / "README.md").read_text("utf-8"))]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = (link.partition("#")[0] for link in relative_links_of(page))
        targets = {(page.parent / path).resolve() for path in links if path.endswith(".md")}
        waiting.extend(targets - reached)
    assert set(PAGES) <= reached


@pytest.mark.parametrize("number", sorted({*DECIDED_TO_DIFFER, *WORTH_KNOWING}))
def test_migrating_names_every_decision(number: int) -> None:
    text = (ROOT / "docs" / "migrating.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| \*\*K{number}\*\* \| .+ \|$", text, re.MULTILINE)


def test_the_readme_has_no_links_that_only_work_in_a_checkout() -> None:
    """It is the description on the package index too."""
    assert relative_links_of(ROOT / "README.md") == []


def test_make_commands_of_the_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    code = "\n".join(
        found
        for page in PAGES
        for found in re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.DOTALL)
    )
    named = {match["target"] for match in MAKE_COMMAND.finditer(code)}
    assert {"demo", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("package", PACKAGES_TO_NAME)
def test_architecture_names_every_module(package: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = [path.name for path in (ROOT / "python" / "aiomotorengine" / package).glob("*.py")]
    assert modules
    assert not [name for name in modules if name != "__init__.py" and name not in text]
