"""A run with more batches than one map run takes."""

from __future__ import annotations

from unittest.mock import patch

from simulator import Corpus
from tests import builders, template
from tests.application import running
from tests.clock import NOON
from tests.workflows.run_checks import statuses


def test_batches_of_several_map_runs_are_all_submitted() -> None:
    text, substitutions = template.state_machine()
    few = (text, substitutions | {"MapSize": "2"})
    deploys = template.state_machine("DeployCampaignRulesStateMachine")
    corpus = Corpus.compose(now=NOON, eligible=5)
    with (
        patch.object(template, "state_machine", side_effect=[few, deploys]),
        running(corpus, environment={"BATCH_SIZE": "1"}) as app,
    ):
        run = app.run(builders.conversation_archive(conversationIds=corpus.ids()))
        assert (run["outcome"], statuses(run)) == ("completed", ["completed"] * 5)
        assert len(corpus.deleted_ids()) == 5
