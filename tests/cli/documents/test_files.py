"""Request files."""

from pathlib import Path

import pytest
from genesys_purge.methods import METHODS

from cli.documents.files import SAMPLES, UnreadableFile, read_document, read_request


@pytest.mark.parametrize("folder", SAMPLES)
def test_missing_sample_request_lists_the_methods(folder: Path) -> None:
    file = folder / "nosuch.json"
    reason = f"there is no sample request 'nosuch'; the methods are {', '.join(METHODS)}"
    with pytest.raises(UnreadableFile, match=f"^{file}: {reason}$"):
        read_request(file)


def test_missing_document_that_is_no_purge_request_lists_no_methods() -> None:
    file = SAMPLES[0] / "nosuch.json"
    with pytest.raises(UnreadableFile, match=f"^{file}: cannot be read: No such file"):
        read_document(file)


def test_document_may_have_100_levels(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text("[" * 100 + "{}" + "]" * 100)
    with pytest.raises(UnreadableFile, match="has more than 100 levels; remove some"):
        read_document(file)
    file.write_text("[" * 100 + "1" + "]" * 100)
    assert len(read_document(file)) == 1


def test_missing_file_elsewhere_is_reported_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "nosuch.json"
    with pytest.raises(UnreadableFile, match=f"^{file}: cannot be read: No such file"):
        read_request(file)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"dryRun": true, "dryRun": false}', "dryRun: is given more than once; give it once"),
        ('{"dryRun": maybe}', "is not JSON: unexpected character"),
    ],
)
def test_file_that_is_not_strict_json_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "request.json"
    file.write_text(content)
    with pytest.raises(UnreadableFile) as refused:
        read_request(file)
    assert str(refused.value).startswith(f"{file}: {reason}")
