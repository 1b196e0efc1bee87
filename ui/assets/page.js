/* The little that style sheets cannot do: taking the eye to what is new, the privacy
   panel, and the clocks. Whatever comes out of a photo is only ever put in as text. */
"use strict";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const glide = () => (calm.matches ? "auto" : "smooth");
const all = (selector, root = document) => root.querySelectorAll(selector);

/* work that begins, and pictures and troubles that appear, are brought into view */
const seen = new WeakSet();
const SHOWN = "#busy .bar, #done .compare, #done .which, #done .wiped, #trouble .trouble";

function show() {
  for (const element of all(SHOWN)) {
    const stage = element.closest("#busy, #done, #trouble");
    if (seen.has(element) || (stage.id === "busy" && stage.dataset.shown)) continue;
    seen.add(element);
    stage.dataset.shown = "yes";
    const place = element.matches(".photo-missing") ? document.getElementById("step-photo") : stage;
    place.scrollIntoView({ behavior: glide(), block: "nearest" });
  }
  const busy = document.getElementById("busy");
  if (busy && !busy.offsetParent) delete busy.dataset.shown;
}

/* the privacy panel: every button that has to do with it opens or closes it; the keys go along, and back */
let opener = null;

function fold(open, button = null) {
  document.documentElement.classList.toggle("privacy-open", open);
  for (const button of all(".promise")) button.setAttribute("aria-expanded", String(open));
  if (!open) {
    (opener?.isConnected ? opener : document.querySelector(".promise"))?.focus();
    return;
  }
  opener = button;
  press("look");
  refresh();
  const panel = document.getElementById("privacy");
  if (!panel) return;
  panel.scrollIntoView({ behavior: glide(), block: "nearest" });
  panel.tabIndex = -1;
  panel.focus({ preventScroll: true });
}

const isOpen = () => document.documentElement.classList.contains("privacy-open");
const press = (id) => document.getElementById(id)?.click();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-privacy]");
  if (button) {
    fold(!isOpen(), button);
    return;
  }
  const pressed = event.target.closest("[data-press]");
  if (pressed) press(pressed.dataset.press);
  if (event.target.closest("a.file, [data-press], #minutes, #wipe, #forget")) {
    for (const wait of [300, 1200, 3000]) setTimeout(refresh, wait);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen()) return;
  fold(false);
});

/* what was in the photo: handed out once, and kept nowhere but in the page */
const PLACE = "Where it was taken";
const asked = new WeakSet();

function discover() {
  for (const place of all("[data-found]")) {
    if (asked.has(place)) continue;
    asked.add(place);
    fetch(`/photo/${place.dataset.found}/found.json`, { cache: "no-store" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
      .then((told) => fill(place, told))
      .catch(() => place.querySelector(".gone")?.removeAttribute("hidden"));
  }
}

function fill(place, told) {
  const tags = JSON.parse(place.dataset.tags);
  for (const { group, name, value } of told.found) {
    if (told.place && name === PLACE) continue; /* said under the map, in the page's language */
    const row = [...all("[data-group]", place)].find((row) => row.dataset.group === group);
    if (!row) continue;
    const line = document.createElement("span");
    const label = document.createElement("i");
    label.textContent = tags[name] ?? name;
    line.classList.toggle("plain", name in tags);
    line.append(label, " ", value);
    row.querySelector("dd").append(line);
  }
  place.querySelector(".once")?.removeAttribute("hidden");
  if (told.place) pin(place, told.place);
}

const degrees = new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: 2 });

function pin(place, { latitude, longitude }) {
  const world = place.querySelector(".world");
  const words = place.dataset;
  const say = (sentence, number) => sentence.replace("{degrees}", degrees.format(Math.abs(number)));
  world.querySelector(".pin").style.left = `${((longitude + 180) / 360) * 100}%`;
  world.querySelector(".pin").style.top = `${Math.min(1, (84 - latitude) / 142) * 100}%`;
  world.querySelector("figcaption").textContent = words.place
    .replace("{latitude}", say(latitude < 0 ? words.south : words.north, latitude))
    .replace("{longitude}", say(longitude < 0 ? words.west : words.east, longitude));
  world.hidden = false;
}

/* the clocks: counted here, corrected by what the server says; when one has run out the server is asked what is left */
const SECOND = 1000;
const FRESH_SECONDS = 10;
const SPOKEN = [30, 10, 5, 2, 1]; /* minutes at which it is said aloud too */
const ends = new Map(); /* id → when it is wiped, by this browser's clock */
const taken = new Set();
let keep = 900;
let told = 0;
let pressed = 0;
let unanswered = 0;

const NEXT = "next";

async function refresh() {
  if (!document.querySelector(".clock") && !isOpen()) return;
  told = Date.now();
  const ids = [...all(".clock")].map((clock) => clock.dataset.id).filter((id) => id !== NEXT);
  const answer = await fetch(`/privacy.json?ids=${ids.join(".")}`, { cache: "no-store" }).catch(() => null);
  unanswered = answer ? 0 : unanswered + 1;
  if (unanswered > 1) return end();
  if (!answer?.ok) return;
  if (document.documentElement.classList.contains("is-ended")) return location.reload();
  const state = await answer.json();
  keep = state.keep_seconds;
  if (state.next !== null) state.left[NEXT] = [state.next, false];
  for (const clock of all(".clock")) {
    const left = state.left[clock.dataset.id];
    ends.set(clock.dataset.id, left ? Date.now() + left[0] * SECOND : 0);
    if (left && left[1]) taken.add(clock.dataset.id);
    else taken.delete(clock.dataset.id);
  }
  for (const number of all("[data-number]")) {
    const now = String(state[number.dataset.number]);
    if (number.textContent !== now) number.textContent = now;
  }
  const tries = document.querySelector("[data-tries]");
  if (isOpen() && tries && tries.dataset.tries !== String(state.attempts)) press("look");
  tick();
}

function tick() {
  let over = false;
  for (const clock of all(".clock")) {
    const id = clock.dataset.id;
    if (!ends.has(id)) ends.set(id, Date.now() + clock.dataset.left * SECOND);
    const seconds = Math.max(0, Math.ceil((ends.get(id) - Date.now()) / SECOND));
    const sentence = taken.has(id) ? clock.dataset.taken : clock.dataset.words;
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    write(clock.querySelector(".time"), sentence.replace("{time}", time));
    const minutes = Math.ceil(seconds / 60);
    if (clock.dataset.said !== sentence || SPOKEN.includes(minutes)) {
      clock.dataset.said = sentence;
      const words = clock.dataset.minutes.replace("{words}", minutes);
      write(clock.querySelector(".spoken"), sentence.replace("{time}", words));
    }
    clock.style.setProperty("--left", `${Math.min(1, seconds / keep) * 360}deg`);
    clock.classList.toggle("soon", seconds <= 60);
    clock.hidden = id === NEXT && seconds === 0;
    over = over || (seconds === 0 && id !== NEXT);
  }
  return over;
}

/* the program is gone, and all it had in memory: what this page still shows of it goes too */
function end() {
  document.documentElement.classList.add("is-ended");
  document.querySelector(".ended")?.removeAttribute("hidden");
  for (const picture of all(".compare img, #photo img, #regions img, #sketch img, #zoom img, #question img")) picture.removeAttribute("src");
  for (const value of all("[data-found] dd, [data-found] figcaption")) value.textContent = "";
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

setInterval(() => {
  if (tick() && Date.now() - pressed > 3 * SECOND) {
    pressed = Date.now();
    press("swept");
  }
  if (Date.now() - told > FRESH_SECONDS * SECOND) refresh();
}, SECOND);
document.addEventListener("visibilitychange", () => document.hidden || refresh());

const started = new WeakSet();

new MutationObserver(() => {
  show();
  for (const clock of all(".clock")) {
    if (started.has(clock)) continue;
    started.add(clock);
    refresh();
  }
  discover();
}).observe(document.documentElement, { childList: true, subtree: true });

/* The name of the photo's file may tell of its owner: it stays in the browser. Only its ending goes along. */
const named = Object.getOwnPropertyDescriptor(File.prototype, "name").get;
Object.defineProperty(File.prototype, "name", {
  configurable: true,
  enumerable: true,
  get() {
    return "photo" + (named.call(this).match(/\.[a-z0-9]{1,5}$/i)?.[0] ?? "");
  },
});

/* What is typed stays out of the browser's diary of open pages (autocomplete) and its spelling service (spellcheck); and
   Chromium, which asks its maker what the fields of a form mean, does not ask about a search. */
const quiet = document.createElement("form");
quiet.id = "quiet";
quiet.action = "/search";
quiet.hidden = true;
quiet.addEventListener("submit", (event) => event.preventDefault());
const TYPED = ":is(textarea, input:not([type]), input[type=text], input[type=search], input[type=number]):not([form])";

function hush() {
  if (!quiet.isConnected && document.body) document.body.append(quiet);
  for (const field of document.querySelectorAll(TYPED)) {
    field.setAttribute("form", "quiet");
    field.autocomplete = "off";
    field.spellcheck = false;
  }
}
new MutationObserver(hush).observe(document.documentElement, { childList: true, subtree: true });
