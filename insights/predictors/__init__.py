"""Predictors of what a customer will do; one file each."""
