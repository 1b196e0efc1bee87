"""What a finished file says of itself: how it came to be, and with which program. Nothing of the user's.

The word is IPTC's `DigitalSourceType` (http://cv.iptc.org/newscodes/digitalsourcetype), in XMP, where image hosts look
for it. A picture in which a trained model had a hand is `compositeWithTrainedAlgorithmicMedia`. The engines without one
draw by formula, so they say `algorithmicMedia`; `compositeSynthetic` would claim generative AI, by IPTC's wording today.

A redacted copy of a photo says nothing of its source: whether a camera, a scanner or a model made what was brought in is
not ours to vouch for, and `humanEdits` on top of a model's picture would be a lie.
"""

from __future__ import annotations

TRAINED = "compositeWithTrainedAlgorithmicMedia"
COMPUTED = "algorithmicMedia"
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOFTWARE = "Stylize"
LABELS = ("colour-space", "digital-source-type", "software")
"""The names of everything a file of ours carries beside its pixels, sorted."""

PHOTO_LABELS = ("colour-space", "software")
"""The same for a copy of a photo."""

_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmp:CreatorTool="{software}"{source}/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


_SOURCE = ' Iptc4xmpExt:DigitalSourceType="{source}"'


def xmp_packet(*, trained: bool) -> bytes:
    """The whole XMP packet, UTF-8. `trained`: a trained image model had a hand in the picture."""
    source = _SOURCE.format(source=VOCABULARY + (TRAINED if trained else COMPUTED))
    return _XMP.format(software=SOFTWARE, source=source).encode()


def photo_packet() -> bytes:
    """That of a copy of a photo: the program, and no word of where the photo is from."""
    return _XMP.format(software=SOFTWARE, source="").encode()
