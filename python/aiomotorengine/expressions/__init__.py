"""What the server computes from the values of a document."""
