"""Branches put one on top of the other in memory: what the target becomes if they land, a commit for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...git.commit_text import Persons, Text, build, in_utf8, parse
from ...git.merger import Merger
from ...git.mergetree import Conflicted, Merged
from ...git.scratch import Scratch
from ...git.tree_files import TreeFiles
from ...names import Oid, TaskId
from ...overlap.verify_scopes import Commands, commands_for
from ...schedule.strategy import Strategy
from . import messages
from .finishing import Finishing
from .judgement import Judged


@dataclass(frozen=True, slots=True)
class Style:
    """How branches land: by which strategy, in whose name, and verified how."""

    strategy: Strategy
    target: str
    persons: Persons
    verify: Commands


@dataclass(frozen=True, slots=True)
class Link:
    """A branch in a chain: where the target is before it and after it.

    `plain` is a commit with the files as the merge alone makes them, without what we add.
    """

    judged: Judged
    onto: Oid
    commit: Oid
    plain: Oid

    @property
    def task(self) -> TaskId:
        """Whose branch it is."""
        return self.judged.task


@dataclass(frozen=True, slots=True)
class Chain:
    """Branches one on top of the other, and those which are in conflict with what is below them."""

    onto: Oid
    links: tuple[Link, ...] = ()
    clashes: tuple[tuple[Judged, Oid, Conflicted], ...] = ()

    @property
    def tip(self) -> Oid:
        """What the target becomes."""
        return self.links[-1].commit if self.links else self.onto


class Assembly:
    """Makes chains in a scratch repository; what two of them have in common at their beginning is made once."""

    def __init__(
        self,
        room: Scratch,
        merger: Merger,
        files: TreeFiles,
        style: Style,
        finishing: Finishing,
    ) -> None:
        self._room, self._merger, self._files, self._style = room, merger, files, style
        self._finishing = finishing
        self._known: dict[tuple[Oid, TaskId], Link | Conflicted] = {}

    def extended(self, chain: Chain, more: Iterable[Judged]) -> Chain:
        """A chain with more branches on top, in this order; who is in conflict is left out."""
        links, clashes, onto = list(chain.links), list(chain.clashes), chain.tip
        for judged in more:
            made = self._on_top(onto, judged)
            if isinstance(made, Link):
                links.append(made)
                onto = made.commit
            else:
                clashes.append((judged, onto, made))
        return Chain(chain.onto, tuple(links), tuple(clashes))

    def _on_top(self, onto: Oid, judged: Judged) -> Link | Conflicted:
        known = self._known.get((onto, judged.task))
        if known is None:
            known = self._known[onto, judged.task] = self._made(onto, judged)
        return known

    def _made(self, onto: Oid, judged: Judged) -> Link | Conflicted:
        if not judged.commits:
            # Others have brought all that it has.
            return Link(judged, onto, onto, onto)
        merged = self._merged(onto, judged)
        if isinstance(merged, Conflicted):
            return merged
        tree = self._finishing.marked(judged.task, merged.tree)
        commit = self._landing(onto, judged, merged.tree, tree)
        plain = commit if tree == merged.tree else self._room.commit(merged.tree, [onto])
        return Link(judged, onto, commit, plain)

    def _merged(self, onto: Oid, judged: Judged) -> Merged | Conflicted:
        """The files of both sides put together, by git, by what the user has done before, or by a command."""
        task, tip = judged.task, judged.candidate.tip
        merged = self._merger.merge(self._joined(onto, judged.beneath), tip)
        if isinstance(merged, Conflicted):
            tree = self._finishing.rescued(task, onto, tip, merged)
            return merged if tree is None else Merged(tree)
        if not self._finishing.project.settings.makers:
            return merged
        remade = self._finishing.remade(task, onto, tip, merged.tree, judged.touched)
        return Conflicted(tuple(sorted(judged.touched))) if remade is None else Merged(remade)

    def _joined(self, onto: Oid, beneath: Sequence[Oid]) -> Oid:
        """The target with what it has in another form in its history, so that git takes that for common to both."""
        return self._room.commit(self._files.tree_of(onto), [onto, *beneath]) if beneath else onto

    def _landing(self, onto: Oid, judged: Judged, merged: Oid, tree: Oid) -> Oid:
        """The commit by which a branch lands on another, with this tree; `merged` is what git alone makes of it."""
        tip, record, style = judged.candidate.tip, judged.candidate.record, self._style
        verified = verified_by(judged, style.verify)
        if style.strategy is Strategy.REBASE:
            replayed = self._replayed(onto, judged, merged, tree)
            if replayed is not None:
                return replayed
        if style.strategy is Strategy.MERGE:
            message = messages.merging(record, style.target, verified)
            return self._commit(tree, [onto, tip], Text(style.persons.author, message))
        texts = [in_utf8(parse(self._files.read(oid))) for oid in judged.commits]
        authors = {text.author.rpartition(b"> ")[0] for text in texts}
        author = texts[-1].author if len(authors) == 1 else style.persons.author
        message = messages.squashing(record, texts, tip, verified)
        return self._commit(tree, [onto], Text(author, message))

    def _replayed(self, onto: Oid, judged: Judged, merged: Oid, tree: Oid) -> Oid | None:
        """The last of the branch's commits made anew, one by one, on the target; None where they make no line.

        That is so where it has merges, where one of them conflicts by itself, or where the merge of the whole gives
        something else. Each is merged with a base that is its parent, in commits of trees only (as `git replay`).
        """
        record, steps, at = judged.candidate.record, [], self._files.tree_of(onto)
        for oid in judged.commits:
            data = self._files.read(oid)
            own, parents = _headed(data)
            if len(parents) != 1:
                return None
            before = self._files.tree_of(parents[0])
            base = self._room.commit(before)
            result = self._merger.merge(self._room.commit(at, [base]), self._room.commit(own, [base]))
            if isinstance(result, Conflicted):
                return None
            if result.tree != at or own == before:
                steps.append((result.tree, in_utf8(parse(data))))
            at = result.tree
        if at != merged or not steps:
            return None
        steps[-1] = (tree, steps[-1][1])
        for number, (content, text) in enumerate(steps, 1):
            tip = judged.candidate.tip if number == len(steps) else None
            message = messages.replaying(text, record, tip, verified_by(judged, self._style.verify))
            onto = self._commit(content, [onto], Text(text.author, message, text.encoding))
        return onto

    def _commit(self, tree: Oid, parents: Sequence[Oid], text: Text) -> Oid:
        return self._room.write("commit", build(tree, parents, text, self._style.persons.committer))


def verified_by(judged: Judged, verify: Commands) -> str:
    """The commands that what a branch touches has been verified by, in one line."""
    return "; ".join(one.command for one in commands_for(judged.touched, verify.scopes, verify.general))


def _headed(data: bytes) -> tuple[Oid, list[Oid]]:
    """The tree and the parents of a commit, of its content."""
    lines = data.partition(b"\n\n")[0].split(b"\n")
    parents = [Oid(line[7:].decode("ascii")) for line in lines if line.startswith(b"parent ")]
    return Oid(lines[0].removeprefix(b"tree ").decode("ascii")), parents
