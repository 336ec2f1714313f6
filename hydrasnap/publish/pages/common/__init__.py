"""What pages of several kinds share."""
