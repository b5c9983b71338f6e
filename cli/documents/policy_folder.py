"""Reads the purge policies of a folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.documents.rule_files import YAML, read_rules
from cli.errors import WrongInput

SUFFIXES = YAML | {".json"}


def policy_files(folder: Path) -> list[Path]:
    """The YAML and JSON files of a folder, by name; WrongInput if there is none."""
    if not folder.is_dir():
        raise WrongInput(f"{folder} is not a folder")
    found = sorted(each for each in folder.iterdir() if each.suffix.lower() in SUFFIXES)
    if not found:
        raise WrongInput(f"{folder} has no policy: a policy is a .yaml, .yml or .json file")
    return found


def policies_in(folder: Path) -> Mapping[Path, Any]:
    """The documents of a folder by file; WrongInput lists each that shares its name with others."""
    documents = {file: read_rules(file) for file in policy_files(folder)}
    files: dict[str, list[Path]] = {}
    for file, each in documents.items():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            files.setdefault(each["name"], []).append(file)
    shared = [
        f"name: {name} is the name of several policies: {', '.join(map(str, found))}"
        for name, found in files.items()
        if len(found) > 1
    ]
    if shared:
        raise WrongInput(*shared)
    return documents
