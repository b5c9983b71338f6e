"""The items of the table of holds, as people write them and as the application does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, TypeVar

from genesys_purge.errors import Misconfigured
from genesys_purge.holds.ports import UnreadableHold
from genesys_purge.model.holds import (
    LONGEST_PROBLEM,
    Hold,
    HoldDocument,
    is_released,
    read_hold,
)
from genesys_purge.model.wire import read_document
from genesys_purge.store.held_ids import MOST_IN_ITEM, Damaged, HeldIds, bytes_of
from genesys_purge.store.sizes import within_limit

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item

H = TypeVar("H", bound=HoldDocument)

# The names of the parts that have the ids of a large hold, instead of the ids.
PARTS = "conversationIdParts"
NO_IDS = {"conversation_ids": None}
# Every attribute that an item may have.
FIELDS = {field.alias or name for name, field in HoldDocument.model_fields.items()} | {PARTS}


def item_of(hold: HoldDocument, ids: HeldIds) -> Item:
    """The hold in the form in which operators write it; the ids of a large one are stored first.

    So a stored item always has all of its parts, which are also those of a narrower scope.
    """
    held, change = hold.conversation_ids, hold.change
    is_large = held is not None and bytes_of(held) > MOST_IN_ITEM
    bare = {"change": change and change.model_copy(update=NO_IDS), **(NO_IDS if is_large else {})}
    item: dict[str, Any] = _item(hold.model_copy(update=bare))
    if held and is_large:
        item[PARTS] = _attribute(list(ids.put(held)))
    if change and change.conversation_ids:
        item["change"]["M"][PARTS] = _attribute(list(ids.put(change.conversation_ids)))
    return item


def document_in(item: Mapping[str, Any], ids: HeldIds) -> HoldDocument | UnreadableHold:
    """The hold in an item, active or released."""
    fields, parts = _parted(item)
    found = read_document(HoldDocument, fields)
    if not isinstance(found, HoldDocument):
        problem = "; ".join(map(str, found))[:LONGEST_PROBLEM]
        return UnreadableHold(str(fields.get("holdId")), problem)
    try:
        return parts.of_change(parts.of_hold(found, ids), ids)
    except Damaged as error:
        return UnreadableHold(found.hold_id, str(error))


def is_over(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the hold in an item is released; nothing else of the item is read."""
    released_at = item.get("releasedAt")
    return released_at is not None and is_released({"releasedAt": _plain(released_at)}, now)


def parts_in(item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The lists of parts in an item, without a malformed one."""
    change = item.get("change", {}).get("M", {})
    for names in (_plain(item.get(PARTS)), _plain(change.get(PARTS))):
        if _are_names(names):
            yield tuple(names)


class ParsedItem(NamedTuple):
    """What the item of a hold says, without the ids in its parts, or why it cannot be read."""

    hold: Hold | Misconfigured
    parts: _Parts

    @classmethod
    def of(cls, item: Mapping[str, Any], now: datetime) -> ParsedItem:
        """What an item says whose hold is not released."""
        fields, parts = _parted(item)
        try:
            hold = read_hold(fields, now)
        except Misconfigured as error:
            return cls(error, parts)
        if hold is None:
            raise ValueError("the hold is released")
        return cls(hold, parts)

    def reading(self, ids: HeldIds, now: datetime) -> Hold | Misconfigured:
        """The active hold with its scope in force, or why it cannot be read.

        A narrower scope that cannot be read never comes into force.
        """
        if isinstance(self.hold, Misconfigured):
            return self.hold
        try:
            hold = self.parts.of_hold(self.hold, ids)
        except Damaged as error:
            return Misconfigured(
                f"legal hold {self.hold.hold_id} is not complete, so it may cover anything: "
                f"{error}; import it again under another holdId, then release it"
            )
        try:
            return self.parts.of_change(hold, ids).at(now)
        except Damaged as error:
            return hold.model_copy(update={"change": None, "wrong": f"change: {error}"})


class _Parts(NamedTuple):
    """The names of the parts in an item; None where the item has none."""

    held: object = None
    narrower: object = None

    def of_hold(self, hold: H, ids: HeldIds) -> H:
        """The hold with the ids in its parts; Damaged if they cannot be read."""
        if self.held is None:
            return hold
        held, own = _ids(self.held, ids), hold.conversation_ids
        # The same set as before, so that what is known of it is found again.
        return hold.model_copy(update={"conversation_ids": held | own if own else held})

    def of_change(self, hold: H, ids: HeldIds) -> H:
        """The hold whose change has the ids in its parts."""
        if self.narrower is None or hold.change is None:
            return hold
        narrower = {"conversation_ids": _ids(self.narrower, ids)}
        return hold.model_copy(update={"change": hold.change.model_copy(update=narrower)})


def _parted(item: Mapping[str, Any]) -> tuple[dict[str, Any], _Parts]:
    """The fields of an item without its parts, and the parts."""
    fields = fields_of(item)
    change = fields.get("change")
    narrower = change.pop(PARTS, None) if isinstance(change, dict) else None
    return fields, _Parts(fields.pop(PARTS, None), narrower)


def _ids(names: object, ids: HeldIds) -> frozenset[str]:
    if not _are_names(names):
        raise Damaged(f"{PARTS} is not a list of names")
    return ids.read(names)


def _are_names(names: object) -> TypeGuard[list[str]]:
    return isinstance(names, list) and all(isinstance(each, str) for each in names)


@within_limit
def _item(hold: HoldDocument) -> Item:
    return {name: _attribute(value) for name, value in hold.to_json().items()}


def _attribute(value: Any) -> Any:
    match value:
        case dict():
            return {"M": {name: _attribute(each) for name, each in value.items()}}
        case list():
            return {"L": [_attribute(each) for each in value]}
        case int():
            return {"N": str(value)}
    return {"S": value}


def fields_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in an item; plain JSON stays as it is."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Any) -> Any:
    """The text, number, list or map in an attribute; a hold has no other types."""
    match value:
        case {"S": text}:
            return text
        case {"N": digits} if digits.isdecimal():
            return int(digits)
        case {"SS": texts}:
            return texts
        case {"L": values}:
            return [_plain(each) for each in values]
        case {"M": fields}:
            return {name: _plain(each) for name, each in fields.items()}
        case {"B": _} | {"BS": _}:
            # JSON has no bytes; the field is reported as malformed.
            return {}
    return value
