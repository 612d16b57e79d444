"""What the manual says of settings, files, environment, exit statuses and JSON keys.

Tests hold these tables against the code they speak of: nothing here may be missing there, or the other
way round. What stands in backticks is set as typed.
"""

from ..agents import presets
from ..errors import ANSWER_IS_NO, DONE, GIT_FAILED, STALE, USAGE
from ..tasks.sources import BUILT_IN

_PRESETS = ", ".join(f"`{name}`" for name in presets.names())
_BUILT_IN = ", ".join(f"`{source.name}`" for source in BUILT_IN)
# Each setting's meaning; its default is read from `config.Settings`, words stand where that is empty.
MEANINGS = {
    "parallel.branch": "Template for the name of a task's branch. `{id}` must be in it; `{repo}`, the name of "
    "the main worktree's folder, may be.",
    "parallel.worktree": "Template for the path of a task's worktree, relative to the main worktree. "
    "`{id}` must be in it; `{repo}` may be.",
    "parallel.target": "The branch that tasks are read from, start from and are merged into.",
    "parallel.maxParallel": "How many agents may be at work at once, at most.",
    "parallel.admission": "`auto` launches fewer agents while the machine is busy, by the settings that "
    "follow. `off` launches whatever the load.",
    "parallel.cpuSteps": "How many agents at which load of all cores, as `LIMIT:SLOTS`: below LIMIT percent, SLOTS "
    "agents, which is a number or a percentage of `parallel.maxParallel`, rounded down. From the last limit on it "
    "is one; with no step at all the CPU does not matter. Separated by spaces or commas, or given several times.",
    "parallel.memorySteps": "The same by the percentage of memory in use. The smaller number counts.",
    "parallel.loadMargin": "How many percentage points the load must fall below a limit before more agents are "
    "launched again.",
    "parallel.diskReserve": "Disk space that must stay free beside the next worktree, whose size is predicted: "
    "`512k`, `256m`, `2g`. Where there is less nothing is launched.",
    "parallel.ownership": "What happens to a path that is nobody's when a task changes it. `claim` takes it "
    "for the task. `strict` refuses it until `git parallel claim` has taken it.",
    "parallel.push": "Whether agents may push from their worktrees.",
    "parallel.overlap": "From what on an overlap keeps two tasks from running at the same time. `file`: both may "
    "touch the same file. `hunk`: only if both change the same or neighbouring lines, or one takes a file away "
    "or creates it that the other touches.",
    "parallel.otherWork": "Which branches that are no tasks take part in `git parallel plan` as other work, when "
    "they are ahead of the target: `none`, `local` ones, or `remote` ones as well. They are shown, and keep no "
    "task from running.",
    "parallel.specs": "Glob of the spec files that declare tasks. May be given several times.",
    "parallel.roadmap": "Glob of the roadmaps that declare tasks. May be given several times.",
    "parallel.sources": "The forms of task documents to read, by name; the first that knows a document reads it. "
    "Separated by spaces or commas, or given several times.",
    "parallel.agent": "The agent type that `git parallel run` starts when it is given neither `--agent` nor "
    "a command, for tasks that name no agent type with a command of its own.",
    "parallel.prompt": "The file that prompts are made from: a path in the target's commit, or, in your own settings "
    "only, an absolute one. `{spec}` must be in it; `{id}`, `{title}`, `{source}`, `{agent}`, `{branch}`, "
    "`{worktree}`, `{target}`, `{attempt}`, `{owned}`, `{neighbours}`, `{landed}` and `{check}` may be. `{{` and "
    "`}}` are braces.",
    "parallel.verify": "Shell command that must succeed on the merged tree before the target is moved.",
    "parallel.verifyJobs": "How many commands that verify may run at once, each in a worktree of its own.",
    "parallel.verifyTimeout": "How long such a command may take: `90s`, `30m`, or `off`. One that takes longer is "
    "ended, and has failed.",
    "parallel.strategy": "In what form branches come to the target. `merge`: by a merge commit each. `squash`: by one "
    "commit each. `rebase`: by their commits made anew one after the other, or by one where the branch holds merges or "
    "one of its commits is in conflict by itself.",
    "parallel.updateRoadmap": "Whether the commit by which a task lands also marks it as complete, with the date, in "
    "the roadmaps and other documents that list it.",
    "parallel.timeout": "Stop an agent after this long: `90s`, `30m`, `2h`, `1h30m`, or `off`.",
    "parallel.stallTimeout": "Stop an agent that for this long has printed nothing, used next to no CPU and changed no "
    "file in its worktree; `off` lets it be.",
    "parallel.retries": "How often a task that failed is tried again by itself.",
    "parallel.retryDelay": "How long to wait before the first of these; each further one waits twice as long, and up "
    "to half of the wait is left to chance.",
    "parallel.retryMaxDelay": "The longest such wait.",
    "parallel.logLimit": "How large the log of one attempt may become: `512k`, `64m`, `1g`. Of more, the first quarter "
    "and the end are kept.",
    "parallel.budget": "When the agents that have ended cost so many USD in sum, a run launches nothing more. Those "
    "that run finish.",
    "parallel.specAgent": "The agent type that `git parallel start` has write specs when too few tasks are ready.",
    "parallel.grace": "How long an agent that is being stopped has to end before it gets the next, harder "
    "signal.",
    "parallel.copy": "What git ignores in the main worktree and each new worktree needs too, such as `.env`: a path, a "
    "directory or a glob, copied. May be given several times.",
    "parallel.link": "The same, but linked to instead of copied: all share what is behind it.",
    "parallel.setup": "Shell command that is run once in each new worktree before its agent starts. `git parallel "
    "log ID --setup` shows what it printed.",
    "parallel.setupTimeout": "How long that may take: `90s`, `30m`, or `off`.",
    "parallel.submodules": "`auto`: submodules that are initialised in the main worktree are there in each worktree, "
    "from what is in `.git/modules/`. `off` leaves their places empty.",
    "parallel.fetch": "Whether `git parallel run` and `start` first fetch what the target follows, and bring the "
    "target there if that is a fast-forward.",
    "parallel.sparse": "Whether a new worktree holds only the directories that its task touches, their tests and the "
    "files at the root. `git parallel claim` brings more into it. A task of which no files are known gets all of them.",
    "parallel.sandbox": "`on` starts agents in a sandbox: of the repository they can write their own worktree and "
    "branch, and see no worktrees of others. Where there can be none nothing is run. `off` starts them like any other "
    "command. Linux only.",
    "parallel.pool": "How many checkouts that `git parallel prune` puts into the trash may be handed on to the "
    "next tasks, which is faster than a new checkout. Only such as hold nothing but their commit; an undo "
    "makes those again. 0 hands none on.",
    "parallel.disposable": "Glob of the ignored files that `git parallel prune` need not keep. May be given "
    "several times. Any other ignored file keeps its worktree.",
}
EMPTY_DEFAULTS = {
    "parallel.sources": f"all that are built in, which are {_BUILT_IN}",
    "parallel.specs": "the places of `spec` below",
    "parallel.roadmap": "the places of `roadmap` below",
    "parallel.target": "the branch checked out in the main worktree",
    "parallel.agent": "none",
    "parallel.prompt": "one that has all of these; `git parallel run --print-prompt ID` shows what comes of it",
    "parallel.verify": "none",
    "parallel.verifyTimeout": "none",
    "parallel.timeout": "none",
    "parallel.specAgent": "none",
    "parallel.copy": "nothing",
    "parallel.link": "nothing",
    "parallel.setup": "none",
    "parallel.fetch": "`false`",
    "parallel.updateRoadmap": "`false`",
    "parallel.push": "`false`",
    "parallel.sparse": "`false`",
    "parallel.pool": "`0`",
    "parallel.budget": "none",
    "parallel.retries": "`0`",
}
HOT_MEANINGS = {
    "parallel.hotFile.<glob>": "What it means that two tasks touch a file which everybody touches, such as a "
    "changelog or a lockfile. `serialise`: one of them at a time, even where it is only expected. `allow`: it keeps "
    "nobody apart. `union`: nor does it, and a merge keeps the lines of both sides. `regenerate`: nor does it, and a "
    "merge makes it anew by the command that follows. A name without `/` is that file in any directory. git allows "
    "letters, digits and `-` only at the end of a key: other globs are written `parallel.hotFile.<glob>.policy`.",
    "parallel.hotFile.<glob>.command": "Shell command that makes such a file anew, run in a worktree with the merged "
    "files wherever both sides have changed it. It implies `regenerate` where no other policy is set.",
}
SCOPE_MEANINGS = {
    "parallel.verify.<glob>.command": "Shell command that the merged tree must pass where a merge changes what the "
    "glob fits; several may be asked for. `parallel.verify` is run then only where something is changed that no such "
    "glob fits. An empty command says that this needs no verification. A name without `/` is that file in any "
    "directory, and `**` is everything.",
}
SOURCE_MEANINGS = {
    "parallel.<name>.files": "Glob of the documents of the form `<name>`, in place of those below. May be given "
    "several times. For `spec` and `roadmap` it goes before `parallel.specs` and `parallel.roadmap`.",
}
# Where documents of each form lie without any setting; of some, only the settings can tell.
PLACES = {source.name: source.globs for source in BUILT_IN}
AGENT_MEANINGS = {
    "agent.<name>.owns": "Path, directory or glob that agents of this type may change; `**` is whatever no other "
    "pattern fits. May be given several times. Of the types that a path fits, the one with the most specific pattern "
    "has it: the path itself, else the longer directory, more letters, fewer wildcards. Types without any may change "
    "what their tasks declare, and what no type owns.",
    "agent.<name>.singleton": "Whether only one agent of this type may run at a time. Default: `false`.",
    "agent.<name>.command": "The command that `git parallel run --agent <name>` starts, split into words as a "
    "shell would, but run without one. What follows `--` is added to it. A word `{prompt}`, or `--option={prompt}`, is "
    "replaced by the prompt, `{prompt_file}` by the path of a file with it.",
    "agent.<name>.preset": "The well-known agent that this type is, which says how it is started unless a command is "
    f"set, and how what it prints is read: {_PRESETS}. Default: the one called `<name>`, if there is one.",
    "agent.<name>.args": "Arguments that are added to the command of the preset, such as `--model NAME`.",
    "agent.<name>.price": "What a million tokens cost in USD, as three numbers: of input, of input that was read from "
    "a cache, of output. It is used where the agent tells its tokens and not what they cost.",
}
AGENT_ENVIRONMENT = {
    "GIT_PARALLEL_TASK": "The id of the task.",
    "GIT_PARALLEL_TITLE": "Its title.",
    "GIT_PARALLEL_SPEC": "The path of the document that declares it.",
    "GIT_PARALLEL_PROMPT_FILE": "A file with the text that is on the standard input too: the prompt.",
    "GIT_PARALLEL_BRANCH": "The branch that is checked out in its worktree.",
    "GIT_PARALLEL_WORKTREE": "The path of its worktree, where the agent is started.",
    "GIT_PARALLEL_ATTEMPT": "The number of this attempt, from 1.",
    "GIT_PARALLEL_PORT": "A TCP port that nobody else was given, the same as long as the worktree is there.",
    "TMPDIR": "A temporary directory of its own, which goes with the worktree.",
}
SPEC_FILES = {
    "`SPEC-<id>-<slug>.md`": "One task, anywhere in the repository, committed on the target. Its first heading "
    "is the title, the whole text is what the agent is told to do.",
    "`**File**:`, `**Files**:`": "What the task will touch: paths from the top of the repository, "
    "directories (`src/`) and globs (`src/**/*.py`), behind the label or as a list below it. `(NEW)` and "
    "`(DELETE)` behind a path say what happens to it. A heading such as `Files to Create/Modify` opens a list too.",
    "`**Depends on**:`": "The tasks that have to be merged first: `SPEC-9`, `PRIORITY 20`, `US-043`.",
    "`**Status**:`": "Planned, in progress, blocked or complete, in words or as an emoji. What is complete is "
    "not run; what is blocked is run only by name.",
    "`**Agent**:`": "The type of agent that does it; `agent.<name>.owns` bounds what it may change.",
    "`### PRIORITY 20: Title`": "A task in a `ROADMAP.md`, in the order of its number; `### US-043: Title` is one "
    "too. With a spec of the same number it is one task, which takes its files from the spec and its status "
    "and priority from the roadmap.",
}
WAYS_ON = {
    "failed, lost, cancelled": "`git parallel log ID` shows what the agent printed. `git parallel retry ID` "
    "tries again: in the same worktree with what is there, from today's target if the branch has no commit of its "
    "own. With `--fresh` it begins in a new worktree, and `git parallel prune --undo ID` brings the old one back.",
    "conflicted": "`git parallel merge --resolve ID` begins the merge of the target in its worktree: solve it there "
    "and commit, then `git parallel merge ID`. `git parallel merge --resolver AGENT ID` has an agent do all of it.",
    "rejected": "Each commit counts, also one that a later one takes back. In its worktree: "
    "`git rebase -i TARGET`, take the foreign change out of its commits. Then `git parallel merge ID`.",
    "verification failed": "Mend it in its worktree and commit. Then `git parallel merge ID`.",
}
FILES = {
    "`refs/parallel/tasks/<id>`": "The life of a task, one commit for each of its states, with `record.json` "
    "and the spec in its tree. `git log --first-parent refs/parallel/tasks/<id>` shows it.",
    "`refs/parallel/claims`": "Which unfinished task took which paths that no spec declares, and until when.",
    "`refs/parallel/trash/<id>/<time>`": "The commits of what `git parallel prune` put away.",
    "`.git/parallel/`": "Everything else, readable by nobody but you: the agents' output in `logs/<id>/`, with "
    "`verify.log` where the merge of a task was broken and `make.log` where files were made anew for it, pruned "
    "worktrees in `trash/`, the hooks of agent worktrees in `hooks/` and `guard/`, what tells which "
    "agents are alive and how far they are in `tasks/`, who waits for which paths in `waiting/`, what the coordinator "
    "says in "
    "`logs/coordinator.log`, and what documents were understood as in `cache/`, "
    "which may be deleted.",
    "`.gitparallel`": "The team's settings, in the syntax of a git config file, read as committed on the target. Your "
    "own settings go before them. What would be run (`parallel.verify`, `parallel.verify.<glob>.command`, "
    "`parallel.hotFile.<glob>.command`, `parallel.setup`, `agent.<name>.command`, `.args`, `.preset`) and "
    "`parallel.worktree` count there only once `git parallel trust` has shown you that very content.",
}
STATUSES = {
    str(DONE): "Done.",
    str(
        ANSWER_IS_NO
    ): "The answer is no: tasks overlap under `--check`, a document has a problem under `--lint`, "
    "a task failed, a merge was refused or in conflict, a path belongs to somebody else "
    "(also under `owners --task`), "
    "a task does not run.",
    str(USAGE): "The command line or a setting cannot be meant; nothing was done.",
    str(
        STALE
    ): "Somebody else was first or is at work; nothing was changed, and the command is safe to repeat.",
    str(GIT_FAILED): "git failed, or this is not a repository that can be worked on.",
    f"{GIT_FAILED}+n": "Stopped by signal n; `130` is Ctrl-C.",
}
# These verbs answer as `run` does.
RUNS = ("delegate", "retry")
_COSTS = (
    "and, each null where its agent did not tell, `cost` (of the latest attempt, in USD), `tokens_in`, `tokens_cached` "
    "(those of them that were read from a cache) and `tokens_out`; `spent` is the cost of all attempts together"
)
_VERSION = {"version": "Version of the format, `1`. Keys may be added to a version; none go."}
JSON = {
    "tasks": {
        **_VERSION,
        "base": "The commit that was read.",
        "target": "The branch it is on.",
        "valid": "Whether there is no problem.",
        "tasks": "Each task: `id`, `title`, `source` and `line` of its document, all its `documents`, `status`, "
        "`agent`, `priority`, `estimate` (seconds of work), `after` and `conflicts` (ids), `alone` (whether it "
        "must run beside no other), `aliases` (other spellings), `rivals` (ids of tasks that claim the same "
        "short id), `unknown` (whether nothing is known of its files), and `declared` and `mentions`, each with "
        "`path`, `kind`, `source`, `line`, `written` (as the document spells it), `ranges` (first and last "
        "lines) and `guess` (whether the document does not say the kind).",
        "problems": "What was not understood: `source`, `line`, `message`.",
    },
    "plan": {
        **_VERSION,
        "base": "The commit that was read.",
        "target": "The branch it is on.",
        "valid": "Whether all these tasks can run at the same time.",
        "reason": "Why, or why not.",
        "tasks": "Each task: `id`, `title`, `source` and `line` of its document, `status` as declared, `state` "
        "as recorded, `agent`, `priority`, `after` (ids), `unknown` (whether nothing is known of its files), "
        "and `files`, each with `path`, `kind`, `origin`, `line`, `source`, `weight` (how likely it is that the "
        "task really changes it), `lines` (where known) and `why` (of what is predicted).",
        "task_file_map": "Declared paths by task id.",
        "independent_pairs": "The pairs of ids that can run at the same time; null for more than 1000 tasks.",
        "conflicts": "The pairs that overlap: `pair` (two ids, or names of other work), `paths`, `risk`, `why`, "
        "`excludes` (whether it keeps the two apart), `likelihood` (of a conflict), `sharing` (how likely they "
        "change one file at all) and `lines`, each with `path` and the ranges `left` and `right`.",
        "waves": "Lists of ids: what can run together, in order.",
        "held": "What cannot be planned: `id`, `reason`.",
        "other_work": "What is in flight and no task: `name` and `files`.",
        "stale": "What does not merge into the target any more: `name`, `paths`.",
        "drift": "What tasks touch beyond what they declared: `id`, `paths`, `collides_with`.",
        "timeline": "A simulation of the run, null for more than 500 tasks: `basis` of the estimates (`records`, "
        "`documents` or `equal`), `slots`, `makespan`, `work`, `speedup`, `critical_path`, and `spans`, each with "
        "`id`, `start`, `end` and `behind`. In seconds, or in lengths of a task.",
        "merge_order": "Ids that wait for their merge, in the order with least conflict.",
        "problems": "What is wrong in the documents: `source`, `line`, `message`.",
        "warnings": "What else is to be known, in words.",
    },
    "run": {
        **_VERSION,
        "success": "Whether everything launched has succeeded and nothing named was left out.",
        "tasks": "Each task: `id`, `state`, `branch`, `worktree`, `attempt`, `exit_status`, `seconds`, `reason`, "
        f"{_COSTS}.",
        "held": "What could not be planned: `id`, `reason`.",
        "priorities_executed": "Ids in the order of their launch.",
        "worktrees_created": "How many tasks were launched.",
        "monitoring_result": "Counts: `completed`, `failed`, `total`.",
        "merge_results": "With `--merge`, by id: `merged`, `conflicted`, `rejected`, `broken`, `unverified` (the "
        "target fails the verify command by itself), `blocked`, `early` (it stands on others that are not merged), "
        "`unresolved` (conflict markers were left in it), `astray` (its branch is not that of its recorded work) or "
        "`untrusted`.",
        "duration_seconds": "How long it all took.",
        "start_time": "When it began, ISO 8601 in UTC.",
        "end_time": "When it ended.",
        "speedup": "Seconds of work in sum by seconds taken.",
        "handed": "Ids that were given to the coordinator that is at work.",
        "cost": "What the agents that ended in it cost in sum, in USD, as far as they told; null where none did.",
    },
    "status": {
        **_VERSION,
        "target": "The branch that tasks are merged into.",
        "tasks": "Each task that has been run: `id`, `title`, `state`, `agent`, `branch`, `worktree`, `pid`, "
        "`attempt`, `started`, `ended`, `seconds`, `exit_status`, `ahead` (commits that the target has not), "
        "`drift` (paths that it touches and did not declare), `collides_with` (the tasks that it meets there), "
        "`claims` (what it holds by claim: `path`, `until`), `waits_for` (paths that it waits for), "
        "`progress` (`percent`, `estimated`, `message`, and `basis`: `report`, or some of `boxes`, `files` and "
        "`time`), `eta_seconds` (how long it will run on), `reason`, "
        f"{_COSTS}.",
        "running": "Ids of the tasks whose agents are alive.",
        "queued": "What waits for its launch: `id`, `reason`.",
        "replanned": "Where running tasks collide with others beyond what they declared: the waves as they are "
        "planned now.",
        "eta_seconds": "When all that runs and waits will have ended, as estimated, in seconds from now.",
        "eta_is_least": "Whether nothing tells how long some running task will take, so that it may be later.",
        "speedup": "Seconds of work in sum by seconds taken, of the run at work so far.",
        "load": "`cpu_percent`, `memory_percent`, `disk_free_bytes`.",
        "mended": "What was put right on the way, in words.",
        "problems": "What is wrong, in words.",
    },
    "merge": {
        **_VERSION,
        "target": "The branch merged into.",
        "from": "Its commit before.",
        "to": "Its commit after.",
        "is_rehearsal": "Whether it was a `--dry-run`: all this is what would become of the tasks.",
        "merged": "Ids that are on the target now, in the order in which they landed.",
        "flaky": "Those of them whose verification failed first, and passed the second time.",
        "conflicted": "Tasks in conflict with the target: `id`, `paths`, and `conflicts`, the same paths in detail: "
        "`path`, `kind` (git's word for it), `sides` (of `base`, `ours` and `theirs` those that have it), `hunks` "
        "(the lines `first` and `last` in the merged file, and those of both sides) and `brought`, the commits of the "
        "target that changed it, each with `commit`, `author`, `subject`, and the `task` it came from, its `title` "
        "and `source`.",
        "rejected": "Tasks that change what is not theirs: `id` and `violations`, each with `commit`, `path`, "
        "`owner` and `why`.",
        "broken": "Tasks whose merged tree failed the verify command: `id`, `exit_status`, `log`, and "
        "`only_with`, the tasks without which it would pass.",
        "unverified": "Tasks of which nothing can be said, for the target fails the verify command by itself: `id`, "
        "`exit_status`, `log`.",
        "blocked": "Tasks kept out by a worktree that has the target checked out: `id`, `checkout`, `paths`, "
        "`reason`.",
        "not_ready": "Tasks that have nothing to merge, stand on others that are not merged, or whose branch or target "
        "cannot be trusted: `id`, `reason`.",
        "notes": "What has changed since the launch of the files that can mislead git, a sentence each.",
    },
    "owners": {
        **_VERSION,
        "policy": "What happens to a path that is nobody's: `claim` or `strict` (`parallel.ownership`).",
        "task": "The task that was asked about with `--task`, or null.",
        "missed": "The words that stand for no path.",
        "paths": "Each path: `path`, `ground` (`claimed` by a task, `declared` by the specs of tasks, `territory` of "
        "agent types, `control` file, or `nobody`), `owners` (tasks, or agent types), `patterns` (by which they own "
        "it), `until` (when a claim ends, if not with its task), `control` (whose control file it is: `git` or `git "
        "hooks`; else null), and with `--task` `may` (`yes`, `claim`: as soon as the task commits it, or `no`) and "
        "`why` it may not.",
    },
    "hooks": {
        **_VERSION,
        "installed": "Whether the hooks are installed.",
        "in_order": "Whether nothing is wrong with them.",
        "problems": "What is wrong, a sentence each.",
        "ours": "The hooks by which agents are judged.",
        "yours": "The hooks of yours that run in agent worktrees as well.",
        "worktrees": "Ids of the tasks whose worktrees they guard.",
        "push": "Whether agents may push.",
    },
    "doctor": {
        **_VERSION,
        "is_healthy": "Whether nothing is wrong, with `--fix` any more.",
        "findings": "What is wrong or was: `kind` (a stable word), `subject` (the path, ref or task), `what`, `heal` "
        "(the command that heals it), `is_fixed` and `done` (how it was healed; else null).",
        "notes": "What could not be looked at or healed, in words.",
    },
    "trust": {
        **_VERSION,
        "target": "The branch whose `.gitparallel` it is.",
        "trusted": "Whether the commands in it count now.",
        "commands": "The settings that are run: `key`, `value`.",
    },
    "cancel": {
        **_VERSION,
        "cancelled": "Ids that are cancelled now.",
        "refused": "Tasks that are not: `id`, `reason`.",
    },
    "prune": {
        **_VERSION,
        "is_rehearsal": "Whether nothing was done (`--dry-run`).",
        "removed": "What was put away: `id`, `branch`, `tip`, `worktree`, `overruled` (what spoke against it), `time`, "
        "`trash` (the ref that keeps it), `bytes` (with `--expire`).",
        "kept": "What stays: `id`, `reason`, `reasons`.",
        "landed": "Ids of those that somebody else had brought to the target; they are recorded as merged.",
        "mended": "What was brought to its end on the way.",
        "restored": "With `--undo`: `id`, `worktree`.",
        "refused": "With `--undo`: what could not be brought back: `id`, `reason`.",
        "trash": "With `--list`: what is in the trash, as in `removed`.",
        "aside": "With `--list` and `--expire`: what `doctor` has put by: `source` (where it was), `folder`, `why`, "
        "`time`, `bytes`.",
        "strange": "With `--list`: refs among those of the trash that are none of git-parallel.",
        "freed": "With `--expire`: what is gone for good, as in `removed`.",
        "left": "With `--expire`: what is still in the trash, as in `removed`.",
    },
}
JSON |= dict.fromkeys(RUNS, JSON["run"])
