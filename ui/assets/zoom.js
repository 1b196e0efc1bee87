/* The slider between photo and toy, and the picture in large: a dialog with wheel, pinch, buttons and keys. A click on the
   picture that does not drag the slider opens it. */
"use strict";

{
  const STILL_PX = 5;
  const MOST = 8;
  const STEP = 1.5;
  const NUDGE_PX = 80;
  const BLINK_MS = 300;

  /* ---------------------------------------------------------------- the slider */

  let press = null; /* where a hand came down on the slider, and how it stood */

  document.addEventListener(
    "pointerdown",
    (event) => {
      const input = event.target.closest?.(".compare input");
      press = input && event.button === 0 ? { input, x: event.clientX, y: event.clientY, stood: input.value, moved: false } : null;
    },
    true,
  );
  document.addEventListener(
    "pointermove",
    (event) => {
      if (!press || press.moved || Math.hypot(event.clientX - press.x, event.clientY - press.y) < STILL_PX) return;
      press.moved = true;
      slide(press.input);
    },
    true,
  );

  function slide(input) {
    const box = input.closest(".compare");
    box.classList.add("touched");
    box.style.setProperty("--cut", input.value + "%");
  }

  document.addEventListener("input", (event) => {
    if (!event.target.matches(".compare input")) return;
    if (!press || press.moved) slide(event.target);
  });

  document.addEventListener("click", (event) => {
    const box = event.target.closest(".compare");
    if (!box) return;
    if (event.target.closest("button.zoom")) return open(box, event.target.closest("button.zoom"));
    const held = press;
    press = null;
    if (!held || held.moved || held.input !== event.target) return;
    held.input.value = held.stood; /* it was no slide: the line stays where it was */
    open(box, held.input);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".compare input")) return;
    event.preventDefault();
    open(event.target.closest(".compare"), event.target);
  });

  /* ---------------------------------------------------------------- the dialog */

  let dialog = null;
  let view = null;
  let picture = null;
  let opener = null;
  let source = ""; /* the address of what is looked at */
  let scale = 1; /* screen pixels a picture pixel */
  let left = 0;
  let top = 0;
  const hands = new Map(); /* fingers or the mouse, by id: where they are */

  const button = (words, act, look = "", sign = words) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    made.className = look;
    if (sign !== words) made.setAttribute("aria-label", words);
    made.addEventListener("click", act);
    return made;
  };

  function build(words) {
    dialog = document.createElement("dialog");
    dialog.id = "zoom";
    dialog.setAttribute("aria-label", words.title);
    view = document.createElement("div");
    view.className = "view";
    picture = document.createElement("img");
    picture.draggable = false;
    view.append(picture);
    const hint = document.createElement("p");
    hint.className = "words";
    hint.textContent = words.hint;
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(
      button(words.farther, () => step(1 / STEP), "sign", "−"),
      button(words.nearer, () => step(STEP), "sign", "+"),
      button(words.whole, whole),
      button(words.true, () => exact()),
    );
    dialog.append(view, hint, tools, button(words.close, () => dialog.close(), "shut"));
    dialog.addEventListener("close", shut);
    dialog.addEventListener("keydown", keys);
    view.addEventListener("wheel", wheel, { passive: false });
    view.addEventListener("pointerdown", down);
    view.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) view.addEventListener(end, up);
    view.addEventListener("dblclick", (event) => (near(scale, 1 / ratio()) ? whole() : exact(event.clientX, event.clientY)));
    document.body.append(dialog);
  }

  function open(box, from) {
    const shown = box.querySelector(".after");
    if (!shown?.getAttribute("src")) return;
    if (!dialog) build(box.dataset);
    opener = from;
    source = shown.getAttribute("src");
    picture.src = shown.src;
    picture.alt = shown.alt;
    picture.width = Number(shown.getAttribute("width"));
    picture.height = Number(shown.getAttribute("height"));
    dialog.showModal();
    whole();
    dialog.querySelector(".shut").focus();
  }

  function shut() {
    hands.clear();
    picture.removeAttribute("src");
    (opener?.isConnected ? opener : document.querySelector(".compare .zoom"))?.focus();
  }

  /* what was wiped is not looked at any longer. A moment later: a picture that is drawn again is away for a blink */
  const there = () => [...document.querySelectorAll(".compare .after")].some((one) => one.getAttribute("src") === source);
  const leave = () => setTimeout(() => dialog?.open && !there() && dialog.close(), BLINK_MS);
  new MutationObserver(() => dialog?.open && !there() && leave()).observe(document.documentElement, { childList: true, subtree: true });

  const ratio = () => window.devicePixelRatio || 1;
  const near = (one, other) => Math.abs(one / other - 1) < 0.02;
  const least = () => Math.min(1, view.clientWidth / picture.width, view.clientHeight / picture.height);

  function fit() {
    return Math.min(view.clientWidth / picture.width, view.clientHeight / picture.height);
  }

  function whole() {
    scale = fit();
    place(0, 0);
  }

  /* one pixel of the picture is one of the screen */
  function exact(x = view.clientWidth / 2, y = view.clientHeight / 2) {
    zoom(1 / ratio() / scale, x, y);
  }

  const step = (factor) => zoom(factor, view.clientWidth / 2, view.clientHeight / 2);

  /* `factor` times as near; what lies at (x, y) stays there */
  function zoom(factor, x, y) {
    const wanted = Math.max(least(), Math.min(MOST, scale * factor));
    const real = wanted / scale;
    scale = wanted;
    place(x - (x - left) * real, y - (y - top) * real);
  }

  /* never farther away than its own rim; in the middle where there is room */
  function place(x, y) {
    const within = (at, room, size) => (size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, at)));
    left = within(x, view.clientWidth, picture.width * scale);
    top = within(y, view.clientHeight, picture.height * scale);
    picture.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    picture.classList.toggle("pixels", scale * ratio() > 3);
  }

  function wheel(event) {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0022)), event.clientX, event.clientY);
  }

  function down(event) {
    if (event.button !== 0) return;
    view.setPointerCapture(event.pointerId);
    hands.set(event.pointerId, { x: event.clientX, y: event.clientY });
    view.classList.add("moving");
  }

  function move(event) {
    const hand = hands.get(event.pointerId);
    if (!hand) return;
    const other = [...hands].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const before = Math.hypot(hand.x - other.x, hand.y - other.y);
      const now = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      if (before > 0) zoom(now / before, (event.clientX + other.x) / 2, (event.clientY + other.y) / 2);
    }
    const share = other ? 0.5 : 1; /* two fingers: their middle moves half as far as either */
    place(left + (event.clientX - hand.x) * share, top + (event.clientY - hand.y) * share);
    hand.x = event.clientX;
    hand.y = event.clientY;
  }

  function up(event) {
    hands.delete(event.pointerId);
    if (!hands.size) view.classList.remove("moving");
  }

  function keys(event) {
    const act = {
      "+": () => step(STEP),
      "=": () => step(STEP),
      "-": () => step(1 / STEP),
      0: whole,
      1: () => exact(),
      ArrowLeft: () => place(left + NUDGE_PX, top),
      ArrowRight: () => place(left - NUDGE_PX, top),
      ArrowUp: () => place(left, top + NUDGE_PX),
      ArrowDown: () => place(left, top - NUDGE_PX),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  addEventListener("resize", () => dialog?.open && whole());
}
