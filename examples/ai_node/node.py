#!/usr/bin/env python3
"""An example of an inference service: it shows the way of a finding into the reading room, and detects nothing at all."""

from __future__ import annotations

import argparse
import os
import sys
import time
from array import array
from collections.abc import Iterator
from typing import Any

import requests

DEVICE, VERSION = "Example node", "1"
CODE, TEXT = "EXAMPLE-BRIGHT", "example: the middle image is bright (this is no medical finding)"
BRIGHT = 0.5  # of the range between the darkest and the brightest pixel
RAW = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1'
SECONDS = 30


def brightness(pixels: bytes, bits: int, signed: bool) -> float:
    """The mean pixel value as a share of the image's range, 0 to 1; 0 when all pixels are alike."""
    if bits not in (8, 16):
        raise ValueError(f"expected 8 or 16 bits per pixel, found {bits}")
    values = array({(8, False): "B", (8, True): "b", (16, False): "H", (16, True): "h"}[bits, signed])
    values.frombytes(pixels[: len(pixels) // values.itemsize * values.itemsize])
    if sys.byteorder == "big":
        values.byteswap()
    low, high = min(values, default=0), max(values, default=0)
    return (sum(values) / len(values) - low) / (high - low) if high > low else 0.0


def finding(score: float) -> dict[str, Any]:
    """What is posted: never more than that an image is bright, and told as negative when it is not."""
    told = {"code": CODE, "text": TEXT, "score": round(score, 3), "positive": score >= BRIGHT}
    return {"device": DEVICE, "version": VERSION, "findings": [told]}


class Node:
    """Talks to one Orthanc; ``address`` is that of Orthanc itself."""

    def __init__(self, address: str, token: str):
        self.dicom, self.room = f"{address.rstrip('/')}/dicom-web", f"{address.rstrip('/')}/teleradiology/api"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def studies(self) -> Iterator[str]:
        """The studies that wait for a reader."""
        answer = self._get(f"{self.room}/worklist?state=unassigned,assigned&limit=100", "application/json")
        yield from (item["study"]["study_instance_uid"] for item in answer.json()["items"])

    def look_at(self, study: str) -> dict[str, Any] | None:
        """The finding of a study; None when it has no image that this example can read."""
        found = self._get(f"{self.dicom}/studies/{study}/metadata", "application/dicom+json").json()
        images = [each for each in found if "00280010" in each and _first(each, "00280002") == 1]  # grey, with rows
        if not images:
            return None
        image = images[len(images) // 2]
        series, instance = _first(image, "0020000E"), _first(image, "00080018")
        answer = self._get(f"{self.dicom}/studies/{study}/series/{series}/instances/{instance}/frames/1", RAW)
        pixels = _only_part(answer.content)
        return finding(brightness(pixels, _first(image, "00280100"), _first(image, "00280103") == 1))

    def tell(self, study: str, told: dict[str, Any]) -> None:
        """Post the finding. Doing so again changes nothing."""
        answer = self.session.post(f"{self.room}/studies/{study}/findings", json=told, timeout=SECONDS)
        answer.raise_for_status()

    def _get(self, address: str, accept: str) -> requests.Response:
        answer = self.session.get(address, headers={"Accept": accept}, timeout=SECONDS)
        answer.raise_for_status()
        return answer


def _first(dataset: dict[str, Any], tag: str) -> Any:
    return (dataset.get(tag, {}).get("Value") or [None])[0]


def _only_part(body: bytes) -> bytes:
    """The content of a multipart message with one part."""
    boundary = body.lstrip().partition(b"\r\n")[0]
    return body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n" + boundary)[0]


def main() -> None:
    """Look at every waiting study once, again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="of Orthanc, such as http://127.0.0.1:8042")
    parser.add_argument("--once", action="store_true", help="look at what waits now and end")
    options = parser.parse_args()
    node, done = Node(options.address, os.environ["AI_NODE_TOKEN"]), set[str]()
    while True:
        try:
            for study in [each for each in node.studies() if each not in done]:
                try:
                    told = node.look_at(study)
                    if told:
                        node.tell(study, told)
                except requests.HTTPError as refused:  # this study, not the service: go on with the others
                    print("passed over a study:", refused.response.status_code, file=sys.stderr, flush=True)
                    told = None
                done.add(study)
                print("looked at a study:", told["findings"][0]["score"] if told else "no image for this example", flush=True)
        except (requests.RequestException, ValueError) as failure:
            print("not now:", type(failure).__name__, file=sys.stderr, flush=True)
            if options.once:
                sys.exit(1)
        if options.once:
            return
        time.sleep(5)


if __name__ == "__main__":
    main()
