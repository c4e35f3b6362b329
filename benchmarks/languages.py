"""How many of the first ten a query in another language shares with the same in English.

    python benchmarks/languages.py --home HOME [--json FILE.json]

The English sentences are what an English shopper would type, not what the translation makes of
the others; none of the sentences was used to write the dictionaries. Clothing and accessories.
"""

import argparse
import json
from pathlib import Path

from core.settings import Settings, prepare_process

prepare_process()

from core.terminal import table  # noqa: E402 - after the process is prepared
from search.bootstrap import open_engine  # noqa: E402
from search.query import Page, SearchQuery  # noqa: E402

SHARED = 6
"""Of ten: from here on a shopper sees the same shop."""

ENGLISH = (
    "black shoes for men",
    "red dress",
    "brown leather wallet",
    "white sneakers for women",
    "blue shirt for men",
    "silver earrings",
    "green t-shirt for women",
    "grey trousers for men",
    "pink handbag",
    "brown sandals for men",
)
OTHERS = {
    "German": (
        "schwarze Herrenschuhe", "rotes Kleid", "braune Geldbörse aus Leder",
        "weiße Turnschuhe für Damen", "blaues Hemd für Männer", "silberne Ohrringe",
        "grünes T-Shirt für Frauen", "graue Herrenhose", "rosa Handtasche",
        "braune Sandalen für Herren",
    ),
    "French": (
        "chaussures noires pour homme", "robe rouge", "portefeuille en cuir marron",
        "baskets blanches femme", "chemise bleue homme", "boucles d'oreilles argentées",
        "t-shirt vert pour femme", "pantalon gris pour homme", "sac à main rose",
        "sandales marron homme",
    ),
    "Spanish": (
        "zapatos negros de hombre", "vestido rojo", "cartera de cuero marrón",
        "zapatillas blancas de mujer", "camisa azul para hombre", "pendientes plateados",
        "camiseta verde para mujer", "pantalón gris de hombre", "bolso rosa",
        "sandalias marrones para hombre",
    ),
    "Portuguese": (
        "sapatos pretos masculinos", "vestido vermelho", "carteira de couro marrom",
        "tênis branco feminino", "camisa azul masculina", "brincos prateados",
        "camiseta verde feminina", "calça cinza masculina", "bolsa rosa",
        "sandálias marrons masculinas",
    ),
    "Chinese": (
        "黑色男鞋", "红色连衣裙", "棕色皮革钱包", "白色女士运动鞋", "男士蓝色衬衫",
        "银色耳环", "绿色女士T恤", "灰色男裤", "粉色手提包", "男士棕色凉鞋",
    ),
}  # fmt: skip


def first_ten(engine, text: str) -> tuple[set[str], str]:
    results = engine.search(SearchQuery(text, page=Page(size=10)))
    return {hit.product.id for hit in results.hits}, results.reading.understanding.text


def measure(settings: Settings) -> dict:
    with open_engine(settings) as engine:
        expected = [first_ten(engine, text)[0] for text in ENGLISH]
        return {
            language: {
                text: {"read as": read, "english": english, "shared": len(found & wanted)}
                for text, english, wanted in zip(texts, ENGLISH, expected, strict=True)
                for found, read in [first_ten(engine, text)]
            }
            for language, texts in OTHERS.items()
        }


def shown(report: dict) -> str:
    rows = [
        (language, sum(each["shared"] >= SHARED for each in told.values()),
         sum(each["shared"] for each in told.values()) / len(told))
        for language, told in report.items()
    ]  # fmt: skip
    short = [
        (text, each["read as"], each["english"], each["shared"])
        for told in report.values()
        for text, each in told.items()
        if each["shared"] < SHARED
    ]
    header = ("language", f"of 10 share {SHARED} or more", "shared, mean")
    return (
        f"{table(rows, header)}\n\n{table(short, ('falls short', 'read as', 'beside', 'shared'))}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--json", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    report = measure(Settings.load(options={"home": options.home}))
    print(shown(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
