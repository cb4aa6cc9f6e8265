"""What a domain name looks like, for the fields that hold addresses."""

from __future__ import annotations

__all__ = ["DOMAIN"]

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
TOP_LEVEL = r"(?:xn--[a-z0-9-]{0,58}[a-z0-9]|[a-z]{2,63})"

DOMAIN = rf"(?:{LABEL}\.)+{TOP_LEVEL}\.?"
"""At least two labels, a final dot allowed. To be compiled with ``ASCII`` and ``IGNORECASE``."""
