"""The Kafka side: ownership of partitions, transactions, dead letters, topics."""
