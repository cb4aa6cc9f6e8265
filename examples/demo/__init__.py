"""Airports and earthquakes: real data in MongoDB, by way of aiomotorengine.

``make demo`` or ``python -m examples.demo`` runs it. It needs the extra ``quickstart``.

- ``models.py``: the documents
- ``data.py``: the rows, as three packages carry them
- ``load.py``: documents and rows go to the server in bulk
- ``questions.py``: what is asked of them
- ``display.py``: tables, progress and times
- ``server.py``: a server of the demo's own, as a process beside it
"""
