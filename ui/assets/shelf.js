/* The bag above the shelf of accessories: how many are in it is told at once, and when it is full the shelf rests. The
   program itself checks the number, too; here it is only kept from coming as a surprise. */
"use strict";

{
  const ROOT = document.documentElement.classList;
  const BAG = "#shelf input, #toys input";
  const boxes = () => [...document.querySelectorAll(BAG)];
  const told = () => document.querySelector("#bag .bag");
  const NUDGE_MS = 400;

  function count() {
    const line = told();
    if (!line) return;
    const shelf = boxes();
    const number = shelf.filter((box) => box.checked).length;
    const { limit, none, some, full } = line.dataset;
    const packed = number >= Number(limit);
    const text = packed ? full : number ? some.replace("{number}", number).replace("{limit}", limit) : none;
    if (line.dataset.said !== text) line.textContent = line.dataset.said = text;
    ROOT.toggle("shelf-full", packed);
    for (const box of shelf) {
      const rests = String(packed && !box.checked);
      if ((box.getAttribute("aria-disabled") ?? "false") !== rests) box.setAttribute("aria-disabled", rests);
    }
  }

  /* one more than fits: nothing is ticked, and the bag shakes its head */
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.matches(BAG) || !event.target.checked) return; /* it has its tick already, on trial */
      if (boxes().filter((box) => box.checked).length <= Number(told()?.dataset.limit ?? Infinity)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ROOT.add("shelf-nudge");
      setTimeout(() => ROOT.remove("shelf-nudge"), NUDGE_MS);
      told().textContent = told().dataset.swap;
      setTimeout(count); /* the tick on trial is gone by then */
    },
    true,
  );

  /* the offer to paint something goes away with its click: who is at the keyboard goes on where they typed */
  document.addEventListener("click", (event) => {
    if (event.target.closest("#invent")) document.querySelector("#search textarea, #search input")?.focus();
  });

  document.addEventListener("change", (event) => event.target.matches(BAG) && count());
  new MutationObserver(count).observe(document.documentElement, { childList: true, subtree: true });
}
