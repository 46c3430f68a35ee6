"""From votes to sums, from sums to intervals, and what a run hands back. Nothing is drawn or classified here."""
