"""Where the parts of a checkout lie."""

from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
REQUIREMENTS = HOME / "requirements"
FRONTEND = HOME / "frontend"
VENV = HOME / ".venv"
BUILD = HOME / "build"
OHIF = BUILD / "ohif"
VENDOR = BUILD / "vendor"
DEMO = BUILD / "demo"
TEST_TOOLS = BUILD / "test-tools"
