"""The schema in a real editor: yaml-language-server, spoken to as editors do, checks, completes and explains a rules file."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).parents[2]
SERVER = HOME / "build" / "test-tools" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
SCHEMA = HOME / "docs" / "worklist_rules.schema.json"
PATIENCE = 60.0

TEXT = """\
# yaml-language-server: $schema=SCHEMA
version: 1
priorities:
  stat: {turnaround: 1h}
rules:
  - name: stroke
    when: {modality: CT}
    then:
      prioriti: stat
  - name: everything else
    then:
      priority: stat
      subspecialty: general
      warn_after: [1]
"""


class Editor:
    """One language server with one file open."""

    def __init__(self, folder: Path):
        self.process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.file = (folder / "rules.yaml").as_uri()
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.told: queue.Queue[dict[str, Any]] = queue.Queue()
        self.number = 0
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={"workspace": {"configuration": True}})
        self.tell("initialized")

    def ask(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        self._send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters})
        while (answer := self.answers.get(timeout=PATIENCE))["id"] != self.number:
            pass
        return answer["result"]

    def tell(self, method: str, **parameters: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def open(self, text: str) -> list[dict[str, Any]]:
        """What the server finds wrong with the text."""
        document = {"uri": self.file, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        while (found := self.told.get(timeout=PATIENCE))["method"] != "textDocument/publishDiagnostics":
            pass
        return list(found["params"]["diagnostics"])

    def at(self, method: str, line: int, character: int) -> Any:
        return self.ask(method, textDocument={"uri": self.file}, position={"line": line, "character": character})

    def close(self) -> None:
        self.ask("shutdown")
        self.tell("exit")
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdout.close()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while header := stream.readline():
            length = int(header.partition(b":")[2])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(length))
            if "method" not in message:
                self.answers.put(message)
            elif "id" in message:  # the server asks for the editor's settings, or to be told of changes
                settings = [{} for _ in message["params"].get("items", ())] if "items" in message.get("params", {}) else None
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": settings})
            else:
                self.told.put(message)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    editor = Editor(tmp_path_factory.mktemp("editor"))
    yield editor
    editor.close()


@pytest.fixture(scope="module")
def problems(editor: Editor) -> list[dict[str, Any]]:
    return editor.open(TEXT.replace("SCHEMA", SCHEMA.as_uri()))


def test_a_misspelt_key_is_marked_where_it_stands(problems: list[dict[str, Any]]) -> None:
    marked = {(each["range"]["start"]["line"], each["range"]["start"]["character"]): each["message"] for each in problems}
    assert "prioriti is not allowed" in marked[8, 6]


def test_a_value_of_another_kind_is_marked(problems: list[dict[str, Any]]) -> None:
    assert any(each["range"]["start"]["line"] == 13 for each in problems)
    assert {each["range"]["start"]["line"] for each in problems} == {8, 13}


def test_keys_are_completed(editor: Editor, problems: list[dict[str, Any]]) -> None:
    found = editor.at("textDocument/completion", 12, 6)
    labels = {each["label"] for each in found["items"]}
    assert {"turnaround", "skip", "assign_to", "template"} <= labels


def test_a_key_is_explained_under_the_pointer(editor: Editor, problems: list[dict[str, Any]]) -> None:
    found = editor.at("textDocument/hover", 11, 8)
    assert "How urgent the study is" in json.dumps(found)
    assert "main image modality" in json.dumps(editor.at("textDocument/hover", 6, 13))


def test_the_file_that_is_shipped_is_found_good(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    try:
        text = (HOME / "worklist_rules.yaml").read_text(encoding="utf-8")
        assert editor.open(text.replace("$schema=docs/worklist_rules.schema.json", f"$schema={SCHEMA.as_uri()}")) == []
    finally:
        editor.close()
