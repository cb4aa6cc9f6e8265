"""From filters, ``Q`` and their combinations to the queries that MongoDB takes."""
