"""What a query finds: as documents, in batches, or counted."""
