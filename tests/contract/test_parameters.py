"""What the template accepts as a parameter, the functions accept as a setting."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from genesys_purge.settings import Settings

from tests import template

PARAMETERS = template.template()["Parameters"]
VARIABLES = template.template()["Globals"]["Function"]["Environment"]["Variables"]
# The variables that have the value of a number among the parameters.
NUMBERS = {
    variable: PARAMETERS[value["Ref"]]
    for variable, value in VARIABLES.items()
    if isinstance(value, dict) and PARAMETERS.get(value.get("Ref"), {}).get("Type") == "Number"
}


def accepted(variable: str, value: object) -> bool:
    given = template.environment() | {variable: str(value)}
    with patch.dict("os.environ", given):
        try:
            Settings.from_environment()
        except ValueError:
            return False
    return True


@pytest.mark.parametrize("variable", NUMBERS)
def test_functions_accept_exactly_what_the_parameter_allows(variable: str) -> None:
    least, most = (NUMBERS[variable][name] for name in ("MinValue", "MaxValue"))
    assert accepted(variable, least)
    assert accepted(variable, most)
    assert not accepted(variable, most + 1)


@pytest.mark.parametrize(("reason", "is_known"), [("compromise", True), ("lost", False)])
def test_functions_know_the_reasons_of_a_change_of_the_key(reason: str, *, is_known: bool) -> None:
    assert accepted("SEAL_KEY_CHANGE", reason) == is_known


def test_every_number_has_bounds() -> None:
    bounded = ("MinValue", "MaxValue")
    unbounded = [
        name
        for name, parameter in PARAMETERS.items()
        if parameter["Type"] == "Number"
        and "AllowedValues" not in parameter
        and not all(bound in parameter for bound in bounded)
    ]
    assert unbounded == []


def test_lease_outlasts_every_function_that_calls() -> None:
    assert PARAMETERS["IntentLeaseSeconds"]["MinValue"] >= 60
