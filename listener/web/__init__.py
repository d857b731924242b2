"""The pages: health and metrics today, inbox and wallboard to come."""
