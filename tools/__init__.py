"""What the makers of the course run: the notebook builder, the course runner."""
