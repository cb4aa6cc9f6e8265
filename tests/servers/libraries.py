"""Sees to it that mongod finds its shared libraries: ``python -m tests.servers.libraries``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.servers import NotAvailableError, mongod_program, mongod_version

PACKAGES = ["libcurl4", "libssl3"]
APT_GET = "apt-get"


def main() -> None:
    try:
        program = mongod_program()
    except NotAvailableError as error:
        print(f"Tests will run without MongoDB itself ({error}).")
        return
    if obstacle() and os.geteuid() == 0 and shutil.which(APT_GET):
        print(f"mongod lacks shared libraries: installing {' '.join(PACKAGES)}", flush=True)
        subprocess.run([APT_GET, "update", "--quiet=2"], check=False)
        subprocess.run([APT_GET, "install", "--quiet=2", "--yes", *PACKAGES], check=False)
    if reason := obstacle():
        sys.exit(
            f"{reason}\n{program} needs the libraries of curl and OpenSSL 3. Install them "
            f"(Debian and Ubuntu: {APT_GET} install {' '.join(PACKAGES)}), or set MONGODB_URI to "
            "a server that is there already."
        )


def obstacle() -> str | None:
    """Why mongod does not run, if it does not."""
    try:
        mongod_version()
    except NotAvailableError as error:
        return str(error)
    return None


if __name__ == "__main__":
    main()
