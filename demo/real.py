"""The story with real input: electronic invoices from a folder, receivables from a file."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from demo.client import FAULTS, Scene
from demo.compare import Books, read_books, sums, table
from demo.creditor import Client
from demo.einvoices import Intake, count, files_in
from demo.progress import Bar, duration, say
from demo.receivables import START, Journey, Receivable, read_receivables

_LONGEST_TABLE: Final = 60


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to play with, read and checked before anything is started."""

    files: Sequence[Path]
    receivables: list[Receivable]


def look_at(einvoices: Path | None, receivables: Path | None) -> Material | None:
    """Read what was given; ``None`` when nothing was.

    Raises
    ------
    Failed
        When it cannot be read.
    """
    if einvoices is None and receivables is None:
        return None
    return Material(
        files_in(einvoices) if einvoices is not None else (),
        read_receivables(receivables) if receivables is not None else [],
    )


def play(scene: Scene, material: Material, folder: Path, *, faults: bool = False) -> int:
    """Play the real input through the hub; gives 0 when everything is as the files say."""
    begun = time.monotonic()
    scene.clock.move(datetime.combine(START, datetime.min.time(), UTC))
    say(f"The test clock is set to {START:%d %B %Y}.")
    clients: list[Client] = []
    if material.files:
        clients += _take_files(scene, material.files)
    journey = None
    if material.receivables:
        journey = _follow(scene, material.receivables, faults=faults)
        clients.append(journey.client)
    books = read_books(scene, clients)
    wrong = _report(scene, journey, books) if journey is not None else []
    _timing(scene, time.monotonic() - begun)
    return conclude(books, folder / "balances.txt", wrong)


def _take_files(scene: Scene, files: Sequence[Path]) -> list[Client]:
    say(f"\n{len(files)} electronic documents:")
    intake = Intake(scene)
    outcomes = []
    for file in files:
        outcomes.append(intake.take(file))
        say("\n".join(outcomes[-1].lines()))
    counted = count(outcomes)
    say(", ".join(f"{number} {what}" for what, number in counted.items()) + ".")
    return intake.clients


def _follow(scene: Scene, receivables: list[Receivable], *, faults: bool) -> Journey:
    say(f"\n{len(receivables)} receivables:")
    bar: Bar | None = None

    def watch(done: int, day: date) -> None:
        if bar is not None:
            bar.show(done, f"{day:%d %b %Y}  {len(journey.invoices)} invoices, {len(journey.cases)} cases")

    journey = Journey(scene, receivables, watch, faults)
    bar = Bar(journey.work)
    journey.begin()
    journey.run()
    return journey


def _report(scene: Scene, journey: Journey, books: Books) -> list[str]:
    """Count what there is at the end; gives what is not as the file says."""
    own = [case for case in books.cases if case["creditor_id"] == journey.client.creditor_id]
    paid = [case for case in own if case["processing"] == "closed" and case["closed_reason"] == "paid"]
    letters = [letter for case in books.theirs for letter in case["letters"]]
    fees = sum((Decimal(letter["fee"]) for letter in letters if letter["fee"]), Decimal("0.00"))
    told = sum(1 for case in own for _ in scene.hub.every(f"/v1/cases/{case['case_id']}/dispatches"))
    expected = sum(each.late_and_undisputed for each in journey.receivables)
    rows = (
        ("invoices", len(journey.invoices)),
        ("disputes", journey.disputes),
        ("late and undisputed in the file", expected),
        ("cases", len(own)),
        ("  of them closed paid", len(paid)),
        ("  paid at the agency", journey.paid_at_agency),
        ("letters by the agency", len(letters)),
        ("  known at the hub", told),
        ("fees charged for them, NOK", fees),
    )
    say()
    for what, number in rows:
        say(f"{what:<34} {number}")
    if journey.faults:
        used = Counter(dict.fromkeys(FAULTS, 0))
        for fault in scene.agency.faults():
            used[fault["kind"]] += fault["used"]
        say("faults:                            " + ", ".join(f"{kind} {used[kind]}" for kind in FAULTS))
    wrong = list(journey.refused)
    if len(journey.invoices) != len(journey.receivables):
        wrong.append(f"{len(journey.receivables)} receivables, but {len(journey.invoices)} invoices.")
    if not len(own) == len(books.theirs) == expected:
        wrong.append(f"{expected} cases expected: {len(own)} at the hub, {len(books.theirs)} at the agency.")
    wrong += [f"Case {case['case_number']} is not closed paid." for case in own if case not in paid]
    if told != len(letters):
        wrong.append(f"The agency has sent {len(letters)} letters, the hub knows of {told}.")
    return wrong


def _timing(scene: Scene, seconds: float) -> None:
    clock = scene.clock
    say(f"\nIt took {duration(seconds)}. {clock.moves} moves of the clock took {duration(clock.seconds)}.")
    for kind, spent in sorted(scene.hub.spent.items(), key=lambda each: -each[1].seconds):
        say(f"  {kind:<20} {spent.calls:>6} calls {spent.seconds:8.1f} s")


def conclude(books: Books, file: Path | None, wrong: Sequence[str] = ()) -> int:
    """Show every invoice with both sides' balances, and what differs; gives the exit code."""
    text = table(books.lines)
    say()
    if file is not None and len(books.lines) > _LONGEST_TABLE:
        file.write_text(text + "\n")
        say(f"Every one of the {len(books.lines)} invoices, with both sides' balances: {file}")
    else:
        say(text)
    say()
    for currency, (ours, theirs) in sums(books.lines).items():
        say(f"Left of what was handed over: {currency} {ours} at the hub, {currency} {theirs} at the agency.")
    problems = [*books.differences, *wrong]
    for problem in problems:
        say(f"DIFFERENCE  {problem}")
    say("There are differences." if problems else "Both sides agree to the øre.")
    return 1 if problems else 0
