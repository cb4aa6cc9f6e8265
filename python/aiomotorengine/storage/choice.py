"""Which storage is in use, and why.

``AIOMOTORENGINE_STORAGE`` chooses, when the library is imported: ``auto`` (native if the extension
can be had), ``native`` (an ``ImportError`` that says why, if it cannot) or ``python``.

Attributes:
    native: the extension, where it keeps the values; else ``None``.
    implementation: ``"native"`` or ``"python"``, the storage in use.
    reason: why, in a sentence.
"""

from __future__ import annotations

import os
from types import ModuleType

from aiomotorengine import extension

__all__ = ["implementation", "native", "reason"]

VARIABLE = "AIOMOTORENGINE_STORAGE"


def choose(setting: str) -> tuple[ModuleType | None, str]:
    """The extension, if it is to keep the values, and why it is or is not.

    Raises:
        ImportError: ``native`` is asked for and cannot be had.
        ValueError: the setting is none of the three.
    """
    if setting == "python":
        return None, f"{VARIABLE}=python asks for it"
    if setting == "native":
        return extension.load(), f"{VARIABLE}=native asks for it"
    if setting != "auto":
        raise ValueError(f"{VARIABLE} must be auto, native or python, not {setting!r}.")
    try:
        return extension.load(), "the extension is there"
    except ImportError as error:
        return None, str(error)


native, reason = choose(os.environ.get(VARIABLE, "auto"))
implementation = "native" if native else "python"
