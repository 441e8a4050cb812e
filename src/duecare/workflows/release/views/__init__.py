"""The pages of the release workflow."""

from duecare.workflows.release.views import actions, authorization, case, documents, facts, intake

PAGES = (
    intake.pages,
    intake.receipts,
    case.pages,
    actions.pages,
    documents.pages,
    facts.pages,
    authorization.pages,
)
