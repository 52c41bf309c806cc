"""One small file per way out."""
