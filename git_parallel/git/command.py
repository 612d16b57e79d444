"""The only place git is started: one scrubbed, quoted-by-nobody child process a question.

Every answer is asked for with `-z` or a fixed format, every call names the exit statuses that are
answers, and anything else becomes GitFailed with git's own words.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from ..errors import GitFailed, NotARepository, ParallelError, Unusable
from ..names import Oid, RefName, printable
from .store import Store

OLDEST = (2, 38)

# What `git rev-parse --local-env-vars` prints up to git 2.47; every other GIT_* that could reach
# another repository's child is dropped as well, so the list only has to be right for what we keep.
KEPT = (
    "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_CEILING_DIRECTORIES",
)  # fmt: skip

# Locks that other processes hold for a moment are waited for; what we write survives a power cut. Submodules are
# filled by `workspace.submodules`: git itself would look for them where a new worktree has none yet.
_ALWAYS = (
    "-c", "core.packedRefsTimeout=10000", "-c", "core.filesRefLockTimeout=5000",
    "-c", "core.quotePath=false", "-c", "core.fsync=committed",
    "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "advice.detachedHead=false",
    "-c", "submodule.recurse=false",
)  # fmt: skip

# An agent can write replace refs and grafts as well: what a commit declares, and what it comes after, is read as it is.
_FIXED = {
    "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": "/dev/null",
}  # fmt: skip

_BUFFER = 1 << 20

_NAME, _ADDRESS = "git-parallel", "git-parallel@localhost"


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a git child: git exports GIT_DIR and more to hooks and aliases, and a child
    that looks at another worktree would read ours through them.
    """
    kept = {k: v for k, v in environment.items() if not k.startswith("GIT_") or k in KEPT}
    return kept | _FIXED


@dataclass(frozen=True, slots=True)
class Result:
    """What a git child answered."""

    status: int
    stdout: str
    stderr: str

    @property
    def fields(self) -> list[str]:
        """The NUL-separated fields of the output."""
        return self.stdout.removesuffix("\0").split("\0") if self.stdout else []


@dataclass(frozen=True, slots=True)
class Conversation:
    """A git child at both ends of whose pipes we are."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    _child: "subprocess.Popen[bytes]"

    def end(self) -> None:
        """Tell it that nothing comes any more, and wait until it is gone."""
        with suppress(OSError):
            self.stdin.close()
        with self._child:
            self.stdout.close()


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git in one directory. `environment` is added to the scrubbed one (a private GIT_DIR, say).

    With a `store` known, small objects are written there without starting git. Every child has the descriptors
    `inherited`, so that a lock on one is held for as long as it lives.
    """

    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    store: Store | None = None
    inherited: tuple[int, ...] = ()

    def at(self, directory: Path) -> "Git":
        """The same git in another directory."""
        return replace(self, directory=directory)

    def with_environment(self, **extra: str) -> "Git":
        """The same git with more in its environment, which may have it write somewhere else."""
        return replace(self, environment={**self.environment, **extra}, store=None)

    def holding(self, lock: int) -> "Git":
        """The same git, whose children hold a lock too: they live on where this process is killed."""
        return replace(self, inherited=(*self.inherited, lock))

    def run(
        self,
        *arguments: str,
        answers: tuple[int, ...] = (0,),
        stdin: str | bytes | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Result:
        """Run one git command to its end; raises GitFailed unless its exit status is one of `answers`."""
        raw = self.run_bytes(*arguments, answers=answers, stdin=stdin, environment=environment)
        return Result(raw.returncode, _text(raw.stdout), _text(raw.stderr))

    def run_bytes(
        self,
        *arguments: str,
        answers: tuple[int, ...] = (0,),
        stdin: str | bytes | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[bytes]":
        """Like `run`, for output that is not text."""
        data = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
        try:
            child = subprocess.run(
                ["git", *_ALWAYS, *arguments],
                cwd=self.directory,
                env={**scrubbed(os.environ), **self.environment, **(environment or {})},
                input=data,
                stdin=subprocess.DEVNULL if data is None else None,
                capture_output=True,
                check=False,
                # Ctrl-C on the terminal is for us to answer: git must not be killed in the middle of a checkout,
                # and a hook that asks on /dev/tty must fail there, not stop for ever in the background.
                start_new_session=True,
                pass_fds=self.inherited,
            )
        except FileNotFoundError as error:
            raise _not_started(self.directory) from error
        except OSError as error:
            raise GitFailed(f"git cannot be started: {(error.strerror or str(error)).lower()}") from error
        if child.returncode not in answers:
            raise failure(arguments, child.returncode, _text(child.stderr))
        return child

    @contextmanager
    def reading(self, *arguments: str, stdin: str) -> Iterator[IO[bytes]]:
        """The output of one git command while it is made, for more than should be held in memory.

        Raises GitFailed at its end unless it has been read to its end and the exit status is 0.
        """
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
            asked.write(stdin.encode("utf-8", "surrogateescape"))
            asked.seek(0)
            child = self._started(("git", *_ALWAYS, *arguments), stdin=asked, stderr=said, size=_BUFFER)
            with child:
                assert child.stdout is not None
                yield child.stdout
            if child.returncode:
                said.seek(0)
                raise failure(arguments, child.returncode, _text(said.read()))

    def conversing(self, *arguments: str) -> "Conversation":
        """One git command that is asked and answers by turns, by a pipe each; the caller ends it.

        What it says goes through no buffer of C's, as far as `stdbuf` (GNU coreutils) is there to see to that.
        """
        unbuffered = ("stdbuf", "-o0") if shutil.which("stdbuf") else ()
        argv = (*unbuffered, "git", *_ALWAYS, *arguments)
        child = self._started(argv, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, size=0)
        assert child.stdin is not None
        assert child.stdout is not None
        return Conversation(child.stdin, child.stdout, child)

    def _started(
        self, argv: Sequence[str], *, stdin: int | IO[bytes], stderr: int | IO[bytes], size: int
    ) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                argv,
                cwd=self.directory,
                env={**scrubbed(os.environ), **self.environment},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=size,
                start_new_session=True,
                pass_fds=self.inherited,
            )
        except FileNotFoundError as error:
            raise _not_started(self.directory) from error
        except OSError as error:
            raise GitFailed(f"git cannot be started: {(error.strerror or str(error)).lower()}") from error

    @property
    def algorithm(self) -> str:
        """The hash function that the repository names objects by: `sha1` or `sha256`."""
        return (
            self.store.algorithm
            if self.store
            else self.run("rev-parse", "--show-object-format").stdout.strip()
        )

    def version(self) -> tuple[int, int]:
        """The version of git, as (major, minor)."""
        out = self.run("version").stdout
        match = re.search(r"(\d+)\.(\d+)", out)
        if match is None:
            raise GitFailed(f"git does not tell its version: '{printable(out.strip())}'")
        return int(match[1]), int(match[2])

    def require_version(self) -> None:
        """Raise Unusable where git is older than 2.38 (no `merge-tree --write-tree`)."""
        version = self.version()
        if version < OLDEST:
            have, need = ".".join(map(str, version)), ".".join(map(str, OLDEST))
            raise Unusable(f"git {have} is too old, git-parallel needs {need}", hint="upgrade git")

    def require_identity(self) -> None:
        """Raise Unusable where git knows no name and address to commit under."""
        for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            if self.run("var", name, answers=(0, 128)).status:
                raise Unusable(
                    "git does not know who commits here",
                    hint="git config user.name 'NAME'; git config user.email 'ADDRESS'",
                )

    def find_ref(self, ref: RefName) -> Oid | None:
        """The commit a full ref points at; None where the ref does not exist."""
        if self.store and (loose := self.store.loose_branch(ref)):
            return loose
        out = self.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", answers=(0, 1)
        )
        return Oid(out.stdout.strip()) if out.status == 0 else None

    def is_ancestor(self, *, old: Oid, new: Oid) -> bool:
        """Whether `old` can be reached from `new`."""
        return self.run("merge-base", "--is-ancestor", old, new, answers=(0, 1)).status == 0

    def put_object(self, kind: str, data: bytes) -> Oid:
        """Write an object of any kind (`blob`, `tree`, `commit`)."""
        if self.store:
            return self._stored(self.store, kind, data)
        return Oid(self.run("hash-object", "-w", "-t", kind, "--stdin", stdin=data).stdout.strip())

    def hash_object(self, data: bytes) -> Oid:
        """Write a blob."""
        return self.put_object("blob", data)

    def mktree(self, files: Mapping[str, Oid]) -> Oid:
        """Write a tree of plain files, by name."""
        return self.put_object("tree", tree_of(files))

    def commit_tree(self, tree: Oid, parents: Iterable[Oid], message: str) -> Oid:
        """Write a commit of the user's."""
        options = [option for parent in parents for option in ("-p", parent)]
        out = self.run("commit-tree", "--no-gpg-sign", *options, tree, stdin=message)
        return Oid(out.stdout.strip())

    def keep_book(self, tree: Oid, parents: Iterable[Oid], message: str) -> Oid:
        """Write a commit of our own bookkeeping, which needs no identity of the user's: there may be none."""
        return self.put_object("commit", book_entry(tree, parents, message))

    @staticmethod
    def _stored(store: Store, kind: str, data: bytes) -> Oid:
        try:
            return store.write(kind, data)
        except OSError as error:
            raise GitFailed(
                f"cannot write to '{printable(str(store.folder))}': {(error.strerror or str(error)).lower()}"
            ) from error


def tree_of(files: Mapping[str, Oid]) -> bytes:
    """The content of a tree of plain files, by name."""
    return b"".join(
        b"100644 " + name.encode() + b"\0" + bytes.fromhex(oid) for name, oid in sorted(files.items())
    )


def book_entry(tree: Oid, parents: Iterable[Oid], message: str) -> bytes:
    """The content of a commit of our own bookkeeping, made now."""
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += [f"{role} {_NAME} <{_ADDRESS}> {int(time.time())} +0000" for role in ("author", "committer")]
    return "\n".join([*lines, "", ""]).encode() + message.encode("utf-8", "surrogateescape")


def failure(arguments: Iterable[str], status: int, stderr: str) -> ParallelError:
    """The exception for a git command that ended badly: git's last words, and which command it was."""
    verb = next((a for a in arguments if not a.startswith("-") and "=" not in a), "git")
    said = [line for line in stderr.strip().splitlines() if line.strip()]
    words = next((line for line in said if line.startswith(("fatal: ", "error: "))), said[-1] if said else "")
    words = words.removeprefix("fatal: ").removeprefix("error: ")
    if "not a git repository" in words:
        return NotARepository(
            "not a git repository", hint="change into a repository, or make one with 'git init'"
        )
    # The admin directory of some worktree is damaged, which git says of the first file that it wants from there.
    hint = "'git parallel doctor' finds what is damaged" if "/commondir" in words else ""
    return GitFailed(f"git {verb} failed: {printable(words) or f'exit status {status}'}", hint=hint)


def _not_started(directory: Path) -> ParallelError:
    if not directory.is_dir():
        return GitFailed(f"the directory '{printable(str(directory))}' is gone")
    return Unusable("git is not on PATH", hint="install git 2.38 or newer")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
