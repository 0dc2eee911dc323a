"""Copy of the Images page."""

TITLE = "What does it make of your images?"
INTRO = (
    "Upload pictures of anything. You see what the model sees, the class it picks, and whether the energy "
    "score would accept the picture as in-distribution at the threshold that accepts 95 % of ID test images."
)
UPLOAD_LABEL = "Your images (PNG, JPEG, WebP, BMP, GIF, TIFF)"
EXAMPLES_LABEL = "None at hand? Click some of these:"
NO_IMAGES = "Nothing uploaded yet. Drop a picture above or click an example; nothing you upload is kept."
TOO_MANY = "{got} images came; the first {most} are shown. Upload the others afterwards."
ACCEPTED = "accepted as ID"
REJECTED = "rejected as OOD"
