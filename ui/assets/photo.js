/* Around a photo that has another shape than its place, the photo itself is seen, out of focus. */
"use strict";

{
  function surround() {
    for (const frame of document.querySelectorAll("#photo .image-frame")) {
      const source = frame.querySelector("img")?.getAttribute("src");
      const shot = source ? `url("${source}")` : "";
      if (frame.style.getPropertyValue("--shot") !== shot) frame.style.setProperty("--shot", shot);
    }
  }

  const watched = { childList: true, subtree: true, attributeFilter: ["src"] };
  new MutationObserver(surround).observe(document.documentElement, watched);
}
