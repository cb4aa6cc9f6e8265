"""Saving and changing documents: where, in which transaction, under which indexes."""
