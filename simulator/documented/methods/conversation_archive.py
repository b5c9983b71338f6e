"""Conversation archive: `POST /api/v2/analytics/conversations/purge` and its jobs' status."""

from itertools import count

from pydantic import Field

from simulator.documented.jobs import Job, Jobs, Part
from simulator.http.answer import Answer, Refusal, busy
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, parse_body
from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.timeline import UNFINISHED, JobState
from simulator.organisation.words import GONE, Method, Operation

METHOD = Method.CONVERSATION_ARCHIVE
PATH = "/api/v2/analytics/conversations/purge"
SCOPES = ("analytics:conversation:delete",)
WORDS = {JobState.PENDING: "inProgress", JobState.RUNNING: "inProgress"}
CASES = (str, str.upper, str.lower, str.capitalize)


class Purge(Body):
    """The submitted body."""

    conversation_ids: tuple[str, ...] = Field(min_length=1)
    permanent_delete: bool = True


class ConversationArchive:
    """Purges conversations by id; refuses the whole batch if one id is protected."""

    def __init__(self, corpus: Corpus, jobs: Jobs, settings: SimulatorSettings) -> None:
        self._corpus = corpus
        self._jobs = jobs
        self._settings = settings
        self._polls = count()

    def routes(self) -> tuple[Route, ...]:
        """Submit and status."""
        return (
            Route("POST", PATH, self.submit, Operation.SUBMIT, METHOD, SCOPES),
            Route("GET", f"{PATH}/{{jobId}}", self.status, Operation.POLL, METHOD, SCOPES),
        )

    def submit(self, request: Request) -> Answer:
        """`{jobId}`; 400 for a wrong body, 409 for a protected id, 429 while too many jobs run."""
        purge = parse_body(Purge, request)
        self._require_few(len(purge.conversation_ids))
        self._require_unprotected(purge.conversation_ids, request)
        self._require_slot(request)
        part = Part.of(purge.conversation_ids, self._corpus, soft=not purge.permanent_delete)
        return Answer.json(202, {"jobId": self._jobs.create(METHOD, (part,), request).job_id})

    def status(self, request: Request) -> Answer:
        """`{jobId, state, recordsProcessed, ...}`; 504 while a very large job runs."""
        job, state = self._jobs.find(request.parameters["jobId"], METHOD, request.at)
        limit = self._settings.poll_times_out_above
        if limit is not None and job.timeline.records > limit and state in UNFINISHED:
            raise Refusal(504, "The job is still running")
        return Answer.json(200, self._payload(job, state, request))

    def _require_few(self, ids: int) -> None:
        limit = self._settings.max_ids
        if limit is not None and ids > limit:
            raise Refusal(400, f"conversationIds: at most {limit} ids, not {ids}")

    def _require_unprotected(self, ids: tuple[str, ...], request: Request) -> None:
        protected = [each for each in ids if self._protected(each, request)]
        if protected:
            raise Refusal(
                409,
                "A conversation of the batch is on legal hold, in litigation or within retention",
                code="conversation.protected",
                details=protected if self._settings.conflict_names_ids else (),
            )

    def _protected(self, conversation_id: str, request: Request) -> bool:
        conversation = self._corpus.get(conversation_id)
        if conversation is None or self._corpus.status_of(conversation_id) in GONE:
            return False
        minimum = self._settings.minimum_age
        young = minimum is not None and not conversation.aged(minimum, request.at)
        return conversation.protected or young

    def _require_slot(self, request: Request) -> None:
        limit = self._settings.max_concurrent_jobs
        if limit is not None and len(self._jobs.unfinished(METHOD, request.at)) >= limit:
            raise busy(f"At most {limit} purge jobs run at once", self._settings.busy_retry_after)

    def _payload(self, job: Job, state: JobState, request: Request) -> dict[str, object]:
        word = WORDS.get(state, state.value)
        payload: dict[str, object] = {"jobId": job.job_id, "state": self._cased(word)}
        if self._settings.reports_progress or state not in UNFINISHED:
            payload["recordsProcessed"] = job.timeline.processed(request.at)
        if state is JobState.COMPLETED:
            payload |= {"formatVerified": True, "indexCleanup": "completed"}
        return payload

    def _cased(self, word: str) -> str:
        if not self._settings.mixed_case_states:
            return word
        return CASES[next(self._polls) % len(CASES)](word)
