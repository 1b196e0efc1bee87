/* A photo may be pasted anywhere on the page; and around one of another shape than its place it is seen, out of focus. */
"use strict";

{
  function surround() {
    for (const frame of document.querySelectorAll("#photo .image-frame")) {
      const shown = document.querySelector("#regions img.seen") ?? frame.querySelector("img"); /* what is hidden is nowhere */
      const source = shown?.getAttribute("src");
      const shot = source ? `url("${source}")` : "";
      if (frame.style.getPropertyValue("--shot") !== shot) frame.style.setProperty("--shot", shot);
    }
  }

  /* as if it had been chosen: from here it goes the way of every file */
  document.addEventListener("paste", (event) => {
    const photo = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
    const input = document.querySelector("#photo input[type=file]");
    if (!photo || !input) return;
    event.preventDefault();
    const files = new DataTransfer();
    files.items.add(photo);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  const watched = { childList: true, subtree: true, attributeFilter: ["src"] };
  new MutationObserver(surround).observe(document.documentElement, watched);
}
