"""The stages of a pipeline, one a file."""
