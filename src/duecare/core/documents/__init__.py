"""Files from strangers: stored durably, inspected in a sandbox, rewritten, shown and packed for release.

Importing this package must stay cheap: the sandboxed child starts from it for every file.
"""
