"""Aggregation pipelines: the stages, and one accumulator a file."""
