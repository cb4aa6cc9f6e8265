"""What can be wrong with a connection."""

from __future__ import annotations

__all__ = ["ConnectionError", "IgnoredSettingsWarning", "UnknownAliasError"]


class ConnectionError(Exception):  # noqa: A001  # programs import it by this name
    """The settings of a connection were refused, or there is no such connection."""


class UnknownAliasError(ConnectionError, KeyError):
    """An alias was used that nothing has connected or registered."""

    def __init__(self, alias: str) -> None:
        super().__init__(alias)
        self.alias = alias

    def __str__(self) -> str:
        return (
            f"There is no connection with the alias '{self.alias}'; call "
            f"aiomotorengine.connect(<database>, alias='{self.alias}') first."
        )


class IgnoredSettingsWarning(RuntimeWarning):
    """An alias that is connected already was connected with other settings, which do not count."""
