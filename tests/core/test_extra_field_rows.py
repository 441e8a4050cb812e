"""Extra fields as rows and as JSON Schema: one becomes the other, what a row cannot show is kept."""

import pytest
from sqlalchemy import select

from duecare.core import extra_field_versions
from duecare.core.audit import AuditEntry
from duecare.core.errors import Forbidden, NotFound
from duecare.core.extra_field_rows import FieldRow, rows_of, schema_of

DEPARTMENT = FieldRow("department", "Department", "choice", is_required=True, choices="ER; ICU")
WEIGHT = FieldRow("weight", "Weight", "number", is_required=False)


@pytest.mark.parametrize("kind", ["text", "date", "number", "integer", "boolean"])
def test_a_row_survives_the_way_to_a_schema_and_back(kind):
    row = FieldRow("thing", "Thing", kind, is_required=True)
    schema, errors = schema_of([row], {})
    assert (rows_of(schema), errors) == ([row], {})


def test_choices_survive_too():
    assert rows_of(schema_of([DEPARTMENT], {})[0]) == [DEPARTMENT]


def test_what_a_row_cannot_show_is_kept():
    before = {"properties": {"weight": {"type": "number", "minimum": 0, "description": "in kg"}}}
    rule = schema_of([WEIGHT], before)[0]["properties"]["weight"]
    assert (rule["minimum"], rule["description"]) == (0, "in kg")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (FieldRow("", "Nameless", "text", is_required=False), "name"),
        (FieldRow("Has Blank", "x", "text", is_required=False), "name"),
        (FieldRow("unit", "x", "colour", is_required=False), "kind"),
        (FieldRow("unit", "x", "choice", is_required=False, choices="one"), "choices"),
    ],
)
def test_a_wrong_row_is_named(row, column):
    assert f"{column}-1" in schema_of([WEIGHT, row], {})[1]


def test_two_fields_cannot_share_a_name():
    assert "name-1" in schema_of([WEIGHT, WEIGHT], {})[1]


def publish(world, schema, by="adam", request_type="third_party"):
    with world.installation.database.transaction() as session:
        return extra_field_versions.publish(
            session, world.caller(by), world.riverside.id, "release", request_type, schema
        )


def test_a_changed_schema_is_a_new_version_and_is_audited(world):
    publish(world, schema_of([WEIGHT], {})[0])
    publish(world, schema_of([DEPARTMENT], {})[0])
    with world.installation.database.reading() as session:
        versions = extra_field_versions.versions(session, world.riverside.id, "release", "third_party")
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "extra_fields.published").order_by(AuditEntry.id)
        ).all()
    assert [row.version for row in versions] == [2, 1]
    assert list(entries[1].details["before"]["properties"]) == ["weight"]
    assert list(entries[1].details["after"]["properties"]) == ["department"]


def test_the_same_schema_again_is_no_new_version(world):
    schema = schema_of([WEIGHT], {})[0]
    publish(world, schema)
    assert publish(world, schema) is None


def test_only_an_administrator_publishes(world):
    with pytest.raises(Forbidden):
        publish(world, {}, by="sofia")


def test_a_type_of_request_that_does_not_exist_has_no_form(world):
    with pytest.raises(NotFound):
        publish(world, {}, request_type="x-rays")
