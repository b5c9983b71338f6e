"""`genesys-purge local up`: what is ready when it is up."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from cli.local_commands import up
from cli.output import Output
from local.options.options import Options

BUCKET = "genesys-purge-ids-123456789012-us-east-1"


class Corpus:
    """Two simulated conversations."""

    def ids(self) -> list[str]:
        return ["c-1", "c-2"]

    def __len__(self) -> int:
        return 2


@mock_aws
def test_ids_of_the_sample_request_are_there_when_it_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = boto3.Session(region_name="us-east-1")
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    app = SimpleNamespace(
        session=session,
        genesys=SimpleNamespace(simulator=SimpleNamespace(corpus=Corpus())),
        aws=SimpleNamespace(await_end=lambda: None),
        to_json=dict,
    )

    @contextmanager
    def started(*_: object) -> Iterator[SimpleNamespace]:
        yield app

    monkeypatch.setattr(up, "started", started)
    printed = io.StringIO()
    up.up(Options(out=tmp_path), Console(file=printed, width=200), Output())
    key = "nightly/conversation-ids.txt"
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"c-1\nc-2"
    assert f"s3://{BUCKET}/{key} now lists all 2 simulated" in printed.getvalue()
