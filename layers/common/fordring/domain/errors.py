"""The one tree of errors: what a caller can program against.

Every error has a stable ``code``, an HTTP ``status``, a ``title`` that never varies and says nothing
about a person, and ``retryable``: whether the same request may succeed later without being changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import ClassVar

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    Parameters
    ----------
    pointer
        JSON pointer (RFC 6901) to the offending value; ``""`` is the whole body. For XML the pointer is
        the path of element names.
    code
        What is wrong, in snake case, from a closed vocabulary.
    detail
        A sentence for the developer. Never repeats the value, which may be personal.
    """

    pointer: str
    code: str
    detail: str


class FordringError(Exception):
    """The root of every error that the hub raises on purpose."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "The hub failed"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        faults: Iterable[Fault] = (),
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the detail, the faults and the machine-readable facts.

        Parameters
        ----------
        detail
            What happened this time; shown to the caller, so without personal data.
        faults
            Every fault of the input, when the input is at fault.
        facts
            Further members of the problem document, for example ``{"locked_fields": [...]}``.
        """
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)
        self.facts = dict(facts or {})


class InvalidInput(FordringError):
    """The request cannot be understood: malformed, unknown fields, wrong types or values (400)."""

    code = "invalid_input"
    status = 400
    title = "The request is not valid"


class Unauthenticated(FordringError):
    """No key, an unknown key, or a revoked key; or a callback whose token or signature is wrong (401)."""

    code = "unauthenticated"
    status = 401
    title = "A valid credential is required"


class Forbidden(FordringError):
    """The key is known but lacks the scope for this operation (403)."""

    code = "forbidden"
    status = 403
    title = "The key does not allow this"


class NotFound(FordringError):
    """The resource does not exist, or belongs to somebody else: the two are told apart by nobody (404)."""

    code = "not_found"
    status = 404
    title = "There is no such resource"


class Refused(FordringError):
    """A business rule says no (409). ``reason`` becomes the problem's ``code``."""

    code = "refused"
    status = 409
    title = "A rule of the business refuses this"

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        faults: Iterable[Fault] = (),
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail, faults=faults, facts=facts)
        self.reason = reason


class Unprocessable(Refused):
    """The request is well formed and means something that cannot be (422)."""

    code = "unprocessable"
    status = 422
    title = "The request cannot be carried out as it stands"


class PreconditionFailed(FordringError):
    """The resource has changed since the caller read it (412)."""

    code = "precondition_failed"
    status = 412
    title = "The resource has changed since it was read"


class TooLarge(FordringError):
    """The body exceeds the limit (413)."""

    code = "too_large"
    status = 413
    title = "The request is too large"


class UnsupportedMedia(FordringError):
    """The content type is not one that the route takes (415)."""

    code = "unsupported_media_type"
    status = 415
    title = "The content type is not supported here"


class Busy(FordringError):
    """Others write the same thing at this moment; the same request may be repeated (503)."""

    code = "busy"
    status = 503
    title = "The resource is being changed by others"
    retryable = True


class Unavailable(FordringError):
    """Something that the hub needs does not answer (503)."""

    code = "unavailable"
    status = 503
    title = "A part of the hub is unavailable"
    retryable = True


@dataclass(slots=True)
class Faults:
    """Collects faults so that all of them are named at once."""

    found: list[Fault] = field(default_factory=list)

    def add(self, pointer: str, code: str, detail: str) -> None:
        """Note one fault."""
        self.found.append(Fault(pointer, code, detail))
