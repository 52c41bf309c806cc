"""Where people practise: countries of ISO 3166-1 and their regions; a country that there is not is pointed out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .findings import Findings, shortened
from .shapes import Parsed
from .yaml_tree import Node

# XK is Kosovo's by custom, not by ISO.
_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF
    CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH
    GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW
    KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG
    NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN
    SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE
    YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
_MEANT = {"UK": "GB", "EL": "GR"}  # what the European Union writes


def _code(text: str) -> str | None:
    return text if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text) else None


@dataclass(frozen=True)
class Jurisdiction(Parsed):
    """A code; warns of a country that nobody knows, because no licence would ever fit by chance."""

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        code: str | None = super().read(node, path, findings)
        country = code[:2] if code else ""
        if code and country not in COUNTRIES:
            meant = _MEANT.get(country, "")
            note = f"{shortened(country)} is no country of ISO 3166"
            findings.warning(node.place, path, note, meant + code[2:] if meant else "")
        return code


JURISDICTION = Jurisdiction("a country or region code (ISO 3166) such as LY or US-NY", _code, r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
