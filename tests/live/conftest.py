"""One Orthanc for all tests that leave it alive, and a new one for tests that kill, starve or misconfigure it."""

from support.live_fixtures import new_orthanc, orthanc, probe

__all__ = ["new_orthanc", "orthanc", "probe"]
