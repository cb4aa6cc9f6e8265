"""Every Python example of the README and of the documentation runs as it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path
from weakref import WeakValueDictionary

import pytest

from aiomotorengine import registry
from tests.docs.pages import GUIDE, ROOT
from tests.docs.snippets import Page, snippets_of
from tests.harness import Mongo

NEEDED = {"pydantic.md": ("pydantic",), "fastapi.md": ("fastapi", "httpx", "pydantic")}
"""The pages whose examples import a library that need not be there."""

PAGES_WITH_SNIPPETS = [page for page in GUIDE if snippets_of(page)]


# A page may connect "default" as its readers do, where the test has connected it already.
@pytest.mark.filterwarnings("ignore::aiomotorengine.connection.IgnoredSettingsWarning")
@pytest.mark.parametrize("page", PAGES_WITH_SNIPPETS, ids=lambda page: str(page.relative_to(ROOT)))
def test_snippets_run_and_give_what_they_state(
    page: Path, codec: str, mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in NEEDED.get(page.name, ()):
        pytest.importorskip(library)
    monkeypatch.setenv("MONGODB_URI", mongo.uri)
    # A reader's program has no classes but those of the page.
    monkeypatch.setattr(registry, "by_name", WeakValueDictionary())
    on_page = Page()
    with asyncio.Runner() as runner:
        for snippet in snippets_of(page):
            if snippet.is_run and not (snippet.mongod_only and mongo.server == "secantus"):
                on_page.run(snippet, runner)
    assert not on_page.pending, f"never reached: {on_page.pending}"


@pytest.mark.parametrize("page", PAGES_WITH_SNIPPETS, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_snippet_that_is_not_run_says_why(page: Path) -> None:
    unclear = [snippet.line for snippet in snippets_of(page) if not snippet.is_marked_properly]
    assert not unclear


@pytest.mark.parametrize("page", PAGES_WITH_SNIPPETS, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_snippet_that_is_cut_from_a_file_stands_there(page: Path) -> None:
    for snippet in snippets_of(page):
        if snippet.cut_from is not None:
            text = (ROOT / snippet.cut_from).read_text(encoding="utf-8")
            assert snippet.code in text, f"{snippet.page}, line {snippet.line}"
