"""Search indexes that classes declare: for ``$search`` and ``$vectorSearch``."""
