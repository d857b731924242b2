"""Local servers that speak the protocols of sites which can't run here, faults included."""
