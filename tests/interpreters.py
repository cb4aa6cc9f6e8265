"""The quick tests with every Python that is supported: ``python -m tests.interpreters``.

Which those are is read from the classifiers in pyproject.toml. Each that is found here gets, in
``.matrix``, a virtual environment with the library as an installer builds it and what the quick
tests need. A version that is not found is named in the table at the end, and is no failure.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.servers import NotAvailableError, mongod_program

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".matrix"
CONSTRAINTS = ROOT / "requirements" / "constraints.txt"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]

IMPLEMENTATIONS = {"native": "native", "pure": "python"}
"""What the build backend says it makes, and what the library then says it uses."""


@dataclass(frozen=True)
class Result:
    """A line of the table.

    Attributes:
        version: of the interpreter, as exact as it is known.
        codec: the one that the library uses there, if it could be installed.
        outcome: how many tests passed, or what came before that could be said.
        failed: whether this is a failure.
    """

    version: str
    outcome: str
    codec: str = "-"
    failed: bool = False


class FailedError(Exception):
    """Why an interpreter does not get as far as to its tests."""


def main(arguments: Sequence[str]) -> int:
    """Try the interpreters named, or else all supported ones; 1 if any failed."""
    options = parsed(arguments)
    pythons = options.pythons or map(found, supported())
    results = list(tried(pythons, shlex.split(options.pytest)))
    print(f"\n{'Python':<9} {'codec':<7} quick tests")
    for result in results:
        print(f"{result.version:<9} {result.codec:<7} {result.outcome}")
    return int(any(result.failed for result in results))


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.interpreters", description=__doc__)
    parser.add_argument("--pytest", default="--quick", help="the arguments of pytest")
    parser.add_argument("pythons", nargs="*", help="interpreters, instead of those found")
    return parser.parse_args(arguments)


# -- finding them --------------------------------------------------------------------------------


def supported() -> list[str]:
    """The versions of the classifiers: ``3.11`` and so on."""
    pattern = r"Programming Language :: Python :: (\d+\.\d+)"
    matches = (re.fullmatch(pattern, classifier) for classifier in PROJECT["classifiers"])
    return [match[1] for match in matches if match]


def found(minor: str) -> str:
    """An interpreter of that version: on PATH, of pyenv's, or unpacked in the user's cache.

    Returns:
        Its path; the mere version if there is none.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    directories = [
        *map(Path, os.environ["PATH"].split(os.pathsep)),
        *sorted(pyenv.glob("versions/*/bin"), reverse=True),
        Path.home() / ".cache" / "newer-pythons" / "root" / "usr" / "bin",
    ]
    candidates = (str(directory / f"python{minor}") for directory in directories)
    return next(filter(version_of, candidates), minor)


def version_of(python: str) -> str:
    """The version of an interpreter that can make environments; empty if it cannot."""
    program = "import sys, venv; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        ran = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # pyenv has names for what is not chosen
        return ""
    return ran.stdout.strip()


# -- trying one ----------------------------------------------------------------------------------


def tried(pythons: Iterable[str], for_pytest: Sequence[str]) -> Iterator[Result]:
    for python in pythons:
        if version := version_of(python):
            print(f"\n== Python {version}: {python}", flush=True)
            yield attempt(python, version, for_pytest)
        elif python in supported():
            yield Result(python, "NOT TRIED: there is no such Python here")
        else:
            yield Result("-", f"{python} does not run", failed=True)


def attempt(python: str, version: str, for_pytest: Sequence[str]) -> Result:
    """Install the library for an interpreter, and test it there."""
    try:
        environment = Environment(WORK / version)
        environment.make(python)
        left_out = environment.install_packages()
        codec = environment.install_library()
        outcome, failed = environment.test(for_pytest)
    except FailedError as error:
        return Result(version, f"FAILED: {error}", failed=True)
    if left_out:
        outcome += f"; without {', '.join(left_out)}, which cannot be had there"
    return Result(version, outcome, codec, failed)


class Environment:
    """A virtual environment and all that belongs to it.

    Parameters:
        directory: where it is, or will be.
        profile: how the codec is compiled, by cargo's name for it.
    """

    def __init__(self, directory: Path, profile: str = "dev") -> None:
        self.directory = directory
        self.profile = profile
        self.python = str(directory / "bin" / "python")

    def make(self, python: str) -> None:
        """Make it, unless it is there; with a pip that need not come with the interpreter."""
        if not version_of(self.python):
            self.run(python, "-m", "venv", "--clear", "--without-pip", str(self.directory))
        if not (self.directory / "bin" / "pip").exists():
            wheels = self.directory / "wheels"
            options = ["--no-deps", "--constraint", str(CONSTRAINTS), "--dest", str(wheels)]
            self.run(sys.executable, "-m", "pip", "--quiet", "download", *options, "pip")
            [wheel] = wheels.iterdir()
            self.run(self.python, f"{wheel}/pip", "--quiet", "install", str(wheel))

    def install_packages(self) -> list[str]:
        """Install what tests need, and what else they use where it can be had.

        Returns:
            What cannot be had, because it has no wheel for so new a Python.
        """
        group = PYPROJECT["dependency-groups"]["test"]
        tools = [requirement for requirement in group if isinstance(requirement, str)]
        self.pip("install", *PROJECT["dependencies"], *tools)
        left_out = []
        for requirement in PROJECT["optional-dependencies"]["quickstart"]:
            try:
                self.pip("install", "--only-binary", ":all:", requirement, stderr=subprocess.PIPE)
            except FailedError:
                left_out.append(re.split("[<>=~!]", requirement)[0])
        return left_out

    def install_library(self) -> str:
        """Build and install the library as it stands.

        Returns:
            The codec that it uses.
        """
        self.pip("install", "--no-deps", "--force-reinstall", str(ROOT))
        built = self.run(self.python, str(ROOT / "build_backend" / "native_or_pure.py"))
        program = "from aiomotorengine import codec; print(codec.implementation, codec.reason)"
        codec, _, reason = self.run(self.python, "-c", program).partition(" ")
        if codec != IMPLEMENTATIONS[built]:
            raise FailedError(f"{built} was built, but {reason}")
        return codec

    def test(self, for_pytest: Sequence[str]) -> tuple[str, bool]:
        """Run the tests; what came of it, and whether that is a failure."""
        report = self.directory / "report.xml"
        report.unlink(missing_ok=True)
        options = ["-p", "no:cacheprovider", f"--junit-xml={report}", *for_pytest]
        ran = subprocess.run(
            [self.python, "-m", "pytest", *options], cwd=ROOT, env=self.variables(), check=False
        )
        if not report.exists():
            raise FailedError("pytest ended without a report, see above")
        [suite] = ElementTree.parse(report).getroot()
        count = {name: int(number) for name, number in suite.items() if number.isdigit()}
        failed, skipped = count["failures"] + count["errors"], count["skipped"]
        passed = count["tests"] - failed - skipped
        return f"{passed} passed, {failed} failed, {skipped} skipped", ran.returncode != 0

    def pip(self, command: str, *arguments: str, stderr: int | None = None) -> None:
        quiet = ["--quiet", "--disable-pip-version-check"]
        constrained = ["--constraint", str(CONSTRAINTS), *arguments]
        self.run(self.python, "-m", "pip", *quiet, command, *constrained, stderr=stderr)

    def run(self, *command: str, stderr: int | None = None) -> str:
        """What a program prints, which must not fail."""
        ran = subprocess.run(
            command,
            cwd=ROOT,
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise FailedError(f"{shlex.join(command)}: see above")
        return ran.stdout.strip()

    def variables(self) -> dict[str, str]:
        """The environment variables of what is run for it."""
        added = {
            "CARGO_TARGET_DIR": str(self.directory / "target"),
            "MATURIN_PEP517_ARGS": f"--profile {self.profile}",
            "PIP_BUILD_CONSTRAINT": str(CONSTRAINTS),
        }
        with suppress(NotAvailableError):  # otherwise the header of the tests says so
            added["PATH"] = f"{mongod_program().parent}{os.pathsep}{os.environ['PATH']}"
        return os.environ | added


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
