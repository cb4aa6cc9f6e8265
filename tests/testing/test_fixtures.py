"""The pytest plugin, in projects of its own that pytest runs: with all that runs async tests."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from pymongo import MongoClient

from tests.forking import ran
from tests.servers import NotAvailableError, Server, mongod_program

PROJECT = Path(__file__).with_name("project")
CONFTEST = 'pytest_plugins = ["aiomotorengine.testing"]\n'
INI = """
[pytest]
asyncio_default_fixture_loop_scope = function
filterwarnings =
    error
    ignore:unclosed <socket:ResourceWarning
"""

MODELS = """
from aiomotorengine import *
from aiomotorengine.testing import factory

class User(Document):
    name = StringField(required=True)

class Event(Document):
    __alias__ = "events"
    number = IntField(unique=True)

async def saved():
    await factory(User).create_batch(2)
    await factory(Event).create()
    return await User.objects.count(), await Event.objects.count()
"""


@pytest.fixture
def project(
    pytester: pytest.Pytester, server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.Pytester]:
    """A new project, whose tests find the server of this one."""
    monkeypatch.setenv("MONGODB_URI", server.uri)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini(INI)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(models=dedent(MODELS))
    before = databases(server)
    yield pytester
    assert databases(server) <= before, "databases of tests were left behind"


def databases(server: Server) -> set[str]:
    with MongoClient[dict[str, object]](server.uri) as client:
        return {name for name in client.list_database_names() if name.startswith("test_master")}


def run(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run the tests of a project in a process of its own."""
    given = ["-q", "-p", "no:cacheprovider", *options]
    told = ran("pytest", *given, directory=project.path, environment=os.environ)
    print(told.out, told.err)  # for whoever reads why a test has failed
    return pytest.RunResult(told.code, told.out.splitlines(), told.err.splitlines(), 0)


# -- a whole project -----------------------------------------------------------------------------

LOOPS = {
    "a loop for each test": ["-o", "asyncio_mode=auto"],
    "one loop": [
        *("-o", "asyncio_mode=auto"),
        *("-o", "asyncio_default_test_loop_scope=session"),
        *("-o", "asyncio_default_fixture_loop_scope=session"),
    ],
    "several processes": ["-o", "asyncio_mode=auto", "-n", "2"],
}


@pytest.mark.mongod_only("it has transactions")
@pytest.mark.parametrize("options", LOOPS.values(), ids=LOOPS)
def test_a_project(project: pytest.Pytester, driver: str, options: list[str]) -> None:
    shutil.copytree(PROJECT, project.path, dirs_exist_ok=True)
    result = run(project, f"--mongo-driver={driver}", *options)
    result.assert_outcomes(passed=7)


# -- what runs async tests -----------------------------------------------------------------------

ASYNCIO_RUN = """
    import asyncio
    from models import saved

    def test_a(mongo_db):
        assert asyncio.run(saved()) == (2, 1)

    def test_b(mongo_db):
        assert [asyncio.run(saved()) for _ in range(2)] == [(2, 1), (4, 2)]
"""
STRICT = """
    import pytest, pytest_asyncio
    from models import saved

    @pytest_asyncio.fixture
    async def before(mongo_db):
        return await saved()

    @pytest.mark.asyncio
    async def test_a(before):
        assert (before, await saved()) == ((2, 1), (4, 2))

    @pytest.mark.asyncio(loop_scope="module")
    async def test_b(mongo_db):
        assert await saved() == (2, 1)

    @pytest.mark.asyncio(loop_scope="module")
    async def test_c(mongo_db):
        assert await saved() == (2, 1)
"""
ANYIO = """
    import pytest
    from models import saved

    pytestmark = pytest.mark.anyio

    @pytest.fixture(scope="module")
    def anyio_backend():
        return "asyncio"

    @pytest.fixture
    async def before(mongo_db):
        return await saved()

    async def test_a(before):
        assert (before, await saved()) == ((2, 1), (4, 2))

    async def test_b(mongo_db):
        assert await saved() == (2, 1)
"""
RUNNERS = {"asyncio.run": (ASYNCIO_RUN, 2), "pytest-asyncio": (STRICT, 3), "anyio": (ANYIO, 2)}


@pytest.mark.parametrize("runner", RUNNERS)
def test_what_runs_tests(project: pytest.Pytester, driver: str, runner: str) -> None:
    code, count = RUNNERS[runner]
    project.makepyfile(code)
    run(project, f"--mongo-driver={driver}").assert_outcomes(passed=count)


# -- what the fixtures do ------------------------------------------------------------------------


def test_connections_are_put_back(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from aiomotorengine.connection import *
        from models import Event, User

        mine = connect("mine", host="a.invalid")
        client = mine.connection
        register_connection("theirs", "late", host="b.invalid")

        @pytest.fixture(autouse=True)
        def all_is_as_before():
            yield
            assert get_connection().name == "mine"
            assert get_connection().connection is client
            assert get_connection("late").name == "theirs"
            for alias in ("events", "new", "later"):
                with pytest.raises(KeyError):
                    get_connection(alias)

        def names(*aliases):
            return {get_connection(alias).name for alias in aliases}

        def test_all_lead_to_the_database(mongo_db):
            assert names("default", "late", "events") == {mongo_db.name}
            assert User.objects.coll().database.name == mongo_db.name

        def test_a_class_of_the_test(mongo_db):
            class Late(User):
                __alias__ = "new"
            assert Late.objects.coll().database.name == mongo_db.name

        def test_what_the_program_connects(mongo_db):
            assert connect("mine", host="c.invalid", w=3).name == mongo_db.name
            register_connection("x", "events", host="c.invalid")
            assert names("default", "events") == {mongo_db.name}
            disconnect()
            cleanup()
            assert names("default", "late", "events") == {mongo_db.name}

        def test_other_databases_are_beside_it(mongo_db):
            connect("mine", host="c.invalid")
            assert get_connection(db="mine").name == mongo_db.name
            assert get_connection(db="other").name == f"{mongo_db.name}_other"

        def test_an_alias_that_nobody_has(mongo_db):
            with pytest.raises(KeyError):
                get_connection("later")
            found = connect("elsewhere", alias="later", host="d.invalid")
            assert found.name == mongo_db.name == get_connection("later").name
            assert get_connection("later", db="elsewhere").name == mongo_db.name

        def test_without_it():
            assert mine.name == "mine"
        """
    )
    run(project).assert_outcomes(passed=6)


def test_databases_made_before_lead_to_the_test(project: pytest.Pytester, driver: str) -> None:
    project.makepyfile(
        f"""
        import asyncio
        import pytest
        from aiomotorengine.connection import *

        nowhere = {{"driver": "{driver}", "serverSelectionTimeoutMS": 100}}
        main = connect("mongodb://a.invalid/shop", **nowhere)
        beside = get_connection(db="tenant")
        archive = connect("mongodb://b.invalid/old", alias="archive", **nowhere)
        closed = connect("gone", alias="gone", host="c.invalid")
        disconnect("gone")
        clients = main.connection, archive.connection

        async def work(mongo_db):
            await main["orders"].insert_one({{}})
            await archive["old_orders"].insert_one({{}})
            await beside["orders"].insert_one({{}})
            assert await main.ping() and await archive.ping()
            return set(await mongo_db.list_collection_names())

        @pytest.mark.parametrize("connects", [False, True])
        def test_it(mongo_db, connects):
            if connects:
                connect("mongodb://d.invalid/other", **nowhere)
            assert asyncio.run(work(mongo_db)) == {{"orders", "old_orders"}}
            assert main.name == archive.name == mongo_db.name
            assert beside.name == f"{{mongo_db.name}}_tenant"
            assert mongo_db.name in repr(main)
            archive.disconnect()
            with pytest.raises(ConnectionError):
                closed.name

        def test_without_it():
            assert (main.name, beside.name, archive.name) == ("shop", "tenant", "old")
            assert clients == (main.connection, archive.connection)
        """
    )
    run(project, f"--mongo-driver={driver}").assert_outcomes(passed=3)


def test_aliases_of_calls_alone_lead_to_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import asyncio
        from aiomotorengine import connect
        from models import User

        async def work():
            async with connect("old", alias="archive", host="b.invalid"):
                user = User(name="a")
                await user.save(alias="archive")
                return await User.objects.count(alias="archive"), await User.objects.count()

        def test_it(mongo_db):
            assert asyncio.run(work()) == (1, 1)
        """
    )
    run(project).assert_outcomes(passed=1)


def test_what_documents_mean_is_as_in_the_program(project: pytest.Pytester, driver: str) -> None:
    project.makepyfile(
        f"""
        import asyncio
        from datetime import timedelta
        from aiomotorengine import *
        from pymongo.monitoring import CommandListener

        class Listener(CommandListener):
            def __init__(self): self.names = []
            def started(self, event): self.names.append(event.command_name)
            def succeeded(self, event): pass
            failed = succeeded

        listener = Listener()
        connect(
            "mongodb://user:hunter2@a.invalid/shop?replicaSet=rs7&uuidRepresentation=pythonLegacy",
            driver="{driver}", tz_aware=True, auto_index=False, event_listeners=[listener],
            tls=True, maxPoolSize=3,
        )

        class Note(Document):
            at = DateTimeField(auto_now_on_insert=True, unique=True)

        async def work():
            await Note().save()
            return (await Note.objects.first()).at.utcoffset()

        def test_it(mongo_db, mongo_commands):
            assert asyncio.run(work()) == timedelta()
            options = mongo_db.connection.options
            assert mongo_db["things"].codec_options.uuid_representation == 3
            assert options.replica_set_name is None
            names = [next(iter(command)) for command in mongo_commands]
            assert names == listener.names == ["insert", "find"]
        """
    )
    run(project).assert_outcomes(passed=1)


def test_other_databases_of_a_test_are_dropped(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import asyncio
        from aiomotorengine.connection import get_connection

        async def work():
            await get_connection(db="tenant")["things"].insert_one({})
            await get_connection()["things"].insert_one({})

        def test_it(mongo_db):
            asyncio.run(work())
            assert 0, mongo_db.name
        """
    )
    run(project).assert_outcomes(failed=1)


def test_commands_are_those_of_the_test(project: pytest.Pytester, driver: str) -> None:
    project.makepyfile(
        """
        import asyncio
        import pytest
        from models import Event, User

        @pytest.fixture
        def before(mongo_db):
            asyncio.run(User(name="first").save())

        async def work():
            await User(name="a").save()
            await User.objects.bulk_insert([User(name="b"), User(name="c")])
            await Event.objects.filter(number__gt=3).count()

        def test_it(before, mongo_commands):
            assert mongo_commands == []
            asyncio.run(work())
            assert [next(iter(command)) for command in mongo_commands] == [
                "insert", "insert", "aggregate"]
            assert mongo_commands[0]["insert"] == "User"
            assert [document["name"] for document in mongo_commands[1]["documents"]] == ["b", "c"]
        """
    )
    run(project, f"--mongo-driver={driver}").assert_outcomes(passed=1)


def test_numbers_begin_anew_with_each_database(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from models import User, factory

        @pytest.mark.parametrize("n", range(2))
        def test_it(mongo_db, n):
            assert [user.name for user in factory(User).batch(2)] == ["name1", "name2"]
        """
    )
    run(project).assert_outcomes(passed=2)


# -- the plugin ----------------------------------------------------------------------------------


def test_the_plugin_may_stand_in_a_test_module(project: pytest.Pytester) -> None:
    project.makeconftest("")
    project.makepyfile(
        """
        import asyncio
        from models import saved
        pytest_plugins = ["aiomotorengine.testing"]
        def test_it(mongo_db): assert asyncio.run(saved()) == (2, 1)
        """
    )
    run(project).assert_outcomes(passed=1)


def test_a_factory_may_be_imported_before_the_plugin(project: pytest.Pytester) -> None:
    project.makeconftest(f"from aiomotorengine.testing import factory\n{CONFTEST}")
    project.makepyfile("def test_it(mongo_db): assert mongo_db.name")
    run(project).assert_outcomes(passed=1)


def test_an_unknown_driver_is_refused(project: pytest.Pytester) -> None:
    result = run(project, "--mongo-driver=odd")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--mongo-driver*invalid choice: 'odd'*"])


def test_workers_have_databases_of_their_own(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os
        import pytest

        @pytest.mark.parametrize("n", range(4))
        def test_it(mongo_db, n):
            worker = os.environ["PYTEST_XDIST_WORKER"]
            assert mongo_db.name.startswith(f"test_{worker}_")
            assert len(mongo_db.name) == len(f"test_{worker}_") + 8
        """
    )
    run(project, "-n", "2").assert_outcomes(passed=4)


def test_the_library_itself_imports_neither_pytest_nor_this(project: pytest.Pytester) -> None:
    names = {"pytest", "aiomotorengine.testing"}
    code = f"import sys, aiomotorengine; print({names} & sys.modules.keys())"
    assert project.run(sys.executable, "-c", code).outlines == ["set()"]
    code = "import sys, aiomotorengine.testing; print('pytest' in sys.modules)"
    assert project.run(sys.executable, "-c", code).outlines == ["False"]


# -- servers -------------------------------------------------------------------------------------

SERVED = """
    import asyncio
    from models import saved

    def test_a(mongo_uri, mongo_db):
        assert mongo_uri.startswith("mongodb://127.0.0.1:")
        assert asyncio.run(saved()) == (2, 1)

    async def hello(database):
        return await database.command("hello")

    def test_b(mongo_db):
        print("set:", asyncio.run(hello(mongo_db)).get("setName"))
"""


def test_without_a_server_tests_are_skipped(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONGODB_URI")
    project.makepyfile(
        """
        from aiomotorengine.testing import servers
        servers.program_named = lambda name: None
        def test_a(mongo_db): assert 0
        def test_b(mongo_uri): assert 0
        def test_c(): pass
        """
    )
    result = run(project, "-rs")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["*No MongoDB: set MONGODB_URI, or install mongod or aiomotorengine-rs[[]quickstart].*"]
    )


@pytest.mark.parametrize("program", ["mongod", "secantusd-py"])
def test_a_server_is_started(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.delenv("MONGODB_URI")
    found = wheels_mongod() if program == "mongod" else beside(program)
    monkeypatch.setenv("PATH", os.pathsep.join([str(found.parent), os.environ["PATH"]]))
    if program != "mongod":
        project.makeconftest(f"{CONFTEST}{ONLY_SECANTUS}")
    project.makepyfile(SERVED)
    result = run(project, "-s")
    result.assert_outcomes(passed=2)
    if program == "mongod":
        result.stdout.fnmatch_lines(["*set: rs0*"])


ONLY_SECANTUS = """
from aiomotorengine.testing import servers
known = servers.program_named
servers.program_named = lambda name: None if name == "mongod" else known(name)
"""


def wheels_mongod() -> Path:
    try:
        return mongod_program()
    except NotAvailableError as reason:
        pytest.skip(str(reason))


def beside(program: str) -> Path:
    found = Path(sys.executable).with_name(program)
    if not found.exists():
        pytest.skip(f"there is no {program}")
    return found
