"""All settings as one value, with their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..overlap.policy import Level, Policy
from ..schedule.strategy import Strategy

if TYPE_CHECKING:
    from ..overlap.exclusion import Exclusion
    from ..schedule.rules import Rules


@dataclass(frozen=True, slots=True)
class AgentType:
    """A kind of agent: what it may change (empty: anything), whether only one may run, how it is started.

    Without a `command` it is started as its `preset` says, with the words of `args` added; `price` is in USD for
    a million tokens: of input, of input from a cache, of output.
    """

    name: str
    owns: tuple[str, ...] = ()
    singleton: bool = False
    command: str = ""
    preset: str = ""
    args: str = ""
    price: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; the names in git config are the same in camelCase.

    `files` are the globs of `parallel.<source>.files`, by the name of the source; `hot` those of
    `parallel.hotFile.<glob>` with their policies, the team's first, `makers` the commands that make some of these files
    anew; `verify_scopes` those of
    `parallel.verify.<glob>.command` with their commands. `hooks` is the user's own `core.hooksPath`, as it is
    written. `untrusted` says which commands of the team's do not count, empty where there are none;
    `is_verify_untrusted` whether one is among them by which merges would be verified.
    """

    branch: str = "feature/{id}"
    worktree: str = "../{repo}-wt{id}"
    target: str = ""
    max_parallel: int = 4
    admission: str = "auto"
    cpu_steps: tuple[str, ...] = ("50:100%", "70:75%", "80:50%")
    memory_steps: tuple[str, ...] = ("80:100%", "95:50%")
    load_margin: int = 5
    disk_reserve: str = "256m"
    ownership: str = "claim"
    push: bool = False
    overlap: str = "file"
    other_work: str = "local"
    hot: tuple[tuple[str, Policy], ...] = ()
    makers: tuple[tuple[str, str], ...] = ()
    specs: tuple[str, ...] = ()
    roadmap: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    agent: str = ""
    prompt: str = ""
    verify: str = ""
    strategy: Strategy = Strategy.MERGE
    update_roadmap: bool = False
    verify_scopes: tuple[tuple[str, str], ...] = ()
    verify_jobs: int = 1
    verify_timeout: float | None = None
    timeout: float | None = None
    stall_timeout: float | None = 1800.0
    retries: int = 0
    retry_delay: float = 10.0
    retry_max_delay: float = 600.0
    log_limit: str = "64m"
    budget: float | None = None
    spec_agent: str = ""
    grace: float = 10.0
    copy: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    setup: str = ""
    setup_timeout: float | None = 1800.0
    submodules: str = "auto"
    fetch: bool = False
    sparse: bool = False
    sandbox: str = "off"
    pool: int = 0
    disposable: tuple[str, ...] = (
        "**/__pycache__/",
        "**/*.pyc",
        "**/.pytest_cache/",
        "**/.mypy_cache/",
        "**/.ruff_cache/",
        "**/node_modules/",
    )
    agents: Mapping[str, AgentType] = field(default_factory=dict)
    hooks: str = ""
    untrusted: str = ""
    is_verify_untrusted: bool = False
    warnings: tuple[str, ...] = ()

    def exclusion(self, level: str = "") -> "Exclusion":
        """What keeps two tasks apart, at the level that is set or the one given."""
        # Hooks and `status` read settings too, and have no use for it.
        from ..overlap.exclusion import Exclusion

        return Exclusion(Level(level or self.overlap), self.hot)

    @property
    def log_bytes(self) -> int:
        """How large the log of one attempt may become."""
        # `status` has no use for it.
        from ..schedule.rules import size

        return size("parallel.logLimit", self.log_limit)

    def rules(self) -> "Rules":
        """The rules by which the load admits agents."""
        # Only `run` has a use for them.
        from ..schedule.rules import Rules, size, steps

        return Rules(
            steps("parallel.cpuSteps", self.cpu_steps),
            steps("parallel.memorySteps", self.memory_steps),
            self.load_margin,
            size("parallel.diskReserve", self.disk_reserve),
        )
