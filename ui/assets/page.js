/* The little that style sheets cannot do: the slider between photo and toy, and taking the eye to what is new. */
"use strict";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/* before/after: a range input moves the line */
document.addEventListener("input", (event) => {
  const box = event.target.closest(".compare");
  if (!box) return;
  box.classList.add("touched");
  box.style.setProperty("--cut", event.target.value + "%");
});

/* work that begins, and pictures and troubles that appear, are brought into view */
const seen = new WeakSet();
const SHOWN = "#busy .bar, #done .compare, #trouble .trouble";

new MutationObserver(() => {
  for (const element of document.querySelectorAll(SHOWN)) {
    const stage = element.closest("#busy, #done, #trouble");
    if (seen.has(element) || (stage.id === "busy" && stage.dataset.shown)) continue;
    seen.add(element);
    stage.dataset.shown = "yes";
    stage.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  }
  const busy = document.getElementById("busy");
  if (busy && !busy.offsetParent) delete busy.dataset.shown;
}).observe(document.documentElement, { childList: true, subtree: true });
