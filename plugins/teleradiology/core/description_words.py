"""What free descriptions say of contrast medium and side, in English and Arabic."""

from __future__ import annotations

import re

from .names import folded, plain

_MEDIUM = r"(?:iv )?(?:contrast|contraste|cont|cm|kontrast\w*|produit)"
_WITHOUT = re.compile(
    rf"\b(?:without|w ?/ ?o|wo|non|no|sans|ohne)[ -]?{_MEDIUM}\b"
    r"|\b(?:plain|unenhanced|ncct|nect)\b|\bc ?-(?!\w)|\bc ?minus\b"
    r"|بدون (?:صبغه|تباين|حقن|ماده)|بلا صبغه"
)
_WITH = re.compile(
    rf"\b(?:with|w ?/|post|avec|mit|plus|after)[ -]?{_MEDIUM}\b|\bw (?:contrast|cnt|con|iv)\b"
    r"|\b(?:cect|cta|ctpa|mra ce|ce mra|enhanced|postcontrast|angio\w*|gad|gadolinium|contrast enhanced)\b"
    r"|\b[ct] ?\+|\bc ?plus\b"
    r"|(?:مع|ب)\s?(?:ال)?(?:صبغه|تباين)|مع (?:حقن|ماده)"
)
_BOTH_PHASES = re.compile(r"\b(?:and|&|\+|then) with\b|\bwith and without\b|\bw ?/ ?wo\b|\bw&wo\b")
_LEFT = re.compile(r"\b(?:left|lt|l ?side|gauche|links|izquierd[ao])\b|ايسر|يسري|يسار")
_RIGHT = re.compile(r"\b(?:right|rt|r ?side|droite?|rechts|derech[ao])\b|ايمن|يمني|يمين")
_BOTH = re.compile(r"\b(?:bilateral|both|bilat|bil|beidseits|bds)\b|ثنايي الجانب|الجانبين|كلا ")


def contrast_in(text: str) -> bool | None:
    """True with contrast (also when both phases are named), False without, None when nothing is said."""
    words = folded(text)
    without = _WITHOUT.search(words)
    if _WITH.search(_WITHOUT.sub(" ", words)):
        return True
    if without and _BOTH_PHASES.search(words):
        return True
    return False if without else None


def side_in(text: str) -> str:
    """L, R, B, or "" when no side is named."""
    words = plain(text)
    left, right = bool(_LEFT.search(words)), bool(_RIGHT.search(words))
    if _BOTH.search(words) or (left and right):
        return "B"
    return "L" if left else "R" if right else ""
