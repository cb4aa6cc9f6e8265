"""All that the tests of a program need."""

pytest_plugins = ["aiomotorengine.testing"]
