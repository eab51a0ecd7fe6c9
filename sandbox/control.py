"""The control interface: for demos and tests, the same for every agency. See ``README.md``."""

import json
from collections.abc import Mapping
from sqlite3 import Connection, Row

from sandbox import agenda, clock, faults, traffic, views
from sandbox.bureau import Bureau
from sandbox.changes import publish
from sandbox.desk import Desk
from sandbox.inputs import ControlRefused, Input
from sandbox.instants import text_of
from sandbox.interventions import INTERVENTIONS, Answer, reverse


class Control:
    """Answers the control requests of one sandbox."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        """Answer one control request; ``path`` is what follows ``/control``.

        Raises
        ------
        ControlRefused
            When it cannot be carried out.
        """
        parts = path.strip("/").split("/")
        if parts == ["clock"]:
            return self._move_clock(_body(body)) if method == "POST" else self._clock()
        agency, rest = parts[0], parts[1:]
        if agency not in self._bureau.simulators:
            raise ControlRefused(404, "there is no such agency")
        if method == "POST":
            return self._change(agency, rest, body)
        if method == "DELETE" and rest == ["faults"]:
            with self._bureau.store.transaction() as db:
                db.execute("update faults set remaining = 0 where agency = ?", (agency,))
            return {"items": []}
        if method == "GET" and rest:
            return self._show(agency, rest, Input(dict(query)))
        raise ControlRefused(404, "there is no such control")

    def _clock(self) -> Answer:
        with self._bureau.store.reading() as db:
            return {
                "now": text_of(clock.agency_now(db)),
                "real": not clock.is_set(db),
                "next_due_at": agenda.next_due(db),
            }

    def _move_clock(self, given: Input) -> Answer:
        moved, done = self._bureau.move_clock(given.instant("now"))
        tally = self._bureau.deliver_due()
        return {
            **self._clock(),
            "moved": moved,
            "effects": done,
            "delivered": tally.delivered,
            "failed": tally.failed,
        }

    def _change(self, agency: str, rest: list[str], body: bytes) -> Answer:
        with self._bureau.store.transaction() as db:
            desk = Desk(db, self._bureau.routines[agency], clock.agency_now(db))
            if len(rest) == 3 and rest[0] == "payments" and rest[2] == "reverse":
                answer = reverse(desk, rest[1])
            elif len(rest) == 1 and rest[0] in INTERVENTIONS:
                answer = INTERVENTIONS[rest[0]](desk, _body(body))
            elif len(rest) == 1 and rest[0] in self._bureau.simulators[agency].interventions:
                answer = self._bureau.simulators[agency].interventions[rest[0]](desk, _body(body))
            else:
                raise ControlRefused(404, "there is no such control")
            publish(desk)
        self._bureau.deliver_due()
        return answer

    def _show(self, agency: str, rest: list[str], query: Input) -> Answer:
        with self._bureau.store.reading() as db:
            match rest:
                case ["cases"]:
                    found = views.cases(
                        db,
                        agency,
                        external_id=query.optional("external_id"),
                        client=query.optional("client_number"),
                        after=query.number("after", 0),
                        limit=query.number("limit", 0, 1) if query.has("limit") else None,
                    )
                    return {"items": found}
                case ["cases", number]:
                    if found := views.cases(db, agency, number=number):
                        return found[0]
                    raise ControlRefused(404, "there is no such case")
                case ["requests"]:
                    return _requests(db, agency, query)
                case ["faults"]:
                    return {"items": faults.listed(db, agency)}
                case ["pending"]:
                    return _pending(db, agency)
                case ["clients"]:
                    return {"items": _clients(db, agency)}
        raise ControlRefused(404, "there is no such control")


def _body(body: bytes) -> Input:
    try:
        return Input(json.loads(body or b"{}"))
    except ValueError:
        raise ControlRefused(400, "the body must be a JSON object") from None


def _requests(db: Connection, agency: str, query: Input) -> Answer:
    limit = query.number("limit", 1000, 1)
    since = query.number("since", 0)
    found = traffic.listed(db, agency, since=since, limit=limit + 1, operation=query.optional("operation"))
    items = found[:limit]
    return {
        "items": items,
        "last_id": items[-1]["id"] if items else since,
        "more": len(found) > limit,
        "counts": traffic.count(db, agency),
    }


def _pending(db: Connection, agency: str) -> Answer:
    now = text_of(clock.agency_now(db))
    counted: Row = db.execute(
        "select coalesce(sum(due_at <= ?1), 0), coalesce(sum(due_at > ?1), 0), min(due_at)"
        " from deliveries where state = 'pending' and agency = ?2",
        (now, agency),
    ).fetchone()
    given_up = db.execute(
        "select count(*) from deliveries where state = 'given_up' and agency = ?", (agency,)
    ).fetchone()
    return {
        "due": counted[0],
        "scheduled": counted[1],
        "next_attempt_at": counted[2],
        "given_up": given_up[0],
    }


def _clients(db: Connection, agency: str) -> list[Answer]:
    rows = db.execute("select * from clients where agency = ? order by number", (agency,))
    return [
        {
            "client_number": row["number"],
            "client_id": row["client_id"],
            "callback_url": row["callback_url"],
            "commission_percent": row["commission_percent"],
        }
        for row in rows
    ]
