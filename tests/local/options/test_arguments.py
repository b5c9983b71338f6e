"""The command line."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from local.options.arguments import add_options, options_in
from local.options.options import IdList, Options
from local.project import PROJECT


def parse(*words: str) -> Options:
    parser = ArgumentParser()
    add_options(parser)
    return options_in(parser.parse_args(words))


def test_without_options_a_simulator_is_used_and_waits_are_short() -> None:
    options = parse()
    assert (options.genesys_url, options.wait_scale) == (None, 0.01)
    assert options.out == PROJECT / ".local"


def test_another_genesys_is_waited_for_in_real_time() -> None:
    assert parse("--genesys-url", "https://api.example.com").wait_scale == 1


def test_a_given_scale_counts_for_another_genesys_too() -> None:
    options = parse("--genesys-url", "https://api.example.com", "--wait-scale", "0.5")
    assert options.wait_scale == 0.5


@pytest.mark.parametrize("scale", ["0", "-1", "1.5", "nan", "fast"])
def test_a_scale_that_is_none_is_refused(scale: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("--wait-scale", scale)
    assert "not a number above 0 and up to 1" in capsys.readouterr().err


def test_parameters_may_hold_an_equals_sign() -> None:
    parameters = parse("--parameter", "A=b=c", "--parameter", "D=").parameters
    assert parameters == {"A": "b=c", "D": ""}


@pytest.mark.parametrize("parameter", ["A", "=b"])
def test_a_parameter_without_key_or_value_is_refused(
    parameter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse("--parameter", parameter)
    assert "is not KEY=VALUE" in capsys.readouterr().err


def test_a_file_stands_for_an_object(tmp_path: Path) -> None:
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
def test_an_id_list_that_is_none_is_refused(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse("--ids", text)
    assert message in capsys.readouterr().err
