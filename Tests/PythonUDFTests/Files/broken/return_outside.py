"""Does not compile."""

"äöü"; return 1
