"""The one list query over cases: what every list, the inbox, the search and the API's lists read.

`rows.page()` gives a page of rows, `counters.counted()` the figures of the inbox; `filters` says what can be
asked for, `order` how it can be sorted and paged. Nothing here writes.
"""

from duecare.core.queues.counters import COUNTED_AT_MOST, Counters, counted
from duecare.core.queues.filters import NOBODY, Filters, Scope, parse, scope_of
from duecare.core.queues.order import DEFAULT_SORT, SORTS
from duecare.core.queues.rows import MOST_ROWS, CasePage, CaseRow, batches, page

__all__ = [
    "COUNTED_AT_MOST",
    "DEFAULT_SORT",
    "MOST_ROWS",
    "NOBODY",
    "SORTS",
    "CasePage",
    "CaseRow",
    "Counters",
    "Filters",
    "Scope",
    "batches",
    "counted",
    "page",
    "parse",
    "scope_of",
]
