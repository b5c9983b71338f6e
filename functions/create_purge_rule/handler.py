"""CreatePurgeRule: a purge rule at Genesys, invoked directly or by `POST /purge-rules`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.purge_rules.purge_rule import PlannedRule, SubmittedRule
from genesys_purge.wiring import purge_rules


@submission(status=201)
def handler(submitted: Submission) -> SubmittedRule | PlannedRule:
    return purge_rules.create_purge_rule()(submitted)
