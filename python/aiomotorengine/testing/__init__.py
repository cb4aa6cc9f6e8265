"""Aids for the tests of programs: ``pytest_plugins = ["aiomotorengine.testing"]``, and ``factory``.

In the ``conftest.py`` at the root of a project, that line gives its tests these fixtures, which are
not asynchronous and so serve tests of any kind:

``mongo_uri``
    the server, for the whole run: that of the variable ``MONGODB_URI``, or one that is started
``mongo_db``
    a database of the test's own, to which all aliases are connected
``mongo_commands``
    the commands that the test sends to it

``factory(User)`` makes valid documents, in tests and elsewhere.

PYTEST_DONT_REWRITE: there is no assertion here, and pytest would warn of what is imported before it
knows that this is a plugin.
"""

from aiomotorengine.testing.factories import Factory, factory

__all__ = ["Factory", "factory"]

pytest_plugins = ["aiomotorengine.testing.fixtures"]
"""Where the fixtures are; pytest itself is imported there alone."""
