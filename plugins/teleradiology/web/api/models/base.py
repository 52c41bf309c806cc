"""The two kinds of models, and the texts that several of them hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Password = Annotated[str, StringConstraints(max_length=1024), Field(json_schema_extra={"format": "password"})]
Instant = Annotated[AwareDatetime, Field(strict=False)]
LARGEST_PAGE = 500


class Input(BaseModel):
    """What a client sends: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """What a client sends in the query, where everything is text."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=LARGEST_PAGE)
    cursor: str = Field("", max_length=300, description="the member next of the page before")


class Output(BaseModel):
    """What a client receives."""

    model_config = ConfigDict(extra="forbid")
