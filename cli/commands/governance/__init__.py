"""The commands that govern deletion: who may have it, who stops it, what is kept."""
