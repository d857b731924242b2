"""A simulated year of each platform: plan, run, judge."""
