"""What of a purchase a review speaks about, and how."""
