"""Running other programs: quiet while they succeed, with their last words when they fail."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from install.trouble import Trouble

LAST_WORDS = 12
CHECK_NETWORK = "Check the network connection (and the proxy settings of that program), then run this again."


def run(
    command: Sequence[str | Path],
    failure: str,
    *,
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> bytes:
    """The program's standard output; its failure becomes Trouble that begins with `failure`."""
    environment = {**os.environ, **(extra or {})}
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise Trouble(f"{failure} The program {command[0]} was not found.") from None
    if done.returncode == 0:
        return done.stdout
    raise Trouble(f"{failure}\n{_last_words(done.stderr, done.stdout)}")


def _last_words(*streams: bytes) -> str:
    lines = [line for stream in streams for line in stream.decode(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-LAST_WORDS:])
