"""The lines of a plan, as they are copied into the evidence of a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.model.plan_index import INDEX, PlanIndex, part_name
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.ports import Plans


def planned_lines(
    plans: Plans, run_id: str, plan: Mapping[str, Any], copied: bytes | None = None
) -> bytes:
    """The content of `plan.jsonl`, for the facts of the sealed record `run_planned`.

    `copied` is the copy that an earlier certificate has. Contradicted unless the root is the sealed
    one. Misconfigured if a part is missing, for example because it has expired.
    """
    content = _stored(plans, run_id, plan) if copied is None else copied
    # A plan may have a million lines, so they are not kept beside the content.
    tree = Frontier().extended(leaf_hash(line[:-1]) for line in BytesIO(content))
    if not content.endswith(b"\n") or (tree.size, tree.root.hex()) != (
        plan["batches"],
        plan["hash"],
    ):
        raise Contradicted(f"the stored lines of the plan of {run_id} are not those of its record")
    return content


def _stored(plans: Plans, run_id: str, plan: Mapping[str, Any]) -> bytes:
    stored = plans.get(run_id, INDEX, StoredObject.parse(plan["lines"]))
    parts = enumerate(PlanIndex.model_validate_json(stored).parts)
    return b"".join(plans.get(run_id, part_name(number), part) for number, part in parts)
