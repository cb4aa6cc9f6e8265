"""What a class says of its documents to others: to the server, and as JSON schemas."""
