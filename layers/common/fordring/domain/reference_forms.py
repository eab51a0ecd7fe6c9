"""The forms in which one and the same payment reference comes back from a bank."""

from collections.abc import Iterable

from fordring.domain.references import (
    BadReference,
    KidFormat,
    is_rf,
    is_viitenumero,
    kid_forms,
    rf_to_viitenumero,
    viitenumero_to_rf,
)


def reference_forms(reference: str, formats: Iterable[KidFormat]) -> tuple[str, ...]:
    """List the strings under which an invoice may be found for a reference that a bank tells.

    As it is written first; then without the spaces of its print form, without and with leading zeros as the
    creditor's KID formats have them, and a Finnish reference in both its national and its RF form.
    """
    joined = "".join(reference.split()).upper()
    bare = joined.lstrip("0") or joined
    forms = [reference, joined, *kid_forms(bare, formats), bare]
    try:
        if is_rf(joined):
            viitenumero = rf_to_viitenumero(joined)
            forms += [viitenumero, viitenumero.lstrip("0")]
        elif is_viitenumero(bare):
            forms.append(viitenumero_to_rf(bare))
    except BadReference:
        pass  # an RF reference of another country, which has no national form here
    return tuple(dict.fromkeys(form for form in forms if form))
