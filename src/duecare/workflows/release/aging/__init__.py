"""The aging report, made every weekday morning: what is open and how old, what is late, what was completed.

`entries` reads the rows, `words` says them, `report` puts figures, PDF and tables together. Patients are not
named anywhere in it: a number is enough to find the request, and the files may travel.
"""

from duecare.workflows.release.aging.report import AGING_REPORT

__all__ = ["AGING_REPORT"]
