"""Writes camt.054 notifications as banks send them, in both versions."""

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape


def transaction(
    amount: str | None = "1250.00",
    *,
    version: str = "02",
    currency: str = "NOK",
    reference: str | None = None,
    text: str | None = None,
    bank_id: str | None = None,
    end_to_end: str = "NOTPROVIDED",
    name: str | None = None,
    account: str | None = None,
    returned: bool = False,
    strd: str | None = None,
    document: str | None = None,
) -> str:
    """Write one transaction's details."""
    refs = f"<AcctSvcrRef>{bank_id}</AcctSvcrRef>" if bank_id else ""
    money = f'<Amt Ccy="{currency}">{amount}</Amt>'
    told = f"<AmtDtls><TxAmt>{money}</TxAmt></AmtDtls>" if version == "02" else money
    person = f"<Nm>{escape(name or '')}</Nm>"
    person = person if version == "02" else f"<Pty>{person}</Pty>"
    parties = (f"<Dbtr>{person}</Dbtr>" if name else "") + (
        f"<DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>" if account else ""
    )
    remittance = strd or ""
    if reference is not None:
        number = f"<RfrdDocInf><Nb>{document}</Nb></RfrdDocInf>" if document else ""
        remittance += f"<Strd>{number}<CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"
    if text is not None:
        remittance = f"<Ustrd>{escape(text)}</Ustrd>" + remittance
    return (
        f"<TxDtls><Refs>{refs}<EndToEndId>{end_to_end}</EndToEndId></Refs>"
        + (told if amount is not None else "")
        + (f"<RltdPties>{parties}</RltdPties>" if parties else "")
        + (f"<RmtInf>{remittance}</RmtInf>" if remittance else "")
        + ("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if returned else "")
        + "</TxDtls>"
    )


def share(reference: str, amount: str, currency: str = "NOK") -> str:
    """Write a structured remittance that says how much is for a reference."""
    return (
        f'<Strd><RfrdDocAmt><RmtdAmt Ccy="{currency}">{amount}</RmtdAmt></RfrdDocAmt>'
        f"<CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"
    )


@dataclass
class Camt:
    """One notification about one account."""

    version: str = "02"
    message_id: str = "MSG-1"
    account: str = "NO9386011117947"
    entries: list[str] = field(default_factory=list)
    summary: str = ""

    def entry(
        self,
        amount: str,
        *transactions: str,
        direction: str = "CRDT",
        currency: str = "NOK",
        status: str = "BOOK",
        reversal: bool = False,
        reference: str | None = None,
        booked: str = "<Dt>2026-01-20</Dt>",
        valued: str | None = "<Dt>2026-01-21</Dt>",
        stated: int | None = None,
    ) -> "Camt":
        """Add an entry; ``stated`` is how many transactions its batch says that it has."""
        batch = f"<Btch><NbOfTxs>{stated}</NbOfTxs></Btch>" if stated is not None else ""
        self.entries.append(
            f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
            + ("<RvslInd>true</RvslInd>" if reversal else "")
            + (f"<Sts>{status}</Sts>" if self.version == "02" else f"<Sts><Cd>{status}</Cd></Sts>")
            + f"<BookgDt>{booked}</BookgDt>"
            + (f"<ValDt>{valued}</ValDt>" if valued else "")
            + (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "")
            + "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd>"
            + "</Fmly></Domn></BkTxCd>"
            + (f"<NtryDtls>{batch}{''.join(transactions)}</NtryDtls>" if transactions else "")
            + "</Ntry>\n"
        )
        return self

    def pay(self, amount: str = "1250.00", *, entry: dict[str, Any] | None = None, **more: Any) -> "Camt":
        """Add an entry of one transaction."""
        currency = more.get("currency", "NOK")
        details = transaction(amount, version=self.version, **more)
        return self.entry(amount, details, currency=currency, **(entry or {}))

    def text(self) -> str:
        """Write the document."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{self.version}">'
            "<BkToCstmrDbtCdtNtfctn>"
            f"<GrpHdr><MsgId>{self.message_id}</MsgId><CreDtTm>2026-01-21T06:00:00</CreDtTm></GrpHdr>\n"
            f"<Ntfctn><Id>{self.message_id}-1</Id><CreDtTm>2026-01-21T06:00:00</CreDtTm>"
            f"<Acct><Id><IBAN>{self.account}</IBAN></Id></Acct>{self.summary}\n"
            f"{''.join(self.entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
        )

    def bytes(self) -> bytes:
        """Write the document as it is sent."""
        return self.text().encode()
