"""Runs deployments over in-memory adapters and a simulated Genesys, as the state machine does."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson
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
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.model.audit import Action
from genesys_purge.model.messages import Failure
from genesys_purge.model.submission import Submission

from simulator import Corpus, OAuthClient, Simulator, SimulatorSettings
from tests.clock import Clock
from tests.deployment_fakes import MemoryDeploymentExecutions, MemoryDeployments
from tests.fakes import MemoryAuditLog, MemoryMeter
from tests.network_fakes import streamed
from tests.unit.campaign_rules.examples import rule_set

CAMPAIGN = "campaign-1"
URL = "https://genesys.test"
RULES = f"{URL}/api/v2/outbound/campaigns/{CAMPAIGN}/rules"
CALL_SECONDS = 60
CLIENT, SECRET = "simulator", "simulator-secret"


class Killed(Exception):
    """The process died."""


class DeployBench:
    """A campaign at a simulated Genesys, and the use cases that deploy to it.

    `around_call` runs before and after each call of a deployment, `on_wait` before each wait;
    both may raise. `seen_as` changes or hides a rule that deployments read. Each wait is as long
    as its backoff allows, because the jitter is fixed.
    """

    def __init__(self, simulator: Simulator | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.simulator = simulator or self.new_simulator()
        self.around_call: Callable[[httpx.Request], None] = lambda request: None
        self.seen_as: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda rule: rule
        self.on_wait: Callable[[float], None] = lambda seconds: None
        self.audit = MemoryAuditLog()
        self.deployments = MemoryDeployments(self.audit)
        self.executions = MemoryDeploymentExecutions()
        self.meter = MemoryMeter()
        self.waits: list[int] = []
        self._http = httpx.Client(transport=_Watched(self))
        self._token: tuple[object, str] | None = None
        self.organisations: dict[str | None, tuple[RuleCatalogue, Platform]] = {
            None: self.target(self._client())
        }
        self.writer = DeploymentWriter(self.deployments, self.meter, self.clock)
        recovery = Recovery(self.writer, self.executions)
        calls = RuleCalls(self.writer, CALL_SECONDS)
        waits = RetryWaits(lambda _, longest: longest)
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

    def new_simulator(self) -> Simulator:
        """A Genesys without rules."""
        return Simulator(Corpus.of(()), SimulatorSettings(requests_per_second=None), self.clock)

    def target(self, genesys: GenesysClient) -> tuple[RuleCatalogue, Platform]:
        """The platform that the bench deploys to."""
        return DocumentedCatalogue(genesys), DocumentedPlatform()

    def catalogue_of(self, organisation: str | None) -> RuleCatalogue:
        return self._target_of(organisation)[0]

    def platform_of(self, organisation: str | None) -> Platform:
        return self._target_of(organisation)[1]

    def _target_of(self, organisation: str | None) -> tuple[RuleCatalogue, Platform]:
        if organisation not in self.organisations:
            raise InvalidRequest([FieldError("organisation", "is unknown")])
        return self.organisations[organisation]

    def _client(self) -> GenesysClient:
        def credentials(*, fresh: bool) -> Credentials:  # noqa: ARG001  the port's signature
            return Credentials(CLIENT, SECRET)

        http = BoundedHttp(self._http)
        tokens = Tokens(http, URL, credentials, self.clock)
        return GenesysClient(
            http, URL, tokens, lambda send: send(), self.clock, lambda: None, sleep=self.clock.wait
        )

    # Submissions.

    def submit(self, *rules: Mapping[str, Any], **fields: Any) -> str:
        """Submit a rule set; returns the id of its deployment."""
        document = rule_set(*rules, **fields)
        return self.submit_campaign_rules(Submission(document, "tests")).deployment_id

    def deploy(self, *rules: Mapping[str, Any], **fields: Any) -> Deployment:
        """Submit a rule set and run its deployment to the end."""
        deployment_id = self.submit(*rules, **fields)
        self.drive(self.executions.started[deployment_id])
        return self.deployments.get(deployment_id)

    # The state machine.

    def drive(self, step: DeploymentStep, stops: Callable[[], bool] = lambda: False) -> str:
        """Runs an execution and returns its outcome; a task that died is retried.

        Once `stops` returns true, the execution is aborted and the outcome is empty.
        """
        while step.next is not Phase.COMPLETE:
            step = self._retried(step, self.phases[step.next], stops) or step
            if stops():
                return ""
            self.waits.append(step.wait_seconds)
            self.on_wait(step.wait_seconds)
            self.clock.wait(step.wait_seconds)
        result = self._retried(step, self.complete_campaign_rules, stops)
        return result.outcome if isinstance(result, DeploymentResult) else ""

    def _retried(
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
            except Exception as error:  # noqa: BLE001  the state machine catches States.ALL
                failed = error
                break
        cause = orjson.dumps({"errorMessage": str(failed)}).decode()
        return self.fail_campaign_rules(
            Failure(run_id=step.deployment_id, error=type(failed).__name__, cause=cause)
        )

    def recover(self, deployment_id: str, status: str = "ABORTED") -> None:
        """Report a stopped execution as EventBridge does, and run the execution that follows."""
        known = set(self.executions.started)
        self.recover_campaign_rules(StoppedExecution(execution=deployment_id, status=status))
        for name in self.executions.started.keys() - known:
            self.drive(self.executions.started[name])

    # Genesys, as another client uses it.

    def put(self, *rules: Mapping[str, Any]) -> None:
        """Create rules."""
        for each in rules:
            self.ask("POST", RULES, each)

    def change(self, name: str, **fields: Any) -> None:
        """Change a rule."""
        current = self.at_genesys(name)
        body = {**current, **fields, "version": current["version"] + 1}
        self.ask("PUT", f"{RULES}/{current['id']}", body)

    def delete(self, name: str) -> None:
        """Delete a rule."""
        self.ask("DELETE", f"{RULES}/{self.at_genesys(name)['id']}")

    def at_genesys(self, name: str) -> dict[str, Any]:
        """The rule at Genesys."""
        return next(each for each in self._rules() if each["name"] == name)

    def contents(self) -> dict[str, dict[str, Any]]:
        """The content of every rule at Genesys, by name."""
        return {str(each["name"]): content(each) for each in self._rules()}

    def _rules(self) -> list[dict[str, Any]]:
        return [dict(each) for each in self.simulator.campaigns()[CAMPAIGN].rules]

    def ask(self, verb: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to a call of another client, as JSON."""
        answer = self._send(httpx.Request(verb, url, json=body, headers=self._login()))
        return answer.json() if answer.content else None

    def _login(self) -> dict[str, str]:
        moment = (self.simulator, self.clock())
        if self._token is None or self._token[0] != moment:
            form = {"grant_type": "client_credentials"}
            headers = {
                "Authorization": f"Basic {b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
            }
            request = httpx.Request("POST", f"{URL}/oauth/token", data=form, headers=headers)
            answer = self._send(request)
            self._token = (moment, answer.json()["access_token"])
        return {"Authorization": f"Bearer {self._token[1]}"}

    def _send(self, request: httpx.Request) -> httpx.Response:
        response = self.simulator.transport().handle_request(request)
        response.read()
        response.request = request
        return response.raise_for_status()

    def sent(self) -> list[tuple[str, Any]]:
        """The changing calls for rules: verb and body, in order."""
        return [
            (each.verb, orjson.loads(each.body) if each.body else None)
            for each in self.simulator.requests
            if each.operation and "campaign_rule" in each.operation and each.verb != "GET"
        ]

    def tokens_lack(self, *scopes: str) -> None:
        """Replace Genesys by one whose tokens lack these scopes."""
        granted = tuple(each for each in self.simulator.scopes if each not in scopes)
        settings = SimulatorSettings(
            requests_per_second=None, clients=(OAuthClient(scopes=granted),)
        )
        self.simulator = Simulator(Corpus.of(()), settings, self.clock)

    # Records.

    def results(self, deployment: Deployment) -> dict[str, tuple[str, str]]:
        """The action and the outcome of each rule, by name."""
        return {each.name: (each.action, each.outcome) for each in deployment.results()}

    def actions(self, deployment: Deployment) -> list[Action]:
        return [record.action for record in self.audit.of(deployment.deployment_id)]


class _Watched(httpx.BaseTransport):
    """The simulator's transport; the bench is called before and after each call."""

    def __init__(self, bench: DeployBench) -> None:
        self._bench = bench

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._bench.around_call(request)
        response = self._bench.simulator.transport().handle_request(request)
        self._bench.around_call(request)
        return streamed(self._as_seen(response))

    def _as_seen(self, response: httpx.Response) -> httpx.Response:
        content = response.read()
        if b'"entities"' not in content or not response.is_success:
            return response
        try:
            page = orjson.loads(content)
        except orjson.JSONDecodeError:
            return response
        seen = map(self._bench.seen_as, page["entities"])
        page["entities"] = [each for each in seen if each is not None]
        return httpx.Response(response.status_code, json=page)
