"""The clauses of a sentence: what its verbs say of each path.

The verb of a clause says what is done, the word before a path whether it is done to it: `in`, `to` and `at`
lead to what is written, `from`, `for`, `using` and the like to what is only read. Behind the first path that
is written, only what is joined to it by "and" or begins with a verb of its own is written, too.
"""

from dataclasses import dataclass, field, replace

from ..task import Kind
from . import paths
from .labels import VERBS
from .paths import Named
from .spans import said_lines
from .tokens import Token
from .vocabulary import (
    COMMANDS,
    DONE,
    FILLERS,
    FORBIDDING,
    FORBIDDING_BEFORE_NOT,
    INTO,
    JOINTS,
    MOVING,
    NO_NOUNS,
    NOT_INTO,
    NOUNS,
    OPENING,
    READ_BEFORE,
    READING,
    READING_NOUNS,
    REMARKS,
    ROUTES,
    TAKING,
    is_change,
    is_test_file,
    is_verb,
    is_writing,
)

_ENDING = (".", "!", "?")
_DASHES = frozenset(("-", "–", "—", "--"))
_LABEL_WORDS = 5
_SHORT_REMARK = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A path of a sentence, and how it stands in it."""

    named: Named
    kind: Kind
    is_guess: bool
    is_direct: bool  # the object of the verb itself
    is_place: bool  # behind "in", "to" and the like
    verb: str
    is_modifier: bool = False  # of the noun behind it


@dataclass(slots=True)
class Clauses:
    """Goes through the tokens of one sentence, clause by clause."""

    is_strict: bool
    is_about_tests: bool
    found: list[Found] = field(default_factory=list)
    verb: str = ""
    is_begun: bool = False  # the clause has its verb, or something in place of it
    is_first: bool = True  # no other clause before
    is_label_read: bool = False  # `Validation: ...`
    since_verb: int = 0  # words behind the verb that are no fillers
    words: int = 0
    last: str = ""  # the last word that is no filler
    before: str = ""  # the word before that
    has_main: bool = False
    is_aside: bool = False  # behind "with", "for", "to use" and the like
    previous: str = ""  # the word just before
    is_forbidden: bool = False  # just behind a word that forbids
    is_denied: bool = False  # behind a verb that such a word forbids
    is_denial_over: bool = False  # behind a path that must not be touched
    is_joined: bool = False  # nothing but "and" and commas since the last path
    is_behind: bool = False  # nothing but "file", "directory" and the like since the last path
    after_joint: bool = True
    depth: int = 0
    remark: list[Token] = field(default_factory=list)

    def read(self, token: Token) -> None:
        """Take in the next token."""
        if token.text == "(":
            self.depth += 1
        elif token.text == ")":
            self.depth = max(self.depth - 1, 0)
            if not self.depth:
                self._remark()
        elif self.depth:
            self.remark.append(token)
        elif token.named is not None:
            self._path(token.named)
            if token.text.endswith(".") and not token.is_literal:
                self._clause()
        elif token.text in (";", ".") or token.text in _DASHES:
            self._clause()
        else:
            self._word(token)

    def end(self) -> None:
        """Take in the end of the sentence, and a parenthesis that nobody closed."""
        if self.remark:
            self._remark()

    # words

    def _word(self, token: Token) -> None:
        word = token.word
        if token.text.casefold() in JOINTS or token.text == ",":
            self.after_joint = True
            self.is_behind = False
            return
        self._look_behind(word)
        self._deny(word)
        if self._begins_clause(word):
            self._begin(word)
        elif word:
            self._inside(word)
        else:
            self.is_begun = True
            self.last = "·"
            self.since_verb += 1
        self.words += 1
        self.after_joint = word in ("then", "also")
        if word not in FILLERS and word not in INTO:
            self.is_joined = False
        if token.text.endswith(":") and not token.is_literal:
            self._label()
        elif token.text.endswith(_ENDING) and len(word) > 1 and word not in ("e.g", "i.e", "etc", "vs"):
            self._clause()

    def _look_behind(self, word: str) -> None:
        """`x.json generator`: a name before a noun only says which; what is done is done elsewhere."""
        if not self.is_behind or word in NOUNS:
            return
        self.is_behind = False
        one = self.found[-1]
        is_noun = word and word not in NO_NOUNS and not word.endswith(("ing", "ly"))
        if is_noun and (one.is_direct or one.is_place):
            self.found[-1] = replace(one, is_modifier=True)

    def _deny(self, word: str) -> None:
        """`Do not modify x`, `without touching x`: what the verb behind such words is said of is not touched."""
        if self.is_denied:
            if self.is_denial_over and self.after_joint:
                self.is_denied = False
        elif self.is_forbidden:
            # "Never again touch x" forbids as well; "without tests" does not.
            self.is_denied = is_change(word)
            self.is_forbidden = word.endswith("ly") or word in ("ever", "again", "any")
            self.is_denial_over = False
        else:
            is_not = word == "not" and (self.previous in FORBIDDING_BEFORE_NOT or not self.is_begun)
            is_never = word == "never" and (
                self.after_joint or not self.is_begun or self.previous in FORBIDDING_BEFORE_NOT
            )
            self.is_forbidden = is_not or is_never or word in FORBIDDING
        self.previous = word

    def _begins_clause(self, word: str) -> bool:
        if not word or word.endswith("ly"):
            return False
        if not self.is_begun:
            return True
        is_aside = self.is_aside and not self.is_denial_over
        if not self.after_joint or is_aside or not self.words:
            return False
        # "parsing and validation in x": what reads is a clause of its own only behind what was written.
        return is_writing(word) or (word in READING and self.has_main)

    def _begin(self, word: str) -> None:
        is_denied = self.is_denied and not self.is_denial_over
        if self.is_begun:
            self._clause()
        self.is_denied = is_denied  # "do not create or modify x"
        self.verb = word
        self.is_begun = True
        self.since_verb = 0
        self.before, self.last = "", word

    def _inside(self, word: str) -> None:
        if self.last == "to" and is_verb(word):
            if self.has_main:
                self.is_aside = True
        elif self.verb == "build" and word in ("on", "upon") and not self.since_verb:
            self.verb = "use"
        elif self.has_main and (word in OPENING or (word.endswith("ing") and len(word) > 5)):
            self.is_aside = True
        if word not in FILLERS:
            self.before, self.last = self.last, word
            if word not in INTO:
                self.since_verb += 1

    def _label(self) -> None:
        """What stands before a colon at the head of a sentence is its subject, not its verb."""
        if self.words == 1 and is_writing(self.verb):
            return  # `Create: x`
        if self.words <= _LABEL_WORDS and self.is_first and not self.found:
            is_trial = self.verb == "test" != self.last  # "Test the bump: ...", not "Contract test: ..."
            subject = (READING | READING_NOUNS) - {"test"}
            self.is_label_read = is_trial or self.verb in subject or self.last in subject
            self.is_begun, self.verb, self.last, self.before = False, "", "", ""
            self.since_verb = 0
        elif self.found:
            self._clause()

    def _clause(self) -> None:
        self.is_begun = self.is_aside = self.is_first = False
        self.verb = self.last = self.before = ""
        self.since_verb = 0
        self.is_joined = self.is_behind = self.has_main = False
        self.is_denied = self.is_denial_over = self.is_forbidden = False

    # paths

    def _path(self, named: Named) -> None:
        is_more = self.is_joined and self.after_joint and self.found
        self.found.append(replace(self.found[-1], named=named) if is_more else self._judged(named))
        one = self.found[-1]
        self.is_begun = self.is_joined = self.is_behind = True
        self.after_joint = False
        self.is_denial_over = self.is_denied
        self.has_main = self.has_main or (one.kind is not Kind.MENTION)
        self.before, self.last = self.last, "·"

    def _judged(self, named: Named) -> Found:
        is_direct = self.since_verb == 0 and self.last not in INTO and not self.has_main
        place = self.last in INTO
        kind, is_guess = self._kind(named, is_direct=is_direct)
        return Found(named, kind, is_guess, is_direct, place, self.verb)

    def _kind(self, named: Named, *, is_direct: bool) -> tuple[Kind, bool]:
        if self._is_read(named):
            return Kind.MENTION, False
        # "Edge case: updates x" tells what happens when the work is done, not what the work is.
        said = None if self.verb.endswith("s") else VERBS.get(self.verb)
        if self.last == "from":
            return Kind.MODIFY, False
        if is_direct:
            return (said, False) if said else (Kind.MODIFY, True)
        if said is Kind.MOVE:
            return (Kind.CREATE, False) if self.has_main else (Kind.MODIFY, True)
        if said is Kind.CREATE:
            # "Add a route to x" is no new file; "Create the model in x" most often is one.
            return (Kind.MODIFY, True) if self.verb.startswith("add") else (Kind.CREATE, False)
        return Kind.MODIFY, said is None

    def _is_read(self, named: Named) -> bool:
        if self.is_denied:
            return True
        last = self.last
        is_argument = last in COMMANDS or (self.before in COMMANDS and last not in INTO)
        if self.is_label_read or is_argument or last in ROUTES - {self.verb}:
            return True
        if last in INTO and self.is_about_tests and is_test_file(named.path):
            return False
        if self.verb in READING and not (self.verb == "copy" and last in INTO):
            return True
        if not is_writing(self.verb) and (self.is_strict or not self.is_first):
            return True
        if last == "from":
            return self.verb not in TAKING
        if last in READ_BEFORE:
            return True
        if last == "to" and self.before in NOT_INTO:
            return True
        if last not in INTO and self.has_main:
            return True
        if last == "to" and self.has_main and self.verb not in MOVING:
            return True
        return self.is_aside

    # remarks

    def _remark(self) -> None:
        """What stands in parentheses: a word on the path before it, paths, or an explanation."""
        tokens, self.remark = self.remark, []
        named = [token.named for token in tokens if token.named is not None]
        text = " ".join(token.text for token in tokens)
        if not named:
            self._qualify(text, [token.word for token in tokens if token.word])
            return
        listed = None
        if tokens[0].named is not None and not self.has_main and not self._is_read(named[0]):
            listed = self._kind(named[0], is_direct=True)
        done = False
        for token in tokens:
            if token.named is None:
                listed = listed if token.text in JOINTS else None
                done = token.word in DONE or (done and token.text in JOINTS)
                continue
            kind, is_guess = listed or ((Kind.MODIFY, True) if done else (Kind.MENTION, False))
            self.found.append(Found(token.named, kind, is_guess, False, False, self.verb))
            self.has_main = self.has_main or kind is not Kind.MENTION

    def _qualify(self, text: str, words: list[str]) -> None:
        if not self.found:
            return
        one = self.found[-1]
        if lines := said_lines(text):
            self.found[-1] = replace(one, named=replace(one.named, ranges=lines))
        elif words and len(words) <= _SHORT_REMARK and words[0] in REMARKS and not set(text) & set("/,`"):
            said = paths.qualifier_kind(text)
            if said is not None and one.kind is not Kind.MENTION:
                self.found[-1] = replace(one, kind=said, is_guess=False)
