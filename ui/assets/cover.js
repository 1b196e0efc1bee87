/* What nobody found is covered by hand: drawn over with the mouse, with a finger once the tool is taken up, or with the keys.
   Beside it two ways to look closer: the photo as it was, for as long as one holds, and the photo as wide as the page. */
"use strict";

const cover = (() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const ROOT = document.documentElement.classList;
  const LEAST_PX = 8;
  const STEP = 0.02; /* of the photo's longer side, for the keys */
  const GLANCE_MS = 3000;
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let stroke = null; /* what is being drawn: where it began, the box so far */

  const here = () => regions.at;
  const full = () => here().order.boxes.length >= here().facts.most;
  const frame = ([left, top, right, bottom]) => [left, top, right, top, right, bottom, left, bottom];

  function arm(on) {
    ROOT.toggle("regions-armed", on);
    find("#regions .tool.more")?.setAttribute("aria-pressed", String(on));
  }

  function add(box) {
    here().order.boxes.push(box);
    const made = regions.spot(box);
    regions.changed();
    return made;
  }

  function remove(button) {
    const at = here();
    at.order.boxes = at.order.boxes.filter((box) => box !== button.thing.spot);
    at.buttons = at.buttons.filter((one) => one !== button);
    if (button === document.activeElement) find("#regions .tool.more").focus();
    button.remove();
    at.buttons.filter(({ thing }) => thing.spot).forEach(({ thing }, number) => (thing.number = number + 1));
    regions.changed();
  }

  /* by the keys a spot begins in the middle, and is moved from there */
  function drop() {
    const { width, height } = here().facts;
    add([0.4 * width, 0.4 * height, 0.6 * width, 0.6 * height].map(Math.round)).focus();
  }

  function move(button, [x, y], sizing) {
    const { width, height } = here().facts;
    const step = Math.max(1, Math.round(STEP * Math.max(width, height)));
    const [left, top, right, bottom] = button.thing.spot;
    const [dx, dy] = sizing ? [0, 0] : [x * step, y * step];
    const to = [left + dx, top + dy, right + x * step, bottom + y * step];
    if (to[0] < 0 || to[1] < 0 || to[2] > width || to[3] > height || to[2] - to[0] < step || to[3] - to[1] < step) return;
    button.thing.spot.splice(0, 4, ...to);
    regions.place(button, frame(to));
    regions.changed();
  }

  document.addEventListener("keydown", (event) => {
    if (!here()) return;
    if (event.key === "Escape" && (stroke || ROOT.contains("regions-armed"))) {
      end();
      arm(false);
    }
    const button = event.target.closest?.("#regions .region.spot");
    if (!button) return;
    if (["Delete", "Backspace"].includes(event.key)) remove(button);
    else if (WAYS[event.key]) move(button, WAYS[event.key], event.shiftKey);
    else return;
    event.preventDefault();
  });

  /* ---- drawing */
  function point({ clientX, clientY }) {
    const { facts, sheet } = here();
    const spot = sheet.getBoundingClientRect();
    const within = (value, most) => Math.round(Math.min(Math.max(value, 0), 1) * most);
    return [within((clientX - spot.left) / spot.width, facts.width), within((clientY - spot.top) / spot.height, facts.height)];
  }

  function end() {
    stroke?.ghost?.remove();
    stroke = null;
  }

  function inside({ clientX, clientY }) {
    const spot = here().sheet.getBoundingClientRect();
    return clientX >= spot.left && clientX <= spot.right && clientY >= spot.top && clientY <= spot.bottom;
  }

  document.addEventListener("pointerdown", (event) => {
    const armed = ROOT.contains("regions-armed");
    if (!here() || event.button || full() || !(armed || event.pointerType === "mouse")) return;
    if (!event.target.closest("#photo .image-frame, #regions .sheet") || event.target.closest("button, a") || !inside(event)) return;
    event.preventDefault();
    stroke = { pointer: event.pointerId, x: event.clientX, y: event.clientY, from: point(event) };
  });

  document.addEventListener("pointermove", (event) => {
    if (stroke?.pointer !== event.pointerId || !here()) return;
    if (Math.hypot(event.clientX - stroke.x, event.clientY - stroke.y) < LEAST_PX) return;
    const [a, b] = [stroke.from, point(event)];
    stroke.box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
    if (!stroke.ghost) here().sheet.append((stroke.ghost = Object.assign(document.createElement("span"), { className: "region spot ghost" })));
    regions.place(stroke.ghost, frame(stroke.box));
  });

  document.addEventListener("pointerup", (event) => {
    if (stroke?.pointer !== event.pointerId) return;
    const { box } = stroke;
    end();
    if (!box || !here() || box[2] - box[0] < 2 || box[3] - box[1] < 2) return;
    add(box);
    arm(false);
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("dragstart", (event) => event.target.closest?.("#photo .image-frame") && event.preventDefault());

  /* ---- the tools */
  let glance = 0;
  let held = false;

  function original(on) {
    const at = here();
    clearTimeout(glance);
    if (!at || on === Boolean(find("img.original", at.sheet))) return;
    if (!on) return find("img.original", at.sheet).remove(); /* what is hidden stays in the page only while it is looked at */
    const picture = Object.assign(document.createElement("img"), { className: "original", alt: "" });
    picture.src = `/photo/${at.facts.photo}/original.jpg`;
    at.sheet.append(picture);
  }

  const holds = (event) => event.target.closest?.("#regions .tool.original");
  document.addEventListener("pointerdown", (event) => holds(event) && !event.button && original(true));
  document.addEventListener("keydown", (event) => holds(event) && [" ", "Enter"].includes(event.key) && original((held = true)));
  for (const kind of ["pointerup", "pointercancel", "keyup", "focusout"]) document.addEventListener(kind, () => original(false));
  document.addEventListener("contextmenu", (event) => holds(event) && event.preventDefault());

  document.addEventListener("click", (event) => {
    const tool = event.target.closest("#regions .tool");
    if (!tool || !here()) return;
    if (tool.matches(".more")) {
      if (event.detail || ROOT.contains("regions-armed")) arm(!ROOT.contains("regions-armed"));
      else if (!full()) drop();
    }
    if (tool.matches(".original")) {
      if (!held && !event.detail) { /* by a voice or a switch, which cannot hold */
        original(true);
        glance = setTimeout(() => original(false), GLANCE_MS);
      }
      held = false;
    }
    if (tool.matches(".larger")) {
      tool.setAttribute("aria-pressed", String(ROOT.toggle("photo-large")));
      find("#step-photo").scrollIntoView({ block: "start" });
    }
  });

  return { remove };
})();
