"""The options of the commands that run the application."""

from pathlib import Path
from unittest.mock import patch

import pytest
import typer

from cli.command_line import run_command
from cli.local_commands import up
from cli.local_commands.arguments import id_list_in, parameter_in, scale_in
from local.options.options import IdList, Options
from local.project import PROJECT


def parse(*words: str) -> Options:
    """The options that `genesys-purge local up` gets from these words."""
    with patch.object(up, "up", return_value=0) as called:
        assert run_command(["local", "up", *words]) == 0
    options = called.call_args.args[0]
    assert isinstance(options, Options)
    return options


def test_defaults_use_a_simulator_with_short_waits() -> None:
    options = parse()
    assert (options.genesys_url, options.wait_scale) == (None, 0.01)
    assert options.out == PROJECT / ".local"


def test_every_option_reaches_the_application(tmp_path: Path) -> None:
    options = parse("--out", str(tmp_path), "--conversations", "3", "--days", "2", "--seed", "1")
    assert options == Options(out=tmp_path, conversations=3, days=2, seed=1)


def test_waits_are_real_with_a_given_url() -> None:
    assert parse("--genesys-url", "https://api.example.com").wait_scale == 1


def test_given_scale_applies_to_a_given_url_too() -> None:
    options = parse("--genesys-url", "https://api.example.com", "--wait-scale", "0.5")
    assert options.wait_scale == 0.5


@pytest.mark.parametrize("scale", ["0", "-1", "1.5", "nan", "fast"])
def test_wrong_scale_is_refused(scale: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a number above 0 and up to 1"):
        scale_in(scale)


def test_parameter_value_can_have_an_equals_sign() -> None:
    parameters = parse("--parameter", "A=b=c", "--parameter", "D=").parameters
    assert parameters == {"A": "b=c", "D": ""}


@pytest.mark.parametrize("parameter", ["A", "=b"])
def test_parameter_without_key_or_value_is_refused(parameter: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not KEY=VALUE"):
        parameter_in(parameter)


def test_unknown_platform_is_refused() -> None:
    message = "GenesysPlatform must be documented or live, not 'Live'"
    with pytest.raises(typer.BadParameter, match=message):
        parameter_in("GenesysPlatform=Live")


def test_id_list_has_bucket_key_and_file(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.touch()
    lists = parse("--ids", f"s3://bucket/a/key={file}").id_lists
    assert lists == (IdList("bucket", "a/key", file),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s3://bucket=f", "is not s3://BUCKET/KEY=FILE"),
        ("bucket/key=f", "is not s3://BUCKET/KEY=FILE"),
        ("s3://bucket/key", "is not s3://BUCKET/KEY=FILE"),
        ("s3://bucket/key=/no/such/file", "is not a file"),
    ],
)
def test_wrong_id_list_is_refused(text: str, message: str) -> None:
    with pytest.raises(typer.BadParameter, match=message):
        id_list_in(text)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--wait-scale", "2"), ("--parameter", "A"), ("--ids", "A"), ("--seed", "x"), ("--own", "1")],
)
def test_wrong_option_exits_with_2_before_anything_starts(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with patch.object(up, "up", side_effect=AssertionError("started")):
        assert run_command(["local", "up", option, value]) == 2
    assert option in capsys.readouterr().err
