/* More choices: swatches whose colour is the photo's until one chooses another, sliders whose end means "as the style says",
   and commands that can be copied. */
"use strict";

{
  const find = (selector, root = document) => root.querySelector(selector);
  const every = (selector, root = document) => [...root.querySelectorAll(selector)];
  const UNKNOWN = "unknown";

  /* The visitor's own colours are written down in a field of the form, as "skin_colour=#d8b69d hair_colour=#221100". */
  const page = () => find("#own-colours textarea");

  function written() {
    const words = (page()?.value ?? "").split(" ").filter(Boolean);
    return new Map(words.map((word) => word.split("=")));
  }

  function write(own) {
    const field = page();
    if (!field) return;
    field.value = [...own].map((pair) => pair.join("=")).join(" ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function paint(place, own) {
    const { colour, measured } = place.dataset;
    const input = find("input", place);
    const mine = own.get(colour);
    const shown = mine ?? measured;
    if (shown && input.value !== shown) input.value = shown;
    place.classList.toggle("own", mine !== undefined);
    place.classList.toggle(UNKNOWN, shown === undefined);
    find(".undo", place).hidden = mine === undefined;
  }

  /* swatches are drawn anew after each photo, and the field may be filled in again when a page comes back */
  const painted = new WeakSet();
  let last = "";

  function dress() {
    const field = page();
    if (!field) return;
    const places = every(".colour[data-colour]");
    const stale = field.value === last ? places.filter((place) => !painted.has(place)) : places;
    last = field.value;
    if (!stale.length) return;
    const own = written();
    for (const place of stale) {
      painted.add(place);
      paint(place, own);
    }
  }

  document.addEventListener("input", ({ target }) => {
    const place = target.closest(".colour[data-colour]");
    if (place) {
      const own = written().set(place.dataset.colour, target.value);
      write(own);
      paint(place, own);
    }
    const slider = target.closest(".zero");
    if (slider) rest(slider);
  });

  document.addEventListener("click", ({ target }) => {
    const undo = target.closest(".colour .undo");
    if (undo) {
      const place = undo.closest(".colour");
      const own = written();
      own.delete(place.dataset.colour);
      write(own);
      paint(place, own);
      find("input", place).focus();
    }
    const copy = target.closest("[data-copy]");
    if (copy) take(copy);
    const slider = target.closest(".zero");
    if (slider) setTimeout(() => rest(slider), 100); /* its own button that takes it back */
  });

  /* at 0 the style decides: said where the end of the slider is, and aloud. Its parts have names in English only. */
  const words = () => JSON.parse(find("[data-knobs]")?.dataset.knobs ?? "{}");

  function rest(slider) {
    const range = find("input[type=range]", slider);
    if (!range) return;
    const still = Number(range.value) === 0;
    slider.classList.toggle("at-rest", still);
    if (still) range.setAttribute("aria-valuetext", words().rest);
    else range.removeAttribute("aria-valuetext");
  }

  const known = new WeakSet();

  function settle() {
    if (!find("[data-knobs]")) return;
    for (const range of every("#knobs input[type=range]")) {
      if (known.has(range)) continue;
      known.add(range);
      const slider = range.closest(".block");
      const label = find("[data-testid=block-info]", slider)?.textContent.trim() ?? "";
      for (const part of every("input", slider)) part.setAttribute("aria-label", label);
      find(".reset-button", slider)?.setAttribute("aria-label", `${label}: ${words().reset}`);
      if (slider.matches(".zero")) rest(slider);
    }
  }

  /* where the clipboard cannot be had, the words are marked, to be taken with the keys */
  function take(button) {
    const code = find("code", button.parentElement);
    getSelection().selectAllChildren(code);
    const words = button.dataset.words ?? (button.dataset.words = button.textContent);
    const say = (text) => {
      button.textContent = text;
      button.setAttribute("aria-label", `${text}: ${button.dataset.copy}`);
    };
    Promise.resolve(navigator.clipboard?.writeText(button.dataset.copy) ?? Promise.reject(new Error("none")))
      .then(() => {
        say(button.dataset.copied);
        setTimeout(() => say(words), 2000);
      })
      .catch(() => {});
  }

  new MutationObserver(() => {
    dress();
    settle();
  }).observe(document.documentElement, { childList: true, subtree: true });
}
