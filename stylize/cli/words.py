"""English for the slugs that the command line shows."""

from types import MappingProxyType

WARNINGS = MappingProxyType(
    {
        "nudity": "the photo seems to show a bare body; what shows it is hidden, and no engine sees it",
        "several-faces": "there are several faces in the photo; the most prominent one was taken (--face N for another)",
        "photo-small": "the face is small in the photo; a photo from nearer gives a better likeness",
        "photo-dark": "the photo is dark; one in good light gives truer colours",
        "greyscale": "the photo has no colours, so they are guessed; say them with --hair-colour and its neighbours",
        "face-cut": "the face is cut off by the edge of the photo; a whole one gives a better likeness",
        "sunglasses": "the eyes are hidden by sunglasses, so they are guessed",
        "face-covered": "part of the face is covered, so it is painted loosely or printed as a simple face",
        "eyes-closed": "the eyes are closed in the photo; the toy looks at you all the same",
        "face-turned": "the face is turned away; a photo from the front gives a better likeness",
        "no-face": "no face was found",
        "face-too-small": "the face is too small to be used",
    }
)
"""For `Findings.warnings`."""

GROUPS = MappingProxyType(
    {
        "place": "where it was taken",
        "time": "when",
        "device": "with which device",
        "person": "who",
        "software": "with which programs",
        "thumbnail": "small copies of the picture",
        "colour": "colour profiles",
        "other": "other",
    }
)
"""For `Found.group`."""

HIDDEN = MappingProxyType(
    {
        "face": "faces",
        "text": "text",
        "paper": "papers",
        "badge": "badges",
        "screen": "screens",
        "plate": "number plates",
        "nudity": "bare skin",
        "box": "boxes of yours",
        "background": "background",
    }
)
"""For `Subject.hidden`."""

REGIONS = MappingProxyType(
    {
        "face": "a face",
        "text": "text",
        "paper": "a paper",
        "badge": "a badge",
        "screen": "a screen",
        "plate": "a number plate",
        "nudity": "bare skin",
    }
)
"""For `Region.kind`."""
