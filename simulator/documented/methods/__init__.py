"""The documented deletion methods, one file each."""
