"""The package's own tests run where it is installed: test_third_party.py does that."""

collect_ignore = ["listener-mbox"]
