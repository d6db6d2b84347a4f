"""What every resource of the REST API has in common. Each room's resources are in its `api.py`."""
