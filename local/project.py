"""The folder of the project: that of this file, or the one in which an installed program runs."""

from pathlib import Path

TEMPLATE = "template.yaml"
_CHECKOUT = Path(__file__).resolve().parent.parent

PROJECT = _CHECKOUT if (_CHECKOUT / TEMPLATE).exists() else Path.cwd()
