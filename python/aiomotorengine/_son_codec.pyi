"""The native codec. So far it carries no codec, only the number of the contract it speaks."""

__all__ = ["CONTRACT"]

CONTRACT: int
