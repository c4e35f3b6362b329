"""Render the pictures of demonstration products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from PIL import Image

from catalog.demo import (
    accessories,
    bags,
    beds,
    boots,
    chairs,
    coats,
    cookware,
    dresses,
    flat_shoes,
    handbags,
    hats,
    jackets,
    kitchen_tools,
    knitwear,
    legwear,
    lighting,
    luggage,
    sneakers,
    sofas,
    storage,
    summer_shoes,
    tables,
    tableware,
    tops,
    watches,
)
from catalog.demo.canvas import Canvas, Pose
from catalog.demo.look import Look
from catalog.demo.studio import TINTS

if TYPE_CHECKING:
    from catalog.demo.catalogue import DemoProduct

Draw = Callable[[Canvas, Look], None]
# Raised when pictures change, so that pictures written by an earlier renderer are made anew.
RENDERER_VERSION = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """Say how a kind is drawn and shown: standing or hung, alone or in pairs.

    `other_view` is what a second picture shows: the back, the mirrored side or a detail. `turn`
    is by how many degrees a picture may lean; styles in `laid` are seen from above.
    """

    draw: Draw
    ground: bool = False
    pair: bool = False
    other_view: str = "mirror"
    turn: float = 1.5
    laid: tuple[str, ...] = ()


STAGES: dict[str, Stage] = {
    "t-shirt": Stage(tops.draw_t_shirt, other_view="back"),
    "polo shirt": Stage(tops.draw_polo, other_view="back"),
    "shirt": Stage(tops.draw_shirt, other_view="back"),
    "blouse": Stage(tops.draw_blouse, other_view="back"),
    "sweater": Stage(knitwear.draw_sweater, other_view="back"),
    "cardigan": Stage(knitwear.draw_cardigan, other_view="back"),
    "hoodie": Stage(knitwear.draw_hoodie, other_view="back"),
    "jacket": Stage(jackets.draw_jacket, other_view="detail"),
    "coat": Stage(coats.draw_coat, other_view="detail"),
    "dress": Stage(dresses.draw_dress, other_view="back"),
    "skirt": Stage(dresses.draw_skirt, other_view="detail"),
    "jeans": Stage(legwear.draw_jeans, other_view="back"),
    "trousers": Stage(legwear.draw_trousers, other_view="detail"),
    "shorts": Stage(legwear.draw_shorts, other_view="detail"),
    "sneakers": Stage(sneakers.draw_sneakers, ground=True, pair=True),
    "boots": Stage(boots.draw_boots, ground=True, pair=True),
    "loafers": Stage(flat_shoes.draw_loafers, ground=True, pair=True),
    "ballet flats": Stage(flat_shoes.draw_ballet_flats, ground=True, pair=True),
    "sandals": Stage(summer_shoes.draw_sandals, ground=True, laid=("footbed sandals",)),
    "heels": Stage(summer_shoes.draw_heels, ground=True, pair=True),
    "flip flops": Stage(summer_shoes.draw_flip_flops, other_view="detail", turn=6),
    "handbag": Stage(handbags.draw_handbag, ground=True, other_view="detail"),
    "backpack": Stage(luggage.draw_backpack, ground=True, other_view="detail"),
    "tote bag": Stage(bags.draw_tote, ground=True, other_view="detail"),
    "suitcase": Stage(luggage.draw_suitcase, ground=True, other_view="detail"),
    "clutch": Stage(bags.draw_clutch, ground=True, other_view="detail"),
    "wallet": Stage(bags.draw_wallet, other_view="detail", turn=5),
    "watch": Stage(watches.draw_watch, other_view="detail", turn=6),
    "sunglasses": Stage(accessories.draw_sunglasses, other_view="detail", turn=4),
    "hat": Stage(hats.draw_hat),
    "scarf": Stage(accessories.draw_scarf, other_view="detail"),
    "belt": Stage(accessories.draw_belt),
    "chair": Stage(chairs.draw_chair, ground=True, other_view="detail", turn=0),
    "stool": Stage(chairs.draw_stool, ground=True, other_view="detail", turn=0),
    "armchair": Stage(sofas.draw_armchair, ground=True, other_view="detail", turn=0),
    "sofa": Stage(sofas.draw_sofa, ground=True, other_view="detail", turn=0),
    "bed": Stage(beds.draw_bed, ground=True, other_view="detail", turn=0),
    "dining table": Stage(tables.draw_dining_table, ground=True, other_view="detail", turn=0),
    "coffee table": Stage(tables.draw_coffee_table, ground=True, other_view="detail", turn=0),
    "desk": Stage(storage.draw_desk, ground=True, turn=0),
    "bookshelf": Stage(storage.draw_bookshelf, ground=True, other_view="detail", turn=0),
    "sideboard": Stage(storage.draw_sideboard, ground=True, other_view="detail", turn=0),
    "floor lamp": Stage(lighting.draw_floor_lamp, ground=True, turn=0),
    "table lamp": Stage(lighting.draw_table_lamp, ground=True, other_view="detail", turn=0),
    "pendant lamp": Stage(lighting.draw_pendant_lamp, other_view="detail", turn=0),
    "desk lamp": Stage(lighting.draw_desk_lamp, ground=True, turn=0),
    "mug": Stage(tableware.draw_mug, ground=True, turn=0),
    "teapot": Stage(tableware.draw_teapot, ground=True, turn=0),
    "bowl": Stage(tableware.draw_bowl, ground=True, other_view="detail", turn=0),
    "plate": Stage(tableware.draw_plate, other_view="detail", turn=0),
    "wine glass": Stage(tableware.draw_wine_glass, ground=True, other_view="detail", turn=0),
    "kettle": Stage(cookware.draw_kettle, ground=True, turn=0),
    "saucepan": Stage(cookware.draw_saucepan, ground=True, turn=0),
    "frying pan": Stage(cookware.draw_frying_pan, turn=7),
    "kitchen knife": Stage(kitchen_tools.draw_knife, turn=9),
    "cutting board": Stage(kitchen_tools.draw_cutting_board, turn=3),
    "toaster": Stage(kitchen_tools.draw_toaster, ground=True, turn=0),
}


def render_product(product: DemoProduct) -> list[Image.Image]:
    """Render every picture of a product, 480 by 640 RGB, in the order of its images."""
    stage = STAGES[product.kind]
    views = ["front", stage.other_view][: len(product.images)]
    return [_render_view(product, stage, view) for view in views]


def _render_view(product: DemoProduct, stage: Stage, view: str) -> Image.Image:
    random = Random(f"{product.model}/pose")
    canvas = Canvas(Pose(degrees=random.uniform(-stage.turn, stage.turn)))
    stage.draw(canvas, product.look("back" if view == "back" else "front"))
    painting = canvas.painting()
    if random.random() < 0.25 and stage.other_view != "back":
        painting = painting.mirrored()
    if stage.pair:
        painting = painting.paired(random.randrange(40, 90), random.uniform(0.42, 0.56))
    tint = random.choice(TINTS)
    size = random.uniform(0.93, 1.0)
    if view == "detail":
        painting = painting.detail(random.uniform(0.35, 0.6), random.uniform(0.3, 0.45))
        return painting.in_studio(ground=False, tint=tint)
    if view == "mirror":
        painting = painting.mirrored()
    stands = stage.ground and product.attributes.get("style") not in stage.laid
    return painting.framed(size).in_studio(ground=stands, tint=tint)
