"""What a merge needs beyond what git makes of both sides: files made anew by a command, a mark in the roadmap."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ...git.command import Git
from ...git.mergetree import Conflicted, Merged
from ...git.scratch import Scratch
from ...git.tree_files import TreeFiles
from ...names import Oid, TaskId
from ...overlap import patterns
from ...tasks.task import Task
from ..open import Project

# A commit checked out for a moment; then a command run there, whether it has succeeded.
CheckOut = Callable[[Oid], AbstractContextManager[Path]]
Run = Callable[[str, Path, TaskId], bool]
# What a task itself is declared in; its status is that of the text, and not of the work.
_SPEC = "spec"


@dataclass(frozen=True, slots=True)
class Finishing:
    """Makes the tree of a merge what it is to be.

    `day` is that of the merge, as documents have it; empty where they are not to be marked. In a rehearsal
    (`check_out` is None) no command is run.
    """

    project: Project
    git: Git
    room: Scratch
    files: TreeFiles
    tasks: Mapping[TaskId, Task]
    day: str
    check_out: CheckOut | None
    run: Run

    def rescued(
        self, task: TaskId, onto: Oid, tip: Oid, clash: Conflicted, touched: frozenset[str]
    ) -> Oid | None:
        """The tree of a merge that git cannot make by itself; None where a person has to.

        Either the user has resolved all of it before (rerere), or it is only in files that a command makes anew.
        """
        # Most merges are none of these.
        from ...git.rerere import is_remembered, remembered_tree

        common = self.project.common
        if is_remembered(self.project.git, common):
            tree = remembered_tree(self.git, common, ours=onto, theirs=tip)
            if tree:
                return tree
        makers = [self._maker(path) for path in clash.paths]
        if clash.tree is None or not all(makers):
            return None
        tree = clash.tree
        for path in clash.paths:
            ours = self.files.find(self._tree(onto), path)
            if ours is None or self.files.find(tree, path) is None:
                return None
            tree = self.files.replaced(tree, path, ours)
        # What git has put together of other such files is no more right than their conflict would be.
        mixed = self._mixed(onto, tip, tree, touched.difference(clash.paths))
        return self._made_anew(task, onto, tree, (*clash.paths, *mixed))

    def remade(
        self, task: TaskId, onto: Oid, tip: Oid, tree: Oid, touched: frozenset[str]
    ) -> Merged | Conflicted:
        """The tree with files made anew which git has put together of both sides; these, where that failed."""
        mixed = self._mixed(onto, tip, tree, touched)
        made = self._made_anew(task, onto, tree, mixed) if mixed else tree
        return Conflicted(mixed) if made is None else Merged(made)

    def marked(self, task: TaskId, tree: Oid) -> Oid:
        """The tree with the task told as complete in the documents that list it."""
        declared = self.tasks.get(task)
        if not self.day or declared is None:
            return tree
        # Only who has documents marked has a use for what reads them.
        from ...tasks.marking import marked
        from ..choosing import chooser
        from ..declared import sources

        choose = chooser(sources(self.project))
        for path in dict.fromkeys((declared.source, *declared.documents)):
            forms = [source for source in choose(path) if source.name != _SPEC]
            blob = self.files.find(tree, path) if forms else None
            if blob is None:
                continue
            text = self.files.read(blob).decode("utf-8", "surrogateescape")
            new = marked(text, declared, self.day, path=path, sources=forms)
            if new is not None:
                data = new.encode("utf-8", "surrogateescape")
                tree = self.files.replaced(tree, path, self.room.write("blob", data))
        return tree

    def _made_anew(self, task: TaskId, onto: Oid, tree: Oid, paths: Sequence[str]) -> Oid | None:
        if self.check_out is None:
            return tree
        with self.check_out(self.room.commit(tree, [onto])) as top:
            for command in dict.fromkeys(filter(None, map(self._maker, paths))):
                if not self.run(command, top, task):
                    return None
            for path, blob in self._found(top, paths):
                tree = self.files.replaced(tree, path, blob)
        return tree

    def _found(self, top: Path, paths: Sequence[str]) -> Iterator[tuple[str, Oid]]:
        """What the command has made of the files, as git would store them."""
        for path in paths:
            if (top / path).is_file() and not (top / path).is_symlink():
                out = self.project.git.at(top).run("hash-object", "-w", "--path", path, "--", path)
                yield path, Oid(out.stdout.strip())

    def _maker(self, path: str) -> str:
        """The command that makes a file anew; empty where there is none. The last glob that fits counts."""
        for glob, command in reversed(self.project.settings.makers):
            # A bare name is that file in every directory, as it is for hot files.
            if patterns.matches(patterns.trusted(glob if "/" in glob else f"**/{glob}"), path):
                return command
        return ""

    def _mixed(self, onto: Oid, tip: Oid, tree: Oid, touched: frozenset[str]) -> tuple[str, ...]:
        """The files that a command makes and that have something of both sides now."""
        return tuple(
            path for path in sorted(touched) if self._maker(path) and self._is_mixed(path, onto, tip, tree)
        )

    def _is_mixed(self, path: str, onto: Oid, tip: Oid, tree: Oid) -> bool:
        merged = self.files.find(tree, path)
        sides = (self.files.find(self._tree(side), path) for side in (onto, tip))
        return merged is not None and all(merged != side for side in sides)

    def _tree(self, commit: Oid) -> Oid:
        return self.files.tree_of(commit)
