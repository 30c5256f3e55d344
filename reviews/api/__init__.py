"""The REST API, v1: each call makes one domain call and answers in JSON."""
