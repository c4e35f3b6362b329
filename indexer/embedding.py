"""The stage of a build that embeds what the stores do not hold yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import FingerprintMismatchError, ModelError
from core.terminal import Progress
from core.vectors import Embeddings, are_normalized
from encoder.base import DualEncoder
from indexer.documents import Documents
from indexer.draft import OWN_TEXT, FieldRows
from indexer.embedding_store import ContentKind, EmbeddingStore
from indexer.pipeline import Decoder, ImageSource, Refusal, encode_pictures
from indexer.product_text import product_text, shoppers_words
from indexer.report import MAX_REFUSALS_LISTED, RefusedPicture, Stopwatch
from indexer.sparing import SparingEncoder

_MAX_DECODERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingJob:
    """What embedding works with."""

    embeddings: Path
    """Folder of the embedding stores."""
    images: ImageSource
    decode: Decoder
    encoder: Callable[[], DualEncoder]
    """Loads the encoder; called only where something is to be embedded."""
    fingerprint: str
    """Of that encoder, known without loading it."""
    model: str
    """Its name, for people."""
    threads: int = 1
    batch: int = 64


@dataclass(slots=True)
class Embedding:
    """One run of the stage: what it embedded, and what it had to leave out."""

    job: EmbeddingJob
    progress: Progress
    clock: Stopwatch
    stores: dict[ContentKind, EmbeddingStore] = field(default_factory=dict)
    embedded: dict[ContentKind, int] = field(default_factory=lambda: dict.fromkeys(ContentKind, 0))
    refusals: list[Refusal] = field(default_factory=list)
    """Every picture that could not be embedded."""
    refused: list[RefusedPicture] = field(default_factory=list)
    """The first of them, with the products that show them."""
    _encoder: DualEncoder | None = None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the stores open for writing.

        Raises:
            BusyError: another process writes them.
        """
        with ExitStack() as opened:
            with self.clock.timing("store"):
                for kind in ContentKind:
                    store = EmbeddingStore(
                        self.job.embeddings, self.job.fingerprint, kind, writable=True
                    )
                    self.stores[kind] = opened.enter_context(store)
            yield

    def embed_texts(self, rows: FieldRows, documents: Documents) -> None:
        """Embed the texts that the store lacks."""
        missing = rows.missing_from(self.stores[ContentKind.TEXT])
        if not missing:
            return
        encoder = self._load_encoder()

        def text_of(row: int) -> str:
            product = documents[rows.products[row]]
            own = rows.positions[row] == OWN_TEXT
            return product_text(product) if own else shoppers_words(product)

        # Texts of like length share a batch, so that little of it is padding.
        lengths = {row: len(text_of(row)) for row in missing}
        missing.sort(key=lambda row: (lengths[row], row))
        with self.progress.stage("Embedding texts", len(missing), "texts") as step:
            for start in range(0, len(missing), self.job.batch):
                batch = missing[start : start + self.job.batch]
                texts = [text_of(row) for row in batch]
                with self.clock.timing("encode texts"):
                    embeddings = encoder.encode_texts(texts)
                self._keep(ContentKind.TEXT, [rows.key(row) for row in batch], embeddings)
                step(len(batch))

    def embed_images(self, rows: FieldRows, documents: Documents) -> None:
        """Embed the pictures that the store lacks; those that cannot be read are left out."""
        missing = rows.missing_from(self.stores[ContentKind.IMAGE])
        if not missing:
            return
        row_of = {rows.key(row).hex(): row for row in missing}
        job = self.job
        batches = encode_pictures(
            list(row_of),
            job.images,
            job.decode,
            self._load_encoder(),
            job.batch,
            workers=max(1, min(_MAX_DECODERS, job.threads)),
        )
        with self.progress.stage("Embedding pictures", len(missing), "pictures") as step:
            for batch in batches:
                self.clock.add("wait", batch.wait_s)
                self.clock.add("encode images", batch.encode_s)
                keys = [bytes.fromhex(each) for each in batch.hashes]
                self._keep(ContentKind.IMAGE, keys, batch.embeddings)
                for refusal in batch.refused:
                    product = documents[rows.products[row_of[refusal.hash]]]
                    self._refuse(refusal, product.id)
                step(len(batch.hashes) + len(batch.refused))

    def dim(self) -> int:
        """Tell the length of embeddings; the encoder is loaded only where no store knows it."""
        known = max(store.dim for store in self.stores.values())
        return known or self._load_encoder().dim

    def refused_of(self, kind: ContentKind) -> int:
        """Count the contents that could not be embedded."""
        return len(self.refusals) if kind is ContentKind.IMAGE else 0

    def _load_encoder(self) -> DualEncoder:
        if self._encoder is None:
            with self.clock.timing("load model"):
                encoder = self.job.encoder()
            if encoder.fingerprint != self.job.fingerprint:
                raise FingerprintMismatchError(
                    f"The embedding store under {self.job.embeddings}",
                    expected=encoder.fingerprint,
                    found=self.job.fingerprint,
                )
            self._encoder = SparingEncoder(encoder)
        return self._encoder

    def _keep(self, kind: ContentKind, keys: Sequence[bytes], embeddings: Embeddings) -> None:
        if not are_normalized(embeddings):
            raise ModelError(
                f"The model {self.job.model} gave {kind.value} embeddings that are not of norm 1."
            )
        with self.clock.timing("store"):
            self.stores[kind].append(keys, embeddings)
        self.embedded[kind] += len(keys)

    def _refuse(self, refusal: Refusal, product_id: str) -> None:
        self.refusals.append(refusal)
        if len(self.refused) < MAX_REFUSALS_LISTED:
            told = RefusedPicture(product_id, refusal.hash, refusal.code, refusal.reason)
            self.refused.append(told)
