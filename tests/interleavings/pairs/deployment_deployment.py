"""Two rule sets are deployed to one campaign; executions stop, run twice and are recovered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentOutcome
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentStep,
    Phase,
    StoppedExecution,
)
from genesys_purge.campaign_rules.rule_content import content
from genesys_purge.errors import CallerError, CampaignBusy, PurgeError
from genesys_purge.model.messages import Failure
from genesys_purge.model.submission import Submission

from tests.interleavings.application import Stores
from tests.interleavings.campaign import CAMPAIGN, CampaignPart
from tests.interleavings.execution import Execution, GivenUp
from tests.interleavings.genesys import Genesys
from tests.interleavings.rule_application import Deploying, RuleStores, is_finished
from tests.interleavings.stage import Died, Stage

MOST_REQUESTS = 60
Content = dict[str, dict[str, Any]]


def rule(name: str, order: int, priority: int) -> dict[str, Any]:
    """A rule of a rule set."""
    return {"name": name, "version": 1, "priority": priority, "executionOrder": order}


BEFORE = [rule("A", 1, 10), rule("B", 2, 10)]
SETS = (
    [rule("A", 2, 20), rule("B", 1, 10)],
    [rule("B", 2, 30), rule("C", 3, 40)],
)


class NotedDeployments:
    """The deployments; at the end of each one, its outcome is compared with the campaign."""

    def __init__(self, stage: Stage, deployments: Any, part: CampaignPart) -> None:
        self._stage, self._deployments, self._part = stage, deployments, part
        self._before: dict[str, Content] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._deployments, name)

    def begin(self, deployment: Deployment, record: Any) -> Deployment:
        stored: Deployment = self._deployments.begin(deployment, record)
        self._before.setdefault(stored.deployment_id, contents(self._part))
        return stored

    def put(self, deployment: Deployment, record: Any = None) -> None:
        self._deployments.put(deployment, record)
        if is_finished(deployment) and (problem := self._mismatch(deployment)):
            self._stage.notebook.problems.append(("claim", f"{deployment.outcome}: {problem}"))

    def _mismatch(self, deployment: Deployment) -> str | None:
        now, before = contents(self._part), self._before[deployment.deployment_id]
        if deployment.outcome is DeploymentOutcome.ROLLED_BACK and now != before:
            return f"the campaign had {before} and has {now}"
        if deployment.outcome is DeploymentOutcome.DEPLOYED:
            wanted = {each["name"]: content(each) for each in deployment.document["rules"]}
            if {name: now.get(name) for name in wanted} != wanted:
                return f"the campaign has {now}"
        return None


class Deployer:
    """Submits a rule set, and drives the executions that its submission starts."""

    def __init__(self, stage: Stage, scene: DeploymentScene, rules: list[dict[str, Any]]) -> None:
        self._stage, self._scene = stage, scene
        self._payload = {"campaignId": CAMPAIGN, "rules": rules}
        self._execution = scene.execution()

    def __call__(self) -> None:
        stage = self._stage
        for _ in range(MOST_REQUESTS):
            try:
                self._execution.deliver("submit", Submission(self._payload, "caller"))
                self._scene.drive_all(self._execution)
                if not stage.chances.hits("lost message"):
                    return
            except CampaignBusy:
                stage.tell("the campaign is busy")
            except CallerError as error:
                stage.tell("is refused:", error)
                return
            except (Died, PurgeError) as error:
                stage.tell("gets no answer:", type(error).__name__)
            self._scene.drive_all(self._execution)
            stage.scheduler.pause(stage.chances.between(0.0, 400.0))


class DeploymentScene:
    """A campaign, and the executions that are started for it."""

    def __init__(self, stage: Stage, stores: Stores) -> None:
        self.stage, self._stores = stage, stores
        self.part = CampaignPart(stage, BEFORE)
        self.rule_stores = RuleStores(stores)
        deployments = NotedDeployments(stage, self.rule_stores.deployments, self.part)
        self.rule_stores.deployments = deployments
        self._genesys = Genesys(stage, self.part)
        self._taken: set[str] = set()

    def execution(self) -> Execution:
        return Execution(
            self.stage,
            lambda: Deploying(self.stage, self._stores, self.rule_stores, self._genesys),
        )

    def drive_all(self, execution: Execution) -> None:
        """Drive every execution that no worker has taken yet; sometimes two drive one."""
        started: Mapping[str, DeploymentStep] = self.rule_stores.executions.started
        for name in [each for each in started if each not in self._taken]:
            self._taken.add(name)
            step = started[name]
            if self.stage.chances.often(0.3):
                twin = self.execution()
                self.stage.scheduler.add("twin", partial(self._drive, twin, step), start=0.1)
            self._drive(execution, step)

    def _drive(self, execution: Execution, step: DeploymentStep) -> None:
        stage = self.stage
        while step.next is not Phase.COMPLETE:
            try:
                step = execution.task(step.next.value, step)
            except GivenUp as error:
                step = self._failed(execution, step, error)
            if stage.chances.hits("stopped execution", scale=0.2):
                self._stopped(execution, step)
                return
            stage.scheduler.pause(step.wait_seconds)
        try:
            execution.task("complete", step)
        except GivenUp:
            self._stopped(execution, step)

    def _failed(self, execution: Execution, step: DeploymentStep, error: GivenUp) -> DeploymentStep:
        failure = Failure(run_id=step.deployment_id, error=error.error, cause=error.cause)
        try:
            answer: DeploymentStep = execution.task("fail", failure)
        except GivenUp:
            return step.then(Phase.COMPLETE)
        return answer

    def _stopped(self, execution: Execution, step: DeploymentStep) -> None:
        """The execution ends early; EventBridge reports it, and another one follows."""
        self.stage.tell("the execution is stopped")
        report = StoppedExecution(execution=step.deployment_id, status="ABORTED")
        try:
            execution.task("recover", report)
        except GivenUp:
            self.stage.tell("the recovery fails")
        self.drive_all(execution)


def play(stage: Stage, stores: Stores) -> None:
    """Two deployers with the same set or with two sets; every deployment has to end."""
    scene, chances = DeploymentScene(stage, stores), stage.chances
    for number in range(2):
        rules = SETS[number if chances.often(0.7) else 0]
        start = chances.between(0.0, 20.0 if chances.often(0.5) else 0.2)
        deployer = Deployer(stage, scene, rules)
        stage.scheduler.add(f"deployer-{number}", deployer, start=start, skew=stage.skew())
    stage.scheduler.run()
    chances.calm()
    stage.scheduler.add("last", lambda: scene.drive_all(scene.execution()))
    stage.scheduler.run()
    problems = stage.notebook.problems
    for each in scene.rule_stores.deployments.all():
        if not is_finished(each):
            problems.append(("open", f"a deployment stays {each.status}"))
    names = [each["name"] for each in scene.part.contents()]
    if len(names) != len(set(names)):
        problems.append(("twice", f"the campaign has the rules {names}"))


def contents(part: CampaignPart) -> Content:
    """The content of every rule, by name."""
    return {str(each["name"]): content(each) for each in part.contents()}
