"""From counts to intervals, and what a run hands back."""
