"""Lists of ids that requests read."""

from pathlib import Path

from botocore.exceptions import ClientError

from local.options.options import IdList
from local.requests.id_lists import lists_in, provide, upload

URL = "s3://ours/nightly/ids.txt"


class Objects:
    """An S3 with one bucket, `ours`."""

    def __init__(self, **stored: bytes) -> None:
        self.stored = {f"ours/{key}": body for key, body in stored.items()}

    def head_bucket(self, Bucket: str) -> None:  # noqa: N803 - boto3's name
        if Bucket != "ours":
            raise ClientError({}, "HeadBucket")

    def head_object(self, Bucket: str, Key: str) -> None:  # noqa: N803 - boto3's names
        if f"{Bucket}/{Key}" not in self.stored:
            raise ClientError({}, "HeadObject")

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - boto3's names
        self.stored[f"{Bucket}/{Key}"] = Body


def test_lists_are_found_however_an_event_wraps_them() -> None:
    event = {"scheduledTime": "t", "request": [{"conversationIdsFrom": URL, "other": 1}]}
    assert list(lists_in(event)) == [URL]


def test_a_request_that_is_no_object_has_no_lists() -> None:
    assert list(lists_in("conversationIdsFrom")) == []
    assert list(lists_in({"conversationIdsFrom": 7})) == []


def test_a_missing_list_is_written_one_id_a_line() -> None:
    objects = Objects()
    assert provide(objects, {"conversationIdsFrom": URL}, ["a", "b"]) == [URL]
    assert objects.stored == {"ours/nightly/ids.txt": b"a\nb"}


def test_a_list_that_is_there_is_left_alone() -> None:
    objects = Objects(key=b"mine")
    assert provide(objects, {"conversationIdsFrom": "s3://ours/key"}, ["a"]) == []
    assert objects.stored == {"ours/key": b"mine"}


def test_no_list_is_written_to_a_bucket_that_is_not_ours() -> None:
    objects = Objects()
    assert provide(objects, {"conversationIdsFrom": "s3://theirs/key"}, ["a"]) == []
    assert provide(objects, {"conversationIdsFrom": "s3://ours"}, ["a"]) == []
    assert objects.stored == {}


def test_files_are_put_where_requests_look_for_them(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_bytes(b"a")
    objects = Objects()
    upload(objects, [IdList("ours", "k", file)])
    assert objects.stored == {"ours/k": b"a"}
