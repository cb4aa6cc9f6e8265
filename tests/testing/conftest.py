"""The project is one of its own: tests copy it, and run pytest on the copy."""

collect_ignore = ["project"]
