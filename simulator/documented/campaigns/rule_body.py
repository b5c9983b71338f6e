"""A campaign rule: the submitted body and the stored rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import orjson
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from simulator.http.wire import Body

LARGEST = 2**31 - 1


def storable(value: object) -> object:
    """Checks that JSON can return the value unchanged: numbers up to 64 bits, and no NaN."""
    try:
        if orjson.loads(orjson.dumps(value)) == value:
            return value
    except orjson.JSONEncodeError:
        pass
    raise PydanticCustomError("storable", "must be JSON with numbers of at most 64 bits")


Value = Annotated[object, AfterValidator(storable)]
Text = Annotated[str, Field(min_length=1)]


class Condition(Body):
    """A comparison with an attribute of the contact; `value` is text, and is stored as it is."""

    attribute: Text
    operator: Literal[
        "equals",
        "notEquals",
        "greaterThan",
        "greaterThanOrEqual",
        "lessThan",
        "lessThanOrEqual",
        "contains",
        "in",
    ]
    value: str
    type: Literal["string", "number", "boolean", "date"]


class Action(Body):
    """An action on the contact, such as `setList`."""

    type: Text
    list_id: str | None = None
    value: Value = None


class RuleBody(Body):
    """The submitted rule; `id` and `selfUri` are accepted and ignored."""

    name: Text
    version: int = Field(ge=1, le=LARGEST)
    priority: int = Field(ge=1, le=1000)
    execution_order: int = Field(ge=1, le=LARGEST)
    description: str = ""
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    enabled: bool = True
    id: str | None = None
    self_uri: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignRule:
    """A stored rule."""

    rule_id: str
    self_uri: str
    body: RuleBody

    @property
    def wire(self) -> dict[str, object]:
        """The submitted fields, `id` and `selfUri`."""
        sent = self.body.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return sent | {"id": self.rule_id, "selfUri": self.self_uri}
