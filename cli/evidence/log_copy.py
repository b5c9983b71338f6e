"""A copy of the log, which shows that a certificate is not withdrawn."""

import shutil
from pathlib import Path
from typing import Any

PREFIX = "seals/"
CHECKPOINT = f"{PREFIX}checkpoint"


def copy_log(client: Any, bucket: str, out: Path) -> None:
    """Copy the log into the folder, which is replaced.

    The checkpoint is read first: all entries that it names are there then.
    """
    shutil.rmtree(out, ignore_errors=True)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX)
    _copy(client, bucket, CHECKPOINT, out)
    for name in (each["Key"] for page in pages for each in page.get("Contents", ())):
        if name != CHECKPOINT:
            _copy(client, bucket, name, out)


def _copy(client: Any, bucket: str, name: str, out: Path) -> None:
    path = out / name.removeprefix(PREFIX)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(client.get_object(Bucket=bucket, Key=name)["Body"].read())
