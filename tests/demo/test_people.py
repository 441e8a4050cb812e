import re
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from duecare.demo import people
from duecare.demo.people import Person

TODAY = date(2026, 11, 24)
FOLDED = [("O’Brien", "obrien"), ("Łukasz", "lukasz"), ("Nguyễn", "nguyen")]


@pytest.fixture(scope="module")
def population() -> list[Person]:
    return people.patients(Random(11), 600, TODAY)


def test_one_seed_gives_one_population() -> None:
    assert people.patients(Random(3), 40, TODAY) == people.patients(Random(3), 40, TODAY)


def test_another_seed_gives_other_people() -> None:
    assert people.patients(Random(3), 40, TODAY) != people.patients(Random(4), 40, TODAY)


def test_no_two_patients_share_a_medical_record_number(population: list[Person]) -> None:
    assert len({each.mrn for each in population}) == len(population)


def test_nobody_can_be_telephoned(population: list[Person]) -> None:
    assert all(re.fullmatch(r"\(\d{3}\) 555-01\d\d", each.phone) for each in population)


def test_nobody_can_be_mailed(population: list[Person]) -> None:
    assert all(re.fullmatch(r"[a-z.\d]+@example\.(org|net|com)", each.email) for each in population)


@pytest.mark.parametrize("trait", ["é", "’", "-", "ễ", "ł", " "])
def test_names_have_the_letters_that_break_careless_software(population: list[Person], trait: str) -> None:
    assert any(trait in each.first or trait in each.last for each in population)


def test_everybody_has_been_born_and_nobody_is_older_than_ninety(population: list[Person]) -> None:
    assert all(0 <= each.age_on(TODAY) <= 90 for each in population)


def test_a_year_of_age_is_complete_on_the_birthday_and_not_before(patient: Person) -> None:
    born_in_april = replace(patient, date_of_birth=date(1971, 4, 3))
    assert [born_in_april.age_on(date(2021, 4, day)) for day in (2, 3)] == [49, 50]


def test_a_minor_is_represented_by_a_parent_or_guardian(population: list[Person]) -> None:
    minor = next(each for each in population if each.age_on(TODAY) < 18)
    found = {people.representative_of(Random(seed), minor, TODAY).relationship for seed in range(40)}
    assert found == {"mother", "father", "guardian"}


def test_staff_have_user_names_of_their_own() -> None:
    assert len({each.username for each in people.staff(Random(1), 60)}) == 60


@pytest.mark.parametrize(("name", "folded"), FOLDED)
def test_a_name_folds_to_ascii_for_addresses(name: str, folded: str) -> None:
    assert people.plain(name) == folded
