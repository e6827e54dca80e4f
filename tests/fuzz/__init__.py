"""Hostile input for all that reads: claims, published files, bundles, policies, settings. See docs/fuzzing.md."""
