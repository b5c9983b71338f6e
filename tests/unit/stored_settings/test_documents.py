"""Every setting has a document, and a line in the guide."""

from __future__ import annotations

import pytest
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.stored_settings.documents import KINDS

from tests.template import ROOT


def test_every_setting_has_a_kind_of_document() -> None:
    assert set(KINDS) == set(SettingName)


@pytest.mark.parametrize("name", SettingName)
def test_guide_lists_the_setting(name: SettingName) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "governance.md").read_text()
