"""Text in, checked values or all problems with their places out."""
