"""Tables of values, one module a kind: ``CASES`` lists a ``Case`` or a ``Refused`` each.

They are data and nothing else. ``tests/codec/test_laws.py`` runs them through every codec.
"""
