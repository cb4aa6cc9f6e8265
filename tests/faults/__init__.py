"""The fault laboratory: what a caller is told when things go wrong, held against the truth.

``make test`` runs the quick part; ``make faults`` runs ``__main__``, as often as asked for.
"""
