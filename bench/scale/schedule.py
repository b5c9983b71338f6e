"""Executes a state machine in virtual time: its waits, retries, catches and maps, by its ASL."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import yaml

from bench.virtual_time import Timeline
from tests.workflows.step_functions_jsonata import evaluate

Message = Any
# Calls a function by its name, with its payload.
Invoke = Callable[[str, Message], Message]
EVERYTHING = "States.ALL"
FUNCTION = ":function:"


class Machine:
    """The states of a definition, executed by the workers of a timeline."""

    def __init__(
        self,
        definition: str,
        substitutions: Mapping[str, str],
        invoke: Invoke,
        timeline: Timeline,
    ) -> None:
        text = re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], definition)
        self._definition = yaml.load(text, yaml.CSafeLoader)
        self._invoke = invoke
        self._timeline = timeline
        self.transitions: Counter[str] = Counter()
        # Each child of a map is an execution, too.
        self.executions = 0
        self.failures: Counter[str] = Counter()
        # With a number, only so many children of a map are executed, and then the run stops.
        self.most_children: int | None = None

    def start(self, message: Message, on_end: Callable[[Message], None] = lambda _: None) -> None:
        """Execute in the current worker, and in more workers for the children of a map."""
        self._start(self._definition, message, {}, on_end)

    def _start(
        self,
        states: Mapping[str, Any],
        message: Message,
        context: Mapping[str, Any],
        on_end: Callable[[Message], None],
    ) -> None:
        self.executions += 1
        Path(self, states["States"], context, on_end).go(states["StartAt"], message)

    def call(self, function: str, payload: Message) -> Message:
        """Invoke a function; its error leaves it as Lambda reports it."""
        name = function.partition(FUNCTION)[2].partition(":")[0] or function
        return json.loads(json.dumps(self._invoke(name, payload)))

    def pause(self, seconds: float) -> None:
        self._timeline.pause(seconds)

    def each(
        self,
        processor: Mapping[str, Any],
        inputs: Iterator[tuple[Mapping[str, Any], Message]],
        workers: int,
        on_end: Callable[[], None],
    ) -> None:
        """Execute the children of a map by so many workers; the last one to end goes on."""
        busy = workers

        def work() -> None:
            nonlocal busy
            for context, message in inputs:
                self._start(processor, message, context, lambda _: None)
            busy -= 1
            if not busy:
                on_end()

        for _ in range(workers):
            self._timeline.at(self._timeline.now, work)


class Path:
    """One execution: a path through the states."""

    def __init__(
        self,
        machine: Machine,
        states: Mapping[str, Any],
        context: Mapping[str, Any],
        on_end: Callable[[Message], None],
    ) -> None:
        self._machine = machine
        self._states = states
        self._context = context
        self._on_end = on_end

    def go(self, name: str | None, message: Message) -> None:
        """Go on from a state, up to the end or to a map, whose last child goes on."""
        while name is not None:
            state = self._states[name]
            self._machine.transitions[name] += 1
            if state["Type"] == "Map":
                self._map(state, message)
                return
            name, message = self._next(name, state, message)
        self._on_end(message)

    def _next(
        self, name: str, state: Mapping[str, Any], message: Message
    ) -> tuple[str | None, Message]:
        match state["Type"]:
            case "Task":
                return self._task(name, state, message)
            case "Wait":
                self._machine.pause(float(self._value(state["Seconds"], message)))
            case "Choice":
                return self._choice(state, message), message
            case "Pass":
                message = self._output(state, message)
        return state.get("Next"), message

    def _choice(self, state: Mapping[str, Any], message: Message) -> str:
        for choice in state["Choices"]:
            if self._value(choice["Condition"], message):
                return str(choice["Next"])
        return str(state["Default"])

    def _task(
        self, name: str, state: Mapping[str, Any], message: Message
    ) -> tuple[str | None, Message]:
        arguments = self._value(state["Arguments"], message)
        retried: Counter[int] = Counter()
        while True:
            try:
                payload = self._machine.call(arguments["FunctionName"], arguments["Payload"])
            except Exception as error:  # noqa: BLE001  any error is the state machine's to handle
                if (wait := _retry_wait(state, error, retried)) is None:
                    return self._caught(name, state, message, error)
                self._machine.transitions[name] += 1
                self._machine.pause(wait)
            else:
                output = self._output(state, message, result={"Payload": payload})
                return state.get("Next"), output

    def _caught(
        self, name: str, state: Mapping[str, Any], message: Message, error: Exception
    ) -> tuple[str | None, Message]:
        self._machine.failures[f"{name}: {type(error).__name__}"] += 1
        for catch in state.get("Catch", ()):
            if _matches(catch, error):
                found = {"Error": type(error).__name__, "Cause": str(error)}
                return catch["Next"], self._output(catch, message, errorOutput=found)
        raise error

    def _map(self, state: Mapping[str, Any], message: Message) -> None:
        found, most = self._value(state["Items"], message), self._machine.most_children
        items = (found if isinstance(found, list) else [found])[:most]
        inputs = self._children(state, message, iter(items))
        workers = min(int(self._value(state["MaxConcurrency"], message)), len(items))

        def go_on() -> None:
            if most is None:
                self.go(state["Next"], self._output(state, message))
            else:
                self._on_end(message)

        self._machine.each(state["ItemProcessor"], inputs, workers, go_on)

    def _children(
        self, state: Mapping[str, Any], message: Message, items: Iterator[Any]
    ) -> Iterator[tuple[Mapping[str, Any], Message]]:
        for index, item in zip(count(), items):
            context = {"Map": {"Item": {"Index": index, "Value": item}}}
            yield context, self._value(state["ItemSelector"], message, context=context)

    def _output(self, state: Mapping[str, Any], message: Message, **more: Any) -> Message:
        return self._value(state["Output"], message, **more) if "Output" in state else message

    def _value(self, template: Any, message: Message, **more: Any) -> Any:
        """A template with its expressions evaluated."""
        if isinstance(template, dict):
            return {key: self._value(each, message, **more) for key, each in template.items()}
        if not isinstance(template, str) or not template.startswith("{%"):
            return template
        states = json.dumps({"input": message, "context": self._context} | more)
        return evaluate(f"($states:={states};{template[2:-2].strip()})")


def _retry_wait(state: Mapping[str, Any], error: Exception, retried: Counter[int]) -> float | None:
    """Seconds until the task is tried again, with the longest jitter; None if it is not."""
    for number, retry in enumerate(state.get("Retry", ())):
        if _matches(retry, error):
            if retried[number] == retry["MaxAttempts"]:
                return None
            wait = retry["IntervalSeconds"] * retry["BackoffRate"] ** retried[number]
            retried[number] += 1
            return float(min(wait, retry["MaxDelaySeconds"]))
    return None


def _matches(clause: Mapping[str, Any], error: Exception) -> bool:
    return bool({EVERYTHING, type(error).__name__} & set(clause["ErrorEquals"]))
