"""Pages for machines and people who look after a worker."""
