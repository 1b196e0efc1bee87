/* While a picture is made: asks how far it is, and moves bar, sentence, steps and sketch. The picture itself comes by another
   way; if it does not come, this says so, or asks for it. */
"use strict";

{
  const AHEAD_SECONDS = 0.9; /* the bar glides to where it will be then; no word, no gliding on */
  const POLL = 300;
  const POLL_WAITING = 800;
  const QUIET = 8000;
  const LOST = 3000;
  const FAILS = 3;

  const find = (selector, root = document) => root.querySelector(selector);
  const gauge = () => [...document.querySelectorAll(".gauge[data-work]")].find((one) => one.getClientRects().length);
  let timer = 0;
  let asking = false;
  let fails = 0;
  let over = 0; /* since when the server says that nothing is made, though the page shows work */

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function glide(bar, { fraction, soon }) {
    const line = bar.firstElementChild;
    const shown = line.getBoundingClientRect().width / bar.clientWidth || 0;
    line.style.transition = `width ${AHEAD_SECONDS}s linear`;
    line.style.width = `${100 * Math.max(shown, soon)}%`;
    bar.setAttribute("aria-valuenow", Math.max(Math.round(100 * fraction), Number(bar.getAttribute("aria-valuenow"))));
  }

  function queue(place, before) {
    let line = find(".queue", place);
    if (!line) {
      line = document.createElement("p");
      line.className = "queue";
      line.setAttribute("aria-hidden", "true");
      find(".bar", place).before(line);
    }
    while (line.children.length > before + 1) line.firstElementChild.remove();
    while (line.children.length < before + 1) line.prepend(document.createElement("span"));
  }

  let seen = 0; /* the number of the sketch that is shown */

  function sketch({ sketch, seen: number }) {
    const shown = find("#sketch .working img");
    if (!sketch || !shown) return;
    seen = number;
    shown.src = sketch;
    shown.closest(".working").classList.add("drawn");
  }

  /* of several pictures, those that are finished wait below */
  const have = () => document.querySelectorAll("#sketch .ready img").length;

  function line(ready) {
    const window = find("#sketch .working");
    if (!ready?.length || !window) return;
    let shelf = find("#sketch .ready");
    if (!shelf) {
      shelf = document.createElement("div");
      shelf.className = "ready";
      window.after(shelf);
    }
    for (const address of ready) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = address;
      shelf.append(picture);
    }
  }

  function show(place, told) {
    place.className = `gauge ${told.state}`;
    if (told.state === "waiting" && told.before > 0) queue(place, told.before);
    write(find(".doing", place), told.doing);
    write(find(".left", place), told.left);
    glide(find(".bar", place), told);
    const steps = place.querySelectorAll(".course li");
    told.steps.forEach((mark, number) => {
      const step = steps[number];
      if (!step || step.className === mark) return;
      step.className = mark;
      if (mark === "now") step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    sketch(told);
    line(told.ready);
  }

  async function ask() {
    const place = gauge();
    if (!place || asking || document.documentElement.classList.contains("is-ended")) return;
    asking = true;
    const { work, tongue, words } = place.dataset;
    const hush = setTimeout(() => write(find(".left", place), JSON.parse(words).quiet), QUIET);
    const answer = await fetch(`/work/${work}.json?tongue=${tongue}&seen=${seen}&have=${have()}`, { cache: "no-store" }).catch(() => null);
    clearTimeout(hush);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    asking = false;
    fails = answer ? 0 : fails + 1;
    if (fails >= FAILS) {
      end(); /* of page.js: the program is gone */
      return;
    }
    const here = gauge();
    let wait = POLL;
    if (here === place && told) {
      if (told.state === "waiting" || told.state === "working") {
        over = 0;
        if (told.state === "waiting") wait = POLL_WAITING;
        show(place, told);
      } else if (!over) over = Date.now();
      else if (Date.now() - over > LOST) {
        over = Date.now();
        press("rejoin");
      }
    }
    clearTimeout(timer);
    if (here) timer = setTimeout(ask, wait);
  }

  new MutationObserver(() => {
    if (gauge() && !timer) timer = setTimeout(ask, 60);
    if (!gauge()) {
      clearTimeout(timer);
      timer = 0;
      over = 0;
      seen = 0;
    }
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["class", "style"] });
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}
