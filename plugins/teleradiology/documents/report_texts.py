"""The templates that a new draft begins with: one YAML file each, in ``templates/report/texts``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ..core.errors import Problem
from ..core.sections import BY_NAME, SECTIONS, clean

GENERAL = "general"
KEYS = ("title", "modalities", "body_parts", "sections")


@dataclass(frozen=True)
class ReportTemplate:
    """What a draft begins with. Empty ``modalities`` or ``body_parts`` mean any."""

    id: str
    title: Mapping[str, str] = field(default_factory=dict)
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def texts(self, language: str) -> dict[str, str]:
        """All sections in the language; empty where the template has none."""
        return {name: clean(self.sections.get(name, {}).get(language, "")) for name in SECTIONS}

    def fits(self, modality: str, body_part: str) -> bool:
        """Whether the template is for such an examination."""
        return modality in self.modalities and body_part.upper() in self.body_parts


@dataclass(frozen=True)
class ReportTemplates:
    """All templates of an installation, and what is wrong with those that could not be read."""

    by_id: Mapping[str, ReportTemplate]
    problems: tuple[Problem, ...] = ()

    def chosen(self, wanted: str, modality: str, body_part: str) -> ReportTemplate:
        """The wanted one if it exists, else the first by name that fits the examination, else the general one."""
        fitting = (one for _, one in sorted(self.by_id.items()) if one.fits(modality, body_part))
        return self.by_id.get(wanted) or next(fitting, None) or self.by_id.get(GENERAL) or ReportTemplate(GENERAL)


def load(folder: Path) -> ReportTemplates:
    """Every template in the folder; a bad file is left out and told of."""
    found: dict[str, ReportTemplate] = {}
    problems: list[Problem] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            content = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        except (YAMLError, UnicodeDecodeError) as error:
            problems.append(Problem(f"expected YAML in UTF-8: {type(error).__name__}", file=file.name))
            continue
        wrong = list(_wrong(content))
        problems += [Problem(message, path=path, file=file.name) for path, message in wrong]
        if not wrong:
            found[file.stem] = _template(file.stem, content)
    return ReportTemplates(found, tuple(problems))


def _wrong(content: Any) -> list[tuple[str, str]]:
    if not isinstance(content, dict):
        return [("", "expected title and sections")]
    wrong = [(str(key), f"unknown; expected one of {', '.join(KEYS)}") for key in content if key not in KEYS]
    sections = content.get("sections", {})
    if not isinstance(sections, dict):
        return [*wrong, ("sections", "expected sections with their texts")]
    wrong += [(f"sections.{name}", f"unknown; expected one of {', '.join(SECTIONS)}") for name in sections if name not in BY_NAME]
    texts = {"title": content.get("title"), **{f"sections.{name}": text for name, text in sections.items()}}
    return wrong + [(path, "expected a text for each language") for path, text in texts.items() if not _is_texts(text)]


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _template(name: str, content: Mapping[str, Any]) -> ReportTemplate:
    lists = {key: tuple(str(one).upper() for one in content.get(key) or ()) for key in ("modalities", "body_parts")}
    return ReportTemplate(name, content["title"], **lists, sections=content.get("sections", {}))
