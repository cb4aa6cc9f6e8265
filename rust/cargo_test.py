"""``cargo test`` with the Python that runs this: ``python rust/cargo_test.py [ARGUMENT...]``.

The tests are programs with Python inside, so they link libpython and look for it when they start,
and for PyMongo, which the module imports; an extension module needs to be told of neither. Where
there is no libpython they cannot be had.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    library = libpython()
    if library is None:
        version = sysconfig.get_python_version()
        print(
            f"No cargo test: there is no libpython{version} to link. It comes with Python's "
            f"development files (Debian and Ubuntu: apt-get install libpython{version}-dev)."
        )
        return 0
    found = [str(library.parent), os.environ.get("LD_LIBRARY_PATH", "")]
    environment = {
        **os.environ,
        "PYO3_PYTHON": sys.executable,
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, found)),
        "PYTHONPATH": sysconfig.get_path("platlib"),
    }
    command = ["cargo", "test", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def libpython() -> Path | None:
    name = sysconfig.get_config_var("LDLIBRARY")
    directories = map(sysconfig.get_config_var, ("LIBDIR", "LIBPL"))
    candidates = [Path(directory, name) for directory in directories if directory and name]
    return next((path for path in candidates if path.exists()), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
