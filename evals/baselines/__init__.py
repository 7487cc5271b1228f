"""What Groundwire is compared with, behind the same interface."""
