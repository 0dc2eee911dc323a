"""Watch a deployed detector: are the images that it sees still those that it was made for?"""
