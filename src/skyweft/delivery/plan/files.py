"""Contact plans from and into the files of other programs."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from skyweft.delivery.plan.product import ContactPlan, plan
from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.naming import escaped, normal, wrong_name
from skyweft.protocols.contact_plans.formats import PLAN_FORMATS
from skyweft.protocols.contact_plans.records import Listed, Record
from skyweft.protocols.markup import uncollected
from skyweft.protocols.records import ERRORS_SHOWN, Errors
from skyweft.scenario.words import listed, suggestion

SIZE_MAX_BYTES = 100_000_000
CONTACTS_MAX, LINES_MAX = 150_000, 300_000  # a contact in ION's text has a range beside it
"""Refused within two seconds; plans of missions, and those ION and HDTN are tried with, have a few
thousand contacts at most."""
_CONTACT = re.compile(r'"startTime"|^[ \t]*(?:a[ \t]+)?contact\b', re.MULTILINE)


def read_plan(path: str | Path) -> tuple[ContactPlan, tuple[str, ...]]:
    """Read a contact plan; the format is recognised from the content.

    Parameters
    ----------
    path : str or Path
        HDTN's JSON, ION's ionrc or A-SABR's text, or what an installed package reads; in UTF-8.

    Returns
    -------
    plan : ContactPlan
        Nodes in the order of their numbers, called by name where the file has one.
    warnings : tuple of str
        What was left out.

    Raises
    ------
    ScenarioError
        What is wrong, one line an error, with file, line or place, and what is allowed.
    """
    path = Path(path)
    text = _text(path)
    for count, most, noun in (
        (sum(1 for _ in _CONTACT.finditer(text)), CONTACTS_MAX, "contacts"),
        (text.count("\n"), LINES_MAX if text[:1] not in "{[" else len(text), "lines"),
    ):
        if count > most:
            raise ScenarioError(f"{path.name}: {count:,} {noun}, at most {most:,} are read")
    errors = Errors(path.name)
    if not text.strip():
        raise ScenarioError(f"{path.name} is empty")
    for kind, form in PLAN_FORMATS.items():
        if re.search(form.mark, text, re.MULTILINE):
            with uncollected():
                found: Listed = PLAN_FORMATS.call(kind, form.reader, Listed, text, errors)
            break
    else:
        known = ", ".join(form.words for form in PLAN_FORMATS.values())
        raise ScenarioError(f"{path.name} is no contact plan: none of {known}")
    errors.complain()
    if not found.records:
        why = f" that can be used: {'; '.join(found.warnings)}" if found.warnings else ""
        raise ScenarioError(f"{path.name} holds no contacts{why}")
    read = _plan(found)
    _refuse_names(path, read.names)
    return read, tuple(f"{path.name}: {words}" for words in found.warnings)


def _text(path: Path) -> str:
    try:
        return contents(path, SIZE_MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path.name} is not text in UTF-8") from error


def _plan(found: Listed) -> ContactPlan:
    """Turn records into columns; nodes are sorted by number."""
    records = found.records
    numbers = {record.source for record in records} | {record.target for record in records}
    order = sorted(numbers | set(found.names), key=int)
    row = {number: place for place, number in enumerate(order)}
    source = [row[record.source] for record in records]
    target = [row[record.target] for record in records]
    values = np.array([record[2:] for record in records], np.float64).T
    names = [found.names.get(number, number) for number in order]
    return plan(names, source, target, *values)


def _refuse_names(path: Path, names: Sequence[str]) -> None:
    """Complain about names that no file can hold, or that two nodes have."""
    wrong = [f"{path.name}: {words}" for name in names if (words := wrong_name(name))]
    twice = [name for name, count in Counter(map(normal, names)).items() if count > 1]
    wrong += [f"{path.name}: two nodes are called {escaped(name)}" for name in twice]
    if wrong:
        raise ScenarioError("\n".join(wrong[:ERRORS_SHOWN]))


def write_plan(plan: ContactPlan, path: str | Path, form: str) -> tuple[str, ...]:
    """Write a contact plan for another program.

    Parameters
    ----------
    plan : ContactPlan
        Times, rates and delays become whole numbers, so that nothing is promised that is not there:
        contacts shorter, rates lower, delays longer. Contacts of less than a second may vanish.
    path : str or Path
        Is overwritten, once the whole text is there.
    form : str
        `hdtn`, `ion`, `asabr`, or what an installed package adds. Nodes keep their names where
        these are whole numbers; else they are numbered in order, from 1 (A-SABR: 0), and the file
        says which is which.

    Returns
    -------
    tuple of str
        What the file does not hold as the plan has it: A-SABR's text has no blanks in names, and
        where contacts of a pair overlap, ION gets the fastest at each time.

    Raises
    ------
    ScenarioError
        An unknown format, a plan that holds no contacts, or a name that no file can hold.
    """
    path = Path(path)
    if form not in PLAN_FORMATS:
        hint = suggestion(form, PLAN_FORMATS)
        known = listed(PLAN_FORMATS)
        raise ScenarioError(f'"{form}" is no format of contact plans{hint}; allowed: {known}')
    if not len(plan):
        raise ScenarioError(
            f"{path.name}: the plan holds no contacts, so there is nothing to write"
        )
    _refuse_names(path, plan.names)
    order = np.lexsort((plan.target, plan.source, plan.start_s))
    names = np.array(plan.names, object)
    rows = zip(
        names[plan.source[order]],
        names[plan.target[order]],
        *(
            column[order].tolist()
            for column in (plan.start_s, plan.end_s, plan.rate_bps, plan.delay_s)
        ),
        strict=True,
    )
    short = int(np.count_nonzero(np.ceil(plan.start_s) >= np.floor(plan.end_s)))
    if short == len(plan):
        raise ScenarioError(f"{path.name}: none of the {short:,} contacts holds a whole second")
    records = (Record(*row) for row in rows)
    writer = PLAN_FORMATS[form].writer
    text, notes = PLAN_FORMATS.call(form, writer, tuple, records, plan.names)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    if short:
        reported = f"{short:,} of {len(plan):,} contacts hold no whole second and are left out"
        notes = [reported, *notes]
    return tuple(f"{path.name}: {words}" for words in notes)
