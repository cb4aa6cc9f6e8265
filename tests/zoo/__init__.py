"""Documents that tests, benches and examples share."""
