"""Bytes to the driver and from it, and answers of the server that mean nothing."""
