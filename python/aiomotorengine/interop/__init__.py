"""Documents as dicts, as JSON and as types of pydantic, and back."""
