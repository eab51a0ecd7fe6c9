"""E-mails: the port ``usecases.ports.Mail`` on SES."""

from typing import TYPE_CHECKING, Any, Final

from fordring.domain.email import Letter, LetterRefused
from fordring.domain.transport import TransportFailed
from fordring.edge import aws

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_THROTTLED: Final = frozenset(
    {"LimitExceededException", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)


class SesMail:
    """Sends e-mails from one address.

    Parameters
    ----------
    sender
        The address; ``None`` where none was set up.
    events
        The configuration set whose events tell what became of an e-mail that carries tags.
    """

    def __init__(self, sender: str | None, events: str | None = None) -> None:
        self._sender = sender
        self._events = events

    def send(self, letter: Letter) -> None:
        """Send an e-mail, as the port says. SES is asked once: botocore does not repeat this call.

        Raises
        ------
        LetterRefused
            SES answered that it will not: an unverified sender, a malformed or suppressed address, and alike.
        TransportFailed
            Nothing was sent (``no``): no connection, or too many letters at once. Or nobody knows
            (``maybe``): no answer, or an error of SES itself.
        """
        if self._sender is None:
            raise LetterRefused("no_sender")
        from botocore.exceptions import (
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            HTTPClientError,
            ParamValidationError,
        )

        body = {"Text": _part(letter.text)} | ({"Html": _part(letter.html)} if letter.html else {})
        traced: dict[str, Any] = {}
        if letter.tags and self._events is not None:
            tags = [{"Name": name, "Value": value} for name, value in letter.tags]
            traced = {"ConfigurationSetName": self._events, "EmailTags": tags}
        try:
            aws.client("sesv2").send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [letter.recipient]},
                ReplyToAddresses=[letter.reply_to] if letter.reply_to else [],
                Content={"Simple": {"Subject": _part(letter.subject), "Body": body}},
                **traced,
            )
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise TransportFailed("no", "no_connection") from error
        except ClientError as error:
            raise _understood(error) from error
        except HTTPClientError as error:
            raise TransportFailed("maybe", "no_answer") from error
        except ParamValidationError as error:
            raise LetterRefused("malformed") from error


def _part(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _understood(error: "ClientError") -> Exception:
    """Read what SES answered: whether it is worth another try, and whether anybody knows."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    code = aws.code_of(error)
    if code in _THROTTLED or status == 429:
        return TransportFailed("no", "too_many")
    if status >= 500:
        return TransportFailed("maybe", "failed_at_ses")
    return LetterRefused(_snake(code))


def _snake(code: str) -> str:
    """Spell SES's code as the hub spells codes: ``MessageRejected`` is ``message_rejected``."""
    spelt = "".join(f"_{each.lower()}" if each.isupper() else each for each in code)
    return spelt.strip("_").removesuffix("_exception") or "refused"
