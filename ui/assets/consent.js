/* The question before the first picture of a person: a dialog that opens when it comes. No, and the key Escape, only shut
   it; either yes presses its own button of the page. Nothing is marked beforehand, and nothing is written down here. */
"use strict";

{
  let asked = ""; /* the last one: it is not opened again when it is only drawn again */

  const dialog = () => document.getElementById("question");

  function ask() {
    const place = dialog();
    if (!place) return;
    if (document.documentElement.classList.contains("is-ended")) {
      place.close();
      return;
    }
    if (place.open || place.dataset.asked === asked) return;
    asked = place.dataset.asked;
    place.showModal();
  }

  document.addEventListener("click", (event) => {
    const answer = event.target.closest?.("#question [data-answer]")?.dataset.answer;
    if (!answer) return;
    dialog().close(); /* first, so that the keys are where they were before */
    if (answer !== "decline") press(answer); /* of page.js */
  });

  new MutationObserver(ask).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["class"] });
}
