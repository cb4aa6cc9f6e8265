"""Sessions and transactions: which one a call belongs to, and what they mean for documents."""
