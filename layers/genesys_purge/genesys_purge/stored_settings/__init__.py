"""The settings that operators store through the API, with their versions and their audit."""
