"""`python -m tests.bench`: this project beside other ways of doing the same; docs/benchmarks.md tells about both."""
