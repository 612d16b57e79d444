"""Programs on PATH that take the place of real agents."""

import json
import os
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from git_parallel.agents import presets

RECORDED = Path(__file__).parent.parent / "recorded"

PROGRAM = """\
    #!{python}
    import json, os, sys
    from pathlib import Path

    place = Path({place!r})
    with (place / "calls").open("a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\\n")
    if sys.argv[1:] == ["--version"]:
        print({version!r})
        sys.exit(0)
    seen = {{
        "stdin": sys.stdin.read(),
        "cwd": os.getcwd(),
        "argv": sys.argv[1:],
        "env": {{name: value for name, value in os.environ.items() if name.startswith(("GIT_", "FAKE_"))}},
    }}
    (place / ("seen-" + os.environ["GIT_PARALLEL_TASK"])).write_text(json.dumps(seen))
    sys.stdout.buffer.write(Path({recorded!r}).read_bytes())
    Path(os.environ["GIT_PARALLEL_TASK"] + ".py").write_text("done\\n")
    for name in {leaves!r}:
        Path(name).write_text("its own\\n")
    sys.exit(int(os.environ.get("FAKE_STATUS", "0")))
"""


class Programs:
    """A directory on PATH with fake agents, and what they noted."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "bin").mkdir(parents=True)

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": os.pathsep.join([str(self.place / "bin"), os.environ["PATH"]])}

    def install(self, name: str, *, version: str | None = None, leaves: tuple[str, ...] = ()) -> Path:
        preset = presets.find(name)
        assert preset
        recorded = next(RECORDED.glob(f"{preset.stream}.*"))
        path = self.place / "bin" / preset.program
        values = {
            "python": sys.executable,
            "place": str(self.place),
            "version": f"{name} {preset.seen}" if version is None else version,
            "recorded": str(recorded),
            "leaves": leaves,
        }
        path.write_text(dedent(PROGRAM).format(**values))
        path.chmod(0o755)
        return path

    def seen(self, task: str) -> dict[str, Any]:
        return dict(json.loads((self.place / f"seen-{task}").read_text()))

    def calls(self, *arguments: str) -> int:
        """How often an agent was called with exactly these."""
        told = (self.place / "calls").read_text().splitlines()
        return sum(json.loads(line) == list(arguments) for line in told)
