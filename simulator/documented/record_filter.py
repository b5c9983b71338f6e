"""The filter of a data deletion, an interaction purge or a count."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from simulator.http.answer import Refusal
from simulator.http.wire import DateRange
from simulator.organisation.conversation import Conversation
from simulator.organisation.corpus import ALL_TYPES, Corpus
from simulator.organisation.words import GONE, MediaType, RecordType

TERM = re.compile(
    r"(?P<field>[A-Za-z_][\w.]*)(?:\s*[:=]\s*|\s+eq\s+)"
    r"""(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<bare>[\w.+-]+))"""
)
AND = re.compile(r"\s+and\s+", re.IGNORECASE)
FILTERS = ("queueId", "externalContactId")


@dataclass(frozen=True, slots=True)
class Term:
    """A field or a custom attribute of a record equals a value."""

    field: str
    value: str

    def accepts(self, conversation: Conversation) -> bool:
        """Whether the conversation has this value; False without the field."""
        return _values(conversation).get(self.field.removeprefix("attributes.")) == self.value


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Records that ended in the window and meet every condition."""

    window: DateRange
    media_type: MediaType | None = None
    record_types: frozenset[RecordType] = ALL_TYPES
    terms: tuple[Term, ...] = ()

    def select(self, corpus: Corpus) -> list[Conversation]:
        """The accepted records by end time, including deleted ones."""
        ended = corpus.ended_within(self.window.start, self.window.end)
        return [each for each in ended if self._accepts(each)]

    def count(self, corpus: Corpus, as_of: datetime) -> int:
        """The number of accepted records that are not deleted at `as_of`."""
        found = (corpus.status_of(each.conversation_id, as_of) for each in self.select(corpus))
        return sum(status not in GONE for status in found)

    def _accepts(self, conversation: Conversation) -> bool:
        return (
            self.media_type in (None, conversation.media_type)
            and not self.record_types.isdisjoint(conversation.record_types)
            and all(term.accepts(conversation) for term in self.terms)
        )


def parse_query(query: str | None) -> tuple[Term, ...]:
    """Parses `field:value`, `field = "value"` or `field eq 'value'`, joined by `and`; else 400."""
    if query is None:
        return ()
    terms, position = [], 0
    text = query.strip()
    while found := TERM.match(text, position):
        value = found["single"] or found["double"] or found["bare"] or ""
        terms.append(Term(found["field"], value))
        joint = AND.match(text, found.end())
        if joint is None:
            break
        position = joint.end()
    if found is None or found.end() < len(text):
        raise Refusal(400, "query: the filter cannot be parsed", code="invalid.filter")
    return tuple(terms)


def parse_filters(filters: Mapping[str, object] | None) -> tuple[Term, ...]:
    """Parses `{attributes?: {name: value}, queueId?, externalContactId?}`; else 400."""
    terms = []
    for name, value in (filters or {}).items():
        if name == "attributes" and isinstance(value, Mapping):
            terms += [Term(str(key), _text(each)) for key, each in value.items()]
        elif name in FILTERS:
            terms.append(Term(name, _text(value)))
        else:
            raise Refusal(400, f"filters.{name}: unknown filter", code="invalid.filter")
    return tuple(terms)


def _values(conversation: Conversation) -> dict[str, str]:
    return {
        "queueId": conversation.queue_id,
        "externalContactId": conversation.external_contact_id or "",
        "mediaType": conversation.media_type,
        "classification": conversation.classification,
    } | {name: _text(value) for name, value in conversation.custom_attributes.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise Refusal(
        400, "filters: a value must be a string, number or boolean", code="invalid.filter"
    )
