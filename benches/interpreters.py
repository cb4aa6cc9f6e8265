"""What loaded documents cost the collector, with every Python: ``python -m benches.interpreters``.

Each interpreter that is found gets an environment with a release build, as ``tests.interpreters``
makes them, and runs ``benches.collector``; the figures of all stand in the same tables.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from benches.tables import Ratio, in_section, printed, put
from tests.interpreters import ROOT, WORK, Environment, FailedError, found, supported, version_of


def main(arguments: Sequence[str]) -> int:
    """Measure with the interpreters named, or else with all supported ones; 1 if any failed."""
    parser = argparse.ArgumentParser(prog="python -m benches.interpreters", description=__doc__)
    parser.add_argument("--publish", action="store_true", help="put it into docs/performance.md")
    parser.add_argument("pythons", nargs="*", help="interpreters, instead of those found")
    options = parser.parse_args(arguments)
    failed = False
    for python in options.pythons or map(found, supported()):
        version = version_of(python)
        if not version:
            print(f"NOT TRIED: there is no {python} here", file=sys.stderr)
            continue
        print(f"== Python {version}: {python}", file=sys.stderr, flush=True)
        try:
            measure(Environment(WORK / f"{version}-release", profile="release"), python)
        except FailedError as error:
            print(f"FAILED: {error}", file=sys.stderr)
            failed = True
    print(printed())
    if options.publish:
        page = in_section(PERFORMANCE.read_text(encoding="utf-8"), "By version of Python")
        PERFORMANCE.write_text(page, encoding="utf-8")
    return int(failed)


def measure(environment: Environment, python: str) -> None:
    """Put the figures of one interpreter into the tables."""
    environment.make(python)
    environment.install_packages()
    environment.install_library()
    for table, row, column, figure in json.loads(environment.run(environment.python, *COLLECTOR)):
        put(table, row, column, Ratio(*figure) if isinstance(figure, list) else figure)


COLLECTOR = ("-m", "benches.collector", "--json")
PERFORMANCE = ROOT / "docs" / "performance.md"

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
