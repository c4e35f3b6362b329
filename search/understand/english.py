"""The English words of the grammar. The grammar itself knows kinds of words, never a word.

Lists are written as a shopper types them; apostrophes, case and accents do not count, and ``&``
is ``and``. They are general English, chosen by hand and not fitted on any catalogue's queries.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMES = (
    "off white", "no boundaries", "black & decker", "under armour", "under armor",
    "the north face", "north face", "free people", "red tape", "red chief", "red wing",
    "red herring", "red bull", "blue heaven", "black diamond", "black panther", "black opium",
    "white stuff", "green day", "pink floyd", "orange county", "brown thomas", "golden goose",
    "silver jeans", "gold toe", "rose gold", "old navy", "new balance", "new look",
    "united colors of benetton", "united colours of benetton", "forever new", "forever 21",
    "without walls", "no fear", "no excess", "not your daughters jeans", "no nonsense", "no name",
    "no ka oi", "barely there", "except for me", "free spirit", "cheap monday", "max mara",
    "max factor", "max & co", "from st xavier", "over the moon", "less is more", "other stories",
    "& other stories", "7 for all mankind", "seven for all mankind", "about you", "all saints",
    "around the world", "in extenso", "by malene birger", "by far", "second female",
)  # fmt: skip
"""Known names with a word of the grammar in them: kept whole where no brand column has them, and
where they are no colour of the catalogue."""

FIXED = (
    "non slip", "non stick", "non iron", "non woven", "non wired", "non padded", "non fiction",
    "non stop", "no show", "no iron", "no sew", "no slip", "no wire", "no stick", "no matter",
    "no problem", "no one", "no doubt", "no idea", "no way", "no longer", "no brainer",
    "not only", "not just", "not sure", "not bad", "not without", "why not", "if not", "or not",
    "forget me not", "touch me not", "without a doubt", "without fail", "without doubt",
    "free shipping", "free delivery", "free size", "free gift", "duty free", "hands free",
    "over the knee", "over knee", "over ear", "over the ear", "over the shoulder",
    "from the top", "under eye", "under the sun", "around the neck", "about the house",
)  # fmt: skip
"""Turns of phrase whose negation or price word is none. They stay in the text."""

EXCLUDING = (
    "but not by", "but not from", "but not", "and not", "not by", "not from", "not for",
    "not made of",
    "not made by", "not made from", "not in", "not like", "not a", "not an", "not any", "not",
    "none of", "nothing in", "nothing from", "nothing by", "but nothing", "except for", "except",
    "excepting", "excluding", "exclude", "other than", "apart from", "anything but",
    "everything but", "rather than", "instead of", "never", "dont want", "do not want",
    "dont like", "do not like", "that isnt", "that is not", "that arent", "that are not", "isnt",
    "is not", "arent", "are not", "avoid", "non", "neither",
)  # fmt: skip
"""What begins an exclusion."""

LACKING = (
    "without any", "without having", "without", "w/o", "but without", "and without", "with no",
    "having no", "has no", "but no", "and no", "or no", "no", "not with", "but not with",
    "nothing with", "free of", "free from", "lacking", "minus", "sans", "doesnt have",
    "does not have", "dont have", "do not have",
)  # fmt: skip
"""What begins the exclusion of something that may be a part: a dress without a belt."""

EXCLUDING_BEFORE_A_KIND = frozenset({"no", "not", "non", "neither", "without"})
"""May exclude what stands before a kind, and not the kind: "no logo t-shirt"."""

EXCLUDING_ONE = frozenset({"non"})
"""Exclude the next word alone: non-leather shoes are shoes."""

NOT_FREE_OF = _words(
    "hands hand duty tax iron wrinkle crease care worry stress trouble risk fat cruelty toll"
    " maintenance carefree"
)
"""Before "-free" these praise a thing, and exclude nothing that one could see."""

FREE = "free"
"""After a hyphen, excludes the word before it: leather-free."""

OR = frozenset({"or", "nor", "/"})
AND = frozenset({"and", "plus", "und"})
BUT = frozenset({"but"})

SKIPPED_IN_EXCLUSION = _words(
    "a an the any of by from with in made other too very so really that which is are it its"
    " have has having be being all"
)
"""Say nothing of their own about what is excluded."""

ENDS_EXCLUSION = _words(
    "for with in on at to from that which who while when if as please because than having but"
    " under over below above i my"
)
"""Begin what is no longer excluded: "no heels for work"."""

PLURAL_MODIFIERS = _words(
    "sports mens womens ladies boys girls kids childrens jeans womans glass business christmas"
    " wireless stainless seamless sleeveless strapless laceless backless dress cross mattress"
    " press express swiss princess denims cotton canvas class plus"
)
"""End like plurals, but another noun follows them."""

OPENING = (
    "i am looking for", "im looking for", "i want to buy", "i would like to buy", "i would like",
    "id like", "i want", "i need", "i am after", "im after", "looking for", "searching for",
    "show me", "find me", "give me", "get me", "search for", "do you have", "have you got",
    "buy", "shop", "find", "show", "need", "want", "please", "some", "any", "a", "an", "the",
    "a pair of", "pair of", "pairs of", "a set of", "set of", "a pack of", "pack of", "something",
    "anything", "everything", "new", "all",
)  # fmt: skip
"""May stand before what is asked for without changing it."""

BEFORE_COMPLEMENT = _words(
    "for with of to that which on at from by as like who under over around about when while"
    " has have having made against between into through after before during via"
)
"""Begin a description: nothing behind them, up to the next comma, is the thing itself."""

IN = frozenset({"in"})
FOR = frozenset({"for"})
OF = frozenset({"of"})
BY = frozenset({"by", "from", "brand"})

MODIFIERS = _words(
    """men man mens male gents gentlemen women woman womens female ladies lady unisex kids kid
    children child childrens boys boy girls girl baby babies toddler toddlers infant infants teen
    teens adult adults his her him plain solid striped stripes stripe printed print checked check
    checkered chequered plaid dotted floral patterned graphic embroidered quilted ribbed knitted
    knit woven washed ripped faded textured shiny matte glossy leather leatherette suede cotton
    linen wool woollen woolen silk silky denim velvet canvas satin lace nylon polyester fleece
    mesh wooden wood oak pine walnut metal steel stainless glass ceramic plastic marble rattan
    small large big tiny medium long short little mini maxi wide narrow slim skinny loose tight
    fitted regular oversized new modern vintage classic retro elegant stylish trendy fashionable
    beautiful nice pretty cute cool good best great favourite favorite comfortable comfy cosy cozy
    soft warm light lightweight heavy thick thin simple basic fancy designer branded genuine real
    original quality premium luxury everyday casual formal summer winter spring autumn fall warm
    waterproof sleeveless sleeved full half round neck necked v crew"""
)
"""Say how a thing is and leave it that thing. Before any other word a noun may be another
thing's name (a baseball hat is a cap), so that it is not taken for a kind."""

SHADES = _words(
    "light dark bright deep pale soft pastel neon hot warm cool vivid royal baby rich dusty muted"
    " matte metallic solid plain all pure mostly fluorescent electric"
)
"""May stand before a colour."""

THINGS = _words(
    "gold golden silver steel metal bronze copper metallic rose skin nude cream peach rust mustard"
    " tan coffee mushroom lime aqua sand olive charcoal ivory lavender lilac multi salmon plum"
    " cherry wine chocolate mint camel taupe mauve burgundy apricot lemon coral emerald ruby"
    " sapphire amber pearl sea sky ash stone smoke champagne honey tobacco"
)
"""Colours that are also things: taken for a colour only where what follows is surely a kind."""

COLOUR_COLUMN = frozenset({"colour", "color", "colours", "colors", "farbe"})
SIZE_COLUMN = frozenset({"size", "sizes"})
MATERIAL_COLUMNS = _words("material materials fabric pattern gender sex audience department age")
"""Attributes whose values shoppers ask for as such; named by a word of the column's name."""

CURRENCY_SIGNS: Mapping[str, str] = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
CURRENCY_WORDS: Mapping[str, str] = {
    "euro": "EUR", "euros": "EUR", "eur": "EUR", "dollar": "USD", "dollars": "USD", "usd": "USD",
    "bucks": "USD", "buck": "USD", "pounds": "GBP", "pound": "GBP", "gbp": "GBP", "quid": "GBP",
    "yen": "JPY", "jpy": "JPY", "rupees": "INR", "rupee": "INR", "inr": "INR", "rs": "INR",
    "chf": "CHF", "francs": "CHF", "cny": "CNY", "rmb": "CNY", "yuan": "CNY",
}  # fmt: skip

AT_MOST = (
    "not more expensive than", "not more than", "no more than", "not over", "not above",
    "not exceeding", "under", "below", "less than", "cheaper than", "lower than", "up to", "upto",
    "at most", "max", "maximum", "within", "until", "price under", "price below", "costing under",
    "costing less than", "for under", "for less than", "for up to", "for max", "budget of",
    "budget", "for at most",
)  # fmt: skip
AT_LEAST = (
    "not less than", "no less than", "not under", "not below", "over", "above", "more than",
    "at least", "min", "minimum", "starting at", "starting from", "from", "upwards of",
    "more expensive than", "price over", "price above", "costing over", "costing more than",
    "for over", "for more than",
)  # fmt: skip
NEAR = ("around", "about", "approximately", "approx", "roughly", "circa", "near", "close to")
FOR_A_PRICE = ("for", "at", "costs", "costing", "price", "priced at")
AT_MOST_AFTER = ("or less", "or under", "or below", "or cheaper", "and under", "and below", "max",
                 "maximum", "tops")  # fmt: skip
AT_LEAST_AFTER = ("or more", "or over", "or above", "and up", "and over", "and above", "plus",
                  "upwards", "min", "minimum")  # fmt: skip
BETWEEN = frozenset({"between", "from"})
RANGE_WORDS = frozenset({"and", "to", "-", "till", "until"})
NEEDS_CURRENCY = frozenset({"from", "for", "at", "within", "until", "min", "minimum"})
"""Before a number these need a currency to be about a price: "from 3 years", "for 2"."""

MEASURES = _words(
    """ml l cl litre litres liter liters oz cm mm m km inch inches in ft feet foot kg g gram grams
    lb lbs w watt watts v volt years year yrs yr months month days day weeks hours hour minutes
    people persons person pieces piece pcs pack packs pairs pair seats seater denier dpi gb tb mp
    megapixels percent % degrees miles atm bar carat carats karat k mah hz x stars star items
    sizes size sleeves buttons pockets doors drawers shelves legs bulbs"""
)
"""After a number: it is no price."""
EXTENTS = _words("tall high wide long deep thick across by x diameter length height width depth")
"""After "20 in": it is inches. Before other words it is not: "under 20 in red"."""
AGED = _words(
    "men women people ladies man woman person persons anyone kids children child boys girls adults"
    " age aged ages everyone seniors mens womens"
)
"""Before "over 50": it is an age."""
YOUNG = _words(
    "kids kid children child boys boy girls girl babies baby toddlers toddler teens anyone"
    " everyone age aged ages seniors people"
)
"""Before "under 10": it is an age. "For women under 50" tells a price far more often."""

CHEAP = ("not too expensive", "not very expensive", "not so expensive", "not expensive",
         "inexpensive", "cheapest", "cheap", "affordable", "low cost", "low priced", "low price",
         "budget friendly", "good value")  # fmt: skip
EXPENSIVE = ("not too cheap", "not cheap", "most expensive", "expensive", "high priced",
             "high end", "upmarket", "pricey")  # fmt: skip
ON_SALE = ("on sale", "on offer", "in the sale", "in sale", "discounted", "reduced price",
           "reduced", "marked down", "special offer")  # fmt: skip

IN_STOCK = (
    "not out of stock", "not sold out", "no out of stock", "in stock now", "in stock only",
    "in stock", "available now", "available today", "available immediately", "available",
    "immediately available", "ready to ship", "ships now", "ships today", "instock",
)  # fmt: skip
OUT_OF_STOCK = ("out of stock", "not in stock", "sold out", "not available", "unavailable")

SIZE_WORDS = frozenset({"size", "sizes", "sized"})
SIZE_SYSTEMS = frozenset({"uk", "us", "eu", "eur", "fr", "it", "de", "jp", "au"})
LETTER_SIZES: Mapping[str, str] = {
    "xxs": "XXS", "xs": "XS", "xl": "XL", "xxl": "XXL", "xxxl": "XXXL", "2xl": "XXL",
    "3xl": "XXXL", "4xl": "4XL", "5xl": "5XL", "2xs": "XXS",
}  # fmt: skip
"""Sizes wherever they stand."""
SIZES_AFTER_THE_WORD: Mapping[str, str] = {
    "s": "S", "m": "M", "l": "L", "small": "S", "medium": "M", "large": "L",
    "extra large": "XL", "extra small": "XS",
}  # fmt: skip
"""Sizes after "size" alone."""

COMMON = _words(
    "next gap free only mango guess fossil boots coach diesel target just now here there one two"
    " first best river island sky star sun moon sea apple orange rose lily pearl love happy home"
    " garden kitchen office work school travel sport sports gym beach party wedding gift gifts"
    " style fashion look collection studio shop store brand music play game games dog cat bird"
    " horse lion tiger fox wolf bear king queen prince princess day night dream dreams city urban"
    " street wild nature natural organic pure eco green earth water fire ice snow rain wind storm"
    " cloud rock stone sand gold silver diamond crystal angel devil joy hope faith grace life"
    " young old big small high low top line lines ring bag bags belt cap hat shoe shoes"
)
"""Everyday words that are brands in some shops: such a brand is meant only behind "by"."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "men": ("unisex", "adult"), "women": ("unisex", "adult"), "male": ("unisex",),
    "female": ("unisex",), "kid": ("boy", "girl", "child"), "child": ("boy", "girl", "kid"),
    "boy": ("unisex", "kid"), "girl": ("unisex", "kid"),
}  # fmt: skip
"""By the stem of an attribute's value: what whoever asks for it may be shown besides."""
