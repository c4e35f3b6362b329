from pathlib import Path

import pytest

from catalog.records import ProductRecord
from indexer.lexical import LexicalIndex
from search.translation import foreign_to
from search.wording import Wording
from tests.search.wording_shop import clothes, clothing, lexical_of

__all__ = ["clothing"]


@pytest.fixture(scope="module")
def wording(clothing: LexicalIndex) -> Wording:
    return Wording.of(clothing)


QUERIES = {
    "German": {
        "rote Schuhe für Damen": "red shoes for women",
        "schwarze Lederhandtasche": "black leather handbag",
        "weißes Hemd für Herren": "white shirt for men",
        "WEISSES HEMD": "white shirt",
        "blaue Jeans": "blue jeans",
        "goldene Ohrringe": "gold earrings",
        "Herrenuhr in Silber": "silver watch for men",
        "gruene Jacke ohne Kapuze": "green jacket without Kapuze",
        "Rucksack für die Schule": "backpack for the school",
        "Hochzeitsschuhe": "wedding shoes",
        "Kinder-Sandalen": "sandals for children",
        "Damenschuhe, schwarz": "shoes for women, black",
    },
    "French": {
        "chaussures rouges pour femme": "red shoes for women",
        "sac à main en cuir noir": "black leather handbag",
        "chemise blanche pour homme": "white shirt for men",
        "jean bleu": "blue jeans",
        "boucles d'oreilles dorées": "gold earrings",
        "lunettes de soleil homme": "sunglasses for men",
        "robe verte": "green dress",
        "robe rouge": "red dress",
        "ceinture en cuir marron": "brown leather belt",
        "sac à dos": "backpack",
    },
    "Spanish": {
        "zapatos rojos de mujer": "red shoes for women",
        "bolso de cuero negro": "black leather handbag",
        "camisa blanca para hombre": "white shirt for men",
        "pantalones vaqueros azules": "blue jeans",
        "pendientes dorados": "gold earrings",
        "gafas de sol para hombre": "sunglasses for men",
        "vestido verde de fiesta": "green party dress",
        "cinturon de cuero marron": "brown leather belt",
        "reloj plateado": "silver watch",
        "calcetines grises": "grey socks",
    },
    "Portuguese": {
        "sapatos vermelhos femininos": "red shoes for women",
        "bolsa de couro preta": "black leather handbag",
        "camisa branca masculina": "white shirt for men",
        "calça jeans azul": "blue jeans",
        "brincos dourados": "gold earrings",
        "óculos de sol masculino": "sunglasses for men",
        "tênis vermelho": "red sneakers",
        "cinto de couro marrom": "brown leather belt",
        "relógio prateado": "silver watch",
        "meias cinza": "grey socks",
    },
    "Chinese": {
        "红色女鞋": "red shoes for women",
        "黑色皮革手提包": "black leather handbag",
        "男士白色衬衫": "white shirt for men",
        "蓝色牛仔裤": "blue jeans",
        "金色耳环": "gold earrings",
        "男士太阳镜": "sunglasses for men",
        "綠色連衣裙": "green dress",
        "白色的运动鞋": "white sneakers",
        "银色手表 Adidas": "silver watch Adidas",
        "T恤 男": "t-shirt for men",
        "灰色男裤": "grey trousers for men",
    },
}


@pytest.mark.parametrize(
    ("text", "english"), [pair for queries in QUERIES.values() for pair in queries.items()]
)
def test_query_of_another_language_is_read_in_english(
    wording: Wording, text: str, english: str
) -> None:
    rewritten = wording.rewrite(text)
    assert rewritten.text == english
    assert {change.why for change in rewritten.changes} == {"language"}


@pytest.mark.parametrize(
    "text",
    [
        "red shoes for women",
        "robe",  # English and the catalogue's
        "red rock t-shirt",
        "gold hose",
        "handbag or purse in die cut leather",
        "a pull on skirt",
        "Ocean Homme perfume",
        "no boundaries top",
        "bra, court shoes and a clutch",
        "日本",
    ],
)
def test_english_is_not_taken_for_another_language(wording: Wording, text: str) -> None:
    assert wording.rewrite(text).text == text


def test_language_with_most_words_of_the_text_is_the_one(wording: Wording) -> None:
    # "camisa" is Spanish, too; "vermelha" is not.
    assert wording.rewrite("camisa vermelha").text == "red shirt"


def test_words_of_a_shop_that_speaks_the_language_stay(tmp_path: Path) -> None:
    products = [
        ProductRecord(str(at), ("Rote Schuhe", "Schwarzer Mantel")[at % 2]) for at in range(20)
    ]
    german = lexical_of(tmp_path, products)
    assert "German" not in [each.name for each in foreign_to(german.words, german.products)]
    wording = Wording.of(german)
    assert wording.rewrite("rote Schuhe").text == "rote Schuhe"
    assert wording.rewrite("rotes Kleid").text == "rotes Kleid"
    assert wording.rewrite("zapatos rojos").text == "red shoes"


def test_few_foreign_names_do_not_make_a_shop_foreign(tmp_path: Path) -> None:
    products = [*clothes(), ProductRecord("noir", "Noir Chaussures")]
    lexical = lexical_of(tmp_path, products)
    assert len(foreign_to(lexical.words, lexical.products)) == 5


def test_each_change_is_told(wording: Wording) -> None:
    rewritten = wording.rewrite("Adidas zapatos rojos, talla 38, sin cordones")
    assert rewritten.text == "Adidas red shoes, talla 38, without cordones"
    assert [(each.before, each.after) for each in rewritten.changes] == [
        ("zapatos rojos", "red shoes"),
        ("sin", "without"),
    ]
