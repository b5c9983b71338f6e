"""Rule sets in JSON and YAML files."""

import json
from pathlib import Path

import pytest
import yaml

from cli.documents.files import UnreadableFile
from cli.documents.rule_files import read_rules

DOCUMENT = {
    "campaignId": "campaign-1",
    "rules": [
        {"name": "A", "conditions": [{"value": "2026-11-21"}, {"value": 1.5}, {"value": True}]}
    ],
}


@pytest.mark.parametrize("suffix", [".json", ".JSON", ".txt", ""])
def test_file_is_read_as_json_by_default(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"rules{suffix}"
    file.write_text(json.dumps(DOCUMENT))
    assert read_rules(file) == DOCUMENT


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML"])
def test_file_with_a_yaml_suffix_is_read_as_yaml(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"rules{suffix}"
    file.write_text(yaml.safe_dump(DOCUMENT))
    assert read_rules(file) == DOCUMENT


@pytest.mark.parametrize("name", ["rules.json", "rules.yaml"])
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"{name}: cannot be read: No such file"):
        read_rules(tmp_path / name)


@pytest.mark.parametrize(
    "content", [b"rules: [", b"a: b: c", b"!!python/object:os.system {}", b"\xff", b"[" * 500]
)
def test_invalid_yaml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile, match="is not YAML"):
        read_rules(file)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("rules.yaml", "campaignId: a\ncampaignId: b\n", "line 2: campaignId"),
        ("rules.yaml", "rules:\n- {name: a, version: 1, name: b}\n", "line 2: name"),
        ("rules.json", '{"campaignId": "a", "campaignId": "b"}', "campaignId"),
        ("rules.json", '{"rules": [{"name": "a", "name": "b"}]}', "rules.0.name"),
    ],
)
def test_repeated_key_is_refused(tmp_path: Path, name: str, content: str, key: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(UnreadableFile, match=f"{key}: is given more than once"):
        read_rules(file)


@pytest.mark.parametrize("name", ["rules.json", "rules.yaml"])
def test_byte_order_mark_of_a_file_is_skipped(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(DOCUMENT).encode())
    assert read_rules(file) == DOCUMENT


def test_yaml_aliases_are_refused_before_they_expand(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    file.write_text("\n".join(["a0: &a0 [x]", *levels, "rules: []"]))
    with pytest.raises(UnreadableFile, match="aliases are not supported"):
        read_rules(file)


def test_yaml_scalars_have_the_types_of_json(tmp_path: Path) -> None:
    scalars: dict[str, object] = {
        "2026-11-21": "2026-11-21",
        "2026-11-21T10:00:00Z": "2026-11-21T10:00:00Z",
        "off": "off",
        "yes": "yes",
        "0010": "0010",
        "1:30": "1:30",
        "0x1f": "0x1f",
        "1_000": "1_000",
        ".inf": ".inf",
        "True": "True",
        "true": True,
        "null": None,
        "": None,
        "-12": -12,
        "1.5e3": 1500.0,
        '"12"': "12",
    }
    file = tmp_path / "rules.yaml"
    for text, value in scalars.items():
        file.write_text(f"value: {text}\n")
        found = read_rules(file)["value"]
        assert (found, type(found)) == (value, type(value))
