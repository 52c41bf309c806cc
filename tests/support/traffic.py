"""Modalities that go on sending, beside whatever a test does."""

from __future__ import annotations

import threading

from . import dicom_files, senders
from .live_orthanc import LiveOrthanc, until


class Traffic:
    """Three modalities, each of which sends one small study after the other until the block ends.

    ``arrived`` has the StudyInstanceUIDs of which every image was accepted. With ``patient`` a modality goes on when it is
    cut off, as after a restart of Orthanc; otherwise that is a problem. ``pause`` is in seconds, after each study.
    """

    def __init__(
        self,
        orthanc: LiveOrthanc,
        *,
        calling_aet: str = "TEST_CT",
        modalities: int = 3,
        patient: bool = False,
        pause: float = 0.0,
    ):
        self._orthanc, self._calling_aet, self._patient, self._pause = orthanc, calling_aet, patient, pause
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(modalities)]
        self._sent = [0] * modalities
        self.arrived: list[str] = []
        self.problems: list[str] = []

    def _send(self, number: int) -> None:
        folder = self._orthanc.folder / f"modality-{number}"
        folder.mkdir(exist_ok=True)
        while not self._stopping.is_set():
            images = dicom_files.study(4)
            files = [folder / f"{each}.dcm" for each in range(len(images))]
            for image, file in zip(images, files, strict=True):
                file.write_bytes(senders.file_bytes(image))
            code = self._orthanc.storescu(files, self._calling_aet)
            if code == 0:
                self._sent[number] += 1
                self.arrived.append(str(images[0].StudyInstanceUID))
            elif not self._patient:
                self.problems.append(f"storescu ended with {code}")
                return
            self._stopping.wait(self._pause)

    def flows(self) -> None:
        """Every modality gets a study through from now on."""
        before = list(self._sent)
        until(lambda: self.problems or all(now > then for now, then in zip(self._sent, before, strict=True)), "images arrive", 40)
        assert self.problems == []

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
