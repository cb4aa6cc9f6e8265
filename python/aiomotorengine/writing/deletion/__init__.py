"""Deleting documents, and what becomes of those that refer to them."""
