"""The Python examples of a Markdown page: finding them, and running them as they stand.

A page's examples share one namespace and run in order, with ``await`` at the top level allowed. An
expression says what comes of it in a comment, at its end or alone on the line below:

    await User.objects.count()  # → 3
    print(user.name)  # → Ada
    User.objects.filter(age__foo=1)  # raises ValueError: Invalid filter 'age__foo': …

After the arrow stands the ``repr`` of the value, or what is printed; after ``raises``, the class
and text of the exception, with ``…`` for what is left out. Both are checked, and that each was
reached is checked as well.

An example that is not to be run says why in the line that opens it:

    ```python not run: it needs a replica set of three

One that is cut from a program of the project says from which. It stands there to the letter:

    ```python in examples/service/app.py
"""

from __future__ import annotations

import ast
import asyncio
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import CO_COROUTINE
from pathlib import Path
from types import CodeType
from typing import Any

BLOCK = re.compile(r"^```python(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r" not run: \S.*")
CUT_FROM = re.compile(r" in (?P<file>(examples|tests)/\S+\.py)")
MONGOD_ONLY = re.compile(r" mongod only: (?P<reason>\S.*)")
STATED = re.compile(r"# (?P<how>→|raises) (?P<what>.+)")
AWAIT_ALLOWED = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True)
class Snippet:
    """A block of Python on a page.

    Attributes:
        page: the file.
        line: the number of the line before the code.
        info: what follows ``python`` where the block opens.
        code: the block's text.
    """

    page: Path
    line: int
    info: str
    code: str

    @property
    def is_run(self) -> bool:
        return self.cut_from is None and not self.info.startswith(" not run")

    @property
    def cut_from(self) -> str | None:
        """The file of the project that it is a part of, if it is."""
        match = CUT_FROM.fullmatch(self.info)
        return match["file"] if match else None

    @property
    def mongod_only(self) -> str | None:
        """Why it runs on MongoDB itself only, if it does."""
        match = MONGOD_ONLY.fullmatch(self.info)
        return match["reason"] if match else None

    @property
    def is_marked_properly(self) -> bool:
        marks = (NOT_RUN, CUT_FROM, MONGOD_ONLY)
        return self.info == "" or any(mark.fullmatch(self.info) for mark in marks)


def snippets_of(page: Path) -> list[Snippet]:
    """The Python blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Snippet(page, text.count("\n", 0, match.start("code")), match["info"], match["code"])
        for match in BLOCK.finditer(text)
    ]


@dataclass
class Page:
    """Runs the snippets of one page, and keeps what they define."""

    namespace: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})
    pending: dict[str, str] = field(default_factory=dict)

    def run(self, snippet: Snippet, runner: asyncio.Runner) -> None:
        """Run a snippet and check what it states.

        A snippet without ``await`` at its top level runs outside of any event loop, so that it may
        start one of its own.
        """
        self.namespace[StatedResults.CHECKS] = self
        code = self.compiled(snippet)
        if code.co_flags & CO_COROUTINE:
            runner.run(eval(code, self.namespace))
        else:
            exec(code, self.namespace)

    def compiled(self, snippet: Snippet) -> CodeType:
        tree = ast.parse(snippet.code, str(snippet.page))
        ast.increment_lineno(tree, snippet.line)
        comments = {line + snippet.line: stated for line, stated in comments_in(snippet.code)}
        results = StatedResults(comments)
        tree = ast.fix_missing_locations(results.visit(tree))
        assert not comments, f"{snippet.page}: nothing stands at the comments in {[*comments]}"
        self.pending |= results.expected
        code: CodeType = compile(tree, str(snippet.page), "exec", flags=AWAIT_ALLOWED)
        return code

    # -- what the rewritten code calls -----------------------------------------------------------

    def gives(self, where: str, expected: str, value: Any) -> None:
        self.pending.pop(where, None)
        assert repr(value) == expected, f"line {where}: {value!r}, and the page says {expected}"

    def prints(self, where: str, expected: str, *values: Any) -> None:
        self.pending.pop(where, None)
        printed = " ".join(map(str, values))
        assert printed == expected, f"line {where}: {printed}, and the page says {expected}"

    def raises(self, where: str, expected: str) -> Raises:
        self.pending.pop(where, None)
        return Raises(where, expected)


@dataclass(frozen=True)
class Stated:
    """A comment that states a result.

    Attributes:
        how: ``→`` or ``raises``.
        what: what is stated.
        column: where the comment begins, if it stands alone on its line.
    """

    how: str
    what: str
    column: int | None


class Raises:
    """A context in which an exception must be raised, as a page says."""

    def __init__(self, where: str, expected: str) -> None:
        self.where = where
        self.expected = expected

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        assert error is not None, f"line {self.where}: nothing was raised"
        if not isinstance(error, Exception):
            return False
        raised = f"{type(error).__name__}: {error}".strip()
        pattern = ".*".join(map(re.escape, self.expected.split("…")))
        fits = re.fullmatch(pattern, raised, re.DOTALL)
        assert fits, f"line {self.where}: {raised}, and the page says {self.expected}"
        return True


class StatedResults(ast.NodeTransformer):
    """Turns statements whose result is stated into checks of it."""

    CHECKS = "__checks__"

    def __init__(self, comments: dict[int, Stated]) -> None:
        self.comments = comments
        self.expected: dict[str, str] = {}

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.Expr | ast.Assign | ast.ClassDef):
            stated = self.stated_for(node)
            if stated:
                return self.checked(node, stated.how, stated.what)
        return node

    def stated_for(self, node: ast.stmt) -> Stated | None:
        last = node.end_lineno or node.lineno
        for line, column in ((last, None), (last + 1, node.col_offset)):
            if line in self.comments and self.comments[line].column == column:
                return self.comments.pop(line)
        return None

    def checked(self, node: ast.stmt, how: str, expected: str) -> ast.stmt:
        self.expected[str(node.lineno)] = expected
        arguments = [ast.Constant(str(node.lineno)), ast.Constant(expected)]
        if how == "raises":
            context = ast.withitem(self.call("raises", *arguments))
            return ast.copy_location(ast.With([context], [node]), node)
        assert isinstance(node, ast.Expr), f"line {node.lineno}: only an expression has a value"
        value = node.value
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "print":
            check = self.call("prints", *arguments, *value.args)
        else:
            check = self.call("gives", *arguments, value)
        return ast.copy_location(ast.Expr(check), node)

    def call(self, check: str, *arguments: ast.expr) -> ast.Call:
        checks = ast.Name(self.CHECKS, ast.Load())
        return ast.Call(ast.Attribute(checks, check, ast.Load()), list(arguments), [])


def comments_in(code: str) -> Iterator[tuple[int, Stated]]:
    """The comments that state a result, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        match = STATED.fullmatch(token.string) if token.type == tokenize.COMMENT else None
        if match:
            line, column = token.start
            alone = not token.line[:column].strip()
            yield line, Stated(match["how"], match["what"].strip(), column if alone else None)
