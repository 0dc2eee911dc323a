"""Between the network and the page: bounds of uploads, and what is freed when a visitor leaves."""
