"""Lists of conversation ids in S3."""

from pathlib import Path

from botocore.exceptions import ClientError

from local.id_lists import lists_in, provide, upload
from local.options.options import IdList

URL = "s3://ours/nightly/ids.txt"


class Objects:
    """An S3 with one bucket, `ours`."""

    def __init__(self, **stored: bytes) -> None:
        self.stored = {f"ours/{key}": body for key, body in stored.items()}

    def head_bucket(self, Bucket: str) -> None:
        if Bucket != "ours":
            raise ClientError({}, "HeadBucket")

    def head_object(self, Bucket: str, Key: str) -> None:
        if f"{Bucket}/{Key}" not in self.stored:
            raise ClientError({}, "HeadObject")

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        self.stored[f"{Bucket}/{Key}"] = Body


def test_lists_are_found_at_any_depth_of_the_event() -> None:
    event = {"scheduledTime": "t", "request": [{"conversationIdsFrom": URL, "other": 1}]}
    assert list(lists_in(event)) == [URL]


def test_request_that_is_not_an_object_has_no_lists() -> None:
    assert list(lists_in("conversationIdsFrom")) == []
    assert list(lists_in({"conversationIdsFrom": 7})) == []


def test_missing_list_is_written_one_id_a_line() -> None:
    objects = Objects()
    assert provide(objects, {"conversationIdsFrom": URL}, ["a", "b"]) == [URL]
    assert objects.stored == {"ours/nightly/ids.txt": b"a\nb"}


def test_existing_list_is_kept() -> None:
    objects = Objects(key=b"mine")
    assert provide(objects, {"conversationIdsFrom": "s3://ours/key"}, ["a"]) == []
    assert objects.stored == {"ours/key": b"mine"}


def test_list_in_an_unknown_bucket_is_not_written() -> None:
    objects = Objects()
    assert provide(objects, {"conversationIdsFrom": "s3://theirs/key"}, ["a"]) == []
    assert provide(objects, {"conversationIdsFrom": "s3://ours"}, ["a"]) == []
    assert objects.stored == {}


def test_files_are_uploaded_to_their_objects(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_bytes(b"a")
    objects = Objects()
    upload(objects, [IdList("ours", "k", file)])
    assert objects.stored == {"ours/k": b"a"}
