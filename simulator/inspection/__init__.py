"""The `/_simulator` endpoints, which let demos and tests look inside the simulator."""
