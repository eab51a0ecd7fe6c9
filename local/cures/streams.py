"""Keep what a stream's reader has not yet seen, and let go of what it has.

MiniStack 1.5.33 saves how far a reader has come, and not the records: after a restart the position lies
beyond the end, and everything up to it is skipped in silence. While it runs it keeps a day of records in
memory.
"""

from __future__ import annotations

from typing import Any

from ministack.services import dynamodb, lambda_svc

__all__ = ["apply"]

_KEPT = "local_stream_records"
_COUNTED = "local_stream_trimmed"


def _let_go_of_what_was_read() -> None:
    """Trim a table's records up to where its one reader has come, instead of by age."""
    by_age, poll = dynamodb._trim_stream_records, lambda_svc._poll_dynamodb_streams

    def trim(table: str, **scope: str | None) -> None:
        if not any(read == table for _, read, _ in _readers()):
            by_age(table, **scope)

    def trim_and_poll() -> Any:
        # on the reader's own thread, which is the only one that works with positions
        for scope, table, position in _readers():
            trimmed = dynamodb._trimmed_count(table, *scope)
            records = dynamodb._live_stream_records(table, *scope)
            seen = min(position - trimmed, len(records))
            if seen > 0:
                # in this order: a snapshot between the two delivers a record again, and loses none
                dynamodb._stream_trimmed.set_scoped(*scope, table, trimmed + seen)
                del records[:seen]
        return poll()

    dynamodb._trim_stream_records = trim
    lambda_svc._poll_dynamodb_streams = trim_and_poll


def _readers() -> list[tuple[tuple[str, str], str, int]]:
    """Give the account and region, the table, and the position of each reader of a stream."""
    found = []
    for (account, region, reader), position in list(lambda_svc._dynamodb_stream_positions._data.items()):
        mapping = lambda_svc._esms.get_scoped(account, region, reader) or {}
        table = mapping.get("EventSourceArn", "").partition(":table/")[2].partition("/stream/")[0]
        found.append(((account, region), table, position))
    return found


def _save_records() -> None:
    get_state, restore = dynamodb.get_state, dynamodb.load_persisted_state

    def with_records() -> dict[str, Any]:
        state: dict[str, Any] = get_state()
        return state | {_KEPT: dynamodb._stream_records, _COUNTED: dynamodb._stream_trimmed}

    def restore_with_records(state: dict[str, Any]) -> Any:
        dynamodb._stream_records.update(state.pop(_KEPT, {}))
        dynamodb._stream_trimmed.update(state.pop(_COUNTED, {}))
        return restore(state)

    dynamodb.get_state, dynamodb.load_persisted_state = with_records, restore_with_records


def apply() -> None:
    """Change how records are trimmed, saved and restored."""
    _let_go_of_what_was_read()
    _save_records()
