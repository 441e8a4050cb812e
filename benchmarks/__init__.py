"""What the speed claims are measured with. `make bench` runs all, `make bench ARGS=NAME` one.

A benchmark is a module `bench_NAME.py` with a docstring that states its claim and a `main()` that measures
it and returns its lines. Both sides of a ratio are measured in the same run, never quoted from elsewhere.
"""
