"""Calls the application's public API, signed with IAM credentials."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.aws.session import ACCESS_KEY, REGION, SECRET_KEY
from local.errors import CommandFailed


class PurgeApiFailed(CommandFailed):
    """The API answered with an error."""


class PurgeApi:
    """Reads runs, deployments and their audit records."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", REGION)
        self._client = httpx.Client(trust_env=False, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def run(self, run_id: str) -> dict[str, Any]:
        """The answer of `GET /purges/{runId}`, with the batches of all pages."""
        page = run = self._get(f"/purges/{run_id}")
        while "next" in page:
            page = self._get(f"/purges/{run_id}?next={page['next']}")
            run["batches"] += page["batches"]
        run.pop("next", None)
        return run

    def audit(self, run_id: str) -> Iterator[dict[str, Any]]:
        """Every audit record of a run, in order."""
        return self._pages(f"/purges/{run_id}/audit")

    def rule_audit(self, rule_id: str) -> list[dict[str, Any]]:
        """The first page of a purge rule's audit records, in order of time."""
        return list(self._get(f"/purge-rules/{rule_id}/audit")["records"])

    def deployment(self, deployment_id: str) -> dict[str, Any]:
        """The answer of `GET /campaign-rules/{deploymentId}`."""
        return self._get(f"/campaign-rules/{deployment_id}")

    def deployment_audit(self, deployment_id: str) -> Iterator[dict[str, Any]]:
        """Every audit record of a deployment, in order."""
        return self._pages(f"/campaign-rules/{deployment_id}/audit")

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        page = self._get(path)
        yield from page["records"]
        while "next" in page:
            page = self._get(f"{path}?next={page['next']}")
            yield from page["records"]

    def _get(self, path: str) -> dict[str, Any]:
        request = AWSRequest("GET", self._url + path)
        self._signer.add_auth(request)
        headers = {name: str(value) for name, value in request.headers.items()}
        answer = self._client.get(self._url + path, headers=headers)
        if not answer.is_success:
            raise PurgeApiFailed(f"GET {path} returned {answer.status_code}: {answer.text}")
        return dict(answer.json())
