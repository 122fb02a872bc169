"""Stories about the pages of partner staff."""
