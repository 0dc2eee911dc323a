"""Copy of the Monitor page."""

TITLE = "When would a change be noticed?"
INTRO = (
    "A deployed detector sees images that nobody labels. Mix OOD images into simulated traffic and see how "
    "many pass until it is beyond chance that the traffic is no longer what the detector was made for. Then "
    "bring what your own detector scored."
)
SHARE = "OOD in the traffic"
SHARE_HELP = "From the first image on, this share of the simulated traffic is drawn from the OOD set."
SET = "OOD set"
PREDICTED = "Noticed within"
PREDICTED_HELP = (
    "The number of images after which the share rejected alone has raised an alarm, with 90 % certainty."
)
NEVER = "never"
IMAGES = "{count} images"
SEEN = "In this traffic"
SEEN_HELP = "One stream, drawn at random with a fixed seed; the image at which the first alarm came."
AT = "at image {image}"
QUIET = "no alarm in {count}"
REJECTED = "Rejected of this set"
REJECTED_NOTE = "of held-out ID {share}"
CHART = "**Share rejected.** Dashed: of ID images. Band: within chance of it. Red line: the alarm."
SMALL = (
    "Traffic and baseline come from the same {count} held-out ID images, so false alarms are rarer here than "
    "the promised 5 %."
)
FILES = "What your detector scored"
DETECTOR = "A detector (zip)"
SCORES = "Its scores (CSV, JSON lines or Parquet, as `score` writes them)"
EMPTY = (
    "Bring a detector from the Deploy page and what `python -m opnp score detector.zip IMAGES… --csv "
    "scores.csv` wrote with it. Both stay in memory for this visit."
)
REPORT = "Download the report"
"""HTML."""
