"""Write titles, descriptions and picture texts in a shop's voice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from catalog.demo.dealing import Model, Variant
from catalog.demo.palette import WOODS

_GENDERS = {"women": "Women's", "men": "Men's"}

MATERIAL_NOTES: Mapping[str, str] = {
    "cotton": "Woven from soft, breathable cotton.",
    "organic cotton": "Made of organic cotton, grown without pesticides.",
    "jersey": "Cut from a smooth jersey with a little stretch.",
    "linen": "Pure linen, cool to the touch and lovelier with every wash.",
    "canvas": "Tough canvas that shrugs off scuffs.",
    "denim": "Sturdy denim that softens with wear.",
    "wool": "Dense wool that warms without weight.",
    "merino wool": "Fine merino wool that never itches.",
    "cashmere": "Spun from the softest cashmere.",
    "knit": "A springy knit that keeps its shape.",
    "chunky knit": "A chunky knit with a hand-made look.",
    "fleece": "Brushed fleece on the inside.",
    "silk": "Silk with a gentle sheen.",
    "satin": "Satin that catches the light.",
    "viscose": "Flowing viscose that hardly creases.",
    "nylon": "Water-repellent nylon, light and hard-wearing.",
    "polyester": "Quick-drying fabric made of recycled polyester.",
    "leather": "Full-grain leather that gains character with time.",
    "suede": "Velvety suede, protected against drizzle.",
    "velvet": "Plush velvet that glows in the light.",
    "boucle": "Curly bouclé you will want to touch.",
    "straw": "Woven by hand from natural straw.",
    "rattan": "Woven by hand from rattan.",
    "rubber": "Natural rubber, fully waterproof.",
    "ceramic": "Glazed ceramic, fired twice.",
    "stoneware": "Speckled stoneware with a satin glaze.",
    "porcelain": "Fine white-bodied porcelain.",
    "enamel": "Enamelled steel that does not stain.",
    "glass": "Mouth-blown glass.",
    "marble": "Real marble; every vein is unique.",
    "plastic": "Recycled plastic with a smooth finish.",
    "polycarbonate": "A light, tough polycarbonate shell.",
    "oak": "Solid oak with a lively grain, finished with oil.",
    "walnut": "Dark American walnut, oiled by hand.",
    "ash": "Solid ash, stained so that the grain shows through.",
    "pine": "Painted pine from northern forests.",
    "bamboo": "Fast-growing bamboo, hard and light.",
    "steel": "Powder-coated steel.",
    "stainless steel": "Brushed stainless steel.",
    "aluminium": "Light anodised aluminium.",
    "brass": "Solid brass that darkens over time.",
    "copper": "Polished copper that spreads heat evenly.",
    "cast iron": "Cast iron that holds its heat.",
}

# The placeholders are those of _words; what is empty disappears with its comma.
TITLES: tuple[str, ...] = (
    "{brand} {pattern} {material} {noun}, {colour}",
    "{brand} {series} {noun} in {colour}",
    "{colour} {pattern} {detail} {noun} by {brand}",
    "{brand} {gender} {detail} {material} {noun} - {colour}",
    "{series} {pattern} {noun}, {colour} {material}",
    "{brand} {series} {pattern} {noun} {extra}, {colour}",
    "{gender} {colour} {material} {noun} {extra} | {brand}",
    "{brand} {pattern} {noun} {extra} in {colour} {material}",
)
_FALLBACK = "{brand} {series} {pattern} {detail} {noun}, {colour} {material}"
OPENINGS_WITHOUT_MATERIAL: tuple[str, ...] = (
    "Our {series} {noun} in {colour}.",
    "{article} {detail} {noun} {gender}in {colour}.",
)
OPENINGS: tuple[str, ...] = (
    "{article} {colour} {pattern} {noun} {gender}in {material}.",
    "The {series}: {article} {pattern} {noun} {gender}made of {material}.",
    *OPENINGS_WITHOUT_MATERIAL,
)


def write_title(model: Model, variant: Variant, random: Random, taken: set[str]) -> str:
    """Write a title that no product has yet, from one of the patterns shops use."""
    words = _words(model, variant)
    for template in (random.choice(TITLES), _FALLBACK):
        title = _tidy(template.format(**words))
        if title not in taken:
            return title
    return _tidy(f"{title} {variant.size or model.kind.name.title()}")


def write_description(model: Model, variant: Variant, random: Random) -> str:
    """Write one to three sentences about what it is, is made of and is good for."""
    words = {name: text.lower() for name, text in _words(model, variant).items()}
    words["series"] = model.series
    words["gender"] = f"for {model.gender} " if model.gender in _GENDERS else ""
    words["noun"] = _soft_noun(model.style.noun)
    words["colour"] = variant.material if _is_bare(variant) else variant.colour
    words["material"] = variant.material
    words["article"] = "@"
    says_material = _is_bare(variant) or variant.material in words["noun"]
    opening = random.choice(OPENINGS_WITHOUT_MATERIAL if says_material else OPENINGS)
    opening = _with_article(_tidy(opening.format(**words)), words["noun"])
    sentences = [opening[0].upper() + opening[1:], random.choice(model.kind.uses)]
    if random.random() < 0.75:
        sentences.insert(random.choice((1, 2)), MATERIAL_NOTES[variant.material])
    return " ".join(sentences[random.random() < 0.15 :])


def write_alt(model: Model, variant: Variant, view: str) -> str:
    """Say in a few words what a picture shows."""
    pattern = "" if model.pattern == "plain" else model.pattern
    text = _tidy(f"{variant.colour} {pattern} {variant.material} {_soft_noun(model.style.noun)}")
    return f"{text[0].upper()}{text[1:]}, {view}"


def _with_article(text: str, noun: str) -> str:
    """Put the article that the following word asks for; plural nouns take none."""
    if "@" not in text:
        return text
    if noun.endswith("s") and not noun.endswith("ss"):
        return _tidy(text.replace("@", ""))
    following = text.split("@ ", 1)[1]
    return text.replace("@", "an" if following[0] in "aeio" or following[:2] == "up" else "a")


def _is_bare(variant: Variant) -> bool:
    """Say whether it is timber in its own colour, which is named by the wood alone."""
    return variant.material in WOODS and variant.colour in ("natural", "brown")


def _soft_noun(noun: str) -> str:
    return (
        noun.lower()
        .replace("a-line", "A-line")
        .replace("t-shirt", "T-shirt")
        .replace("mary jane", "Mary Jane")
        .replace("hawaiian", "Hawaiian")
        .replace("windsor", "Windsor")
        .replace("chelsea", "Chelsea")
    )


def _words(model: Model, variant: Variant) -> dict[str, str]:
    noun = model.style.noun
    material = "" if variant.material.title() in noun else variant.material.title()
    bare = _is_bare(variant)
    pattern = "" if model.pattern == "plain" else model.pattern.title()
    return {
        "brand": model.brand.name,
        "series": model.series,
        "noun": noun,
        "material": "" if bare else material,
        "pattern": "" if pattern in noun else pattern,
        "colour": variant.material.title() if bare else variant.colour.title(),
        "gender": _GENDERS.get(model.gender, ""),
        "detail": _detail(model.details, noun),
        "extra": _extra(model.details),
    }


def _detail(details: Mapping[str, str], noun: str) -> str:
    """Name the one property of the cut that goes before the noun."""
    if details.get("neckline") in ("v-neck", "scoop neck", "tie neck"):
        return "V-Neck" if details["neckline"] == "v-neck" else details["neckline"].title()
    for name in ("fit", "length"):
        value = details.get(name, "")
        if value not in ("", "regular") and value not in noun.lower():
            return value.title() + (" Fit" if value in ("slim", "relaxed") else "")
    if details.get("sleeve") in ("long", "short") and "Sleeve" not in noun:
        return details["sleeve"].title() + " Sleeve"
    for name in ("finish", "wash", "coating", "form"):
        if name in details and details[name] not in noun.lower():
            return details[name].title()
    return ""


def _extra(details: Mapping[str, str]) -> str:
    """Name a part that goes after the noun."""
    for name, word in (
        ("legs", "Legs"),
        ("stand", "Stand"),
        ("handle", ""),
        ("pocket", ""),
        ("shade", ""),
    ):
        value = details.get(name, "")
        if value and value != "same handle":
            return f"with {value.title()} {word}".strip()
    return "with Pompom" if details.get("detail") == "pompom" else ""


def _tidy(text: str) -> str:
    """Close the gaps that empty words leave, and drop a word said twice in a row."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.|-])", r" \1" if "|" in text or " -" in text else r"\1", text)
    text = re.sub(r"\b(\w+) \1\b", r"\1", text)
    text = re.sub(r"\s+,", ",", text)
    return re.sub(r"[\s,|-]+$", "", text).strip()
