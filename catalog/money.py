"""Prices as feeds write them, and the currencies they are in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.errors import PriceError

MAX_PRICE_MINOR = 10**12
"""Ten thousand million in cents; more is a broken feed, and 64 bits hold it with room."""

MAX_PRICE_CHARS = 64

# Source: ISO 4217, list one: active codes without funds and metals, and those that left
# it lately and still stand in feeds.
_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
CURRENCIES = frozenset(_CODES.split())
_EXPONENTS = {
    **dict.fromkeys(_WITHOUT_DECIMALS.split(), 0),
    **dict.fromkeys(_WITH_THREE_DECIMALS.split(), 3),
}

# The first is meant where nothing else is known; None where that would be a guess.
_SYMBOLS: dict[str, tuple[str | None, ...]] = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "BRL"),
    "US$": ("USD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "AU$": ("AUD",),
    "NZ$": ("NZD",),
    "HK$": ("HKD",),
    "S$": ("SGD",),
    "NT$": ("TWD",),
    "MX$": ("MXN",),
    "R$": ("BRL",),
    "€": ("EUR",),
    "EURO": ("EUR",),
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP"),
    "¥": ("JPY", "CNY"),
    "円": ("JPY",),
    "元": ("CNY", "TWD"),
    "RMB": ("CNY",),
    "₹": ("INR",),
    "RS": (None, "INR", "PKR", "LKR", "NPR", "MUR"),
    "₩": ("KRW",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "TL": ("TRY",),
    "₫": ("VND",),
    "₪": ("ILS",),
    "₴": ("UAH",),
    "₱": ("PHP",),
    "₦": ("NGN",),
    "₸": ("KZT",),
    "฿": ("THB",),
    "ZŁ": ("PLN",),
    "KČ": ("CZK",),
    "FT": ("HUF",),
    "LEI": ("RON", "MDL"),
    "FR": ("CHF",),
    "SFR": ("CHF",),
    "RM": ("MYR",),
    "RP": ("IDR",),
    "R": ("ZAR",),
    "KR": (None, "SEK", "NOK", "DKK", "ISK"),
}

_PRICE = re.compile(r"([^0-9]*)([0-9](?:[0-9.,' ]*[0-9])?)([^0-9]*)")
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}([.,' ])(?:[0-9]{2,3}\1)*[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in its currency's minor unit."""

    minor: int
    currency: str
    rounded: bool = False
    """Whether the feed said it finer than the currency goes."""


def exponent(currency: str) -> int:
    """Tell how many decimals a currency's amounts have: EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def parse_price(value: str | int | Decimal, currency: str = "", default: str = "") -> Price:
    """Read a price, with the currency that stands in it or beside it.

    ``currency`` is the row's own; ``default`` counts only where nothing else tells.

    >>> parse_price("29,90 €"), parse_price("KWD 1.250").minor, parse_price("¥2,980").minor
    (Price(minor=2990, currency='EUR', rounded=False), 1250, 2980)

    Raises:
        PriceError: with the code bad_price, ambiguous_price, no_currency,
            unknown_currency or currency_conflict.
    """
    own = parse_currency(currency) if currency.strip() else ""
    if not isinstance(value, str):
        return _in_minor_units(Decimal(value), own or default)
    text = " ".join(unicodedata.normalize("NFKC", value).replace("’", "'").split())
    match = _PRICE.fullmatch(text) if len(text) <= MAX_PRICE_CHARS else None
    if match is None:
        raise PriceError("bad_price", "A price must be one number, such as 29.90 EUR.")
    before, number, after = match.groups()
    if before.strip() in (".", ","):
        before, number = "", f"0{before.strip()}{number}"
    marks = [mark for part in (before, after) if (mark := part.strip(" .,-\u2013\u2014:"))]
    if re.search("[-\u2212\u2013]$", before.rstrip()):
        raise PriceError("bad_price", "A price cannot be negative.")
    found = _find_currency(marks, own, default) or own or default
    return _in_minor_units(_amount(number, exponent(found), suffix=after), found)


def parse_currency(text: str) -> str:
    """Read a currency's code, or a symbol that has one meaning.

    Raises:
        PriceError: it is no active ISO 4217 code.
    """
    meanings = _meanings(text.strip())
    if not meanings or meanings[0] is None:
        raise PriceError(
            "unknown_currency", "A currency must be an ISO 4217 code, such as EUR or JPY."
        )
    return meanings[0]


def _meanings(mark: str) -> tuple[str | None, ...]:
    upper = mark.upper()
    return (upper,) if upper in CURRENCIES else _SYMBOLS.get(upper.rstrip("."), ())


def _find_currency(marks: list[str], own: str, default: str) -> str:
    """Reconcile what stands before and after the number with the row's currency."""
    if not marks:
        return ""
    meanings = [_meanings(mark) for mark in marks]
    if not all(meanings):
        raise PriceError("bad_price", "A price must be one number and at most a currency.")
    shared = [each for each in meanings[0] if all(each in others for others in meanings)]
    if own:
        if own not in shared:
            raise PriceError(
                "currency_conflict", f"The price is not in {own}, as the row's currency says."
            )
        return own
    if not shared:
        raise PriceError("currency_conflict", "The price names two currencies.")
    return default if default in shared else shared[0] or ""


def _amount(number: str, decimals: int, suffix: str) -> Decimal:
    """Tell grouping from decimal separators, and refuse where both readings are likely."""
    points = [char for char in number if char in ".,"]
    last = points[-1] if points else ""
    if not points or (len(points) > 1 and len(set(points)) == 1):
        whole, fraction = number, ""
    else:
        whole, _, fraction = number.rpartition(last)
        if len(points) == 1 and len(fraction) == 3 and not set(" '") & set(whole):
            whole, fraction = _settle_three_digits(whole, last, fraction, decimals, suffix)
    if not _WHOLE.fullmatch(whole) or not (fraction.isdigit() or not fraction):
        raise PriceError("bad_price", "The price's digits are grouped in no usual way.")
    return Decimal(f"{re.sub('[^0-9]', '', whole)}.{fraction or '0'}")


def _settle_three_digits(
    whole: str, point: str, fraction: str, decimals: int, suffix: str
) -> tuple[str, str]:
    """Read ``1.299``: a thousand and more, or one and a fraction?

    A wrong guess is wrong by a factor of 1,000, so where both are usual there is none.
    """
    if whole.startswith("0") or len(whole) > 3:
        return whole, fraction
    if decimals == 0:
        return whole + fraction, ""
    if decimals == 3 and point == ".":
        return whole, fraction
    if decimals == 2 and (point == "," or suffix.strip().startswith("€")):
        return whole + fraction, ""
    raise PriceError(
        "ambiguous_price", "It could be thousands or decimals; write two decimals, such as 29.90."
    )


def _in_minor_units(amount: Decimal, currency: str) -> Price:
    if not currency:
        raise PriceError(
            "no_currency", "Nothing says which currency; name one with --currency, such as EUR."
        )
    if not amount.is_finite() or amount < 0:
        raise PriceError("bad_price", "A price must be a number of at least 0.")
    if amount > MAX_PRICE_MINOR:
        raise PriceError("bad_price", "The price is larger than any shop's.")
    scaled = amount.scaleb(exponent(currency))
    minor = int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if minor > MAX_PRICE_MINOR:
        raise PriceError("bad_price", "The price is larger than any shop's.")
    if amount and not minor:
        raise PriceError("bad_price", f"The price is less than the smallest unit of {currency}.")
    return Price(minor, currency, rounded=minor != scaled)
