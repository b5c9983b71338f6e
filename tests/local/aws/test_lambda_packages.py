"""The packages of function folders."""

import io
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

from local.aws.lambda_packages import bootstrap, function_package, layer_package


def unzipped(package: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package))


def make_function(folder: Path) -> Path:
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__" / "handler.pyc").write_bytes(b"old")
    (folder / "handler.py").write_text("handler = None")
    return folder


def test_package_has_the_folder_and_a_bootstrap(tmp_path: Path) -> None:
    package = unzipped(function_package(make_function(tmp_path / "f"), []))
    assert package.namelist() == ["bootstrap", "handler.py"]


def test_bootstrap_is_executable(tmp_path: Path) -> None:
    package = unzipped(function_package(make_function(tmp_path / "f"), []))
    assert package.getinfo("bootstrap").external_attr >> 16 & stat.S_IXUSR


def test_equal_folders_make_equal_packages(tmp_path: Path) -> None:
    first, second = make_function(tmp_path / "a"), make_function(tmp_path / "b")
    os.utime(second / "handler.py", (0, 0))
    assert function_package(first, []) == function_package(second, [])


def test_layer_package_has_no_code() -> None:
    assert unzipped(layer_package()).namelist() == ["README"]


def test_bootstrap_runs_the_handler_with_the_layers(tmp_path: Path) -> None:
    layer = tmp_path / "a layer's folder"
    (layer / "awslambdaric").mkdir(parents=True)
    # Replaces AWS's runtime client and prints its arguments.
    (layer / "awslambdaric" / "__init__.py").touch()
    (layer / "awslambdaric" / "__main__.py").write_text("import sys; print(sys.argv[1:])")
    script = tmp_path / "bootstrap"
    script.write_text(bootstrap([layer], sys.executable))
    script.chmod(0o755)
    done = subprocess.run(
        [script], env={"_HANDLER": "handler.handler"}, capture_output=True, check=True, text=True
    )
    assert done.stdout == "['handler.handler']\n"
