"""What is looked for in a sentence that begins with what is not wanted: "no logo t-shirt".

Nothing else is asked for there, so that the kind at the end is: a t-shirt without a logo, not
whatever is none.
"""

from __future__ import annotations

from search.understand import english
from search.understand.chips import ChipKind
from search.understand.claims import Claim, Sentence
from search.understand.tokens import BREAK
from search.understand.vocabulary import Vocabulary


def sought_behind_exclusions(sentence: Sentence, vocabulary: Vocabulary) -> int | None:
    """Find where the kind begins that the last exclusion has taken, but should not have.

    None where something else is asked for, or where the words say that all of it is unwanted
    ("anything but black shoes").
    """
    exclusions = [claim for claim in sentence.claims if claim.kind is ChipKind.EXCLUSION]
    if not exclusions:
        return None
    end = exclusions[-1].spans[-1][1]
    if _asks_for_more(sentence, end) or not _may_spare_a_kind(sentence, exclusions):
        return None
    start = exclusions[-1].start
    while sentence.stems[end - 1] == BREAK:
        end -= 1
    for at in range(start, end):
        found = vocabulary.categories.match(sentence.stems, at, end)
        if found and found[1] == end and found[0].sure:
            return at if _excludes_before(sentence, start, at) else None
    return None


def _asks_for_more(sentence: Sentence, end: int) -> bool:
    """Tell whether anything but exclusions is asked for; "for men" behind them is not."""
    described = end < len(sentence) and (
        sentence.words[end] in english.BEFORE_COMPLEMENT or sentence.words[end] in english.IN
    )
    last = end if described else len(sentence)
    sizes = {at for start, (_, after) in sentence.sizes.items() for at in range(start, after)}
    return any(
        not sentence.is_taken(at) and sentence.tokens[at].is_word and at not in sizes
        for at in range(last)
    )


def _may_spare_a_kind(sentence: Sentence, exclusions: list[Claim]) -> bool:
    """Tell whether every exclusion begins with "no", "not" or the like, or goes on with "nor"."""
    ties = english.EXCLUDING_BEFORE_A_KIND | english.OR | english.AND
    return all(
        next(
            sentence.words[at] in ties
            for at in range(*claim.spans[0])
            if sentence.stems[at] != BREAK
        )
        for claim in exclusions
    )


def _excludes_before(sentence: Sentence, start: int, at: int) -> bool:
    """Tell whether something is excluded between the exclusion's first word and the kind."""
    skipped = (
        english.SKIPPED_IN_EXCLUSION
        | english.EXCLUDING_BEFORE_A_KIND
        | english.OR
        | english.AND
        | {BREAK}
    )
    return any(sentence.words[place] not in skipped for place in range(start, at))
