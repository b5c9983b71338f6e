"""The purge request: what every method has in common, and how all its errors are found at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import Field, StringConstraints, ValidationError, create_model

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.dates import DateRange
from genesys_purge.model.wire import Wire
from genesys_purge.model.wording import UNKNOWN, said

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
OrganisationName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

LONGEST_PATH = 200
MOST_ERRORS = 1_000
UNREADABLE = "is nested too deeply, or holds a number over 64 bits or text that is not Unicode"


class Classification(StrEnum):
    """How sensitive the records are."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PII = "pii"
    HIPAA = "hipaa"


class PurgeRequest(Wire):
    """What to delete, how, why and for whom: the fields of every method."""

    method: str
    reason: Reason
    requested_by: Text | None = None
    request_id: RunId | None = None
    organisation: OrganisationName | None = None
    dry_run: bool = False
    max_records: Annotated[int, Field(ge=1)] | None = None

    @property
    def least_days(self) -> int:
        """The retention that the request itself asks for, in days."""
        return 0


def is_relative(request: PurgeRequest) -> bool:
    """Whether the request means another window at another time."""
    date_range = getattr(request, "date_range", None)
    return isinstance(date_range, DateRange) and date_range.is_relative


R = TypeVar("R", bound=Wire)


def read_fields(model: type[R], payload: Mapping[str, Any]) -> tuple[R, list[FieldError]]:
    """The request in `payload` and its wrong fields; a wrong field reads as None.

    Rules over several fields can so be checked beside wrong ones, and all be told at once.
    InvalidRequest at once where the payload as a whole cannot be read.
    """
    unknown = [FieldError(path, UNKNOWN) for path in model.misnamed(payload)]
    try:
        return model.parse(payload), unknown
    except orjson.JSONEncodeError as error:
        raise InvalidRequest([FieldError("request", UNREADABLE)]) from error
    except ValidationError as refused:
        found = refused.errors(include_url=False)
        if any(not error["loc"] for error in found):
            raise InvalidRequest([FieldError("request", UNREADABLE)]) from refused
        # A list lacks the items that are themselves wrong; to tell that as well would mislead.
        lists = {error["loc"][:-1] for error in found}
        errors = unknown + [_field_error(error) for error in found if error["loc"] not in lists]
        wrong = {error["loc"][0] for error in found}
    rest = {name: value for name, value in payload.items() if name not in wrong}
    return _draft(model).parse(rest), errors  # type: ignore[return-value]


@cache
def _draft(model: type[Wire]) -> type[Wire]:
    """The same model with no field required, so that the right ones of a wrong request parse."""
    fields: dict[str, Any] = {
        name: (field.annotation | None, None)  # type: ignore[operator]
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    return create_model(f"{model.__name__}Draft", __base__=model, **fields)


def _field_error(error: Any) -> FieldError:
    path = ".".join(str(part) for part in error["loc"])[:LONGEST_PATH]
    return FieldError(path, said(error))


def as_object(payload: object) -> Mapping[str, Any]:
    """The document; InvalidRequest where it is no JSON object."""
    if not isinstance(payload, Mapping):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    return payload


def require_none(errors: Iterable[FieldError]) -> None:
    """InvalidRequest where there are any; beyond a thousand it only says that there are more.

    The answer must stay an answer: a body of a MiB has room for a hundred thousand errors.
    """
    found = list(islice(errors, MOST_ERRORS + 1))
    if len(found) > MOST_ERRORS:
        found[MOST_ERRORS:] = [FieldError("request", f"has more than {MOST_ERRORS} errors")]
    if found:
        raise InvalidRequest(found)


def fingerprint(payload: Mapping[str, Any], moment: datetime | None) -> str:
    """32 hex digits that are the same for the same content at the same moment."""
    marker = moment.isoformat() if moment else ""
    content = orjson.dumps([payload, marker], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:32]


def conflicts_of_common_fields(request: PurgeRequest, limit: int) -> Iterator[FieldError]:
    """`maxRecords` may lower the configured limit, never raise it."""
    if request.max_records is not None and request.max_records > limit:
        yield FieldError("maxRecords", f"may not be more than the configured limit, {limit}")
