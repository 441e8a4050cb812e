"""An organisation's own fields: described for a form, read from text, checked by its JSON Schema."""

import pytest

from duecare.core import extra_fields
from duecare.core.errors import Missing
from duecare.core.installation import Installation
from tests.support.world import World

SCHEMA = {
    "type": "object",
    "properties": {
        "matter": {"type": "string", "title": "Matter number", "pattern": "^M-[0-9]+$", "description": "M-1"},
        "pages": {"type": "integer", "minimum": 1, "maximum": 500},
        "rate": {"type": "number"},
        "certified": {"type": "boolean"},
        "hearing_on": {"type": "string", "format": "date"},
        "court": {"enum": ["County", "Federal"]},
    },
    "required": ["matter", "court"],
    "additionalProperties": False,
}
GOOD = {"matter": "M-12", "pages": "3", "rate": "0.5", "certified": "true", "court": "County"}


def errors_of(typed):
    with pytest.raises(Missing) as caught:
        extra_fields.check(SCHEMA, extra_fields.read(SCHEMA, typed))
    return caught.value.errors


def test_fields_come_in_the_order_of_the_schema_with_what_a_form_needs():
    fields = extra_fields.fields(SCHEMA)
    assert [field.kind for field in fields] == ["text", "integer", "number", "boolean", "date", "choice"]
    assert fields[0].label == "Matter number"
    assert fields[0].is_required
    assert fields[5].choices == ("County", "Federal")


def test_typed_text_becomes_json_values():
    values = extra_fields.read(SCHEMA, GOOD)
    assert values == {"matter": "M-12", "pages": 3, "rate": 0.5, "certified": True, "court": "County"}
    extra_fields.check(SCHEMA, values)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("matter", "", "Fill in “Matter number”."),
        ("matter", "12", "M-1"),
        ("pages", "three", "Enter a whole number, e.g. 12."),
        ("pages", "0", "Enter 1 or more."),
        ("pages", "501", "Enter 500 or less."),
        ("rate", "half", "Enter a number, e.g. 12.5."),
        ("hearing_on", "2026-02-30", "Enter a date that exists."),
        ("court", "Moon", "Choose one of the list."),
    ],
)
def test_a_wrong_value_is_named_in_words(name, text, message):
    assert errors_of(GOOD | {name: text}) == {f"extra.{name}": message}


def test_a_value_that_nobody_asked_for_is_refused():
    with pytest.raises(Missing) as caught:
        extra_fields.check({}, {"ssn": "000-00-0000"})
    assert list(caught.value.errors) == ["extra.ssn"]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"x": {"type": "strange"}}},
        {"properties": {"x": {"type": "object"}}},
        {"properties": {"x": {"type": "array"}}},
        {"properties": {"x": {"type": ["string", "null"]}}},
    ],
)
def test_a_schema_that_no_form_can_show_is_refused(schema):
    assert extra_fields.fault_of(schema)


def test_the_newest_version_of_an_organisation_is_in_force(world: World, installation: Installation):
    with installation.database.transaction() as session:
        extra_fields.save(session, world.riverside.id, "release", "third_party", {})
        newest = extra_fields.save(session, world.riverside.id, "release", "third_party", SCHEMA)
        assert newest.version == 2
        found = extra_fields.in_force(session, world.riverside.id, "release", "third_party")
        assert found == SCHEMA
        assert extra_fields.in_force(session, world.lakeside.id, "release", "third_party") == {}


def test_fields_that_were_read_before_are_read_anew_once_they_were_changed(
    world: World, installation: Installation
):
    of_third_party = (world.riverside.id, "release", "third_party")
    with installation.database.reading() as session:
        assert extra_fields.in_force(session, *of_third_party) == {}
    with installation.database.transaction() as session:
        extra_fields.save(session, *of_third_party, SCHEMA)
    with installation.database.reading() as session:
        shown = extra_fields.in_force(session, *of_third_party)
        shown["properties"].clear()
        assert extra_fields.in_force(session, *of_third_party) == SCHEMA


def test_values_are_words_by_which_a_case_is_found():
    assert extra_fields.texts({"a": "M-12", "b": 3, "c": True, "d": ""}) == ["M-12", "3"]
