"""A request that names no classification: the longest retention, or the default of a deployment."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import RetentionNotMet
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.methods.documented.data_deletion import COUNT, SUBMIT
from genesys_purge.model.messages import RunRef
from genesys_purge.model.submission import Submission

from tests import builders
from tests.unit.purging.fields import without
from tests.unit.workbench import Workbench

SEVEN_YEARS = 2_555
WINDOWS = pytest.mark.parametrize("method", ["data_deletion", "recording_job"])
ASSUMED = (
    "inside the retention of 2555 days (rule 'protected health information': Documented least "
    "retention for hipaa: seven years (45 CFR 164.316(b)(2)(i) asks for six); classification hipaa "
    "is assumed)"
)
ADVICE = "; name another classification in the request, or in the setting default-classification"


def unclassified(method: str, **fields: Any) -> dict[str, Any]:
    return without(builders.request_of(method, **fields), "classification")


def archived(bench: Workbench, *own: str | None, days: float = 400) -> None:
    """A planned run for ids that ended so many days ago, each with its own classification."""
    end = builders.days_ago(days).isoformat()
    ids = builders.conversation_ids(len(own))
    rows = [
        {
            "conversationId": each,
            "conversationEnd": end,
            "customAttributes": {} if name is None else {"classification": name},
        }
        for each, name in zip(ids, own, strict=True)
    ]
    bench.genesys.on(LOOK_UP, {"data": rows})
    bench.stored(unclassified("conversation_archive", conversationIds=ids))
    bench.plan_purge(RunRef(run_id="run-1"))


@WINDOWS
def test_unclassified_range_is_kept_by_the_longest_rule(bench: Workbench, method: str) -> None:
    message = bench.errors(unclassified(method))["dateRange"]
    assert ASSUMED in message
    assert message.endswith(ADVICE)
    old = builders.date_range(SEVEN_YEARS + 100, SEVEN_YEARS)
    assert bench.errors(unclassified(method, dateRange=old)) == {}


@WINDOWS
def test_default_classification_applies_to_an_unclassified_range(method: str) -> None:
    bench = Workbench(default_classification="internal")
    assert bench.errors(unclassified(method)) == {}
    classified = builders.request_of(method, classification="hipaa")
    assert "2555 days" in bench.errors(classified)["dateRange"]
    young = unclassified(method, dateRange=builders.date_range(400, 364))
    assert "classification internal is assumed" in bench.errors(young)["dateRange"]


def test_organisation_has_a_default_classification_of_its_own(bench: Workbench) -> None:
    bench.organisations.add("emea", bench.genesys, default_classification="public")
    assert "dateRange" in bench.errors(unclassified("data_deletion"))
    assert bench.errors(unclassified("data_deletion", organisation="emea")) == {}


def test_unknown_organisation_hides_what_its_default_decides(bench: Workbench) -> None:
    errors = bench.errors(unclassified("data_deletion", organisation="latam"))
    assert set(errors) == {"organisation"}


def test_unclassified_id_is_kept_unless_its_record_names_a_class(bench: Workbench) -> None:
    archived(bench, None, "internal", "hipaa")
    assert bench.run.plan
    assert (bench.run.plan.targeted, bench.run.plan.skipped) == (1, {"too_young": 2})
    policy = bench.run.plan.policy
    assert policy
    assert (policy.minimum_days, policy.assumed) == (SEVEN_YEARS, "hipaa")
    assert bench.last_fact["policy"]["rule"] == "protected health information"
    assert bench.last_fact["detail"].endswith(f"classification hipaa is assumed{ADVICE}")


@pytest.mark.parametrize("default", ["", "public"])
@pytest.mark.parametrize("invented", ["hippa", " ", "phi"])
def test_unknown_class_of_a_record_never_shortens_its_retention(
    default: str, invented: str
) -> None:
    bench = Workbench(default_classification=default)
    archived(bench, invented, " Internal ")
    assert bench.run.plan
    assert (bench.run.plan.targeted, bench.run.plan.skipped) == (1, {"too_young": 1})


def test_audit_of_a_submission_names_the_retention_of_its_organisation(bench: Workbench) -> None:
    bench.organisations.add("emea", bench.genesys, default_classification="public")
    payload = unclassified("data_deletion", organisation="emea", requestId="run-1")
    bench.submit_purge(Submission(payload, "tests"))
    policy = bench.last_fact["policy"]
    assert (policy["minimumDays"], policy["assumed"]) == (365, "public")


def test_default_classification_is_not_added_to_the_records_own() -> None:
    bench = Workbench(default_classification="hipaa")
    archived(bench, None, "internal")
    assert bench.run.plan
    assert (bench.run.plan.targeted, bench.run.plan.skipped) == (1, {"too_young": 1})


@pytest.mark.parametrize("default", ["internal", "hipaa", ""])
def test_guard_uses_the_default_classification_of_the_moment(default: str) -> None:
    bench = Workbench(default_classification="internal")
    bench.genesys.on(COUNT, {"results": [{"count": 3}]})
    bench.genesys.on(SUBMIT, {"id": "job-1"})
    request = unclassified("data_deletion", organisation="emea")
    bench.organisations.add("emea", bench.genesys)
    step = bench.planned(builders.batch(window=builders.window()), request=request)
    bench.organisations.add("emea", bench.genesys, default_classification=default)
    if default == "internal":
        bench.submit_batch(step)
    else:
        with pytest.raises(RetentionNotMet, match="classification hipaa is assumed"):
            bench.submit_batch(step)
    assert len(bench.genesys.deletions) == (default == "internal")


def test_subjects_request_needs_no_classification(bench: Workbench) -> None:
    assert bench.errors(builders.gdpr_request()) == {}
