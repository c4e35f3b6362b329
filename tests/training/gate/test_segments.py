"""Which queries fall into which segment."""

from training.gate.segments import QueryTraits, most_common, segments_of


def members(traits: list[QueryTraits]) -> dict[str, list[int]]:
    return {name: mask.nonzero()[0].tolist() for name, mask in segments_of(traits).items()}


def test_queries_are_sorted_by_category_and_length() -> None:
    traits = [
        QueryTraits("Shoes", words=2, relevant=1),
        QueryTraits("", words=3, relevant=1),
        QueryTraits("Bags", words=4, relevant=1),
        QueryTraits("Shoes", words=5, relevant=1),
    ]
    assert members(traits) == {
        "all": [0, 1, 2, 3],
        "category: (none)": [1],
        "category: Bags": [2],
        "category: Shoes": [0, 3],
        "words: 1-2": [0],
        "words: 3-4": [1, 2],
        "words: 5+": [3],
        "frequency: tail": [0, 1, 2, 3],
    }


def test_without_counts_the_head_is_what_ten_products_answer() -> None:
    traits = [QueryTraits("", 1, relevant) for relevant in (9, 10, 11)]
    found = members(traits)
    assert (found["frequency: tail"], found["frequency: head"]) == ([0], [1, 2])


def test_with_counts_the_head_is_the_first_half_of_all_searches() -> None:
    weights = [10.0, 60.0, None, 29.0]  # 100 with the one nobody counted
    traits = [QueryTraits("", 1, 50, weight) for weight in weights]
    found = members(traits)
    assert (found["frequency: head"], found["frequency: tail"]) == ([1], [0, 2, 3])


def test_counts_of_nothing_make_no_head() -> None:
    assert "frequency: head" not in members([QueryTraits("", 1, 50, 0.0)])


def test_the_most_common_name_wins_and_ties_go_by_the_alphabet() -> None:
    assert most_common(["b", "a", "b"]) == "b"
    assert most_common(["b", "a"]) == "a"
    assert most_common([]) == ""
