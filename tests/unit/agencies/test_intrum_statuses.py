"""Each of Intrum's 28 statuses, in Swedish and in Finnish, and what is made of any other."""

import pytest

from fordring.agencies.intrum.statuses import LABELS
from fordring.domain.agency import MalformedAnswer, Stage
from fordring.domain.facts import DebtorDeceased, Fact, QuestionAsked, StatusChanged
from fordring.domain.questions import QuestionKind
from tests.unit.agencies.intrum_answers import CLIENT, INSTANT, KEY, event, intrum, page

CATALOGUE = {
    "Registrerad": Stage.RECEIVED,
    "Brevinkasso": Stage.COLLECTION,
    "Tingsrätt": Stage.LEGAL,
    "Utmätningsman": Stage.ENFORCEMENT,
    "Avslutad": Stage.CLOSED,
    "Ärende låst för fakturering": None,
    "Fakturerad": None,
    "Annullerad": Stage.CLOSED,
    "Tratta": Stage.COLLECTION,
    "Konkurs/Skuldsanering": Stage.INSOLVENCY,
    "Avliden": None,
    "Kund utomlands": None,
    "Utländskt ärende": None,
    "Ackordbetalningsprogram": Stage.INSOLVENCY,
    "Ackordförfarande": Stage.INSOLVENCY,
    "Juridisk åtgärd": Stage.LEGAL,
    "Betalningsprogram": Stage.PAYMENT_PLAN,
    "Delgivning": Stage.LEGAL,
    "Adressuppgifter saknas": None,
    "Ny adress": None,
    "Skuldsaneringens betalningsprogram": Stage.INSOLVENCY,
    "Övervakningsbrev": Stage.MONITORING,
    "Bedömning av betalningsförmåga": None,
    "Inkassobrevskedja": Stage.COLLECTION,
    "Avbrott av preskription": Stage.MONITORING,
    "Telefoninkasso": Stage.COLLECTION,
    "Kreditinformation kontrollerad": None,
    "Utvärdering": None,
}


def told(status: str) -> tuple[Fact, ...]:
    return intrum(page(event("status", status=status))).changes_since(None, CLIENT).facts


def test_the_adapter_knows_the_28_of_the_catalogue() -> None:
    assert len(CATALOGUE) == 28
    assert {swedish for swedish, _ in LABELS} == set(CATALOGUE)
    assert len({finnish for _, finnish in LABELS}) == 28


@pytest.mark.capability("NET-38")
@pytest.mark.parametrize(("swedish", "finnish"), LABELS, ids=[swedish for swedish, _ in LABELS])
def test_a_status_means_its_stage_in_both_languages_however_it_is_written(swedish: str, finnish: str) -> None:
    for label in (swedish, finnish):
        for text in (
            label,
            label.upper(),
            f"  {label.lower()} ",
            label.replace(" ", "  "),
            label.replace("/", " / "),
        ):
            changed = told(text)[0]
            assert changed == StatusChanged(KEY, " ".join(text.split()), CATALOGUE[swedish], INSTANT), text


@pytest.mark.parametrize("label", ["Avliden", "kuollut"])
def test_a_dead_debtor_is_a_fact_of_its_own(label: str) -> None:
    assert told(label)[1:] == (DebtorDeceased(KEY, INSTANT),)


@pytest.mark.parametrize("label", ["Adressuppgifter saknas", "OSOITETIEDOT PUUTTUVAT"])
def test_a_missing_address_is_a_question(label: str) -> None:
    (asked,) = told(label)[1:]
    assert isinstance(asked, QuestionAsked)
    assert (asked.case, asked.question_id, asked.kind) == (KEY, "address-18", QuestionKind.ADDRESS)
    assert told(label)[1:] == (asked,)


@pytest.mark.capability("NET-38")
@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Under utredning", "Under utredning"),
        (" brev\tinkasso! ", "brev inkasso!"),
        ("x" * 500, "x" * 140),
        ("brev\u200binkasso?", "brevinkasso?"),
        ("ﬁ", "ﬁ"),
    ],
)
def test_an_unknown_status_keeps_its_text_and_never_fails(raw: str, kept: str) -> None:
    assert told(raw) == (StatusChanged(KEY, kept, Stage.UNKNOWN, INSTANT),)


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", None, 7, ["Registrerad"]])
def test_what_is_no_text_is_malformed(nothing: object) -> None:
    with pytest.raises(MalformedAnswer):
        intrum(page(event("status", status=nothing))).changes_since(None, CLIENT)
