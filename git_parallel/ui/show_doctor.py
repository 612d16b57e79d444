"""`git parallel doctor` as text or JSON."""

from pathlib import Path

from ..commands.doctor import DoctorAnswer, doctor
from ..errors import ANSWER_IS_NO, DONE
from ..names import printable
from .errors import note


def show_doctor(*, is_healing: bool, as_json: bool) -> int:
    """Say what is wrong, heal it where that is wanted; 1 when something is wrong after that."""
    answer = doctor(Path.cwd(), is_healing=is_healing)
    for sentence in answer.notes:
        note(printable(sentence))
    if as_json:
        from .document import put
        from .document_doctor import of_doctor

        put(of_doctor(answer))
    else:
        _show(answer)
    return DONE if answer.is_healthy else ANSWER_IS_NO


def _show(answer: DoctorAnswer) -> None:
    for one in answer.mended:
        print(printable(f"{one.finding.kind}: {one.finding.what}"))
        print(printable(f"  healed: {one.how}"))
    for finding in answer.findings:
        print(printable(f"{finding.kind}: {finding.what}"))
        if finding.heal:
            print(printable(f"  heal: {finding.heal}"))
    if answer.is_healthy:
        print("healthy")
    elif answer.findings:
        count = len(answer.findings)
        print(f"{count} {'thing is' if count == 1 else 'things are'} wrong")
