"""What was asked, as the engine takes it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from functools import partial

from PIL import Image

from core.errors import ImageError, InvalidQueryError, ProductNotFoundError, UploadNotFoundError
from search.filters import Filter, Not, all_of
from search.filters_arguments import parse_filters
from search.filters_json import parse_filter_tree
from search.query import Page, SearchQuery, SimilarQuery, Wish, parse_text
from search.sorting import Sort
from web.api.arguments import LikenessArguments, SearchArguments
from web.api.bodies import SearchBody, WeighedPicture, WeighedProduct, WeighedText
from web.errors import PointedError
from web.requests import PointedImageError, decoded_image
from web.services import Services

USUAL = "usual"
FIRST = 1


def query_of(
    arguments: SearchArguments, max_chars: int, picture: Callable[[], Image.Image] | None = None
) -> SearchQuery:
    """Ask for what an address or a form says.

    Args:
        arguments: What it says.
        max_chars: How long a sentence may be.
        picture: Decodes what was sent beside it; called last, for it costs most.

    Raises:
        InvalidQueryError: a value cannot be used; it names the parameter and the reason.
    """
    return SearchQuery(
        text=parse_text(arguments.q, max_chars),
        page=_page(arguments.page, arguments.per_page, arguments.cursor),
        filter=parse_filters(arguments.filters),
        sort=Sort.parse(arguments.sort),
        facets=_facets(arguments.facets),
        understand=bool(arguments.understand),
        collapse=bool(arguments.collapse),
        diversity=arguments.diversity,
        explain=bool(arguments.explain),
        cursor=arguments.cursor,
        image=None if picture is None else picture(),
    )


def likeness_of(product_ids: tuple[str, ...], arguments: LikenessArguments) -> SimilarQuery:
    """Ask for what is like some products.

    Raises:
        InvalidQueryError: a value cannot be used; it names the parameter and the reason.
    """
    return SimilarQuery(
        product_ids=product_ids,
        page=_page(arguments.page, arguments.per_page, arguments.cursor),
        filter=parse_filters(arguments.filters),
        with_variants=bool(arguments.variants),
        in_stock=bool(arguments.in_stock),
        within=arguments.within,
        facets=_facets(arguments.facets),
        explain=bool(arguments.explain),
        cursor=arguments.cursor,
    )


def composed_query_of(body: SearchBody, services: Services) -> SearchQuery:
    """Ask for what a body says.

    Raises:
        InvalidQueryError: a value cannot be used; it points to it, with the reason.
        ImageError: a picture cannot be used.
        PointedError: an upload was never made, or is no longer kept.
        OverloadedError: too many other pictures are being decoded.
    """
    max_chars = services.settings.max_query_chars
    return SearchQuery(
        text=parse_text(body.q, max_chars),
        page=_page(body.page, body.per_page, body.cursor),
        filter=_filter_of(body),
        sort=Sort.parse(body.sort),
        facets=None if body.facets is None else tuple(body.facets),
        wishes=tuple(_wishes(body, services)),
        understand=body.understand,
        collapse=body.collapse,
        diversity=body.diversity,
        explain=body.explain,
        cursor=body.cursor,
    )


def pointing_to_product(error: ProductNotFoundError, body: SearchBody) -> PointedError:
    """Say of a product that is not there where the body names it."""
    named = [
        (each.id, f"/{name}/{number}/id")
        for name, products in (("liked", body.liked), ("disliked", body.disliked))
        for number, each in enumerate(products)
    ]
    return PointedError(error, dict(reversed(named)).get(error.product_id, ""))


def _page(number: int, size: int, cursor: str) -> Page:
    if cursor and number != FIRST:
        raise InvalidQueryError(
            "/page", "contradiction", "Send a page or a cursor: each says where the answer begins."
        )
    return Page(number, size)


def _facets(listed: str) -> tuple[str, ...] | None:
    """Read a list with commas; ``usual`` leaves the choice to the catalogue."""
    if listed == USUAL:
        return None
    return tuple(dict.fromkeys(filter(None, map(str.strip, listed.split(",")))))


def _filter_of(body: SearchBody) -> Filter | None:
    wanted, excluded = (
        None if told is None else parse_filter_tree(told, f"/{name}")
        for name, told in (("filter", body.filter), ("exclude", body.exclude))
    )
    return all_of([wanted, None if excluded is None else Not(excluded)])


def _wishes(body: SearchBody, services: Services) -> Iterator[Wish]:
    """Make the wishes, in the body's order, so that errors can point to where each stands."""
    for number, text in enumerate(body.texts):
        yield _pointing(f"/texts/{number}", partial(_text_wish, text, services))
    for number, picture in enumerate(body.images):
        pointer = f"/images/{number}"
        yield _pointing(pointer, partial(_picture_wish, picture, pointer, services))
    for name, products, sign in (("liked", body.liked, 1), ("disliked", body.disliked, -1)):
        for number, product in enumerate(products):
            yield _pointing(f"/{name}/{number}", partial(_likeness, product, sign))


def _text_wish(wanted: WeighedText, services: Services) -> Wish:
    text = parse_text(wanted.text, services.settings.max_query_chars)
    return Wish(wanted.weight, text=text)


def _picture_wish(wanted: WeighedPicture, pointer: str, services: Services) -> Wish:
    if bool(wanted.data) == bool(wanted.upload):
        raise InvalidQueryError("", "not_one_thing", "A picture is its 'data' or an 'upload'.")
    if wanted.upload:
        return Wish(wanted.weight, image=_uploaded(wanted.upload, pointer, services))
    try:
        data = base64.b64decode(wanted.data, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidQueryError("/data", "not_base64", "The data is no base64.") from None
    return Wish(wanted.weight, image=_decoded(data, pointer, services))


def _uploaded(token: str, pointer: str, services: Services) -> Image.Image:
    try:
        return services.uploads.open(token)
    except UploadNotFoundError as error:
        raise PointedError(error, f"{pointer}/upload") from error


def _decoded(data: bytes, pointer: str, services: Services) -> Image.Image:
    try:
        return decoded_image(data, services.settings)
    except ImageError as error:
        raise PointedImageError(error, f"{pointer}/data") from error


def _likeness(wanted: WeighedProduct, sign: int) -> Wish:
    if wanted.weight <= 0:
        raise InvalidQueryError(
            "/weight", "out_of_range", "A weight is above 0 here: the list says like or unlike."
        )
    return Wish(sign * wanted.weight, product_id=wanted.id)


def _pointing(pointer: str, make: Callable[[], Wish]) -> Wish:
    """Make a wish of a part of the body; what is wrong with it is said of that part."""
    try:
        return make()
    except InvalidQueryError as error:
        inner = {"/q": "/text", "/wishes": ""}.get(error.pointer, error.pointer)
        if error.code == "out_of_range":
            inner = "/weight"
        raise InvalidQueryError(pointer + inner, error.code, str(error)) from None
