/* What was found in the photo lies on it, as buttons: a click chooses a person, or switches a thing between hidden and
   shown; whatever else is to be hidden is drawn over. What is seen is drawn by the program itself, from the same order
   (the field #hide, whose grammar is in ui/hiding.py) from which the picture will be made. */
"use strict";

const regions = (() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const every = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ROOT = document.documentElement.classList;
  const CROWD = 10; /* from more than so many on, things are only outlined */
  const PLAIN = { style: "blur", background: "blur" };
  let at = null; /* the photo that is here: its place on the page, facts, order, subject, buttons */

  const make = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });
  const say = (key, facts = {}) => at.facts.words[key].replace(/\{(\w+)\}/g, (_, gap) => facts[gap]);

  function set(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /* ---- the order, as words and as an object */
  function read(text) {
    const parts = Object.fromEntries(text.split(" ").filter(Boolean).map((word) => word.split("=")));
    const numbers = (list) => (list ? list.split(",").map(Number) : []);
    const boxes = (parts.boxes ?? "").split(";").filter(Boolean).map(numbers);
    return { ...PLAIN, ...parts, shown: new Set(numbers(parts.shown)), boxes };
  }

  function written({ style, background, shown, boxes }) {
    const parts = { style: style !== PLAIN.style && style, background: background !== PLAIN.background && background };
    parts.shown = [...shown].sort((a, b) => a - b).join(",");
    parts.boxes = boxes.map((box) => box.join(",")).join(";");
    return Object.entries(parts).filter(([, value]) => value).map((pair) => pair.join("=")).join(" ");
  }

  const own = (region) => region.face !== null && region.face === at.subject;
  const eligible = (region) => region.face !== null && !own(region);

  /* ---- what is seen: drawn by the program, the last word wins */
  const query = () => `face=${at.subject < 0 ? "" : at.subject}&hide=${encodeURIComponent(written(at.order))}`;
  let drawing = false;

  async function draw() {
    if (drawing) return;
    drawing = true;
    for (let last = null, failed = 0; at && last !== query(); ) {
      const mine = at;
      last = query();
      const picture = make("img", "seen");
      picture.alt = "";
      picture.src = `/photo/${mine.facts.photo}/seen.jpg?${last}`;
      const came = await picture.decode().then(() => true, () => false);
      failed = came ? 0 : failed + 1;
      if (mine !== at || failed === 1) {
        last = null;
        continue;
      }
      find("img.seen", mine.sheet)?.remove();
      if (came) mine.sheet.prepend(picture);
      mine.sheet.classList.toggle("failed", !came); /* nothing is shown rather than what is to be hidden */
    }
    drawing = false;
  }

  function changed() {
    const field = find("#hide textarea, #hide input");
    const words = written(at.order);
    if (field && field.value !== words) {
      field.value = words;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    dress();
    draw();
    at.place.dispatchEvent(new Event("change", { bubbles: true })); /* assets/stay.js tells it to the server */
  }

  /* ---- the buttons on the photo, the ticks, and the words below */
  function name(button) {
    const { region, spot, number } = button.thing;
    return spot ? say("spot", { number }) : say(`kind.${region.kind}`, { number });
  }

  function state({ region, index, spot }) {
    if (spot) return "hidden";
    return own(region) ? "chosen" : at.order.shown.has(index) ? "shown" : "hidden";
  }

  function place(button, corners) {
    const { width, height } = at.facts;
    const [xs, ys] = [0, 1].map((side) => corners.filter((_, number) => number % 2 === side));
    const [left, top] = [Math.max(0, Math.min(...xs)), Math.max(0, Math.min(...ys))];
    const [right, bottom] = [Math.min(width, Math.max(...xs)), Math.min(height, Math.max(...ys))];
    const share = { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
    for (const [side, value] of Object.entries(share)) button.style[side] = `${100 * value}%`;
    const shape = xs.map((x, n) => `${(100 * (x - left)) / (right - left || 1)},${(100 * (ys[n] - top)) / (bottom - top || 1)}`);
    for (const line of every("polygon", button)) set(line, "points", shape.join(" "));
    button.style.zIndex = 2 + Math.round(40 * (1 - Math.sqrt(share.width * share.height)));
  }

  function dress() {
    const several = at.facts.regions.filter((region) => region.face !== null).length > 1;
    for (const button of at.buttons) {
      const { region, spot, number } = button.thing;
      const now = state(button.thing);
      button.className = `region ${spot ? "spot" : region.kind} is-${now}`;
      const sign = find(".sign", button);
      const text = !spot && region.face !== null && several ? String(number) : "";
      if (sign.textContent !== text) sign.textContent = text;
      set(button, "aria-label", say(now, { name: name(button) }));
      const act = spot ? "remove" : now === "chosen" ? "own" : eligible(region) ? "choose" : now === "hidden" ? "show" : "hide";
      set(button, "title", say(act));
    }
    for (const tick of every(".ticks input", at.place)) {
      const { region, index } = at.buttons[tick.value].thing;
      tick.checked = !at.order.shown.has(index);
      tick.closest("label").hidden = own(region);
    }
    for (const kind of Object.keys(PLAIN)) for (const pill of every(`[name=hide-${kind}]`, at.place)) pill.checked = pill.value === at.order[kind];
    const save = find(".save", at.place);
    set(save, "href", `/photo/${at.facts.photo}/redacted.jpg?save&${query()}`);
    tell();
  }

  function tell() {
    const counts = { hidden: new Map(), shown: new Map(), chosen: new Map() };
    for (const { thing } of at.buttons) {
      const kind = thing.spot ? "spot" : thing.region.kind;
      const list = counts[state(thing)];
      list.set(kind, (list.get(kind) ?? 0) + 1);
    }
    const words = (list) =>
      [...list].map(([kind, number]) => say(kind === "spot" ? `spot_${number > 1 ? "many" : "one"}` : `count.${kind}_${number > 1 ? "many" : "one"}`, { number }));
    const hidden = words(counts.hidden);
    if (at.order.background !== "keep") hidden.push(say("background"));
    const line = find(".told", at.place);
    const texts = [[hidden.length ? say("you", { things: hidden.join(", ") }) : say("nothing"), "off"]];
    if (counts.shown.size) texts.push([say("seen", { things: words(counts.shown).join(", ") }), "on"]);
    if (line.textContent === texts.map(([text]) => text).join("")) return;
    line.replaceChildren(...texts.map(([text, className]) => make("span", className, text)));
  }

  /* two lines over each other, one dark and one light, are seen on every ground */
  function shape() {
    const SVG = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" })) drawing.setAttribute(name, value);
    for (const line of ["dark", "light"]) {
      const polygon = document.createElementNS(SVG, "polygon");
      polygon.setAttribute("class", line);
      drawing.append(polygon);
    }
    return drawing;
  }

  function button(thing, corners) {
    const button = make("button", "region");
    button.type = "button";
    button.thing = thing;
    button.append(shape(), make("span", "sign"));
    place(button, corners);
    at.buttons.push(button);
    at.sheet.append(button);
    return button;
  }

  function spot(box) {
    const [left, top, right, bottom] = box;
    const made = button({ spot: box, number: at.buttons.filter(({ thing }) => thing.spot).length + 1 }, [left, top, right, top, right, bottom, left, bottom]);
    made.tabIndex = 0;
    return made;
  }

  function tick(thing, number) {
    const label = make("label", "");
    const box = Object.assign(make("input", ""), { type: "checkbox", value: number });
    label.append(box, make("span", "", name({ thing })));
    return label;
  }

  /* ---- a photo has come, or the page was drawn anew */
  function begin(here) {
    const facts = JSON.parse(here.dataset.regions);
    at = { place: here, facts, subject: facts.subject, order: read(facts.order), buttons: [], sheet: find(".sheet", here) };
    const counts = new Map();
    facts.regions.forEach((region, index) => {
      const number = (counts.get(region.kind) ?? 0) + 1;
      counts.set(region.kind, number);
      button({ region, index, number }, region.corners).tabIndex = -1;
    });
    find(".ticks", here).replaceChildren(...at.buttons.map(({ thing }, number) => tick(thing, number)));
    const first = at.buttons.find(({ thing }) => own(thing.region)) ?? at.buttons[0];
    if (first) first.tabIndex = 0;
    at.order.boxes.forEach(spot);
    here.classList.toggle("crowded", facts.regions.length > CROWD);
    here.classList.toggle("alone", facts.regions.length < 2);
    dress();
    fit();
    if (facts.order || facts.subject !== facts.first) draw();
    watch.disconnect();
    for (const part of [here.querySelector(".over"), find("#photo")]) watch.observe(part);
  }

  /* the sheet lies where the picture is, within its frame */
  function fit() {
    const frame = find("#photo .image-frame")?.getBoundingClientRect();
    if (!at || !frame?.width) return;
    const over = at.sheet.parentElement.getBoundingClientRect();
    const scale = Math.min(frame.width / at.facts.width, frame.height / at.facts.height);
    const [width, height] = [at.facts.width * scale, at.facts.height * scale];
    const spots = {
      left: (frame.left + (frame.width - width) / 2 - over.left) / over.width,
      top: (frame.top + (frame.height - height) / 2 - over.top) / over.height,
      width: width / over.width,
      height: height / over.height,
    };
    for (const [side, value] of Object.entries(spots)) at.sheet.style[side] = `${100 * value}%`;
  }
  const watch = new ResizeObserver(fit);

  /* ---- what is done */
  function choose(face) {
    const radio = every("#face input")[face];
    if (radio && !radio.checked) radio.click(); /* Gradio's own: the rest of the page hears of it */
    at.subject = face;
    changed();
  }

  function toggle(index) {
    if (!at.order.shown.delete(index)) at.order.shown.add(index);
    changed();
  }

  function press(button) {
    const { region, index, spot } = button.thing;
    if (spot) cover.remove(button);
    else if (eligible(region)) choose(region.face);
    else if (!own(region)) toggle(index);
  }

  document.addEventListener("click", (event) => {
    if (!at) return;
    const region = event.target.closest("#regions .region");
    if (region) return press(region);
    if (event.target.closest("#regions .reset")) {
      for (const button of at.buttons.filter(({ thing }) => thing.spot)) button.remove();
      at.buttons = at.buttons.filter(({ thing }) => !thing.spot);
      at.order = read("");
      changed();
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (!at) return;
    if (target.matches("#regions .ticks input")) toggle(at.buttons[target.value].thing.index);
    if (target.matches("#regions .row input")) {
      at.order[target.name.replace("hide-", "")] = target.value;
      changed();
    }
    if (target.matches("#face input") && every("#face input").indexOf(target) !== at.subject) {
      at.subject = every("#face input").indexOf(target);
      changed();
    }
  });

  const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

  document.addEventListener("keydown", (event) => {
    if (!at) return;
    const button = event.target.closest?.("#regions .region");
    if (!button) return;
    const step = STEPS[event.key];
    if (button.thing.spot || !step) return;
    const all = at.buttons.filter(({ thing }) => !thing.spot);
    const next = all[(all.indexOf(button) + step + all.length) % all.length];
    button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  });

  new MutationObserver(() => {
    const here = find("#regions [data-regions]");
    if (here && here !== at?.place) begin(here);
    else if (!here && at) {
      watch.disconnect();
      at = null;
      ROOT.remove("photo-large", "regions-armed");
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  return { get at() { return at; }, changed, draw, place, spot };
})();
