"""The options of the commands, from the command line and the environment."""
