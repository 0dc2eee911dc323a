"""Copy of the Images page."""

TITLE = "What does it make of your images?"
INTRO = (
    "Bring pictures of anything: drop them anywhere on this page, paste one (Ctrl+V), or use the camera. You "
    "see what the model sees, the class it picks, how strange it is among ID images, and whether its score "
    "would be accepted as in-distribution (ID) at the threshold that accepts 95 % of the ID test images to "
    "choose with."
)
UPLOAD_LABEL = "Your pictures (PNG, JPEG, WebP, BMP, GIF, TIFF)"
EXAMPLES_LABEL = "None at hand? Click some of these:"
NO_IMAGES = (
    "No picture yet. {first} "
    "With pruning set at the top, each picture shows its score before and after. What you bring stays in "
    "memory for this visit and is never written to disk."
)
FIRST_EXAMPLE = "Try an example above first: one of the model's own classes, then one of something else."
FIRST_OWN = "Bring one of the model's own classes first, then one of something else."
TOO_MANY = (
    "{got} pictures came but one by one at most {most} are shown; here are the first. Drop the folder "
    "or a zip of them instead to look at all of them as a set."
)
ZIP_AMONG = (
    "“{name}” is a zip but expected a picture here, so drop it on *a set of your own*: every picture in "
    "it is looked at."
)
NOT_RUN = (
    "“{name}” could be read but the model failed on it, so try another picture or a copy of another size."
)
ACCEPTED = "accepted as ID"
REJECTED = "rejected as OOD"
STRANGER = "Stranger than **{share} %** of ID images"
P_VALUE_HELP = (
    "Of {count} ID test images that are held out, this share gets a higher score. Its counterpart is the "
    "conformal p-value, here {p_value}: of new ID images, at most 5 % get one of 0.05 or less, whatever the "
    "model. It needs no threshold and no OOD image, but that new ID images are drawn like those."
)
AMONG_ID = "The score of this picture among those of {count} held-out ID images; left is stranger"
STRANGE_END = "stranger"
FAMILIAR_END = "more familiar"
UNPRUNED = "Unpruned: {name}, {confidence} confident, {verdict} (threshold {threshold})"
UNPRUNED_STRANGER = ", stranger than {share} %"
HISTOGRAM_HELP = (
    "Each triangle is one of your pictures. Right of the dashed line, the threshold, a picture is accepted."
)
CAMERA = "Use the camera"
CAMERA_LABEL = "Take a photo"
CAMERA_HELP = "Your browser asks for permission once. It offers the camera only over HTTPS or on localhost."
PHOTO = "photo {number}.jpg"
KEPT = "{count} from the camera or from before you left this page are shown too."
FORGET = "Remove these"

SET_LABEL = "A set of your own: a zip of pictures as OOD set"
SET_HELP = (
    "Up to {images} pictures are looked at, spread evenly over what is in it; a zip may have {size} MB. It "
    "is kept in memory for this visit only and never written to disk; no other visitor sees it."
)
SET_WAITING = "Waiting until another visitor's set is done"
SET_READING = "Looking at file {done} of {files}"
SET_STOP = "Stop"
SET_READY = "**{title}**: {count} pictures, in memory for this visit only."
SET_REMOVE = "Remove it"
SET_LEFT_OUT = "{count} of its {files} files are left out"
SET_REASON = "{count} × {reason}"
SET_SPREAD = "{count} × beyond the first {most}; the ones looked at are spread evenly over all"
SET_NAME = "your set"
SET_TITLE = "Your set: {title}"
SET_EXPLAINED = (
    "All its pictures against the {count} ID test images to choose with; p-values compare with the held-out "
    "ones. Windows that you choose while looking at this set are tuned on it: to know what they are worth, "
    "keep some pictures in a second zip and look at them last."
)
SET_SHARE = "Accepted as ID ↓"
SET_SHARE_HELP = (
    "Share of your pictures at or above the threshold that accepts 95 % of the ID test images to choose "
    "with. If none of them is ID, this is the FPR95 of your set, and lower is better."
)
SET_AUROC_HELP = "Chance that an ID test image scores above one of your pictures; 50 % is guessing."
SET_COUNT = "{accepted} of {count}, 95 % interval {interval}"
SET_INTERVAL = "95 % interval {interval}"
RATE = "False discovery at most"
RATE_HELP = (
    "The set is judged as a whole, by how strange its pictures are among held-out ID images (conformal "
    "p-values, rejected by Benjamini and Hochberg's rule). It does without the threshold: the more strange "
    "pictures there are, the more is rejected. Of what is rejected, on average at most this share is ID."
)
REJECTED_TOGETHER = "Rejected together"
REJECTED_OF = "{rejected} of {count}"
REJECTED_CHANGE = "{change} against unpruned"
RATE_PROMISE = (
    "On average over such sets, at most {rate} % of what is rejected is ID. Assumed: the ID pictures in your "
    "set are drawn like the {count} held-out ID images, exchangeable with them."
)
RATE_FEWEST = (
    "With {count} ID images to compare with, nothing is rejected unless at least {fewest} of the {batch} are "
    "strange."
)
RATE_NONE = "With {count} ID images to compare with, nothing of {batch} can be rejected at this rate."
SET_HISTOGRAM = "{ids} ID test images against {count} of yours"
SET_HISTOGRAM_HELP = "The part of your set to the right of the dashed line, the threshold, is accepted."
SET_GALLERY = "**Highest scores after pruning**: the first to slip through"
SET_GALLERY_UNPRUNED = "**Highest scores**: the first to slip through"
SET_CAPTION = "{name}, score {score}, stranger than {share} %"
SET_DOWNLOAD = "Download all scores as CSV"

DROP = {
    "overlay": "Drop to look at it",
    "folder": "Choose a folder",
    "packing": "Packing {chosen} pictures.",
    "some": "Packing {chosen} of {all} pictures, spread evenly; more do not fit.",
    "nothing": "Expected pictures in that folder but found none (PNG, JPEG, WebP, BMP, GIF, TIFF).",
    "busy": "There is a set already, and one fits. Remove it first, then drop again.",
    "failed": "Your browser could not hand over what you dropped. Use the upload buttons instead.",
}
"""What the browser says; the words in braces are filled in there."""
