"""`/api/v2/recordings/deletionprotection`: reads and changes the legal holds."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from simulator.access.live_admission import LiveAdmission
from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every, some
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, parse_body
from simulator.live.listing import BAD_REQUEST, flag_in
from simulator.live.recordings.generation import is_recorded
from simulator.organisation.corpus import Corpus
from simulator.organisation.live_settings import LiveSettings
from simulator.organisation.words import Operation

PATH = "/api/v2/recordings/deletionprotection"
APPLY = "recording:deletionProtection:apply"
REVOKE = "recording:deletionProtection:revoke"
LARGEST_LIST = 100
FULL = "recording.deletion.protection.limit.exceeded"
NOTHING_RECORDED = "recording.not.found"


class ProtectionQuery(Body):
    """The conversations to read or change."""

    conversation_ids: tuple[str, ...] = Field(min_length=1, max_length=LARGEST_LIST)


class DeletionProtection:
    """The deletion protection of the platform is the legal hold of the corpus."""

    def __init__(
        self,
        corpus: Corpus,
        admission: LiveAdmission,
        settings: LiveSettings,
    ) -> None:
        self._corpus = corpus
        self._admission = admission
        self._limit = settings.max_protected

    @property
    def count(self) -> int:
        """How many conversations are protected."""
        return self._corpus.held

    def routes(self) -> tuple[Route, ...]:
        """Query and change."""
        ask, change = Operation.QUERY_DELETION_PROTECTION, Operation.CHANGE_DELETION_PROTECTION
        return (
            Route("POST", PATH, self.query, ask, permissions=every()),
            Route("PUT", PATH, self.change, change, permissions=some(APPLY, REVOKE)),
        )

    def query(self, request: Request) -> Answer:
        """`[{id, selfUri}]` of the protected ones; 400 for a bad UUID, 404 for an unknown id."""
        protected = [each for each in self._asked(request) if self._held(each)]
        refs = [{"id": each, "selfUri": f"/api/v2/conversations/{each}"} for each in protected]
        return Answer.json(200, refs)

    def change(self, request: Request) -> Answer:
        """204, or 200 and `{failedUpdates}`; `?protect=` is true or false."""
        protect = flag_in(request, "protect", default=True)
        self._admission.require(request, every(APPLY if protect else REVOKE))
        ids = self._asked(request)
        if not protect:
            self._corpus.release_hold(ids)
            return Answer(204, b"")
        failed = [failure for each in ids if (failure := self._protect(each))]
        return Answer.json(200, {"failedUpdates": failed}) if failed else Answer(204, b"")

    def _protect(self, conversation_id: str) -> dict[str, object] | None:
        if self._held(conversation_id):
            return None
        conversation = self._corpus.get(conversation_id)
        if conversation is None or not is_recorded(conversation):
            return _failure(conversation_id, "The conversation has no recording", NOTHING_RECORDED)
        if self._limit is not None and self._corpus.held >= self._limit:
            message = f"At most {self._limit} conversations can be protected"
            return _failure(conversation_id, message, FULL)
        self._corpus.place_hold([conversation_id])
        return None

    def _held(self, conversation_id: str) -> bool:
        conversation = self._corpus.get(conversation_id)
        return conversation is not None and conversation.legal_hold

    def _asked(self, request: Request) -> list[str]:
        ids = parse_body(ProtectionQuery, request, BAD_REQUEST).conversation_ids
        for each in ids:
            if not _is_uuid(each):
                message = f"conversationIds: {each} is not a UUID"
                raise Refusal(400, message, code="recording.conversation.id.not.uuid")
        for each in ids:
            if each not in self._corpus:
                code = "recording.conversation.not.found"
                raise Refusal(404, "The conversation was not found", code=code, entity_id=each)
        return list(dict.fromkeys(ids))


def _failure(conversation_id: str, message: str, code: str) -> dict[str, object]:
    conversation = {"id": conversation_id, "selfUri": f"/api/v2/conversations/{conversation_id}"}
    return {"conversation": conversation, "errorMessage": message, "errorCode": code}


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
