"""At the root, so that tests and benches find the same options and fixtures."""

pytest_plugins = ["tests.harness", "pytester", "aiomotorengine.testing"]
