"""``python -m examples.demo``: start a server, load the data, ask, show what took how long."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from pymongo.errors import ServerSelectionTimeoutError

from aiomotorengine import connection
from examples.demo.server import ServerError, running_server
from examples.demo.tour import tour


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo",
        description="Airports and earthquakes: real data in MongoDB, by way of aiomotorengine.",
        epilog="MONGODB_URI names a server to use. Without it a mongod that is installed is "
        "started, and where there is none, SecantusDB; either is stopped at the end.",
    )
    parser.add_argument("--driver", choices=("motor", "pymongo"), default="motor")
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="at most N airports and N earthquakes"
    )
    return parser.parse_args(given)


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def leave(number: int, frame: FrameType | None) -> None:
    """Turn a signal into an exit, so that what was started is stopped."""
    sys.exit(128 + number)


def main(given: Sequence[str] | None = None) -> None:
    """Run the demo.

    Parameters:
        given: the arguments; by default those of the command line.
    """
    options = arguments(given)
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, leave)
    try:
        with running_server() as server:
            asyncio.run(tour(server, options.driver, options.limit))
    except (ServerError, connection.ConnectionError, ServerSelectionTimeoutError) as error:
        sys.exit(f"The demo has no server: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
