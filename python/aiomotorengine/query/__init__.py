"""What a filter can ask of a value: one operator a file."""
