"""B1: what the service costs the modalities. Orthanc with it beside bare Orthanc and Orthanc with an empty Python callback,
interleaved.

Each round sends the same objects by C-STORE (DCMTK storescu, TCP_NODELAY=1 on both ends) or HTTP POST to each variant in
random order, from 1 and from 4 senders; the ratio is formed within the round. The first round is thrown away. CPU time is
read when the server is idle again, so that work done later counts.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from machine import conditions, cpu_seconds, cpu_when_idle
from support.live_orthanc import ADMIN, LiveOrthanc
from tables import spread, table, verdict

BARE, NOOP, OURS = "bare Orthanc", "empty callback", "Teleradiology"
EMPTY_CALLBACK = """
import orthanc


def on_change(change, level, resource):
    pass


orthanc.RegisterOnChangeCallback(on_change)
"""


@dataclass
class Server:
    """A running variant."""

    name: str
    http: int
    dicom: int
    pid: int
    headers: dict[str, str]
    stop: Callable[[], object] = field(repr=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def plain(name: str, folder: Path, script: str = "") -> Server:
    """An Orthanc without us, with the settings that matter for speed equal to ours."""
    folder.mkdir(parents=True)
    http_port, dicom_port = free_port(), free_port()
    settings: dict[str, object] = {
        "Name": name,
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "HttpPort": http_port,
        "DicomPort": dicom_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
        "DicomCheckCalledAet": False,
        "StableAge": 20,
        "SaveJobs": False,
        "OverwriteInstances": False,
        "StorageCompression": False,
        "KeepAlive": True,
        "TcpNoDelay": True,
        "HttpCompressionEnabled": False,
        "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
    }
    if script:
        (folder / "callback.py").write_text(script, encoding="utf-8")
        settings |= {"PythonScript": str(folder / "callback.py"), "Python": {"Path": str(folder / "callback.py")}}
        settings["Plugins"] = [*settings["Plugins"], "/usr/share/orthanc/plugins/libOrthancPython.so"]  # type: ignore[misc]
    (folder / "orthanc.json").write_text(json.dumps(settings), encoding="utf-8")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        ["/usr/sbin/Orthanc", str(folder / "orthanc.json")],
        stdout=log,
        stderr=log,
        env={**os.environ, "TCP_NODELAY": "1", "TZ": "UTC"},
    )
    server = Server(name, http_port, dicom_port, process.pid, {}, lambda: (process.terminate(), process.wait()))
    until(lambda: ask(server, "/system"), 60)
    return server


def until(true: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise SystemExit("a server did not answer in time")
        time.sleep(0.05)


def ask(server: Server, path: str) -> object:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=30)
        connection.request("GET", path, headers=server.headers)
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == 200 else None
    except OSError:
        return None


def ours(folder: Path) -> Server:
    """The product, as its own orthanc.json starts it."""
    live = LiveOrthanc(folder, environ={"TELERADIOLOGY_STABLE_AGE": "20"}).start()
    headers = {"Authorization": "Basic " + b64encode(":".join(ADMIN).encode()).decode()}
    return Server(OURS, live.http_port, live.dicom_port, live.pid, headers, live.close)


def objects(folder: Path, *, count: int, studies: int, series: int, edge: int, run: str) -> list[Path]:
    """CT instances with random pixels (12 of 16 bits): ``studies`` x ``series``, files grouped by study."""
    draw = numpy.random.default_rng(1)
    paths = []
    for number in range(count):
        study, place = number * studies // count, number % (count // studies)
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[run, str(number)])
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        data.PatientName, data.PatientID, data.PatientBirthDate, data.PatientSex = "Bench^Mark", f"{run}-{study}", "19700101", "O"
        group = place * series // (count // studies)
        data.StudyInstanceUID = generate_uid(entropy_srcs=[run, "study", str(study)])
        data.SeriesInstanceUID = generate_uid(entropy_srcs=[run, "series", str(study), str(group)])
        data.StudyDate, data.StudyTime, data.AccessionNumber, data.StudyID = "20260101", "120000", f"{study}", "1"
        data.Modality, data.StudyDescription, data.BodyPartExamined = "CT", "CT HEAD", "HEAD"
        data.SeriesNumber, data.InstanceNumber = group, place
        data.SamplesPerPixel, data.PhotometricInterpretation, data.Rows, data.Columns = 1, "MONOCHROME2", edge, edge
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
        data.PixelData = draw.integers(0, 4096, edge * edge, dtype="uint16").tobytes()
        path = folder / f"{study}" / f"{number:05d}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        data.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def by_c_store(server: Server, paths: list[Path], senders: int) -> None:
    """One storescu a sender, each with its share of the studies."""
    folders = sorted({path.parent for path in paths})
    shares = [folders[sender::senders] for sender in range(senders)]
    environment = {**os.environ, "TCP_NODELAY": "1"}
    processes = [
        subprocess.Popen(
            ["storescu", "-aec", "TELERADIOLOGY", "-aet", "ZLITEN_CT", "+sd", "127.0.0.1", str(server.dicom), *map(str, share)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        for share in shares
        if share
    ]
    if any(process.wait() for process in processes):
        raise SystemExit("a sender failed")


def by_post(server: Server, paths: list[Path], senders: int) -> None:
    """POST /instances over one kept-alive connection a sender."""

    def send(share: list[Path]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for path in share:
            connection.request("POST", "/instances", path.read_bytes(), {**server.headers, "Content-Type": "application/dicom"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{server.name} answered {answer.status} to an upload")

    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(send, [paths[sender::senders] for sender in range(senders)]))


WAYS = {"C-STORE": by_c_store, "HTTP POST": by_post}


def measure(server: Server, way: str, paths: list[Path], senders: int) -> tuple[float, float]:
    """(seconds, server CPU seconds) for one batch; checks that everything has arrived; empties the server afterwards."""
    before = cpu_seconds(server.pid)
    began = time.perf_counter()
    WAYS[way](server, paths, senders)
    seconds = time.perf_counter() - began
    cpu = cpu_when_idle(server.pid) - before
    counted = ask(server, "/statistics")
    if not isinstance(counted, dict) or counted["CountInstances"] != len(paths):
        raise SystemExit(f"{server.name} holds {counted and counted['CountInstances']} of {len(paths)} instances")
    empty(server)
    return seconds, cpu


def empty(server: Server) -> None:
    for study in ask(server, "/studies") or []:  # type: ignore[attr-defined]
        connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=60)
        connection.request("DELETE", f"/studies/{study}", headers={**server.headers, "Content-Length": "0"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{server.name} answered {answer.status} to a deletion")
    cpu_when_idle(server.pid)


Rounds = dict[str, list[tuple[float, float]]]


def compare(servers: list[Server], way: str, paths: list[Path], senders: int, rounds: int) -> Rounds:
    """Per variant (wall, CPU) of each round but the first."""
    results: Rounds = {server.name: [] for server in servers}
    for number in range(rounds + 1):
        for server in random.sample(servers, len(servers)):
            figures = measure(server, way, paths, senders)
            if number:
                results[server.name].append(figures)
    return results


def row(name: str, results: Rounds, senders: int, count: int) -> tuple[list[str], bool]:
    """One line of the table, and whether its goal is met (only ours has one)."""
    pairs = list(zip(results[BARE], results[name], strict=True))
    wall = [bare / other for (bare, _), (other, _) in pairs]
    cpu = [other / bare for (_, bare), (_, other) in pairs]
    goal = 0.97 if senders == 1 else 0.92
    met = median(wall) >= goal
    mine = name is OURS
    milliseconds = 1000 * median(used for _, used in results[name]) / count
    per_second = count / median(seconds for seconds, _ in results[name])
    goals = [f">= {goal}", verdict(met)] if mine else ["", ""]
    return [name, spread(wall), *goals, spread(cpu), f"{milliseconds:.2f}", f"{per_second:.0f}"], met or not mine


def main() -> None:
    """Print the table; exit 1 when a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--count", type=int, default=2000, help="small instances (9 kB) a batch")
    options.add_argument("--large", type=int, default=0, help="large instances (525 kB) a batch; 0 leaves them out")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        batches = {"9 kB": objects(folder / "small", count=chosen.count, studies=4, series=4, edge=64, run="small")}
        if chosen.large:
            batches["525 kB"] = objects(folder / "large", count=chosen.large, studies=4, series=2, edge=512, run="large")
        servers = [plain(BARE, folder / "bare"), plain(NOOP, folder / "noop", EMPTY_CALLBACK), ours(folder / "ours")]
        try:
            lines = [line for size, paths in batches.items() for line in measured(servers, size, paths, chosen.rounds)]
        finally:
            for server in servers:
                server.stop()
    head = ["object", "way", "senders", "variant", "throughput / bare", "goal", "", "CPU / bare", "CPU ms each", "per second"]
    title = "B1 Ingest beside bare Orthanc, TCP_NODELAY=1 on both ends"
    print(table(title, head, [cells for cells, _ in lines], conditions()))
    sys.exit(0 if all(met for _, met in lines) else 1)


def measured(servers: list[Server], size: str, paths: list[Path], rounds: int) -> Iterator[tuple[list[str], bool]]:
    """The lines for one size of object."""
    for way in WAYS:
        for senders in (1, 4):
            results = compare(servers, way, paths, senders, rounds)
            for name in (NOOP, OURS):
                cells, met = row(name, results, senders, len(paths))
                yield [size, way, str(senders), *cells], met


if __name__ == "__main__":
    main()
