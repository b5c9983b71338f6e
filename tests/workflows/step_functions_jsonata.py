"""JSONata as Step Functions evaluates it, with the functions that AWS adds to the language."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import uuid
from collections.abc import Callable, Mapping
from functools import cache

from jsonata import Jsonata

DECLARED = "($states:="
_lock = threading.Lock()


def evaluate(expression: str) -> object:
    """Evaluate JSONata with the functions that Step Functions adds; returns plain JSON values."""
    if expression.startswith(DECLARED) and "null" not in expression:
        # Binding `$states` is cheap; the rest is the same in every run and is parsed once.
        states, end = json.JSONDecoder().raw_decode(expression, len(DECLARED))
        with _lock:
            answer = _kept_program("(" + expression[end + 1 :]).evaluate(None, {"states": states})
    else:
        answer = _program(expression).evaluate(None)
    return json.loads(json.dumps(answer))


def _program(expression: str) -> Jsonata:
    program = Jsonata(expression)
    for name, function in FUNCTIONS.items():
        program.register_lambda(name, function)
    return program


_kept_program = cache(_program)


def declare(bindings: Mapping[str, object]) -> str:
    """Write variables as JSONata assignments."""
    return "".join(f"{name}:={json.dumps(value)};" for name, value in bindings.items())


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "partition": lambda items, size: [items[at : at + size] for at in range(0, len(items), size)],
    "range": lambda first, last, step: list(range(first, last + (1 if step > 0 else -1), step)),
    "hash": lambda value, name: hashlib.new(name.replace("-", ""), value.encode()).hexdigest(),
    "random": lambda seed=None: random.Random(seed).random(),  # noqa: S311  AWS returns such a number too
    "uuid": lambda: str(uuid.uuid4()),
    "parse": json.loads,
}
