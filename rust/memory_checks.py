"""The native codec under a detector of memory errors: ``memory_checks.py asan|valgrind``.

``asan`` builds the crate and a Python to load it with AddressSanitizer, and runs Rust's tests too;
``valgrind`` watches the extension as it is installed. Either first has to report an error that is
made on purpose, then runs a stretch of ``tests/codec``, ``tests/storage`` and of the fuzzer, with
each storage of documents, both at once. Further arguments go to pytest. What is known not to be
ours is listed in ``asan.supp`` and ``valgrind.supp``.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cargo_test import ROOT, libpython

RUST = ROOT / "rust"
BUILT = ROOT / "target" / "asan"
TRIPLE = f"{platform.machine()}-unknown-linux-gnu"
PYTHON = Path(sysconfig.get_path("scripts"), "python")

STORAGES = ("python", "native")

PLANTED = """
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
freed = ctypes.c_void_p(libc.malloc(16))
libc.free(freed)
ctypes.string_at(freed, 8)
"""
"""Eight bytes are copied out of memory that was given back."""

# The codec measures how much of the stack it uses; on the heap, where locals may be put to find
# those that are used too late, there is nothing to measure.
STACK_IS_THE_STACK = "detect_stack_use_after_return=0"

# Where a program that a test starts is watched as well, what is found is in what pytest says of it.
PYTEST = (
    *("-m", "pytest", "-q", "--capture=sys", "-p", "no:cacheprovider", "--codec=native"),
    *("--override-ini=truncation_limit_lines=0", "--override-ini=truncation_limit_chars=0"),
    # Both storages run here anyway.
    "--deselect=tests/storage/test_choice.py::test_a_storage_passes_the_tests_of_storage",
)

# Nothing is compared: each difference between the codecs is seen without a detector as well.
FUZZER = ("-m", "tests.fuzz", "--sides", "native")

# ``malloc``: each object of Python's is an allocation of its own, so that its bounds are known.
PYTHON_ENVIRONMENT = {"PYTHONMALLOC": "malloc", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Detector:
    """A way to run Python under watch.

    Attributes:
        python: the command that takes Python's arguments.
        report: what the detector says of ``PLANTED``.
        tests: what pytest is told to run.
        fuzzing: what the fuzzer is told.
        environment: variables besides those of this process.
    """

    python: tuple[str, ...]
    report: str
    tests: tuple[str, ...]
    fuzzing: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def sees_what_is_planted(self) -> bool:
        ran = subprocess.run(
            [*self.python, "-c", PLANTED],
            env={**os.environ, **PYTHON_ENVIRONMENT, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode != 0 and self.report in ran.stderr

    def found_with(self, storage: str, for_pytest: Sequence[str]) -> int:
        """Run all, where documents keep their values natively or in Python's dicts; 0 if nothing
        was found.
        """
        return self.run(storage, *PYTEST, *self.tests, *for_pytest) or self.run(
            storage, *FUZZER, *self.fuzzing
        )

    def run(self, storage: str, *arguments: str) -> int:
        """Python's exit code, or the detector's. Each printed line begins with the storage."""
        environment = {**self.environment, "AIOMOTORENGINE_STORAGE": storage}
        with subprocess.Popen(
            [*self.python, *arguments],
            cwd=ROOT,
            env={**os.environ, **PYTHON_ENVIRONMENT, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(f"{storage}: {line}", end="", flush=True)
        return process.returncode


def main(arguments: list[str]) -> int:
    """0 if nothing was found."""
    name, *for_pytest = arguments
    detector = DETECTORS[name]()
    if not detector.sees_what_is_planted():
        print(f"{name} did not report the error that was made on purpose", file=sys.stderr)
        return 1
    print(f"{name}: the error made on purpose was reported; now the codec", flush=True)
    with ThreadPoolExecutor() as together:
        codes = list(together.map(lambda it: detector.found_with(it, for_pytest), STORAGES))
    print(f"{name}: {dict(zip(STORAGES, codes, strict=True))}; 0 is that nothing was found")
    return 1 if any(codes) else 0


def called(*command: str, **environment: str) -> int:
    environment = {**os.environ, **PYTHON_ENVIRONMENT, **environment}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


# -- AddressSanitizer ----------------------------------------------------------------------------


def asan() -> Detector:
    """Build everything, and run Rust's own tests."""
    library = libpython()
    if library is None:
        sys.exit("AddressSanitizer needs a libpython to link; see rust/cargo_test.py")
    environment = {
        "ASAN_OPTIONS": f"detect_leaks=0:{STACK_IS_THE_STACK}:suppressions={RUST / 'asan.supp'}",
        "CARGO_TARGET_DIR": str(BUILT),
        "LD_LIBRARY_PATH": os.pathsep.join(
            filter(None, [str(library.parent), os.environ.get("LD_LIBRARY_PATH", "")])
        ),
        "PYTHONPATH": sysconfig.get_path("platlib"),
        "PYO3_PYTHON": sys.executable,
        "RUSTC_BOOTSTRAP": "1",  # the stable toolchain has the sanitizer, behind this
        "RUSTFLAGS": "-Zsanitizer=address",
    }
    wanted = ("--package=son_codec", f"--target={TRIPLE}")
    require(called("cargo", "test", "--quiet", "--lib", "--tests", *wanted, **environment))
    extension = {**environment, "PYO3_BUILD_EXTENSION_MODULE": "1"}
    require(called("cargo", "build", "--quiet", "--lib", *wanted, **extension))
    python = make_python(library, environment)
    environment["PYTHONPATH"] = str(make_package())
    return Detector(
        python=(str(python),),
        report="AddressSanitizer: heap-use-after-free",
        # With its guards around every variable, a small stack holds fewer levels than without.
        tests=(
            "tests/codec",
            "tests/storage",
            "--deselect=tests/codec/test_differential.py",
            "--deselect=tests/codec/test_depth.py",
            # Where there is no more memory, the sanitizer ends the process itself.
            "--deselect=tests/codec/test_memory.py",
            # Leaks are counted by another allocator than the sanitizer's.
            "--deselect=tests/codec/test_leaks.py",
        ),
        fuzzing=("--documents=5000", "--mutations=50000"),
        environment=environment,
    )


def make_python(library: Path, environment: Mapping[str, str]) -> Path:
    """A Python with the sanitizer in it, in a virtual environment of its own.

    It sees the packages of ours, and finds itself as ``sys.executable``, so that what the tests
    start is watched as well.
    """
    ours = Path(sys.prefix)
    home = BUILT / "python"
    packages = Path(sysconfig.get_path("purelib")).relative_to(ours)
    (home / "bin").mkdir(parents=True, exist_ok=True)
    (home / packages).parent.mkdir(parents=True, exist_ok=True)
    (home / packages).unlink(missing_ok=True)
    (home / packages).symlink_to(ours / packages)
    shutil.copy(ours / "pyvenv.cfg", home)
    python = home / "bin" / "python"
    name = library.name.removeprefix("lib").partition(".so")[0]
    linking = (f"-L{library.parent}", f"-l{name}", "-Clink-args=-rdynamic")
    source = str(RUST / "asan_python.rs")
    flags = ("--edition=2024", "-Zsanitizer=address", f"--target={TRIPLE}", *linking)
    require(called("rustc", *flags, "-o", str(python), source, **environment))
    return python


def make_package() -> Path:
    """The directory of a copy of the library that has the sanitized extension."""
    directory = BUILT / "package"
    shutil.rmtree(directory, ignore_errors=True)
    package = directory / "aiomotorengine"
    leave_out = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(ROOT / "python" / "aiomotorengine", package, ignore=leave_out)
    extension = f"_son_codec{sysconfig.get_config_var('EXT_SUFFIX')}"
    shutil.copy(BUILT / TRIPLE / "debug" / "libson_codec.so", package / extension)
    return directory


def require(code: int) -> None:
    if code:
        sys.exit(code)


# -- valgrind ------------------------------------------------------------------------------------

VALGRIND_STRETCH = (
    "case or refusal or damaged or together or another_class or ten_thousand or storage or shapes"
)
"""Everything but the random documents, which are left to the fuzzer."""


def valgrind() -> Detector:
    """Watch the extension as it is installed."""
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed (Debian and Ubuntu: apt-get install valgrind)")
    return Detector(
        python=(
            "valgrind",
            "--quiet",
            "--error-exitcode=99",
            "--leak-check=no",  # Python ends without freeing all; tests/codec/test_leaks.py counts
            "--num-callers=40",
            f"--suppressions={RUST / 'valgrind.supp'}",
            str(PYTHON),
        ),
        report="Invalid read of size",
        tests=(
            "tests/codec/test_laws.py",
            "tests/codec/test_shapes.py",
            "tests/codec/test_shapes_agree.py",
            "tests/storage",
            "-k",
            VALGRIND_STRETCH,
        ),
        fuzzing=("--documents=300", "--mutations=3000"),
    )


DETECTORS: dict[str, Callable[[], Detector]] = {"asan": asan, "valgrind": valgrind}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
