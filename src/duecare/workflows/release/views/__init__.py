"""The pages of the release workflow."""

from duecare.workflows.release.views import (
    actions,
    authorization,
    board,
    case,
    dashboard,
    documents,
    facts,
    intake,
    listing,
    package,
    pickup_offer,
    public_pickup,
    public_request,
    public_status,
    review,
)

PAGES = (
    dashboard.pages,
    intake.pages,
    intake.receipts,
    board.pages,
    case.pages,
    actions.pages,
    documents.pages,
    facts.pages,
    authorization.pages,
    package.pages,
    review.pages,
    listing.pages,
    pickup_offer.pages,
    public_request.pages,
    public_status.pages,
    public_pickup.pages,
)
