"""Deployments over the in-memory twins and a simulated Genesys, driven as the machine does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson
from genesys_purge.calling.pace import Pace
from genesys_purge.campaign_rules.deploying.apply_campaign_rules import ApplyCampaignRules
from genesys_purge.campaign_rules.deploying.complete_campaign_rules import CompleteCampaignRules
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentResult,
    DeploymentStep,
    Phase,
    StoppedExecution,
)
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
from genesys_purge.campaign_rules.deploying.fail_campaign_rules import FailCampaignRules
from genesys_purge.campaign_rules.deploying.plan_campaign_rules import PlanCampaignRules
from genesys_purge.campaign_rules.deploying.read_campaign_rules import ReadCampaignRules
from genesys_purge.campaign_rules.deploying.recovery import RecoverCampaignRules, Recovery
from genesys_purge.campaign_rules.deploying.roll_back_campaign_rules import RollBackCampaignRules
from genesys_purge.campaign_rules.deploying.rule_calls import RuleCalls
from genesys_purge.campaign_rules.deploying.submit_campaign_rules import SubmitCampaignRules
from genesys_purge.campaign_rules.deploying.verify_campaign_rules import VerifyCampaignRules
from genesys_purge.campaign_rules.deploying.waiting import RetryWaits
from genesys_purge.campaign_rules.documented.catalogue import DocumentedCatalogue
from genesys_purge.campaign_rules.documented.platform import DocumentedPlatform
from genesys_purge.campaign_rules.ports import Platform, RuleCatalogue
from genesys_purge.campaign_rules.rule_content import content
from genesys_purge.errors import FieldError, InvalidRequest, LostRace, TryLater
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.model.audit import Action
from genesys_purge.model.messages import Failure
from genesys_purge.model.submission import Submission

from simulator import Corpus, OAuthClient, Simulator, SimulatorSettings
from tests.clock import Clock
from tests.deployment_fakes import MemoryDeploymentExecutions, MemoryDeployments
from tests.fakes import MemoryAuditLog, MemoryMeter
from tests.unit.campaign_rules.examples import rule_set

CAMPAIGN = "campaign-1"
RULES = f"https://genesys.test/api/v2/outbound/campaigns/{CAMPAIGN}/rules"
CALL_SECONDS = 60


class Killed(Exception):
    """The process is gone."""


class DeployBench:
    """A campaign at a simulated Genesys, and everything that deploys to it."""

    def __init__(self, simulator: Simulator | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        settings = SimulatorSettings(requests_per_second=None)
        self.simulator = simulator or Simulator(Corpus.of(()), settings, self.clock)
        self.around_call: Callable[[httpx.Request], None] = lambda request: None  # noqa: ARG005
        self.seen_as: Callable[[dict[str, Any]], dict[str, Any]] = lambda rule: rule
        self.on_wait: Callable[[float], None] = lambda seconds: None  # noqa: ARG005
        self.audit = MemoryAuditLog()
        self.deployments = MemoryDeployments(self.audit)
        self.executions = MemoryDeploymentExecutions()
        self.meter = MemoryMeter()
        self.waits: list[int] = []
        self._http = httpx.Client(transport=_Watched(self))
        self.organisations: dict[str | None, tuple[RuleCatalogue, Platform]] = {
            None: self.target(self._client())
        }
        self.writer = DeploymentWriter(self.deployments, self.meter, self.clock)
        recovery = Recovery(self.writer, self.executions)
        calls = RuleCalls(self.writer, CALL_SECONDS)
        waits = RetryWaits(lambda _, high: high)
        self.submit_campaign_rules = SubmitCampaignRules(
            self.deployments, self.executions, recovery, self.writer, self.platform_of
        )
        self.recover_campaign_rules = RecoverCampaignRules(self.writer, recovery)
        self.fail_campaign_rules = FailCampaignRules(self.writer)
        self.complete_campaign_rules = CompleteCampaignRules(self.writer)
        self.read_campaign_rules = ReadCampaignRules(self.deployments, self.audit)
        self.phases: dict[Phase, Callable[[DeploymentStep], DeploymentStep]] = {
            Phase.PLAN: PlanCampaignRules(self.writer, self.catalogue_of, self.platform_of, waits),
            Phase.APPLY: ApplyCampaignRules(self.writer, self.catalogue_of, calls, waits),
            Phase.VERIFY: VerifyCampaignRules(self.writer, self.catalogue_of, waits),
            Phase.ROLL_BACK: RollBackCampaignRules(self.writer, self.catalogue_of, calls, waits),
        }

    def target(self, genesys: GenesysClient) -> tuple[RuleCatalogue, Platform]:
        """What is deployed to."""
        return DocumentedCatalogue(genesys), DocumentedPlatform()

    def catalogue_of(self, organisation: str | None) -> RuleCatalogue:
        return self._target_of(organisation)[0]

    def platform_of(self, organisation: str | None) -> Platform:
        return self._target_of(organisation)[1]

    def _target_of(self, organisation: str | None) -> tuple[RuleCatalogue, Platform]:
        if organisation not in self.organisations:
            raise InvalidRequest([FieldError("organisation", "is not known")])
        return self.organisations[organisation]

    def _client(self) -> GenesysClient:
        url = "https://genesys.test"

        def credentials(*, fresh: bool) -> Credentials:  # noqa: ARG001
            return Credentials("simulator", "simulator-secret")

        tokens = Tokens(self._http, url, credentials, self.clock)
        pace = Pace(1e9, sleep=lambda _: None)
        return GenesysClient(
            self._http, url, tokens, lambda send: send(), pace, sleep=self.clock.wait
        )

    # What people do.

    def submit(self, *rules: Mapping[str, Any], **fields: Any) -> str:
        """The id of the deployment of such a set, submitted by tests."""
        document = rule_set(*rules, **fields)
        return self.submit_campaign_rules(Submission(document, "tests")).deployment_id

    def deploy(self, *rules: Mapping[str, Any], **fields: Any) -> Deployment:
        """The deployment of such a set, ended."""
        deployment_id = self.submit(*rules, **fields)
        self.drive(self.executions.started[deployment_id])
        return self.deployments.get(deployment_id)

    # What the state machine does.

    def drive(self, step: DeploymentStep, stops: Callable[[], bool] = lambda: False) -> str:
        """Goes from phase to phase to the end, and what it ended as; a task that died is repeated.

        As soon as `stops` says so, the execution is stopped instead: `""`.
        """
        while step.next is not Phase.COMPLETE:
            step = self._repeated(step, self.phases[step.next], stops) or step
            if stops():
                return ""
            self.waits.append(step.wait_seconds)
            self.on_wait(step.wait_seconds)
            self.clock.wait(step.wait_seconds)
        result = self._repeated(step, self.complete_campaign_rules, stops)
        return result.outcome if isinstance(result, DeploymentResult) else ""

    def _repeated(
        self, step: DeploymentStep, task: Callable[[DeploymentStep], Any], stops: Callable[[], bool]
    ) -> Any:
        failed: Exception = Killed()
        for attempt in range(9):
            try:
                return task(step)
            except (Killed, LostRace, TryLater) as error:
                if stops():
                    return None
                self.clock.wait(2**attempt)
                failed = error
            except Exception as error:  # noqa: BLE001 - as States.ALL
                failed = error
                break
        return self.fail_campaign_rules(
            Failure(
                run_id=step.deployment_id, error=type(failed).__name__, cause=_cause(str(failed))
            )
        )

    def recover(self, deployment_id: str, status: str = "ABORTED") -> None:
        """What EventBridge has done about an execution that was stopped; driven to its end."""
        known = set(self.executions.started)
        self.recover_campaign_rules(StoppedExecution(execution=deployment_id, status=status))
        for name in self.executions.started.keys() - known:
            self.drive(self.executions.started[name])

    # What is at Genesys.

    def put(self, *rules: Mapping[str, Any]) -> None:
        """Rules that somebody created before."""
        for each in rules:
            self.ask("POST", RULES, each).raise_for_status()

    def change(self, name: str, **fields: Any) -> None:
        """A rule that somebody else changes."""
        current = self.at_genesys(name)
        body = {**current, **fields, "version": current["version"] + 1}
        self.ask("PUT", f"{RULES}/{current['id']}", body).raise_for_status()

    def delete(self, name: str) -> None:
        """A rule that somebody else deletes."""
        self.ask("DELETE", f"{RULES}/{self.at_genesys(name)['id']}").raise_for_status()

    def at_genesys(self, name: str) -> dict[str, Any]:
        """A rule as Genesys has it."""
        return next(each for each in self._rules() if each["name"] == name)

    def contents(self) -> dict[str, dict[str, Any]]:
        """What every rule at Genesys says, by name."""
        return {str(each["name"]): content(each) for each in self._rules()}

    def _rules(self) -> list[dict[str, Any]]:
        return [dict(each) for each in self.simulator.campaigns()[CAMPAIGN].rules]

    def ask(self, verb: str, url: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """The answer to somebody else."""
        transport = self.simulator.transport()
        with httpx.Client(transport=transport) as client:
            login = {"grant_type": "client_credentials"}
            auth = ("simulator", "simulator-secret")
            token = client.post("https://genesys.test/oauth/token", data=login, auth=auth).json()
            headers = {"Authorization": f"Bearer {token['access_token']}"}
            return client.request(verb, url, json=body, headers=headers)

    def sent(self) -> list[tuple[str, Any]]:
        """The changing calls of the deployments: verb and body, in order."""
        return [
            (each.verb, orjson.loads(each.body) if each.body else None)
            for each in self.simulator.requests
            if each.operation and "campaign_rule" in each.operation and each.verb != "GET"
        ]

    def tokens_lack(self, *scopes: str) -> None:
        """Tokens that are given from now on, without these scopes."""
        granted = tuple(each for each in self.simulator.scopes if each not in scopes)
        settings = SimulatorSettings(
            requests_per_second=None, clients=(OAuthClient(scopes=granted),)
        )
        self.simulator = Simulator(Corpus.of(()), settings, self.clock)

    # What was recorded.

    def results(self, deployment: Deployment) -> dict[str, tuple[str, str]]:
        """What became of each rule, by name: action and outcome."""
        return {each.name: (each.action, each.outcome) for each in deployment.results()}

    def actions(self, deployment: Deployment) -> list[Action]:
        return [record.action for record in self.audit.of(deployment.deployment_id)]


class _Watched(httpx.BaseTransport):
    """The simulator's transport; the bench is told of each call before and after it."""

    def __init__(self, bench: DeployBench) -> None:
        self._bench = bench

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._bench.around_call(request)
        response = self._bench.simulator.transport().handle_request(request)
        self._bench.around_call(request)
        content = response.read()
        if b'"entities"' not in content or not response.is_success:
            return response
        try:
            page = orjson.loads(content)
        except orjson.JSONDecodeError:
            return response
        page["entities"] = [self._bench.seen_as(each) for each in page["entities"]]
        return httpx.Response(response.status_code, json=page)


def _cause(message: str) -> str:
    return orjson.dumps({"errorMessage": message}).decode()
