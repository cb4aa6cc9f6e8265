"""A program whose tests use ``aiomotorengine.testing``."""
