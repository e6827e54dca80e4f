"""`python -m tests.bench`: this project beside other ways of doing the same, on the same claims. See docs/benchmarks.md."""
