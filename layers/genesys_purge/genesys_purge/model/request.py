"""The fields that all purge requests share, and the check that reports all errors at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Annotated, Any, ClassVar, TypeVar

import orjson
from pydantic import Field, StringConstraints, ValidationError, create_model

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.audited import Audited
from genesys_purge.model.dates import DateRange
from genesys_purge.model.purge_policy import RUN_PREFIX
from genesys_purge.model.strict_json import LARGEST_BODY
from genesys_purge.model.wire import Wire, innermost
from genesys_purge.model.wording import UNKNOWN, message_for

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
OrganisationName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

# A run is one item of at most 400 KB, with its request, facts, plan, totals and detail.
LARGEST_REQUEST = 100_000
MAX_PATH_LENGTH = 200
MAX_ERRORS = 1_000
UNREADABLE = "is nested too deeply, or has a number over 64 bits or text that is not Unicode"


class PurgeRequest(Wire):
    """The fields of a purge request that every method has."""

    audited: ClassVar[Audited] = Audited()

    method: str
    reason: Reason
    requested_by: Text | None = None
    request_id: RunId | None = None
    organisation: OrganisationName | None = None
    dry_run: bool = False
    max_records: Annotated[int, Field(ge=1)] | None = None

    def content(self) -> dict[str, Any]:
        """The request as it is stored: stripped, times in UTC, without fields at their default.

        So equal requests have equal content, and a new field with a default does not change it.
        """
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @property
    def minimum_days(self) -> int:
        """The retention that the request demands, in days."""
        return 0

    @property
    def overrides_retention(self) -> bool:
        """Whether the request overrides the retention policy of Genesys."""
        return False

    @property
    def effect(self) -> str:
        """The word for what was done with a record of a completed batch."""
        return "deleted"


def is_relative(request: PurgeRequest) -> bool:
    """Whether the window of the request depends on the reference time."""
    date_range = getattr(request, "date_range", None)
    return isinstance(date_range, DateRange) and date_range.is_relative


R = TypeVar("R", bound=Wire)


def read_fields(model: type[R], payload: Mapping[str, Any]) -> tuple[R, list[FieldError]]:
    """The request in `payload` and the errors of its fields; a wrong field is None.

    So rules over several fields can be checked as well, and the caller gets all errors at once.
    Raises InvalidRequest if the payload as a whole cannot be parsed.
    """
    unknown = [FieldError(path, UNKNOWN) for path in model.python_names_in(payload)]
    try:
        return model.parse(payload), unknown
    except orjson.JSONEncodeError as error:
        raise InvalidRequest([FieldError("request", UNREADABLE)]) from error
    except ValidationError as refused:
        found = refused.errors(include_url=False)
        if any(not error["loc"] for error in found):
            raise InvalidRequest([FieldError("request", UNREADABLE)]) from refused
        errors = unknown + [_field_error(error) for error in innermost(found)]
        wrong = {error["loc"][0] for error in found}
    rest = {name: value for name, value in payload.items() if name not in wrong}
    return _draft(model).parse(rest), errors  # type: ignore[return-value]  # a draft is a subclass of the model


@cache
def _draft(model: type[Wire]) -> type[Wire]:
    """The same model without required fields, to parse the correct fields of a wrong request."""
    fields: dict[str, Any] = {
        name: (field.annotation | None, None)  # type: ignore[operator]  # a required field has an annotation
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    return create_model(f"{model.__name__}Draft", __base__=model, **fields)


def _field_error(error: Any) -> FieldError:
    path = ".".join(str(part) for part in error["loc"])[:MAX_PATH_LENGTH]
    return FieldError(path, message_for(error))


def as_object(payload: object, most: int = LARGEST_BODY) -> Mapping[str, Any]:
    """The payload; InvalidRequest if it is not a JSON object, or has more than `most` bytes."""
    if not isinstance(payload, Mapping):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    try:
        size = len(orjson.dumps(payload))
    except orjson.JSONEncodeError as error:
        raise InvalidRequest([FieldError("request", UNREADABLE)]) from error
    if size > most:
        raise InvalidRequest([FieldError("request", f"may have at most {most} bytes, not {size}")])
    return payload


def require_none(errors: Iterable[FieldError]) -> None:
    """Raises InvalidRequest if there are errors; it lists at most a thousand."""
    if found := at_most_a_thousand(errors):
        raise InvalidRequest(found)


def at_most_a_thousand(errors: Iterable[FieldError]) -> list[FieldError]:
    """The errors that an answer lists.

    Without this limit, a body of 1 MiB could cause an answer with a hundred thousand errors.
    """
    found = list(islice(errors, MAX_ERRORS + 1))
    if len(found) > MAX_ERRORS:
        found[MAX_ERRORS:] = [FieldError("request", f"has more than {MAX_ERRORS} errors")]
    return found


def fingerprint(payload: Mapping[str, Any], moment: datetime | None) -> str:
    """A hash of 32 hex digits over the content and the moment."""
    marker = moment.isoformat() if moment else ""
    content = orjson.dumps([payload, marker], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:32]


def conflicts_of_common_fields(request: PurgeRequest, limit: int) -> Iterator[FieldError]:
    """The errors of a request that is too large to store, or whose `maxRecords` is too high."""
    if (size := len(orjson.dumps(request.content()))) > LARGEST_REQUEST:
        yield FieldError("request", f"may have at most {LARGEST_REQUEST} bytes, not {size}")
    if request.request_id is not None and request.request_id.startswith(RUN_PREFIX):
        yield FieldError("requestId", f"must not begin with {RUN_PREFIX}, as the runs of policies")
    if request.max_records is not None and request.max_records > limit:
        yield FieldError("maxRecords", f"must be at most {limit}, the configured limit")
