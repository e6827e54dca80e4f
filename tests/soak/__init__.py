"""`make soak`: a worker under load for as long as asked, watched for what grows. `docs/soak.md`."""
