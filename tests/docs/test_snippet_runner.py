"""What the runner of snippets lets through and what it does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.docs.snippets import Page, snippets_of


def run_page(directory: Path, *codes: str, info: str = "") -> Page:
    path = directory / "page.md"
    path.write_text("\n".join(f"Text.\n\n```python{info}\n{code}\n```" for code in codes))
    page = Page()
    with asyncio.Runner() as runner:
        for snippet in snippets_of(path):
            page.run(snippet, runner)
    return page


@pytest.mark.parametrize(
    "code",
    [
        "1 + 1  # → 2",
        "'a' + \\\n    'b'\n# → 'ab'",
        "print('a', 2)  # → a 2",
        "import asyncio\nawait asyncio.sleep(0, 'done')  # → 'done'",
        "int('x')  # raises ValueError: invalid literal for int() with base 10: 'x'",
        "int('x')  # raises ValueError: invalid … base 10: …",
        "class A:\n    a = 1 / 0\n# raises ZeroDivisionError: division by zero",
        "for n in [3, 3]:\n    n  # → 3",
    ],
)
def test_what_is_true_passes(tmp_path: Path, code: str) -> None:
    assert not run_page(tmp_path, code).pending


@pytest.mark.parametrize(
    "code",
    [
        "1 + 1  # → 3",
        "1 + 1\n# → 3",
        "print('a')  # → 'a'",
        "import asyncio\nawait asyncio.sleep(0, 'done')  # → 'other'",
        "int('1')  # raises ValueError: …",
        "int('x')  # raises TypeError: …",
        "int('x')  # raises ValueError: invalid",
        "a = 1  # → 1",
        "pass  # → 1",
    ],
)
def test_what_is_not_true_fails(tmp_path: Path, code: str) -> None:
    with pytest.raises(AssertionError):
        run_page(tmp_path, code)


def test_an_error_that_is_not_stated_comes_out(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run_page(tmp_path, "1 / 0")


def test_a_statement_that_is_never_reached_is_pending(tmp_path: Path) -> None:
    assert run_page(tmp_path, "if False:\n    1  # → 1").pending


def test_snippets_of_a_page_share_names_and_may_start_loops(tmp_path: Path) -> None:
    main = "import asyncio\nasync def main():\n    return 1\nasyncio.run(main())  # → 1"
    assert not run_page(tmp_path, main, "await main()  # → 1").pending


def test_line_numbers_are_those_of_the_page(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"^line 9: 2, and the page says 3"):
        run_page(tmp_path, "1  # → 1", "1 + 1  # → 3")


@pytest.mark.parametrize(
    ("info", "proper", "runs"),
    [
        ("", True, True),
        (" not run: it waits for ever", True, False),
        (" not run:", False, False),
        (" mongod only: no index", True, True),
        (" something", False, True),
    ],
)
def test_marks_of_a_block(tmp_path: Path, info: str, proper: bool, runs: bool) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"```python{info}\n1\n```\n")
    (snippet,) = snippets_of(path)
    assert (snippet.is_marked_properly, snippet.is_run) == (proper, runs)
