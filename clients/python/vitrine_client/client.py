"""The client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, TypeVar, Unpack
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, InvalidHeader

from vitrine_client.composing import LikenessOptions, SearchOptions, Wish, listed
from vitrine_client.errors import UnexpectedAnswerError, UnreachableError, kind_of
from vitrine_client.models import (
    Filter,
    Product,
    Readiness,
    SearchAnswer,
    SimilarAnswer,
    SuggestionsAnswer,
)

Model = TypeVar("Model", bound=BaseModel)
Pair = tuple[str, str]
Conditions = Mapping[str, str | Sequence[str]]
NOTHING: Conditions = MappingProxyType({})

USER_AGENT = "vitrine-client/0.1.0"
PROBLEM = "application/problem+json"
ASK_AGAIN = frozenset({429, 503})
FIRST_WAIT_S = 0.2
"""Doubled at every further try, where the server does not say how long to wait."""


class _Patience(Retry):
    """Asks again; where the server says nothing readable of when, after the usual wait."""

    def parse_retry_after(self, retry_after: str) -> float:
        """Read the header's seconds or moment."""
        try:
            return super().parse_retry_after(retry_after)
        except InvalidHeader:
            return 0


class VitrineClient:
    """Asks one server; may be used from several threads.

    Args:
        url: The server's address, as ``http://127.0.0.1:8000``.
        key: Sent with every request, where the server asks for one.
        timeout_s: Longest wait for a connection and for each part of an answer.
        retries: How often a request is repeated that got no answer, 429 or 503.
        longest_wait_s: Longest pause before a request is repeated, whatever the server asks.
        connections: How many connections are kept open.

    Raises:
        ValueError: the key holds what no header may.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str = "",
        timeout_s: float = 30.0,
        retries: int = 3,
        longest_wait_s: int = 30,
        connections: int = 4,
    ) -> None:
        if not (key.isascii() and key.isprintable()):
            raise ValueError("A key is of printable ASCII characters.")
        self._url = url.rstrip("/")
        headers = {"User-Agent": USER_AGENT, "Accept": f"application/json, {PROBLEM}"}
        self._pool = PoolManager(
            maxsize=connections,
            headers=headers | ({"Authorization": f"Bearer {key}"} if key else {}),
            timeout=Timeout(connect=timeout_s, read=timeout_s),
            retries=_Patience(
                total=retries,
                redirect=False,
                status_forcelist=ASK_AGAIN,
                # Searches change nothing, so POST may be repeated, too.
                allowed_methods=None,
                backoff_factor=FIRST_WAIT_S,
                backoff_max=longest_wait_s,
                retry_after_max=longest_wait_s,
                raise_on_status=False,
            ),
        )

    def __enter__(self) -> VitrineClient:
        """Give the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def search(
        self,
        text: str,
        *,
        filters: Conditions = NOTHING,
        exclude: Conditions = NOTHING,
        **options: Unpack[SearchOptions],
    ) -> SearchAnswer:
        """Find products by a sentence, best first.

        Args:
            text: What to look for.
            filters: Field to value or values: ``{"brand": ["Acme"], "price": "20..50"}``.
            exclude: The same, for what is not to be found.
            options: Order, page, facets and more.

        Raises:
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        pairs = [("q", text), *_conditions("filter", filters), *_conditions("exclude", exclude)]
        return self._get(SearchAnswer, "/api/v1/search", [*pairs, *_written(options)])

    def compose(
        self,
        text: str = "",
        *,
        wishes: Sequence[Wish] = (),
        filters: Filter | None = None,
        exclude: Filter | None = None,
        **options: Unpack[SearchOptions],
    ) -> SearchAnswer:
        """Find products by texts, pictures and products, each with a weight.

        Raises:
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        conditions = {"filter": filters, "exclude": exclude}
        given = {name: each for name, each in conditions.items() if each is not None}
        body = {"q": text, **listed(wishes), **given, **options}
        headers = {**self._pool.headers, "Content-Type": "application/json"}
        response = self._ask("POST", "/api/v1/search", body=json.dumps(body), headers=headers)
        return self._read(SearchAnswer, response)

    def search_by_image(
        self,
        image: bytes,
        text: str = "",
        *,
        filters: Conditions = NOTHING,
        exclude: Conditions = NOTHING,
        **options: Unpack[SearchOptions],
    ) -> SearchAnswer:
        """Find products by a picture (JPEG, PNG, WebP, GIF), with words beside it or without.

        Raises:
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        pairs = [("q", text), *_conditions("filter", filters), *_conditions("exclude", exclude)]
        written = [(name, _encoded(value)) for name, value in (*pairs, *_written(options))]
        fields = [*written, ("image", ("image", image))]
        response = self._ask("POST", "/api/v1/search/image", fields=fields)
        return self._read(SearchAnswer, response)

    def suggest(self, text: str, limit: int = 10) -> SuggestionsAnswer:
        """Complete what has been typed so far; a space at its end says that a word is finished.

        Raises:
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        pairs = [("q", text), ("limit", str(limit))]
        return self._get(SuggestionsAnswer, "/api/v1/suggestions", pairs)

    def product(self, product_id: str) -> Product:
        """Look one product up.

        Raises:
            NotFoundError: the shop has no such product.
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        return self._get(Product, f"/api/v1/products/{quote(_encoded(product_id), safe='')}")

    def similar(
        self,
        *product_ids: str,
        filters: Conditions = NOTHING,
        exclude: Conditions = NOTHING,
        **options: Unpack[LikenessOptions],
    ) -> SimilarAnswer:
        """Find the products that are most like one, or like several all together.

        Raises:
            NotFoundError: the shop has no such product.
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        pairs = [*_conditions("filter", filters), *_conditions("exclude", exclude)]
        ids = [("id", each) for each in product_ids]
        return self._get(SimilarAnswer, "/api/v1/similar", [*ids, *pairs, *_written(options)])

    def ready(self) -> Readiness:
        """Tell what is in service.

        Raises:
            UnavailableError: the server does not answer searches yet.
            VitrineClientError: there is no answer; its class says why (``errors``).
        """
        return self._get(Readiness, "/readyz")

    def _get(self, model: type[Model], path: str, pairs: Sequence[Pair] = ()) -> Model:
        encoded = [(name, _encoded(value)) for name, value in pairs]
        query = f"?{urlencode(encoded)}" if pairs else ""
        return self._read(model, self._ask("GET", path + query))

    def _ask(self, method: str, path: str, **content: Any) -> BaseHTTPResponse:
        try:
            return self._pool.request(method, self._url + path, **content)
        except HTTPError as error:
            raise UnreachableError(f"{self._url} does not answer: {error}") from error

    def _read(self, model: type[Model], response: BaseHTTPResponse) -> Model:
        if response.status == 200:
            try:
                return model.model_validate_json(response.data)
            except ValidationError as error:
                raise UnexpectedAnswerError(
                    f"{self._url} answers, but not as Vitrine's API does: {error}"
                ) from error
        problem = _problem_in(response)
        if problem is None:
            raise UnexpectedAnswerError(
                f"{self._url} answers {response.status} without the reason that Vitrine's API "
                "gives. Is that its address, and is there a proxy between?"
            )
        raise kind_of(response.status)(problem, _retry_after_s(response))


def _encoded(text: str) -> bytes:
    """Encode also what is no text, half a character: the server says that best."""
    return text.encode("utf-8", "surrogatepass")


def _conditions(kind: str, fields: Conditions) -> list[Pair]:
    return [
        (f"{kind}.{field}", value)
        for field, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def _written(options: Mapping[str, Any]) -> list[Pair]:
    """Write options as an address has them: yes and no as 1 and 0, lists with commas."""
    return [(name, _as_text(value)) for name, value in options.items()]


def _as_text(value: Any) -> str:
    if value is None:
        return "usual"
    if isinstance(value, list | tuple):
        return ",".join(value)
    return str(int(value) if isinstance(value, bool) else value)


def _problem_in(response: BaseHTTPResponse) -> Mapping[str, Any] | None:
    if response.headers.get("Content-Type", "").split(";")[0].strip().lower() != PROBLEM:
        return None
    try:
        problem = json.loads(response.data)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(problem, dict) and isinstance(problem.get("code"), str)):
        return None
    return problem if isinstance(problem.get("status"), int) else None


def _retry_after_s(response: BaseHTTPResponse) -> int | None:
    written = response.headers.get("Retry-After", "")
    return int(written) if written.isascii() and written.isdigit() else None
