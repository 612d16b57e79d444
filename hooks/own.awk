# git-parallel: whether all that `git diff --raw` names is given by the list in the environment's OWN: exact paths, and
# directories ending in '/'. Exit status 0 says so; 1 says that somebody else has to decide.
#
# Reads the changes of an index, or of commits with a line `/PARENTS` before each; '//' is the last line, so that a
# git that broke off is not taken for one that found nothing.

BEGIN {
    while ((getline line < ENVIRON["OWN"]) > 0)
        if (line ~ /\/$/) below[line]; else exact[line]
}
# A commit without parents brings a history of its own.
$0 == "/" { undecided = 1; exit }
$0 == "//" { whole = 1; next }
$0 == "" || /^\// { next }
# A link or a submodule is more than its path; what is no line of a change at all is nothing to pass over.
!/^:[0-7]+ [01][0-7]+ / || /^:[0-7]+ 1[26]0000 / { undecided = 1; exit }
{
    path = substr($0, index($0, "\t") + 1)
    if (path in exact) next
    # A directory does not give the files that git or its hooks are led by; an unusual name comes quoted.
    if (path !~ /(^|\/)(\.|[gG][iI][tT][^\/]*~|lefthook)/ && path !~ /^"/)
        for (dir = path; sub(/[^\/]+\/?$/, "", dir) && dir != "";) if (dir in below) next
    undecided = 1
    exit
}
END { exit undecided || !whole }
