# fish completion for git-parallel, made by `python -m git_parallel.ui.completions`.

# fish's own git.fish would send `git parallel ...` here, but not in all versions (3.6.0 looks for a command
# `git git-parallel`), and only if git-parallel was on PATH when it was read. So this file is best put into
# conf.d, and does it by itself.
function __git_parallel_of_git
    set -l words (commandline -opc)
    set -l at (contains -i -- parallel $words)
    or return
    set -e words[1..$at]
    complete -C "git-parallel "(string join ' ' -- (string escape -- $words) '')(commandline -ct)
end
complete -c git -f -n '__fish_git_using_command parallel' -a '(__git_parallel_of_git)'

function __git_parallel_verb -d 'The verb that has been typed, if there is one'
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if not string match -q -- '-*' $word
            echo $word
            return
        end
    end
    return 1
end

function __git_parallel_needs_verb
    not __git_parallel_verb >/dev/null
end

function __git_parallel_using
    set -l verb (__git_parallel_verb)
    and test $verb = $argv[1]
    and not __git_parallel_in_command
end

function __git_parallel_in_command_of
    set -l verb (__git_parallel_verb)
    and test $verb = $argv[1]
    and __git_parallel_in_command
end

function __git_parallel_in_command -d 'Whether a command of the user has begun, after --'
    contains -- -- (commandline -opc)
end

function __git_parallel_command
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words)
    or return
    set -e words[1..$at]
    complete -C (string join ' ' -- (string escape -- $words) '')(commandline -ct)
end

function __git_parallel_tasks
    git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/tasks 2>/dev/null
end

function __git_parallel_trashed
    git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/trash 2>/dev/null |
        string replace -r '/.*' '' | sort -u
end

function __git_parallel_conflicted
    git for-each-ref --format='%(refname:lstrip=3) %(subject)' refs/parallel/tasks 2>/dev/null |
        string replace -rf '^(\S+) \S+ conflicted.*' '$1'
end

function __git_parallel_agents
    begin
        printf '%s\n' claude codex gemini copilot opencode aider cursor-agent
        git config --name-only --get-regexp '^agent\..*\.[a-z]*$' 2>/dev/null |
            string replace -r '^agent\.(.*)\.[a-z]*$' '$1'
    end | sort -u
end

complete -c git-parallel -f
complete -c git-parallel -n __git_parallel_needs_verb -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n __git_parallel_needs_verb -l version -d 'Show the version and exit'
complete -c git-parallel -n __git_parallel_needs_verb -a tasks -d 'Show what is understood of the task documents, and what is not'
complete -c git-parallel -n __git_parallel_needs_verb -a plan -d 'Show which tasks can run together, in what order, and why'
complete -c git-parallel -n __git_parallel_needs_verb -a run -d 'Run tasks: each in a worktree and on a branch of its own, as many at once as may be'
complete -c git-parallel -n __git_parallel_needs_verb -a delegate -d 'Give work to agents that no document declares'
complete -c git-parallel -n __git_parallel_needs_verb -a start -d 'Run every task as soon as it is ready, and wait for more, until \'git parallel stop\''
complete -c git-parallel -n __git_parallel_needs_verb -a attach -d 'Show what the coordinator at work says, from its beginning to its end, and exit as it does'
complete -c git-parallel -n __git_parallel_needs_verb -a stop -d 'Have the coordinator launch nothing more and end when its agents have; wait for that'
complete -c git-parallel -n __git_parallel_needs_verb -a cancel -d 'Call tasks off: the agent of one that runs is stopped, and one that waits is not launched'
complete -c git-parallel -n __git_parallel_needs_verb -a retry -d 'Run tasks that failed, were cancelled or could not be merged once more'
complete -c git-parallel -n __git_parallel_needs_verb -a hold -d 'Run a command in this terminal, and have no agent of a singleton type launched meanwhile'
complete -c git-parallel -n __git_parallel_needs_verb -a status -d 'Show the truth about every task at this moment'
complete -c git-parallel -n __git_parallel_needs_verb -a log -d 'Show what the agent of a task printed'
complete -c git-parallel -n __git_parallel_needs_verb -a merge -d 'Merge what has succeeded into the target, each commit judged, the result verified'
complete -c git-parallel -n __git_parallel_needs_verb -a prune -d 'Put worktrees and branches that are merged, clean and dead into the trash'
complete -c git-parallel -n __git_parallel_needs_verb -a claim -d 'Take paths that no spec declared for the task of this worktree'
complete -c git-parallel -n __git_parallel_needs_verb -a release -d 'Let go of paths that the task of this worktree has claimed'
complete -c git-parallel -n __git_parallel_needs_verb -a owners -d 'Show who owns what, and why: a task, an agent type, or nobody'
complete -c git-parallel -n __git_parallel_needs_verb -a progress -d 'Tell how far the task of this worktree is; for agents'
complete -c git-parallel -n __git_parallel_needs_verb -a hooks -d 'Look after the hooks that run in agent worktrees, and nowhere else'
complete -c git-parallel -n __git_parallel_needs_verb -a doctor -d 'Find what crashes, kills and power cuts have left damaged, each with the command that heals it'
complete -c git-parallel -n __git_parallel_needs_verb -a trust -d 'Show the commands in the .gitparallel of the target branch, and have them count'
complete -c git-parallel -n __git_parallel_needs_verb -a demo -d 'Show the whole journey in a throw-away repository'
complete -c git-parallel -n '__git_parallel_using tasks' -l source -x -a 'spec roadmap spec-kit kiro superpowers packet front-matter taskmaster beads' -d 'Read only this form of document, in the order given, at GLOB or where it usually lies. May be given several times'
complete -c git-parallel -n '__git_parallel_using tasks' -l lint -d 'Exit with 1 when something in a document is not understood'
complete -c git-parallel -n '__git_parallel_using tasks' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using tasks' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using tasks' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using plan' -l check -d 'Exit with 1 when the tasks cannot all run at the same time'
complete -c git-parallel -n '__git_parallel_using plan' -l why -x -d 'Explain how two tasks stand to each other, or a task and a branch'
complete -c git-parallel -n '__git_parallel_using plan' -l overlap -x -a 'file hunk' -d 'What keeps two tasks apart: the same file, or only the same lines (default: parallel.overlap)'
complete -c git-parallel -n '__git_parallel_using plan' -l other-work -x -a 'none local remote' -d 'Which branches that are no tasks take part (default: parallel.otherWork)'
complete -c git-parallel -n '__git_parallel_using plan' -l patch -x -d 'Let a patch file take part as other work. May be given several times'
complete -c git-parallel -n '__git_parallel_using plan' -l timeline -d 'Show when each task would run'
complete -c git-parallel -n '__git_parallel_using plan' -l dot -d 'Print the plan as a graph for Graphviz'
complete -c git-parallel -n '__git_parallel_using plan' -l mermaid -d 'Print the plan as a Mermaid graph'
complete -c git-parallel -n '__git_parallel_using plan' -l replay -x -d 'Show what would have been predicted for past changes, and what really conflicted'
complete -c git-parallel -n '__git_parallel_using plan' -l assume-independent -d 'Let tasks run beside others although nothing is known of their files'
complete -c git-parallel -n '__git_parallel_using plan' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using plan' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using plan' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using run' -s j -l max-parallel -x -d 'How many agents at once, at most (default: parallel.maxParallel)'
complete -c git-parallel -n '__git_parallel_using run' -l timeout -x -d 'Stop an agent after this long: 90s, 30m, 2h, or off (default: parallel.timeout)'
complete -c git-parallel -n '__git_parallel_using run' -l stall-timeout -x -d 'Stop an agent that for this long gives no sign of life: no output, no CPU time, no change of a file (default: parallel.stallTimeout)'
complete -c git-parallel -n '__git_parallel_using run' -l budget -x -d 'Launch nothing more when the agents that have ended cost so much in sum (default: parallel.budget)'
complete -c git-parallel -n '__git_parallel_using run' -l merge -d 'Merge each task as soon as it has succeeded'
complete -c git-parallel -n '__git_parallel_using run' -l verify -r -F -d 'Shell command that must succeed on the merged tree (default: parallel.verify)'
complete -c git-parallel -n '__git_parallel_using run' -l strategy -x -a 'merge squash rebase' -d 'Land a branch by a merge commit, by one commit for all of it, or by its commits made anew (default: parallel.strategy)'
complete -c git-parallel -n '__git_parallel_using run' -l stack -d 'Begin a task at the work of those it comes after as soon as these have succeeded, without waiting for their merge'
complete -c git-parallel -n '__git_parallel_using run' -l sparse -d 'Have a new worktree hold only what its task touches, with its tests and the files at the root (default: parallel.sparse)'
complete -c git-parallel -n '__git_parallel_using run' -l sandbox -d 'Start agents in a sandbox: of the repository they can write their own worktree and branch, and see no worktrees of others (default: parallel.sandbox). Linux only'
complete -c git-parallel -n '__git_parallel_using run' -l assume-independent -d 'Let tasks run beside others although nothing is known of their files'
complete -c git-parallel -n '__git_parallel_using run' -l agent -x -a '(__git_parallel_agents)' -d 'Start the agent type or the preset NAME (default: parallel.agent)'
complete -c git-parallel -n '__git_parallel_using run' -l retries -x -d 'Try a task that fails again by itself, so many times, each time after a longer wait (default: parallel.retries)'
complete -c git-parallel -n '__git_parallel_using run' -l fetch -d 'First fetch what the target branch follows, and bring the target there if that is a fast-forward (default: parallel.fetch)'
complete -c git-parallel -n '__git_parallel_using run' -l fresh -d 'Begin a task that was run before in a new worktree; what it has goes to the trash'
complete -c git-parallel -n '__git_parallel_using run' -l detach -d 'Go on in the background, out of reach of this terminal'
complete -c git-parallel -n '__git_parallel_using run' -l print-prompt -x -a '(__git_parallel_tasks)' -d 'Print what the agent of this task would be told, and run nothing'
complete -c git-parallel -n '__git_parallel_using run' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using run' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using run' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_in_command_of run' -a '(__git_parallel_command)'
complete -c git-parallel -n '__git_parallel_using delegate' -l paths -x -d 'What tasks are given that name no paths of their own (default: what their agent types own)'
complete -c git-parallel -n '__git_parallel_using delegate' -s j -l max-parallel -x -d 'How many agents at once, at most (default: parallel.maxParallel)'
complete -c git-parallel -n '__git_parallel_using delegate' -l timeout -x -d 'Stop an agent after this long: 90s, 30m, 2h, or off (default: parallel.timeout)'
complete -c git-parallel -n '__git_parallel_using delegate' -l stall-timeout -x -d 'Stop an agent that for this long gives no sign of life: no output, no CPU time, no change of a file (default: parallel.stallTimeout)'
complete -c git-parallel -n '__git_parallel_using delegate' -l budget -x -d 'Launch nothing more when the agents that have ended cost so much in sum (default: parallel.budget)'
complete -c git-parallel -n '__git_parallel_using delegate' -l merge -d 'Merge each task as soon as it has succeeded'
complete -c git-parallel -n '__git_parallel_using delegate' -l verify -r -F -d 'Shell command that must succeed on the merged tree (default: parallel.verify)'
complete -c git-parallel -n '__git_parallel_using delegate' -l strategy -x -a 'merge squash rebase' -d 'Land a branch by a merge commit, by one commit for all of it, or by its commits made anew (default: parallel.strategy)'
complete -c git-parallel -n '__git_parallel_using delegate' -l stack -d 'Begin a task at the work of those it comes after as soon as these have succeeded, without waiting for their merge'
complete -c git-parallel -n '__git_parallel_using delegate' -l sparse -d 'Have a new worktree hold only what its task touches, with its tests and the files at the root (default: parallel.sparse)'
complete -c git-parallel -n '__git_parallel_using delegate' -l sandbox -d 'Start agents in a sandbox: of the repository they can write their own worktree and branch, and see no worktrees of others (default: parallel.sandbox). Linux only'
complete -c git-parallel -n '__git_parallel_using delegate' -l assume-independent -d 'Let tasks run beside others although nothing is known of their files'
complete -c git-parallel -n '__git_parallel_using delegate' -l retries -x -d 'Try a task that fails again by itself, so many times, each time after a longer wait (default: parallel.retries)'
complete -c git-parallel -n '__git_parallel_using delegate' -l fetch -d 'First fetch what the target branch follows, and bring the target there if that is a fast-forward (default: parallel.fetch)'
complete -c git-parallel -n '__git_parallel_using delegate' -l detach -d 'Go on in the background, out of reach of this terminal'
complete -c git-parallel -n '__git_parallel_using delegate' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using delegate' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using delegate' -a '(__git_parallel_agents)'
complete -c git-parallel -n '__git_parallel_using start' -s j -l max-parallel -x -d 'How many agents at once, at most (default: parallel.maxParallel)'
complete -c git-parallel -n '__git_parallel_using start' -l timeout -x -d 'Stop an agent after this long: 90s, 30m, 2h, or off (default: parallel.timeout)'
complete -c git-parallel -n '__git_parallel_using start' -l stall-timeout -x -d 'Stop an agent that for this long gives no sign of life: no output, no CPU time, no change of a file (default: parallel.stallTimeout)'
complete -c git-parallel -n '__git_parallel_using start' -l budget -x -d 'Launch nothing more when the agents that have ended cost so much in sum (default: parallel.budget)'
complete -c git-parallel -n '__git_parallel_using start' -l merge -d 'Merge each task as soon as it has succeeded'
complete -c git-parallel -n '__git_parallel_using start' -l verify -r -F -d 'Shell command that must succeed on the merged tree (default: parallel.verify)'
complete -c git-parallel -n '__git_parallel_using start' -l strategy -x -a 'merge squash rebase' -d 'Land a branch by a merge commit, by one commit for all of it, or by its commits made anew (default: parallel.strategy)'
complete -c git-parallel -n '__git_parallel_using start' -l stack -d 'Begin a task at the work of those it comes after as soon as these have succeeded, without waiting for their merge'
complete -c git-parallel -n '__git_parallel_using start' -l sparse -d 'Have a new worktree hold only what its task touches, with its tests and the files at the root (default: parallel.sparse)'
complete -c git-parallel -n '__git_parallel_using start' -l sandbox -d 'Start agents in a sandbox: of the repository they can write their own worktree and branch, and see no worktrees of others (default: parallel.sandbox). Linux only'
complete -c git-parallel -n '__git_parallel_using start' -l assume-independent -d 'Let tasks run beside others although nothing is known of their files'
complete -c git-parallel -n '__git_parallel_using start' -l agent -x -a '(__git_parallel_agents)' -d 'Start the agent type or the preset NAME (default: parallel.agent)'
complete -c git-parallel -n '__git_parallel_using start' -l max-retries -x -d 'Try a task that fails again by itself, so many times'
complete -c git-parallel -n '__git_parallel_using start' -l poll-interval -x -d 'Look at the repository this often, in case a change was not noticed at once'
complete -c git-parallel -n '__git_parallel_using start' -l spec-backlog -x -d 'Say so when fewer tasks than this are ready'
complete -c git-parallel -n '__git_parallel_using start' -l spec-agent -x -d 'Have this agent type write specs then (default: parallel.specAgent)'
complete -c git-parallel -n '__git_parallel_using start' -l fetch -d 'First fetch what the target branch follows, and bring the target there if that is a fast-forward (default: parallel.fetch)'
complete -c git-parallel -n '__git_parallel_using start' -l foreground -d 'Stay in this terminal instead of the background'
complete -c git-parallel -n '__git_parallel_using start' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using attach' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using stop' -l now -d 'Stop the agents instead of letting them finish'
complete -c git-parallel -n '__git_parallel_using stop' -l no-wait -d 'Return at once'
complete -c git-parallel -n '__git_parallel_using stop' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using cancel' -l now -d 'Kill the agents at once'
complete -c git-parallel -n '__git_parallel_using cancel' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using cancel' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using cancel' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using retry' -s j -l max-parallel -x -d 'How many agents at once, at most (default: parallel.maxParallel)'
complete -c git-parallel -n '__git_parallel_using retry' -l timeout -x -d 'Stop an agent after this long: 90s, 30m, 2h, or off (default: parallel.timeout)'
complete -c git-parallel -n '__git_parallel_using retry' -l stall-timeout -x -d 'Stop an agent that for this long gives no sign of life: no output, no CPU time, no change of a file (default: parallel.stallTimeout)'
complete -c git-parallel -n '__git_parallel_using retry' -l budget -x -d 'Launch nothing more when the agents that have ended cost so much in sum (default: parallel.budget)'
complete -c git-parallel -n '__git_parallel_using retry' -l merge -d 'Merge each task as soon as it has succeeded'
complete -c git-parallel -n '__git_parallel_using retry' -l verify -r -F -d 'Shell command that must succeed on the merged tree (default: parallel.verify)'
complete -c git-parallel -n '__git_parallel_using retry' -l strategy -x -a 'merge squash rebase' -d 'Land a branch by a merge commit, by one commit for all of it, or by its commits made anew (default: parallel.strategy)'
complete -c git-parallel -n '__git_parallel_using retry' -l stack -d 'Begin a task at the work of those it comes after as soon as these have succeeded, without waiting for their merge'
complete -c git-parallel -n '__git_parallel_using retry' -l sparse -d 'Have a new worktree hold only what its task touches, with its tests and the files at the root (default: parallel.sparse)'
complete -c git-parallel -n '__git_parallel_using retry' -l sandbox -d 'Start agents in a sandbox: of the repository they can write their own worktree and branch, and see no worktrees of others (default: parallel.sandbox). Linux only'
complete -c git-parallel -n '__git_parallel_using retry' -l assume-independent -d 'Let tasks run beside others although nothing is known of their files'
complete -c git-parallel -n '__git_parallel_using retry' -l agent -x -a '(__git_parallel_agents)' -d 'Start the agent type or the preset NAME (default: parallel.agent)'
complete -c git-parallel -n '__git_parallel_using retry' -l retries -x -d 'Try a task that fails again by itself, so many times, each time after a longer wait (default: parallel.retries)'
complete -c git-parallel -n '__git_parallel_using retry' -l fresh -d 'Begin in a new worktree; what the task has goes to the trash'
complete -c git-parallel -n '__git_parallel_using retry' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using retry' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using retry' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using hold' -l wait -d 'Wait until nobody has the type'
complete -c git-parallel -n '__git_parallel_using hold' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using hold' -a '(__git_parallel_agents)'
complete -c git-parallel -n '__git_parallel_in_command_of hold' -a '(__git_parallel_command)'
complete -c git-parallel -n '__git_parallel_using status' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using status' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using log' -s f -l follow -d 'Go on until the agent has ended'
complete -c git-parallel -n '__git_parallel_using log' -l attempt -x -d 'Of this attempt instead of the latest'
complete -c git-parallel -n '__git_parallel_using log' -l setup -d 'Of the setup of its worktree (parallel.setup) instead'
complete -c git-parallel -n '__git_parallel_using log' -l raw -d 'The bytes as the agent printed them, also on a terminal'
complete -c git-parallel -n '__git_parallel_using log' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using log' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using merge' -l verify -r -F -d 'Shell command that must succeed on the merged tree (default: parallel.verify)'
complete -c git-parallel -n '__git_parallel_using merge' -l strategy -x -a 'merge squash rebase' -d 'Land a branch by a merge commit, by one commit for all of it, or by its commits made anew (default: parallel.strategy)'
complete -c git-parallel -n '__git_parallel_using merge' -l dry-run -d 'Only tell in what order they would be merged, and what would become of each'
complete -c git-parallel -n '__git_parallel_using merge' -l accept -r -F -d 'Let the task change this path although it is not its own; a directory ends in \'/\'. Can be repeated'
complete -c git-parallel -n '__git_parallel_using merge' -l accept-target -d 'Agents\' commits that came to the target by no merge of ours may stay there'
complete -c git-parallel -n '__git_parallel_using merge' -l resolve -x -a '(__git_parallel_conflicted)' -d 'Make the conflict of this task ready in its worktree, for you to resolve'
complete -c git-parallel -n '__git_parallel_using merge' -l resolver -x -a '(__git_parallel_agents)' -d 'Hand what is in conflict to an agent of this type or preset, and land what it makes of it'
complete -c git-parallel -n '__git_parallel_using merge' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using merge' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using merge' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using prune' -l force -d 'Put the named tasks away whatever speaks against it; all of it is in the trash'
complete -c git-parallel -n '__git_parallel_using prune' -l dry-run -d 'Say what would be done, and do nothing'
complete -c git-parallel -n '__git_parallel_using prune' -l undo -x -a '(__git_parallel_trashed)' -d 'Bring a pruned task back; without ID all that the latest prune has put away'
complete -c git-parallel -n '__git_parallel_using prune' -l list -d 'Show what is in the trash'
complete -c git-parallel -n '__git_parallel_using prune' -l expire -x -d 'Free what was put into the trash longer ago (14d, 2w; \'now\' for all), for good'
complete -c git-parallel -n '__git_parallel_using prune' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using prune' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using prune' -a '(__git_parallel_tasks)'
complete -c git-parallel -n '__git_parallel_using claim' -l until -x -d 'Hold them until then only: 30m or 2h from now, 18:30, or 2026-12-31T18:30'
complete -c git-parallel -n '__git_parallel_using claim' -l wait -d 'Wait until all of them are free, and then take them'
complete -c git-parallel -n '__git_parallel_using claim' -l timeout -x -d 'Wait no longer than this: 90s, 30m, 2h'
complete -c git-parallel -n '__git_parallel_using claim' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using claim' -F
complete -c git-parallel -n '__git_parallel_using release' -l all -d 'Let go of all that the task holds by claim'
complete -c git-parallel -n '__git_parallel_using release' -l task -x -a '(__git_parallel_tasks)' -d 'Of this task: for you, outside of the worktrees of tasks'
complete -c git-parallel -n '__git_parallel_using release' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using release' -F
complete -c git-parallel -n '__git_parallel_using owners' -l task -x -a '(__git_parallel_tasks)' -d 'Show what this task may change, and why not the rest'
complete -c git-parallel -n '__git_parallel_using owners' -l agent -x -d 'With import: the agent type that stands for an owner (default: called like the owner). May be given several times'
complete -c git-parallel -n '__git_parallel_using owners' -l write -d 'With import: add the patterns to .gitparallel in this worktree'
complete -c git-parallel -n '__git_parallel_using owners' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using owners' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using owners' -F
complete -c git-parallel -n '__git_parallel_using progress' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using hooks' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using hooks' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using hooks' -a 'status repair uninstall'
complete -c git-parallel -n '__git_parallel_using doctor' -l fix -d 'Heal what can be healed without losing anything'
complete -c git-parallel -n '__git_parallel_using doctor' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using doctor' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using trust' -l dry-run -d 'Only show the commands, and whether they count'
complete -c git-parallel -n '__git_parallel_using trust' -l revoke -d 'Trust nothing any more'
complete -c git-parallel -n '__git_parallel_using trust' -l json -d 'Print one JSON document instead of text'
complete -c git-parallel -n '__git_parallel_using trust' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using demo' -s h -l help -d 'Show a short help and exit'
complete -c git-parallel -n '__git_parallel_using demo' -a '(__fish_complete_directories)'
