"""Simulations that drive the service's own ordering and assignment code, checked against published queueing tables first."""
