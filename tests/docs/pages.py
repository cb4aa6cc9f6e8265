"""The Markdown pages of the project."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
"""The pages whose examples are programs."""

PAGES = [*sorted(ROOT.glob("*.md")), *GUIDE[1:]]
