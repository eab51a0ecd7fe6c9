"""The words of letters to debtors, in six languages; names in braces stand for what is filled in.

What a letter is called is the field's own term in the country whose law applies. In Sweden and Finland the
letter before collection is a demand, in Norway and Denmark a notice of it. It says what the law wants it to
say: what is owed and for what, what comes in addition, by when it is to be paid to avoid collection, and that
objections are welcome and stop it (inkassoloven § 9 in Norway, inkassolagen 5 § in Sweden, saatavien
perinnästä annettu laki 5 § in Finland, inkassoloven § 10 in Denmark).
"""

from collections.abc import Mapping
from typing import Final

from fordring.domain.reminder_plan import StepKind
from fordring.domain.values import dataclass

LETTERS: Final = (StepKind.FREE_NOTICE, StepKind.REMINDER, StepKind.NOTICE_OF_COLLECTION)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language.

    Parameters
    ----------
    titles
        What each letter is called; ``local_titles`` where a country has a term of its own.
    openings
        What each letter begins with; ``demand`` of the letter before collection where that is a demand.
    by_deadline, soon
        What is asked: to pay by a day, or soon.
    consequence, stops
        What follows when nothing is paid by the deadline, and that an objection stops it; of a notice of
        collection.
    organisation_number
        What the number of a company is called; ``local_number`` in the country whose term it is.
    interest
        Of the days before ``{day}``: that of the letter, which is not counted.
    """

    titles: Mapping[StepKind, str]
    local_titles: Mapping[str, Mapping[StepKind, str]]
    subject: str
    to: str
    openings: Mapping[StepKind, str]
    demand: str
    by_deadline: str
    soon: str
    consequence: str
    objection: str
    stops: str
    paid_already: str
    regards: str
    organisation_number: str
    local_number: Mapping[str, str]
    document_number: str
    invoice_date: str
    due_date: str
    principal: str
    earlier_costs: str
    fee: str
    compensation: str
    total: str
    interest: str
    deadline: str
    account: str
    reference: str
    message: str


_F, _R, _N = LETTERS

DEMANDING: Final = ("SE", "FI")
"""Where the letter before collection is a demand for payment."""

_NB: Final = Words(
    titles={_F: "Betalingspåminnelse", _R: "Purring", _N: "Inkassovarsel"},
    local_titles={
        "SE": {_N: "Betalingskrav (inkassokrav)"},
        "FI": {_N: "Betalingskrav"},
        "DK": {_N: "Inkassovarsel (§ 10-påkrav)"},
    },
    subject="{title}: faktura {document_number} fra {creditor}",
    to="Til",
    openings={
        _F: "Vi kan ikke se at fakturaen nedenfor er betalt. Kanskje den er blitt glemt? Denne påminnelsen "
        "koster ingenting.",
        _R: "Vi kan ikke se at fakturaen nedenfor er betalt, og minner om den.",
        _N: "Fakturaen nedenfor er ikke betalt. Dette er et varsel om at kravet kan bli sendt til inkasso.",
    },
    demand="Fakturaen nedenfor er ikke betalt. Vi krever nå betaling.",
    by_deadline="Vennligst betal {total} senest {deadline}.",
    soon="Vennligst betal {total} så snart som mulig.",
    consequence="Er kravet ikke betalt innen fristen, kan det bli sendt til inkasso. Det kan påføre deg "
    "ytterligere kostnader.",
    objection="Mener du at kravet er feil, gi beskjed til {creditor} så snart som mulig.",
    stops="Innvendinger stanser innkrevingen til de er avklart.",
    paid_already="Er fakturaen allerede betalt, kan du se bort fra dette brevet.",
    regards="Vennlig hilsen",
    organisation_number="Organisasjonsnummer",
    local_number={},
    document_number="Fakturanummer",
    invoice_date="Fakturadato",
    due_date="Opprinnelig forfall",
    principal="Gjenstår av fakturaen",
    earlier_costs="Tidligere gebyrer og renter",
    fee="Gebyr for dette brevet",
    compensation="Kompensasjon for forsinket betaling",
    total="Å betale",
    interest="Forsinkelsesrente per {day} kommer i tillegg",
    deadline="Betalingsfrist",
    account="Til konto",
    reference="KID eller betalingsreferanse",
    message="Merk betalingen med",
)
_NN: Final = Words(
    titles={_F: "Betalingspåminning", _R: "Purring", _N: "Inkassovarsel"},
    local_titles={
        "SE": {_N: "Betalingskrav (inkassokrav)"},
        "FI": {_N: "Betalingskrav"},
        "DK": {_N: "Inkassovarsel (§ 10-påkrav)"},
    },
    subject="{title}: faktura {document_number} frå {creditor}",
    to="Til",
    openings={
        _F: "Vi kan ikkje sjå at fakturaen nedanfor er betalt. Kanskje han er gløymd? Denne påminninga "
        "kostar ingenting.",
        _R: "Vi kan ikkje sjå at fakturaen nedanfor er betalt, og minner om han.",
        _N: "Fakturaen nedanfor er ikkje betalt. Dette er eit varsel om at kravet kan bli sendt til inkasso.",
    },
    demand="Fakturaen nedanfor er ikkje betalt. Vi krev no betaling.",
    by_deadline="Ver venleg og betal {total} seinast {deadline}.",
    soon="Ver venleg og betal {total} så snart som mogleg.",
    consequence="Er kravet ikkje betalt innan fristen, kan det bli sendt til inkasso. Det kan påføre deg "
    "fleire kostnader.",
    objection="Meiner du at kravet er feil, gje beskjed til {creditor} så snart som mogleg.",
    stops="Innvendingar stansar innkrevjinga til dei er avklarte.",
    paid_already="Er fakturaen alt betalt, kan du sjå bort frå dette brevet.",
    regards="Venleg helsing",
    organisation_number="Organisasjonsnummer",
    local_number={},
    document_number="Fakturanummer",
    invoice_date="Fakturadato",
    due_date="Opphavleg forfall",
    principal="Står att av fakturaen",
    earlier_costs="Tidlegare gebyr og renter",
    fee="Gebyr for dette brevet",
    compensation="Kompensasjon for forseinka betaling",
    total="Å betale",
    interest="Forseinkingsrente per {day} kjem i tillegg",
    deadline="Betalingsfrist",
    account="Til konto",
    reference="KID eller betalingsreferanse",
    message="Merk betalinga med",
)
_SV: Final = Words(
    titles={_F: "Påminnelse om obetald faktura", _R: "Betalningspåminnelse", _N: "Varsel om inkasso"},
    local_titles={
        "SE": {_N: "Inkassokrav"},
        "FI": {_N: "Betalningskrav"},
        "DK": {_N: "Varsel om inkasso (§ 10-påkrav)"},
    },
    subject="{title}: faktura {document_number} från {creditor}",
    to="Till",
    openings={
        _F: "Vi kan inte se att fakturan nedan är betald. Har den kanske glömts bort? Denna påminnelse "
        "kostar ingenting.",
        _R: "Vi kan inte se att fakturan nedan är betald och påminner om den.",
        _N: "Fakturan nedan är inte betald. Detta är ett varsel om att kravet kan gå till inkasso.",
    },
    demand="Fakturan nedan är inte betald. Vi kräver nu betalning.",
    by_deadline="Vänligen betala {total} senast {deadline}.",
    soon="Vänligen betala {total} så snart som möjligt.",
    consequence="Om fordran inte är betald inom fristen kan den lämnas till inkasso eller indrivning. Det "
    "kan medföra ytterligare kostnader.",
    objection="Om du anser att kravet är felaktigt, meddela {creditor} så snart som möjligt.",
    stops="Meddela invändningar senast inom fristen. De stoppar vidare åtgärder tills de är utredda.",
    paid_already="Är fakturan redan betald kan du bortse från detta brev.",
    regards="Med vänlig hälsning",
    organisation_number="Organisationsnummer",
    local_number={"FI": "FO-nummer"},
    document_number="Fakturanummer",
    invoice_date="Fakturadatum",
    due_date="Ursprunglig förfallodag",
    principal="Återstår av fakturan",
    earlier_costs="Tidigare avgifter och ränta",
    fee="Avgift för detta brev",
    compensation="Förseningsersättning",
    total="Att betala",
    interest="Dröjsmålsränta per {day} tillkommer",
    deadline="Sista betalningsdag",
    account="Till konto",
    reference="Betalningsreferens",
    message="Märk betalningen med",
)
_FI: Final = Words(
    titles={_F: "Muistutus erääntyneestä laskusta", _R: "Maksumuistutus", _N: "Perintävaroitus"},
    local_titles={
        "SE": {_N: "Maksuvaatimus (inkassokrav)"},
        "FI": {_N: "Maksuvaatimus"},
        "DK": {_N: "Perintävaroitus (§ 10-påkrav)"},
    },
    subject="{title}: lasku {document_number}, {creditor}",
    to="Vastaanottaja",
    openings={
        _F: "Emme ole havainneet alla olevan laskun maksua. Ehkä se on unohtunut? Tämä muistutus on "
        "maksuton.",
        _R: "Emme ole havainneet alla olevan laskun maksua ja muistutamme siitä.",
        _N: "Alla olevaa laskua ei ole maksettu. Ilmoitamme, että saatava voidaan siirtää perintään.",
    },
    demand="Alla olevaa laskua ei ole maksettu. Vaadimme sen maksamista.",
    by_deadline="Pyydämme maksamaan {total} viimeistään {deadline}.",
    soon="Pyydämme maksamaan {total} mahdollisimman pian.",
    consequence="Jos saatavaa ei makseta määräajassa, se voidaan siirtää perintään. Siitä voi aiheutua "
    "lisäkustannuksia.",
    objection="Jos vaatimus on mielestänne aiheeton tai virheellinen, ilmoittakaa siitä mahdollisimman pian: "
    "{creditor}.",
    stops="Huomautus keskeyttää perinnän, kunnes asia on selvitetty.",
    paid_already="Jos lasku on jo maksettu, tämä viesti on aiheeton.",
    regards="Ystävällisin terveisin",
    organisation_number="Yritystunnus",
    local_number={"FI": "Y-tunnus"},
    document_number="Laskun numero",
    invoice_date="Laskun päiväys",
    due_date="Alkuperäinen eräpäivä",
    principal="Laskusta maksamatta",
    earlier_costs="Aiemmat kulut ja korot",
    fee="Tämän kirjeen kulu",
    compensation="Vakiokorvaus maksun viivästymisestä",
    total="Maksettava",
    interest="Lisäksi {day} mennessä kertynyt viivästyskorko",
    deadline="Maksettava viimeistään",
    account="Tilille",
    reference="Viitenumero",
    message="Maksun viesti",
)
_DA: Final = Words(
    titles={_F: "Betalingspåmindelse", _R: "Rykker", _N: "Inkassovarsel"},
    local_titles={
        "SE": {_N: "Betalingskrav (inkassokrav)"},
        "FI": {_N: "Betalingskrav"},
        "DK": {_N: "Inkassovarsel (§ 10-påkrav)"},
    },
    subject="{title}: faktura {document_number} fra {creditor}",
    to="Til",
    openings={
        _F: "Vi kan ikke se, at fakturaen nedenfor er betalt. Måske er den blevet glemt? Denne påmindelse "
        "koster ikke noget.",
        _R: "Vi kan ikke se, at fakturaen nedenfor er betalt, og minder om den.",
        _N: "Fakturaen nedenfor er ikke betalt. Dette er et varsel om, at kravet kan gå til inkasso.",
    },
    demand="Fakturaen nedenfor er ikke betalt. Vi kræver nu betaling.",
    by_deadline="Betal venligst {total} senest den {deadline}.",
    soon="Betal venligst {total} snarest muligt.",
    consequence="Er kravet ikke betalt inden fristens udløb, kan det blive sendt til inkasso. Det kan "
    "medføre yderligere omkostninger.",
    objection="Mener du, at kravet er forkert, så giv {creditor} besked snarest muligt.",
    stops="Indsigelser standser inddrivelsen, indtil de er afklaret.",
    paid_already="Er fakturaen allerede betalt, kan du se bort fra dette brev.",
    regards="Med venlig hilsen",
    organisation_number="Virksomhedsnummer",
    local_number={"DK": "CVR-nummer"},
    document_number="Fakturanummer",
    invoice_date="Fakturadato",
    due_date="Oprindelig forfaldsdag",
    principal="Rest på fakturaen",
    earlier_costs="Tidligere gebyrer og renter",
    fee="Gebyr for dette brev",
    compensation="Kompensationsbeløb for forsinket betaling",
    total="At betale",
    interest="Morarente pr. {day} kommer oveni",
    deadline="Betalingsfrist",
    account="Til konto",
    reference="Betalingsreference",
    message="Mærk betalingen med",
)
_EN: Final = Words(
    titles={_F: "Payment notice", _R: "Reminder", _N: "Notice of debt collection"},
    local_titles={
        "SE": {_N: "Demand for payment"},
        "FI": {_N: "Demand for payment"},
        "DK": {_N: "Notice of debt collection (§ 10-påkrav)"},
    },
    subject="{title}: invoice {document_number} from {creditor}",
    to="To",
    openings={
        _F: "We cannot see that the invoice below has been paid. Perhaps it was forgotten? This notice costs "
        "nothing.",
        _R: "We cannot see that the invoice below has been paid, and remind you of it.",
        _N: "The invoice below has not been paid. This is a notice that the claim may be sent to debt "
        "collection.",
    },
    demand="The invoice below has not been paid. We now demand payment.",
    by_deadline="Please pay {total} by {deadline} at the latest.",
    soon="Please pay {total} as soon as possible.",
    consequence="If the claim is not paid by then, it may be sent to debt collection. This can cause you "
    "further costs.",
    objection="If you think that the claim is wrong, please tell {creditor} as soon as possible.",
    stops="An objection stops the collection until it has been settled.",
    paid_already="If the invoice has already been paid, please disregard this letter.",
    regards="Kind regards",
    organisation_number="Company number",
    local_number={},
    document_number="Invoice number",
    invoice_date="Invoice date",
    due_date="Original due date",
    principal="Left of the invoice",
    earlier_costs="Earlier fees and interest",
    fee="Fee for this letter",
    compensation="Compensation for late payment",
    total="To be paid",
    interest="Late interest as at {day}, in addition",
    deadline="To be paid by",
    account="To account",
    reference="Payment reference",
    message="Mark the payment with",
)

WORDS: Final[Mapping[str, Words]] = {"nb": _NB, "nn": _NN, "sv": _SV, "fi": _FI, "da": _DA, "en": _EN}
"""By language, ISO 639-1."""
