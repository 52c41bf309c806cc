"""All that a command needs, in order; what is already there is left alone."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from install import debian, demo_images, environment, ohif, stamps, vendor
from install.places import BUILD, DEMO, FRONTEND, OHIF, TEST_TOOLS, VENDOR

LOCKS = ("package.json", "package-lock.json", "ohif.json")
RECIPES = ("ohif.py", "npm.py", "vendor.py", "merge_fonts.py", "files.py")


def for_serving() -> None:
    with _one_at_a_time():
        debian.install(debian.SERVE)
        environment.check_interpreter()
        environment.install("runtime")
        _front_end()


def for_demo() -> None:
    with _one_at_a_time():
        _demo_images()


def for_testing() -> None:
    with _one_at_a_time():
        debian.install((*debian.SERVE, *debian.TEST))
        environment.check_interpreter()
        environment.install("runtime")
        environment.install("test")
        _front_end()
        _demo_images()


def _front_end() -> None:
    here = Path(__file__).parent
    wanted = stamps.digest([*(FRONTEND / name for name in LOCKS), *(here / name for name in RECIPES)], ohif.BASE)
    if all(stamps.is_current(folder / ".stamp", wanted) for folder in (OHIF, VENDOR, TEST_TOOLS)):
        return
    print("Fetching and preparing the front end and the OHIF viewer (once) ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="teleradiology-npm-") as temporary:
        modules = vendor.fetch(Path(temporary))
        stamps.rebuild(VENDOR, wanted, lambda folder: vendor.make(folder, modules, environment.PYTHON))
        stamps.rebuild(TEST_TOOLS, wanted, lambda folder: vendor.make_test_tools(folder, modules))
        stamps.rebuild(OHIF, wanted, lambda folder: ohif.make(folder, modules / ".bin" / "esbuild", environment.PYTHON))


def _demo_images() -> None:
    wanted = stamps.digest([demo_images.LOCK, demo_images.REQUIREMENT, Path(demo_images.__file__)])
    if not stamps.is_current(DEMO / ".stamp", wanted):
        print("Fetching the demonstration images (once) ...", flush=True)
        stamps.rebuild(DEMO, wanted, demo_images.make)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together do not install over each other: the second waits and then finds everything there."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
