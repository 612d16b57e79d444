"""Being told that files have changed, by the real file system."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent


def test_a_watch_that_ends_amid_changes_says_nothing(tmp_path: Path) -> None:
    script = dedent("""\
        import sys, threading, pathlib
        from git_parallel.project.watching import watching_files
        path = pathlib.Path(sys.argv[1])
        over, seen = threading.Event(), threading.Event()
        def change():
            while not over.is_set():
                path.write_text("x")
        changing = threading.Thread(target=change)
        changing.start()
        for _ in range(20):
            with watching_files({str(path)}, seen.set):
                assert seen.wait(30)
        over.set()
        changing.join()
    """)

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "file")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
