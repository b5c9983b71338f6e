"""The arguments that several commands share."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import pytest

from local.options.arguments import add_options, id_list_in, options_in, scale_in
from local.options.options import IdList, Options
from local.project import PROJECT


def parse(*words: str) -> Options:
    parser = ArgumentParser()
    add_options(parser)
    return options_in(parser.parse_args(words))


def test_defaults_use_a_simulator_with_short_waits() -> None:
    options = parse()
    assert (options.genesys_url, options.wait_scale) == (None, 0.01)
    assert options.out == PROJECT / ".local"


def test_waits_are_real_with_a_given_url() -> None:
    assert parse("--genesys-url", "https://api.example.com").wait_scale == 1


def test_given_scale_applies_to_a_given_url_too() -> None:
    options = parse("--genesys-url", "https://api.example.com", "--wait-scale", "0.5")
    assert options.wait_scale == 0.5


@pytest.mark.parametrize("scale", ["0", "-1", "1.5", "nan", "fast"])
def test_wrong_scale_is_refused(scale: str) -> None:
    with pytest.raises(ArgumentTypeError, match="not a number above 0 and up to 1"):
        scale_in(scale)


def test_parameter_value_can_have_an_equals_sign() -> None:
    parameters = parse("--parameter", "A=b=c", "--parameter", "D=").parameters
    assert parameters == {"A": "b=c", "D": ""}


@pytest.mark.parametrize("parameter", ["A", "=b"])
def test_parameter_without_key_or_value_is_refused(
    parameter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse("--parameter", parameter)
    assert "is not KEY=VALUE" in capsys.readouterr().err


def test_unknown_platform_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("--parameter", "GenesysPlatform=Live")
    message = "GenesysPlatform must be documented or live, not 'Live'"
    assert message in capsys.readouterr().err


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
    with pytest.raises(ArgumentTypeError, match=message):
        id_list_in(text)
