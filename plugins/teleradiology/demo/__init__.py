"""Demonstration data: fictional patients on real images, sent by C-STORE as modalities send, and accounts to read them with."""
