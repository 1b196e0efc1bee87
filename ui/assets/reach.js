/* For those who come without a mouse, or without looking: what Gradio's widgets leave out. Keys that go where one expects,
   a focus that is never lost, names in the page's language, and a voice for what happens on the page. */
"use strict";

{
  const find = (selector, root = document) => root.querySelector(selector);
  const every = (selector, root = document) => [...root.querySelectorAll(selector)];
  const seen = (element) => element?.getClientRects().length > 0;
  const usable = (element) => element?.isConnected && !element.disabled && seen(element);

  function set(element, name, value) {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /* names: of groups, of buttons that are only a drawing, of what opens and closes */
  function name() {
    const words = JSON.parse(find("[data-words]")?.dataset.words ?? "null");
    if (!words) return;
    for (const group of every("fieldset")) set(group, "aria-label", find("[data-testid=block-info]", group)?.innerText.trim());
    every("#photo .source-selection button").forEach((button, number) => set(button, "aria-label", words.tools[number]));
    set(find("#photo button.upload-container"), "aria-label", words.choose);
    set(find("#photo input[type=file]"), "aria-label", words.choose);
    const remove = find("#photo .icon-button-wrapper button:last-of-type");
    set(remove, "aria-label", words.remove);
    set(remove, "title", words.remove);
    const camera = find("#photo div[title]:has(> button > .wrap)"); /* these two Gradio has in English only */
    set(camera, "title", words.camera);
    const label = [...(camera?.querySelector(".wrap").childNodes ?? [])].find(({ data, nodeType }) => nodeType === Node.TEXT_NODE && data.trim());
    if (label && label.data !== words.camera) label.data = words.camera;
    set(find("#photo .photo-capture"), "aria-label", words.snap);
    set(find("#photo .photo-capture .icon"), "title", words.snap);
    const more = find("#more > button");
    set(more, "aria-expanded", String(seen(find("#more [data-testid=accordion-content]"))));
    set(find("#more > button .icon"), "aria-hidden", "true");
    const panel = find("#privacy");
    set(panel, "role", "region");
    set(panel, "aria-label", find("#privacy h2")?.textContent);
  }

  /* Radio buttons are one group, through which the arrows go, only if they share a name; Gradio gives each its own, and
     again after each change: hence at once, before the next key. */
  function group() {
    for (const radio of every("fieldset[id] input[type=radio]")) {
      const shared = radio.closest("fieldset").id;
      if (radio.name !== shared) radio.name = shared;
    }
  }

  /* The shelf is one stop on the way through the page, not a hundred and fifty: inside, the arrows move. */
  let stop = null;
  let sieve = "";

  function shelf() {
    const shown = every("#shelf input").filter(seen);
    const spots = new Map(shown.map((box) => [box, box.getBoundingClientRect()]));
    const order = (a, b) => spots.get(a).top - spots.get(b).top || spots.get(a).left - spots.get(b).left;
    const bag = shown.filter((box) => box.checked).sort(order);
    return [...bag, ...shown.filter((box) => !box.checked).sort(order)]; /* the bag is on top, however far one has scrolled */
  }

  function across(boxes) {
    const rest = boxes.filter((box) => !box.checked);
    const top = rest[0]?.getBoundingClientRect().top;
    return rest.filter((box) => Math.abs(box.getBoundingClientRect().top - top) < 2).length;
  }

  function below(boxes, at, step) {
    const bag = boxes.filter((box) => box.checked).length;
    if (at < bag) return step > 0 ? bag : -1;
    const to = at + step * across(boxes);
    return to < bag ? Math.min(bag - 1, Math.max(to, 0)) : to;
  }

  function rove() {
    const boxes = every("#shelf input");
    if (!boxes.length) return;
    const rules = find("#filter style")?.textContent ?? "";
    if (rules !== sieve && !boxes.includes(document.activeElement)) stop = null; /* another search: its best find comes first */
    sieve = rules;
    if (!boxes.includes(stop) || !seen(stop)) stop = shelf()[0];
    for (const box of boxes) {
      set(box, "tabindex", box === stop ? "0" : "-1");
      box.removeAttribute("title"); /* our own name for it, in English; its label says it better */
    }
  }

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("#shelf input")) return;
    const boxes = shelf();
    const at = boxes.indexOf(event.target);
    const to = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: below(boxes, at, 1),
      ArrowUp: below(boxes, at, -1),
      Home: 0,
      End: boxes.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    boxes[to]?.focus();
  });

  /* Whoever was on a button that went away or was switched off is put where it goes on. */
  const ROOMS = "#sign, #photo, #regions, #found, #report, #privacy, #make, #busy, #done, #trouble, #more, #steps";
  let last = null;
  let room = "";

  document.addEventListener("pointerdown", () => (last = null), true);
  document.addEventListener("focusin", ({ target }) => {
    last = target;
    room = target.closest(ROOMS)?.id ?? "";
    if (target.matches("#shelf input")) {
      stop = target;
      rove();
    }
  });

  function harbour() {
    if (["photo", "regions", "found", "report"].includes(room)) {
      return find("#photo .image-frame img") ? find("#report") : every("#photo button").find(usable);
    }
    if (room === "sign") return find(".promise");
    if (room === "privacy") return find("#privacy .fold");
    return ["#busy", "#done", "#make"].map((place) => find(place)).find(usable);
  }

  function rescue() {
    const now = document.activeElement;
    if (!last || usable(last) || (now !== document.body && usable(now))) return;
    settle(harbour());
  }

  function settle(place) {
    if (!usable(place)) return;
    if (!place.matches("button, input, a")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }

  /* a picture may be there so soon that the big button was never seen at rest: who pressed it goes on to the picture, too */
  let picture = null;

  function arrive() {
    const there = find("#done .compare, #done .which");
    if (there === picture || !seen(there)) return;
    picture = there;
    if (last && document.activeElement === find("#make")) settle(find("#done"));
  }

  /* said aloud: which step the work is at, what became of the photo, that the picture is there, what a style is */
  const SAID = ["#description h3 + p", "#report .ready", "#report .warning", "#busy .doing", "#done h2", "#done .which", "#files .told", "#picture .wiped p"];
  const said = new Map();
  const voice = document.createElement("p");
  voice.id = "voice";
  voice.setAttribute("role", "status");

  function speak() {
    if (!voice.isConnected) document.body.append(voice);
    const news = [];
    for (const place of SAID) {
      const text = every(place).filter(seen).map((element) => element.textContent.trim()).join(" ");
      if (text && text !== said.get(place) && said.has(place)) news.push(text);
      said.set(place, text);
    }
    if (news.length) voice.textContent = news.join(" ");
  }

  let waiting = false;

  function look() {
    waiting = false;
    name();
    rove();
    rescue();
    arrive();
    speak();
  }

  const watched = { childList: true, subtree: true, attributeFilter: ["class", "disabled", "hidden", "style", "name"] };
  new MutationObserver(() => {
    group();
    if (waiting) return;
    waiting = true;
    setTimeout(look, 60); /* not in the next frame: there is none while the page lies in the background */
  }).observe(document.documentElement, watched);
}
