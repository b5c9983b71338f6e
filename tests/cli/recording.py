"""`make recording`: records a real run of the command as an animated picture for the README."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from local.genesys.conversations import conversations
from local.options.options import Options
from tests.cli.terminal import Terminal
from tests.template import ROOT

FILE = ROOT / "docs" / "images" / "command.svg"
COLUMNS, CHARACTER, LINE, MARGIN = 96, 8.4, 18, 14
KEY = "s3://genesys-purge-ids-123456789012-us-east-1/nightly/conversation-ids.txt"
REQUEST = {
    "method": "conversation_archive",
    "reason": "Retention of 400 days is over",
    "conversationIdsFrom": KEY,
    "classification": "internal",
}
# A reader has this time for the last screen.
LAST_SECONDS = 6.0
STYLE = """
text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #d6dbe4; white-space: pre; }
.bar { fill: #6cb6ff; } .prompt { fill: #8ddb8c; }
g { visibility: hidden; animation: SECONDSs step-end infinite; } .last { visibility: visible; }
@media (prefers-reduced-motion: reduce) { g { animation: none; } }
"""


class Frame(NamedTuple):
    """What a screen shows from a moment on."""

    at: float
    lines: Sequence[str]


@contextmanager
def application(folder: Path) -> Iterator[list[str]]:
    """A running application whose bucket has the ids; yields the options that choose it."""
    ids = folder / "ids.txt"
    options = Options()
    corpus = conversations(options.conversations, options.seed, datetime.now(UTC))
    ids.write_text("\n".join(corpus.ids()))
    words = ["local", "up", "--out", str(folder), "--ids", f"{KEY}={ids}", "--wait-scale", "0.05"]
    with subprocess.Popen([sys.executable, "-m", "cli", *words], cwd=ROOT) as up:
        try:
            while not (folder / "stack.json").exists():
                time.sleep(0.2)
            yield ["--stack-file", str(folder / "stack.json")]
        finally:
            up.send_signal(signal.SIGINT)


def frames_of(folder: Path, options: Sequence[str]) -> Iterator[Frame]:
    """The screens of a watched run, below its command line."""
    request = folder / "request.json"
    request.write_text(json.dumps(REQUEST))
    terminal = Terminal(COLUMNS)
    terminal.run(["run", str(request), "--watch", *options], {"NO_COLOR": "1"})
    prompt = "$ genesys-purge run request.json --watch"
    yield Frame(0.0, [prompt])
    yield from (Frame(at + 1.0, [prompt, *lines]) for at, lines in terminal.timed())


def picture(frames: Sequence[Frame]) -> str:
    """The frames as one SVG that shows each of them in turn."""
    seconds = frames[-1].at + LAST_SECONDS
    height = MARGIN * 2 + LINE * max(len(each.lines) for each in frames)
    width = round(MARGIN * 2 + CHARACTER * COLUMNS)
    ends = [following.at for _, following in pairwise(frames)] + [seconds]
    styles, groups = [STYLE.replace("SECONDS", f"{seconds:.1f}")], []
    for number, (frame, end) in enumerate(zip(frames, ends, strict=True)):
        first, last = 100 * frame.at / seconds, 100 * end / seconds
        is_last = end == seconds
        states = ((0, "hidden"), (first, "visible"), (last, "visible" if is_last else "hidden"))
        steps = " ".join(f"{at:.2f}% {{ visibility: {state} }}" for at, state in states)
        styles.append(f"@keyframes f{number} {{ {steps} }}")
        text = "".join(_line(row, each) for row, each in enumerate(frame.lines))
        kind = ' class="last"' if is_last else ""
        groups.append(f'<g{kind} style="animation-name: f{number}">{text}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>genesys-purge run: bars for the run and its batches, then the result</title>"
        f"<style>{''.join(styles)}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>{"".join(groups)}</svg>\n'
    )


def _line(row: int, text: str) -> str:
    top = MARGIN + LINE * (row + 0.8)
    kind = ' class="prompt"' if row == 0 else ""
    marked = escape(text).replace("━", '<tspan class="bar">━</tspan>')
    # Neighbours of the same kind need one element.
    marked = marked.replace('</tspan><tspan class="bar">', "")
    return f'<text xml:space="preserve" x="{MARGIN}" y="{top:.0f}"{kind}>{marked}</text>'


def main() -> None:
    """Record the run, and write the picture."""
    os.environ.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as folder, application(Path(folder)) as options:
        FILE.write_text(picture(list(frames_of(Path(folder), options))))


if __name__ == "__main__":
    main()
