"""Public holidays and weekends by country; the dates come from the package `holidays`, loaded when they are asked for."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

# ISO 3166 codes by weekend, where it is not Saturday and Sunday (Unicode CLDR, weekData).
_FRIDAY_AND_SATURDAY = "BH DZ EG IQ JO KW LY OM QA SA SD SY YE"
_OTHERS = {
    **{"AF": (3, 4), "BN": (4, 6), "IL": (4, 5)},
    **dict.fromkeys(("DJ", "IR", "SO"), (4,)),
    **dict.fromkeys(("IN", "UG"), (6,)),
    "NP": (5,),
}
SATURDAY_AND_SUNDAY = frozenset({5, 6})


def weekend_of(country: str) -> frozenset[int]:
    """The free weekdays of a country, 0 is Monday; none without a country."""
    if not country:
        return frozenset()
    if country in _FRIDAY_AND_SATURDAY.split():
        return frozenset({4, 5})
    return frozenset(_OTHERS.get(country, SATURDAY_AND_SUNDAY))


@cache
def countries() -> frozenset[str]:
    """The countries whose holidays are known."""
    from holidays import list_supported_countries

    return frozenset(code for code in list_supported_countries() if len(code) == 2)


@cache
def of_year(country: str, year: int) -> frozenset[date]:
    """The public holidays of one year."""
    from holidays import country_holidays

    return frozenset(country_holidays(country, years=year))


@dataclass(frozen=True)
class PublicHolidays(Container[date]):
    """A country's public holidays of every year without some, and further dates."""

    country: str = ""
    more: frozenset[date] = frozenset()
    fewer: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        if day in self.more:
            return True
        if not self.country or not isinstance(day, date) or day in self.fewer:
            return False
        return day in of_year(self.country, day.year)

    def between(self, first: date, last: date) -> Iterator[date]:
        """The dates in a span of days."""
        years = (of_year(self.country, year) for year in range(first.year, last.year + 1)) if self.country else ()
        kept = frozenset[date]().union(*years) - self.fewer
        yield from sorted(day for day in self.more | kept if first <= day <= last)
