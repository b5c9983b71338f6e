"""The plan beside a certificate: its lines are copied once, or there is no certificate."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.model.plan_index import INDEX, PlanIndex, part_name
from genesys_purge.proof.certificates.planned_lines import planned_lines
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.ports import Version
from pymerkle import InmemoryTree

from tests.unit.proof.sealing import Scene
from tests.unit.proof.test_certify_run import FOLDER, certify, end, planned, predicate, run

PLAN = "runs/run-1/plan.jsonl"


def issued(found: Scene) -> list[str]:
    """The files of certificates."""
    return [key for key in found.files if "certificate" in key]


def test_subjects_of_a_certificate_are_the_records_and_the_plan() -> None:
    found = run()
    certify(found)
    files = {"audit.jsonl": "runs/run-1/audit/000001-000007.jsonl", "plan.jsonl": PLAN}
    assert orjson.loads(found.file(f"{FOLDER}/statement.json"))["subject"] == [
        {"name": name, "digest": {"sha256": hashlib.sha256(found.file(key)).hexdigest()}}
        for name, key in files.items()
    ]


def test_copied_lines_have_the_root_of_the_record_and_no_ids() -> None:
    found = run()
    certify(found)
    content = found.file(PLAN)
    tree = InmemoryTree.init_from_entries(content.splitlines(), algorithm="sha256")
    assert tree.get_root().hex() == predicate(found)["plan"]["hash"]
    assert b"conversation" not in content


@pytest.mark.parametrize("plan", [{"hash": "ab" * 32}, {"batches": 2}])
def test_lines_of_another_plan_are_not_certified(plan: dict[str, Any]) -> None:
    found = run(plan)
    with pytest.raises(Contradicted, match="lines of the plan of run-1 are not those"):
        certify(found)
    assert (issued(found), PLAN in found.files) == ([], False)


def test_other_lines_in_the_evidence_bucket_are_not_certified() -> None:
    found = run()
    found.files[PLAN] = Version(b'{"batch":0}\n', "")
    with pytest.raises(Contradicted):
        certify(found)
    assert issued(found) == []


def test_line_without_an_end_is_not_certified() -> None:
    found = Scene()
    facts = planned(found)
    (part,) = found.plans.index("run-1", found.plans.stored("run-1", INDEX)).parts
    whole = found.plans.get("run-1", part_name(0), part)
    longer = found.plans.put("run-1", part_name(0), whole + b'{"batch":1}')
    index = PlanIndex(key=longer, parts=(longer,))
    lines = found.plans.put("run-1", INDEX, orjson.dumps(index.to_json()))
    with pytest.raises(Contradicted):
        planned_lines(found.plans, "run-1", facts | {"lines": lines.to_json()})


@pytest.mark.parametrize("name", ["plan-index", "plan-000000"])
def test_run_whose_lines_are_missing_gets_no_certificate(name: str) -> None:
    found = run()
    found.plans.remove(name)
    with pytest.raises(Misconfigured, match=f"{name} of run-1 was not read"):
        certify(found)
    assert issued(found) == []


def test_certificate_needs_no_key_of_the_plan() -> None:
    found = run()
    found.plans.remove("plan-key")
    certify(found)
    assert issued(found)


def test_run_that_an_earlier_release_planned_gets_no_certificate() -> None:
    found = run({"lines": None})
    certify(found)
    assert (issued(found), PLAN in found.files) == ([], False)


def test_next_certificate_uses_the_copied_lines_after_the_plan_has_expired() -> None:
    found = run()
    certify(found)
    found.plans.objects.clear()
    end(found, "run_corrected", deleted=39, supersedes=7)
    found.seal()
    certify(found)
    first, second = (
        orjson.loads(found.file(f"runs/run-1/certificate/{number}/statement.json"))["subject"]
        for number in (1, 2)
    )
    assert first[1] == second[1]


@pytest.mark.parametrize(("deleted", "withdrawn"), [(40, False), (39, True)])
def test_certificate_of_an_earlier_release_is_withdrawn_only_if_wrong(
    deleted: int, *, withdrawn: bool
) -> None:
    found = run()
    certify(found)
    # As if its plan had no lines, and its certificate were from before.
    record = orjson.loads(found.audit["run-1"][2])
    del record["plan"]["lines"]
    earlier = Scene(files={k: v for k, v in found.files.items() if k.startswith(FOLDER)})
    for number, line in found.audit["run-1"].items():
        facts = record if number == 2 else orjson.loads(line)
        known = {k: v for k, v in facts.items() if k not in ("runId", "sequence", "at", "action")}
        earlier.record("run-1", facts["action"], **known)
    end(earlier, "run_corrected", deleted=deleted, supersedes=7)
    earlier.seal()
    certify(earlier)
    assert (f"{FOLDER}/withdrawal.json" in earlier.files) == withdrawn
    assert "runs/run-1/certificate/2/statement.json" not in earlier.files
