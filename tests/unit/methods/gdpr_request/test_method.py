"""GDPR requests: who is meant, what is sent, and what each answer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import (
    AuthenticationFailed,
    GenesysUnavailable,
    InvalidRequest,
    LimitExceeded,
    Misconfigured,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
    UnreadableAnswer,
)
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.gdpr_request.lifecycle import LIST
from genesys_purge.methods.gdpr_request.method import DELETE, EXPORT, STATUS, GdprRequest
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.dates import Window
from genesys_purge.ports import Permit
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.genesys.exchange import Answer, Exchange
from tests.unit.methods.scene import PERMIT, hold, plan, sources

METHOD = GdprRequest()
MAIL = "jane.doe@example.com"
JANE = {"name": "Jane Doe", "externalId": "j-1", "emailAddresses": [MAIL], "phoneNumbers": []}
JOHN = {"name": "John Doe", "externalId": "j-2", "emailAddresses": [MAIL]}
PAYLOAD = builders.gdpr_request(requestId="run-1", searchValue=MAIL)
PART = Part(None, ())
OURS = {"id": "gdpr-1", "name": "run-1 0", "requestType": "GDPR_DELETE"}
NOTHING: dict[str, Any] = {"entities": []}


def request(**fields: Any) -> Any:
    return METHOD.request_model.parse(PAYLOAD | fields)


def by_subject(**identifiers: Any) -> Any:
    payload = {k: v for k, v in PAYLOAD.items() if not k.startswith("search")}
    return METHOD.request_model.parse(payload | {"subject": identifiers})


def knowing(*found: Mapping[str, Any]) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(FIND, {"entities": list(found), "total": len(found)})
    genesys.on(DELETE, {"id": "gdpr-1", "status": "INITIATED"})
    genesys.on(EXPORT, {"id": "gdpr-2", "status": "INITIATED"})
    return genesys


def submit(genesys: ScriptedGenesys, permit: Permit = PERMIT, **fields: Any) -> str:
    return METHOD.submit(request(**fields), PART, permit, genesys)


def test_a_deletion_is_confirmed_and_carries_the_subject_as_genesys_knows_it() -> None:
    found = JANE | {"selfUri": "/somewhere", "userId": None}
    genesys = knowing(found)
    assert submit(genesys) == "gdpr-1"
    assert genesys.calls[0].path == {"search_type": "EMAIL", "search_value": MAIL}
    assert genesys.calls[-1].operation.path == "/api/v2/gdpr/requests?deleteConfirmed=true"
    subject = {name: JANE[name] for name in ("name", "externalId", "emailAddresses")}
    assert genesys.deletions == [
        {"name": "run-1 0", "requestType": "GDPR_DELETE", "subject": subject}
    ]


def test_an_export_confirms_no_deletion() -> None:
    genesys = knowing(JANE)
    assert submit(genesys, requestType="GDPR_EXPORT") == "gdpr-2"
    assert genesys.calls[-1].operation == EXPORT
    assert "deleteConfirmed" not in EXPORT.path
    assert genesys.deletions[0]["requestType"] == "GDPR_EXPORT"


def test_a_plan_is_one_batch_of_one_subject_with_all_of_the_past() -> None:
    (batch,), skipped = plan(METHOD, PAYLOAD, sources(knowing(JANE)))
    assert (batch.targeted, list(batch.entries), skipped) == (1, [], {})
    assert batch.window is not None
    assert batch.window.end == NOON


def test_nobody_known_is_nothing_to_purge() -> None:
    assert plan(METHOD, PAYLOAD, sources(knowing())) == ([], {"not_found": 1})


def test_several_subjects_are_refused_by_their_number() -> None:
    with pytest.raises(InvalidRequest, match="fits 2 subjects"):
        plan(METHOD, PAYLOAD, sources(knowing(JANE, JOHN)))


def test_more_subjects_than_a_page_shows_are_refused_by_their_number() -> None:
    genesys = knowing()
    genesys.on(FIND, {"entities": [JANE], "total": 260})
    with pytest.raises(LimitExceeded, match="260 subjects"):
        plan(METHOD, PAYLOAD, sources(genesys))


@pytest.mark.parametrize(
    ("identifiers", "searched"),
    [
        ({"externalId": "J-1 "}, ("EXTERNAL_ID", "J-1")),
        ({"emailAddresses": [MAIL], "name": "jane doe"}, ("EMAIL", MAIL)),
        ({"name": "Jane Doe"}, ("NAME", "Jane Doe")),
    ],
)
def test_a_subject_is_searched_by_its_surest_identifier_and_told_from_others_by_the_rest(
    identifiers: dict[str, Any], searched: tuple[str, str]
) -> None:
    genesys = knowing(JOHN, JANE)
    METHOD.submit(by_subject(**identifiers), PART, PERMIT, genesys)
    assert genesys.calls[0].path == {"search_type": searched[0], "search_value": searched[1]}
    assert genesys.deletions[0]["subject"]["externalId"] == "j-1"


@pytest.mark.parametrize(
    ("identifiers", "search_type"),
    [
        ({"phoneNumbers": ["+49301"], "name": "x"}, "PHONE"),
        ({"socialHandle": {"type": "twitter", "value": "@jane"}, "name": "x"}, "TWITTER"),
        ({"socialHandle": {"type": "WHATSAPP", "value": "49301"}, "name": "x"}, "NAME"),
        ({"addresses": ["Main Street 1"], "name": "x"}, "ADDRESS"),
    ],
)
def test_every_identifier_with_a_search_of_its_own_can_be_searched_for(
    identifiers: dict[str, Any], search_type: str
) -> None:
    assert by_subject(**identifiers).search.search_type == search_type


@pytest.mark.parametrize(
    "identifiers",
    [
        {"emailAddresses": [MAIL], "userId": "u-1"},
        {"emailAddresses": [MAIL, "other@example.com"]},
        {"emailAddresses": [MAIL], "dialerContactId": {"id": "1", "contactListId": "2"}},
    ],
)
def test_a_subject_who_is_found_without_all_identifiers_is_not_the_one(
    identifiers: dict[str, Any],
) -> None:
    genesys = knowing(JANE, JOHN)
    with pytest.raises(InvalidRequest, match="none of the 2 subjects"):
        METHOD.submit(by_subject(**identifiers), PART, PERMIT, genesys)
    assert genesys.deletions == []


@pytest.mark.parametrize(
    ("search_type", "value", "found"),
    [
        ("EMAIL", " Jane.DOE@example.com", {}),
        ("PHONE", "+49 (30) 1-2", {"phoneNumbers": ["tel:0815", "+493012"]}),
        ("PHONE", "Reception", {"phoneNumbers": ["reception"]}),
        ("NAME", "jane  doe", {}),
        ("ADDRESS", "main street 1", {"addresses": ["Main Street 1"]}),
        ("EXTERNAL_ID", "J-1", {}),
        ("TWITTER", "@jane", {"socialHandle": {"type": "twitter", "value": "@Jane"}}),
        ("TWITTER", "@jane", {"socialHandle": {"type": "FACEBOOK", "value": "other"}}),
        ("PHONE", "+493012", {}),
        ("ADDRESS", "Main Street 1", {"addresses": None}),
    ],
)
def test_a_subject_who_has_the_value_searched_for_or_none_of_its_kind_is_the_one(
    search_type: str, value: str, found: dict[str, Any]
) -> None:
    genesys = knowing(JANE | found)
    submit(genesys, searchType=search_type, searchValue=value)
    assert len(genesys.deletions) == 1


@pytest.mark.parametrize(
    ("search_type", "value", "found"),
    [
        ("EMAIL", MAIL, {"emailAddresses": ["other@example.com"]}),
        ("EMAIL", MAIL, {"emailAddresses": [None]}),
        ("PHONE", "+49301", {"phoneNumbers": ["+493012"]}),
        ("PHONE", "Reception", {"phoneNumbers": ["Sales"]}),
        ("NAME", "Jane", {"name": "Jane Doe"}),
        ("ADDRESS", "Main Street 1", {"addresses": ["Main Street 11"]}),
        ("EXTERNAL_ID", "j-1", {"externalId": "j-2"}),
        ("EXTERNAL_ID", "None", {"externalId": ["j-2"]}),
        ("TWITTER", "@jane", {"socialHandle": {"type": "TWITTER", "value": "@john"}}),
    ],
)
def test_a_subject_who_is_found_by_a_value_that_is_not_theirs_is_not_the_one(
    search_type: str, value: str, found: dict[str, Any]
) -> None:
    genesys = knowing(JANE | found)
    fields: Any = {"searchType": search_type, "searchValue": value}
    with pytest.raises(InvalidRequest, match=f"found by {search_type}") as refused:
        plan(METHOD, PAYLOAD | fields, sources(genesys))
    assert [error.path for error in refused.value.fields] == ["searchValue"]
    assert not [text for text in (value, "other", "j-2", "john") if text in str(refused.value)]
    with pytest.raises(InvalidRequest):
        submit(genesys, **fields)
    assert genesys.deletions == []


def test_somebody_without_a_name_is_not_called_none() -> None:
    genesys = knowing({"externalId": "j-1", "phoneNumbers": [None]})
    for identifiers in ({"name": "None"}, {"phoneNumbers": ["None"]}):
        with pytest.raises(InvalidRequest, match="none of the 1 subjects"):
            METHOD.submit(by_subject(externalId="j-1", **identifiers), PART, PERMIT, genesys)
    assert genesys.deletions == []


def test_a_nested_identifier_is_compared_in_full() -> None:
    contact = {"id": "1", "contactListId": "2"}
    genesys = knowing(JANE, JANE | {"dialerContactId": contact, "externalId": "j-3"})
    meant = by_subject(emailAddresses=[MAIL], dialerContactId=contact)
    METHOD.submit(meant, PART, PERMIT, genesys)
    assert genesys.deletions[0]["subject"]["externalId"] == "j-3"


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"conversation_ids": frozenset({"c1"})},
        {"date_range": Window(start=NOON.replace(year=2020), end=NOON.replace(year=2021))},
    ],
)
def test_any_hold_may_be_about_the_subject(held: dict[str, Any]) -> None:
    with pytest.raises(OnLegalHold, match="h1"):
        plan(METHOD, PAYLOAD, sources(knowing(JANE), hold(**held)))


def test_a_hold_on_what_is_still_to_come_is_not() -> None:
    later = Window(start=NOON, end=NOON.replace(year=2027))
    batches, _ = plan(METHOD, PAYLOAD, sources(knowing(JANE), hold(date_range=later)))
    assert len(batches) == 1


def test_somebody_who_is_gone_by_now_is_not_asked_for() -> None:
    genesys = knowing()
    with pytest.raises(InvalidRequest, match="nobody is known"):
        submit(genesys)
    assert genesys.deletions == []


def test_a_first_submit_looks_for_no_earlier_one() -> None:
    genesys = knowing(JANE)
    submit(genesys)
    assert LIST.path not in {call.operation.path for call in genesys.calls}


AGAIN = PERMIT._replace(attempt=2)


BATCH = BatchRef("run-1", 0)


def find(genesys: ScriptedGenesys) -> str | None:
    return METHOD.lifecycle.find(request(), BATCH, PART, genesys)


def test_the_request_of_a_batch_is_found_by_its_name_on_whatever_page() -> None:
    genesys = ScriptedGenesys()
    other = {"id": "x", "name": "run-1 1", "requestType": "GDPR_DELETE"}
    genesys.on(LIST, {"entities": [None, other]}, {"entities": [OURS]})
    assert find(genesys) == "gdpr-1"
    assert [call.path["page"] for call in genesys.calls] == ["1", "2"]


@pytest.mark.parametrize("change", [{"name": "run-1 1"}, {"requestType": "GDPR_EXPORT"}])
def test_no_other_request_is_taken_for_it(change: dict[str, Any]) -> None:
    genesys = ScriptedGenesys()
    genesys.on(LIST, {"entities": [OURS | change]}, NOTHING)
    assert find(genesys) is None


def test_a_list_without_end_proves_nothing() -> None:
    genesys = ScriptedGenesys()
    genesys.on(LIST, {"entities": [{}]})
    with pytest.raises(OutcomeUnknown, match="pages"):
        find(genesys)


@pytest.mark.parametrize("found", [(JANE,), ()])
def test_a_second_attempt_sends_nothing_where_the_first_one_is_listed_after_all(
    found: tuple[Any, ...],
) -> None:
    genesys = knowing(*found)
    genesys.on(LIST, {"entities": [OURS]})
    with pytest.raises(OutcomeUnknown, match="is listed by now"):
        submit(genesys, AGAIN)
    assert genesys.deletions == []


@pytest.mark.parametrize("change", [{"name": "run-1 1"}, {"requestType": "GDPR_EXPORT"}])
def test_a_second_attempt_is_sent_where_only_others_are_listed(change: dict[str, Any]) -> None:
    genesys = knowing(JANE)
    genesys.on(LIST, {"entities": [OURS | change]}, NOTHING)
    submit(genesys, AGAIN)
    assert len(genesys.deletions) == 1


@pytest.mark.parametrize("answer", [{}, {"entities": None}, RateLimited("GET x answered 429: no")])
def test_a_second_attempt_that_cannot_look_sends_nothing(answer: Any) -> None:
    genesys = knowing(JANE)
    genesys.on(LIST, answer)
    with pytest.raises((UnreadableAnswer, RateLimited)):
        submit(genesys, AGAIN)
    assert genesys.deletions == []


@pytest.mark.parametrize(
    "reply", [OutcomeUnknown("sent and not answered"), {"status": "INITIATED"}]
)
def test_a_submit_without_a_readable_answer_is_unknown(reply: Any) -> None:
    genesys = knowing(JANE)
    genesys.on(DELETE, reply)
    with pytest.raises(OutcomeUnknown):
        submit(genesys)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("INITIATED", JobStatus.RUNNING),
        ("SEARCHING", JobStatus.RUNNING),
        ("UPDATING", JobStatus.RUNNING),
        ("DELETING", JobStatus.RUNNING),
        ("FINALIZING", JobStatus.RUNNING),
        ("a word of next year", JobStatus.RUNNING),
        ("COMPLETED", JobStatus.COMPLETED),
        ("completed", JobStatus.COMPLETED),
        ("ERROR", JobStatus.FAILED),
    ],
)
def test_a_request_is_done_only_in_the_words_of_the_platform(
    word: str, expected: JobStatus
) -> None:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, {"status": word, "requestType": "GDPR_DELETE", "subject": JANE})
    report = METHOD.status(request(), "gdpr-1", genesys)
    assert (report.status, report.processed) == (expected, None)
    assert "ane" not in (report.message or "")


def test_a_completed_export_says_that_it_deleted_nothing_and_where_its_results_are() -> None:
    genesys = ScriptedGenesys()
    answer = {"status": "COMPLETED", "requestType": "GDPR_EXPORT", "resultsUrl": "https://secret"}
    genesys.on(STATUS, answer)
    report = METHOD.status(request(requestType="GDPR_EXPORT"), "gdpr-1", genesys)
    assert report == JobReport(JobStatus.COMPLETED, 0, report.message)
    assert "resultsUrls" in (report.message or "")
    assert "secret" not in (report.message or "")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("GDPR_DELETE", "GDPR_EXPORT"),
        ("GDPR_EXPORT", "GDPR_DELETE"),
        ("GDPR_DELETE", "GDPR_UPDATE"),
        ("GDPR_EXPORT", None),
    ],
)
def test_a_request_of_another_kind_is_not_the_one_that_was_made(
    asked: str, told: str | None
) -> None:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, {"status": "COMPLETED", "requestType": told})
    with pytest.raises(UnreadableAnswer):
        METHOD.status(request(requestType=asked), "gdpr-1", genesys)


@pytest.mark.parametrize("answer", [{}, {"status": None}, {"status": ["COMPLETED"]}])
def test_an_answer_without_a_status_says_nothing(answer: dict[str, Any]) -> None:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, answer)
    with pytest.raises(UnreadableAnswer):
        METHOD.status(request(), "gdpr-1", genesys)


@pytest.mark.parametrize(("found", "remaining"), [((), 0), ((JANE,), 1), ((JANE, JOHN), 2)])
def test_what_remains_are_the_subjects_still_found(found: tuple[Any, ...], remaining: int) -> None:
    assert METHOD.remaining(request(), PART, knowing(*found)) == remaining


def test_somebody_else_of_the_same_name_does_not_remain() -> None:
    meant = by_subject(name="Jane Doe", externalId="j-1")
    assert METHOD.remaining(meant, PART, knowing(JOHN)) == 0


@pytest.mark.parametrize(
    ("remaining", "reported", "verdict"),
    [
        (0, None, Verdict(1, is_complete=True, deleted=None)),
        (1, None, Verdict(0, is_complete=False, deleted=None)),
        (2, None, Verdict(0, is_complete=False, deleted=None)),
        (1, 0, Verdict(0, is_complete=True, deleted=0)),
    ],
)
def test_a_deletion_is_verified_when_nobody_is_found_and_an_export_when_it_completed(
    remaining: int, reported: int | None, verdict: Verdict
) -> None:
    assert METHOD.verdict(1, remaining, reported) == verdict


def test_the_audit_names_what_was_asked_for_and_the_classification() -> None:
    assert METHOD.tags(request()) == ("GDPR_DELETE",)
    assert METHOD.tags(request(classification="pii")) == ("GDPR_DELETE", "pii")


def submit_and_look(genesys: ScriptedGenesys) -> None:
    submit(genesys, AGAIN)
    METHOD.status(request(), "gdpr-1", genesys)


ECHO = "GET /api/v2/gdpr/subjects answered 400"


def quoting(error: PurgeError) -> PurgeError:
    """The error, with words of Genesys that name the subject."""
    error.quoted = f"{MAIL} is wrong"
    return error


@pytest.mark.parametrize(
    "error",
    [
        quoting(RefusedByGenesys(ECHO, status=400, entity_id=MAIL, entity_name=MAIL)),
        quoting(RateLimited(ECHO, retry_after=7)),
        quoting(OutcomeUnknown(ECHO, correlation_id="c-1")),
        quoting(PermissionMissing(ECHO, permission="gdpr:subject:view")),
    ],
)
@pytest.mark.parametrize("operation", [FIND, DELETE, STATUS, LIST])
def test_what_genesys_says_of_the_subject_is_left_out_of_every_error(
    operation: Any, error: PurgeError
) -> None:
    genesys = knowing(JANE)
    genesys.on(STATUS, {"status": "COMPLETED", "requestType": "GDPR_DELETE"})
    genesys.on(LIST, NOTHING)
    genesys.on(operation, _copy(error))
    with pytest.raises(type(error)) as raised:
        submit_and_look(genesys)
    told = f"{raised.value} {raised.value.args} {raised.value.errors()} {vars(raised.value)}"
    assert "jane" not in told
    assert "answered 400" in str(raised.value)
    assert raised.value.correlation_id == error.correlation_id
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503, 504, 507])
@pytest.mark.parametrize("at_login", [True, False], ids=["login", "api"])
def test_what_genesys_really_answers_is_left_out_whatever_its_status(
    status: int, *, at_login: bool
) -> None:
    said = Answer(status, {"message": f"a: b answered 200: {MAIL}", "errors": [{"message": MAIL}]})
    exchange = Exchange(tokens=(said,)) if at_login else Exchange(said)
    with pytest.raises(PurgeError) as raised:
        METHOD.submit(request(), PART, PERMIT, exchange.client)
    assert "jane" not in f"{raised.value} {raised.value.errors()} {vars(raised.value)}"
    assert f"answered {status}; Genesys's own words are left out" in str(raised.value)


def test_a_missing_permission_is_named_without_genesyss_words() -> None:
    exchange = Exchange(Answer(403, {"message": MAIL}))
    with pytest.raises(PermissionMissing) as raised:
        METHOD.submit(request(), PART, PERMIT, exchange.client)
    assert str(raised.value).endswith("; the OAuth client needs gdpr:subject:view")
    assert MAIL not in str(raised.value)


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailed('the Genesys secret must be {"clientId": "...", "clientSecret": ""}'),
        Misconfigured("the parameter /known cannot be read: organisations.emea: is required"),
        GenesysUnavailable("/api/v2/gdpr/requests was not sent: ConnectTimeout"),
        PermissionMissing("the OAuth client has no scope: gdpr", permission="gdpr"),
    ],
)
def test_our_own_sentences_stay_whole(error: PurgeError) -> None:
    genesys = knowing(JANE)
    genesys.on(FIND, _copy(error))
    with pytest.raises(type(error)) as raised:
        submit(genesys)
    assert raised.value.message == error.message


def _copy(error: PurgeError) -> PurgeError:
    """One of its own for each test, since it is changed on its way."""
    copy = type(error).__new__(type(error))
    copy.__dict__.update(vars(error))
    copy.args = error.args
    return copy


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entities", "total", "name", "id", "status", "emailAddresses"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(found=st.dictionaries(st.sampled_from(["entities", "total"]), json, max_size=2))
def test_whatever_is_answered_to_the_search_an_error_of_ours_or_one_subject_comes_out(
    found: dict[str, Any],
) -> None:
    genesys = knowing()
    genesys.on(FIND, found)
    for meant in (request(), by_subject(name="Jane", emailAddresses=[MAIL])):
        try:
            job_id = METHOD.submit(meant, PART, PERMIT._replace(batch=len(genesys.calls)), genesys)
        except PurgeError:
            continue
        assert job_id == "gdpr-1"
