"""Hostile input for everything that reads: claims, published files, bundles, policies, settings. See docs/fuzzing.md."""
