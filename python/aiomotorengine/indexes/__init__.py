"""Indexes that classes declare: compared with those that are there, and brought in line."""
