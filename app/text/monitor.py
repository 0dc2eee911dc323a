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
    "The number of images after which the share rejected alone has raised an alarm, with 90 % certainty. The "
    "distribution of scores and the mix of classes can only make it sooner."
)
PREDICTED_NOTE = "by the share rejected alone, 90 % sure"
NEVER = "–"
NEVER_NOTE = "The share rejected alone cannot tell it from chance."
IMAGES = "{count} images"
SEEN = "In simulated traffic"
SEEN_HELP = "The image at which the first alarm came, by any of the three signs; drawn with fixed seeds."
AT = "image {image}"
QUIET = "none in {count}"
RANGE = "First alarm, the middle of {count} streams: from {first} to {last}."
ALL_QUIET = "No alarm in any of {count} streams."
REJECTED = "Rejected of this set"
REJECTED_NOTE = "of held-out ID {share}"
CHART = (
    "**Share rejected**, in the stream in the middle. Dashed: of ID images. Band: within chance of it. Red "
    "line: the alarm."
)
SMALL = (
    "Traffic and baseline come from the same {count} held-out ID images, so false alarms are rarer here than "
    "the promised 5 %."
)
COURSE = "**Share rejected.** Dashed: of ID images. Band: within chance of it. Red line: an alarm."
SCORES_CHART = "**Scores.** Grey: held-out ID images. Blue: yours."
CLASSES_CHART = "**Predicted classes.** Grey: held-out ID images. Blue: yours."
LEAST = "**Least familiar images**"
LEAST_ALT = "The least familiar images, the strangest first"
FILE, CLASS, SCORE, STRANGER, IMAGE = "File", "Class", "Score", "Stranger than, of ID", "Image"
FILES = "What your detector scored"
DETECTOR = "A detector (zip)"
SCORES = "Its scores (CSV, JSON lines or Parquet, as `score` writes them)"
EMPTY = (
    "Bring a detector from the Deploy page and what `python -m opnp score detector.zip IMAGES… --csv "
    "scores.csv` wrote with it. Both stay in memory until you reload the page."
)
KEPT = "{name} is still here."
FORGET = "Remove"
REPORT = "Download the report"
"""HTML."""
