"""What lies in every proof package and judges it without this program: a script and a page."""
